// SPDX-License-Identifier: Apache-2.0
// dry_run.test.mjs: "dry_run": true tells what a call would do, and does nothing; an explanation tells what was done.
//
// The oracle is the real call: what the dry run said of it must be what the explanation says afterwards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, Server, closes, ok, refused, split } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.marketplace();
const [first, second] = await shop.payouts(2);

/** Everything a client can see that a call could have changed. */
async function world() {
  const paths = ['/payments?per_page=100', '/events?per_page=100', '/balances/JPY', '/balances/JPY/transactions?per_page=100',
    `/merchants/${first}/balances/JPY/transactions?per_page=100`];
  return JSON.stringify(await Promise.all(paths.map(async (path) => ok(await shop.get(path)))));
}

const flat = (explained) => explained.transactions.flatMap(({ transfers }) =>
  transfers.map(({ type, debit, credit, amount }) => ({ type, debit, credit, amount, currency: explained.currency })));

/** The dry run of a call changes nothing; the call itself then moves exactly what the dry run said. */
async function foretells(target, body, paymentOf = (made) => made.id) {
  const before = await world();
  const told = ok(await shop.post(target, { ...body, dry_run: true }, { 'X-KOMOJU-IDEMPOTENCY': `dry ${target}` }));
  assert.equal(await world(), before, 'nothing has changed');
  const known = target === '/payments' ? [] : flat(ok(await shop.get(`/payments/${paymentOf(told)}/explain`)));
  const made = ok(await shop.post(target, body, { 'X-KOMOJU-IDEMPOTENCY': `dry ${target}` }));
  assert.equal(made.dry_run, undefined, 'the key was not taken by the dry run');
  const explained = ok(await shop.get(`/payments/${paymentOf(made)}/explain`));
  assert.deepEqual(told.dry_run.transfers, flat(explained).slice(known.length));
  const { dry_run: _, ...object } = told;
  assert.deepEqual(Object.keys(object), Object.keys(made));
  assert.equal(object.status, made.status);
  return { told, made, explained };
}

const BODY = { amount: 1000, currency: 'JPY', tax: 50, payment_details: CARD,
  platform_details: split([first, 700, 70], [second, 350, 35]) };

test('a dry run of a payment, a capture and a refund tells what they do', async () => {
  const { made, explained } = await foretells('/payments', BODY);
  assert.equal(explained.payment, made.id);
  assert.equal(explained.transactions.length, 1);
  const [capture] = explained.transactions;
  assert.equal(capture.event, 'CAPTURE');
  assert.equal(capture.transfers[0].because, 'amount 1000 and tax 50');
  const fee = capture.transfers.find((transfer) => transfer.type === 'fee');
  assert.equal(fee.amount, 34); // 1050 x 3.25 % = 34.125
  assert.match(fee.because, /^3\.25 % of 1050 is 34\.125… rounded half up to 34; fixed part 0; at least 0$/);
  assert.deepEqual(fee.rule, { event: 'CAPTURE', model: 'ANY', debit: 'PROCESSOR', credit: 'FEE', amount: 'FEE', times: 'ONCE' });
  assert.match(capture.transfers.find((transfer) => transfer.type === 'fee_tax').because, /^10 % of the fee 34 is 3\.400… rounded half up to 3$/);
  const sum = explained.transactions.flatMap((t) => t.transfers).filter((t) => t.credit === first || t.debit === first)
    .reduce((net, t) => net + (t.credit === first ? t.amount : -t.amount), 0);
  assert.equal(sum, 630);
  const held = await shop.authorize(500);
  await foretells(`/payments/${held.id}/capture`, { platform_details: split([first, 500, 0]) });
  await shop.fund(3000);
  await foretells(`/payments/${made.id}/refund`, { amount: 300, platform_details: split([first, 180, 20], [second, 90, 10]) });
});

test('a dry run of a transfer moves nothing', async () => {
  await shop.fund(500);
  const before = await world();
  const told = ok(await shop.post('/balances/JPY/transfer', { to: first, amount: 100, dry_run: true }));
  assert.deepEqual(told.dry_run.transfers.map(({ type, debit, credit, amount }) => [type, debit, credit, amount]),
    [['balance_transfer', shop.id, first, 100]]);
  assert.equal(await world(), before);
});

test('a dry run refuses as the call does, and takes no token', async () => {
  refused(await shop.post('/payments', { ...BODY, amount: 0, dry_run: true }), 422, 'invalid_parameter', 'amount');
  refused(await shop.post('/payments', { ...BODY, platform_details: split([first, 9999, 0]), dry_run: true }), 422,
    'invalid_parameter', 'platform_details.submerchants');
  const token = ok(await shop.browser.post('/tokens', { payment_details: CARD })).id;
  for (let i = 0; i < 2; i++)
    assert.equal(ok(await shop.post('/payments', { ...BODY, payment_details: token, dry_run: 'true' })).status, 'captured');
  assert.equal(ok(await shop.post('/payments', { ...BODY, payment_details: token })).status, 'captured');
});

test('a call that cannot be tried refuses to be asked, and does nothing', async () => {
  const before = ok(await shop.get('/merchants')).total;
  refused(await shop.post('/merchants', { name: 'B', platform_role: 'payout', dry_run: true }), 422, 'invalid_parameter', 'dry_run');
  assert.equal(ok(await shop.get('/merchants')).total, before);
});

test('dry runs beside real calls leave no trace of their own', async () => {
  const before = ok(await shop.get('/payments')).total;
  const calls = Array.from({ length: 60 }, (_, i) => shop.post('/payments', { ...BODY, ...(i % 3 ? { dry_run: true } : {}) }));
  for (const reply of await Promise.all(calls)) ok(reply);
  assert.equal(ok(await shop.get('/payments')).total, before + 20);
});

test('an explanation is the merchant\'s own', async () => {
  const payment = await shop.pay(100, [[first, 100, 0]]);
  const other = await server.marketplace();
  refused(await other.get(`/payments/${payment.id}/explain`), 404, 'not_found');
  refused(await shop.browser.get(`/payments/${payment.id}/explain`), 403, 'forbidden');
  refused(await shop.get('/payments/nonsense/explain'), 404, 'not_found');
  const held = await shop.authorize(100);
  assert.deepEqual(ok(await shop.get(`/payments/${held.id}/explain`)).transactions, []);
});

closes(server);
