// SPDX-License-Identifier: Apache-2.0
// input.test.mjs: what is taken, what is refused and how, and that a refusal changes nothing.
//
// Rows are [what, change to a body that works, code, parameter]. After each group everything the API shows must be as
// it was before, and the server must answer.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { basic, CARD, closes, ok, refused, Server, split, TOP, until } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.marketplace();
const [s1, s2] = await shop.payouts(2);
const ordinary = await server.merchant('ordinary');
const platform = await server.merchant('platform');
const seller = await platform.seller();
const other = await platform.seller();
const stranger = await server.marketplace();
const [foreign] = await stranger.payouts(1);
const NOBODY = '0123456789abcdefghijklmno';
const DRAIN_BYTES = Number(/^LIMIT\(DRAIN_BYTES,\s*(\d+)/m.exec(fs.readFileSync(path.join(TOP, 'src/http/limits.def'), 'utf8'))[1]);
const LINES = 'platform_details.submerchants';

/** Everything the API shows of these merchants. */
async function snapshot() {
  const seen = [];
  for (const m of [shop, ordinary, platform, stranger]) {
    seen.push(ok(await m.get('/payments?per_page=100')), ok(await m.get('/events?per_page=100')),
      ok(await m.get('/balances/JPY')), ok(await m.get('/balances/JPY/transactions?per_page=100')));
    if (m === ordinary) continue;
    const subs = ok(await m.get('/merchants?per_page=100'));
    seen.push(subs);
    for (const { id } of subs.data)
      seen.push(ok(await m.get(`/merchants/${id}/balances/JPY`)), ok(await m.get(`/merchants/${id}/payments`)));
  }
  return seen;
}

/** A test whose requests must leave everything as it was. */
function changesNothing(name, body) {
  test(name, async () => {
    const before = await snapshot();
    await body();
    assert.deepEqual(await snapshot(), before);
    ok(await server.request('GET', '/healthz'));
  });
}

const DIRECT = { amount: 1000, currency: 'JPY', payment_details: CARD };
const SPLIT = { ...DIRECT, platform_details: split([s1, 600, 60], [s2, 400, 0]) };
const SELLER = { ...DIRECT, platform_details: { processing_merchant_id: seller, ...split([seller, 1000, 100]) } };
const card = (change) => ({ payment_details: { ...CARD, ...change } });
const lines = (...rows) => ({ platform_details: { submerchants: rows } });
const line = (submerchant_id, amount, platform_fee) => ({ submerchant_id, amount, platform_fee });

/** Sends base with each row's change; all must be refused as the row says. */
function refusals(name, merchant, path, base, rows) {
  changesNothing(name, async () => {
    for (const [what, change, code, param, status = 422] of rows) {
      const at = typeof path === 'function' ? path() : path;
      try {
        refused(await merchant.post(at, { ...base, ...change }), status, code, param);
      } catch (error) {
        error.message = `${what}: ${error.message}`;
        throw error;
      }
    }
  });
}

// ---- what is taken ----------------------------------------------------------------------------

test('numbers and booleans are taken as texts and as integral decimals', async () => {
  for (const amount of [1500, '1500', '1500.0000', '1500.0', 1500.0])
    assert.equal((await ordinary.pay(amount, null, { tax: '0' })).amount, 1500);
  assert.equal((await ordinary.send('POST', '/payments',
    JSON.stringify(DIRECT).replace('1000', '1500.0'))).body.amount, 1500);
  for (const [capture, status] of [['true', 'captured'], [true, 'captured'], ['false', 'authorized'],
    [false, 'authorized'], [null, 'captured']])
    assert.equal((await ordinary.pay(1000, null, { capture })).status, status);
  const { payment_details: details } = await ordinary.pay(1000, null, card({ month: '08', year: 35 }));
  assert.deepEqual([details.month, details.year], [8, 2035]);
});

test('null is as absent', async () => {
  const payment = await ordinary.pay(1000, null, { tax: null, capture: null, description: null, metadata: null,
    external_order_num: null, locale: null, customer: null, platform_details: null, mcc: null,
    statement_descriptor: null, ...card({ email: null, name: null, verification_value: null }) });
  assert.deepEqual([payment.tax, payment.locale, payment.metadata], [100, 'ja', {}]);
});

test('an empty text is as absent where plugins send one', async () => {
  await ordinary.pay(1000, null, { fraud_details: { customer_ip: '127.0.0.1', customer_email: '' },
    ...card({ email: '' }) });
});

test('keys that are not known are left alone', async () => {
  await ordinary.pay(1000, null, { fraud_details: { customer_ip: '::1' }, customer_email: 'a@example.com',
    nonsense: [1, { a: null }], ...card({ nonsense: {}, billing_address_city: 'Tokyo' }) });
});

test('forms with Rails nesting are read like JSON', async () => {
  const form = new URLSearchParams({ amount: '1000', currency: 'JPY', tax: '0', capture: 'true',
    'metadata[cart]': '77', 'metadata[a b]': 'ü&=+ ' });
  for (const [key, value] of Object.entries(CARD)) form.append(`payment_details[${key}]`, value);
  for (const [id, amount, fee] of [[s1, 600, 60], [s2, 400, 0]]) {
    form.append('platform_details[submerchants][][submerchant_id]', id);
    form.append('platform_details[submerchants][][amount]', amount);
    form.append('platform_details[submerchants][][platform_fee]', fee);
  }
  const payment = ok(await shop.post('/payments', form));
  assert.deepEqual(payment.metadata, { cart: '77', 'a b': 'ü&=+ ' });
  assert.deepEqual(payment.platform_details.submerchants, SPLIT.platform_details.submerchants);
});

test('forms with numbered elements are read in the order of the numbers', async () => {
  const form = new URLSearchParams({ amount: '1000', currency: 'JPY' });
  for (const [key, value] of Object.entries(CARD)) form.append(`payment_details[${key}]`, value);
  for (const [n, id, amount] of [[1, s2, 400], [0, s1, 600]]) {
    form.append(`platform_details[submerchants][${n}][submerchant_id]`, id);
    form.append(`platform_details[submerchants][${n}][amount]`, amount);
  }
  const payment = ok(await shop.post('/payments', form));
  assert.deepEqual(payment.platform_details.submerchants, [line(s1, 600, 0), line(s2, 400, 0)]);
});

test('both sides of every length are told apart', async () => {
  const long = (n, c = 'x') => c.repeat(n);
  await ordinary.pay(1000, null, { external_order_num: long(255), metadata: { [long(30)]: long(2000) },
    ...card({ email: `${long(64)}@${long(60)}.example`, name: 'é'.repeat(100) }) });
  await ordinary.pay(1000, null, { metadata: { [long(30, '円')]: long(2000, '円') } });
});

for (const [what, amount] of [['the least', 1], ['the largest', 9999999]])
  test(`${what} amount is taken`, async () => {
    assert.equal((await ordinary.pay(amount, null, { tax: 0 })).total, amount);
  });

test('a card number may have blanks, a year two digits; 4242 and other well-formed numbers pass', async () => {
  for (const number of ['4111 1111 1111 1111', '4242424242424242', '5555555555554444', '3530111333300000',
    '378282246310005', '30569309025904', '4100000000000100', '5100000000000107', '3528000000000106'])
    assert.equal((await ordinary.pay(1000, null, card({ number }))).status, 'captured');
});

// ---- what is not JSON ---------------------------------------------------------------------------

changesNothing('what is not a JSON object is 400 bad_request', async () => {
  const text = JSON.stringify(SPLIT);
  for (const body of ['{', text.slice(0, -1), `${text}}`, `${text},`, '[1]', '[{}]', '"text"', '12', 'null', 'true', '{"a":}',
    "{'amount':1000}", '{"amount":1000,}', '{"amount":NaN}', '{"amount":01}', '\u0000', '{"a":"\u0001"}',
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), '['.repeat(60000), '{"a":'.repeat(9000),
    `{"a":[${'1,'.repeat(30000)}1]}`, '{"a":"\\ud800"}'])
    refused(await shop.post('/payments', body), 400, 'bad_request');
});

