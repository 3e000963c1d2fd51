// SPDX-License-Identifier: Apache-2.0
// mailbox.test.mjs: a tester reads what customers were sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, EVERY, look } from '../lib/browser.mjs';
import { CARD, closes, ok, refused, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');

const field = 'input[name=key]';
async function open(page, key) {
  await page.goto(`${server.base}/mailbox`);
  await page.locator(field).fill(key);
  await page.locator('button[type=submit]').click();
}

test('an empty mailbox says so, and what is no secret test key opens none', async () => {
  const { page, close } = await buyer({ size: 'narrow' });
  await page.goto(`${server.base}/mailbox`);
  await page.locator(field).waitFor();
  assert.equal(await page.locator(field).getAttribute('type'), 'password');
  await page.locator('button[type=submit]').click();
  assert.equal(await page.locator(`${field}[aria-invalid=true]`).count(), 1, 'an empty key is told beside the field');
  await look(page, 'mailbox-key-narrow-ja');
  const live = await server.merchant('ordinary', '--live');
  for (const key of [shop.publishable, live.key, 'sk_test_nobody_has_this_one']) {
    await page.locator(field).fill(key);
    await page.locator('button[type=submit]').click();
    await page.locator('[role=alert]').waitFor();
    await page.locator('button[type=submit]:not([aria-busy])').waitFor();
  }
  await look(page, 'mailbox-refused-narrow-ja');
  await page.locator(field).fill(shop.key);
  await page.locator('button[type=submit]').click();
  await page.getByText('メールはまだありません').waitFor();
  assert.equal(page.url(), `${server.base}/mailbox`, 'the key is in no address');
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
  await close();
});

test('each e-mail is shown as HTML and as text, by the keyboard alone', async () => {
  const slip = ok(await shop.post('/payments', { amount: 3200, currency: 'JPY', locale: 'ja', external_order_num: 'A-17',
    payment_details: { type: 'konbini', store: 'lawson', email: 'hana@shop.example' } }));
  ok(await shop.post('/payments', { amount: 1980, currency: 'JPY', locale: 'en',
    payment_details: { ...CARD, email: 'john@shop.example' } }));
  for (const [size, locale, dark] of [['phone', 'ja-JP', false], ['desktop', 'en-US', true], ['narrow', 'ko-KR', false]]) {
    const { page, close } = await buyer({ size, locale, dark });
    await open(page, shop.key);
    const mails = page.locator('.mails > li');
    await mails.first().waitFor();
    assert.equal(await mails.count(), 2);
    const see = (what, at) => (EVERY || at === size) && look(page, `mailbox-${what}-${size}-${locale.slice(0, 2)}${dark ? '-dark' : ''}`);
    await see('list', 'narrow');

    const slips = mails.nth(1).locator('button').first();
    await slips.focus();
    await page.keyboard.press('Enter');
    const letter = page.frameLocator('.mail iframe');
    await letter.getByText(slip.payment_details.receipt).waitFor();
    assert.equal(await letter.locator('html').getAttribute('lang'), 'ja');
    await page.locator('.mail iframe').scrollIntoViewIfNeeded();
    await see('html', 'desktop');
    await page.locator('.mail .row button').nth(1).click();
    assert.match(await page.locator('.mail pre').textContent(), /確認番号: 400008/);
    await see('text', 'phone');
    await slips.click();
    assert.equal(await page.locator('.mail').count(), 0, 'it is closed again');
    await close();
  }
});

test('a name that is a script is read and not run', async () => {
  const name = '<img src=x onerror="document.title=1"><script>document.title=2</script>"&amp;';
  const [made] = await server.cli('merchant', 'create', '--name', name, '--kind', 'ordinary');
  const auth = { Authorization: `Basic ${Buffer.from(`${made.secret_key}:`).toString('base64')}`, 'Content-Type': 'application/json' };
  ok(await server.request('POST', '/api/v1/payments', { headers: auth, body: JSON.stringify({ amount: 100, currency: 'JPY',
    locale: 'en', payment_details: { ...CARD, email: 'hana@shop.example' } }) }));
  const { page, close } = await buyer({ size: 'desktop', locale: 'en-US' });
  await open(page, made.secret_key);
  await page.locator('.mails button').first().click();
  const letter = page.frameLocator('.mail iframe');
  await letter.locator('p').first().waitFor();
  assert.ok((await letter.locator('p').first().textContent()).includes(name), 'as it was given');
  assert.equal(await letter.locator('img, script').count(), 0);
  assert.equal(await page.title(), 'Test mailbox');
  await close();
});

test('further pages, and the key is asked for again', async () => {
  const many = await server.merchant('ordinary');
  for (let n = 1; n <= 21; n++)
    ok(await many.post('/payments', { amount: 100 + n, currency: 'JPY', payment_details: { ...CARD, email: `n${n}@shop.example` } }));
  const { page, close } = await buyer({ size: 'desktop', locale: 'en-US' });
  await open(page, many.key);
  await page.getByText('n21@shop.example').waitFor();
  assert.equal(await page.locator('.mails > li').count(), 20);
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByText('n1@shop.example').waitFor();
  assert.equal(await page.locator('.mails > li').count(), 1);
  await page.getByRole('button', { name: 'Newer' }).click();
  await page.getByText('n21@shop.example').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  assert.equal(await page.locator(field).inputValue(), '');
  await close();
});

test('nobody reads a mailbox with another key', async () => {
  refused(await shop.browser.get('/test_helpers/mailbox'), 403, 'forbidden', null);
  const live = await server.merchant('ordinary', '--live');
  refused(await live.get('/test_helpers/mailbox'), 404, 'not_found', null);
});

closes(server);
