// SPDX-License-Identifier: Apache-2.0
// access.test.mjs: every route with every kind of key, on things that exist: refused or let through as routes.def says.
//
// A new row of the table is covered without a word here. For a collection that is new, its list gives the id; where it has
// no list, MADE below may name one, else an id that nobody has stands in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf } from '../lib/sample.mjs';
import { basic, CARD, Client, closes, ok, refused, Server, split, theContract, until } from '../lib/server.mjs';

const server = await Server.start();
const api = theContract().document;
const operations = Object.entries(api.paths).flatMap(([pattern, verbs]) =>
  Object.entries(verbs).map(([verb, it]) => ({ pattern, verb: verb.toUpperCase(), it, scope: it['x-scope'] })));
const guarded = operations.filter(({ scope }) => !['open', 'holder'].includes(scope));
const NOBODY = '0123456789abcdefghijklmno';
const KONBINI = { type: 'konbini', store: 'lawson', email: 'hana@shop.example' };
const BANK = { customer_name: 'ﾀﾅｶ ﾊﾅ', bank_name: 'みなと銀行', bank_code: '0562', branch_number: '100',
  account_type: 'normal', account_number: '0012345', include_payment_method_fee: false };
const DEFENSE = { description: 'it was delivered',
  document: { document_base64: Buffer.from('%PDF-1.7\n').toString('base64') } };

/** A platform with one of everything: {shop, ids by collection}. */
async function world() {
  const shop = await server.marketplace();
  const [payout] = await shop.payouts(1);
  await shop.fund(10000);
  const payment = await shop.authorize(1000);
  const slip = await shop.pay(1000, [[payout, 1000, 0]], { payment_details: KONBINI });
  ok(await shop.simulate(slip.id, 'captured'));
  const requested = ok(await shop.post(`/payments/${slip.id}/refund_request`,
    { ...BANK, amount: 10, platform_details: split([payout, 10, 0]) }));
  const waiting = await shop.pay(1000, [[payout, 1000, 0]], { payment_details: KONBINI });
  const disputed = await shop.pay(1000, [[payout, 1000, 0]]);
  ok(await shop.simulate(disputed.id, 'chargeback_opened'));
  const [dispute] = ok(await shop.get('/chargeback_requests')).data;
  const defended = await shop.post(`/chargeback_requests/${dispute.id}/defend`, DEFENSE);
  assert.equal(defended.status, 204, defended.raw.toString());
  const customer = ok(await shop.post('/customers', { payment_details: CARD, email: 'hana@shop.example' }));
  const webhook = ok(await shop.post('/webhooks', { url: 'https://shop.example/hook' }));
  const session = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY',
    payment_data: { capture: 'manual' } }));
  const secure = ok(await shop.post('/secure_tokens', { amount: 1000, currency: 'JPY', payment_details: CARD,
    return_url: 'https://shop.example/back' }));
  const link = ok(await shop.post('/payment_links', { amount: 1000, currency: 'JPY', platform_details: split([payout, 1000, 0]) }));
  const ids = { payments: payment.id, payment_links: link.id, links: link.id, barcodes: waiting.id, chargeback_requests: dispute.id, sessions: session.id, customers: customer.id, webhooks: webhook.id,
    secure_tokens: secure.id, refund_requests: requested.refund_requests[0].id, merchants: payout, live_application: payout,
    balances: payout };
  ids.events = ok(await shop.get('/events')).data[0].id;
  ids.mailbox = ok(await shop.get('/test_helpers/mailbox')).data[0].id;
  ids.subscriptions = ok(await shop.post('/subscriptions', { customer: customer.id, amount: 1000, currency: 'JPY',
    period: 'monthly', platform_details: split([payout, 1000, 0]) })).id;
  await until('the first charge', async () => ok(await shop.get(`/subscriptions/${ids.subscriptions}`)).status === 'active');
  ids.delivery = ok(await shop.get(`/webhooks/${webhook.id}/deliveries`)).data[0].id;
  ids.uuid = ok(await shop.get(`/merchants/${payout}/balances/JPY/transactions`)).data[0].id;
  ids.own_uuid = ok(await shop.get('/balances/JPY/transactions')).data[0].id;
  const known = new Set(Object.keys(ids));
  for (const { pattern } of operations) { // collections that are new
    const [, collection] = /^\/api\/v1\/(\w+)\/\{id\}/.exec(pattern) ?? [];
    if (!collection || known.has(collection) || !api.paths[`/api/v1/${collection}`]?.get) continue;
    known.add(collection);
    const [first] = ok(await shop.get(`/${collection}`)).data;
    if (first) ids[collection] = first.id;
  }
  return { shop, ids };
}