changesNothing('a form or a type of content that cannot be read is 400 bad_request', async () => {
  for (const form of ['amount=%zz', 'amount=%ff', 'a=1&a[b]=2', `a${'[b]'.repeat(40)}=1`])
    refused(await shop.post('/payments', Buffer.from(form),
      { 'Content-Type': 'application/x-www-form-urlencoded' }), 400, 'bad_request');
  for (const type of ['application/xml', 'multipart/form-data; boundary=x', 'text/plain', 'nonsense'])
    refused(await shop.post('/payments', JSON.stringify(SPLIT), { 'Content-Type': type }), 400, 'bad_request');
});

changesNothing('a body without content misses its first parameter', async () => {
  for (const body of ['{}', '', '  \n'])
    refused(await shop.post('/payments', body), 422, 'missing_parameter', 'amount');
});

// ---- fields of a payment --------------------------------------------------------------------------

const MISSING = ['missing_parameter'];
const WRONG = ['invalid_parameter'];
const row = (what, change, [code], param) => [what, change, code, param];

refusals('amounts', ordinary, '/payments', DIRECT, [
  row('absent', { amount: undefined }, MISSING, 'amount'), row('null', { amount: null }, MISSING, 'amount'),
  ...[0, -1, '-1', 10000000, '10000000', 1000.5, '1000.5', 'abc', '1,000', '0x10', ' 10', true, [1000], { v: 1 },
    '99999999999999999999999', 1e300, '1000円', '1000.', '.5', '1e3'].map((amount) =>
    row(JSON.stringify(amount), { amount }, WRONG, 'amount')),
]);

