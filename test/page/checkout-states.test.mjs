// SPDX-License-Identifier: Apache-2.0
// checkout-states.test.mjs: the hosted page tells the truth, and a session is paid once: pressed twice, in two tabs, by the
// back button, with lost connections; sessions that have ended or are not there; languages; slow networks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backAtShop, buyer, look, SHOP } from '../lib/browser.mjs';
import { alert, fillCard, fillFields, open, pageOf, paidOf, sessionOf, submit } from '../lib/checkout.mjs';
import { closes, ok, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const CARD_ONLY = { payment_types: ['credit_card'], default_locale: 'en' };
/** Connections that the test itself has cut are nothing to complain of. */
const forgive = (complaints) => complaints.splice(0).forEach((one) => assert.match(one, /^Failed to load resource: net::/));
const heading = (page, name) => page.getByRole('heading', { name }).waitFor();

/** How many payments of the shop an order number has. */
const attempts = async (number) => ok(await shop.get(`/payments?external_order_num=${number}`)).total;
let orders = 0;
async function numbered(more = {}) {
  const number = `ORDER-${++orders}`;
  return [await sessionOf(shop, { ...CARD_ONLY, ...more, payment_data: { external_order_num: number } }), number];
}

test('pressed twice, it is paid once', async () => {
  const [made, number] = await numbered();
  const { page, close } = await buyer();
  let sent = 0;
  page.on('request', (request) => { if (request.method() === 'POST') sent++; });
  await open(server, page, made);
  await fillCard(page);
  await page.evaluate(() => { // in one go, before the page can be drawn again
    const button = document.querySelector('button[type=submit]');
    for (let i = 0; i < 3; i++) button.click();
  });
  await backAtShop(page);
  assert.equal(sent, 1);
  assert.equal(await attempts(number), 1);
  await close();
});

test('an answer that is lost is asked for again under the same key', async () => {
  const [made, number] = await numbered();
  const { page, complaints, close } = await buyer();
  const keys = [];
  await page.route('**/pay', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch(); // it is done, and nobody hears of it
    return route.abort('connectionreset');
  });
  await open(server, page, made);
  await fillCard(page);
  await submit(page);
  await backAtShop(page);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.match(keys[0], /^[0-9a-f]{32}$/);
  assert.equal(await attempts(number), 1);
  forgive(complaints);
  await close();
});

test('without a connection the buyer is told, and can press again', async () => {
  const [made, number] = await numbered();
  const { page, complaints, close } = await buyer();
  const keys = new Set();
  let isLost = true;
  await page.route('**/pay', (route) => {
    keys.add(route.request().headers()['idempotency-key']);
    return isLost ? route.abort('internetdisconnected') : route.continue();
  });
  await open(server, page, made);
  await fillCard(page);
  await submit(page);
  assert.match(await alert(page), /You can press the button again: you will not be charged twice/);
  isLost = false;
  await fillCard(page); // the code has to be typed again
  await submit(page);
  await backAtShop(page);
  assert.equal(keys.size, 1, 'the same request, the same key');
  assert.equal(await attempts(number), 1);
  forgive(complaints);
  await close();
});

test('a page that cannot be read can be read again', async () => {
  const made = await sessionOf(shop, CARD_ONLY);
  const { page, complaints, close } = await buyer({ locale: 'en-US' });
  await page.route('**/state', (route) => route.abort('internetdisconnected'));
  await open(server, page, made);
  await heading(page, 'No connection');
  await look(page, 'checkout-lost-en');
  await page.unroute('**/state');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('#cc-number').waitFor();
  forgive(complaints);
  await close();
});

test('two tabs, two browsers: the second is told that it is paid', async () => {
  const [made, number] = await numbered();
  const { page: first, context, close } = await buyer();
  const other = await buyer({ size: 'desktop' });
  const second = await context.newPage();
  for (const page of [first, second, other.page]) {
    await open(server, page, made);
    await fillCard(page);
  }
  await submit(first);
  await backAtShop(first);
  await submit(other.page); // refused
  await heading(other.page, 'Payment complete');
  await look(other.page, 'checkout-completed-desktop-en');
  await second.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await heading(second, 'Payment complete'); // seen again, without pressing
  assert.equal(await second.locator('form').count(), 0);
  assert.equal(await attempts(number), 1);
  await other.close();
  await close();
});

