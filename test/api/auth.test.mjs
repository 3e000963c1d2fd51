// SPDX-License-Identifier: Apache-2.0
// auth.test.mjs: who may call what. Most claims are made for every row of src/api/routes.def.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { basic, CARD, Client, closes, ok, refused, Server, split, TOP } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.marketplace();
const [seller] = await shop.payouts(1);
const payment = await shop.pay(1000, [[seller, 1000, 100]]);
const stranger = await server.marketplace();
const [foreignSeller] = await stranger.payouts(1);
const foreign = await stranger.pay(1000, [[foreignSeller, 1000, 100]]);
const foreignEvent = ok(await stranger.get('/events')).data[0];
const foreignRecord = ok(await stranger.get('/balances/JPY/transactions')).data[0];
const live = await server.marketplace('--live');
const ordinary = await server.merchant('ordinary');

const ROUTES = fs.readFileSync(path.join(TOP, 'src/api/routes.def'), 'utf8').split('\n')
  .map((line) => /^ROUTE\((\w+),\s*"([^"]+)",\s*(\w+),\s*(\w+),/.exec(line)).filter(Boolean)
  .map(([, verb, pattern, handler, scope]) => ({ verb, pattern, handler, scope }));
const NOBODY = '0123456789abcdefghijklmno';

/** The pattern with ids put in; `own` when an id may be the caller's. */
function target(route, ids) {
  return route.pattern
    .replace(/\/events\/\{id\}/, `/events/${ids.event}`)
    .replace(/\/payments\/\{id\}/, `/payments/${ids.payment}`)
    .replace('{id}', ids.merchant).replace('{currency}', 'JPY').replace('{uuid}', ids.record)
    .replace('{method}', 'credit_card');
}

const OWN = { event: NOBODY, payment: payment.id, merchant: seller, record: NOBODY };
const FOREIGN = { event: foreignEvent.id, payment: foreign.id, merchant: foreignSeller, record: foreignRecord.id };
const UNKNOWN = { event: NOBODY, payment: NOBODY, merchant: NOBODY, record: NOBODY };

/** What a refund request needs. */
const BANK = { customer_name: 'ﾀﾅｶ ﾊﾅ', bank_name: 'みなと銀行', bank_code: '0562', branch_name: '本店', branch_number: '100',
  account_type: 'normal', account_number: '0012345', include_payment_method_fee: false };

const call = (route, ids, authorization) => server.request(route.verb, target(route, ids), {
  headers: { ...(authorization ? { Authorization: authorization } : {}), 'Content-Type': 'application/json' },
  body: route.verb === 'GET' ? undefined : '{}',
});

const key = (k) => basic(`${k}:`);
const guarded = ROUTES.filter((route) => !['OPEN', 'HOLDER'].includes(route.scope));

test('the table of routes was read', () => {
  assert.ok(ROUTES.length >= 25);
  assert.deepEqual([...new Set(ROUTES.map((route) => route.scope))].sort(),
    ['CLIENT', 'HOLDER', 'OPEN', 'OPERATOR', 'PLATFORM', 'SECRET', 'TEST']);
});

const BAD = {
  'no key': undefined,
  'an unknown secret key': key(`sk_test_${'x'.repeat(40)}`),
  'a secret key with its last character changed': key(shop.key.slice(0, -1) + (shop.key.endsWith('a') ? 'b' : 'a')),
  'an empty key': key(''),
  'a Bearer token': `Bearer ${shop.key}`,
  'what is not base64': 'Basic !!!!',
  'a key as the password': basic(`:${shop.key}`),
};
for (const [what, authorization] of Object.entries(BAD))
  test(`${what} is 401 unauthorized on every route`, async () => {
    for (const route of guarded) {
      const reply = await call(route, OWN, authorization);
      assert.equal(reply.status, 401, `${route.verb} ${route.pattern}`);
      refused(reply, 401, 'unauthorized');
    }
    const open = ROUTES.filter((route) => route.scope === 'OPEN');
    for (const route of open)
      assert.ok(![401, 403].includes((await call(route, OWN, authorization)).status), route.pattern);
  });

test('a publishable key is 403 forbidden wherever the table does not name it', async () => {
  for (const route of guarded) {
    const reply = await call(route, OWN, key(shop.publishable));
    if (route.scope === 'CLIENT') assert.notEqual(reply.status, 403, route.pattern);
    else refused(reply, 403, 'forbidden');
  }
  assert.deepEqual(guarded.filter((route) => route.scope === 'CLIENT').map((r) => r.pattern).sort(),
    ['/api/v1/payment_methods', '/api/v1/secure_tokens', '/api/v1/secure_tokens/{id}', '/api/v1/sessions/{id}',
      '/api/v1/sessions/{id}/pay', '/api/v1/tokens'], 'core 2: what browsers need is for both keys');
});

