// SPDX-License-Identifier: Apache-2.0
// fields.test.mjs: a buyer pays in the shop's own page, with fields that are ours (komoju-core 17.2).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { backAtShop, buyer, look, SHOP } from '../lib/browser.mjs';
import { closes, ok, Server, until } from '../lib/server.mjs';
import { Shop } from './shop/shop.mjs';

const server = await Server.start();
const merchant = await server.merchant('ordinary');
const shop = await Shop.start(server.base);
after(() => shop.stop());

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const session = async (more = {}) => ok(await merchant.post('/sessions', { amount: 3200, currency: 'JPY',
  return_url: `${SHOP}/thanks`, ...more }));
const state = async (made) => ok(await merchant.get(`/sessions/${made.id}`));

/** Opens a page of the shop with the fields of a session: {page, frame, heard, close}. */
async function visit(made, { as = 'pay', attributes = '', options = {}, more = {} } = {}) {
  const who = await buyer(options);
  await who.page.goto(shop.page(as, { session: made?.id ?? '', key: merchant.publishable, attributes, ...more }));
  const frame = who.page.frameLocator('#fields iframe');
  const heard = () => who.page.evaluate(() => globalThis.heard);
  return { ...who, frame, heard };
}

async function fillCard(frame, number = '4111111111111111') {
  await frame.locator('#cc-number').fill(number);
  await frame.locator('#cc-exp').fill('1235');
  await frame.locator('#cc-cvc').fill('123');
  await frame.locator('#cc-name').fill('TARO YAMADA');
}

/** As look(), and axe-core finds nothing inside the frame either, whose heading is the page's; it is as high as its content. */
async function lookInside(page, name) {
  await look(page, name);
  const inside = page.frames().find((one) => one.url().includes('/fields/frame'));
  await inside.evaluate(`${AXE}; 0`);
  const { violations } = await inside.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'],
    rules: { 'page-has-heading-one': { enabled: false } }, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`), [], name);
  await until('the frame is as high as what is in it', async () => {
    const [shown, needed] = [await page.locator('#fields iframe').evaluate((frame) => frame.clientHeight),
      await inside.evaluate(() => document.body.scrollHeight)];
    return Math.abs(shown - needed) <= 1;
  });
}

test('a card is paid inside the shop\'s page, whose policy allows our script and our frame only', async () => {
  const made = await session();
  const { page, frame, heard, close } = await visit(made);
  await frame.locator('#cc-number').waitFor();
  await lookInside(page, 'fields-card-phone-ja');
  await fillCard(frame);
  await page.locator('#buy').click();
  const at = await backAtShop(page);
  assert.equal(at.searchParams.get('session_id'), made.id);
  const now = await state(made);
  assert.deepEqual([now.status, now.payment.status, now.payment.payment_details.last_four_digits], ['completed', 'captured', '1111']);
  assert.deepEqual(shop.orders, [], 'the form is not sent: the session is paid');
  await close();
});

test('a convenience store is chosen, and the buyer is told how to pay there', async () => {
  const made = await session({ payment_types: ['konbini'], default_locale: 'en' });
  const { page, frame, close } = await visit(made, { options: { size: 'desktop', locale: 'en-US' } });
  await frame.getByText('FamilyMart').waitFor();
  await lookInside(page, 'fields-konbini-desktop-en');
  await frame.locator('input[value="family-mart"]').check();
  await frame.locator('#kb-name').fill('Taro Yamada');
  await frame.locator('#kb-email').fill('taro@example.com');
  await page.locator('#buy').click();
  await page.waitForURL(`**/sessions/${made.id}/instructions`);
  const { status, payment } = await state(made);
  assert.deepEqual([status, payment.status, payment.payment_details.store, payment.payment_details.email],
    ['completed', 'authorized', 'family-mart', 'taro@example.com']);
  await close();
});

test('in token mode the form goes to the shop with a token, and without anything of the card', async () => {
  const made = await session();
  const { page, frame, close } = await visit(made, { attributes: 'token name="card_token"' });
  await fillCard(frame);
  await page.locator('#buy').click();
  await page.locator('#ordered').waitFor();
  const [order] = shop.orders.splice(0);
  assert.deepEqual(Object.keys(order).sort(), ['button', 'card_token', 'order']);
  const paid = ok(await merchant.post(`/sessions/${made.id}/pay`, { payment_details: order.card_token }));
  assert.equal(paid.payment.status, 'captured');
  await close();
});

closes(server);
