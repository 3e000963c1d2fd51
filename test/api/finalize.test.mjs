// SPDX-License-Identifier: Apache-2.0
// finalize.test.mjs: POST /payments/{id}/finalize (komoju-core 6.9): what a card said at its terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, ok, refused, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const TERMINAL = { field55: '9F2608A1B2C3D4E5F60718', track2: '4111111111111111D35122011234567890' };

const authorize = async () => ok(await shop.create(1000, null, { capture: false, tax: 0 }));
const finalize = (id, more, headers) => shop.post(`/payments/${id}/finalize`, { ...TERMINAL, ...more }, headers);

async function events(id) {
  const { data } = ok(await shop.get('/events?per_page=100'));
  return data.filter((event) => event.data.id === id).map((event) => event.type).reverse();
}

test('tc captures the whole, and replaces metadata', async () => {
  const { id } = await authorize();
  const reply = await finalize(id, { ac_type: 'tc', metadata: { terminal: '7' } });
  const payment = ok(reply);
  assert.deepEqual([payment.status, payment.total, payment.metadata], ['captured', 1000, { terminal: '7' }]);
  for (const secret of Object.values(TERMINAL)) assert.ok(!reply.raw.includes(secret));
  assert.deepEqual(ok(await shop.get(`/payments/${id}`)), payment);
  assert.deepEqual(await events(id), ['payment.authorized', 'payment.captured']);
  refused(await finalize(id, { ac_type: 'tc' }), 422, 'not_capturable');
  refused(await finalize(id, { ac_type: 'aac' }), 422, 'not_cancellable');
});

test('tc without capture leaves it authorized, to be captured later', async () => {
  const { id } = await authorize();
  const kept = ok(await finalize(id, { ac_type: 'tc', capture: false, metadata: { terminal: '7' } }));
  assert.deepEqual([kept.status, kept.metadata], ['authorized', { terminal: '7' }]);
  assert.equal(ok(await shop.post(`/payments/${id}/capture`, { amount: 300 })).total, 300);
  assert.deepEqual(await events(id), ['payment.authorized', 'payment.updated', 'payment.captured']);
});

for (const ac_type of ['aac', 'fault'])
  test(`${ac_type} voids it`, async () => {
    const { id } = await authorize();
    assert.equal(ok(await finalize(id, { ac_type, capture: true })).status, 'cancelled');
    assert.deepEqual(await events(id), ['payment.authorized', 'payment.cancelled']);
    for (const again of ['tc', 'aac', 'fault'])
      refused(await finalize(id, { ac_type: again }), 422, again === 'tc' ? 'not_capturable' : 'not_cancellable');
    refused(await finalize(id, { ac_type: 'tc', capture: false }), 422, 'not_capturable');
  });

test('what is missing or wrong is named, and changes nothing', async () => {
  const { id } = await authorize();
  for (const name of ['ac_type', 'field55', 'track2'])
    for (const value of [undefined, null, ''])
      refused(await finalize(id, { ac_type: 'tc', [name]: value }), 422, 'missing_parameter', name);
  refused(await finalize(id, { ac_type: 'arqc' }), 422, 'invalid_parameter', 'ac_type');
  refused(await finalize(id, { ac_type: 'tc', field55: '9'.repeat(2049) }), 422, 'invalid_parameter', 'field55');
  refused(await finalize(id, { ac_type: 'tc', track2: '9'.repeat(65) }), 422, 'invalid_parameter', 'track2');
  refused(await finalize(id, { ac_type: 'tc', capture: 'perhaps' }), 422, 'invalid_parameter', 'capture');
  refused(await finalize(id, { ac_type: 'tc', metadata: 'x' }), 422, 'invalid_parameter', 'metadata');
  assert.equal(ok(await shop.get(`/payments/${id}`)).status, 'authorized');
});

