// SPDX-License-Identifier: Apache-2.0
// refund_requests.test.mjs: refunds by bank transfer (komoju-core 6.8, komoju-platform 9): the worked ledgers 11.6 and
// 11.8, what is held while a request is pending, its end by the test helper and on the command line.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isUrl } from '../lib/database.mjs';
import { Receiver, signature } from '../lib/receiver.mjs';
import { closes, folder, ok, refused, run, Server, split, until } from '../lib/server.mjs';

const server = await Server.start({ args: ['--allow-private-webhooks'] });

const KONBINI = { type: 'konbini', store: 'lawson', email: 'hana@shop.example' };
const BANK = {
  customer_name: 'ﾔﾏﾀﾞ ﾀﾛｳ', bank_name: 'みなと銀行', bank_code: '0562', branch_name: '本店', branch_number: '100',
  account_type: 'normal', account_number: '0012345',
};

/** A konbini payment that somebody has paid in. */
async function paid(p, lines, more = {}) {
  const payment = await p.pay(1000, lines, { tax: 0, payment_details: KONBINI, ...more });
  assert.equal(payment.status, 'authorized');
  return ok(await p.simulate(payment.id, 'captured'));
}
const ask = (p, payment, more = {}, headers) =>
  p.post(`/payments/${payment.id}/refund_request`, { ...BANK, ...more }, headers);
const end = (p, request, outcome) => p.post(`/test_helpers/refund_requests/${request.id}/simulate`, { outcome });
const show = async (p, payment) => ok(await p.get(`/payments/${payment.id}`));

async function marketplace() {
  const p = await server.marketplace();
  const [S1, S2] = await p.payouts(2);
  return { p, S1, S2, one: [[S1, 1000, 100]], two: [[S1, 700, 70], [S2, 300, 30]] };
}

/** An ordinary merchant that can pay what a refund costs. */
async function shop(yen = 10000) {
  const p = await server.merchant('ordinary');
  await p.pay(yen, null, { tax: 0 });
  return p;
}

const records = async (p, id) =>
  ok(await p.get(`/merchants/${id}/balances/JPY/transactions?per_page=100`)).data;
const newest = async (p, id) => {
  const all = await records(p, id);
  return all.filter((r) => r.id === all[0]?.id).map((r) => [r.type, r.amount_cents]);
};

/** The types of a merchant's events about one payment and its requests, oldest first. */
async function eventsOf(p, payment) {
  const { data } = ok(await p.get('/events?per_page=100'));
  return data.filter((e) => e.data.id === payment.id || e.data.payment === payment.id).reverse();
}

// ---- the worked ledgers ----------------------------------------------------------------------

const FEES = [['refund_fee', -300], ['refund_fee_tax', -30]];
const CUSTOMER = [['refunded_customer_fee', -173], ['refunded_customer_fee_tax', -17]];
const WORKED = [
  ['11.6 single, customer fee', 'one', {}, true, [['refund', -1000], ...CUSTOMER, ...FEES,
    ['payment_share_refund', 900]], -620, [900, 0]],
  ['11.6 two subs, customer fee', 'two', {}, true, [['refund', -1000], ...CUSTOMER, ...FEES,
    ['payment_share_refund', 630], ['payment_share_refund', 270]], -620, [630, 270]],
  ['11.6 single, no customer fee', 'one', {}, false, [['refund', -1000], ...FEES,
    ['payment_share_refund', 900]], -430, [900, 0]],
  ['11.8 single, no customer fee', 'one', { amount: 900, lines: [[850, 50]] }, false,
    [['refund', -900], ...FEES, ['payment_share_refund', 850]], -380, [850, 0]],
  ['11.8 single, customer fee', 'one', { amount: 900, lines: [[850, 50]] }, true,
    [['refund', -900], ...CUSTOMER, ...FEES, ['payment_share_refund', 850]], -570, [850, 0]],
  ['11.8 two subs, no customer fee', 'two', { amount: 500, lines: [[300, 30], [150, 20]] }, false,
    [['refund', -500], ...FEES, ['payment_share_refund', 300], ['payment_share_refund', 150]], -380, [300, 150]],
];

