// SPDX-License-Identifier: Apache-2.0
// clients.test.mjs: what real clients send, and every field that they read (komoju-core 18). What WooCommerce, Magento,
// Fields and the mobile SDK do with sessions alone is in sessions.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Receiver, signature } from '../lib/receiver.mjs';
import { basic, CARD, closes, ok, refused, Server, theContract, until } from '../lib/server.mjs';

const server = await Server.start({ args: ['--allow-private-webhooks'] });
const shopOf = () => server.merchant('ordinary');
const KONBINI = { type: 'konbini', store: 'lawson', email: 'hana@shop.example', name: 'Hana' };
const ID = /^[0-9a-z]{25}$/;
let order = 1; // a number of the shop's own, each once
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** A shop whose webhooks reach a receiver; came() gives the first of a type, which must be signed. */
async function withHooks(types) {
  const shop = await shopOf();
  const receiver = await Receiver.start();
  const { secret } = ok(await shop.post('/webhooks', { url: receiver.url, event_types: types }));
  return { shop, receiver, secret, came: async (type) => {
    const delivery = await until(type, () => receiver.deliveries.find(({ event }) => event.type === type));
    assert.equal(delivery.headers['x-komoju-signature'], signature(secret, delivery.raw));
    assert.equal(delivery.headers['x-komoju-event'], type);
    assert.match(delivery.headers['x-komoju-id'], /./);
    assert.equal(delivery.headers['user-agent'], 'Komoju-Webhook');
    assert.equal(delivery.headers['content-type'], 'application/json');
    return delivery.event.data;
  } };
}

// ---- shop plugins -------------------------------------------------------------------------------

test('WooCommerce, settings: the methods by locale, with the brands of cards', async () => {
  const rows = ok(await (await shopOf()).get('/payment_methods', { 'komoju-via': 'woocommerce' }));
  assert.ok(Array.isArray(rows), 'a bare array');
  const slugs = rows.map((row) => row.type_slug);
  for (const slug of ['credit_card', 'konbini', 'pay_easy', 'bank_transfer', 'paypay']) assert.ok(slugs.includes(slug), slug);
  for (const row of rows)
    for (const name of ['type_slug', 'currency', 'name_en', 'name_ja', 'name_ko'])
      assert.ok(typeof row[name] === 'string' && row[name] !== '', `${row.type_slug} ${name}`);
  const card = rows.find((row) => row.type_slug === 'credit_card');
  const known = ['visa', 'master', 'jcb', 'american_express', 'diners_club', 'discover']; // it can sort no other
  assert.ok(card.subtypes.length > 0 && card.subtypes.every((brand) => known.includes(brand)));
});

test('WooCommerce, webhook: it acts on the status, and its sums are right', async () => {
  const { shop, came } = await withHooks([]);
  const session = ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY', return_url: 'https://shop.example/back',
    payment_data: { external_order_num: 'WC-78-ABCDEF' }, payment_types: ['konbini'] }));
  const { payment } = ok(await shop.post(`/sessions/${session.id}/pay`, { payment_details: KONBINI }));
  const read = (data, status) => {
    assert.deepEqual([data.id, data.session, data.status, data.external_order_num, data.currency, data.tax, data.amount],
      [payment.id, session.id, status, 'WC-78-ABCDEF', 'JPY', 0, 3200]);
    assert.equal(data.total - data.payment_method_fee, 3200, 'what the order costs');
    assert.ok(Number.isInteger(data.amount_refunded));
    assert.equal(data.payment_details.type, 'konbini');
  };
  read(await came('payment.authorized'), 'authorized');
  ok(await shop.simulate(payment.id, 'captured'));
  read(await came('payment.captured'), 'captured');
});

test('WooCommerce, Magento: an attempt that the customer has left does not cancel the order that is paid', async () => {
  const { shop, receiver, came } = await withHooks([]);
  const { id } = ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY', return_url: 'https://shop.example/back',
    payment_data: { external_order_num: 'WC-79-ABCDEF' } }));
  const pay = async (payment_details) => ok(await shop.post(`/sessions/${id}/pay`, { payment_details })).payment;
  const left = [await pay({ type: 'paypay' }), await pay({ type: 'paypay' })];
  const paid = await pay(CARD);
  assert.equal((await came('payment.captured')).id, paid.id);
  for (const one of left)
    await until('it is closed', async () => ok(await shop.get(`/payments/${one.id}`)).status === 'cancelled');
  const last = ok(await shop.create(100)); // whose event is sent after all of theirs
  await until('the last one', () => receiver.deliveries.some(({ event }) => event.data.id === last.id));
  const told = ok(await shop.get('/events?per_page=100')).data.filter(({ data }) => data.external_order_num === 'WC-79-ABCDEF');
  assert.deepEqual(told.map(({ type, data }) => [type, data.status]), [['payment.captured', 'captured']]);
});