refusals('currencies', ordinary, '/payments', DIRECT, [
  row('absent', { currency: undefined }, MISSING, 'currency'),
  row('unknown', { currency: 'XXX' }, ['invalid_currency'], 'currency'),
  row('lower case of none', { currency: 'zzz' }, ['invalid_currency'], 'currency'),
  row('an object', { currency: {} }, WRONG, 'currency'),
]);

refusals('other fields', ordinary, '/payments', DIRECT, [
  row('payment_details absent', { payment_details: undefined }, MISSING, 'payment_details'),
  row('payment_details a number', { payment_details: 12 }, WRONG, 'payment_details'),
  row('payment_details an array', { payment_details: [] }, WRONG, 'payment_details'),
  row('both sources', { customer: NOBODY }, MISSING, 'payment_details'),
  row('a customer nobody knows', { payment_details: undefined, customer: NOBODY }, WRONG, 'customer'),
  row('capture', { capture: 'maybe' }, WRONG, 'capture'), row('capture', { capture: [] }, WRONG, 'capture'),
  row('negative tax', { tax: -1 }, WRONG, 'tax'), row('tax', { tax: 'automatic' }, WRONG, 'tax'),
  row('tax', { tax: 0.5 }, WRONG, 'tax'), row('tax', { tax: {} }, WRONG, 'tax'),
  row('description', { description: {} }, WRONG, 'description'),
  row('order number', { external_order_num: 'x'.repeat(256) }, WRONG, 'external_order_num'),
  row('order number', { external_order_num: ['x'] }, WRONG, 'external_order_num'),
  row('locale', { locale: 'fr' }, WRONG, 'locale'), row('return_url', { return_url: 'not a url' }, WRONG, 'return_url'),
  row('return_url', { return_url: 'javascript:alert(1)' }, WRONG, 'return_url'),
  row('cancel_url', { cancel_url: '/relative' }, WRONG, 'cancel_url'),
  row('metadata', { metadata: 'text' }, WRONG, 'metadata'), row('metadata', { metadata: [1] }, WRONG, 'metadata'),
  row('a key of 31', { metadata: { ['k'.repeat(31)]: 'v' } }, WRONG, 'metadata'),
  row('a value of 2001', { metadata: { k: 'v'.repeat(2001) } }, WRONG, 'metadata'),
  row('a nested value', { metadata: { k: { deep: 1 } } }, WRONG, 'metadata'),
  row('statement_descriptor', { statement_descriptor: 'text' }, WRONG, 'statement_descriptor'),
  row('platform_details', { platform_details: 'text' }, WRONG, 'platform_details'),
]);

refusals('cards', ordinary, '/payments', DIRECT, [
  row('no type', card({ type: undefined }), MISSING, 'payment_details.type'),
  row('unknown type', card({ type: 'seashells' }), ['invalid_payment_type'], 'payment_details.type'),
  row('no number', card({ number: undefined }), MISSING, 'payment_details.number'),
  row('no month', card({ month: undefined }), MISSING, 'payment_details.month'),
  row('no year', card({ year: undefined }), MISSING, 'payment_details.year'),
  row('month 0', card({ month: 0 }), WRONG, 'payment_details.month'),
  row('month 13', card({ month: '13' }), WRONG, 'payment_details.month'),
  row('year 2101', card({ year: 2101 }), WRONG, 'payment_details.year'),
  row('year 0', card({ year: 0 }), WRONG, 'payment_details.year'),
  row('CVV of 2', card({ verification_value: '12' }), WRONG, 'payment_details.verification_value'),
  row('CVV of 5', card({ verification_value: '12345' }), WRONG, 'payment_details.verification_value'),
  row('CVV of letters', card({ verification_value: 'abc' }), WRONG, 'payment_details.verification_value'),
  row('e-mail', card({ email: 'no at sign' }), WRONG, 'payment_details.email'),
  row('e-mail of 256', card({ email: `${'x'.repeat(244)}@example.com` }), WRONG, 'payment_details.email'),
  row('expiry_days', card({ expiry_days: 60 }), WRONG, 'payment_details.expiry_days'),
]);

