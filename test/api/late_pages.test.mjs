// SPDX-License-Identifier: Apache-2.0
// late_pages.test.mjs: what customers paid at a page is followed, or goes back, once, whatever else is under way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, ok, refused, run, Server, until } from '../lib/server.mjs';

const server = await Server.start();
const log = () => server.stderr.split('\n').slice(0, -1).map((line) => JSON.parse(line));
const logged = (event, id) => log().filter((line) => line.event === event && (id === undefined || line.payment === id)).length;
const act = (id, name) => server.request('POST', `/simulator/${id}/act`,
  { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ act: name }) });
const payment = async (shop, id) => ok(await shop.get(`/payments/${id}`));
const make = async (shop) => ok(await shop.post('/sessions', { amount: 3000, currency: 'JPY', return_url: 'https://shop.example/back' }));
const attempt = async (shop, session, payment_details) => ok(await shop.post(`/sessions/${session}/pay`, { payment_details })).payment;

test('paid at a page while another attempt hangs for longer than anybody waits: it counts all the same', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop);
  const page = await attempt(shop, id, { type: 'paypay' });
  const hangs = shop.post(`/sessions/${id}/pay`, { payment_details: { type: 'paypay', scanned_code: 'wrong' } },
    { 'Komoju-Scenario': 'delay:12000' });
  await until('both are there', async () => ok(await shop.get('/payments')).total === 2);
  refused(await act(page.id, 'pay'), 423, 'locked');
  refused(await hangs, 502, 'invalid_number');
  await until('it is captured', async () => (await payment(shop, page.id)).status === 'captured');
  const session = ok(await shop.get(`/sessions/${id}`));
  assert.deepEqual([session.status, session.payment.id], ['completed', page.id]);
});

test('what was paid at two pages of one session is taken once; the rest goes back once, though its rail says it again', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await make(shop);
  const pages = [await attempt(shop, id, { type: 'paypay' }), await attempt(shop, id, { type: 'linepay' })];
  await Promise.all(pages.map((page) => act(page.id, 'pay')));
  const states = async () => (await Promise.all(pages.map((page) => payment(shop, page.id)))).map((p) => p.status);
  await until('one is captured', async () => (await states()).sort().join() === 'cancelled,captured');
  const lost = pages[(await states()).indexOf('cancelled')];
  await until('it has gone back', () => logged('LATE_MONEY_BACK') === 1);
  refused(await shop.simulate(lost.id, 'captured'), 422, 'unprocessable_entity', 'outcome');
  assert.equal(logged('LATE_MONEY'), 1);
});

test('a wallet that was paid and given up has gone back: its rail may say that it was paid once more', async () => {
  const shop = await server.merchant('ordinary');
  const wallet = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', capture: false,
    return_url: 'https://shop.example/back', payment_details: { type: 'paypay' } }));
  assert.equal(ok(await act(wallet.id, 'pay')).status, 'authorized');
  const before = logged('LATE_MONEY');
  assert.equal(ok(await shop.post(`/payments/${wallet.id}/cancel`)).status, 'cancelled');
  refused(await shop.simulate(wallet.id, 'captured'), 422, 'unprocessable_entity', 'outcome');
  assert.equal(logged('LATE_MONEY'), before);
});

test('cancels that a rail refuses before the deadline neither put it off nor are the operator’s to settle', async () => {
  const shop = await server.merchant('ordinary');
  const slip = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY',
    payment_details: { type: 'konbini', store: 'lawson', email: 'hana@shop.example' } }));
  for (let i = 0; i < 12; i++)
    refused(await shop.post(`/payments/${slip.id}/cancel`, {}, { 'Komoju-Scenario': 'card_declined' }), 502, 'card_declined');
  assert.equal((await run('payment', 'refused', '--db', server.db)).stdout, '');
  await shop.clock({ to: new Date(Date.parse(slip.payment_deadline) + 2000).toISOString() });
  await until('it has expired', async () => (await payment(shop, slip.id)).status === 'expired');
});

closes(server);
