// SPDX-License-Identifier: Apache-2.0
// checkout.test.mjs: a buyer pays on the hosted page with a card: on a phone and a desktop, in three languages, in both
// schemes of colours, by keyboard alone; what is refused, and what happens then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backAtShop, buyer, look, SHOP } from '../lib/browser.mjs';
import { alert, choose, fillCard, open, pageOf, paidOf, sessionOf, submit } from '../lib/checkout.mjs';
import { closes, ok, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const CARD_ONLY = { payment_types: ['credit_card'] };
const ORDER = { line_items: [{ description: '静岡の煎茶 100g', amount: 1100, quantity: 2 }, { description: '急須', amount: 1000 }] };
const error = (page, id) => page.locator(`#${id}-error`).innerText();

for (const [size, locale, dark] of [['phone', 'ja', false], ['desktop', 'en', false], ['phone', 'ko', true], ['narrow', 'ja', true]])
  test(`a card is paid: ${size}, ${locale}${dark ? ', dark' : ''}`, async () => {
    const made = await sessionOf(shop, { ...ORDER, default_locale: locale });
    const { page, close } = await buyer({ size, dark });
    await open(server, page, made);
    await look(page, `checkout-card-${size}-${locale}`);
    await fillCard(page, '5555555555554444');
    await submit(page);
    const at = await backAtShop(page);
    assert.equal(at.href, `${SHOP}/thanks?order=5&session_id=${made.id}`);
    assert.deepEqual(await paidOf(shop, made), ['completed', 'captured']);
    await close();
  });

test('the first load of the page is at most 60 kB, and its assets are there for good', async () => {
  const made = await sessionOf(shop, ORDER);
  const { page, context, close } = await buyer({ fresh: true });
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  const types = new Map(), loaded = [];
  cdp.on('Network.responseReceived', ({ requestId, type, response }) => types.set(requestId, { type, url: response.url, headers: response.headers }));
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => loaded.push({ ...types.get(requestId), bytes: encodedDataLength }));
  await open(server, page, made);
  await page.waitForLoadState('networkidle');
  const files = loaded.filter(({ type }) => ['Document', 'Script', 'Stylesheet'].includes(type));
  assert.deepEqual([...new Set(files.map(({ type }) => type))].sort(), ['Document', 'Script', 'Stylesheet']);
  for (const { type, headers } of files) {
    assert.equal(headers['Content-Encoding'] ?? headers['content-encoding'], 'br', type);
    if (type !== 'Document') assert.match(headers['Cache-Control'] ?? headers['cache-control'], /immutable/);
  }
  const sum = files.reduce((all, { bytes }) => all + bytes, 0);
  assert.ok(sum > 5000 && sum <= 60000, `${sum} bytes`);
  await close();
});

test('a card can be paid by keyboard alone, and the focus is always seen', async () => {
  const made = await sessionOf(shop, CARD_ONLY);
  const { page, close } = await buyer({ size: 'desktop', locale: 'en-GB' });
  await open(server, page, made);
  const seen = [];
  const next = async () => {
    await page.keyboard.press('Tab');
    seen.push(await page.evaluate(() => {
      const at = document.activeElement, { outlineStyle, outlineWidth } = getComputedStyle(at);
      return [at.id || at.className || at.type, outlineStyle !== 'none' && parseFloat(outlineWidth) > 0];
    }));
  };
  await next(); // language
  for (const text of ['4111111111111111', '1235', '123', 'TARO YAMADA']) {
    await next();
    await page.keyboard.type(text);
  }
  await next();
  assert.deepEqual(seen.map(([name]) => name), ['language', 'cc-number', 'cc-exp', 'cc-cvc', 'cc-name', 'main']);
  assert.ok(seen.every(([, isSeen]) => isSeen), JSON.stringify(seen));
  await page.keyboard.press('Enter');
  await backAtShop(page);
  assert.deepEqual(await paidOf(shop, made), ['completed', 'captured']);
  await close();
});

