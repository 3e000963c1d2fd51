// SPDX-License-Identifier: Apache-2.0
// event_types.test.mjs: every event type of store/event.def comes when what it tells has happened, with the object as it
// then is (komoju-core 12.1, komoju-platform 15). A type without a story here is a failure.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CARD, closes, ok, Server, split, TOP } from '../lib/server.mjs';

const server = await Server.start();
const DAY_S = 86400;
const KONBINI = { type: 'konbini', store: 'lawson', email: 'hana@shop.example' };
const DECLINED = { ...CARD, number: '4123111111111059' };
const MARKED = { ...CARD, number: '3530111333300000' }; // is blocked afterwards
const BANK = { customer_name: 'ﾀﾅｶ ﾊﾅ', bank_name: 'みなと銀行', bank_code: '0562', branch_number: '100', account_type: 'normal',
  account_number: '0012345', include_payment_method_fee: false };

/** Who takes payments: an ordinary merchant, or a seller of a platform. `share` is what a payment of so much needs. */
async function account(kind) {
  const root = await server.merchant(kind);
  if (kind === 'ordinary') return { root, id: root.id, name: 'A ordinary', share: () => ({}) };
  const id = await root.seller();
  ok(await root.patch(`/live_application/${id}/payment_methods/konbini/simulate_status`, { status: 'accepted' }));
  return { root, id, name: 'A seller',
    share: (amount) => ({ platform_details: { processing_merchant_id: id, ...split([id, amount, 0]) } }) };
}

const make = ({ root, share }, more = {}) =>
  root.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', payment_details: CARD, ...share(1000), ...more });
const paid = async (account, more) => ok(await make(account, more)).id;
const act = async ({ root }, id, what, more) => (ok(await root.post(`/payments/${id}/${what}`, more)), id);

/** The slip is paid, and there is a balance to give it back from. */
async function inCash(account) {
  await paid(account);
  const id = await paid(account, { payment_details: KONBINI });
  ok(await account.root.simulate(id, 'captured'));
  return id;
}

// Each gives the id of the payment whose newest event is the one of its name.
const OF_PAYMENT = {
  'payment.authorized': (a) => paid(a, { capture: false }),
  'payment.captured': (a) => paid(a),
  'payment.updated': async (a) => {
    const id = await paid(a);
    ok(await a.root.patch(`/payments/${id}`, { description: 'tea' }));
    return id;
  },
  'payment.expired': async (a) => {
    const id = await paid(a, { payment_details: KONBINI });
    ok(await a.root.simulate(id, 'expired'));
    return id;
  },
  'payment.cancelled': async (a) => act(a, await paid(a, { capture: false }), 'cancel'),
  'payment.failed': async (a) => {
    assert.equal((await make(a, { payment_details: DECLINED })).body.error.code, 'card_declined');
    return ok(await a.root.get(`/payments?status=failed&merchant_id=${a.id}`)).data[0].id;
  },
  'payment.refund.created': async (a) => {
    await paid(a);
    return act(a, await paid(a), 'refund', a.name === 'A seller' ? { amount: 400, platform_details: split([a.id, 400, 0]) }
      : { amount: 400 });
  },
  'payment.refunded': async (a) => act(a, (await paid(a), await paid(a)), 'refund'),
  'payment.marked.as.fraud': async (a) => {
    const id = await paid(a, { payment_details: MARKED });
    await server.cli('screen', 'fraud', '--merchant', a.id, '--payment', id);
    return id;
  },
};
// What comes just before it, of the same call.
const BEFORE = { 'payment.refunded': 'payment.refund.created' };

// Each gives the object that the newest event of its name tells.
const card = (shop, headers) => shop.post('/customers', { email: 'hana@shop.example', payment_details: CARD }, headers);
const subscribe = async (shop, headers) => ok(await shop.post('/subscriptions',
  { customer: ok(await card(shop, headers)).id, amount: 980, currency: 'JPY', period: 'monthly' }));
