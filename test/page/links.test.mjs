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

test('a slip takes the link: whoever opens it comes to the slip; when that expires the link is open again', async () => {
  const link = await made({ description: 'オーダーメイドの椅子', payment_types: ['credit_card', 'konbini'] });
  const one = await buyer();
  await one.page.goto(link.url);
  await press(one.page);
  await one.page.waitForURL('**/sessions/*');
  const session = new URL(one.page.url()).pathname.split('/')[2];
  const { payment } = ok(await shop.browser.post(`/sessions/${session}/pay`, { payment_details: { type: 'konbini', store: 'lawson', email: 'hana@shop.example' } }));
  await one.page.goto(link.url);
  await one.page.getByText('お支払いをお待ちしています').waitFor();
  await look(one.page, 'link-pending-phone-ja');
  await press(one.page);
  await one.page.waitForURL(`**/sessions/${session}`);
  await one.page.locator('a', { hasText: 'お支払い方法を見る' }).click();
  await one.page.getByText(payment.payment_details.receipt).first().waitFor();

  const two = await buyer({ locale: 'en-GB', dark: true, size: 'desktop' });
  await two.page.goto(link.url);
  await two.page.getByText('Waiting for the payment').waitFor();
  await look(two.page, 'link-pending-desktop-en-dark');
  ok(await shop.simulate(payment.id, 'expired'));
  await press(two.page);
  await two.page.waitForURL('**/sessions/*');
  await two.page.locator('#cc-number').waitFor();
  assert.notEqual(new URL(two.page.url()).pathname.split('/')[2], session);
  await fillCard(two.page);
  await press(two.page);
  await until('the link is paid', async () => (await stateOf(link)) === 'completed');
  for (const { close } of [one, two]) await close();
});

test('a second tab with another amount leaves the first one as it is, until the buyer says so', async () => {
  const link = await made({ amount: undefined, payment_types: ['credit_card'] });
  const { page, context, close } = await buyer({ locale: 'en-US' });
  const enter = async (tab, amount) => {
    await tab.goto(link.url);
    await tab.locator('#amount').fill(amount);
    await tab.locator('button[type=submit]').click();
  };
  await enter(page, '1200');
  await page.waitForURL('**/sessions/*');
  const first = page.url(), tab = await context.newPage();
  await enter(tab, '5000');
  await tab.getByText('A payment of ¥1,200 has been started').waitFor();
  assert.equal(await tab.evaluate(() => document.activeElement.getAttribute('role')), 'alert');
  await look(tab, 'link-other-amount-phone-en');
  await tab.getByText('Go on with ¥1,200').click();
  await tab.waitForURL(first);

  await enter(tab, '5000');
  await tab.getByText('Cancel it and pay ¥5,000').click();
  await tab.waitForURL((url) => url.pathname.startsWith('/sessions/') && url.href !== first);
  await tab.locator('#cc-number').waitFor();
  await fillCard(page);
  await press(page);
  await page.getByText('This payment was cancelled').waitFor();
  await fillCard(tab);
  await press(tab);
  await until('the link is paid', async () => (await stateOf(link)) === 'completed');
  const paid = ok(await shop.get('/payments?per_page=100')).data.filter(({ total, status }) => [1200, 5000].includes(total) && status === 'captured');
  assert.deepEqual(paid.map(({ total }) => total), [5000]);
  await close();

  const ja = await buyer({ size: 'narrow', dark: true });
  const other = await made({ amount: undefined, currency: 'USD', payment_types: ['credit_card'] });
  const { status } = await server.request('POST', `/links/${other.id}/open`, { headers: { 'Content-Type': 'application/json' }, body: '{"amount":1550}' });
  assert.equal(status, 200);
  await ja.page.goto(other.url);
  await ja.page.locator('#amount').fill('9999.99');
  await press(ja.page);
  await ja.page.getByText('すでに始まっています').waitFor();
  await look(ja.page, 'link-other-amount-narrow-ja-dark');
  await ja.page.locator('#amount').fill('15.5');
  await press(ja.page); // the same amount after all
  await ja.page.waitForURL('**/sessions/*');
  await ja.close();
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
