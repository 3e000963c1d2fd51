// SPDX-License-Identifier: Apache-2.0
// sessions.test.mjs: sessions as komoju-core 7 tells them: made, shown, paid, cancelled, expired; the clients of
// section 18 that use them; and that one session is completed once, however many try.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basic, CARD, Client, closes, ok, refused, run, Server, split } from '../lib/server.mjs';

const PUBLIC = 'https://pay.example';
const server = await Server.start({ args: ['--public-url', PUBLIC] });

const ID = /^[0-9a-z]{25}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/;
const KONBINI = { type: 'konbini', store: 'lawson', email: 'hana@shop.example', name: 'Hana' };
const DECLINED = { ...CARD, number: '4123111111111059' };
const RETURN = 'https://shop.example/done';

const create = (shop, more = {}, headers) =>
  shop.post('/sessions', { amount: 3200, currency: 'JPY', return_url: RETURN, ...more }, headers);
const make = async (shop, more, headers) => ok(await create(shop, more, headers));
const show = async (shop, id) => ok(await shop.get(`/sessions/${id}`));
const pay = (shop, id, payment_details = CARD, more = {}, headers) =>
  shop.post(`/sessions/${id}/pay`, { payment_details, ...more }, headers);
const method = (session, type) => session.payment_methods.find((one) => one.type === type);

/** An attempt that is refused: the error envelope with a status beside it. */
function fails(reply, status, code, param) {
  refused(reply, status, code, param);
  assert.equal(reply.body.status, 'error');
  assert.deepEqual(Object.keys(reply.body), ['status', 'error']);
}

/* ---- the object ---------------------------------------------------------------------------- */

test('a session shows every key of 7.3, and what it was not given is null or absent', async () => {
  const shop = await server.merchant('ordinary');
  const session = await make(shop, { return_url: undefined });
  assert.match(session.id, ID);
  assert.match(session.created_at, TIME);
  const { payment_methods: methods, id, created_at, ...rest } = session;
  assert.deepEqual(rest, {
    resource: 'session', mode: 'payment', amount: 3200, currency: 'JPY', session_url: `${PUBLIC}/sessions/${id}`,
    return_url: null, default_locale: 'ja', cancelled_at: null, completed_at: null, status: 'pending', expired: false,
    merchant: { name: 'A ordinary' }, metadata: {}, payment: null, payment_data: { capture: 'auto' }, secure_token: null,
  });
  assert.ok(methods.length > 10);
  assert.ok(Math.abs(Date.parse(created_at) - Date.now()) < 3600_000);
  assert.deepEqual(await show(shop, id), session);
});

test('a session shows what it was given, and passes it on to its payment', async () => {
  const shop = await server.merchant('ordinary');
  const session = await make(shop, {
    email: 'hana@shop.example', default_locale: 'en', metadata: { cart: '77' }, external_customer_id: 'u-1',
    line_items: [{ description: 'Tea 茶', amount: 3000, quantity: 2, image: 'https://shop.example/t.png',
      external_product_num: 'T-1' }, { description: 'Cup' }],
    payment_types: ['konbini', 'credit_card', 'konbini'], fraud_details: { customer_ip: '203.0.113.9', customer_email: '' },
    payment_data: { capture: 'manual', external_order_num: 'S-1', name: 'Hana', name_kana: 'ハナ', mcc: '5812',
      intent: 'one_time', statement_descriptor: { statement_descriptor: 'SHOP' },
      billing_address: { name: 'Hana', city: 'Tokyo', country: 'JP', state: null }, shipping_address: { country: 'Japan' } },
    unknown: { whatever: [1] },
  });
  assert.deepEqual(session.payment_methods.map(({ type }) => type), ['konbini', 'credit_card']);
  assert.deepEqual(session.line_items, [{ description: 'Tea 茶', amount: 3000, quantity: 2,
    image: 'https://shop.example/t.png', external_product_num: 'T-1' }, { description: 'Cup', quantity: 1 }]);
  assert.deepEqual([session.email, session.default_locale, session.metadata], ['hana@shop.example', 'en', { cart: '77' }]);
  assert.deepEqual(session.payment_data, { capture: 'manual', external_order_num: 'S-1', name: 'Hana', name_kana: 'ハナ' });
  const { payment } = ok(await pay(shop, session.id));
  assert.deepEqual([payment.status, payment.amount, payment.tax, payment.total], ['authorized', 3200, 0, 3200]);
  assert.deepEqual([payment.session, payment.external_order_num, payment.metadata, payment.mcc, payment.locale,
    payment.statement_descriptor.statement_descriptor], [session.id, 'S-1', { cart: '77' }, '5812', 'en', 'SHOP']);
  assert.equal(payment.payment_details.email, 'hana@shop.example');
  assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
  assert.deepEqual((await show(shop, session.id)).payment, payment);
});

test('payment_methods: brands, fees, fields, gateways', async () => {
  const shop = await server.merchant('ordinary');
  const session = await make(shop);
  const common = { amount: 3200, currency: 'JPY', exchange_rate: 1 };
  const without = ({ hashed_gateway, ...rest }) => {
    assert.match(hashed_gateway, /^[0-9a-f]{16}$/);
    return rest;
  };
  assert.deepEqual(without(method(session, 'credit_card')), { type: 'credit_card',
    brands: ['visa', 'master', 'jcb', 'american_express', 'diners_club', 'discover'], additional_fields: [], ...common });
  const konbini = without(method(session, 'konbini'));
  assert.deepEqual(konbini.brands['seven-eleven'], { icon: '/assets/konbini/seven-eleven.svg' });
  assert.deepEqual(Object.keys(konbini.brands),
    ['seven-eleven', 'lawson', 'family-mart', 'ministop', 'daily-yamazaki', 'seicomart']);
  assert.deepEqual([konbini.customer_fee, konbini.seven_eleven_merchant_number, konbini.offsite], [190, null, undefined]);
  assert.equal(method(session, 'bank_transfer').customer_fee, 0);
  assert.equal(method(session, 'pay_easy').customer_fee, 190);
  assert.deepEqual(without(method(session, 'paypay')), { type: 'paypay', offsite: true, additional_fields: [], ...common });
  assert.deepEqual(method(session, 'alipay').additional_fields, ['name']);
  assert.deepEqual(method(session, 'paidy').additional_fields, ['email', 'phone', 'name']);
  const known = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', email: 'hana@shop.example',
    return_url: 'https://shop.example/done' }));
  assert.deepEqual(method(known, 'paidy').additional_fields, ['phone', 'name'], 'the session has the e-mail address');
  const { subtypes } = ok(await shop.get('/payment_methods')).find((one) => one.type_slug === 'credit_card');
  assert.deepEqual(subtypes, method(session, 'credit_card').brands, 'one list of brands');
  assert.match((await shop.get(`/sessions/${session.id}`)).raw.toString(), /"exchange_rate":1\.0[,}]/);
  const again = await make(shop);
  for (const { type, hashed_gateway } of session.payment_methods)
    assert.equal(method(again, type).hashed_gateway, hashed_gateway);
  assert.equal(new Set(session.payment_methods.map((one) => one.hashed_gateway)).size, session.payment_methods.length);
  const other = await make(await server.merchant('ordinary'));
  assert.notEqual(method(other, 'paypay').hashed_gateway, method(session, 'paypay').hashed_gateway);
  assert.equal(method(await make(shop, { amount: 299_809 }), 'konbini').amount, 299_809); // 190 more are 299,999
  assert.equal(method(await make(shop, { amount: 299_810 }), 'konbini'), undefined);
});

