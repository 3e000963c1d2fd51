// SPDX-License-Identifier: Apache-2.0
// fields_element.test.mjs: the elements as a shop's script meets them: attributes, events, themes, and what must not get through.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backAtShop, buyer } from '../lib/browser.mjs';
import { closes, ok, until } from '../lib/server.mjs';
import { arrive, buy, fillCard, insideOf, lookInside } from './shop/visit.mjs';

const { server, merchant, shop, session, state, visit } = await arrive();

test('KOMOJU\'s elements and attributes: the picker changes the fields, and another page is gone to', async () => {
  const made = await session({ payment_types: ['credit_card', 'konbini', 'bank_transfer', 'paypay', 'paidy'] });
  const { page, frame, heard, close } = await visit(made, { as: 'komoju' });
  const picker = page.locator('komoju-picker');
  await frame.locator('#cc-number').waitFor();
  await picker.getByText('コンビニ').waitFor();
  assert.equal(await picker.locator('svg').count(), 5);
  assert.equal(await picker.locator('input:checked').getAttribute('value'), 'credit_card');
  await lookInside(page, 'fields-picker-phone-ja');
  assert.deepEqual((await heard()).map(([name]) => name), ['komoju-session-change']);
  assert.equal((await heard())[0][1].session.id, made.id);

  await picker.getByText('コンビニ').click();
  await frame.locator('#kb-email').waitFor();
  assert.equal(await page.locator('#fields').getAttribute('payment-type'), 'konbini');
  await picker.getByText('銀行振込').click();
  await frame.locator('#more-family_name_kana').waitFor();
  await lookInside(page, 'fields-bank-transfer-phone-ja');
  await picker.locator('input[value="paidy"]').check();
  await frame.locator('#more-phone').waitFor();
  await picker.locator('label', { hasText: 'PayPay' }).click();
  await frame.getByText('このあと').waitFor();
  await lookInside(page, 'fields-offsite-phone-ja');
  const gone = page.waitForRequest((request) => request.isNavigationRequest() && request.frame() === page.mainFrame()
    && request.url().startsWith(`${server.base}/`));
  await buy(page);
  await gone;
  const { status, payment } = await state(made);
  assert.deepEqual([status, payment.status, payment.payment_details.type], ['pending', 'pending', 'paypay']);
  await close();
});

test('a shop that tells of errors itself prevents the event, and the fields say nothing', async () => {
  const made = await session();
  const { page, frame, heard, close } = await visit(made, { more: { own: '1' } });
  await fillCard(frame, '4123111111111059');
  await page.locator('#buy').click();
  await until('the shop hears of the error', async () => (await heard()).some(([name]) => name === 'kessai-error'));
  await page.evaluate(() => document.querySelector('#fields').methods()); // answered after all that was said before
  assert.equal(await frame.locator('[role=alert]').count(), 0);
  await close();
});

test('a theme colours the fields by the properties of its list; nothing of it is loaded by the frame', async () => {
  const made = await session();
  const { page, frame, close } = await visit(made, { attributes: 'theme="theme.css"' });
  await frame.locator('#cc-number').waitFor();
  const inside = insideOf(page);
  const read = (name) => inside.evaluate((of) => document.documentElement.style.getPropertyValue(of), name);
  await until('the theme is there', async () => await read('--main') === '#7a1fa2');
  assert.deepEqual([await read('--radius'), await read('--ink'), await read('--font-size')], ['2px', 'rgb(40, 20, 60)', '18px']);
  assert.deepEqual([await read('--line'), await read('--kessai-other'), await inside.evaluate(() => document.querySelectorAll('link[href*="theme"]').length)], ['', '', 0]);
  await lookInside(page, 'fields-theme-phone-ja');
  await close();
});