changesNothing('a number that is no card number is 502 invalid_number', async () => {
  for (const number of ['4111111111111112', '1', 'abcd', '41111111111111111111', '4111 1111 1111 111x'])
    refused(await ordinary.create(1000, null, card({ number })), 502, 'invalid_number', 'payment_details.number');
});

changesNothing('a split is for platforms: 403 forbidden for others', async () => {
  refused(await ordinary.create(1000, [[s1, 1000, 0]]), 403, 'forbidden', 'platform_details');
});

// ---- V1 to V14 ------------------------------------------------------------------------------------

refusals('V1 V3 V4 V5 V6 V8 V13 V14 at a captured create', shop, '/payments', SPLIT, [
  row('V1', { currency: 'USD' }, ['invalid_currency'], 'currency'),
  row('V3 unknown', lines(line(NOBODY, 1000, 0)), WRONG, `${LINES}[0].submerchant_id`),
  row('V3 foreign', lines(line(s1, 500, 0), line(foreign, 500, 0)), WRONG, `${LINES}[1].submerchant_id`),
  row('V3 the platform itself', lines(line(shop.id, 1000, 0)), WRONG, `${LINES}[0].submerchant_id`),
  row('V3 no id at all', lines(line('x', 1000, 0)), WRONG, `${LINES}[0].submerchant_id`),
  row('V3 absent', lines(line(undefined, 1000, 0)), MISSING, `${LINES}[0].submerchant_id`),
  row('V3 another type', lines(line(12, 1000, 0)), WRONG, `${LINES}[0].submerchant_id`),
  row('V4', lines(line(s1, 500, 0), line(s1, 500, 0)), WRONG, `${LINES}[1].submerchant_id`),
  row('V5 negative amount', lines(line(s1, -1, 0), line(s2, 1001, 0)), WRONG, `${LINES}[0].amount`),
  row('V5 no amount', lines(line(s1, undefined, 0)), MISSING, `${LINES}[0].amount`),
  row('V5 fraction', lines(line(s1, 999.5, 0)), WRONG, `${LINES}[0].amount`),
  row('V5 text', lines(line(s1, 'all', 0)), WRONG, `${LINES}[0].amount`),
  row('V5 negative fee', lines(line(s1, 1000, -1)), WRONG, `${LINES}[0].platform_fee`),
  row('V5 fee above amount', lines(line(s1, 999, 0), line(s2, 1, 2)), WRONG, `${LINES}[1].platform_fee`),
  row('V5 fee fraction', lines(line(s1, 1000, '0.5')), WRONG, `${LINES}[0].platform_fee`),
  row('V6 one short', lines(line(s1, 999, 0)), WRONG, LINES),
  row('V6 one over', lines(line(s1, 600, 0), line(s2, 401, 0)), WRONG, LINES),
  row('V6 the tax counts', { tax: 100 }, WRONG, LINES),
  row('V6 overflowing', lines(line(s1, 999999999999999, 0), line(s2, 999999999999999, 0)), WRONG, LINES),
  row('V8 no details', { platform_details: undefined }, MISSING, 'platform_details'),
  row('V8 no split', { platform_details: {} }, MISSING, LINES),
  row('V8 an empty split', { platform_details: { submerchants: [] } }, MISSING, LINES),
  row('a split that is no array', { platform_details: { submerchants: 'all' } }, WRONG, LINES),
  row('a line that is none', { platform_details: { submerchants: ['all'] } }, WRONG, `${LINES}[0]`),
  row('V13 another processor', { platform_details: { ...SPLIT.platform_details, processing_merchant_id: s1 } },
    WRONG, 'platform_details.processing_merchant_id'),
  row('V14', lines(...Array.from({ length: 101 }, () => line(s1, 10, 0))), WRONG, LINES),
]);