test('the customer modes offer what can be stored, and have no payment_data in mode customer', async () => {
  const shop = await server.merchant('ordinary');
  const session = await make(shop, { mode: 'customer', amount: undefined, payment_data: { external_order_num: 'N' } });
  assert.deepEqual(session.payment_methods.map(({ type, amount, currency, exchange_rate }) =>
    [type, amount, currency, exchange_rate]),
  ['credit_card', 'paypay', 'linepay'].map((type) => [type, undefined, undefined, undefined]));
  assert.deepEqual([session.mode, session.amount, session.customer_id], ['customer', 0, null]);
  assert.ok(!('payment' in session) && !('payment_data' in session));
  const both = await make(shop, { mode: 'customer_payment' });
  assert.deepEqual([both.mode, both.amount, both.customer_id, both.payment, both.payment_data.capture],
    ['customer_payment', 3200, null, null, 'auto']);
  assert.equal(method(both, 'credit_card').amount, 3200);
});

/* ---- creation ------------------------------------------------------------------------------ */

test('amount and currency may stand in payment_data, in a form, as decimals; null is absent', async () => {
  const shop = await server.merchant('ordinary');
  const nested = ok(await shop.post('/sessions', { payment_data: { amount: '1500.0000', currency: 'JPY', name: null },
    email: null, line_items: null, metadata: null, payment_types: null, customer_id: null }));
  assert.deepEqual([nested.amount, nested.currency], [1500, 'JPY']);
  await make(shop, { amount: 3200, payment_data: { amount: '3200.0000', currency: 'jpy' } }); // in both places, the same
  const form = ok(await shop.post('/sessions', new URLSearchParams([['amount', '3200'], ['currency', 'JPY'],
    ['payment_types[]', 'konbini'], ['payment_types[]', 'paypay'], ['metadata[cart]', '77'], ['email', ''],
    ['payment_data[capture]', 'manual'], ['line_items[][quantity]', '1'], ['line_items[][description]', 'x'],
    ['line_items[][quantity]', '2'], ['line_items[][description]', 'y']])));
  assert.deepEqual(form.payment_methods.map(({ type }) => type), ['konbini', 'paypay']);
  assert.deepEqual([form.amount, form.metadata, form.payment_data], [3200, { cart: '77' }, { capture: 'manual' }]);
  assert.deepEqual(form.line_items, [{ description: 'x', quantity: 1 }, { description: 'y', quantity: 2 }]);
  // PHP's http_build_query numbers the elements
  const numbered = ok(await shop.post('/sessions', new URLSearchParams([['amount', '3200'], ['currency', 'JPY'],
    ['payment_types[0]', 'konbini'], ['payment_types[1]', 'paypay'], ['line_items[0][quantity]', '1'],
    ['line_items[0][description]', 'x'], ['line_items[1][quantity]', '2'], ['line_items[1][description]', 'y']])));
  assert.deepEqual([numbered.payment_methods.map(({ type }) => type), numbered.line_items],
    [['konbini', 'paypay'], form.line_items]);
  const paid = ok(await shop.post(`/sessions/${form.id}/pay`, new URLSearchParams([['payment_details[type]', 'konbini'],
    ['payment_details[store]', 'lawson'], ['payment_details[email]', 'a@shop.example']])));
  assert.equal(paid.status, 'completed');
});