test('it is for cards alone, for the merchant alone, and for what is authorized', async () => {
  const konbini = ok(await shop.post('/payments', { amount: 1000, currency: 'JPY',
    payment_details: { type: 'konbini', store: 'lawson', email: 'hana@shop.example' } }));
  refused(await finalize(konbini.id, { ac_type: 'tc' }), 422, 'unprocessable_entity');
  const taken = await shop.pay(1000);
  refused(await finalize(taken.id, { ac_type: 'tc' }), 422, 'not_capturable');
  const { id } = await authorize();
  const other = await server.merchant('ordinary');
  refused(await other.post(`/payments/${id}/finalize`, { ...TERMINAL, ac_type: 'tc' }), 404, 'not_found');
  refused(await shop.browser.post(`/payments/${id}/finalize`, { ...TERMINAL, ac_type: 'tc' }), 403, 'forbidden');
  for (const unknown of ['x', '0123456789012345678901234'])
    refused(await finalize(unknown, { ac_type: 'tc' }), 404, 'not_found');
});

test('under one idempotency key it happens once; two terminals at once take it once', async () => {
  const { id } = await authorize();
  const headers = { 'X-KOMOJU-IDEMPOTENCY': 'finalize-1' };
  const first = await finalize(id, { ac_type: 'tc' }, headers);
  const again = await finalize(id, { ac_type: 'tc' }, headers);
  assert.deepEqual([ok(first).status, again.raw.toString()], ['captured', first.raw.toString()]);
  const raced = await authorize();
  const all = await Promise.all([finalize(raced.id, { ac_type: 'tc' }), finalize(raced.id, { ac_type: 'fault' })]);
  assert.equal(all.filter((reply) => reply.status === 200).length, 1);
  assert.equal((await events(raced.id)).length, 2);
});

test('a rail that refuses leaves it authorized; dry_run changes nothing', async () => {
  const { id } = await authorize();
  ok(await finalize(id, { ac_type: 'tc', dry_run: true }));
  refused(await finalize(id, { ac_type: 'tc' }, { 'Komoju-Scenario': 'card_declined' }), 502, 'card_declined');
  assert.equal(ok(await shop.get(`/payments/${id}`)).status, 'authorized');
  assert.equal(ok(await finalize(id, { ac_type: 'tc' })).status, 'captured');
});

test('a rail that refuses leaves metadata as it is, whatever the card said', async () => {
  const { id } = ok(await shop.create(1000, null, { capture: false, tax: 0, metadata: { till: '1' } }));
  const before = ok(await shop.get(`/payments/${id}`));
  const metadata = { terminal: '7' };
  for (const ac_type of ['tc', 'aac', 'fault'])
    refused(await finalize(id, { ac_type, metadata }, { 'Komoju-Scenario': 'card_declined' }), 502, 'card_declined');
  refused(await finalize(id, { ac_type: 'tc', metadata }, { 'Komoju-Scenario': 'timeout_before' }), 504, 'gateway_timeout');
  assert.deepEqual(ok(await shop.get(`/payments/${id}`)), before);
  assert.deepEqual(await events(id), ['payment.authorized']);
  const told = ok(await finalize(id, { ac_type: 'tc', dry_run: true, metadata }));
  assert.deepEqual([told.status, told.metadata], ['captured', metadata]);
  assert.deepEqual(ok(await shop.get(`/payments/${id}`)), before);
  const heard = ok(await finalize(id, { ac_type: 'aac', metadata }, { 'Komoju-Scenario': 'timeout' }));
  assert.deepEqual([heard.status, heard.metadata], ['cancelled', metadata], 'the inquiry has told');
  assert.deepEqual(ok(await shop.get(`/payments/${id}`)), heard);
});

test('what a marketplace takes at a terminal is split at its capture', async () => {
  const market = await server.marketplace();
  const payment = await market.authorize(1000);
  refused(await market.post(`/payments/${payment.id}/finalize`, { ...TERMINAL, ac_type: 'tc' }), 422, 'missing_parameter',
    'platform_details');
  assert.equal(ok(await market.post(`/payments/${payment.id}/finalize`, { ...TERMINAL, ac_type: 'tc', capture: false })).status,
    'authorized');
});

closes(server);