test('V5 V6: a share of 0, a fee equal to the amount, and no fee at all are taken', async () => {
  const payment = ok(await shop.post('/payments', { ...SPLIT, ...lines(line(s1, 0, 0), line(s2, 1000, 1000)) }));
  assert.equal(payment.status, 'captured');
  const records = ok(await shop.get('/balances/JPY/transactions?per_page=6')).data;
  assert.ok(records.every((record) => record.amount_cents !== 0), 'zero-amount legs are not written');
  const plain = ok(await shop.post('/payments', { ...SPLIT, ...lines(line(s1, 1000, undefined)) }));
  assert.equal(plain.platform_details.submerchants[0].platform_fee, 0);
  ok(await shop.post('/payments', { ...SPLIT, platform_details: { ...SPLIT.platform_details,
    processing_merchant_id: shop.id } }));
});

test('V6: a given tax is part of the sum', async () => {
  const payment = ok(await shop.post('/payments', { ...SPLIT, tax: 100, ...lines(line(s1, 1100, 0)) }));
  assert.deepEqual([payment.tax, payment.total], [100, 1100]);
  const auto = ok(await shop.post('/payments', { ...SPLIT, tax: 'auto', ...lines(line(s1, 1100, 0)) }));
  assert.deepEqual([auto.tax, auto.total], [100, 1100]);
});

test('V14: exactly 100 sub-merchants share a payment', async () => {
  const crowd = await server.marketplace();
  const ids = await crowd.payouts(100);
  const payment = await crowd.pay(10000, ids.map((id, i) => [id, i === 0 ? 199 : 99, 1]));
  assert.equal(payment.platform_details.submerchants.length, 100);
  assert.equal(await crowd.balance(ids[99]), 98);
});

test('V9: at authorization a split is left out of account, however wrong', async () => {
  const payment = ok(await shop.post('/payments', { ...SPLIT, capture: false, ...lines(line(s1, 1, 0)) }));
  assert.equal(payment.status, 'authorized');
  assert.deepEqual(payment.platform_details.submerchants, []);
  ok(await shop.post('/payments', { ...SPLIT, capture: false, ...lines(line(NOBODY, 1, 0), line(NOBODY, 1, 5)) }));
  ok(await shop.post('/payments', { ...SPLIT, capture: false, platform_details: undefined }));
  refused(await shop.post(`/payments/${payment.id}/capture`), 422, 'missing_parameter', 'platform_details');
});

refusals('V7 V10 V13 for a seller', platform, '/payments', SELLER, [
  row('V10', { platform_details: split([seller, 1000, 0]) }, MISSING, 'platform_details.processing_merchant_id'),
  row('V10 unknown', { platform_details: { ...SELLER.platform_details, processing_merchant_id: NOBODY } }, WRONG,
    'platform_details.processing_merchant_id'),
  row('V10 itself', { platform_details: { ...SELLER.platform_details, processing_merchant_id: platform.id } }, WRONG,
    'platform_details.processing_merchant_id'),
  row('V10 no details', { platform_details: undefined }, MISSING, 'platform_details'),
  row('V10 at authorization', { capture: false, platform_details: {} }, MISSING,
    'platform_details.processing_merchant_id'),
  row('V7 no lines', { platform_details: { processing_merchant_id: seller } }, MISSING, LINES),
  row('V7 another', { platform_details: { processing_merchant_id: seller, ...split([other, 1000, 0]) } }, WRONG,
    `${LINES}[0].submerchant_id`),
  row('V7 two', { platform_details: { processing_merchant_id: seller, ...split([seller, 500, 0], [other, 500, 0]) } },
    WRONG, LINES),
  row('V7 another sum', { platform_details: { processing_merchant_id: seller, ...split([seller, 999, 0]) } }, WRONG,
    `${LINES}[0].amount`),
]);

test('V7: without amount the seller gets the base', async () => {
  const payment = ok(await platform.post('/payments', { ...SELLER, tax: 50,
    platform_details: { processing_merchant_id: seller, ...split([seller, undefined, 100]) } }));
  assert.deepEqual(payment.platform_details.submerchants, [line(seller, 1050, 100)]);
});