test('a session that makes no sense is refused, and names the parameter', async () => {
  const shop = await server.merchant('ordinary');
  const cases = [
    [{ amount: undefined }, 'missing_parameter', 'amount'], [{ amount: 0 }, 'invalid_parameter', 'amount'],
    [{ amount: -1 }, 'invalid_parameter', 'amount'], [{ amount: 10.5 }, 'invalid_parameter', 'amount'],
    [{ amount: 10_000_000 }, 'invalid_parameter', 'amount'], [{ currency: undefined }, 'missing_parameter', 'currency'],
    [{ amount: 0, mode: 'customer_payment' }, 'invalid_parameter', 'amount'],
    [{ currency: 'XXX' }, 'invalid_currency', 'currency'], [{ mode: 'gift' }, 'invalid_parameter', 'mode'],
    [{ return_url: 'javascript:alert(1)' }, 'invalid_parameter', 'return_url'],
    [{ return_url: 'no url' }, 'invalid_parameter', 'return_url'], [{ email: 'nobody' }, 'invalid_parameter', 'email'],
    [{ expires_in_seconds: 0 }, 'invalid_parameter', 'expires_in_seconds'],
    [{ expires_in_seconds: 86_401 }, 'invalid_parameter', 'expires_in_seconds'],
    [{ payment_types: 'konbini' }, 'invalid_parameter', 'payment_types'],
    [{ payment_types: ['konbini', 'cheque'] }, 'invalid_payment_type', 'payment_types'],
    [{ payment_types: ['toss'] }, 'invalid_payment_type', 'payment_types'],
    [{ payment_types: ['konbini'], amount: 400_000 }, 'invalid_payment_type', 'payment_types'],
    [{ default_locale: 'fr' }, 'invalid_parameter', 'default_locale'],
    [{ line_items: {} }, 'invalid_parameter', 'line_items'], [{ line_items: ['x'] }, 'invalid_parameter', 'line_items[0]'],
    [{ line_items: [{}, { quantity: 'many' }] }, 'invalid_parameter', 'line_items[1].quantity'],
    [{ line_items: [{ image: 'javascript:1' }] }, 'invalid_parameter', 'line_items[0].image'],
    [{ line_items: Array(101).fill({ description: 'x' }) }, 'invalid_parameter', 'line_items'],
    [{ metadata: 'x' }, 'invalid_parameter', 'metadata'], [{ payment_data: 'x' }, 'invalid_parameter', 'payment_data'],
    [{ payment_data: { amount: 3201 } }, 'invalid_parameter', 'payment_data.amount'],
    [{ payment_data: { currency: 'USD' } }, 'invalid_parameter', 'payment_data.currency'],
    [{ payment_data: { amount: 0 } }, 'invalid_parameter', 'payment_data.amount'],
    [{ payment_data: { capture: 'later' } }, 'invalid_parameter', 'payment_data.capture'],
    [{ payment_data: { intent: 'x' } }, 'invalid_parameter', 'payment_data.intent'],
    [{ payment_data: { external_order_num: 'x'.repeat(256) } }, 'invalid_parameter', 'payment_data.external_order_num'],
    [{ payment_data: { billing_address: 'x' } }, 'invalid_parameter', 'payment_data.billing_address'],
    [{ payment_data: { shipping_address: { city: 'x'.repeat(256) } } }, 'invalid_parameter',
      'payment_data.shipping_address.city'],
    [{ payment_data: { statement_descriptor: 'x' } }, 'invalid_parameter', 'statement_descriptor'],
    [{ payment_data: { platform_details: 'x' } }, 'invalid_parameter', 'platform_details'],
  ];
  for (const [more, code, param] of cases) refused(await create(shop, more), 422, code, param);
});

test('an external_order_num belongs to one session and all its attempts', async () => {
  const shop = await server.merchant('ordinary');
  const order = { payment_data: { external_order_num: 'O-1' } };
  const first = await make(shop, order);
  refused(await create(shop, order), 422, 'invalid_parameter', 'external_order_num');
  fails(await pay(shop, first.id, DECLINED), 502, 'card_declined', null);
  ok(await pay(shop, first.id));
  const list = ok(await shop.get('/payments?external_order_num=O-1')).data;
  assert.deepEqual(list.map(({ status, session }) => [status, session]), [['captured', first.id], ['failed', first.id]]);
  refused(await create(shop, order), 422, 'invalid_parameter', 'external_order_num');
  refused(await shop.create(1000, null, { external_order_num: 'O-1' }), 422, 'invalid_parameter', 'external_order_num');
  await shop.pay(1000, null, { external_order_num: 'O-2' });
  refused(await create(shop, { payment_data: { external_order_num: 'O-2' } }), 422, 'invalid_parameter',
    'external_order_num');
  const third = { payment_data: { external_order_num: 'O-3' } };
  ok(await shop.post(`/sessions/${(await make(shop, third)).id}/cancel`));
  const expiring = await make(shop, { ...third, expires_in_seconds: 60 });
  await shop.clock({ advance_s: 60 });
  await make(shop, third);
  assert.equal((await show(shop, expiring.id)).expired, true);
});

/* ---- paying: every row of the seed's table -------------------------------------------------- */

test('completed, captured: back to the shop with session_id', async () => {
  const shop = await server.merchant('ordinary');
  const session = await make(shop);
  const reply = ok(await pay(shop, session.id));
  assert.deepEqual(Object.keys(reply), ['redirect_url', 'status', 'payment']);
  assert.deepEqual([reply.status, reply.redirect_url], ['completed', `${RETURN}?session_id=${session.id}`]);
  assert.deepEqual([reply.payment.status, reply.payment.session, reply.payment.amount], ['captured', session.id, 3200]);
  const after = await show(shop, session.id);
  assert.deepEqual([after.status, after.expired, after.payment], ['completed', false, reply.payment]);
  assert.match(after.completed_at, TIME);
  const { type, data } = ok(await shop.get('/events')).data[0];
  assert.deepEqual([type, data.session], ['payment.captured', session.id]);
});

test('completed, a slip: its instructions, and it stays completed when it is paid or expires', async () => {
  const shop = await server.merchant('ordinary');
  for (const [outcome, details] of [['captured', KONBINI], ['expired', { type: 'bank_transfer', email: 'h@shop.example',
    given_name: 'Hana', family_name: 'Tanaka', given_name_kana: 'ハナ', family_name_kana: 'タナカ', phone: '0312345678' }]]) {
    const { id } = await make(shop);
    const reply = ok(await pay(shop, id, details));
    assert.deepEqual([reply.status, reply.redirect_url, reply.payment.status],
      ['completed', `${PUBLIC}/sessions/${id}/instructions`, 'authorized']);
    const { completed_at, status } = await show(shop, id);
    assert.equal(status, 'completed');
    ok(await shop.simulate(reply.payment.id, outcome));
    const after = await show(shop, id);
    assert.deepEqual([after.status, after.completed_at, after.payment.status], ['completed', completed_at, outcome]);
  }
});

test('completed, manual: authorized, captured later', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(5000); // so that a refund finds a balance after the fees
  const { id } = await make(shop, { payment_data: { capture: 'manual' } });
  const reply = ok(await pay(shop, id));
  assert.deepEqual([reply.status, reply.payment.status, reply.redirect_url],
    ['completed', 'authorized', `${RETURN}?session_id=${id}`]);
  const captured = ok(await shop.post(`/payments/${reply.payment.id}/capture`, { amount: 1000 }));
  assert.deepEqual([captured.status, captured.amount, captured.session], ['captured', 1000, id]);
  ok(await shop.post(`/payments/${reply.payment.id}/refund`));
  assert.deepEqual([(await show(shop, id)).status, (await show(shop, id)).payment.status], ['completed', 'refunded']);
});