test('a sub-merchant\'s publishable key makes tokens and nothing else', async () => {
  const made = ok(await shop.get(`/merchants/${seller}`)).publishable_key;
  const browser = new Client(server, made);
  for (const route of guarded.filter((r) => r.scope !== 'CLIENT'))
    refused(await call(route, OWN, key(made)), 403, 'forbidden');
  assert.match(ok(await browser.post('/tokens', { payment_details: CARD })).id, /^tok_/);
});

test('an ordinary merchant\'s secret key is 403 on platform routes', async () => {
  for (const route of guarded.filter((r) => r.scope === 'PLATFORM'))
    refused(await call(route, OWN, key(ordinary.key)), 403, 'forbidden');
});

/** What each test helper would make happen. */
const OUTCOMES = { payments: 'expired', refund_requests: 'completed', sessions: 'approved', customers: 'revoked' };

for (const [what, ids] of [['of another platform', FOREIGN], ['nobody has', UNKNOWN]])
  test(`an id ${what} is 404 not_found on every route`, async () => {
    for (const route of guarded.filter((r) => r.scope !== 'OPERATOR' && /\{(id|uuid)\}/.test(r.pattern))) {
      const body = { status: 'accepted', outcome: OUTCOMES[route.pattern.split('/')[4]], to: shop.id, amount: 1, description: 'x', after_seq: 0,
        ac_type: 'tc', field55: 'x', track2: 'x',
        ...BANK, ...(route.pattern === '/api/v1/payments/{id}' ? {} : { payment_details: CARD }) };
      if (route.pattern.endsWith('/finalize')) Object.assign(body, { ac_type: 'tc', field55: '9F26', track2: '4111' });
      const reply = await server.request(route.verb, target(route, ids), {
        headers: { Authorization: key(shop.key), 'Content-Type': 'application/json' },
        body: route.verb === 'GET' ? undefined : JSON.stringify(body),
      });
      assert.equal(reply.status, 404, `${route.verb} ${route.pattern}: ${reply.raw}`);
      refused(reply, 404, 'not_found');
    }
  });

test('an id that is none is 404 too', async () => {
  for (const id of ['x', NOBODY.toUpperCase(), `${NOBODY}0`, 'a%00b', '..%2f..', '-', '%F0%9F%92%B4'])
    for (const at of [`/payments/${id}`, `/merchants/${id}`, `/events/${id}`, `/merchants/${id}/balances/JPY`])
      refused(await shop.get(at), 404, 'not_found');
});

test('a foreign sub-merchant cannot be in a split or get a transfer', async () => {
  refused(await shop.create(1000, [[foreignSeller, 1000, 0]]), 422, 'invalid_parameter',
    'platform_details.submerchants[0].submerchant_id');
  refused(await shop.post('/balances/JPY/transfer', { to: foreignSeller, amount: 1 }), 422, 'invalid_parameter', 'to');
});

test('paths and verbs that do not exist are 404 with a key, and of the API 401 without', async () => {
  for (const [verb, at] of [['GET', '/api/v1/nothing'], ['GET', '/api/v2/payments'], ['DELETE', '/api/v1/payments'],
    ['GET', '/'], ['GET', '/api/v1/payments/'], ['POST', `/api/v1/payments/${payment.id}`]]) {
    const reply = await server.request(verb, at, { headers: { Authorization: key(shop.key) } });
    if (reply.status !== 200) refused(reply, 404, 'not_found');
    else assert.equal(at, '/api/v1/payments/');
    if (reply.status === 200) continue;
    const without = await server.request(verb, at);
    if (at.startsWith('/api/')) refused(without, 401, 'unauthorized');
    else refused(without, 404, 'not_found');
  }
});

test('the three encodings of a key work', async () => {
  const encoded = Buffer.from(`${shop.key}:`).toString('base64');
  const inside = Buffer.from(`${shop.key}:\n`).toString('base64');
  for (const authorization of [`Basic ${encoded}`, basic(shop.key), `Basic ${encoded.replace(/=+$/, '')}`,
    `basic ${encoded}`, `Basic  ${encoded} `, basic(`${shop.key}\n`), `Basic ${inside}`])
    assert.equal((await server.request('GET', '/api/v1/payments', { headers: { Authorization: authorization } })).status,
      200, authorization);
});