test('WooCommerce, refund: the last refund is the one that was asked for, twice', async () => {
  const { shop, came } = await withHooks(['payment.refund.created', 'payment.refunded']);
  await shop.create(5000);
  const { id, total } = ok(await shop.create(3200, null, { tax: 0 }));
  const fraud_details = { customer_ip: '203.0.113.9', customer_email: '' };
  const once = ok(await shop.post(`/payments/${id}/refund`, { amount: 700, description: 'one item', fraud_details }));
  assert.deepEqual([once.refunds.at(-1).amount, once.status], [700, 'captured']);
  assert.deepEqual([(await came('payment.refund.created')).amount_refunded], [700]);
  const twice = ok(await shop.post(`/payments/${id}/refund`, { amount: total - 700, description: null, fraud_details }));
  assert.deepEqual([twice.refunds.at(-1).amount, twice.status, twice.refunds.length], [total - 700, 'refunded', 2]);
  assert.equal((await came('payment.refunded')).amount_refunded, total);
});

test('Magento, webhook: each type that it knows has the fields that it reads; of the others none comes', async () => {
  const TYPES = ['payment.captured', 'payment.authorized', 'payment.expired', 'payment.cancelled', 'payment.refunded',
    'payment.refund.created'];
  const { shop, receiver, came } = await withHooks(TYPES);
  const make = async () => {
    const { id } = ok(await shop.post('/sessions', { return_url: 'https://m.shop.example/back/?order_id=5', default_locale: 'ja',
      payment_types: ['konbini'], email: 'hana@shop.example', payment_data: { name: 'Hana', amount: '1500.0000', currency: 'JPY',
        external_order_num: `5-${order++}` } }));
    return ok(await shop.post(`/sessions/${id}/pay`, { payment_details: KONBINI })).payment.id;
  };
  const [paid, late, given] = [await make(), await make(), await make()];
  const authorized = await came('payment.authorized');
  assert.equal(authorized.payment_details.type, 'konbini');
  assert.match(authorized.payment_deadline, UTC);
  ok(await shop.simulate(paid, 'captured'));
  const captured = await came('payment.captured');
  assert.deepEqual([captured.id, captured.amount, captured.currency], [paid, 1500, 'JPY']);
  ok(await shop.simulate(late, 'expired'));
  assert.equal((await came('payment.expired')).external_order_num.slice(0, 2), '5-');
  ok(await shop.post(`/payments/${given}/cancel`, {}));
  assert.equal((await came('payment.cancelled')).status, 'cancelled');
  const { id: card } = ok(await shop.create(4000, null, { tax: 0 }));
  ok(await shop.create(4000));
  ok(await shop.post(`/payments/${card}/refund`));
  const created = await came('payment.refund.created');
  assert.deepEqual([created.amount_refunded, created.currency, created.refunds[0].amount], [4000, 'JPY', 4000]);
  assert.match(created.refunds[0].id, ID);
  assert.equal((await came('payment.refunded')).status, 'refunded');
  for (const type of receiver.types()) assert.ok(TYPES.includes(type) || type === 'ping', type); // it throws on others
});

test('EC-CUBE: session, show, capture, cancel, refund; the webhook is what it stored', async () => {
  const { shop, came } = await withHooks([]);
  const session = ok(await shop.post('/sessions', { amount: 2400, currency: 'JPY', return_url: 'https://ec.shop.example/back',
    metadata: { eccube_order_id: '42' }, payment_data: { external_order_num: 'EC-42', capture: 'manual' },
    payment_types: ['credit_card'] }));
  const { id: token } = ok(await shop.browser.post('/tokens', { payment_details: CARD }));
  const { payment } = ok(await shop.post(`/sessions/${session.id}/pay`, { payment_details: token }));
  const same = (data, status) => assert.deepEqual([data.id, data.session, data.amount, data.currency, data.status,
    data.metadata.eccube_order_id, data.payment_details.type], [payment.id, session.id, 2400, 'JPY', status, '42', 'credit_card']);
  same(await came('payment.authorized'), 'authorized');
  same(ok(await shop.get(`/payments/${payment.id}`)), 'authorized');
  ok(await shop.post(`/payments/${payment.id}/capture`, {}));
  const captured = await came('payment.captured');
  same(captured, 'captured');
  assert.match(captured.captured_at, UTC);
  ok(await shop.create(4000));
  ok(await shop.post(`/payments/${payment.id}/refund`, { amount: 400 }));
  const refunded = await came('payment.refund.created');
  same(refunded, 'captured');
  assert.deepEqual(refunded.refunds.map((refund) => refund.amount), [400]);
  assert.match(refunded.refunds[0].id, ID);
  const other = ok(await shop.create(1000, null, { capture: false }));
  ok(await shop.post(`/payments/${other.id}/cancel`, {}));
  assert.equal((await came('payment.cancelled')).id, other.id);
});