test('V11: a seller needs payments enabled and the method', async () => {
  const { id } = await platform.sub('seller');
  const details = { processing_merchant_id: id, ...split([id, 1000, 0]) };
  const total = ok(await platform.get(`/merchants/${id}/payments`)).total;
  const reply = await platform.post('/payments', { ...DIRECT, platform_details: details });
  assert.deepEqual([reply.status, reply.body.error.param], [422, 'platform_details.processing_merchant_id']);
  assert.equal(reply.body.error.code, 'unprocessable_entity');
  assert.equal(ok(await platform.get(`/merchants/${id}/payments`)).total, total);
});

// ---- capture ---------------------------------------------------------------------------------------

const waiting = await shop.authorize(1000);
refusals('captures', shop, `/payments/${waiting.id}/capture`, { platform_details: split([s1, 1000, 0]) }, [
  row('V8', { platform_details: undefined }, MISSING, 'platform_details'),
  row('V8', { platform_details: {} }, MISSING, LINES),
  row('above the authorization', { amount: 1001, ...lines(line(s1, 1001, 0)) }, WRONG, 'amount'),
  row('0', { amount: 0 }, WRONG, 'amount'), row('text', { amount: 'all' }, WRONG, 'amount'),
  row('tax above the authorized', { tax: 1, ...lines(line(s1, 1001, 0)) }, WRONG, 'tax'),
  row('V6 of a part', { amount: 500 }, WRONG, LINES),
  row('V3', lines(line(foreign, 1000, 0)), WRONG, `${LINES}[0].submerchant_id`),
  row('V4', lines(line(s1, 500, 0), line(s1, 500, 0)), WRONG, `${LINES}[1].submerchant_id`),
  row('V5', lines(line(s1, 1000, 1001)), WRONG, `${LINES}[0].platform_fee`),
  row('V13', { platform_details: { processing_merchant_id: s1, ...split([s1, 1000, 0]) } }, WRONG,
    'platform_details.processing_merchant_id'),
]);

const ofSeller = await platform.pay(1000, null,
  { capture: false, platform_details: { processing_merchant_id: seller } });
refusals('V7 V13 captures of a seller\'s payment', platform, `/payments/${ofSeller.id}/capture`,
  { platform_details: split([seller, 1000, 0]) }, [
    row('V13', { platform_details: { processing_merchant_id: other, ...split([seller, 1000, 0]) } }, WRONG,
      'platform_details.processing_merchant_id'),
    row('V7', { platform_details: split([other, 1000, 0]) }, WRONG, `${LINES}[0].submerchant_id`),
    row('V7', { platform_details: split([seller, 999, 0]) }, WRONG, `${LINES}[0].amount`),
  ]);

// ---- R1 to R9 ----------------------------------------------------------------------------------------

const sold = await shop.pay(1000, [[s1, 600, 60], [s2, 400, 0]]);
await shop.fund(1000);

changesNothing('R1: what is not captured is not_refundable', async () => {
  refused(await shop.post(`/payments/${waiting.id}/refund`), 422, 'not_refundable');
});

refusals('R2 R3 R5 R7 and V13', shop, `/payments/${sold.id}/refund`, {}, [
  row('R2', { amount: 1001, ...lines(line(s1, 1001, 0)) }, WRONG, 'amount'),
  row('R2 without details', { amount: 1001 }, WRONG, 'amount'),
  row('0', { amount: 0, ...lines(line(s1, 0, 0)) }, WRONG, 'amount'),
  row('negative', { amount: -5, ...lines(line(s1, 5, 0)) }, WRONG, 'amount'),
  row('R3 short', { amount: 500, ...lines(line(s1, 400, 99)) }, WRONG, LINES),
  row('R3 over', { amount: 500, ...lines(line(s1, 400, 60), line(s2, 41, 0)) }, WRONG, LINES),
  row('R5', { amount: 999 }, MISSING, 'platform_details'),
  row('R5 with empty details', { amount: 999, platform_details: {} }, MISSING, 'platform_details'),
  row('R7 unknown', { amount: 500, ...lines(line(NOBODY, 500, 0)) }, WRONG, `${LINES}[0].submerchant_id`),
  row('R7 foreign', { amount: 500, ...lines(line(foreign, 500, 0)) }, WRONG, `${LINES}[0].submerchant_id`),
  row('R8', lines(line(s1, 999, 0)), WRONG, LINES),
  row('V4', { amount: 500, ...lines(line(s1, 250, 0), line(s1, 250, 0)) }, WRONG, `${LINES}[1].submerchant_id`),
  row('negative part', { amount: 500, ...lines(line(s1, -1, 0), line(s2, 501, 0)) }, WRONG, `${LINES}[0].amount`),
  row('negative fee', { amount: 500, ...lines(line(s1, 501, -1)) }, WRONG, `${LINES}[0].platform_fee`),
  row('no amount', { amount: 500, ...lines(line(s1, undefined, 0)) }, MISSING, `${LINES}[0].amount`),
  row('empty split', { amount: 500, ...lines() }, MISSING, LINES),
  row('V13', { amount: 500, platform_details: { processing_merchant_id: s1, ...split([s1, 500, 0]) } }, WRONG,
    'platform_details.processing_merchant_id'),
  row('V14', lines(...Array.from({ length: 101 }, () => line(s1, 1, 0))), WRONG, LINES),
  row('description', { description: [] }, WRONG, 'description'),
]);

