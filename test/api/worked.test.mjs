// SPDX-License-Identifier: Apache-2.0
// worked.test.mjs: the worked ledgers of komoju-platform 11 and 12 through the API, record by record.
//
// A row is [type, account, amount] as in those tables; P is the platform, S1, S2 its sub-merchants. Each event is read
// back by both spellings of the path, as a list and by its transaction, and the balances must move by the same sums.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, ok, Server, split } from '../lib/server.mjs';

const server = await Server.start();

/** What an account's newest records are since it had `before` of them, oldest event's lines first. */
async function records(p, id, before) {
  const spellings = [`/merchants/${id}/balances/JPY`, `/balances/${id}/balances/JPY`];
  if (id === p.id) spellings.push('/balances/JPY');
  const [list, ...others] = await Promise.all(
    spellings.map(async (path) => ok(await p.get(`${path}/transactions?per_page=100`))));
  for (const other of others) assert.deepEqual(other, list);
  assert.equal(list.total, list.data.length);
  const fresh = list.data.slice(0, list.total - before);
  assert.ok(new Set(fresh.map((record) => record.id)).size <= 1, 'one event is one transaction');
  if (fresh.length > 0) {
    const byId = await Promise.all(spellings.map(async (path) =>
      ok(await p.get(`${path}/transactions/${fresh[0].id}`))));
    assert.deepEqual(byId[0], fresh);
    assert.deepEqual(byId[1], fresh);
    if (id === p.id) assert.deepEqual(byId[2], fresh[0], 'the own spelling gives the first line');
  }
  return fresh;
}

async function count(p, id) {
  return ok(await p.get(`/merchants/${id}/balances/JPY/transactions`)).total;
}