test('the fields are dark where the page around is', async () => {
  const made = await session({ default_locale: 'en' });
  const { page, frame, close } = await visit(made, { options: { size: 'desktop', locale: 'en-US', dark: true } });
  await frame.locator('#cc-number').waitFor();
  const inside = insideOf(page);
  const scheme = () => inside.evaluate(() => document.documentElement.dataset.scheme);
  assert.equal(await scheme(), 'light', 'a page that knows no dark one stays light');
  await page.evaluate(() => { document.documentElement.classList.add('night'); document.querySelector('#fields').setAttribute('locale', 'ko'); });
  await until('the frame is dark', async () => await scheme() === 'dark');
  await frame.getByText('카드 번호').waitFor();
  await lookInside(page, 'fields-dark-desktop-ko');
  await close();
});

test('a token is made without a session, by submit(), which gives it to the shop\'s script', async () => {
  const { page, frame, close } = await visit(null, { attributes: 'token' });
  await fillCard(frame);
  const token = await page.evaluate(() => document.querySelector('#fields').submit());
  assert.match(token.id, /^tok_/);
  const paid = ok(await merchant.post('/payments', { amount: 900, currency: 'JPY', payment_details: token.id }));
  assert.equal(paid.status, 'captured');
  await close();
});

test('a session that the shop has already read is not asked for again', async () => {
  const made = await session({ default_locale: 'en' });
  const { page, frame, context, close } = await visit(null);
  let reads = 0;
  context.on('request', (request) => { if (request.url().includes('/api/v1/sessions')) reads++; });
  await page.evaluate((whole) => { document.querySelector('#fields').session = whole; }, made);
  await frame.getByText('Card number').waitFor();
  assert.equal(reads, 0);
  assert.equal(await page.evaluate(() => document.querySelector('#fields').session.id), made.id);
  await fillCard(frame);
  await page.locator('#buy').click();
  await backAtShop(page);
  assert.equal((await state(made)).status, 'completed');
  await close();
});

test('a type whose fields are not known here says so, and is no dead end', async () => {
  const made = await session({ payment_types: ['web_money', 'credit_card'] });
  const { page, frame, heard, close } = await visit(made);
  await frame.getByText('ここではご利用いただけません').waitFor();
  await page.locator('#buy').click();
  await until('the shop hears of it', async () => (await heard()).at(-1)[1].error?.code === 'missing_parameter');
  await page.locator('#fields').evaluate((fields) => { fields.paymentType = 'credit_card'; });
  await fillCard(frame);
  await page.locator('#buy').click();
  await backAtShop(page);
  await close();
});

test('the WooCommerce plugin leads a type that has no token to the hosted page, by its own form', async () => {
  const made = await session({ payment_types: ['web_money', 'credit_card'] });
  const { page, frame, close } = await visit(null, { as: 'komoju', attributes: `token name="komoju_payment_token" payment-type="web_money" session="${
    JSON.stringify(made).replaceAll('"', '&quot;')}"` });
  await frame.getByText('お支払い方法のページに移動します').waitFor();
  await page.evaluate(() => {
    const fields = document.querySelector('komoju-fields[payment-type="web_money"]');
    fields.addEventListener('komoju-error', (event) => {
      if (event.detail.error?.code !== 'missing_parameter') return;
      event.preventDefault();
      fields.submitParentForm();
    });
  });
  await page.locator('#buy').click();
  await page.locator('#ordered').waitFor();
  assert.deepEqual(shop.orders.splice(0), [{}], 'without a token');
  await close();
});

test('of several fields in one form the one that is seen is submitted', async () => {
  const made = await session({ payment_types: ['credit_card', 'konbini'] });
  const { page, frame, close } = await visit(made, { attributes: 'payment-type="konbini"' });
  await page.evaluate(([id, key]) => {
    const other = document.createElement('kessai-fields');
    Object.assign(other, { id: 'hidden', hidden: true, sessionId: id, publishableKey: key, paymentType: 'credit_card' });
    document.querySelector('#order').prepend(other);
  }, [made.id, merchant.publishable]);
  await frame.locator('input[value="ministop"]').check();
  await frame.locator('#kb-email').fill('taro@example.com');
  await page.locator('#buy').click();
  await page.waitForURL(`**/sessions/${made.id}/instructions`);
  assert.equal((await state(made)).payment.payment_details.store, 'ministop');
  await close();
});