// ---- the mobile SDK -----------------------------------------------------------------------------

/** Its requests: a key without a colon, a version, amounts as text. */
function mobile(shop) {
  const headers = { Authorization: basic(shop.publishable), 'X-KOMOJU-API-VERSION': '2024-07-15', 'KOMOJU-VIA': 'mobile_ios',
    'Content-Type': 'application/json' };
  return (method, at, body) => server.request(method, `/api/v1${at}`,
    { headers, body: body && JSON.stringify(body) });
}

/** A card through the SDK, inline: create, the issuer's page if there is one, read again, pay, read the session. */
async function mobileCard(number, atPage) {
  const shop = await shopOf();
  const call = mobile(shop);
  const { id } = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', return_url: 'myapp://paid' }));
  const session = ok(await call('GET', `/sessions/${id}`));
  const created = ok(await call('POST', '/secure_tokens', { amount: '1000', currency: 'JPY', tax: '0', return_url: 'myapp://secure',
    payment_details: { type: 'credit_card', number, month: '08', year: '35', verification_value: '123', name: 'HANA' } }));
  assert.match(created.id, /^tok_/);
  assert.ok(created.authentication_url === null || typeof created.authentication_url === 'string');
  if (created.verification_status === 'NEEDS_VERIFY') await atPage(created);
  else assert.ok(['OK', 'SKIPPED'].includes(created.verification_status));
  const again = ok(await call('GET', `/secure_tokens/${created.id}`));
  assert.equal(again.id, created.id);
  assert.equal(again.verification_status, 'OK', 'it pays on exactly this');
  const paid = ok(await call('POST', `/sessions/${id}/pay`, { amount: `${session.amount}`, currency: session.currency,
    payment_details: again.id }));
  assert.deepEqual([paid.payment.status, paid.payment.amount, paid.payment.currency, paid.payment.payment_details.type],
    ['captured', 1000, 'JPY', 'credit_card']);
  const after = ok(await call('GET', `/sessions/${id}`));
  assert.deepEqual([after.status, after.payment.id], ['completed', paid.payment.id]);
  return { shop, created, paid };
}

test('mobile SDK: a card that nobody asks about', async () => {
  const { created } = await mobileCard('4111111111111111');
  assert.equal(created.verification_status, 'OK');
});

test('mobile SDK: a card that could not be authenticated is skipped, read again as OK, and pays', async () => {
  const { shop, created } = await mobileCard('4000000000001075');
  assert.equal(created.verification_status, 'SKIPPED');
  assert.equal(created.three_ds_auth_result.transStatus, 'U');
  const inShop = ok(await shop.post('/secure_tokens', { amount: 1000, currency: 'JPY', return_url: 'https://shop.example/back',
    payment_details: { ...CARD, number: '4000000000001075' } }));
  assert.equal(ok(await shop.get(`/secure_tokens/${inShop.id}`)).verification_status, 'SKIPPED', 'the shop is told');
});

test('mobile SDK: a challenge in its web view, which ends at the app\'s own address', async () => {
  await mobileCard('4000000000001018', async ({ id, authentication_url: url }) => {
    assert.equal(new URL(url).pathname, '/three_d_secure_service/offsite');
    const page = (path, body) => server.request('POST', `/three_d_secure_service/${path}`,
      { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: id, ...body }) });
    assert.equal(ok(await server.request('GET', `/three_d_secure_service/state?token=${id}`)).step, 'challenge');
    const ended = ok(await page('challenge', { act: 'code', code: '123456' }));
    assert.equal(ended.redirect_url, `myapp://secure?secure_token_id=${id}`);
  });
});