test('R7: a sub-merchant of the platform that was not in the split has no part', async () => {
  const [third] = await shop.payouts(1);
  refused(await shop.post(`/payments/${sold.id}/refund`, { amount: 500, ...lines(line(third, 500, 0)) }), 422,
    'invalid_parameter', `${LINES}[0].submerchant_id`);
});

test('R4: each party needs its own part, and nothing moves when one is short', async () => {
  const small = await server.marketplace();
  const [a, b] = await small.payouts(2);
  const { id } = await small.pay(1000, [[a, 500, 0], [b, 500, 0]]);
  await small.fund(100);
  ok(await small.post(`/merchants/${b}/balances/JPY/transfer`, { to: small.id, amount: 1 }));
  const balances = async () => [await small.balance(), await small.balance(a), await small.balance(b)];
  const before = await balances();
  const error = refused(await small.post(`/payments/${id}/refund`), 422, 'not_refundable');
  assert.ok(error.message.includes(b), 'the message names the short merchant');
  assert.ok(!error.message.includes(a));
  assert.deepEqual(await balances(), before);
  assert.equal(ok(await small.get(`/payments/${id}`)).amount_refunded, 0);
  const rest = ok(await small.post(`/payments/${id}/refund`,
    { amount: 999, platform_details: split([a, 500, 0], [b, 499, 0]) }));
  assert.equal(rest.amount_refunded, 999);
  assert.deepEqual(await balances(), [before[0], 0, 0]);
});

test('R5 R9: the whole amount without details is the reverse refund', async () => {
  const { id } = await shop.pay(1000, [[s1, 600, 60], [s2, 400, 0]]);
  const payment = ok(await shop.post(`/payments/${id}/refund`, { amount: '1000', platform_details: {} }));
  assert.equal(payment.status, 'refunded');
  assert.deepEqual(payment.refunds[0].platform_details.submerchants.map((l) => l.amount), [540, 400]);
  refused(await shop.post(`/payments/${id}/refund`), 422, 'not_refundable');
  refused(await shop.post(`/payments/${id}/refund`, { amount: 1, ...lines(line(s1, 1, 0)) }), 422, 'not_refundable');
});

test('R2 R6 R8 R9: after a partial refund only an explicit split can go on', async () => {
  const { id } = await shop.pay(1000, [[s1, 600, 60], [s2, 400, 0]]);
  const partly = ok(await shop.post(`/payments/${id}/refund`, { amount: 300, ...lines(line(s1, 200, 100)) }));
  assert.equal(partly.status, 'captured');
  refused(await shop.post(`/payments/${id}/refund`), 422, 'not_refundable');
  refused(await shop.post(`/payments/${id}/refund`, { amount: 701, ...lines(line(s2, 400, 301)) }), 422,
    'invalid_parameter', 'amount');
  const full = ok(await shop.post(`/payments/${id}/refund`, lines(line(s2, 400, 300))));
  assert.deepEqual([full.status, full.amount_refunded], ['refunded', 1000]);
});

test('a refund split may give the platform more than the sub-merchant', async () => {
  const { id } = await shop.pay(1000, [[s1, 1000, 0]]);
  ok(await shop.post(`/payments/${id}/refund`, { amount: 100, ...lines(line(s1, 10, 90)) }));
});

// ---- sizes and speeds ----------------------------------------------------------------------------------

/** What a raw connection answers to these bytes; the connection is left to the test. */
function raw(bytes) {
  const url = new URL(server.base);
  const socket = net.connect(Number(url.port), url.hostname);
  const link = { socket, text: '', isOpen: true };
  socket.on('data', (piece) => (link.text += piece));
  socket.on('error', () => {});
  socket.on('close', () => (link.isOpen = false));
  socket.write(bytes);
  return link;
}
const head = (length) => `POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic(`${shop.key}:`)}\r\n` +
  `Content-Type: application/json\r\n${length}\r\n\r\n`;

