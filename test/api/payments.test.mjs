// SPDX-License-Identifier: Apache-2.0
// payments.test.mjs: the life of a payment as komoju-core 3, 4, 6 and 16 tell it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, Client, closes, ok, refused, Server, split, until } from '../lib/server.mjs';

const server = await Server.start();

const ID = /^[0-9a-z]{25}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const text = (value) => typeof value === 'string';
const integer = (value) => Number.isInteger(value);
const nullable = (check) => (value) => value === null || check(value);
const object = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const KEYS = {
  id: (v) => ID.test(v), resource: (v) => v === 'payment',
  status: (v) => ['pending', 'authorized', 'captured', 'cancelled', 'expired', 'refunded', 'failed'].includes(v),
  amount: integer, tax: integer, customer: nullable(text), payment_deadline: nullable((v) => TIME.test(v)),
  payment_details: nullable(object), payment_method_fee: integer, total: integer, currency: text,
  description: nullable(text), captured_at: nullable((v) => TIME.test(v)), external_order_num: nullable(text),
  metadata: object, created_at: (v) => TIME.test(v), amount_refunded: integer,
  locale: (v) => ['ja', 'en', 'ko'].includes(v), session: nullable(text), customer_family_name: nullable(text),
  customer_given_name: nullable(text), mcc: nullable(text), statement_descriptor: nullable(object),
  refunds: Array.isArray, refund_requests: Array.isArray,
};

/** Every key is there with its type, and no other but platform_details. */
function checkPayment(payment, isPlatform) {
  for (const [key, check] of Object.entries(KEYS))
    assert.ok(key in payment && check(payment[key]), `${key}: ${JSON.stringify(payment[key])}`);
  const more = Object.keys(payment).filter((key) => !(key in KEYS));
  assert.deepEqual(more, isPlatform ? ['platform_details'] : []);
  assert.equal(payment.total, payment.amount + payment.tax + payment.payment_method_fee);
}

test('a payment shows what was sent, every key with its type', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  const sent = { description: 'Ein Täßchen 茶', external_order_num: 'A-1001', metadata: { cart: '77', b: 'x' },
    locale: 'ko', mcc: '5812', statement_descriptor: { statement_descriptor: 'KESSAI', contact_phone: '03-1234-5678' } };
  const payment = await shop.pay(1000, [[seller, 1000, 100]], {
    ...sent, payment_details: { ...CARD, email: 'hana@shop.example', number: '5555555555554444' } });
  checkPayment(payment, true);
  for (const [key, value] of Object.entries(sent)) assert.deepEqual(payment[key], value);
  const { payment_details: details } = payment;
  assert.deepEqual([details.type, details.brand, details.last_four_digits, details.month, details.year, details.email],
    ['credit_card', 'master', '4444', 12, 2035, 'hana@shop.example']);
  assert.deepEqual(payment.platform_details.submerchants,
    [{ submerchant_id: seller, amount: 1000, platform_fee: 100 }]);
  assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
});

test('an ordinary payment has no platform_details, no e-mail is null', async () => {
  const shop = await server.merchant('ordinary');
  for (const more of [{}, { capture: false }]) {
    const payment = await shop.pay(1000, null, more);
    checkPayment(payment, false);
    assert.equal(payment.payment_details.email, null);
    assert.deepEqual([payment.metadata, payment.refunds, payment.refund_requests], [{}, [], []]);
  }
});

test('brands have KOMOJU\'s names', async () => {
  const shop = await server.merchant('ordinary');
  for (const [number, brand] of [['4111111111111111', 'visa'], ['5555555555554444', 'master'],
    ['3530111333300000', 'jcb'], ['378282246310005', 'american_express'], ['30569309025904', 'diners_club']])
    assert.equal((await shop.pay(1000, null, { payment_details: { ...CARD, number } })).payment_details.brand, brand);
});