for (const [name, which, { amount, lines }, withFee, rows, net, back] of WORKED)
  test(`${name}: exactly these records, and ${-net} yen must be there before`, async () => {
    const m = await marketplace();
    const { p, S1, S2 } = m;
    const payment = await paid(p, m[which]);
    assert.deepEqual([payment.total, payment.payment_method_fee], [1190, 190]);
    assert.equal(await p.balance(), 69);
    const more = {
      include_payment_method_fee: withFee,
      ...(amount ? { amount, platform_details: split(...lines.map((l, i) => [[S1, S2][i], ...l])) } : {}),
    };
    const short = refused(await ask(p, payment, more), 422, 'not_refundable');
    assert.ok(short.message.includes(p.id), short.message);
    await p.fund(-net - 70); // one yen short of what the platform's own part takes
    refused(await ask(p, payment, more), 422, 'not_refundable');
    await p.fund(1);
    const before = [await p.balance(), await p.balance(S1), await p.balance(S2)];
    assert.equal(before[0], -net);
    const asked = ok(await ask(p, payment, more));
    assert.deepEqual([await p.balance(), await p.balance(S1), await p.balance(S2)], before, 'nothing is posted');
    assert.deepEqual([asked.status, asked.amount_refunded, asked.refunds], ['captured', 0, []]);
    assert.equal(asked.refund_requests[0].status, 'pending');

    const done = ok(await end(p, asked.refund_requests[0], 'completed'));
    assert.deepEqual(await newest(p, p.id), rows);
    assert.deepEqual(await newest(p, S1), [['payment_share_refund', -back[0]]]);
    if (back[1]) assert.deepEqual(await newest(p, S2), [['payment_share_refund', -back[1]]]);
    assert.deepEqual([await p.balance(), await p.balance(S1), await p.balance(S2)],
      [0, before[1] - back[0], before[2] - back[1]]);
    const all = amount ?? 1000;
    assert.deepEqual([done.status, done.amount_refunded, done.refund_requests[0].status],
      [all === 1000 ? 'refunded' : 'captured', all, 'completed']);
    assert.deepEqual(done.refunds.map((r) => [r.amount, r.chargeback]), [[all, false]]);
    assert.deepEqual(done.refunds[0].platform_details, done.refund_requests[0].platform_details);
    assert.deepEqual(await show(p, payment), done);
  });

test('11.6 the balance shows refunds -1520 with fee and customer fee, taxes within', async () => {
  const { p, one } = await marketplace();
  await p.fund(551);
  const payment = await paid(p, one);
  const [request] = ok(await ask(p, payment, { include_payment_method_fee: true })).refund_requests;
  ok(await end(p, request, 'completed'));
  const { refunds, total_balance_cents } = ok(await p.get('/balances/JPY'));
  assert.deepEqual(refunds, { total_cents: -1520, refunded_amount_total_cents: -1000,
    refund_processing_fees_cents: -330, refunded_customer_fees_cents: -190 });
  assert.equal(total_balance_cents, 0);
});

test('a seller pays for its refund request, and gets the platform fee back', async () => {
  const p = await server.merchant('platform');
  const { id } = await p.sub('seller');
  for (const method of ['konbini', 'credit_card'])
    ok(await p.patch(`/live_application/${id}/payment_methods/${method}/simulate_status`, { status: 'accepted' }));
  ok(await p.patch(`/live_application/${id}/simulate_status`, { status: 'accepted' }));
  const details = (amount, fee) => ({ processing_merchant_id: id, ...split([id, amount, fee]) });
  const payment = await paid(p, null, { platform_details: details(1000, 100) });
  refused(await ask(p, payment), 422, 'not_refundable');
  await p.pay(2000, null, { tax: 0, platform_details: details(2000, 0) });
  const before = [await p.balance(id), await p.balance()];
  const [request] = ok(await ask(p, payment)).refund_requests;
  ok(await end(p, request, 'completed'));
  assert.deepEqual(await newest(p, id), [['refund', -1000], ...FEES, ['platform_fee_refund', 100]]);
  assert.deepEqual([await p.balance(id), await p.balance()], [before[0] - 1230, before[1] - 100]);
  const types = (await eventsOf(p, payment)).map((e) => e.type);
  assert.deepEqual(types.slice(-3), ['submerchant.refund_request.updated', 'submerchant.payment.refund.created',
    'submerchant.payment.refunded']);
});

