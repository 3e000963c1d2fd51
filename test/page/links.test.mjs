// SPDX-License-Identifier: Apache-2.0
// links.test.mjs: a buyer opens a payment link.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backAtShop, buyer, look, SHOP } from '../lib/browser.mjs';
import { closes, ok, Server, until } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const made = async (more = {}) => ok(await shop.post('/payment_links', { amount: 3200, currency: 'JPY', ...more }));

async function fillCard(page) {
  await page.locator('#cc-number').fill('4111111111111111');
  await page.locator('#cc-exp').fill('1235');
  await page.locator('#cc-cvc').fill('123');
  await page.locator('#cc-name').fill('TARO YAMADA');
}
const press = (page) => page.locator('button[type=submit]').click();
const stateOf = async (link) => ok(await shop.get(`/payment_links/${link.id}`)).status;

test('a link with a fixed amount leads to its session, which is paid, and back to the shop', async () => {
  const link = await made({ description: 'オーダーメイドの椅子（ナラ材）', return_url: `${SHOP}/thanks`, expires_in_seconds: 86400 });
  const { page, close } = await buyer();
  await page.goto(link.url);
  await page.locator('button[type=submit]').waitFor();
  assert.match(await page.locator('h1').innerText(), /^[¥￥]3,200$/);
  await look(page, 'link-fixed-phone-ja');
  await press(page);
  await page.waitForURL('**/sessions/*');
  await page.locator('#cc-number').waitFor();
  await fillCard(page);
  await press(page);
  assert.equal((await backAtShop(page)).pathname, '/thanks');
  assert.equal(await stateOf(link), 'completed');
  await close();

  const late = await buyer({ locale: 'en-GB', dark: true });
  await late.page.goto(link.url);
  await late.page.getByText('This link has been paid').waitFor();
  await look(late.page, 'link-paid-phone-en-dark');
  await late.close();
});

test('an amount is entered, with its bounds checked beside the field, by keyboard alone', async () => {
  const link = await made({ amount: undefined, min_amount: 500, max_amount: 50000, usage: 'reusable', description: 'Donation', return_url: `${SHOP}/thanks` });
  const { page, close } = await buyer({ size: 'desktop', locale: 'en-US' });
  await page.goto(link.url);
  await page.locator('#amount').waitFor();
  await look(page, 'link-entered-desktop-en');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'amount');
  for (const [text, why] of [['', 'Check the amount'], ['12.5', 'Check the amount'], ['499', 'too small'], ['50001', 'too large']]) {
    await page.locator('#amount').fill(text);
    await page.keyboard.press('Enter');
    await page.locator('#amount-error', { hasText: why }).waitFor();
    assert.equal(await page.evaluate(() => document.querySelector('#amount').getAttribute('aria-invalid')), 'true');
  }
  await look(page, 'link-error-desktop-en');
  await page.locator('#amount').fill('１,２３４');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/sessions/*');
  const id = new URL(page.url()).pathname.split('/')[2];
  const session = ok(await shop.get(`/sessions/${id}`));
  assert.deepEqual([session.amount, session.default_locale], [1234, 'en']);
  await close();
});

test('an amount in a currency with decimals is what was typed', async () => {
  const link = await made({ amount: undefined, currency: 'USD', locale: 'ko' });
  const { page, close } = await buyer({ size: 'narrow' });
  await page.goto(link.url);
  await page.locator('#amount').waitFor();
  await look(page, 'link-entered-narrow-ko');
  await page.locator('#amount').fill('15.5');
  await press(page);
  await page.waitForURL('**/sessions/*');
  const id = new URL(page.url()).pathname.split('/')[2];
  assert.equal(ok(await shop.get(`/sessions/${id}`)).amount, 1550);
  await close();
});

test('pressing twice, coming back and pressing again, and a second browser end in one payment', async () => {
  const link = await made({ amount: 900 });
  const one = await buyer(), two = await buyer();
  const sessions = new Set();
  for (const { page } of [one, two]) {
    await page.goto(link.url);
    await page.locator('button[type=submit]').dblclick();
    await page.waitForURL('**/sessions/*');
    sessions.add(page.url());
  }
  await one.page.goBack();
  await one.page.locator('button[type=submit]').waitFor();
  await press(one.page);
  await one.page.waitForURL('**/sessions/*');
  sessions.add(one.page.url());
  assert.equal(sessions.size, 1);
  for (const { page } of [one, two]) {
    await page.locator('#cc-number').waitFor();
    await fillCard(page);
  }
  await Promise.all([press(one.page), press(two.page)]);
  await until('the link is paid', async () => (await stateOf(link)) === 'completed');
  await one.page.goto(link.url);
  await one.page.getByText('お支払い済み').waitFor();
  const captured = ok(await shop.get('/payments?per_page=100')).data.filter((payment) => payment.total === 900 && payment.status === 'captured');
  assert.equal(captured.length, 1);
  for (const { close } of [one, two]) await close();
});

test('a link that ends while its page is open says so when it is pressed, and one that never was says that', async () => {
  const link = await made();
  const { page, close } = await buyer({ locale: 'en-US', size: 'narrow' });
  await page.goto(link.url);
  await page.locator('button[type=submit]').waitFor();
  ok(await shop.post(`/payment_links/${link.id}/deactivate`));
  await press(page);
  await page.getByText('This link is no longer valid').waitFor();
  await look(page, 'link-deactivated-narrow-en');
  await page.goto(link.url.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
  await page.getByText('There is no such link').waitFor();
  await look(page, 'link-unknown-narrow-en');
  await close();
});

closes(server);