test('tax: omitted or "auto" is 10 % on top rounded half up, 0 is none; with platform_details omitted is 0', async () => {
  const shop = await server.merchant('ordinary');
  for (const [amount, tax, expected] of [[1000, undefined, 100], [1000, 'auto', 100], [1000, 0, 0], [1000, '0', 0],
    [1000, 7, 7], [14, undefined, 1], [15, undefined, 2], [25, 'auto', 3], [4, 'auto', 0]]) {
    const payment = await shop.pay(amount, null, { tax });
    assert.deepEqual([payment.tax, payment.total], [expected, amount + expected]);
  }
  const market = await server.marketplace();
  const [seller] = await market.payouts(1);
  assert.equal((await market.pay(1000, [[seller, 1000, 0]])).tax, 0);
  assert.equal((await market.authorize(1000)).tax, 0);
});

test('an external_order_num is used once for each processing merchant; failed attempts do not count', async () => {
  const shop = await server.merchant('ordinary');
  const order = { external_order_num: 'B-1' };
  refused(await shop.create(1000, null, { ...order, payment_details: { ...CARD, number: '4123111111111059' } }), 502,
    'card_declined');
  await shop.pay(1000, null, order);
  refused(await shop.create(1000, null, order), 422, 'invalid_parameter', 'external_order_num');
  await (await server.merchant('ordinary')).pay(1000, null, order);
  const platform = await server.merchant('platform');
  for (const id of [await platform.seller(), await platform.seller()]) {
    const details = { ...order, platform_details: { processing_merchant_id: id, ...split([id, 1000, 0]) } };
    await platform.pay(1000, null, details);
    refused(await platform.create(1000, null, details), 422, 'invalid_parameter', 'external_order_num');
  }
});

test('update changes description and metadata, and nothing else', async () => {
  const shop = await server.merchant('ordinary');
  const payment = await shop.pay(1000, null, { metadata: { a: '1' }, description: 'old' });
  const changed = ok(await shop.patch(`/payments/${payment.id}`, { description: 'new', metadata: { b: '2' }, amount: 1,
    status: 'refunded' }));
  assert.deepEqual(changed, { ...payment, description: 'new', metadata: { b: '2' } });
  assert.deepEqual(ok(await shop.patch(`/payments/${payment.id}`, { description: 'newer' })),
    { ...changed, description: 'newer' });
  assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)).metadata, { b: '2' });
  refused(await shop.patch(`/payments/${payment.id}`, { metadata: 'x' }), 422, 'invalid_parameter', 'metadata');
  assert.equal(ok(await shop.get('/events')).data[0].type, 'payment.updated');
});

test('cancel: an authorization, once; what is captured is not_cancellable', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  const waiting = await shop.authorize(1000);
  const cancelled = ok(await shop.post(`/payments/${waiting.id}/cancel`, { reason: 'plugins send something' }));
  assert.deepEqual([cancelled.status, cancelled.captured_at, cancelled.id], ['cancelled', null, waiting.id]);
  for (const at of ['cancel', 'capture', 'refund']) {
    const code = { cancel: 'not_cancellable', capture: 'not_capturable', refund: 'not_refundable' }[at];
    refused(await shop.post(`/payments/${waiting.id}/${at}`,
      at === 'capture' ? { platform_details: split([seller, 1000, 0]) } : {}), 422, code);
  }
  const { id } = await shop.pay(1000, [[seller, 1000, 0]]);
  refused(await shop.post(`/payments/${id}/cancel`), 422, 'not_cancellable');
  assert.equal(await shop.balance(seller), 1000);
});