test('pending: the customer is sent to the wallet, and the session is completed when that says so', async () => {
  const shop = await server.merchant('ordinary');
  for (const [capture, end] of [['auto', 'captured'], ['manual', 'authorized']]) {
    const { id } = await make(shop, { payment_data: { capture } });
    const reply = ok(await pay(shop, id, { type: 'paypay' }));
    assert.deepEqual([reply.status, reply.payment.status], ['pending', 'pending']);
    assert.equal(reply.redirect_url, reply.payment.payment_details.redirect_url);
    assert.ok(reply.redirect_url.startsWith(PUBLIC));
    const before = await show(shop, id);
    assert.deepEqual([before.status, before.completed_at, before.payment.id], ['pending', null, reply.payment.id]);
    ok(await shop.simulate(reply.payment.id, 'captured'));
    const after = await show(shop, id);
    assert.deepEqual([after.status, after.payment.status], ['completed', end]);
  }
});

test('pending: a card whose customer must be authenticated first; another card may be faster', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop);
  const reply = ok(await pay(shop.browser, id, { ...CARD, number: '4100000000000100' }));
  assert.deepEqual([reply.status, reply.payment.status, reply.redirect_url],
    ['pending', 'pending', reply.payment.payment_details.redirect_url]);
  assert.ok(reply.redirect_url.startsWith(`${PUBLIC}/three_d_secure`), reply.redirect_url);
  assert.equal((await show(shop, id)).status, 'pending');
  assert.equal(ok(await pay(shop.browser, id)).status, 'completed');
  refused(await shop.simulate(reply.payment.id, 'captured'), 422, 'not_capturable');
});

test('error: the session stays pending and can be paid again', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop, { payment_types: ['credit_card', 'konbini', 'paypay'] });
  fails(await pay(shop, id, DECLINED), 502, 'card_declined', null);
  fails(await pay(shop, id, { ...CARD, number: '4111111111111112' }), 502, 'invalid_number', 'payment_details.number');
  fails(await pay(shop, id, null), 422, 'missing_parameter', 'payment_details');
  fails(await pay(shop, id, 'tok_nothing'), 422, 'invalid_token', 'payment_details');
  fails(await pay(shop, id, { type: 'aupay' }), 422, 'invalid_payment_type', 'payment_details.type');
  fails(await pay(shop, id, CARD, { amount: 3201 }), 422, 'invalid_parameter', 'amount');
  fails(await pay(shop, id, CARD, { currency: 'XXX' }), 422, 'invalid_currency', 'currency');
  const between = await show(shop, id);
  assert.deepEqual([between.status, between.payment.status], ['pending', 'failed']);
  const wallet = ok(await pay(shop, id, { type: 'paypay' })).payment;
  ok(await shop.simulate(wallet.id, 'cancelled'));
  assert.equal((await show(shop, id)).status, 'pending');
  const reply = ok(await pay(shop, id, CARD, { amount: '3200', currency: 'JPY', tax: '0' }));
  assert.deepEqual([reply.status, (await show(shop, id)).payment.id], ['completed', reply.payment.id]);
});

test('a scenario of the session fails every attempt', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop, {}, { 'Komoju-Scenario': 'insufficient_funds' });
  for (let i = 0; i < 2; i++) fails(await pay(shop, id), 502, 'insufficient_funds', null);
  assert.equal((await show(shop, id)).status, 'pending');
});

test('return_url gets session_id appended and is otherwise untouched', async () => {
  const shop = await server.merchant('ordinary');
  for (const [url, after] of [['https://shop.example', '?session_id='],
    ['https://shop.example/?wc-api=WC_Gateway_Komoju', '&session_id='],
    ['https://m.shop.example/komoju/?order_id=5&hmac_magento=0af3/', '&session_id='],
    ['myapp://done', '?session_id='], ['https://shop.example/a%20b?q=%E8%8C%B6', '&session_id=']]) {
    const { id, return_url } = await make(shop, { return_url: url });
    assert.equal(return_url, url);
    assert.equal(ok(await pay(shop, id)).redirect_url, `${url}${after}${id}`);
  }
  const { id } = await make(shop, { return_url: 'https://shop.example/app#/thanks' });
  assert.equal(ok(await pay(shop, id)).redirect_url, `https://shop.example/app?session_id=${id}#/thanks`);
  const nowhere = await make(shop, { return_url: null });
  assert.equal(ok(await pay(shop, nowhere.id)).redirect_url, null);
  const wallet = await make(shop, { return_url: null });
  assert.equal(ok(await pay(shop, wallet.id, { type: 'paypay' })).status, 'pending');
});

test('a token pays a session once', async () => {
  const shop = await server.merchant('ordinary');
  const { id: token } = ok(await shop.browser.post('/tokens', { payment_details: CARD }));
  const first = await make(shop, { email: 'hana@shop.example' });
  assert.equal(ok(await pay(shop, first.id, token)).status, 'completed');
  const second = await make(shop);
  fails(await pay(shop, second.id, token), 422, 'invalid_token', 'payment_details');
  const { id: locked } = ok(await shop.browser.post('/tokens', { payment_details: CARD, currency: 'USD' }));
  fails(await pay(shop, second.id, locked), 422, 'invalid_token', 'payment_details');
});

test('the same idempotency key gives the same bytes, for a success and for a decline', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop);
  for (const details of [DECLINED, CARD, KONBINI]) {
    const headers = { 'X-KOMOJU-IDEMPOTENCY': `pay-${id}-${details.number ?? details.type}` };
    const [first, second] = [await pay(shop, id, details, {}, headers), await pay(shop, id, details, {}, headers)];
    assert.equal(first.status, { [DECLINED.number]: 502, [CARD.number]: 200 }[details.number] ?? 422);
    assert.deepEqual([second.status, second.raw.toString()], [first.status, first.raw.toString()]);
  }
  const headers = { 'X-KOMOJU-IDEMPOTENCY': 'create-1' };
  const [made, again] = [await create(shop, {}, headers), await create(shop, {}, headers)];
  assert.deepEqual(again.raw, made.raw);
  assert.equal(ok(await shop.get('/payments')).total, 2);
});

/* ---- states -------------------------------------------------------------------------------- */