test('mobile SDK: a card that the issuer denies is ERRORED at once, and cannot pay', async () => {
  const shop = await shopOf();
  const call = mobile(shop);
  const { id } = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', return_url: 'myapp://paid' }));
  const created = ok(await call('POST', '/secure_tokens', { amount: '1000', currency: 'JPY', tax: '0', return_url: 'myapp://secure',
    payment_details: { ...CARD, number: '4000000000001059' } }));
  assert.equal(created.verification_status, 'ERRORED');
  assert.equal(ok(await call('GET', `/secure_tokens/${created.id}`)).verification_status, 'ERRORED');
  const refusal = await call('POST', `/sessions/${id}/pay`, { payment_details: created.id });
  assert.notEqual(refusal.status, 200);
  assert.equal(typeof refusal.body.error.code, 'string');
  assert.equal(typeof refusal.body.error.message, 'string');
});

test('mobile SDK: paidy with a name and a telephone; a WebMoney number under the wrong type says so', async () => {
  const shop = await shopOf();
  const call = mobile(shop);
  const make = async () => ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', email: 'hana@shop.example',
    return_url: 'myapp://paid' })).id;
  const paidy = ok(await call('POST', `/sessions/${await make()}/pay`, { payment_details: { type: 'paidy',
    customer_name: 'Hana', phone: '09012345678' } }));
  assert.deepEqual([paidy.payment.status, typeof paidy.payment.payment_details.redirect_url], ['pending', 'string']);
  const wrong = await call('POST', `/sessions/${await make()}/pay`, { payment_details: { type: 'bit_cash',
    prepaid_number: '1111111111111111' } });
  assert.ok([200, 422, 502].includes(wrong.status));
  if (wrong.status !== 200) assert.equal(typeof wrong.body.error.code, 'string');
});

// ---- servers' libraries -------------------------------------------------------------------------

test('komoju gem: every call that it has, with answers that its HTTP layer takes', async () => {
  const shop = await shopOf();
  const headers = { Accept: 'application/json', 'User-Agent': 'heroics/0.1.2' };
  const call = async (method, at, body) => {
    const reply = await shop.send(method, at, body, headers);
    assert.ok([200, 201, 202, 204, 206, 304].includes(reply.status), `${method} ${at}: ${reply.raw}`);
    assert.match(reply.headers['content-type'], /application\/.*json/);
    return reply.body;
  };
  const payment = await call('POST', '/payments', { amount: 1000, currency: 'JPY', tax: 'auto', payment_details: CARD,
    capture: 'false', external_order_num: 'gem-1' });
  assert.equal(payment.total, 1100);
  assert.equal((await call('GET', '/payments?page=1&per_page=5')).data[0].id, payment.id);
  assert.equal((await call('GET', `/payments/${payment.id}`)).id, payment.id);
  assert.equal((await call('PATCH', `/payments/${payment.id}`, { description: 'new', metadata: { a: 'b' } })).description, 'new');
  assert.equal((await call('POST', `/payments/${payment.id}/capture`, {})).status, 'captured');
  const other = await call('POST', '/payments', { amount: 3000, currency: 'JPY', payment_details: CARD });
  assert.equal((await call('POST', `/payments/${payment.id}/refund`, {})).status, 'refunded');
  const waiting = await call('POST', '/payments', { amount: 1000, currency: 'JPY', payment_details: CARD, capture: false });
  assert.equal((await call('POST', `/payments/${waiting.id}/cancel`, {})).status, 'cancelled');
  assert.equal(other.status, 'captured');
  const token = await call('POST', '/tokens', { payment_details: CARD });
  const customer = await call('POST', '/customers', { email: 'hana@shop.example', payment_details: token.id });
  assert.equal((await call('GET', '/customers')).total, 1);
  assert.equal((await call('PATCH', `/customers/${customer.id}`, { email: 'new@shop.example' })).email, 'new@shop.example');
  const subscription = await call('POST', '/subscriptions', { customer: customer.id, amount: 980, currency: 'JPY',
    period: 'monthly' });
  assert.equal((await call('GET', '/subscriptions')).data[0].id, subscription.id);
  assert.equal((await call('GET', `/subscriptions/${subscription.id}`)).customer.uuid, customer.id);
  assert.equal((await call('DELETE', `/subscriptions/${subscription.id}`)).id, subscription.id);
  assert.equal((await call('DELETE', `/customers/${customer.id}`)).source, null);
  const events = await call('GET', '/events?per_page=100');
  assert.deepEqual(await call('GET', `/events/${events.data[0].id}`), events.data[0]);
});