// ---- the object ------------------------------------------------------------------------------

test('a request shows what komoju-core 6.8 says, in the answer, the payment, lists and events', async () => {
  const p = await shop();
  const payment = await paid(p);
  const asked = ok(await ask(p, payment, { description: 'two of three' }));
  const [request] = asked.refund_requests;
  const { id, created_at, ...rest } = request;
  assert.match(id, /^[0-9a-z]{25}$/);
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(rest, { payment: payment.id, customer_name: 'ﾔﾏﾀﾞ ﾀﾛｳ', bank_name: 'みなと銀行', bank_code: '0562',
    branch_name: '本店', branch_number: '100', account_number: '0012345', amount: 1000,
    description: 'two of three', status: 'pending' });
  assert.deepEqual(await show(p, payment), asked);
  const listed = ok(await p.get('/payments')).data.find((one) => one.id === payment.id);
  assert.deepEqual(listed, asked);

  const done = ok(await end(p, request, 'completed'));
  assert.deepEqual(done.refund_requests, [{ ...request, status: 'completed' }]);
  assert.equal(done.refunds[0].description, 'two of three');
  assert.notEqual(done.refunds[0].id, id);
  const events = await eventsOf(p, payment);
  assert.deepEqual(events.map((e) => e.type).slice(-3),
    ['refund_request.updated', 'payment.refund.created', 'payment.refunded']);
  assert.deepEqual(events.at(-3).data, done.refund_requests[0]);
  assert.deepEqual(events.at(-2).data, done);
  assert.deepEqual(events.at(-1).data, done);
  assert.deepEqual(ok(await p.get(`/events/${events.at(-1).id}`)), events.at(-1));
});

test('names become half-width, numbers seven digits, and what may be absent is null', async () => {
  const p = await shop();
  const rows = [
    [{ customer_name: 'ヤマダ　タロウ' }, 'ﾔﾏﾀﾞ ﾀﾛｳ'],
    [{ customer_name: 'シャチョウ' }, 'ｼﾔﾁﾖｳ'],
    [{ customer_name: 'ミュージック' }, 'ﾐﾕ-ｼﾞﾂｸ'],
    [{ customer_name: 'ジョン・スミス' }, 'ｼﾞﾖﾝ ｽﾐｽ'],
    [{ customer_name: 'おぐら はな' }, 'ｵｸﾞﾗ ﾊﾅ'],
    [{ customer_name: 'ＡＢＣ－１２３' }, 'ABC-123'],
  ];
  for (const [more, name] of rows) {
    const [request] = ok(await ask(p, await paid(p), more)).refund_requests;
    assert.equal(request.customer_name, name);
  }
  for (const [account_number, text] of [[1234567, '1234567'], [12345, '0012345'], ['7', '0000007'],
    ['0000007', '0000007']]) {
    const [request] = ok(await ask(p, await paid(p), { account_number })).refund_requests;
    assert.equal(request.account_number, text);
  }
  for (const account_type of ['ordinary', 'checking', 'savings'])
    ok(await ask(p, await paid(p), { account_type }));
  const { bank_code, branch_name, ...least } = BANK;
  const [request] = ok(await p.post(`/payments/${(await paid(p)).id}/refund_request`, least)).refund_requests;
  assert.deepEqual([request.bank_code, request.branch_name, request.description], [null, null, null]);
  assert.ok(bank_code && branch_name);
  const form = new URLSearchParams({ ...BANK, include_payment_method_fee: 'true', amount: '1000' });
  ok(await p.post(`/payments/${(await paid(p)).id}/refund_request`, form));
});