/** The pattern with a world's ids in it. */
const target = (pattern, ids) => pattern
  .replace(/(\w+)\/\{id\}/g, (_, collection) => `${collection}/${ids[collection] ?? NOBODY}`)
  .replace('{currency}', 'JPY').replace('{method}', 'credit_card').replace('{delivery}', ids.delivery)
  .replace('{uuid}', /^\/api\/v1\/balances\/\{currency\}/.test(pattern) ? ids.own_uuid : ids.uuid);

/** Calls an operation with a key and the least body that it takes. */
const call = ({ verb, pattern, it }, ids, key) => server.request(verb, target(pattern, ids), {
  headers: { ...(key ? { Authorization: basic(`${key}:`) } : {}), 'Content-Type': 'application/json' },
  body: it.requestBody ? JSON.stringify({ ...bodyOf(api, it), ...MORE[`${verb} ${pattern}`] }) : undefined,
});

/** What makes a body whole where the table cannot say so. */
const MORE = {
  'POST /api/v1/webhooks/{id}/resend': { after_seq: 0 },
  'POST /api/v1/payments/{id}/refund_request': BANK,
};

const own = await world();
const other = await world();
const live = await server.marketplace('--live');
const livePayout = (await live.sub('payout')).id;
const ordinary = await server.merchant('ordinary');
const sub = ok(await own.shop.get(`/merchants/${own.ids.merchants}`)).publishable_key;
const merchants = guarded.filter(({ scope }) => scope !== 'operator');
const named = merchants.filter(({ pattern }) => /\{(id|uuid|delivery)\}/.test(pattern));
const what = ({ verb, pattern }, reply) => `${verb} ${pattern}: ${reply.status} ${reply.raw.toString().slice(0, 300)}`;

/** The state that reads can see, to show that a refused call changed nothing. */
async function state({ shop, ids }) {
  const seen = {};
  for (const at of ['/payments?per_page=100', '/customers?per_page=100', '/subscriptions?per_page=100', '/merchants?per_page=100',
    '/webhooks?per_page=100', '/events?per_page=100', '/chargeback_requests?per_page=100', '/balances/JPY', `/sessions/${ids.sessions}`])
    seen[at] = ok(await shop.get(at));
  return seen;
}

const before = await state(own);

test('the ids are real: their owner reads each of them', async () => {
  let count = 0;
  for (const operation of named.filter(({ verb }) => verb === 'GET')) {
    const reply = await call(operation, own.ids, own.shop.key);
    assert.equal(reply.status, 200, what(operation, reply));
    count++;
  }
  assert.ok(count >= 15, `${count}`);
});

test('no key, a key nobody has, and a key in the wrong place: 401 on every guarded route', async () => {
  for (const operation of guarded)
    for (const key of [undefined, `sk_test_${'x'.repeat(40)}`, `pk_test_${'x'.repeat(40)}`])
      refused(await call(operation, own.ids, key), 401, 'unauthorized');
});

test('a publishable key, the platform\'s and a sub-merchant\'s: 403 wherever the row is not CLIENT', async () => {
  for (const operation of guarded.filter(({ scope }) => scope !== 'client'))
    for (const key of [own.shop.publishable, sub])
      refused(await call(operation, own.ids, key), 403, 'forbidden');
});

test('the key of a person of the operator, with every right: 403 wherever the row is not OPERATOR', async () => {
  const [person] = await server.cli('operator', 'add', '--merchant', own.shop.id, '--name', 'Reviewer',
    ...['review', 'payout', 'approve', 'resolve', 'correct'].flatMap((right) => ['--right', right]));
  for (const operation of merchants) refused(await call(operation, own.ids, person.key), 403, 'forbidden');
});

test('the secret key of a merchant: 403 on every route of the operator', async () => {
  const operators = guarded.filter(({ scope }) => scope === 'operator');
  assert.ok(operators.length > 0);
  for (const operation of operators)
    for (const key of [own.shop.key, live.key, ordinary.key]) refused(await call(operation, own.ids, key), 403, 'forbidden');
});

test('the secret key of another tenant: 404 on every thing of ours', async () => {
  for (const operation of named) {
    const reply = await call(operation, own.ids, other.shop.key);
    assert.equal(reply.status, 404, what(operation, reply));
    refused(reply, 404, 'not_found');
  }
});

test('the publishable key of another tenant: 404 on what browsers may name', async () => {
  for (const operation of named.filter(({ scope }) => scope === 'client')) {
    const reply = await call(operation, own.ids, other.shop.publishable);
    assert.equal(reply.status, 404, what(operation, reply));
  }
});

test('the key of an ordinary merchant: 403 on platform routes, 404 on things of ours', async () => {
  for (const operation of named.filter(({ scope }) => scope !== 'platform')) {
    const reply = await call(operation, own.ids, ordinary.key);
    assert.equal(reply.status, 404, what(operation, reply));
  }
  for (const operation of guarded.filter(({ scope }) => scope === 'platform'))
    refused(await call(operation, own.ids, ordinary.key), 403, 'forbidden');
});