test('what cannot be right is said beside the field, and nothing is sent', async () => {
  const made = await sessionOf(shop, { ...CARD_ONLY, default_locale: 'en' });
  const { page, close } = await buyer();
  let sent = 0;
  page.on('request', (request) => { if (request.method() === 'POST') sent++; });
  await open(server, page, made);
  await submit(page);
  assert.equal(await alert(page), 'Please check what you entered.');
  assert.equal(await error(page, 'cc-number'), 'Check the card number');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'cc-number');
  await look(page, 'checkout-card-errors');
  await fillCard(page, '4111111111111112'); // no Luhn
  await page.locator('#cc-exp').fill('1335');
  await page.locator('#cc-cvc').fill('12');
  await page.locator('#cc-name').fill('');
  await submit(page);
  for (const id of ['cc-number', 'cc-exp', 'cc-cvc', 'cc-name']) assert.notEqual(await error(page, id), '', id);
  assert.equal(sent, 0);
  await fillCard(page);
  await page.locator('#cc-exp').fill('0120');
  await submit(page);
  assert.equal(await error(page, 'cc-exp'), 'Check the expiry date');
  assert.equal(sent, 0);
  await fillCard(page, '378282246310005');
  assert.equal(await page.locator('#cc-number').inputValue(), '3782 822463 10005');
  await submit(page);
  await backAtShop(page);
  assert.equal(sent, 1);
  await close();
});

test('what the server finds wrong with a field is said beside it, until that is changed', async () => {
  const made = await sessionOf(shop, { ...CARD_ONLY, default_locale: 'en' });
  const { page, close } = await buyer();
  await page.route('**/pay', (route) => route.fulfill({ status: 422, json: { status: 'error',
    error: { code: 'invalid_parameter', message: 'month', param: 'payment_details.month', details: {} } } }));
  await open(server, page, made);
  await fillCard(page);
  await submit(page);
  assert.equal(await alert(page), 'Please check what you entered.');
  assert.equal(await error(page, 'cc-exp'), 'Please check this');
  await page.waitForFunction(() => document.activeElement.id === 'cc-exp');
  await page.locator('#cc-exp').fill('1135');
  assert.equal(await error(page, 'cc-exp'), '');
  await close();
});

test('an address that a browser would run is not gone to', async () => {
  const made = await sessionOf(shop, { ...CARD_ONLY, default_locale: 'en' });
  const { page, close } = await buyer();
  let sent = 0;
  await page.route('**/pay', (route) => { sent++; return route.fulfill({ json: { redirect_url: 'java\nscript:document.body.remove()' } }); });
  await open(server, page, made);
  await fillCard(page);
  await submit(page);
  await page.locator('form:not([aria-busy=true]) button[type=submit]').waitFor();
  assert.equal(sent, 1);
  assert.equal(page.url(), pageOf(server, made));
  await close();
});

const DECLINES = { 4123111111111000: 'insufficient_funds', 4123111111111034: 'bad_verification_value', 4123111111111059: 'card_declined' };
test('a declined card: what was typed stays, but for the code, and another card pays the same session', async () => {
  const made = await sessionOf(shop, { ...CARD_ONLY, default_locale: 'en' });
  const { page, close } = await buyer();
  await open(server, page, made);
  for (const number of Object.keys(DECLINES)) { // a buyer is told of each decline the same
    await fillCard(page, number);
    await submit(page);
    assert.match(await alert(page), /^The card was declined\./);
    assert.equal((await page.locator('#cc-number').inputValue()).replaceAll(' ', ''), number);
    assert.equal(await page.locator('#cc-name').inputValue(), 'TARO YAMADA');
    assert.equal(await page.locator('#cc-cvc').inputValue(), '');
  }
  await look(page, 'checkout-card-declined');
  assert.deepEqual(await paidOf(shop, made), ['pending', 'failed']);
  await page.reload();
  assert.match(await page.locator('.note').first().innerText(), /last attempt did not go through/);
  await fillCard(page);
  await submit(page);
  await backAtShop(page);
  assert.deepEqual(await paidOf(shop, made), ['completed', 'captured']);
  await close();
});

test('a scenario of the session refuses every attempt', async () => {
  const made = await sessionOf(shop, { ...CARD_ONLY, default_locale: 'ja' }, { 'Komoju-Scenario': 'exceeds_limit' });
  const { page, close } = await buyer();
  await open(server, page, made);
  for (let i = 0; i < 2; i++) {
    await fillCard(page);
    await submit(page);
    assert.match(await alert(page), /このカードはご利用いただけませんでした/);
  }
  await close();
});