test('a bad request is refused at its parameter and changes nothing', async () => {
  const p = await shop();
  const payment = await paid(p);
  for (const name of ['customer_name', 'bank_name', 'branch_number', 'account_type', 'account_number']) {
    refused(await ask(p, payment, { [name]: undefined }), 422, 'missing_parameter', name);
    refused(await ask(p, payment, { [name]: null }), 422, 'missing_parameter', name);
  }
  const bad = {
    customer_name: ['株式会社', '山田太郎', 'ﾔﾏﾀﾞ & ﾀﾛｳ', 'ｱ'.repeat(31), '   '],
    bank_name: ['x'.repeat(101)],
    bank_code: ['562', '05620', '05a2', '-562'],
    branch_name: ['x'.repeat(101)],
    branch_number: ['10', '1000', '1x0', 12],
    account_type: ['current', 'NORMAL', 1],
    account_number: ['12345678', '12-4567', 'abcdefg', 123456789, -1234567, 1.5],
    amount: [0, -1, 1.5, 'x'],
    include_payment_method_fee: ['perhaps', 2],
    description: ['x'.repeat(4097)],
  };
  for (const [name, values] of Object.entries(bad))
    for (const value of values)
      refused(await ask(p, payment, { [name]: value }), 422, 'invalid_parameter', name);
  refused(await ask(p, payment, { amount: 1001 }), 422, 'invalid_parameter', 'amount');
  refused(await ask(p, payment, { platform_details: split([p.id, 1, 0]) }), 403, 'forbidden', 'platform_details');
  refused(await ask(p, { id: '0'.repeat(25) }), 404, 'not_found');
  refused(await ask(p, { id: 'x' }), 404, 'not_found');
  assert.deepEqual(await show(p, payment), payment);
});

test('only captured payments of the three cash methods have refund requests', async () => {
  const p = await shop();
  const card = await p.pay(1000, null, { tax: 0 });
  refused(await ask(p, card), 422, 'not_refundable');
  const waiting = await p.pay(1000, null, { tax: 0, payment_details: KONBINI });
  refused(await ask(p, waiting), 422, 'not_refundable');
  refused(await p.post(`/payments/${(await paid(p)).id}/refund`), 422, 'not_refundable');
  const kana = { name_kana: 'ヤマダ タロウ', family_name: '山田', given_name: '太郎', family_name_kana: 'ヤマダ',
    given_name_kana: 'タロウ', email: 'hana@shop.example', phone: '0312345678' };
  for (const type of ['pay_easy', 'bank_transfer']) {
    const payment = await paid(p, null, { payment_details: { type, ...kana } });
    const [request] = ok(await ask(p, payment)).refund_requests;
    assert.equal(ok(await end(p, request, 'completed')).status, 'refunded');
  }
  refused(await p.browser.post(`/payments/${waiting.id}/refund_request`, BANK), 403, 'forbidden');
});

test('a bank account is for the merchant, not for who holds the publishable key', async () => {
  const p = await shop();
  const session = ok(await p.post('/sessions', { amount: 1000, currency: 'JPY', return_url: 'https://shop.example/' }));
  const { payment } = ok(await p.browser.post(`/sessions/${session.id}/pay`, { payment_details: KONBINI }));
  ok(await p.simulate(payment.id, 'captured'));
  ok(await ask(p, payment));
  const seen = async (client) => ok(await client.get(`/sessions/${session.id}`)).payment.refund_requests
    .map((request) => [request.customer_name, request.account_number, request.status]);
  assert.deepEqual(await seen(p), [[BANK.customer_name, String(BANK.account_number), 'pending']]);
  assert.deepEqual(await seen(p.browser), [[null, null, 'pending']]);
});

// ---- several, and their end ------------------------------------------------------------------