const shown = async (shop, { id }) => ok(await shop.get(`/subscriptions/${id}`));
const OF_OTHERS = {
  ping: async (shop) => (ok(await shop.post('/webhooks', { url: 'https://shop.example/hook' })), {}),
  'customer.created': async (shop) => ok(await card(shop)),
  'customer.updated': async (shop) => ok(await shop.patch(`/customers/${ok(await card(shop)).id}`, { metadata: { user: '5' } })),
  'customer.deleted': async (shop) => ok(await shop.send('DELETE', `/customers/${ok(await card(shop)).id}`)),
  'subscription.created': subscribe,
  'subscription.captured': async (shop) => {
    const made = await subscribe(shop);
    await shop.clock();
    return shown(shop, made);
  },
  'subscription.failed': async (shop) => {
    const made = await subscribe(shop, { 'Komoju-Scenario': 'card_declined' });
    await shop.clock();
    return shown(shop, made);
  },
  'subscription.suspended': async (shop) => {
    const made = await subscribe(shop, { 'Komoju-Scenario': 'card_declined' });
    await shop.clock({ advance_s: 5 * DAY_S });
    return shown(shop, made);
  },
  'subscription.deleted': async (shop) => ok(await shop.send('DELETE', `/subscriptions/${(await subscribe(shop)).id}`)),
};

async function events({ root }) {
  const { data } = ok(await root.get('/events?per_page=100'));
  return data;
}

for (const [kind, prefix] of [['ordinary', ''], ['platform', 'submerchant.']]) {
  const merchant = await account(kind);
  for (const [type, story] of Object.entries(OF_PAYMENT))
    test(`${prefix}${type}`, async () => {
      const id = await story(merchant);
      const [event, before] = (await events(merchant)).filter(({ data }) => data.id === id);
      assert.equal(event.type, prefix + type);
      assert.deepEqual(event.data, ok(await merchant.root.get(`/payments/${id}`)));
      assert.deepEqual([event.merchant, event.merchant_id], [merchant.name, merchant.id]);
      if (BEFORE[type]) assert.equal(before.type, prefix + BEFORE[type]);
    });

  test(`${prefix}refund_request.updated`, async () => {
    const id = await inCash(merchant);
    const asked = ok(await merchant.root.post(`/payments/${id}/refund_request`, BANK)).refund_requests[0];
    const told = async () => (await events(merchant)).filter(({ data }) => data.id === asked.id);
    assert.deepEqual(await told(), [], 'it is told when it ends');
    ok(await merchant.root.post(`/test_helpers/refund_requests/${asked.id}/simulate`, { outcome: 'rejected' }));
    const [event] = await told();
    assert.equal(event.type, `${prefix}refund_request.updated`);
    assert.deepEqual(event.data, ok(await merchant.root.get(`/payments/${id}`)).refund_requests[0]);
    assert.deepEqual([event.data.status, event.merchant_id], ['rejected', merchant.id]);
  });
}

for (const [type, story] of Object.entries(OF_OTHERS))
  test(type, async () => {
    const shop = await server.merchant('ordinary');
    const told = await story(shop);
    const [event] = ok(await shop.get('/events?per_page=100')).data.filter((each) => each.type === type);
    assert.deepEqual(event.data, told);
    assert.deepEqual([event.resource, event.reason], ['event', null]);
  });

const OF_APPLICATIONS = ['application', 'payment_method_application']
  .flatMap((what) => ['accepted', 'declined'].map((status) => [`submerchant.${what}.${status}`, what, status]));
for (const [type, what, status] of OF_APPLICATIONS)
  test(type, async () => {
    const platform = await server.merchant('platform');
    const id = await platform.seller();
    const method = what === 'application' ? '' : '/payment_methods/konbini';
    ok(await platform.patch(`/live_application/${id}${method}/simulate_status`, { status }));
    const [event] = ok(await platform.get('/events')).data;
    assert.equal(event.type, type);
    assert.deepEqual(event.data, { merchant_id: id, ...(method && { payment_method: 'konbini' }), status });
  });

test('the table has no other type', () => {
  const table = [...fs.readFileSync(path.join(TOP, 'src/store/event.def'), 'utf8')
    .matchAll(/^EVENT\(\w+,\s*\d+,\s*(?:"([\w.]+)"|NULL),\s*(?:"([\w.]+)"|NULL)\)/gm)].flatMap(([, one, two]) => [one, two])
    .filter(Boolean);
  const payments = [...Object.keys(OF_PAYMENT), 'refund_request.updated'];
  const told = [...payments, ...payments.map((type) => `submerchant.${type}`), ...Object.keys(OF_OTHERS),
    ...OF_APPLICATIONS.map(([type]) => type)];
  assert.deepEqual(table.sort(), told.sort());
});

closes(server);
