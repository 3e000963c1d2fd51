// SPDX-License-Identifier: Apache-2.0
// simulator.test.mjs: what a tester does at a simulated wallet, bank or store, and where the tester goes from there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backAtShop, buyer, EVERY, look, SHOP } from '../lib/browser.mjs';
import { closes, ok, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
await shop.pay(100000); // fees need a balance

const session = async (more = {}) => ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY',
  return_url: `${SHOP}/thanks?order=5`, ...more }));
const payIn = async ({ id }, details) => ok(await shop.browser.post(`/sessions/${id}/pay`, { payment_details: details }));
const konbini = (store) => ({ type: 'konbini', store, email: 'hana@shop.example', name: 'Hana' });
const status = async ({ payment }) => ok(await shop.get(`/payments/${payment.id}`)).status;
const pageOf = (payment) => `${server.base}/simulator/${payment.id}`;
const press = (page, name) => page.getByRole('button', { name }).click();

for (const [locale, size, dark] of [['ja', 'phone', false], ['en', 'desktop', false], ['ko', 'narrow', true]])
  test(`a wallet in ${locale} on a ${size}: Capture pays, and the buyer is back at the shop`, async () => {
    const made = await session({ default_locale: locale });
    const paid = await payIn(made, { type: 'paypay' });
    const { page, close } = await buyer({ size, dark, locale: 'fr-FR' }); // the payment's language counts
    await page.goto(new URL(paid.redirect_url, server.base).href);
    await page.getByRole('button', { name: /^Capture/ }).waitFor();
    assert.match(await page.title(), /Offsite Test Page/);
    assert.equal(await page.locator('html').getAttribute('lang'), locale);
    await look(page, `simulator-wallet-${size}-${locale}`);
    await press(page, /^Capture/);

    const at = await backAtShop(page);
    assert.deepEqual([at.pathname, at.searchParams.get('order'), at.searchParams.get('session_id')], ['/thanks', '5', made.id]);
    assert.deepEqual([await status(paid), ok(await shop.get(`/sessions/${made.id}`)).status], ['captured', 'completed']);
    await close();
  });

for (const [name, end] of [['Cancel', 'cancelled'], ['Expire', 'expired'], ['Fail', 'failed']])
  test(`${name}: the payment is ${end}, the buyer is back, and the session may be paid again`, async () => {
    const made = await session({ default_locale: 'en' });
    const tried = await payIn(made, { type: 'linepay' });
    const { page, close } = await buyer();
    await page.goto(new URL(tried.redirect_url, server.base).href);
    await press(page, name);
    assert.equal((await backAtShop(page)).searchParams.get('session_id'), made.id);
    assert.deepEqual([await status(tried), ok(await shop.get(`/sessions/${made.id}`)).status], [end, 'pending']);

    const again = await payIn(made, { type: 'linepay' });
    await page.goto(new URL(again.redirect_url, server.base).href);
    await press(page, 'Capture');
    await backAtShop(page);
    assert.equal(await status(again), 'captured');
    await close();
  });

test('the reason to fail is the one that was chosen', async () => {
  const payment = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', return_url: `${SHOP}/back`,
    cancel_url: `${SHOP}/cancelled`, locale: 'en', payment_details: { type: 'paypay' } }));
  const { page, close } = await buyer({ locale: 'en-US' });
  await page.goto(pageOf(payment));
  await page.getByLabel('Reason to fail').selectOption('insufficient_funds');
  const asked = page.waitForRequest(/\/act$/);
  await press(page, 'Fail');
  assert.deepEqual((await asked).postDataJSON(), { act: 'refuse', code: 'insufficient_funds' });
  assert.equal((await backAtShop(page)).pathname, '/back');
  assert.equal(await status({ payment }), 'failed');
  await close();
});

test('every reason is one that a processor has', async () => {
  const first = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', return_url: `${SHOP}/back`,
    payment_details: { type: 'paypay' } }));
  const { page, close } = await buyer();
  await page.goto(pageOf(first));
  const codes = await page.locator('#reason option').evaluateAll((options) => options.map((option) => option.value));
  assert.ok(codes.length >= 5);
  for (const code of codes) {
    const payment = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', return_url: `${SHOP}/back`,
      payment_details: { type: 'paypay' } }));
    ok(await server.request('POST', `/simulator/${payment.id}/act`, { headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ act: 'refuse', code }) })); // as the page does, above
    assert.equal(await status({ payment }), 'failed', code);
  }
  await close();
});

test('who cancels goes to the cancel_url', async () => {
  const payment = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', return_url: `${SHOP}/back`,
    cancel_url: `${SHOP}/cancelled`, payment_details: { type: 'paypay' } }));
  const { page, close } = await buyer();
  await page.goto(pageOf(payment));
  await press(page, /^Cancel/);
  assert.equal((await backAtShop(page)).pathname, '/cancelled');
  await close();
});

for (const [locale, name, paid, late] of [['en', 'Family Mart', 'Paid', 'Expired'],
  ['ja', 'ファミリーマート', '支払いが完了しました', '期限切れになりました']])
  test(`a convenience store in ${locale}: its name, and a slip is paid or expires`, async () => {
    const { page, close } = await buyer({ size: locale === 'en' ? 'desktop' : 'phone', dark: locale === 'en' });
    for (const [button, text, end] of [[/^Capture/, paid, 'captured'], [/^Expire/, late, 'expired']]) {
      const payment = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', locale,
        payment_details: konbini('family-mart') }));
      await page.goto(pageOf(payment));
      await page.getByRole('heading', { name, exact: true }).waitFor();
      assert.equal(await page.getByRole('button').count(), 2, 'a slip is neither refused nor cancelled');
      await look(page, `simulator-konbini-${locale}`);
      await press(page, button);
      await page.getByRole('heading', { name: text }).waitFor();
      await look(page, `simulator-konbini-${end}-${locale}`);
      assert.equal(await status({ payment }), end);
      await page.reload(); // and so it stays
      await page.getByRole('heading', { name: text }).waitFor();
      assert.equal(await page.getByRole('button').count(), 0);
    }
    await close();
  });