const AM = { currency: 'JPY', tax: '0', locale: 'ja', fraud_details: { customer_ip: '203.0.113.7',
  customer_email: 'hana@shop.example', browser_language: 'ja', browser_user_agent: 'Mozilla/5.0' } };
const amCard = (number) => ({ type: 'credit_card', number, month: '12', year: '2035', verification_value: '123',
  given_name: 'Taro', family_name: 'Yamada', email: 'hana@shop.example' });

test('ActiveMerchant: purchase, refund, store; the codes of its table for cards that are refused', async () => {
  const shop = await shopOf();
  const purchase = (number, more = {}) => shop.post('/payments', { ...AM, amount: '1000', external_order_num: `R${order++}`,
    payment_details: amCard(number), ...more });
  const paid = ok(await purchase('4111111111111111'));
  assert.deepEqual([paid.status, paid.amount, paid.total], ['captured', 1000, 1000]);
  assert.match(paid.id, ID);
  ok(await purchase('4111111111111111'));
  assert.equal(ok(await shop.post(`/payments/${paid.id}/refund`, {})).status, 'refunded');
  for (const [number, codes] of [['4123111111111034', ['bad_verification_value']], ['4123111111111042', ['card_expired']],
    ['4123111111111059', ['card_declined']], ['4123111111111067', ['invalid_number', 'other_invalid']]]) {
    const reply = await purchase(number);
    assert.equal(reply.status, 502);
    assert.ok(codes.includes(reply.body.error.code), reply.raw.toString());
  }
  const customer = ok(await shop.post('/customers', { email: 'hana@shop.example', payment_details: amCard('4111111111111111') }));
  assert.doesNotMatch(customer.id, /^tok_/, 'how it tells a customer from a token');
  assert.equal(ok(await shop.post('/payments', { ...AM, amount: 500, customer: customer.id })).customer, customer.id);
  const token = ok(await shop.post('/tokens', { payment_details: amCard('4111111111111111') }));
  assert.match(token.id, /^tok_/);
  assert.equal(ok(await shop.post('/payments', { ...AM, amount: 500, payment_details: token.id })).status, 'captured');
});

test('spree_komoju: slips show what its pages print, and a prepaid payment is topped up', async () => {
  const shop = await shopOf();
  const pay = async (amount, details) => ok(await shop.post('/payments', { ...AM, amount,
    payment_details: { email: 'hana@shop.example', phone: '09012345678', ...details } }));
  const name = { given_name: '花', family_name: '田中', given_name_kana: 'ハナ', family_name_kana: 'タナカ' };
  const konbini = await pay(1000, { type: 'konbini', store: 'lawson' });
  const transfer = await pay(1000, { type: 'bank_transfer', ...name });
  const easy = await pay(1000, { type: 'pay_easy', ...name });
  for (const [payment, keys] of [[konbini, ['receipt', 'confirmation_code', 'instructions_url']],
    [transfer, ['order_id', 'instructions_url']], [easy, ['bank_id', 'customer_id', 'confirmation_id', 'instructions_url']]]) {
    assert.equal(payment.status, 'authorized');
    assert.match(payment.payment_deadline, UTC);
    for (const key of keys) assert.equal(typeof payment.payment_details[key], 'string', `${payment.payment_details.type} ${key}`);
  }
  const prepaid = await pay(3000, { type: 'web_money', prepaid_number: '1111111111111111' });
  assert.deepEqual([prepaid.status, prepaid.payment_details.short_amount], ['pending', 1000]);
  assert.deepEqual(prepaid.payment_details.prepaid_cards, [{ last_four_digits: '1111', points: 2000 }]);
  const topped = ok(await shop.patch(`/payments/${prepaid.id}`, { payment_details: { type: 'web_money',
    prepaid_number: '1111111111111111' } }));
  assert.deepEqual([topped.status, topped.payment_details.short_amount, topped.payment_details.prepaid_cards.length],
    ['captured', 0, 2]);
});