test('ten buyers pay one session at once: one payment', async () => {
  const [made, number] = await numbered();
  const { context, close } = await buyer({ size: 'desktop' });
  const pages = await Promise.all(Array.from({ length: 10 }, () => context.newPage()));
  for (const page of pages) {
    page.setDefaultTimeout(60000);
    await open(server, page, made);
    await fillCard(page);
  }
  await Promise.all(pages.map((page) => page.evaluate(() => document.querySelector('button[type=submit]').click())));
  await Promise.all(pages.map((page) => Promise.race([page.waitForURL(`${SHOP}/**`), heading(page, 'Payment complete')])));
  const { status, payment } = ok(await shop.get(`/sessions/${made.id}`));
  assert.deepEqual([status, payment.status], ['completed', 'captured']);
  const all = ok(await shop.get(`/payments?external_order_num=${number}`)).data;
  assert.equal(all.filter((one) => one.status === 'captured').length, 1);
  await close();
});

test('back from the shop: it is paid, and nothing can be pressed', async () => {
  const [made, number] = await numbered();
  const { page, close } = await buyer();
  await open(server, page, made);
  await fillCard(page);
  await submit(page);
  await backAtShop(page);
  await page.goBack();
  await heading(page, 'Payment complete');
  assert.equal(await page.locator('button[type=submit]').count(), 0);
  const back = page.getByRole('link', { name: 'Return to the shop' });
  assert.equal(await back.getAttribute('href'), `${SHOP}/thanks?order=5&session_id=${made.id}`);
  await look(page, 'checkout-completed-phone-en');
  assert.equal(await attempts(number), 1);
  await close();
});

test('a page that comes out of the browser\'s cache reads its session again, and can be pressed again', async () => {
  const made = await sessionOf(shop, { payment_types: ['paypay'], default_locale: 'en' });
  const { page, close } = await buyer();
  await open(server, page, made);
  let go;
  const gone = new Promise((resolve) => { go = resolve; });
  await page.route('**/pay', async (route) => { await gone; await route.fulfill({ status: 502, json: { error: { code: 'other_error' } } }); });
  await submit(page);
  await page.getByRole('button', { name: 'Processing…' }).waitFor();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await page.getByRole('button', { name: 'Pay ¥3,200 with PayPay' }).waitFor();
  ok(await shop.post(`/sessions/${made.id}/cancel`));
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await heading(page, 'This payment was cancelled');
  go();
  await close();
});

test('a slip that has been issued is not asked for again', async () => {
  const made = await sessionOf(shop, { payment_types: ['konbini'], default_locale: 'en' });
  const { page, close } = await buyer();
  await open(server, page, made);
  await fillFields(page);
  await Promise.all([page.waitForURL(/instructions/), submit(page)]);
  await page.goto(pageOf(server, made));
  await heading(page, 'We have your order');
  assert.match(await page.locator('.paid').innerText(), /¥3,390/);
  assert.equal(await page.getByRole('link', { name: 'How to pay' }).getAttribute('href'), `/sessions/${made.id}/instructions`);
  await look(page, 'checkout-slip-en');
  await close();
});

test('authorized for a later capture is done for the buyer; without a shop\'s address it ends on the page', async () => {
  const made = await sessionOf(shop, { ...CARD_ONLY, return_url: undefined, payment_data: { capture: 'manual' } });
  const { page, close } = await buyer();
  await open(server, page, made);
  assert.equal(await page.getByRole('link').count(), 0);
  await fillCard(page);
  await submit(page);
  await heading(page, 'All done');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  assert.equal(await page.getByRole('link').count(), 0);
  assert.deepEqual(await paidOf(shop, made), ['completed', 'authorized']);
  await close();
});

test('what becomes of the payment later is told: a slip that nobody paid, a refund, an authorization that was given up', async () => {
  const own = await server.merchant('ordinary'); // whose clock is moved
  const { page, close } = await buyer();
  const pay = async (made, payment_details) => ok(await own.post(`/sessions/${made.id}/pay`, { payment_details })).payment;
  const CARD = { type: 'credit_card', number: '4111111111111111', month: 12, year: 2035, name: 'HANA' };
  await own.pay(10000); // what a refund is paid with
  const refunded = await sessionOf(own, CARD_ONLY);
  ok(await own.post(`/payments/${(await pay(refunded, CARD)).id}/refund`));
  const given = await sessionOf(own, { ...CARD_ONLY, payment_data: { capture: 'manual' } });
  ok(await own.post(`/payments/${(await pay(given, CARD)).id}/cancel`));
  const slip = await sessionOf(own, { default_locale: 'en' });
  await pay(slip, { type: 'konbini', store: 'lawson', email: 'hana@shop.example' });
  await open(server, page, slip);
  await heading(page, 'We have your order');
  await own.clock({ advance_s: 5 * 86400 });
  for (const [made, text] of [[refunded, 'This payment was refunded'], [given, 'This payment was cancelled'],
    [slip, 'The time to pay has run out']]) {
    await open(server, page, made);
    await heading(page, text);
  }
  await close();
});