test('a live key: test routes are not there, test things are not there', async () => {
  for (const operation of guarded.filter(({ scope }) => scope === 'test'))
    refused(await call(operation, own.ids, live.key), 404, 'not_found');
  for (const operation of named.filter(({ scope, pattern }) => scope !== 'test' && !/simulate/.test(pattern))) {
    const reply = await call(operation, own.ids, live.key);
    assert.equal(reply.status, 404, what(operation, reply));
  }
  for (const operation of named.filter(({ pattern }) => /live_application.*simulate/.test(pattern)))
    refused(await call(operation, { ...own.ids, live_application: livePayout }, live.key), 403, 'forbidden');
});

test('a test key: live things are not there', async () => {
  const hook = ok(await live.post('/webhooks', { url: 'https://shop.example/hook' }));
  for (const operation of named.filter(({ pattern }) => /\/(webhooks|merchants|live_application|balances)\/\{id\}/.test(pattern))) {
    const reply = await call(operation, { ...own.ids, webhooks: hook.id, merchants: livePayout, live_application: livePayout,
      balances: livePayout }, own.shop.key);
    assert.equal(reply.status, 404, what(operation, reply));
  }
});

test('all those refusals changed nothing', async () => {
  assert.deepEqual(await state(own), before);
});

test('a body may not name what is another tenant\'s', async () => {
  const pays = { amount: 1000, currency: 'JPY', payment_details: CARD };
  const line = 'platform_details.submerchants[0].submerchant_id';
  refused(await own.shop.post('/payments', { ...pays, platform_details: split([other.ids.merchants, 1000, 0]) }), 422,
    'invalid_parameter', line);
  refused(await own.shop.post('/payments', { ...pays, platform_details: { processing_merchant_id: other.ids.merchants } }), 422,
    'invalid_parameter', 'platform_details.processing_merchant_id');
  refused(await own.shop.post('/sessions', { amount: 1000, currency: 'JPY',
    payment_data: { platform_details: split([other.ids.merchants, 1000, 0]) } }), 422, 'invalid_parameter', line);
  refused(await own.shop.post('/subscriptions', { customer: other.ids.customers, amount: 1000, currency: 'JPY',
    period: 'monthly', platform_details: split([own.ids.merchants, 1000, 0]) }), 422, 'invalid_parameter', 'customer');
  refused(await own.shop.post('/balances/JPY/transfer', { to: other.ids.merchants, amount: 1 }), 422, 'invalid_parameter', 'to');
  refused(await own.shop.get(`/payments?merchant_id=${other.ids.merchants}`), 404, 'not_found', 'merchant_id');
  const token = ok(await other.shop.browser.post('/tokens', { payment_details: CARD }));
  refused(await own.shop.post('/payments', { ...pays, payment_details: token.id,
    platform_details: split([own.ids.merchants, 1000, 0]) }), 422, 'invalid_token', 'payment_details');
  refused(await own.shop.post(`/events/${own.ids.events}/resend`, { webhook: other.ids.webhooks }), 422,
    'invalid_parameter', 'webhook');
});

test('a seller\'s key opens the sessions that the seller processes, and those of nobody else', async () => {
  const platform = await server.merchant('platform');
  const [a, b] = [await platform.seller(), await platform.seller()];
  const keyOf = async (id) => new Client(server, ok(await platform.get(`/merchants/${id}`)).publishable_key);
  const [browserA, browserB] = [await keyOf(a), await keyOf(b)];
  const session = ok(await platform.post('/sessions', { amount: 1000, currency: 'JPY', payment_data: {
    platform_details: { processing_merchant_id: a, ...split([a, 1000, 100]) } } }));
  assert.equal(session.merchant_id, a);
  assert.equal(ok(await browserA.get(`/sessions/${session.id}`)).id, session.id);
  assert.equal(ok(await platform.browser.get(`/sessions/${session.id}`)).id, session.id);
  refused(await browserB.get(`/sessions/${session.id}`), 404, 'not_found');
  const pay = { payment_details: CARD };
  refused(await browserB.post(`/sessions/${session.id}/pay`, pay), 404, 'not_found');
  for (const at of ['/payments', '/events', `/merchants/${a}`]) refused(await browserA.get(at), 403, 'forbidden');
  const secure = ok(await browserA.post('/secure_tokens', { amount: 1000, currency: 'JPY', payment_details: CARD,
    return_url: 'https://shop.example/back' }));
  refused(await browserB.get(`/secure_tokens/${secure.id}`), 404, 'not_found');
  assert.equal(ok(await browserA.get(`/secure_tokens/${secure.id}`)).id, secure.id);
});

closes(server);