test('a live key: no test helpers (404), no simulation (403), no test data', async () => {
  assert.equal(live.live, true);
  assert.match(live.key, /^sk_live_/);
  assert.match(live.publishable, /^pk_live_/);
  assert.match(shop.key, /^sk_test_/);
  assert.match(shop.publishable, /^pk_test_/);
  for (const route of guarded.filter((r) => r.scope === 'TEST'))
    refused(await call(route, OWN, key(live.key)), 404, 'not_found');
  const made = await live.sub('payout');
  assert.equal(made.live, true);
  for (const at of [`/live_application/${made.id}/simulate_status`,
    `/live_application/${made.id}/payment_methods/credit_card/simulate_status`])
    refused(await live.patch(at, { status: 'accepted' }), 403, 'forbidden');
  refused(await live.get(`/payments/${payment.id}`), 404, 'not_found');
  refused(await live.get(`/merchants/${seller}`), 404, 'not_found');
  assert.equal(ok(await live.get('/payments')).total, 0);
});

test('V12: a live payout merchant must be accepted before money is split to it', async () => {
  const { id } = await live.sub('payout');
  refused(await live.create(1000, [[id, 1000, 0]]), 422, 'invalid_parameter',
    'platform_details.submerchants[0].submerchant_id');
});

test('the simulator never serves a live merchant: no method, no payment', async () => {
  const shopLive = await server.merchant('ordinary', '--live');
  assert.deepEqual(ok(await shopLive.get('/payment_methods')), []);
  refused(await shopLive.create(1000), 422, 'invalid_payment_type', 'payment_details.type');
  assert.equal(ok(await shopLive.get('/payments')).total, 0);
});

test('a rolled pair works, and so does the old one for the stated overlap', async () => {
  const [rolled] = await server.cli('key', 'roll', '--merchant', shop.id);
  assert.equal(rolled.id, shop.id);
  assert.notEqual(rolled.secret_key, shop.key);
  assert.notEqual(rolled.publishable_key, shop.publishable);
  assert.ok(Date.parse(rolled.overlap_until) > Date.now());
  const fresh = new Client(server, rolled.secret_key);
  assert.equal(ok(await fresh.get(`/payments/${payment.id}`)).id, payment.id);
  assert.equal(ok(await shop.get(`/payments/${payment.id}`)).id, payment.id);
  ok(await new Client(server, rolled.publishable_key).post('/tokens', { payment_details: CARD }));
  refused(await new Client(server, rolled.publishable_key).get('/payments'), 403, 'forbidden');
  await server.cli('key', 'roll', '--merchant', shop.id);
  ok(await fresh.post('/payments', { amount: 1000, currency: 'JPY', payment_details: CARD,
    platform_details: split([seller, 1000, 0]) }));
});

test('CORS: preflight needs no key, and answers carry the headers', async () => {
  const reply = await server.request('OPTIONS', '/api/v1/tokens', { headers: { Origin: 'https://shop.example',
    'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type' } });
  assert.ok([200, 204].includes(reply.status));
  assert.ok(['*', 'https://shop.example'].includes(reply.headers['access-control-allow-origin']));
  for (const method of ['GET', 'POST']) assert.ok(reply.headers['access-control-allow-methods'].includes(method));
  const allowed = reply.headers['access-control-allow-headers'].toLowerCase();
  for (const name of ['authorization', 'content-type', 'accept']) assert.ok(allowed.includes(name));
  const token = await shop.browser.post('/tokens', { payment_details: CARD }, { Origin: 'https://shop.example' });
  assert.ok(['*', 'https://shop.example'].includes(token.headers['access-control-allow-origin']));
  const error = await server.request('POST', '/api/v1/tokens', { headers: { Origin: 'https://shop.example' } });
  assert.equal(error.status, 401);
  assert.ok(error.headers['access-control-allow-origin']);
});

test('every answer is JSON in UTF-8 and names its request', async () => {
  const names = new Set();
  for (const reply of [await shop.get('/payments'), await shop.get('/nothing'), await shop.post('/payments', '{'),
    await server.request('GET', '/api/v1/payments'), await server.request('GET', '/healthz')]) {
    assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8');
    assert.ok(reply.headers['x-request-id'], 'a request id');
    names.add(reply.headers['x-request-id']);
  }
  assert.equal(names.size, 5);
});

test('API versions are taken, known, absent or unknown', async () => {
  for (const version of ['2024-07-15', '2025-01-28', 'yesterday', ''])
    ok(await shop.get('/payments', { 'X-KOMOJU-API-VERSION': version, 'komoju-via': 'woocommerce' }));
});

closes(server);