test('a capture happens once, in part too, and shows what was captured', async () => {
  const shop = await server.merchant('ordinary');
  const waiting = await shop.pay(1000, null, { capture: false });
  assert.deepEqual([waiting.tax, waiting.total], [100, 1100]);
  const part = ok(await shop.post(`/payments/${waiting.id}/capture`, { amount: 400, tax: 40 }));
  assert.deepEqual([part.status, part.amount, part.tax, part.total, part.amount_refunded, part.refunds],
    ['captured', 400, 40, 440, 0, []]);
  refused(await shop.post(`/payments/${waiting.id}/capture`, { amount: 400 }), 422, 'not_capturable');
  const whole = await shop.pay(1000, null, { capture: false });
  assert.equal(ok(await shop.post(`/payments/${whole.id}/capture`)).total, 1100);
  const same = await shop.pay(1000, null, { capture: false });
  assert.equal(ok(await shop.post(`/payments/${same.id}/capture`, { amount: 1000 })).tax, 100);
  const less = await shop.pay(1000, null, { capture: false });
  assert.equal(ok(await shop.post(`/payments/${less.id}/capture`, { amount: 999 })).tax, 0);
  const { id } = await shop.pay(1000);
  refused(await shop.post(`/payments/${id}/capture`), 422, 'not_capturable');
});

test('payment_deadline is the end of a day in Japan: 30 days on, or what expiry_days says', async () => {
  const shop = await server.merchant('ordinary');
  const endOfDay = (created, days) => {
    const jst = new Date(Date.parse(created) + 9 * 3600e3);
    return new Date(Date.UTC(jst.getUTCFullYear(), jst.getUTCMonth(), jst.getUTCDate() + days, 14, 59, 59))
      .toISOString().replace('.000', '');
  };
  for (const [expiry_days, days] of [[undefined, 30], [1, 1], ['59', 59]]) {
    const payment = await shop.pay(1000, null, { capture: false, payment_details: { ...CARD, expiry_days } });
    assert.equal(payment.payment_deadline, endOfDay(payment.created_at, days));
  }
});

test('an authorization can be captured in the last second of its deadline, and expires after it', async () => {
  const shop = await server.merchant('ordinary');
  const [first, second] = [await shop.pay(1000, null, { capture: false, payment_details: { ...CARD, expiry_days: 1 } }),
    await shop.pay(1000, null, { capture: false, payment_details: { ...CARD, expiry_days: 1 } })];
  await shop.clock({ to: first.payment_deadline });
  assert.equal(ok(await shop.get(`/payments/${second.id}`)).status, 'authorized');
  assert.equal(ok(await shop.post(`/payments/${first.id}/capture`)).status, 'captured');
  await shop.clock({ advance_s: 2 });
  assert.equal(ok(await shop.get(`/payments/${second.id}`)).status, 'expired');
  refused(await shop.post(`/payments/${second.id}/capture`), 422, 'not_capturable');
  assert.equal(ok(await shop.get(`/payments/${first.id}`)).status, 'captured');
  assert.deepEqual(ok(await shop.get('/events')).data.map((e) => e.type).slice(0, 2),
    ['payment.expired', 'payment.captured']);
});

test('the clock is read, moves forward, and never back', async () => {
  const shop = await server.merchant('ordinary');
  const start = await shop.clock();
  assert.ok(Math.abs(Date.parse(start) - Date.now()) < 60000);
  const day = Date.parse(await shop.clock({ advance_s: 86400 }));
  assert.ok(day - Date.parse(start) >= 86400e3);
  assert.ok(Date.parse((await shop.pay(1000)).created_at) >= day);
  refused(await shop.post('/test_helpers/clock', { advance_s: -1 }), 422, 'invalid_parameter', 'advance_s');
  refused(await shop.post('/test_helpers/clock', { to: start }), 422, 'invalid_parameter', 'to');
  refused(await shop.post('/test_helpers/clock', { advance_s: 'x' }), 422, 'invalid_parameter', 'advance_s');
  const other = await server.merchant('ordinary');
  assert.ok(Date.parse(await other.clock()) < day, 'each tenant has a clock of its own');
});

// ---- refusals of the card ------------------------------------------------------------------------