test('cancelled, expired, and not there', async () => {
  const own = await server.merchant('ordinary'); // whose clock is moved
  const { page, close } = await buyer({ locale: 'ja-JP' });
  const cancelled = await sessionOf(own);
  ok(await own.post(`/sessions/${cancelled.id}/cancel`));
  await open(server, page, cancelled);
  await heading(page, 'このお支払いはキャンセルされました');
  await look(page, 'checkout-cancelled-ja');

  const expiring = await sessionOf(own, { ...CARD_ONLY, default_locale: 'ja', expires_in_seconds: 600 });
  await open(server, page, expiring);
  await fillCard(page);
  await own.clock({ advance_s: 601 });
  await submit(page); // refused
  await heading(page, 'お支払いの期限が過ぎました');
  await look(page, 'checkout-expired-ja');
  await page.getByRole('link', { name: 'ショップに戻る' }).click();
  assert.equal((await backAtShop(page)).searchParams.get('session_id'), expiring.id);

  await open(server, page, { session_url: `${server.base}/sessions/${'0'.repeat(25)}` });
  await heading(page, 'このお支払いは見つかりません');
  await look(page, 'checkout-gone-ja');
  await close();
});

test('back to the shop without paying leaves the session as it is', async () => {
  const made = await sessionOf(shop, CARD_ONLY);
  const { page, close } = await buyer();
  await open(server, page, made);
  await page.getByRole('link', { name: 'Return to the shop' }).click();
  const at = await backAtShop(page);
  assert.deepEqual([at.pathname, at.searchParams.get('order'), at.searchParams.get('session_id')], ['/thanks', '5', made.id]);
  assert.equal(ok(await shop.get(`/sessions/${made.id}`)).status, 'pending');
  await close();
});

test('the language can be changed, and what was typed stays', async () => {
  const made = await sessionOf(shop, { ...CARD_ONLY, default_locale: 'ja' });
  const { page, close } = await buyer();
  await open(server, page, made);
  const lang = () => page.evaluate(() => document.documentElement.lang);
  assert.equal(await lang(), 'ja');
  await fillCard(page);
  for (const [locale, label, title] of [['ko', '카드 번호', /^결제 - /], ['en', 'Card number', /^Payment - /]]) {
    await page.locator('select.language').selectOption(locale);
    await page.getByLabel(label, { exact: true }).waitFor();
    assert.equal(await lang(), locale);
    assert.match(await page.title(), title);
    assert.equal(await page.locator('#cc-number').inputValue(), '4111 1111 1111 1111');
  }
  await page.reload();
  await page.getByLabel('Card number', { exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, '?locale=en');
  await close();
});

test('the language that the buyer has chosen goes along: to the slip, to the issuer and into the e-mail', async () => {
  const made = await sessionOf(shop, { payment_types: ['konbini'], default_locale: 'ja' });
  const { page, close } = await buyer();
  await open(server, page, made);
  await page.locator('select.language').selectOption('en');
  await fillFields(page);
  await submit(page);
  await page.waitForURL('**/instructions');
  await page.getByRole('heading', { name: 'How to make a payment at Seven Eleven' }).waitFor();
  const { payment } = ok(await shop.get(`/sessions/${made.id}`));
  assert.equal(payment.locale, 'en');
  assert.match(payment.payment_details.instructions_url, /\/en\/instructions\//);
  const [mail] = ok(await shop.get('/test_helpers/mailbox')).data;
  assert.deepEqual([mail.payment, mail.kind, mail.locale], [payment.id, 'instruction', 'en']);

  const card = await sessionOf(shop, { payment_types: ['credit_card'], default_locale: 'ja' });
  await open(server, page, card, '?locale=ko');
  await fillCard(page, '4100000000000100');
  await submit(page);
  await page.frameLocator('iframe.issuer').locator('#code').waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'ko');
  await close();
});

test('on a slow network the page can be used, says that it works, and nothing moves under the finger', async () => {
  const [made, number] = await numbered({ line_items: [{ description: 'Tea', amount: 3200 }], payment_types: undefined });
  const { page, context, close } = await buyer({ fresh: true });
  await page.addInitScript(() => {
    globalThis.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 300, downloadThroughput: 50000, uploadThroughput: 25000 });
  await open(server, page, made);
  await fillCard(page);
  assert.ok(await page.evaluate(() => globalThis.shift) < 0.1);
  await submit(page);
  const button = page.getByRole('button', { name: 'Processing…' });
  await button.waitFor();
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  await backAtShop(page);
  assert.equal(await attempts(number), 1);
  await close();
});

closes(server);