test('parts may be asked for up to the whole, pending ones count, rejected ones do not', async () => {
  const p = await shop();
  const payment = await paid(p);
  const [first] = ok(await ask(p, payment, { amount: 400 })).refund_requests;
  const asked = ok(await ask(p, payment, { amount: 500 }));
  assert.deepEqual(asked.refund_requests.map((r) => [r.amount, r.status]), [[400, 'pending'], [500, 'pending']]);
  refused(await ask(p, payment, { amount: 101 }), 422, 'invalid_parameter', 'amount');
  const before = await p.balance();
  const rejected = ok(await end(p, first, 'rejected'));
  assert.deepEqual(rejected.refund_requests.map((r) => r.status), ['rejected', 'pending']);
  assert.deepEqual([rejected.refunds, rejected.status], [[], 'captured']);
  assert.equal(await p.balance(), before, 'a rejected request costs nothing');
  assert.deepEqual((await eventsOf(p, payment)).map((e) => e.type).slice(-1), ['refund_request.updated']);
  const all = ok(await ask(p, payment)); // all that is left
  assert.deepEqual(all.refund_requests.map((r) => r.amount), [400, 500, 500]);
  refused(await ask(p, payment), 422, 'not_refundable');
  ok(await end(p, all.refund_requests[2], 'completed'));
  const part = await show(p, payment);
  assert.deepEqual([part.status, part.amount_refunded], ['captured', 500]);
  const done = ok(await end(p, all.refund_requests[1], 'completed'));
  assert.deepEqual([done.status, done.amount_refunded, done.refunds.length], ['refunded', 1000, 2]);
  assert.equal(await p.balance(), before - 1000 - 2 * 330);
  refused(await ask(p, payment), 422, 'not_refundable');
  for (const outcome of ['completed', 'rejected'])
    refused(await end(p, all.refund_requests[1], outcome), 422, 'unprocessable_entity', 'outcome');
});

test('the balances of all parties are held while a request is pending, and free after it', async () => {
  const { p, S1, one } = await marketplace();
  await p.fund(430 - 69);
  const payment = await paid(p, one);
  const transfer = (from, to, amount) =>
    p.post(`/merchants/${from}/balances/JPY/transfer`, { to, amount });
  const [request] = ok(await ask(p, payment)).refund_requests;
  refused(await transfer(p.id, S1, 1), 422, 'unprocessable_entity', 'amount');
  refused(await transfer(S1, p.id, 1), 422, 'unprocessable_entity', 'amount');
  ok(await end(p, request, 'rejected'));
  ok(await transfer(p.id, S1, 1));
  refused(await ask(p, payment), 422, 'not_refundable'); // one yen short now
});

test('R5 and R6: a part needs a split; a reverse request must be the first that was not rejected', async () => {
  const { p, S1, one } = await marketplace();
  await p.fund(5000);
  const payment = await paid(p, one);
  refused(await ask(p, payment, { amount: 900 }), 422, 'missing_parameter', 'platform_details');
  refused(await ask(p, payment, { amount: 900, platform_details: split([S1, 850, 49]) }), 422, 'invalid_parameter',
    'platform_details.submerchants');
  const [part] = ok(await ask(p, payment, { amount: 100, platform_details: split([S1, 100, 0]) })).refund_requests;
  refused(await ask(p, payment), 422, 'not_refundable');
  ok(await end(p, part, 'rejected'));
  const whole = ok(await ask(p, payment, { amount: 1000 })).refund_requests[1];
  assert.deepEqual(whole.platform_details.submerchants, [{ submerchant_id: S1, amount: 900, platform_fee: 100 }]);
});

