// SPDX-License-Identifier: Apache-2.0
// checkout.test.mjs: a buyer pays on the hosted page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backAtShop, buyer, look, SHOP } from '../lib/browser.mjs';
import { closes, ok, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');

const session = async (more = {}) => ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY',
  return_url: `${SHOP}/thanks?order=5`, ...more }));

async function fillCard(page, number = '4111111111111111') {
  await page.locator('#cc-number').fill(number);
  await page.locator('#cc-exp').fill('1235');
  await page.locator('#cc-cvc').fill('123');
  await page.locator('#cc-name').fill('TARO YAMADA');
}

test('a card is paid on a phone, and the buyer is back at the shop', async () => {
  const made = await session();
  const { page, close } = await buyer();
  await page.goto(new URL(made.session_url).pathname.replace(/^/, server.base));
  await page.locator('#cc-number').waitFor();
  await look(page, 'checkout-card-phone-ja');
  await fillCard(page);
  await page.locator('button[type=submit]').click();

  const at = await backAtShop(page);
  assert.equal(at.searchParams.get('session_id'), made.id);
  assert.equal(at.searchParams.get('order'), '5');
  const after = ok(await shop.get(`/sessions/${made.id}`));
  assert.deepEqual([after.status, after.payment.status], ['completed', 'captured']);
  await close();
});

closes(server);