test('a completed, cancelled or expired session is not paid', async () => {
  const shop = await server.merchant('ordinary');
  const done = await make(shop);
  ok(await pay(shop, done.id));
  fails(await pay(shop, done.id), 422, 'unprocessable_entity', null);
  refused(await shop.post(`/sessions/${done.id}/cancel`), 422, 'not_cancellable');
  const given_up = await make(shop);
  const cancelled = ok(await shop.post(`/sessions/${given_up.id}/cancel`, { reason: 'x' }));
  assert.deepEqual({ ...cancelled, cancelled_at: null, status: 'pending' }, given_up);
  assert.equal(cancelled.status, 'cancelled');
  assert.match(cancelled.cancelled_at, TIME);
  assert.deepEqual(await show(shop, given_up.id), cancelled);
  fails(await pay(shop, given_up.id), 422, 'unprocessable_entity', null);
  refused(await shop.post(`/sessions/${given_up.id}/cancel`), 422, 'not_cancellable');
  const short = await make(shop, { expires_in_seconds: 60 });
  const long = await make(shop);
  const wallet = ok(await pay(shop, long.id, { type: 'paypay' })).payment;
  await shop.clock({ advance_s: 59 });
  assert.equal((await show(shop, short.id)).expired, false);
  fails(await pay(shop, short.id, DECLINED), 502, 'card_declined', null);
  await shop.clock({ advance_s: 1 });
  const expired = await show(shop, short.id);
  assert.deepEqual([expired.status, expired.expired], ['pending', true]);
  fails(await pay(shop, short.id), 422, 'unprocessable_entity', null);
  await shop.clock({ advance_s: 86_400 - 60 });
  assert.equal((await show(shop, long.id)).expired, true);
  ok(await shop.simulate(wallet.id, 'captured')); // the customer was at the wallet already
  assert.deepEqual([(await show(shop, long.id)).status, (await show(shop, long.id)).expired], ['completed', false]);
  assert.equal(ok(await shop.post(`/sessions/${short.id}/cancel`)).status, 'cancelled');
});

test('of two pages that wait for their customer only one completes the session', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop);
  const [first, second] = [ok(await pay(shop, id, { type: 'paypay' })).payment, ok(await pay(shop, id, { type: 'aupay' })).payment];
  assert.equal((await show(shop, id)).payment.id, second.id);
  ok(await shop.simulate(first.id, 'captured'));
  refused(await shop.simulate(second.id, 'captured'), 422, 'unprocessable_entity', 'outcome');
  assert.deepEqual([(await show(shop, id)).payment.id, ok(await shop.get(`/payments/${second.id}`)).status],
    [first.id, 'cancelled']);
  const given_up = await make(shop);
  const late = ok(await pay(shop, given_up.id, { type: 'paypay' })).payment;
  ok(await shop.post(`/sessions/${given_up.id}/cancel`));
  refused(await shop.simulate(late.id, 'captured'), 422, 'unprocessable_entity', 'outcome');
});

test('racing attempts: one success at most, whatever races', async () => {
  const shop = await server.merchant('ordinary');
  for (let round = 0; round < 6; round++) {
    const { id } = await make(shop);
    const wallet = round % 2 ? ok(await pay(shop, id, { type: 'paypay' })).payment : null;
    const replies = await Promise.all([...Array(8).keys()].map((i) => {
      if (wallet && i === 3) return shop.simulate(wallet.id, 'captured');
      if (round > 3 && i === 5) return shop.post(`/sessions/${id}/cancel`);
      return pay(i % 2 ? shop : shop.browser, id, i % 3 === 2 ? KONBINI : i % 4 === 1 ? DECLINED : CARD);
    }));
    for (const { status } of replies) assert.ok([200, 422, 502].includes(status), String(status));
    const session = await show(shop, id);
    const tried = ok(await shop.get('/payments?per_page=100')).data.filter((one) => one.session === id);
    const won = tried.filter(({ status }) => ['captured', 'authorized'].includes(status));
    assert.equal(won.length, session.status === 'completed' ? 1 : 0);
    assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    if (session.status === 'completed') assert.equal(session.payment.id, won[0].id);
    else assert.equal(session.status, 'cancelled');
  }
});

/* ---- customers ----------------------------------------------------------------------------- */

const RECORD = ['id', 'uuid', 'merchant_id', 'created_at', 'updated_at', 'email', 'currency', 'locale', 'name', 'phone',
  'archived_at'];
const EVERY_OTHER = { ...CARD, number: '5555555555554444' };

test('mode customer: a card is stored, which completes the session', async () => {
  const shop = await server.merchant('ordinary');
  const session = await make(shop, { mode: 'customer', amount: 0, email: 'hana@shop.example', default_locale: 'en',
    external_customer_id: 'u-7' });
  fails(await pay(shop.browser, session.id, { type: 'merpay' }), 422, 'invalid_payment_type', 'payment_details.type');
  fails(await pay(shop.browser, session.id, null), 422, 'missing_parameter', 'payment_details');
  const reply = ok(await pay(shop.browser, session.id));
  assert.deepEqual([reply.status, reply.redirect_url], ['completed', `${RETURN}?session_id=${session.id}`]);
  for (const key of RECORD) assert.ok(key in reply.customer, key);
  const customer = ok(await shop.get(`/customers/${reply.customer.uuid}`));
  assert.deepEqual([customer.email, customer.locale, customer.source.brand, customer.source.last_four_digits],
    ['hana@shop.example', 'en', 'visa', '1111']);
  const after = await show(shop, session.id);
  assert.deepEqual([after.status, after.customer_id, 'payment' in after], ['completed', customer.id, false]);
  fails(await pay(shop, session.id), 422, 'unprocessable_entity', null);
  const again = await make(shop, { mode: 'customer', amount: undefined, external_customer_id: 'u-7' });
  const { id: token } = ok(await shop.browser.post('/tokens', { payment_details: EVERY_OTHER }));
  assert.equal(ok(await pay(shop.browser, again.id, token)).customer.uuid, customer.id);
  assert.equal(ok(await shop.get(`/customers/${customer.id}`)).source.brand, 'master');
  const charged = ok(await shop.post('/payments', { amount: 500, currency: 'JPY', customer: customer.id }));
  assert.deepEqual([charged.status, charged.customer], ['captured', customer.id]);
});

test('a card that screening refuses neither pays nor completes a session', async () => {
  const shop = await server.merchant('ordinary');
  await server.cli('screen', 'block', '--merchant', shop.id, '--kind', 'bin', '--value', '555555');
  for (const more of [{}, { mode: 'customer', amount: 0 }, { mode: 'customer_payment' }]) {
    const { id } = await make(shop, more);
    fails(await pay(shop, id, EVERY_OTHER), 422, 'fraudulent', null);
    assert.equal((await show(shop, id)).status, 'pending');
    assert.equal(ok(await pay(shop, id)).status, 'completed');
  }
  assert.equal(ok(await shop.get('/customers')).total, 2);
});