const DECLINED = { 4123111111111000: 'insufficient_funds', 4123111111111018: 'exceeds_limit',
  4123111111111034: 'bad_verification_value', 4123111111111042: 'card_expired', 4123111111111059: 'card_declined' };
for (const [number, code] of Object.entries(DECLINED))
  test(`test card ${number} is 502 ${code}, leaves a failed payment and an event, and moves no money`, async () => {
    const shop = await server.marketplace();
    const [seller] = await shop.payouts(1);
    const details = { payment_details: { ...CARD, number } };
    refused(await shop.create(1000, [[seller, 1000, 0]], details), 502, code);
    refused(await shop.create(1000, null, { ...details, capture: false, platform_details: {} }), 502, code);
    const list = ok(await shop.get('/payments'));
    assert.deepEqual(list.data.map((payment) => payment.status), ['failed', 'failed']);
    checkPayment(list.data[0], true);
    assert.deepEqual([await shop.balance(), await shop.balance(seller)], [0, 0]);
    assert.deepEqual(ok(await shop.get('/events')).data.map((event) => event.type),
      ['payment.failed', 'payment.failed']);
    refused(await shop.post(`/payments/${list.data[0].id}/refund`), 422, 'not_refundable');
  });

for (const number of ['4123111111111067', '4123111111111075'])
  test(`test card ${number} is an invalid card`, async () => {
    const reply = await (await server.merchant('ordinary')).create(1000, null,
      { payment_details: { ...CARD, number } });
    assert.equal(reply.status, 502);
    assert.ok(['other_invalid', 'invalid_number'].includes(reply.body.error.code));
  });

const SCENARIOS = [
  ['insufficient_funds', 502], ['card_declined', 502], ['bad_verification_value', 502], ['exceeds_limit', 502],
  ['card_expired', 502], ['invalid_number', 502], ['invalid_account', 502], ['restricted_account', 502],
  ['used_number', 502], ['invalid_password', 502], ['invalid_user_key', 502], ['other_error', 502],
  ['other_invalid', 502], ['fraudulent', 422], ['request_failed', 402], ['bad_gateway', 502],
  ['gateway_timeout', 504],
];
test('Komoju-Scenario makes a good card fail with each code', async () => {
  const shop = await server.merchant('ordinary');
  for (const [code, status] of SCENARIOS)
    refused(await shop.create(1000, null, {}, { 'Komoju-Scenario': code }), status, code);
  const list = ok(await shop.get('/payments?per_page=100'));
  assert.deepEqual(new Set(list.data.map((payment) => payment.status)), new Set(['failed']));
  assert.equal(list.total, SCENARIOS.length);
  assert.equal(await shop.balance(), 0);
});

test('Komoju-Scenario on a token fails the payment made with it', async () => {
  const shop = await server.merchant('ordinary');
  const token = ok(await shop.browser.post('/tokens', { payment_details: CARD },
    { 'Komoju-Scenario': 'insufficient_funds' }));
  refused(await shop.create(1000, null, { payment_details: token.id }), 502, 'insufficient_funds');
});

test('a rail that is slow is waited for', async () => {
  const shop = await server.merchant('ordinary');
  const started = Date.now();
  assert.equal((await shop.pay(1000, null, {}, { 'Komoju-Scenario': 'delay:300' })).status, 'captured');
  assert.ok(Date.now() - started >= 290);
});

test('no answer from the rail: what the rail has is found out, never doubled', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  let earned = 0;
  for (const scenario of ['timeout', 'timeout_before', 'timeout_long', 'garbage']) {
    const reply = await shop.create(1000, [[seller, 1000, 0]], {}, { 'Komoju-Scenario': scenario });
    assert.ok([200, 502, 504].includes(reply.status), `${scenario}: ${reply.raw}`);
    if (scenario === 'garbage') assert.equal(reply.body.error.code, 'bad_gateway');
    if (scenario === 'timeout_before') refused(reply, 504, 'gateway_timeout');
    const { id } = ok(await shop.get('/payments?per_page=1')).data[0];
    const payment = await until(`${scenario} is known`, async () => {
      await shop.clock({ advance_s: 600 });
      const now = ok(await shop.get(`/payments/${id}`));
      return now.status !== 'pending' && now;
    });
    assert.equal(payment.status, reply.status === 200 ? 'captured' : payment.status);
    if (reply.status !== 200) assert.ok(['failed', 'captured', 'cancelled'].includes(payment.status));
    if (payment.status === 'captured') earned += 1000;
    assert.equal(await shop.balance(seller), earned, scenario);
  }
});