/** Does something and compares what each account's ledger shows with the rows. */
async function posts(p, accounts, rows, event) {
  const ids = { P: p.id, ...accounts };
  const before = {};
  for (const [name, id] of Object.entries(ids))
    before[name] = { count: await count(p, id), balance: await p.balance(id) };
  const result = await event();
  const transactions = new Set();
  for (const [name, id] of Object.entries(ids)) {
    const expected = rows.filter((row) => row[1] === name).map(([type, , amount]) => [type, amount]);
    const fresh = await records(p, id, before[name].count);
    assert.deepEqual(fresh.map((r) => [r.type, r.amount_cents]), expected, `records of ${name}`);
    fresh.forEach((r) => {
      assert.match(r.id, /^[0-9a-z]{25}$/);
      assert.match(r.happened_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      transactions.add(`${r.id} ${r.happened_at}`);
    });
    const net = expected.reduce((sum, [, amount]) => sum + amount, 0);
    assert.equal(await p.balance(id) - before[name].balance, net, `balance of ${name}`);
  }
  assert.equal(transactions.size, rows.length > 0 ? 1 : 0, 'all accounts share the transaction');
  return result;
}

const SINGLE = [
  ['payment', 'P', 1000], ['payment_share', 'P', -1000], ['payment_share', 'S1', 1000],
  ['platform_fee', 'S1', -100], ['platform_fee', 'P', 100], ['fee', 'P', -33], ['fee_tax', 'P', -3]];
const DOUBLE = [
  ['payment', 'P', 1000], ['payment_share', 'P', -700], ['payment_share', 'S1', 700],
  ['platform_fee', 'S1', -70], ['platform_fee', 'P', 70], ['payment_share', 'P', -300],
  ['payment_share', 'S2', 300], ['platform_fee', 'S2', -30], ['platform_fee', 'P', 30],
  ['fee', 'P', -33], ['fee_tax', 'P', -3]];

async function marketplace() {
  const p = await server.marketplace();
  const [S1, S2] = await p.payouts(2);
  return { p, S1, S2, both: { S1, S2 }, one: [[S1, 1000, 100]], two: [[S1, 700, 70], [S2, 300, 30]] };
}

test('11.1 a payment with one sub-merchant posts seven records', async () => {
  const { p, S1, both, one } = await marketplace();
  await posts(p, both, SINGLE, () => p.pay(1000, one));
  assert.deepEqual([await p.balance(), await p.balance(S1)], [64, 900]);
});

test('11.1 the balance shows payments 964 and platform model -900, the seller 900', async () => {
  const { p, S1, one } = await marketplace();
  await p.pay(1000, one);
  const own = ok(await p.get('/balances/JPY'));
  assert.equal(own.payments.total_cents, 964);
  assert.equal(own.platform_model.total_cents, -900);
  assert.equal(own.total_balance_cents, 64);
  const sub = ok(await p.get(`/merchants/${S1}/balances/JPY`));
  assert.equal(sub.platform_model.total_cents, 900);
  assert.equal(sub.total_balance_cents, 900);
  assert.deepEqual(ok(await p.get(`/balances/${S1}/balances/JPY`)), sub);
});

test('11.2 a payment with two sub-merchants posts eleven records', async () => {
  const { p, S1, S2, both, two } = await marketplace();
  await posts(p, both, DOUBLE, () => p.pay(1000, two));
  assert.deepEqual([await p.balance(), await p.balance(S1), await p.balance(S2)], [64, 630, 270]);
});

for (const [name, rows, which] of [['11.1', SINGLE, 'one'], ['11.2', DOUBLE, 'two']])
  test(`11.3 authorizing posts nothing, a full capture exactly ${name}`, async () => {
    const m = await marketplace();
    const payment = await posts(m.p, m.both, [], () => m.p.authorize(1000));
    assert.equal(payment.status, 'authorized');
    await posts(m.p, m.both, rows, async () => ok(await m.p.post(`/payments/${payment.id}/capture`,
      { amount: 1000, platform_details: split(...m[which]) })));
  });

test('11.4 a partial capture of 500 posts its own fee and nothing for the rest', async () => {
  const { p, S1, both } = await marketplace();
  const { id } = await p.authorize(1000);
  const rows = [['payment', 'P', 500], ['payment_share', 'P', -500], ['payment_share', 'S1', 500],
    ['platform_fee', 'S1', -100], ['platform_fee', 'P', 100], ['fee', 'P', -16], ['fee_tax', 'P', -2]];
  const payment = await posts(p, both, rows, async () => ok(await p.post(`/payments/${id}/capture`,
    { amount: 500, platform_details: split([S1, 500, 100]) })));
  assert.deepEqual([payment.amount, payment.total, payment.amount_refunded, payment.refunds], [500, 500, 0, []]);
  assert.deepEqual([await p.balance(), await p.balance(S1)], [82, 400]);
});

test('11.4 a partial capture between two', async () => {
  const { p, S1, S2 } = await marketplace();
  const { id } = await p.authorize(1000);
  ok(await p.post(`/payments/${id}/capture`, { amount: 500, platform_details: split([S1, 350, 70], [S2, 150, 30]) }));
  assert.deepEqual([await p.balance(), await p.balance(S1), await p.balance(S2)], [82, 280, 120]);
});

test('11.5 a reverse refund takes the net share from one sub-merchant', async () => {
  const { p, S1, both, one } = await marketplace();
  const { id } = await p.pay(1000, one);
  await p.fund(36);
  const rows = [['refund', 'P', -1000], ['payment_share_refund', 'S1', -900], ['payment_share_refund', 'P', 900]];
  const payment = await posts(p, both, rows, async () => ok(await p.post(`/payments/${id}/refund`)));
  assert.deepEqual([payment.status, payment.amount_refunded, payment.refunds.length], ['refunded', 1000, 1]);
  assert.equal(await p.balance(S1), 0);
});

test('11.5 a reverse refund takes the net share from two sub-merchants', async () => {
  const { p, both, two } = await marketplace();
  const { id } = await p.pay(1000, two);
  await p.fund(1000);
  const rows = [['refund', 'P', -1000], ['payment_share_refund', 'S1', -630], ['payment_share_refund', 'P', 630],
    ['payment_share_refund', 'S2', -270], ['payment_share_refund', 'P', 270]];
  await posts(p, both, rows, async () => ok(await p.post(`/payments/${id}/refund`)));
});

test('11.5 with 64 and a need of 100 the platform cannot refund, with 36 more it can', async () => {
  const { p, S1, one } = await marketplace();
  const { id } = await p.pay(1000, one);
  const reply = await p.post(`/payments/${id}/refund`);
  assert.deepEqual([reply.status, reply.body.error.code], [422, 'not_refundable']);
  assert.ok(reply.body.error.message.includes(p.id), 'the message names the short merchant');
  const [funder] = await p.payouts(1);
  await p.pay(10000, [[funder, 10000, 0]]); // costs the platform 325 + 33
  const missing = 100 - await p.balance();
  const transfer = (amount) => p.post(`/merchants/${funder}/balances/JPY/transfer`, { to: p.id, amount });
  ok(await transfer(missing - 1));
  assert.equal((await p.post(`/payments/${id}/refund`)).body.error.code, 'not_refundable');
  ok(await transfer(1));
  assert.equal(ok(await p.post(`/payments/${id}/refund`)).status, 'refunded');
  assert.deepEqual([await p.balance(), await p.balance(S1)], [0, 0]);
});

test('11.7 a non-reverse refund of 900 as 850 + 50', async () => {
  const { p, S1, both, one } = await marketplace();
  const { id } = await p.pay(1000, one);
  const rows = [['refund', 'P', -900], ['payment_share_refund', 'S1', -850], ['payment_share_refund', 'P', 850]];
  const payment = await posts(p, both, rows, async () => ok(await p.post(`/payments/${id}/refund`,
    { amount: 900, platform_details: split([S1, 850, 50]) })));
  assert.deepEqual([payment.status, payment.amount_refunded], ['captured', 900]);
  assert.deepEqual([await p.balance(), await p.balance(S1)], [14, 50]);
  await p.fund(36); // it holds 14 of the 50 it gives back now
  const last = ok(await p.post(`/payments/${id}/refund`, { platform_details: split([S1, 50, 50]) }));
  assert.deepEqual([last.status, last.amount_refunded, last.refunds.length], ['refunded', 1000, 2]);
});

test('11.7 a non-reverse refund of 500 from two', async () => {
  const { p, S1, S2, both, two } = await marketplace();
  const { id } = await p.pay(1000, two);
  const rows = [['refund', 'P', -500], ['payment_share_refund', 'S1', -300], ['payment_share_refund', 'P', 300],
    ['payment_share_refund', 'S2', -150], ['payment_share_refund', 'P', 150]];
  await posts(p, both, rows, async () => ok(await p.post(`/payments/${id}/refund`,
    { amount: 500, platform_details: split([S1, 300, 30], [S2, 150, 20]) })));
});

for (const which of ['one', 'two'])
  test(`11.9 a chargeback takes 1000 from the platform alone, split between ${which}`, async () => {
    const m = await marketplace();
    const { id } = await m.p.pay(1000, m[which]);
    const shares = [await m.p.balance(m.S1), await m.p.balance(m.S2)];
    const payment = await posts(m.p, m.both, [['chargeback', 'P', -1000]],
      async () => ok(await m.p.simulate(id, 'chargeback_lost')));
    assert.equal(await m.p.balance(), -936);
    assert.deepEqual([await m.p.balance(m.S1), await m.p.balance(m.S2)], shares);
    const shown = ok(await m.p.get(`/payments/${id}`));
    assert.deepEqual(shown.refunds.map((r) => [r.amount, r.chargeback]), [[1000, true]]);
    assert.equal(shown.amount_refunded, 1000);
    assert.ok(payment);
  });

test('a chargeback after a refund takes what is left', async () => {
  const { p, S1, both, one } = await marketplace();
  const { id } = await p.pay(1000, one);
  ok(await p.post(`/payments/${id}/refund`, { amount: 900, platform_details: split([S1, 850, 50]) }));
  await posts(p, both, [['chargeback', 'P', -100]], () => p.simulate(id, 'chargeback_lost'));
});

// ---- 12: the seller processes -----------------------------------------------------------------

async function business() {
  const p = await server.merchant('platform');
  const S = await p.seller();
  const details = (amount, fee) => ({ processing_merchant_id: S, ...split([S, amount, fee]) });
  const pay = (amount, fee) => p.pay(amount, null, { platform_details: details(amount, fee) });
  return { p, S, details, pay, accounts: { S } };
}

test('12 a seller payment: +864 for the seller, +100 for the platform', async () => {
  const { p, S, accounts, pay } = await business();
  const rows = [['payment', 'S', 1000], ['platform_fee', 'S', -100], ['platform_fee', 'P', 100],
    ['fee', 'S', -33], ['fee_tax', 'S', -3]];
  await posts(p, accounts, rows, () => pay(1000, 100));
  assert.deepEqual([await p.balance(S), await p.balance()], [864, 100]);
});

test('12 a seller\'s partial capture of 500 with fee 100: +382 and +100', async () => {
  const { p, S, accounts, details } = await business();
  const { id } = await p.pay(1000, null, { capture: false, platform_details: { processing_merchant_id: S } });
  const rows = [['payment', 'S', 500], ['platform_fee', 'S', -100], ['platform_fee', 'P', 100],
    ['fee', 'S', -16], ['fee_tax', 'S', -2]];
  await posts(p, accounts, rows, async () => ok(await p.post(`/payments/${id}/capture`,
    { amount: 500, platform_details: details(500, 100) })));
  assert.deepEqual([await p.balance(S), await p.balance()], [382, 100]);
});

test('12 a seller\'s reverse refund gives the platform fee back: -900 and -100', async () => {
  const { p, accounts, pay } = await business();
  const { id } = await pay(1000, 100);
  await pay(1000, 0);
  const rows = [['refund', 'S', -1000], ['platform_fee_refund', 'S', 100], ['platform_fee_refund', 'P', -100]];
  await posts(p, accounts, rows, async () => ok(await p.post(`/payments/${id}/refund`)));
});

test('12 a seller\'s non-reverse refund of 900 as 850 + 50: -850 and -50', async () => {
  const { p, S, accounts, pay } = await business();
  const { id } = await pay(1000, 100);
  const rows = [['refund', 'S', -900], ['platform_fee_refund', 'S', 50], ['platform_fee_refund', 'P', -50]];
  await posts(p, accounts, rows, async () => ok(await p.post(`/payments/${id}/refund`,
    { amount: 900, platform_details: split([S, 850, 50]) })));
});

test('12 a seller\'s chargeback: -1000 and 0', async () => {
  const { p, S, accounts, pay } = await business();
  const { id } = await pay(1000, 100);
  await posts(p, accounts, [['chargeback', 'S', -1000]], async () => ok(await p.simulate(id, 'chargeback_lost')));
  assert.deepEqual([await p.balance(S), await p.balance()], [-136, 100]);
});

closes(server);