test('an element that is moved in the page begins again, and works', async () => {
  const made = await session();
  const { page, frame, close } = await visit(made);
  await frame.locator('#cc-number').fill('4111');
  await page.evaluate(() => { document.querySelector('main').append(document.querySelector('#fields')); });
  await until('the fields are empty', async () => await frame.locator('#cc-number').inputValue() === '');
  await fillCard(frame);
  await page.evaluate(() => { document.querySelector('#fields').submit(); }); // out of its form now
  await backAtShop(page);
  await close();
});

test('a session that is over or cannot be read says so', async () => {
  const made = await session();
  ok(await merchant.post(`/sessions/${made.id}/cancel`));
  const over = await visit(made);
  await over.frame.getByText('このお支払いは終了しています').waitFor();
  await lookInside(over.page, 'fields-over-phone-ja');
  await over.close();
  const { frame, close } = await visit({ id: '0'.repeat(25) });
  await frame.getByText('お支払い情報を読み込めませんでした').waitFor();
  await close();
});

test('a frame that does not come is told to the shop, and asked for again', async () => {
  const made = await session();
  const { page, frame, heard, complaints, close } = await visit(made);
  await frame.locator('#cc-number').waitFor();
  await page.clock.install();
  await page.route('**/fields/frame', (route) => route.abort());
  await page.reload();
  await until('there is an element', () => page.evaluate(() => document.querySelector('#fields')?.submit !== undefined));
  const submitted = page.evaluate(() => { globalThis.pressed = true; return document.querySelector('#fields').submit(); });
  await until('it has been pressed', () => page.evaluate(() => globalThis.pressed));
  await page.unroute('**/fields/frame');
  await page.clock.fastForward(20000);
  await submitted;
  assert.deepEqual((await heard()).map(([name, { error }]) => [name, error.code]), [['kessai-error', 'connection_lost'], ['komoju-error', 'connection_lost']]);
  await fillCard(frame);
  await page.evaluate(() => { document.querySelector('#fields').submit(); });
  await backAtShop(page);
  complaints.splice(0).forEach((one) => assert.match(one, /^Failed to load resource: net::/));
  await close();
});

test('a window that is not the element\'s is not listened to, and a message without the nonce opens nothing', async () => {
  const made = await session();
  const { page, frame, heard, close } = await visit(made);
  await frame.locator('#cc-number').waitFor();
  const got = await page.evaluate(async () => {
    const fields = document.querySelector('#fields'), inside = fields.querySelector('iframe');
    const nonce = inside.src.split('#')[1], origin = new URL(inside.src).origin, seen = [];
    // Another page of the shop says that it is the frame, under the right nonce.
    window.postMessage({ kessai: 'ready', nonce }, '*');
    // And somebody asks the frame for a second port, with the right nonce and with a wrong one.
    for (const one of [nonce, '0'.repeat(32)]) {
      const channel = new MessageChannel();
      channel.port1.onmessage = (event) => seen.push(event.data);
      inside.contentWindow.postMessage({ kessai: 'start', nonce: one }, origin, [channel.port2]);
      channel.port1.postMessage({ type: 'submit', id: 1 });
    }
    await fields.submit(); // answered after all of them
    return seen;
  });
  assert.deepEqual(got, []);
  assert.equal((await heard()).at(-1)[0], 'komoju-invalid');
  await close();
});

test('the frame alone, without a page around it, asks for nothing', async () => {
  const { page, close } = await buyer();
  await page.goto(`${server.base}/fields/frame#${'0'.repeat(32)}`);
  assert.equal(await page.locator('input').count(), 0);
  await close();
});

test('the script is pinned by the hash that we list', async () => {
  const scripts = await (await fetch(`${server.base}/checkout/scripts.json`)).json();
  const { integrity } = scripts.find((one) => one.file === 'fields.js');
  const made = await session();
  const right = await visit(made, { more: { integrity } });
  await right.frame.locator('#cc-number').waitFor();
  await right.close();
  const wrong = await visit(made, { more: { integrity: `sha384-${'A'.repeat(64)}` } });
  assert.equal(await wrong.page.evaluate(() => customElements.get('kessai-fields')), undefined);
  assert.ok(wrong.complaints.splice(0).some((one) => /integrity/.test(one)), 'the browser refuses a script of another hash');
  await wrong.close();
});