test('the customer fee goes back at most once, completed or pending, never as part of amount_refunded', async () => {
  const p = await shop();
  const payment = await paid(p);
  const withFee = { include_payment_method_fee: true };
  const [first] = ok(await ask(p, payment, { amount: 100, ...withFee })).refund_requests;
  refused(await ask(p, payment, { amount: 100, ...withFee }), 422, 'invalid_parameter', 'include_payment_method_fee');
  ok(await end(p, first, 'rejected'));
  const [, second] = ok(await ask(p, payment, { amount: 100, ...withFee })).refund_requests;
  assert.equal(ok(await end(p, second, 'completed')).amount_refunded, 100);
  refused(await ask(p, payment, { amount: 100, ...withFee }), 422, 'invalid_parameter', 'include_payment_method_fee');
  ok(await ask(p, payment, { amount: 900 }));
  const transfer = await paid(p, null, { payment_details: { type: 'bank_transfer', email: 'hana@shop.example',
    phone: '0312345678', family_name: '山田', given_name: '太郎', family_name_kana: 'ヤマダ', given_name_kana: 'タロウ' } });
  assert.equal(transfer.payment_method_fee, 0);
  const [none] = ok(await ask(p, transfer, withFee)).refund_requests; // nothing was paid on top
  const before = await p.balance();
  ok(await end(p, none, 'completed'));
  assert.equal(await p.balance(), before - 1330);
});

test('a balance that has become short rejects a request that was to be completed', async () => {
  const { p, S1, one } = await marketplace();
  const card = await p.pay(10000, [[S1, 10000, 2000]]);
  const payment = await paid(p, one);
  const [request] = ok(await ask(p, payment)).refund_requests;
  ok(await p.simulate(card.id, 'chargeback_lost'));
  const before = [await p.balance(), await p.balance(S1)];
  assert.ok(before[0] < 0);
  const key = { 'X-KOMOJU-IDEMPOTENCY': 'complete-1' };
  const path = `/test_helpers/refund_requests/${request.id}/simulate`;
  const refusal = refused(await p.post(path, { outcome: 'completed' }, key), 422, 'not_refundable');
  assert.ok(refusal.message.includes(p.id));
  assert.deepEqual(refused(await p.post(path, { outcome: 'completed' }, key), 422, 'not_refundable'), refusal);
  const after = await show(p, payment);
  assert.deepEqual([after.status, after.amount_refunded, after.refunds, after.refund_requests[0].status],
    ['captured', 0, [], 'rejected']);
  assert.deepEqual([await p.balance(), await p.balance(S1)], before);
  const [event] = (await eventsOf(p, payment)).slice(-1);
  assert.deepEqual([event.type, event.data.status, event.reason],
    ['refund_request.updated', 'rejected', refusal.message]);
  refused(await end(p, request, 'completed'), 422, 'unprocessable_entity', 'outcome');
});

test('what was paid in cash cannot be charged back, while a request is pending or not', async () => {
  const p = await shop();
  const payment = await paid(p);
  for (const outcome of ['chargeback_opened', 'chargeback_lost'])
    refused(await p.simulate(payment.id, outcome), 422, 'not_chargebackable');
  ok(await ask(p, payment));
  for (const outcome of ['chargeback_opened', 'chargeback_lost'])
    refused(await p.simulate(payment.id, outcome), 422, 'not_chargebackable');
});

test('every yen of a completed request is explained by its rule', async () => {
  const p = await shop();
  const payment = await paid(p);
  const [request] = ok(await ask(p, payment, { include_payment_method_fee: true })).refund_requests;
  ok(await end(p, request, 'completed'));
  const { transactions } = ok(await p.get(`/payments/${payment.id}/explain`));
  const { event, transfers } = transactions.at(-1);
  assert.equal(event, 'REFUND_REQUEST');
  assert.deepEqual(transfers.map((t) => t.because), ['as asked: 1000', 'customer fee 190 without its tax',
    'tax in the customer fee 190', 'a completed refund request costs 300', '10 % of the fee 300 is 30']);
});

test('the helper knows only requests of its own tenant, and only two outcomes', async () => {
  const p = await shop(), other = await shop();
  const payment = await paid(p);
  const [request] = ok(await ask(p, payment)).refund_requests;
  refused(await end(other, request, 'completed'), 404, 'not_found');
  refused(await end(p, payment, 'completed'), 404, 'not_found');
  refused(await end(p, { id: 'x' }, 'completed'), 404, 'not_found');
  refused(await end(p, request, 'paid'), 422, 'invalid_parameter', 'outcome');
  refused(await end(p, request), 422, 'missing_parameter', 'outcome');
  assert.equal((await show(p, payment)).refund_requests[0].status, 'pending');
});

