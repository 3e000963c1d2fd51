// SPDX-License-Identifier: Apache-2.0
// large.test.mjs: payments at the edge of what they may hold: shown, listed, refunded, resolved; never stuck.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CARD, Server, closes, ok, refused, split, until } from '../lib/server.mjs';

const server = await Server.start();

/** A marketplace with 100 sellers, and a payment split between all of them. */
async function crowd() {
  const shop = await server.marketplace();
  const ids = await shop.payouts(100);
  const paid = await shop.pay(9_000_000, ids.map((id) => [id, 90_000, 0]));
  const refund = (headers) => shop.post(`/payments/${paid.id}/refund`, {
    amount: 100, platform_details: split(...ids.map((id) => [id, 1, 0])),
  }, headers);
  return { shop, paid, refund };
}

// Goal:   a payment takes refunds until its object is full, and then refuses with a definite error that changes nothing.
// Method: refunds of 100 lines until one is refused; the payment goes on to be shown, updated and charged back.
test('a payment full of refunds refuses the next one and stays usable', async () => {
  const { shop, paid, refund } = await crowd();
  let count = 0;
  let reply = await refund();
  for (; reply.status === 200; reply = await refund()) count++;
  refused(reply, 422, 'not_refundable');
  assert.ok(count >= 30, `${count} refunds`);
  const shown = ok(await shop.get(`/payments/${paid.id}`));
  assert.equal(shown.refunds.length, count);
  assert.equal(shown.amount_refunded, 100 * count);
  ok(await shop.patch(`/payments/${paid.id}`, { metadata: { note: 'x'.repeat(2000) } }));
  assert.equal(ok(await shop.simulate(paid.id, 'chargeback_lost')).status, 'refunded');
});

// Goal:   an unknown outcome on a large payment is found out like any other.
test('a refund without an answer on a large payment is resolved', async () => {
  const { shop, paid, refund } = await crowd();
  for (let i = 0; i < 30; i++) ok(await refund());
  refused(await refund({ 'Komoju-Scenario': 'timeout_long' }), 504, 'gateway_timeout');
  await until('the inquiry has found the refund', async () =>
    ok(await shop.get(`/payments/${paid.id}`)).refunds.length === 31);
});

test('a payment takes at most 500 refunds', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await shop.pay(1000, null, { tax: 0 });
  await shop.pay(9_000_000, null, { tax: 0 });
  for (let i = 0; i < 500; i++) ok(await shop.post(`/payments/${id}/refund`, { amount: 1 }));
  refused(await shop.post(`/payments/${id}/refund`, { amount: 1 }), 422, 'not_refundable');
  assert.equal(ok(await shop.get(`/payments/${id}`)).amount_refunded, 500);
});

// Goal:   the longest page is given whatever was sent before on the same connections.
test('a page of a hundred large payments is given, also after many other calls', async () => {
  const shop = await server.merchant('ordinary');
  const metadata = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`key ${i}`, '漢'.repeat(1500)]));
  for (let i = 0; i < 100; i++) ok(await shop.create(1000, null, { metadata: { ...metadata, i: String(i) } }));
  for (let i = 0; i < 10; i++) ok(await shop.post('/tokens', { payment_details: CARD }));
  for (const at of ['/payments', '/events']) {
    const { data } = ok(await shop.get(`${at}?per_page=100`));
    assert.equal(data.length, 100, at);
  }
});

test('metadata beyond what is kept is refused by name', async () => {
  const shop = await server.merchant('ordinary');
  const body = new URLSearchParams({ amount: '1000', currency: 'JPY' });
  for (const [key, value] of Object.entries(CARD)) body.set(`payment_details[${key}]`, value);
  for (let i = 0; i < 40; i++) body.set(`metadata[${i}]`, '\u0001'.repeat(2000));
  const reply = await server.request('POST', '/api/v1/payments', {
    headers: { Authorization: `Basic ${Buffer.from(`${shop.key}:`).toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded' },
    body: body.toString(),
  });
  refused(reply, 422, 'invalid_parameter', 'metadata');
});

closes(server);