for (const action of ['capture', 'cancel', 'refund'])
  test(`no answer to a ${action}: it happens once or not at all, and can be tried again`, async () => {
    const shop = await server.marketplace();
    const [seller] = await shop.payouts(1);
    await shop.fund(5000);
    for (const scenario of ['timeout', 'timeout_before', 'request_failed', 'bad_gateway']) {
      const { id } = action === 'refund' ? await shop.pay(1000, [[seller, 1000, 0]]) : await shop.authorize(1000);
      const before = await shop.balance(seller);
      const body = action === 'capture' ? { platform_details: split([seller, 1000, 0]) } : {};
      const reply = await shop.post(`/payments/${id}/${action}`, body, { 'Komoju-Scenario': scenario });
      const done = { capture: 'captured', cancel: 'cancelled', refund: 'refunded' }[action];
      if (scenario === 'request_failed') refused(reply, 402, 'request_failed');
      if (scenario === 'bad_gateway') refused(reply, 502, 'bad_gateway');
      const payment = await until(`${action} after ${scenario}`, async () => {
        const again = await shop.post(`/payments/${id}/${action}`, body);
        if (again.status === 423) {
          assert.equal(again.body.error.code, 'locked');
          await shop.clock({ advance_s: 600 });
          return false;
        }
        return ok(await shop.get(`/payments/${id}`));
      });
      assert.equal(payment.status, done, scenario);
      const effect = { capture: 1000, cancel: 0, refund: -1000 }[action];
      assert.equal(await shop.balance(seller) - before, effect, scenario);
      if (action === 'refund') assert.equal(payment.refunds.length, 1);
    }
  });

// ---- refunds -----------------------------------------------------------------------------------------

test('refunds stand oldest first, each with its key, sum and split', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  await shop.fund(1000);
  const { id } = await shop.pay(1000, [[seller, 1000, 100]]);
  for (const amount of [100, 200, 300])
    ok(await shop.post(`/payments/${id}/refund`, { amount, description: `${amount} back`,
      platform_details: split([seller, amount - 10, 10]) }));
  const payment = ok(await shop.get(`/payments/${id}`));
  assert.deepEqual(payment.refunds.map((r) => r.amount), [100, 200, 300]);
  assert.deepEqual([payment.amount_refunded, payment.status, payment.amount], [600, 'captured', 1000]);
  payment.refunds.forEach((r) => {
    assert.match(r.id, ID);
    assert.match(r.created_at, TIME);
    assert.deepEqual([r.resource, r.currency, r.payment, r.description, r.chargeback],
      ['refund', 'JPY', id, `${r.amount} back`, false]);
    assert.deepEqual(r.platform_details.submerchants,
      [{ submerchant_id: seller, amount: r.amount - 10, platform_fee: 10 }]);
  });
});

test('an ordinary merchant refunds in part without a split, then the rest without an amount', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(100000);
  const { id } = await shop.pay(1000);
  assert.equal(ok(await shop.post(`/payments/${id}/refund`, { amount: 300 })).status, 'captured');
  refused(await shop.post(`/payments/${id}/refund`, { amount: 801 }), 422, 'invalid_parameter', 'amount');
  const rest = ok(await shop.post(`/payments/${id}/refund`));
  assert.deepEqual([rest.status, rest.amount_refunded, rest.refunds.map((r) => r.amount)], ['refunded', 1100, [300, 800]]);
  assert.ok(rest.refunds.every((r) => !('platform_details' in r)));
});