test('mode customer_payment: the card is stored when the payment has succeeded, and not before', async () => {
  const shop = await server.merchant('ordinary');
  const session = await make(shop, { mode: 'customer_payment', email: 'hana@shop.example', payment_data: { name: 'Hana' } });
  fails(await pay(shop.browser, session.id, DECLINED), 502, 'card_declined', null);
  assert.equal(ok(await shop.get('/customers')).total, 0);
  const reply = ok(await pay(shop.browser, session.id));
  assert.deepEqual([reply.status, reply.payment.status, reply.payment.amount], ['completed', 'captured', 3200]);
  const customer = ok(await shop.get(`/customers/${reply.customer.uuid}`));
  assert.deepEqual([customer.email, customer.source.last_four_digits], ['hana@shop.example', '1111']);
  assert.equal((await show(shop, session.id)).customer_id, customer.id);
  const change = await make(shop, { mode: 'customer_payment', customer_id: customer.id,
    payment_data: { capture: 'manual' } });
  assert.equal(change.customer_id, customer.id);
  assert.equal(ok(await pay(shop, change.id, EVERY_OTHER)).payment.status, 'authorized');
  assert.equal(ok(await shop.get(`/customers/${customer.id}`)).source.brand, 'master');
  assert.equal(ok(await shop.get('/customers')).total, 1);
  const gone = await make(shop, { mode: 'customer_payment', customer_id: customer.id });
  ok(await shop.send('DELETE', `/customers/${customer.id}`));
  refused(await create(shop, { mode: 'customer', customer_id: customer.id }), 422, 'invalid_parameter', 'customer_id');
  const last = ok(await pay(shop, gone.id)); // paid, and who wants to be forgotten is
  assert.equal(last.payment.status, 'captured');
  refused(await shop.get(`/customers/${customer.id}`), 404, 'not_found');
});

/* ---- conversion ---------------------------------------------------------------------------- */

test('a method in another currency is offered where the operator has set a rate', async () => {
  const shop = await server.merchant('ordinary');
  const rate = (from, to, rate) => server.cli('exchange-rate', 'set', '--merchant', shop.id, '--from', from, '--to', to,
    '--rate', rate);
  const before = await make(shop, { amount: 6000 });
  assert.equal(method(before, 'giropay'), undefined);
  const [set] = await rate('JPY', 'EUR', '0.00697');
  assert.deepEqual([set.from, set.to, set.rate], ['JPY', 'EUR', 0.00697]);
  const session = await make(shop, { amount: 6000 });
  const giropay = method(session, 'giropay');
  assert.deepEqual([giropay.amount, giropay.currency, giropay.exchange_rate], [4182, 'EUR', 0.00697]);
  assert.deepEqual([method(session, 'credit_card').currency, method(session, 'credit_card').amount], ['JPY', 6000]);
  assert.deepEqual(await show(shop, before.id), before, 'an older session keeps what it was');
  const wallet = ok(await pay(shop, session.id, { type: 'giropay', name: 'Hana', email: 'hana@shop.example' }));
  assert.deepEqual([wallet.payment.amount, wallet.payment.tax, wallet.payment.currency], [4182, 0, 'EUR']);
  await rate('JPY', 'EUR', '0.008');
  assert.deepEqual(method(await show(shop, session.id), 'giropay').amount, 4182);
  ok(await shop.simulate(wallet.payment.id, 'captured'));
  const paid = await show(shop, session.id);
  assert.deepEqual([paid.status, paid.amount, paid.currency, paid.payment.amount, paid.payment.currency],
    ['completed', 6000, 'JPY', 4182, 'EUR']);
  await rate('USD', 'JPY', '135.65');
  const dollars = await make(shop, { amount: 6000, currency: 'USD' });
  const konbini = method(dollars, 'konbini');
  assert.deepEqual([konbini.amount, konbini.currency, konbini.exchange_rate, konbini.customer_fee],
    [8139, 'JPY', 135.65, 190]);
  const slip = ok(await pay(shop, dollars.id, KONBINI)).payment;
  assert.deepEqual([slip.amount, slip.total, slip.currency], [8139, 8329, 'JPY']);
  assert.deepEqual((await server.cli('exchange-rate', 'list', '--merchant', shop.id)).map(({ from, to, rate }) =>
    [from, to, rate]), [['JPY', 'EUR', 0.008], ['USD', 'JPY', 135.65]]);
  await rate('JPY', 'EUR', '0');
  assert.equal(method(await make(shop, { amount: 6000 }), 'giropay'), undefined);
  assert.equal((await server.cli('exchange-rate', 'list', '--merchant', shop.id)).length, 1);
  const other = await server.merchant('ordinary');
  assert.equal(method(await make(other, { amount: 6000, currency: 'USD' }), 'konbini'), undefined);
  const args = ['exchange-rate', 'set', '--db', server.db, '--merchant', shop.id, '--from', 'JPY', '--to'];
  assert.equal((await run(...args, 'JPY', '--rate', '1')).code, 1);
  for (const [to, bad] of [['XXX', '1'], ['EUR', '-1'], ['EUR', '1.123456789'], ['EUR', '1000001'], ['EUR', 'x']])
    assert.equal((await run(...args, to, '--rate', bad)).code, 2);
});

/* ---- keys, browsers ------------------------------------------------------------------------- */