test('PHP with http_build_query: forms nested as Rails does, and errors as JSON', async () => {
  const shop = await shopOf();
  const form = (pairs) => new URLSearchParams(pairs);
  const made = ok(await shop.post('/payments', form({ amount: '1000', currency: 'JPY', tax: '0', capture: '0',
    'payment_details[type]': 'credit_card', 'payment_details[number]': CARD.number, 'payment_details[month]': '12',
    'payment_details[year]': '35', 'payment_details[verification_value]': '123', 'payment_details[name]': '山田 太郎',
    'metadata[order]': '5', 'fraud_details[customer_ip]': '203.0.113.7', external_order_num: 'PHP 1&2' })));
  assert.deepEqual([made.status, made.metadata, made.external_order_num], ['authorized', { order: '5' }, 'PHP 1&2']);
  assert.match(made.id, ID);
  assert.equal(ok(await shop.patch(`/payments/${made.id}`, form({ description: 'お茶', 'metadata[order]': '6' }))).metadata.order,
    '6');
  assert.equal(ok(await shop.post(`/payments/${made.id}/capture`, form({}))).status, 'captured');
  const session = ok(await shop.post('/sessions', form([['amount', '3000'], ['currency', 'JPY'], ['payment_types[]', 'konbini'],
    ['payment_types[]', 'paypay'], ['line_items[][quantity]', '1'], ['line_items[][description]', 'Tea'],
    ['line_items[][quantity]', '2'], ['line_items[][description]', 'Cup'], ['payment_data[external_order_num]', 'PHP-2']])));
  assert.deepEqual(session.payment_methods.map((method) => method.type), ['konbini', 'paypay']);
  assert.deepEqual(session.line_items.map((item) => [item.quantity, item.description]), [[1, 'Tea'], [2, 'Cup']]);
  const error = refused(await shop.post('/payments', form({ currency: 'JPY' })), 422, 'missing_parameter', 'amount');
  assert.match(error.message, /amount/);
});

test('PHP with json_encode: an array with nothing in it is an object with nothing in it', async () => {
  const shop = await shopOf();
  const bare = (path) => shop.post(path, '[]');
  await shop.create(9000);
  const given = ok(await shop.create(1000, null, { capture: false, metadata: [], statement_descriptor: [], fraud_details: [] }));
  assert.deepEqual([given.metadata, given.statement_descriptor], [{}, null]);
  assert.equal(ok(await bare(`/payments/${given.id}/capture`)).status, 'captured');
  assert.equal(ok(await bare(`/payments/${given.id}/refund`)).status, 'refunded');
  const { id } = ok(await shop.create(1000, null, { capture: false }));
  assert.equal(ok(await bare(`/payments/${id}/cancel`)).status, 'cancelled');
  const session = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', metadata: [], fraud_details: [],
    payment_data: { billing_address: [], shipping_address: [], statement_descriptor: [] } }));
  assert.equal(ok(await bare(`/sessions/${session.id}/cancel`)).status, 'cancelled');
  refused(await bare('/payments'), 422, 'missing_parameter', 'amount');
  refused(await shop.post('/payments', '[1]'), 400, 'bad_request');
});

test('generated SDKs: what their enumerations do not know is not said', () => {
  const { schemas } = theContract().document.components;
  const strict = { // komoju-core 3, 6.4, 7.3
    Currency: 'JPY USD EUR TWD KRW PLN GBP HKD SGD NZD AUD IDR MYR PHP THB CNY BRL CHF CAD VND',
    PaymentStatus: 'pending authorized captured cancelled expired refunded failed',
    Locale: 'ja en ko',
  };
  for (const [name, words] of Object.entries(strict))
    assert.deepEqual([...schemas[name].enum].sort(), words.split(' ').sort(), name);
  assert.deepEqual([...schemas.Session.properties.status.enum].sort(), ['cancelled', 'completed', 'pending']);
  assert.equal(schemas.PaymentType.enum.length, 62);
  const always = { // 6.3, 6.7, 7.3, 9, 10, 12.1: typed models refuse an object without these
    Payment: 'id resource status amount tax customer payment_deadline payment_details payment_method_fee total currency ' +
      'description captured_at external_order_num metadata created_at amount_refunded locale session customer_family_name ' +
      'customer_given_name mcc statement_descriptor refunds refund_requests',
    Refund: 'id resource amount currency payment description created_at chargeback',
    Session: 'id resource mode amount currency session_url return_url default_locale payment_methods created_at cancelled_at ' +
      'completed_at status expired metadata',
    Customer: 'id resource email source metadata created_at',
    Subscription: 'id resource status amount currency customer period day payment_details retry_count retry_at ' +
      'next_capture_at created_at ended_at metadata payments',
    Token: 'id resource created_at payment_details',
    SecureToken: 'id created_at verification_status authentication_url',
    Event: 'id type resource data created_at reason',
  };
  for (const [name, members] of Object.entries(always))
    for (const member of members.split(' ')) assert.ok(schemas[name].required.includes(member), `${name}.${member}`);
});

closes(server);