// ---- repeats and races -----------------------------------------------------------------------

test('the same idempotency key gives the same answer, and one request', async () => {
  const p = await shop();
  const payment = await paid(p);
  const key = { 'X-KOMOJU-IDEMPOTENCY': 'ask-1' };
  const first = ok(await ask(p, payment, { amount: 300 }, key));
  assert.deepEqual(ok(await ask(p, payment, { amount: 300 }, key)), first);
  assert.equal((await show(p, payment)).refund_requests.length, 1);
  refused(await ask(p, payment, { amount: 301 }, key), 422, 'invalid_parameter');
});

test('requests at once never exceed what was paid, and ends at once happen once', async () => {
  const p = await shop(100000);
  for (let round = 0; round < 5; round++) {
    const payment = await paid(p);
    const before = await p.balance();
    const replies = await Promise.all(Array.from({ length: 16 }, () => ask(p, payment, { amount: 300 })));
    assert.equal(replies.filter((r) => r.status === 200).length, 3);
    for (const reply of replies.filter((r) => r.status !== 200))
      refused(reply, 422, 'invalid_parameter', 'amount');
    const { refund_requests } = await show(p, payment);
    assert.equal(refund_requests.length, 3);
    const ends = await Promise.all(refund_requests.flatMap((r) =>
      ['completed', 'rejected', 'completed', 'rejected'].map((outcome) => end(p, r, outcome))));
    assert.equal(ends.filter((r) => r.status === 200).length, 3);
    const now = await show(p, payment);
    const done = now.refund_requests.filter((r) => r.status === 'completed').length;
    assert.equal(now.amount_refunded, 300 * done);
    assert.equal(now.refunds.length, done);
    assert.equal(await p.balance(), before - 630 * done);
  }
});

test('customer fees asked for at once go back once', async () => {
  const p = await shop(20000);
  const payment = await paid(p);
  const replies = await Promise.all(Array.from({ length: 8 }, () =>
    ask(p, payment, { amount: 100, include_payment_method_fee: true })));
  assert.equal(replies.filter((r) => r.status === 200).length, 1);
});

// ---- the operator, and what is kept -----------------------------------------------------------

test('the operator lists, completes and rejects on the command line', async () => {
  const p = await shop();
  const [payment, other] = [await paid(p), await paid(p)];
  const [first] = ok(await ask(p, payment, { include_payment_method_fee: true, account_type: 'savings' })).refund_requests;
  const [second] = ok(await ask(p, other, { amount: 10 })).refund_requests;
  const mine = (await server.cli('refund-request', 'list')).filter((line) => line.merchant === p.id);
  assert.deepEqual(mine.map((line) => [line.id, line.payment, line.transfer]),
    [[first.id, payment.id, 1190], [second.id, other.id, 10]]);
  const { created_at, ...line } = mine[0];
  assert.equal(created_at, first.created_at);
  assert.deepEqual(line, { id: first.id, payment: payment.id, merchant: p.id, live: false, transfer: 1190,
    currency: 'JPY', customer_name: 'ﾔﾏﾀﾞ ﾀﾛｳ', account_number: '0012345', account_type: 'savings',
    bank_name: 'みなと銀行', bank_code: '0562', branch_name: '本店', branch_number: '100' });
  const before = await p.balance();
  assert.deepEqual(await server.cli('refund-request', 'complete', '--id', first.id),
    [{ id: first.id, status: 'completed' }]);
  assert.equal(await p.balance(), before - 1190 - 330);
  assert.equal((await show(p, payment)).status, 'refunded');
  assert.deepEqual(await server.cli('refund-request', 'reject', '--id', second.id, '--reason', 'no such account'),
    [{ id: second.id, status: 'rejected' }]);
  assert.equal(await p.balance(), before - 1190 - 330);
  const [event] = (await eventsOf(p, other)).slice(-1);
  assert.deepEqual([event.type, event.reason, event.data.status],
    ['refund_request.updated', 'no such account', 'rejected']);
  assert.equal((await server.cli('refund-request', 'list')).filter((l) => l.merchant === p.id).length, 0);
  for (const id of [first.id, payment.id]) {
    const { code, stderr } = await run('refund-request', 'complete', '--db', server.db, '--id', id);
    assert.deepEqual([code, stderr.trim().split('\n').length], [1, 1], stderr);
  }
});