/** As KOMOJU Fields sends it: the table of komoju-core 17.2, from a page of another origin. */
const asFields = (page, method, target, body) => page.evaluate(async ([origin, key, method_, target_, body_]) => {
  const reply = await fetch(`${origin}${target_}`, { method: method_, body: body_ && JSON.stringify(body_), headers: {
    accept: 'application/json', 'content-type': 'application/json', authorization: `Basic ${btoa(`${key}:`)}`, 'komoju-via': 'fields' } });
  return { status: reply.status, body: await reply.json() };
}, [server.base, merchant.publishable, method, target, body]);

test('the requests of KOMOJU Fields, from a browser of another origin, are answered with what it reads', async () => {
  const made = await session({ payment_types: ['credit_card', 'konbini', 'paypay'] });
  const { page, close } = await buyer();
  const preflights = [];
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Network.enable');
  protocol.on('Network.requestWillBeSent', ({ request }) => { if (request.method === 'OPTIONS') preflights.push(new URL(request.url).pathname); });
  await page.goto(shop.page('bare'));

  const read = await asFields(page, 'GET', `/api/v1/sessions/${made.id}`);
  assert.equal(read.status, 200);
  assert.deepEqual([read.body.id, read.body.amount, read.body.currency, read.body.default_locale], [made.id, 3200, 'JPY', 'ja']);
  const [card, konbini, paypay] = read.body.payment_methods;
  assert.deepEqual([card.type, card.offsite, card.amount, card.currency, card.exchange_rate, card.additional_fields], ['credit_card', undefined, 3200, 'JPY', 1, []]);
  assert.ok(Array.isArray(card.brands) && card.brands.includes('visa'));
  assert.equal(typeof konbini.customer_fee, 'number');
  assert.match(konbini.brands['seven-eleven'].icon, /^\/assets\/konbini\//);
  assert.deepEqual([paypay.offsite, paypay.additional_fields], [true, []]);
  const methods = await asFields(page, 'GET', '/api/v1/payment_methods');
  assert.ok(methods.body.some((one) => one.type_slug === 'konbini' && one.name_en && one.name_ja && one.name_ko));
  assert.equal((await asFields(page, 'GET', `/api/v1/sessions/${'0'.repeat(25)}`)).status, 404);

  const details = (number) => ({ type: 'credit_card', name: 'TARO YAMADA', number, month: '12', year: '35', verification_value: '123' });
  const token = await asFields(page, 'POST', '/api/v1/tokens', { payment_details: details('4111111111111111') });
  assert.equal(token.status, 200);
  assert.match(token.body.id, /^tok_/);
  const bad = await asFields(page, 'POST', '/api/v1/tokens', { payment_details: { type: 'konbini', store: 'nowhere', email: 'a@example.com', name: 'a' } });
  assert.ok(bad.status >= 400 && bad.body.error.code && bad.body.error.message);

  const declined = await asFields(page, 'POST', `/api/v1/sessions/${made.id}/pay`, { payment_details: details('4123111111111059') });
  assert.equal(declined.body.error.code, 'card_declined');
  const wallet = await asFields(page, 'POST', `/api/v1/sessions/${made.id}/pay`, { payment_details: { type: 'paypay' } });
  assert.match(wallet.body.redirect_url, /^http/);
  const slip = await asFields(page, 'POST', `/api/v1/sessions/${made.id}/pay`,
    { payment_details: { type: 'konbini', store: 'lawson', email: 'taro@example.com', name: 'Taro Yamada' } });
  assert.deepEqual([slip.status, slip.body.error, slip.body.redirect_url.endsWith(`/sessions/${made.id}/instructions`)], [200, undefined, true]);
  assert.deepEqual([...new Set(preflights)].sort(), [`/api/v1/payment_methods`, `/api/v1/sessions/${'0'.repeat(25)}`,
    `/api/v1/sessions/${made.id}`, `/api/v1/sessions/${made.id}/pay`, '/api/v1/tokens']);
  await close();
});

closes(server);