const ROUTES = fs.readFileSync(path.join(TOP, 'src/api/routes.def'), 'utf8');
const LIMITS = [...ROUTES.matchAll(/^ROUTE\((POST|PATCH),\s*"([^"]+)".*?KIB\((\d+)\)/gm)]
  .filter(([row]) => !row.includes('HOLDER')) // an id that nobody has is refused before the body is looked at
  .map(([, verb, pattern, kib]) => ({ verb, bytes: kib * 1024, at: pattern.replace('{id}', NOBODY)
    .replace('{method}', 'credit_card').replace('{currency}', 'JPY') }));

changesNothing('a body is read up to the limit of its route, and is 413 beyond it', async () => {
  assert.ok(LIMITS.length > 10);
  for (const { verb, bytes, at } of LIMITS) {
    const body = (size) => `{"dry_run":"${'x'.repeat(size - 14)}"}`;
    const send = (text) => server.request(verb, at, { body: text,
      headers: { Authorization: basic(`${shop.key}:`), 'Content-Type': 'application/json' } });
    assert.notEqual((await send(body(bytes))).status, 413, at);
    if (bytes < DRAIN_BYTES) {
      refused(await send(body(bytes + 1)), 413, 'bad_request');
    } else { // beyond what it would read and drop, it answers before the body comes
      const link = raw(head(`Content-Length: ${bytes + 1}`));
      await until('the refusal', () => link.text.includes('"bad_request"'));
      assert.match(link.text, /^HTTP\/1\.1 413 /, at);
      link.socket.destroy();
    }
  }
});

changesNothing('a body that says it is a gigabyte is refused before it comes', async () => {
  const link = raw(head('Content-Length: 1073741824'));
  await until('the refusal', () => link.text.includes('\r\n\r\n'));
  assert.match(link.text, /^HTTP\/1\.1 413 /);
  link.socket.destroy();
});

changesNothing('an endless body in chunks is refused', async () => {
  const link = raw(head('Transfer-Encoding: chunked'));
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  await until('the refusal or the end', () => {
    if (link.isOpen) link.socket.write(chunk);
    return link.text.includes('HTTP/1.1 413') || !link.isOpen;
  });
  link.socket.destroy();
});

changesNothing('a slow body holds nobody up, and half a request does nothing', async () => {
  const body = JSON.stringify(SPLIT);
  const links = Array.from({ length: 40 }, () => raw(head(`Content-Length: ${body.length}`) + body.slice(0, 50)));
  await Promise.all(Array.from({ length: 20 }, async () => ok(await shop.get('/payments?per_page=1'))));
  links.forEach((link) => link.socket.destroy());
});

changesNothing('bytes that are not HTTP are refused', async () => {
  for (const bytes of ['GET\r\n\r\n', `GET / HTTP/1.1\r\nX: ${'x'.repeat(40000)}\r\n\r\n`,
    `GET /${'x'.repeat(20000)} HTTP/1.1\r\nHost: x\r\n\r\n`, head('Content-Length: -1'), head('Content-Length: x'),
    head('Content-Length: 5\r\nContent-Length: 6') + '{}']) {
    const link = raw(bytes);
    await until('an answer or the end', () => !link.isOpen || link.text.includes('\r\n\r\n'));
    if (link.text) assert.match(link.text, /^HTTP\/1\.[01] 4\d\d /, bytes.slice(0, 60));
    link.socket.destroy();
  }
});

changesNothing('lists refuse pages, times and filters that are none', async () => {
  for (const [query, param] of [['page=0', 'page'], ['page=-1', 'page'], ['page=x', 'page'], ['per_page=0', 'per_page'],
    ['per_page=x', 'per_page'], ['start_time=yesterday', 'start_time'], ['end_time=2026-13-01T00:00:00Z', 'end_time'],
    ['status=lost', 'status'], ['status=captured,lost', 'status'], ['currency=XXX', 'currency']])
    refused(await shop.get(`/payments?${query}`), 422, 'invalid_parameter', param);
  refused(await shop.get('/balances/JPY/transactions?type=nonsense'), 422, 'invalid_parameter', 'type');
  refused(await shop.get('/balances/XXX'), 404, 'not_found');
});

closes(server);