test('the helper does not exist for a live key', async () => {
  const p = await server.merchant('ordinary', '--live');
  refused(await p.post(`/test_helpers/refund_requests/${'0'.repeat(25)}/simulate`, { outcome: 'completed' }), 404,
    'not_found');
});

test('a dry run of a request or its end has no effect and tells the transfers', async () => {
  const p = await shop();
  const payment = await paid(p);
  const dry = ok(await ask(p, payment, { dry_run: true }));
  assert.deepEqual(dry.dry_run, { transfers: [] });
  assert.equal(dry.refund_requests.length, 1);
  assert.deepEqual(await show(p, payment), payment);
  const [request] = ok(await ask(p, payment)).refund_requests;
  const { dry_run } = ok(await p.post(`/test_helpers/refund_requests/${request.id}/simulate`,
    { outcome: 'completed', dry_run: true }));
  assert.ok(JSON.stringify(dry_run).includes('refund_fee_tax'));
  assert.equal((await show(p, payment)).refund_requests[0].status, 'pending');
});

test('an audit that goes on from a point follows a request over it', async () => {
  const p = await shop();
  const payment = await paid(p);
  const file = path.join(folder(), 'progress');
  const audit = async () => {
    const { code, stdout, stderr } = await run('audit', '--db', server.db, '--progress', file);
    assert.deepEqual([code, stdout], [0, '0 findings\n'], stdout + stderr);
  };
  await audit();
  const { refund_requests } = ok(await ask(p, payment, { amount: 300 })); // of a payment from before the point
  await audit();
  await audit();
  ok(await end(p, refund_requests[0], 'completed'));
  await audit();
  const [, second] = ok(await ask(p, payment, { amount: 300 })).refund_requests;
  await audit();
  ok(await end(p, second, 'rejected'));
  await audit();
});

test('a webhook tells the whole account, signed', async () => {
  const receiver = await Receiver.start();
  const p = await shop();
  await server.cli('webhook', 'add', '--merchant', p.id, '--url', receiver.url, '--secret', 's3cret');
  const payment = await paid(p);
  const [request] = ok(await ask(p, payment)).refund_requests;
  const done = ok(await end(p, request, 'completed'));
  const delivery = await until('the refund is told', () =>
    receiver.deliveries.find((d) => d.event.type === 'payment.refunded'));
  assert.deepEqual(delivery.event.data, done);
  assert.equal(delivery.event.data.refund_requests[0].account_number, BANK.account_number);
  assert.equal(delivery.headers['x-komoju-signature'], signature('s3cret', delivery.raw));
});

test('whose account it is stands nowhere in the database or the log as it is', async () => {
  const p = await shop();
  const payment = await paid(p);
  const secret = { customer_name: 'ﾋﾐﾂﾉ ﾋﾄ', account_number: '7391846' };
  const key = { 'X-KOMOJU-IDEMPOTENCY': 'sealed-1' };
  const asked = ok(await ask(p, payment, secret, key));
  assert.equal(asked.refund_requests[0].account_number, '7391846');
  assert.deepEqual(ok(await ask(p, payment, secret, key)), asked);
  ok(await end(p, asked.refund_requests[0], 'completed'));
  ok(await p.patch(`/payments/${payment.id}`, { description: 'later' }));
  assert.ok(!server.stderr.includes('7391846'));
  if (isUrl(server.db))
    return; // the file is not ours to read
  for (const file of [server.db, `${server.db}-wal`].filter((name) => fs.existsSync(name))) {
    const bytes = fs.readFileSync(file);
    assert.ok(!bytes.includes('7391846'), file);
    assert.ok(!bytes.includes('ﾋﾐﾂﾉ'), file);
  }
});

closes(server);