test('a refund beyond the balance is refused', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await shop.pay(1000);
  refused(await shop.post(`/payments/${id}/refund`), 422, 'not_refundable');
  assert.equal(ok(await shop.get(`/payments/${id}`)).amount_refunded, 0);
});

test('a lost dispute shows as a refund with chargeback true and can happen once', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await shop.pay(1000);
  assert.equal((await shop.simulate(id, 'chargeback_opened')).status, 200);
  assert.equal(ok(await shop.get(`/payments/${id}`)).amount_refunded, 0);
  assert.equal((await shop.simulate(id, 'chargeback_won')).status, 200);
  assert.equal(ok(await shop.get(`/payments/${id}`)).amount_refunded, 0);
  ok(await shop.simulate(id, 'chargeback_lost'));
  const lost = ok(await shop.get(`/payments/${id}`));
  assert.deepEqual([lost.amount_refunded, lost.refunds[0].chargeback, lost.refunds.length], [1100, true, 1]);
  const again = await shop.simulate(id, 'chargeback_lost');
  refused(again, 422, 'not_chargebackable');
  const waiting = await shop.pay(1000, null, { capture: false });
  refused(await shop.simulate(waiting.id, 'chargeback_lost'), 422, 'not_chargebackable');
});

test('what a rail would do can be made to happen', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  for (const [outcome, status] of [['expired', 'expired'], ['cancelled', 'cancelled']]) {
    const { id } = await shop.authorize(1000);
    ok(await shop.simulate(id, outcome));
    assert.equal(ok(await shop.get(`/payments/${id}`)).status, status);
    assert.equal((await shop.simulate(id, outcome)).status, 422);
  }
  const { id } = await shop.authorize(1000);
  ok(await shop.simulate(id, 'captured', { platform_details: split([seller, 1000, 100]) }));
  assert.equal(ok(await shop.get(`/payments/${id}`)).status, 'captured');
  refused(await shop.simulate(id, 'nonsense'), 422, 'invalid_parameter', 'outcome');
});

// ---- tokens ------------------------------------------------------------------------------------------

test('a token of either key pays once', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  for (const client of [shop, shop.browser]) {
    const token = ok(await client.post('/tokens', { payment_details: { ...CARD, email: 'a@example.com' } }));
    assert.match(token.id, /^tok_/);
    assert.deepEqual(Object.keys(token).sort(), ['created_at', 'id', 'payment_details', 'resource']);
    assert.equal(token.resource, 'token');
    assert.match(token.created_at, TIME);
    assert.deepEqual([token.payment_details.type, token.payment_details.email], ['credit_card', 'a@example.com']);
    for (const key of ['number', 'verification_value', 'month', 'year', 'last_four_digits'])
      assert.ok(!(key in token.payment_details), key);
    const payment = await shop.pay(1000, [[seller, 1000, 0]], { payment_details: token.id });
    assert.equal(payment.payment_details.last_four_digits, '1111');
    refused(await shop.create(1000, [[seller, 1000, 0]], { payment_details: token.id }), 422, 'invalid_token',
      'payment_details');
  }
});

test('a token is refused after an hour, in another currency, for another merchant, and unknown', async () => {
  const shop = await server.merchant('ordinary');
  const token = async (more) => ok(await shop.browser.post('/tokens', { payment_details: CARD, ...more })).id;
  const old = await token();
  const bound = await token({ currency: 'USD' });
  const refusedToken = async (merchant, id) => refused(await merchant.create(1000, null, { payment_details: id }), 422,
    'invalid_token', 'payment_details');
  await refusedToken(shop, bound);
  await refusedToken(await server.merchant('ordinary'), old);
  await refusedToken(shop, 'tok_0123456789abcdefghijklmno');
  await refusedToken(shop, 'nonsense');
  await shop.clock({ advance_s: 3601 });
  await refusedToken(shop, old);
  assert.equal((await shop.pay(1000, null, { payment_details: await token({ currency: 'JPY' }) })).status, 'captured');
});

