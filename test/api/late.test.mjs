// SPDX-License-Identifier: Apache-2.0
// late.test.mjs: payments that nobody wants any more: attempts of a session that has ended, and money that comes too late.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exposition } from '../lib/exposition.mjs';
import { CARD, closes, ok, refused, run, Server, until } from '../lib/server.mjs';

const server = await Server.start({ args: ['--metrics', '127.0.0.1:0'] });
const log = () => server.stderr.split('\n').slice(0, -1).map((line) => JSON.parse(line));
const logged = (event) => log().filter((line) => line.event === event).length;
const EMAIL = 'hana@shop.example';
const KONBINI = { type: 'konbini', store: 'lawson', email: EMAIL };
const NUMBER = { type: 'web_money', prepaid_number: '1111111111111111' }; // 2000 points
const CHALLENGED = { ...CARD, number: '4100000000000100' };

const make = async (shop, more = {}) => ok(await shop.post('/sessions', {
  amount: 3000, currency: 'JPY', return_url: 'https://shop.example/back', ...more }));
const attempt = async (shop, session, payment_details) =>
  ok(await shop.post(`/sessions/${session}/pay`, { payment_details })).payment;
const payment = async (shop, id) => ok(await shop.get(`/payments/${id}`));
const isOver = (shop, id, status = 'cancelled') =>
  until(`it is ${status}`, async () => (await payment(shop, id)).status === status);

/** How many payments are owed late money. */
async function owed() {
  const { address } = await until('where the metrics are', () => log().find(({ event }) => event === 'METRICS_START'));
  return new Exposition(await (await fetch(address)).text()).get('kessai_payments_owed', { mode: 'test' });
}

/** Types of a payment's events, oldest first. */
async function events(shop, id) {
  const { data } = ok(await shop.get('/events?per_page=100'));
  return data.filter((event) => event.data.id === id).map((event) => event.type).reverse();
}

/** A page, a slip of another session's, a card that waits for 3-D Secure, and a part of the amount. */
const WAITING = [{ type: 'paypay' }, { type: 'aupay' }, CHALLENGED, NUMBER];

test('a session that is completed leaves no other attempt to be paid', async () => {
  const shop = await server.merchant('ordinary');
  for (const waits of WAITING) {
    const { id } = await make(shop);
    const first = await attempt(shop, id, waits);
    assert.equal(first.status, 'pending');
    const paid = await attempt(shop, id, KONBINI);
    assert.equal(paid.status, 'authorized');
    await isOver(shop, first.id);
    assert.deepEqual(await events(shop, first.id), [], 'nobody is told of an attempt that the customer has left');
    assert.equal((await payment(shop, paid.id)).status, 'authorized');
    assert.equal(ok(await shop.get(`/sessions/${id}`)).payment.id, paid.id);
    assert.equal(ok(await shop.simulate(paid.id, 'captured')).status, 'captured');
  }
});

test('a session that is cancelled leaves no attempt to be paid', async () => {
  const shop = await server.merchant('ordinary');
  for (const waits of WAITING) {
    const { id } = await make(shop);
    const first = await attempt(shop, id, waits);
    ok(await shop.post(`/sessions/${id}/cancel`));
    await isOver(shop, first.id);
    assert.equal((await events(shop, first.id)).at(-1), 'payment.cancelled');
  }
});

test('how an attempt ends is told while its session waits', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop);
  const first = await attempt(shop, id, { type: 'paypay' });
  ok(await shop.post(`/payments/${first.id}/cancel`));
  assert.deepEqual(await events(shop, first.id), ['payment.cancelled']);
  const second = await attempt(shop, id, { type: 'aupay' });
  ok(await shop.simulate(second.id, 'failed'));
  assert.deepEqual(await events(shop, second.id), ['payment.failed'], 'the session waits on');
});

test('a session that expires leaves its page to the customer who is there', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop, { expires_in_seconds: 60 });
  const page = await attempt(shop, id, { type: 'paypay' });
  await shop.clock({ advance_s: 61 });
  assert.equal(ok(await shop.simulate(page.id, 'captured')).status, 'captured');
});

test('money for what was cancelled or has expired is refused to the payment, and given back', async () => {
  const shop = await server.merchant('ordinary');
  const cancelled = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', payment_details: KONBINI }));
  ok(await shop.post(`/payments/${cancelled.id}/cancel`));
  const expired = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', payment_details: KONBINI }));
  await shop.clock({ to: new Date(Date.parse(expired.payment_deadline) + 2000).toISOString() });
  await isOver(shop, expired.id, 'expired');
  const { id } = await make(shop);
  const page = await attempt(shop, id, { type: 'paypay' });
  ok(await shop.post(`/sessions/${id}/cancel`));
  const before = { [cancelled.id]: 'cancelled', [expired.id]: 'expired', [page.id]: 'cancelled' };
  for (const [late, status] of Object.entries(before)) {
    refused(await shop.simulate(late, 'captured'), 422, 'unprocessable_entity', 'outcome');
    assert.equal((await payment(shop, late)).status, status);
    await until('it has gone back', async () => await owed() === 0);
    refused(await shop.simulate(late, 'captured'), 422, 'unprocessable_entity', 'outcome'); // said again
    assert.equal((await payment(shop, late)).status, status);
  }
  assert.equal(await shop.balance(), 0);
  await until('the log says so', () => logged('LATE_MONEY_BACK') === 3);
  assert.equal(logged('LATE_MONEY'), 3);
});

test('what was paid, or never waited for money, has no late money', async () => {
  const shop = await server.merchant('ordinary');
  const slip = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', payment_details: KONBINI }));
  ok(await shop.simulate(slip.id, 'captured'));
  refused(await shop.simulate(slip.id, 'captured'), 422, 'unprocessable_entity', 'outcome');
  const card = ok(await shop.post('/payments', { amount: 1000, currency: 'JPY', capture: false, payment_details: CARD }));
  ok(await shop.post(`/payments/${card.id}/cancel`));
  refused(await shop.simulate(card.id, 'captured'), 422, 'not_capturable');
  assert.equal(logged('LATE_MONEY'), 3);
});

test('the operator is shown what a rail refuses, and settles nothing else', async () => {
  const shop = await server.merchant('ordinary');
  const slip = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', payment_details: KONBINI }));
  const other = slip.id.slice(0, 24) + (slip.id.endsWith('0') ? '1' : '0');
  const shown = await run('payment', 'refused', '--db', server.db);
  assert.deepEqual([shown.code, shown.stdout], [0, '']);
  for (const [id, code, says] of [[slip.id, 1, 'its rail has not refused to void it'], [other, 1, 'there is no such payment']]) {
    const settled = await run('payment', 'settle', '--db', server.db, '--payment', id);
    assert.equal(settled.code, code);
    assert.match(settled.stderr, new RegExp(`--payment: ${says}`));
  }
  assert.equal((await payment(shop, slip.id)).status, 'authorized');
});

closes(server);