test('a card that is to be authenticated takes the buyer to the issuer', async () => {
  const made = await sessionOf(shop, CARD_ONLY);
  const { page, close } = await buyer();
  await open(server, page, made);
  await fillCard(page, '4100000000000100');
  await Promise.all([page.waitForURL(/\/three_d_secure_service\//), submit(page)]);
  assert.deepEqual(await paidOf(shop, made), ['pending', 'pending']);
  await close();
});

test('only the brands of the session are taken, and the brand is told while typing', async () => {
  const made = await sessionOf(shop, { ...CARD_ONLY, default_locale: 'en' });
  const { page, close } = await buyer();
  await page.route('**/state', async (route) => {
    const reply = await route.fetch(), state = await reply.json();
    state.methods[0].brands = ['visa', 'jcb'];
    await route.fulfill({ response: reply, json: state });
  });
  await open(server, page, made);
  assert.match(await page.locator('#cc-number-hint').innerText(), /Accepted: Visa, JCB$/);
  await page.locator('#cc-number').pressSequentially('35300');
  assert.equal(await page.locator('.brand').getAttribute('alt'), 'JCB');
  await fillCard(page, '5555555555554444');
  await submit(page);
  assert.equal(await error(page, 'cc-number'), 'Cards of this brand are not accepted');
  await close();
});

test('modes that store: the page says so, and a stored card pays the next session at once', async () => {
  const of = { external_customer_id: 'user-17', default_locale: 'en' };
  const { page, close } = await buyer();
  const stored = await sessionOf(shop, { ...of, mode: 'customer', amount: 0 });
  await open(server, page, stored);
  assert.equal(await page.locator('h1').innerText(), 'Save a way to pay');
  assert.match(await page.locator('.note').innerText(), /^A ordinary saves this way to pay/);
  await look(page, 'checkout-customer-en');
  await fillCard(page);
  await submit(page);
  await backAtShop(page);
  assert.equal((await paidOf(shop, stored))[0], 'completed');

  const both = await sessionOf(shop, { ...of, mode: 'customer_payment' });
  await open(server, page, both);
  assert.equal(await page.locator('h1').innerText(), '¥3,200');
  assert.match(await page.locator('.note').innerText(), /saves this way to pay/);
  await fillCard(page, '5555555555554444');
  await submit(page);
  await backAtShop(page);
  assert.deepEqual(await paidOf(shop, both), ['completed', 'captured']);

  const next = await sessionOf(shop, of);
  await open(server, page, next);
  assert.equal(await page.locator('input[name=method]:checked').getAttribute('value'), 'stored');
  assert.match(await page.locator('.method').first().innerText(), /Mastercard •••• 4444/);
  await look(page, 'checkout-stored-en');
  await submit(page);
  await backAtShop(page);
  assert.deepEqual(await paidOf(shop, next), ['completed', 'captured']);
  await close();
});

test('amounts of other currencies, and a conversion before the buyer confirms', async () => {
  const far = await server.merchant('ordinary');
  await server.cli('exchange-rate', 'set', '--merchant', far.id, '--from', 'JPY', '--to', 'EUR', '--rate', '0.00697');
  const made = await sessionOf(far, { amount: 6000, payment_types: ['credit_card', 'giropay'], default_locale: 'en' });
  const { page, close } = await buyer();
  await open(server, page, made);
  assert.equal(await page.locator('#conversion').count(), 0);
  await choose(page, 'giropay');
  assert.match(await page.locator('#conversion').innerText(), /charged in EUR.*1 JPY = 0.00697 EUR/);
  assert.match(await page.locator('.total-box').innerText(), /¥6,000[\s\S]*€41\.82/);
  assert.match(await page.locator('button[type=submit]').innerText(), /€41\.82/);
  await look(page, 'checkout-conversion-en');
  for (const [currency, amount, text] of [['USD', 1999, /\$19\.99/], ['IDR', 1999900, /IDR\s19,999\.00/], ['KRW', 5000, /₩5,000/]]) {
    await open(server, page, await sessionOf(far, { amount, currency, payment_types: ['credit_card'], default_locale: 'en' }));
    assert.match(await page.locator('h1').innerText(), text);
  }
  await close();
});

test('the address of a page has no details of a card, and nothing is kept in the browser', async () => {
  const made = await sessionOf(shop, CARD_ONLY);
  const { page, context, close } = await buyer();
  const addresses = [];
  page.on('request', (request) => addresses.push(request.url()));
  await open(server, page, made);
  await fillCard(page, '4123111111111059');
  await submit(page);
  await alert(page);
  assert.doesNotMatch(addresses.join(' '), /4123111111111059|TARO/);
  assert.deepEqual(await context.cookies(), []);
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
  assert.equal(pageOf(server, made), page.url());
  assert.equal(ok(await shop.get(`/sessions/${made.id}`)).status, 'pending');
  await close();
});

closes(server);