test('a token of one seller does not pay another seller\'s payment', async () => {
  const platform = await server.merchant('platform');
  const [one, two] = [await platform.seller(), await platform.seller()];
  const browser = new Client(server, ok(await platform.get(`/merchants/${one}`)).publishable_key);
  const details = (id) => ({ platform_details: { processing_merchant_id: id, ...split([id, 1000, 0]) } });
  const token = async () => ({ payment_details: ok(await browser.post('/tokens', { payment_details: CARD })).id });
  refused(await platform.create(1000, null, { ...await token(), ...details(two) }), 422, 'invalid_token',
    'payment_details');
  await platform.pay(1000, null, { ...await token(), ...details(one) });
});

test('a declined token is used up; a refused request leaves it', async () => {
  const shop = await server.merchant('ordinary');
  const id = ok(await shop.post('/tokens', { payment_details: CARD })).id;
  refused(await shop.create(0, null, { payment_details: id }), 422, 'invalid_parameter', 'amount');
  await shop.pay(1000, null, { payment_details: id });
});

test('tokens say missing_parameter for a type without its fields', async () => {
  const shop = await server.merchant('ordinary');
  for (const [payment_details, param] of [[undefined, 'payment_details'], [{ type: 'credit_card' }, 'payment_details.number']])
    refused(await shop.post('/tokens', { payment_details }), 422, 'missing_parameter', param);
  assert.equal((await shop.post('/tokens', { payment_details: { type: 'web_money' } })).body.error.code,
    'missing_parameter');
  refused(await shop.post('/tokens', { payment_details: CARD, currency: 'XXX' }), 422, 'invalid_currency', 'currency');
});

// ---- lists -------------------------------------------------------------------------------------------

test('an empty list has last_page 0', async () => {
  const shop = await server.merchant('ordinary');
  for (const at of ['/payments', '/events', '/balances/JPY/transactions']) {
    const list = ok(await shop.get(at));
    assert.deepEqual([list.resource, list.total, list.page, list.per_page, list.last_page, list.data],
      ['list', 0, 1, 10, 0, []], at);
  }
});

test('lists: newest first, filters, pages, and items as show gives them', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(100000);
  await shop.clock({ advance_s: 60 });
  const made = [];
  for (let i = 0; i < 6; i++) {
    made.unshift(await shop.pay(1000 + i, null, { capture: i % 2 === 0, external_order_num: `L-${i}`,
      currency: i === 3 ? 'USD' : 'JPY' }));
    await shop.clock({ advance_s: 60 });
  }
  ok(await shop.post(`/payments/${made[1].id}/refund`));
  ok(await shop.post(`/payments/${made[0].id}/cancel`));
  const get = async (query) => ok(await shop.get(`/payments?${query}`));
  const orders = (list) => list.data.map((payment) => payment.external_order_num);

  const all = await get('per_page=100');
  assert.deepEqual([all.total, all.last_page, all.per_page], [7, 1, 100]);
  assert.deepEqual(orders(all), ['L-5', 'L-4', 'L-3', 'L-2', 'L-1', 'L-0', null]);
  for (const item of all.data) assert.deepEqual(item, ok(await shop.get(`/payments/${item.id}`)));
  assert.deepEqual(ok(await shop.get(`/payments?merchant_id=${shop.id}&per_page=100`)), all);

  const second = await get('per_page=3&page=2');
  assert.deepEqual([second.total, second.page, second.per_page, second.last_page], [7, 2, 3, 3]);
  assert.deepEqual(orders(second), ['L-2', 'L-1', 'L-0']);
  assert.deepEqual((await get('per_page=3&page=4')).data, []);
  assert.equal((await get('per_page=1000')).per_page, 100);

  assert.deepEqual(orders(await get('status=authorized')), ['L-3', 'L-1']);
  assert.deepEqual(orders(await get('status=cancelled,refunded')), ['L-5', 'L-4']);
  assert.deepEqual(orders(await get('status=captured&per_page=1&page=2')), ['L-0']);
  assert.equal((await get('status=captured&per_page=1')).last_page, 3);
  assert.deepEqual(orders(await get('currency=USD')), ['L-3']);
  assert.deepEqual(orders(await get('external_order_num=L-2')), ['L-2']);
  assert.deepEqual((await get('external_order_num=none')).last_page, 0);
  assert.deepEqual((await get('external_order_num=L-2&status=failed')).total, 0);

  const at = (i) => made.find((payment) => payment.external_order_num === `L-${i}`).created_at;
  const shifted = (time, s) => new Date(Date.parse(time) + s * 1000).toISOString();
  assert.deepEqual(orders(await get(`start_time=${shifted(at(2), 30)}&end_time=${shifted(at(4), 30)}`)), ['L-4', 'L-3']);
  assert.deepEqual(orders(await get(`start_time=${encodeURIComponent(shifted(at(4), 30).replace('Z', '+00:00'))}`)),
    ['L-5']);
  assert.deepEqual(orders(await get(`end_time=${shifted(at(0), -30)}`)), [null]);
  assert.deepEqual(orders(await get(`start_time=${shifted(at(2), 30)}&status=captured`)), []);
});