test('every store has a name, in a language each', async () => {
  const { page, close } = await buyer(), LOCALES = ['ja', 'en', 'ko'];
  for (const [index, store] of ['seven-eleven', 'lawson', 'family-mart', 'ministop', 'daily-yamazaki', 'seicomart'].entries())
    for (const locale of EVERY ? LOCALES : [LOCALES[index % 3]]) {
      const payment = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', locale, payment_details: konbini(store) }));
      await page.goto(pageOf(payment));
      const heading = await page.getByRole('heading', { level: 1 }).textContent();
      assert.ok(!['コンビニ', 'Konbini', '편의점', store].includes(heading), `${store} ${locale}: ${heading}`);
    }
  await close();
});

for (const [name, end, source] of [['Capture (agree)', 'completed', { type: 'paypay' }], ['Fail', 'pending', null], ['Cancel', 'pending', null]])
  test(`a wallet that is to be stored: ${name}`, async () => {
    const made = await session({ mode: 'customer', amount: 0, default_locale: 'en', email: 'hana@shop.example' });
    const asked = await payIn(made, { type: 'paypay' });
    const { page, close } = await buyer({ locale: 'en-US' });
    await page.goto(new URL(asked.redirect_url, server.base).href);
    await page.getByText('May this shop charge this account').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Expire/ }).count() + await page.locator('#reason').count(), 0);
    if (end === 'completed') await look(page, 'simulator-consent-phone-en');
    await press(page, name);
    assert.equal((await backAtShop(page)).searchParams.get('session_id'), made.id);
    const after = ok(await shop.get(`/sessions/${made.id}`));
    assert.equal(after.status, end);
    if (source) assert.deepEqual(ok(await shop.get(`/customers/${after.customer_id}`)).source, source);
    await close();
  });

test('pressed twice it is done once, and a second browser is told what became of it', async () => {
  const made = await session({ default_locale: 'en' });
  const paid = await payIn(made, { type: 'paypay' });
  const [one, other] = [await buyer(), await buyer()];
  for (const { page } of [one, other]) await page.goto(new URL(paid.redirect_url, server.base).href);
  const asked = [];
  one.page.on('request', (request) => { if (request.url().endsWith('/act')) asked.push(request.url()); });
  await one.page.getByRole('button', { name: 'Capture' }).evaluate((button) => { button.click(); button.click(); });
  await backAtShop(one.page);
  assert.equal(asked.length, 1);
  await press(other.page, 'Cancel');
  await other.page.getByRole('heading', { name: 'Paid' }).waitFor();
  await look(other.page, 'simulator-over-phone-en');
  await other.page.getByRole('link').click();
  assert.equal((await backAtShop(other.page)).searchParams.get('session_id'), made.id);
  assert.equal(await status(paid), 'captured');
  await one.close();
  await other.close();
});

test('with the keyboard alone', async () => {
  const made = await session({ default_locale: 'en' });
  const paid = await payIn(made, { type: 'paypay' });
  const { page, close } = await buyer({ size: 'desktop' });
  await page.goto(new URL(paid.redirect_url, server.base).href);
  await page.getByRole('button', { name: 'Capture' }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Capture');
  await page.keyboard.press('Enter');
  await backAtShop(page);
  assert.equal(await status(paid), 'captured');
  await close();
});

test('a connection that is lost is said, and the button works again', async () => {
  const made = await session({ default_locale: 'en' });
  const paid = await payIn(made, { type: 'paypay' });
  const { page, context, close } = await buyer();
  await page.goto(new URL(paid.redirect_url, server.base).href);
  await page.getByRole('button', { name: 'Capture' }).waitFor();
  await context.route('**/act', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: 'x' }), { times: 1 });
  await press(page, 'Capture');
  await page.getByRole('alert').waitFor();
  assert.match(await page.getByRole('alert').textContent(), /could not connect/);
  await press(page, 'Capture');
  await backAtShop(page);
  assert.equal(await status(paid), 'captured');
  await close();
});

test('after its deadline nothing can be done', async () => {
  const tester = await server.merchant('ordinary'); // a clock of its own
  const payment = ok(await tester.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', return_url: `${SHOP}/back`, locale: 'en',
    payment_details: { type: 'paypay' } }));
  const { page, close } = await buyer();
  await page.goto(pageOf(payment));
  await page.getByRole('button', { name: 'Capture' }).waitFor();
  await tester.clock({ to: payment.payment_deadline });
  await tester.clock({ advance_s: 2 });
  await press(page, 'Capture');
  await page.getByRole('heading', { name: 'Expired' }).waitFor();
  assert.equal(ok(await tester.get(`/payments/${payment.id}`)).status, 'expired');
  await close();
});

test('there is no such page for anything else', async () => {
  const card = await shop.pay(1000);
  const { page, close } = await buyer({ locale: 'en-US' });
  for (const id of [card.id, shop.id, 'x', '0123456789012345678901234']) {
    const headers = (await page.goto(`${server.base}/simulator/${id}`)).headers();
    assert.match(headers['content-security-policy'], /frame-ancestors 'none'/);
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByRole('alert').textContent(), 'There is no such test payment');
    assert.equal(await page.getByRole('button').count(), 0);
  }
  await look(page, 'simulator-gone-phone-en');
  await close();
});

closes(server);