test('keys: secret for all; publishable for show and pay, with or without a colon; others see nothing', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop);
  refused(await create(shop.browser), 403, 'forbidden');
  refused(await shop.browser.post(`/sessions/${id}/cancel`), 403, 'forbidden');
  assert.deepEqual(ok(await shop.browser.get(`/sessions/${id}`)), await show(shop, id));
  const bare = { headers: { Authorization: basic(shop.publishable) } };
  assert.equal((await server.request('GET', `/api/v1/sessions/${id}`, bare)).body.id, id);
  refused(await server.request('GET', `/api/v1/sessions/${id}`), 401, 'unauthorized');
  const other = await server.merchant('ordinary');
  const live = await server.merchant('ordinary', '--live');
  for (const client of [other, other.browser, live, live.browser]) {
    refused(await client.get(`/sessions/${id}`), 404, 'not_found');
    fails(await pay(client, id), 404, 'not_found', null);
  }
  refused(await other.post(`/sessions/${id}/cancel`), 404, 'not_found');
  for (const wrong of ['x', id.replace(/.$/, (last) => (last === '0' ? '1' : '0')), 'z'.repeat(25)]) {
    refused(await shop.get(`/sessions/${wrong}`), 404, 'not_found');
    fails(await pay(shop, wrong), 404, 'not_found', null);
    refused(await shop.post(`/sessions/${wrong}/cancel`), 404, 'not_found');
  }
  assert.equal(ok(await pay(shop.browser, id)).status, 'completed');
});

test('a customer does not decide whether the money is taken', async () => {
  const shop = await server.merchant('ordinary');
  const [first, second] = [await make(shop), await make(shop)];
  assert.equal(ok(await pay(shop.browser, first.id, CARD, { capture: 'manual' })).payment.status, 'captured');
  assert.equal(ok(await pay(shop, second.id, CARD, { capture: 'manual' })).payment.status, 'authorized');
});

test('browsers: preflight and answers name every origin', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop);
  for (const target of [`/api/v1/sessions/${id}`, `/api/v1/sessions/${id}/pay`]) {
    const { status, headers } = await server.request('OPTIONS', target, { headers: { Origin: 'https://shop.example',
      'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type,accept' } });
    assert.ok(status === 200 || status === 204);
    assert.equal(headers['access-control-allow-origin'], '*');
    for (const name of ['authorization', 'content-type', 'accept'])
      assert.ok(headers['access-control-allow-headers'].toLowerCase().includes(name), name);
  }
  const paid = await pay(shop.browser, id, CARD, {}, { Origin: 'https://shop.example' });
  assert.equal(paid.headers['access-control-allow-origin'], '*');
});

/* ---- platforms ------------------------------------------------------------------------------ */

test('a split is checked when the session is made, and needed when it is paid at once', async () => {
  const shop = await server.marketplace();
  const [a, b] = await shop.payouts(2);
  const lines = split([a, 2000, 200], [b, 1200, 0]);
  const session = await make(shop, { payment_data: { platform_details: lines } });
  assert.deepEqual([session.payment_data.platform_details, session.merchant_id], [lines, shop.id]);
  const { payment } = ok(await pay(shop.browser, session.id));
  assert.deepEqual(payment.platform_details.submerchants, lines.submerchants);
  assert.deepEqual([await shop.balance(a), await shop.balance(b)], [1800, 1200]);
  refused(await create(shop, { payment_data: { platform_details: split([a, 1, 0]) } }), 422, 'invalid_parameter',
    'platform_details.submerchants');
  refused(await create(shop, { platform_details: split([a, 3200, 9999]) }), 422, 'invalid_parameter',
    'platform_details.submerchants[0].platform_fee');
  refused(await create(shop, { platform_details: {} }), 422, 'missing_parameter', 'platform_details.submerchants');
  const without = await make(shop);
  fails(await pay(shop, without.id), 422, 'missing_parameter', 'platform_details');
  const manual = await make(shop, { payment_data: { capture: 'manual' } });
  const held = ok(await pay(shop, manual.id)).payment;
  assert.equal(held.status, 'authorized');
  ok(await shop.post(`/payments/${held.id}/capture`, { platform_details: split([a, 3200, 0]) }));
  const plain = await server.merchant('ordinary');
  refused(await create(plain, { platform_details: lines }), 403, 'forbidden', 'platform_details');
});

test('a seller\'s session shows the seller and what it owns; its publishable key sees that session alone', async () => {
  const shop = await server.merchant('platform');
  const [seller, other] = [await shop.seller(), await shop.seller()];
  const key = async (id) => new Client(server, ok(await shop.get(`/merchants/${id}`)).publishable_key);
  const session = await make(shop, { payment_data: { platform_details: { processing_merchant_id: seller,
    ...split([seller, 3200, 320]) } } });
  assert.deepEqual([session.merchant_id, session.merchant.name], [seller, 'A seller']);
  assert.deepEqual(session.payment_methods.map(({ type }) => type), ['credit_card']);
  refused(await (await key(other)).get(`/sessions/${session.id}`), 404, 'not_found');
  fails(await pay(await key(other), session.id), 404, 'not_found', null);
  fails(await pay(shop, session.id, KONBINI), 422, 'invalid_payment_type', 'payment_details.type');
  assert.equal(ok(await pay(await key(seller), session.id)).payment.platform_details.processing_merchant_id, seller);
});

/* ---- the clients of section 18 ---------------------------------------------------------------- */

test('WooCommerce: checkout, order, token, return, cancel and refund', async () => {
  const shop = await server.merchant('ordinary');
  const fraud_details = { customer_ip: '203.0.113.9', customer_email: '', browser_language: 'ja',
    browser_user_agent: 'Mozilla/5.0' };
  const via = { 'komoju-via': 'woocommerce' };
  const render = ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY', default_locale: 'ja',
    metadata: { woocommerce_note: 'This session is only to render the fields.' }, fraud_details }, via));
  assert.ok(render.payment_methods.length > 0);
  const address = { zipcode: '150-0001', street_address1: '1-1', street_address2: '', country: 'JP', state: 'JP13',
    city: 'Shibuya', name: null };
  const session = ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY',
    return_url: 'https://shop.example/?wc-api=WC_Gateway_Komoju', default_locale: 'ja', email: 'hana@shop.example',
    payment_data: { external_order_num: 'WC-77-Q8ZK2M', billing_address: address, name: 'Hana Tanaka',
      shipping_address: null },
    line_items: [{ description: 'Tea', quantity: 2, image: false }, { description: 'Cup', quantity: 1, image: null }],
    metadata: { woocommerce_order_id: 77 }, payment_types: ['credit_card'], fraud_details }, via));
  assert.match(session.id, ID);
  assert.equal(session.session_url, `${PUBLIC}/sessions/${session.id}`);
  assert.equal(session.payment_data.external_order_num, 'WC-77-Q8ZK2M');
  const { id: token } = ok(await shop.browser.post('/tokens', { payment_details: { ...CARD, month: '12', year: '35' } }));
  const paid = ok(await shop.post(`/sessions/${session.id}/pay`, { customer_email: 'hana@shop.example',
    payment_details: token, fraud_details }, via));
  assert.equal(paid.redirect_url, `https://shop.example/?wc-api=WC_Gateway_Komoju&session_id=${session.id}`);
  assert.ok(!('error' in paid));
  const back = await show(shop, session.id);
  assert.deepEqual([back.status, back.metadata.woocommerce_order_id, back.payment.external_order_num, back.amount],
    ['completed', '77', 'WC-77-Q8ZK2M', 3200]);
  assert.equal(back.payment.total - back.payment.payment_method_fee, 3200);
  const refunded = ok(await shop.post(`/payments/${back.payment.id}/refund`, { amount: 700, description: 'x', fraud_details },
    via));
  assert.equal(refunded.refunds.at(-1).amount, 700);
  const waiting = ok(await pay(shop, (await make(shop)).id, KONBINI)).payment;
  assert.equal(ok(await shop.post(`/payments/${waiting.id}/cancel`, { fraud_details }, via)).status, 'cancelled');
});