test('events: newest first, whole, and show gives the same', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(100000);
  const { id } = await shop.pay(1000);
  const refunded = ok(await shop.post(`/payments/${id}/refund`));
  const list = ok(await shop.get('/events'));
  assert.deepEqual(list.data.map((event) => event.type),
    ['payment.refunded', 'payment.refund.created', 'payment.captured', 'payment.captured']);
  for (const event of list.data) {
    assert.match(event.id, ID);
    assert.match(event.created_at, TIME);
    assert.deepEqual([event.resource, event.reason], ['event', null]);
    checkPayment(event.data, false);
    assert.deepEqual(ok(await shop.get(`/events/${event.id}`)), event);
  }
  assert.deepEqual(list.data[0].data, refunded);
  assert.deepEqual(list.data[1].data, refunded);
});

test('texts of the card are shown as they were sent, and never what is secret', async () => {
  const shop = await server.merchant('ordinary');
  const more = { billing_address_city: '港区', shipping_address_name: 'Hana', installments: '3', intent: 'one_time' };
  const { payment_details: shown } = await shop.pay(1000, null, { payment_details: { ...CARD, ...more } });
  for (const [key, value] of Object.entries(more)) assert.equal(shown[key], value);
  assert.ok(!('number' in shown) && !('verification_value' in shown));
});

test('limits: an amount of 9999999 before tax, 255 characters of any script, no webhooks of one payment', async () => {
  const shop = await server.merchant('ordinary');
  assert.equal((await shop.pay(9999999)).total, 9999999 + 1000000);
  refused(await shop.create(10000000), 422, 'invalid_parameter', 'amount');
  const order = '注'.repeat(255);
  assert.equal((await shop.pay(1000, null, { external_order_num: order })).external_order_num, order);
  refused(await shop.create(1000, null, { external_order_num: `${order}x` }), 422, 'invalid_parameter',
    'external_order_num');
  refused(await shop.create(1000, null, { webhooks: [{ url: 'https://shop.example' }] }), 422, 'invalid_parameter',
    'webhooks');
  assert.equal((await shop.pay(1000, null, { webhooks: [] })).status, 'captured');
});

test('V9: whatever lines an authorization carries, they are ignored', async () => {
  const shop = await server.marketplace();
  const reply = await shop.create(1000, null, { capture: false, platform_details: { submerchants: [1, { amount: 'x' }] } });
  assert.deepEqual(ok(reply).platform_details.submerchants, []);
});

closes(server);