test('Magento: redirect flow without a top-level amount, fields flow with a token, return', async () => {
  const shop = await server.merchant('ordinary');
  const return_url = 'https://m.shop.example/komoju/hosted/return/?order_id=5&hmac_magento=9f8e7d/';
  const address = { name: 'Hana Tanaka', street_address1: '1-1', street_address2: null, city: 'Shibuya', state: 'Tokyo',
    zipcode: '150-0001', country: 'Japan' };
  const redirect = ok(await shop.post('/sessions', { return_url, default_locale: 'ja', payment_types: ['konbini'],
    email: 'hana@shop.example', payment_data: { name: 'Hana Tanaka', amount: 1500.0, currency: 'JPY',
      external_order_num: '000000005-65a1b2c3d4e5f', billing_address: address, shipping_address: address } }));
  assert.ok(redirect.session_url.startsWith(PUBLIC));
  assert.deepEqual([redirect.amount, redirect.currency, redirect.payment_data.name], [1500, 'JPY', 'Hana Tanaka']);
  const fields = ok(await shop.post('/sessions', { amount: '1500.0000', currency: 'JPY', return_url, default_locale: 'ja',
    email: 'hana@shop.example', metadata: { order_id: '5' }, payment_data: { external_order_num: '000000005-65a1b2' } }));
  const { id: token } = ok(await shop.browser.post('/tokens', { payment_details: CARD }));
  const paid = ok(await shop.post(`/sessions/${fields.id}/pay`, { payment_details: token }, { 'Komoju-Via': 'magento' }));
  assert.equal(paid.redirect_url, `${return_url}&session_id=${fields.id}`);
  assert.equal((await show(shop, fields.id)).status, 'completed');
});

test('Fields: reads the session and pays with the publishable key', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop, { payment_types: ['credit_card', 'konbini', 'paypay', 'alipay'] });
  const headers = { accept: 'application/json' };
  const session = ok(await shop.browser.get(`/sessions/${id}`, headers));
  assert.deepEqual([session.amount, session.currency, session.default_locale.slice(0, 2)], [3200, 'JPY', 'ja']);
  assert.equal(session.payment_methods[0].type, 'credit_card');
  for (const one of session.payment_methods) {
    assert.deepEqual([one.amount, one.currency, one.exchange_rate], [3200, 'JPY', 1]);
    if (one.offsite) assert.ok(Array.isArray(one.additional_fields));
  }
  const wrong = await pay(shop.browser, id, { type: 'konbini', store: 'nowhere', email: 'a@shop.example', name: 'A' }, {},
    headers);
  assert.ok(wrong.status >= 400 && wrong.body.error.message);
  const paid = ok(await pay(shop.browser, id, { type: 'credit_card', name: 'HANA TANAKA', number: '4111111111111111',
    month: '08', year: '35', verification_value: '123' }, {}, headers));
  assert.equal(paid.redirect_url, `${RETURN}?session_id=${id}`);
  const konbini = await make(shop);
  assert.match(ok(await pay(shop.browser, konbini.id, { type: 'konbini', store: 'seven-eleven', email: 'a@shop.example',
    name: 'Hana' })).redirect_url, new RegExp(`/sessions/${konbini.id}/`));
  const offsite = await make(shop);
  assert.ok(ok(await pay(shop.browser, offsite.id, { type: 'alipay', name: 'Hana' })).redirect_url);
});

test('mobile SDK: colon-less key, a version header, amount as text; its models decode', async () => {
  const shop = await server.merchant('ordinary');
  const headers = { Authorization: basic(shop.publishable), 'X-KOMOJU-API-VERSION': '2024-07-15',
    'KOMOJU-VIA': 'mobile_android', 'Content-Type': 'application/json' };
  const { id } = await make(shop);
  const session = ok(await server.request('GET', `/api/v1/sessions/${id}`, { headers }));
  assert.ok(Number.isInteger(session.amount));
  for (const one of session.payment_methods) {
    assert.equal(typeof one.hashed_gateway, 'string');
    assert.ok(one.customer_fee === undefined || Number.isInteger(one.customer_fee));
    assert.ok(Array.isArray(one.additional_fields));
  }
  const konbini = ok(await server.request('POST', `/api/v1/sessions/${id}/pay`, { headers,
    body: JSON.stringify({ payment_details: { type: 'konbini', store: 'lawson', email: 'a@shop.example', name: 'Hana' } }) }));
  const { amount, currency, status, payment_details: details } = konbini.payment;
  assert.deepEqual([amount, currency, status, details.type, details.store, details.email],
    [3200, 'JPY', 'authorized', 'konbini', 'lawson', 'a@shop.example']);
  for (const key of ['instructions_url', 'receipt', 'confirmation_code']) assert.equal(typeof details[key], 'string');
  const card = await make(shop);
  const { id: token } = ok(await shop.browser.post('/tokens', { payment_details: CARD }));
  const paid = ok(await server.request('POST', `/api/v1/sessions/${card.id}/pay`, { headers,
    body: JSON.stringify({ amount: '3200', currency: 'JPY', payment_details: token }) }));
  assert.equal(paid.payment.status, 'captured');
  assert.equal((await show(shop, card.id)).payment.id, paid.payment.id);
});

closes(server);
