// SPDX-License-Identifier: Apache-2.0
// rate_limits.test.mjs: how often a key may call, by class of routes; what is said about it; who is not bound.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { CARD, Client, closes, ok, refused, run, Server } from '../lib/server.mjs';

// Buckets that get one request back in an hour: what is let through can be counted.
const RATES = ['read=1/3600/20', 'write=1/3600/6', 'pay=1/3600/10', 'token=1/3600/5', 'open=1/3600/8', 'health=1/3600/8', 'lookup=1/3600/8']
  .flatMap((rate) => ['--rate-limit', rate]);
const server = await Server.start({ args: [...RATES, '--rate-limit-test', '--trusted-proxy', '127.0.0.1'] });
const from = (ip) => ({ 'X-Forwarded-For': ip });
const names = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];
const said = (reply) => names.map((name) => Number(reply.headers[name]));

/** Statuses of `count` requests that are sent at once over `connections` connections. */
async function hammer(count, connections, send) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const before = server.agent;
  server.agent = agent;
  try {
    const replies = await Promise.all(Array.from({ length: count }, send));
    const statuses = {};
    for (const { status } of replies) statuses[status] = (statuses[status] ?? 0) + 1;
    return { replies, statuses };
  } finally {
    server.agent = before;
    agent.destroy();
  }
}

test('many connections at once get exactly what the bucket holds', async () => {
  const shop = await server.merchant('ordinary');
  const read = await hammer(120, 16, () => shop.get('/payments'));
  assert.deepEqual(read.statuses, { 200: 20, 429: 100 });
  const pay = await hammer(60, 16, () => shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: CARD }));
  assert.deepEqual(pay.statuses, { 200: 10, 429: 50 });
  const other = await server.merchant('ordinary');
  assert.equal(ok(await other.get('/payments')).total, 0, 'another key has its own');
  const left = read.replies.filter((reply) => reply.status === 200).map((reply) => said(reply)[1]).sort((a, b) => a - b);
  assert.deepEqual(left, Array.from({ length: 20 }, (_, i) => i), 'each is told what is left');
});

test('a refusal says when to come back, changes nothing, and takes nothing', async () => {
  const shop = await server.merchant('ordinary');
  const body = { amount: 1000, currency: 'JPY', payment_details: CARD };
  for (let i = 0; i < 10; i++) {
    const reply = await shop.post('/payments', body);
    ok(reply);
    assert.deepEqual(said(reply), [10, 9 - i, 3600 * (i + 1)]);
  }
  for (let i = 0; i < 2; i++) {
    const reply = await shop.post('/payments', body, { 'X-KOMOJU-IDEMPOTENCY': 'later' });
    refused(reply, 429, 'too_many_requests');
    const retry = Number(reply.headers['retry-after']);
    assert.ok(retry > 3500 && retry <= 3600, `${retry}`);
    assert.deepEqual(said(reply).slice(0, 2), [10, 0]);
    assert.equal(reply.headers['access-control-expose-headers'], undefined);
  }
  assert.equal(ok(await shop.get('/payments')).total, 10);
  const big = await shop.post('/payments', { ...body, description: 'x'.repeat(200000) });
  refused(big, 429, 'too_many_requests');
  const browser = await shop.send('GET', '/payment_methods', undefined, { Origin: 'https://shop.example' });
  for (const name of [...names, 'retry-after'])
    assert.ok(browser.headers['access-control-expose-headers'].split(', ').includes(name), name);
});

test('a class of routes is one bucket; classes do not take from each other', async () => {
  const shop = await server.marketplace();
  const [first] = (await Promise.all([1, 2, 3, 4, 5, 6].map(() => shop.post('/merchants', { name: 'x', platform_role: 'payout' }))));
  ok(first);
  refused(await shop.patch(`/merchants/${first.body.id}`, { payouts_enabled: false }), 429, 'too_many_requests');
  refused(await shop.post('/test_helpers/clock', {}), 429, 'too_many_requests');
  ok(await shop.get(`/merchants/${first.body.id}`));
  for (let i = 0; i < 5; i++) ok(await shop.post('/tokens', { payment_details: CARD }));
  refused(await shop.post('/tokens', { payment_details: CARD }), 429, 'too_many_requests');
  ok(await shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: CARD, capture: false, platform_details: {} }));
});

test('of a publishable key each address is a caller: nobody closes the shop to the others', async () => {
  const shop = await server.merchant('ordinary');
  const token = (ip) => shop.browser.post('/tokens', { payment_details: CARD }, from(ip));
  for (let i = 0; i < 5; i++) ok(await token('192.0.2.1'));
  refused(await token('192.0.2.1'), 429, 'too_many_requests');
  refused(await token('6.6.6.6, 192.0.2.1'), 429, 'too_many_requests');
  ok(await token('192.0.2.2'));
  for (let i = 0; i < 5; i++) ok(await token(`2001:db8:0:1::${i}`));
  refused(await token('2001:db8:0:1:2::'), 429, 'too_many_requests');
  for (let i = 0; i < 5; i++) ok(await shop.post('/tokens', { payment_details: CARD }, from(`192.0.2.${i}`)));
  refused(await shop.post('/tokens', { payment_details: CARD }, from('198.51.100.1')), 429, 'too_many_requests');
});

test('a route without a key counts by address', async () => {
  const health = (ip) => server.request('GET', '/healthz', { headers: from(ip) });
  const { statuses } = await hammer(30, 8, () => health('192.0.2.50'));
  assert.deepEqual(statuses, { 200: 8, 429: 22 });
  const reply = await health('192.0.2.51');
  ok(reply);
  assert.deepEqual(said(reply).slice(0, 2), [8, 7]);
});

test('what the address of a page names is looked up so often for each address, whoever it is of', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY' }));
  const page = (path, ip) => server.request('GET', path, { headers: from(ip) });
  const guesses = await hammer(30, 8, () => page(`/sessions/${'0'.repeat(25)}/state`, '192.0.2.60'));
  assert.deepEqual(guesses.statuses, { 404: 8, 429: 22 });
  for (const path of [`/sessions/${id}/state`, `/instructions/${id}/state`, `/links/${id}/state`]) {
    const reply = await page(path, '192.0.2.60');
    refused(reply, 429, 'too_many_requests');
    assert.ok(Number(reply.headers['retry-after']) > 3500);
    assert.deepEqual(said(reply).slice(0, 2), [8, 0]);
  }
  ok(await page(`/sessions/${id}/state`, '192.0.2.61'));
});

test('what has no key that is known, or no right, is refused before it counts', async () => {
  const shop = await server.merchant('ordinary');
  const stranger = new Client(server, `${shop.key}x`);
  for (let i = 0; i < 25; i++) refused(await stranger.get('/payments'), 401, 'unauthorized');
  for (let i = 0; i < 25; i++) refused(await shop.browser.get('/payments'), 403, 'forbidden');
  ok(await shop.get('/payments'));
});

test('by default a test key is bound by nothing and told nothing, a live key is', async () => {
  const plain = await Server.start();
  const shop = await plain.merchant('ordinary');
  const live = await plain.merchant('ordinary', '--live');
  for (let i = 0; i < 1100; i += 100) {
    const replies = await Promise.all(Array.from({ length: 100 }, () => shop.get('/payments')));
    for (const reply of replies) {
      ok(reply);
      assert.equal(reply.headers['ratelimit-limit'], undefined);
    }
  }
  const reply = await live.get('/payments');
  ok(reply);
  assert.deepEqual(said(reply).slice(0, 2), [1000, 999]);
  await plain.stop();
  await plain.audit();
});

test('0 is no limit, and a rate that cannot be read is one line', async () => {
  const free = await Server.start({ args: ['--rate-limit', 'read=0', '--rate-limit', 'write=1/60/1', '--rate-limit-test'] });
  const shop = await free.merchant('ordinary');
  for (let i = 0; i < 30; i++) ok(await shop.get('/payments'));
  ok(await shop.post('/test_helpers/clock', {}));
  refused(await shop.post('/test_helpers/clock', {}), 429, 'too_many_requests');
  await free.stop();
  for (const [option, value] of [['--rate-limit', 'pay=1/2'], ['--rate-limit', 'king=1/2/3'], ['--rate-limit', 'pay=0/1/1'],
    ['--trusted-proxy', '10.0.0.0/8'], ['--trusted-proxy', 'localhost']]) {
    const { code, stderr } = await run('serve', '--db', free.db, '--listen', '127.0.0.1:0', option, value);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`^[^\\n]*${option} must be [^\\n]*\\n$`));
  }
});

test('refusals are counted by class', async () => {
  const metered = await Server.start({ args: ['--rate-limit', 'read=1/3600/2', '--rate-limit-test', '--metrics', '127.0.0.1:0'] });
  const shop = await metered.merchant('ordinary');
  for (let i = 0; i < 5; i++) await shop.get('/payments');
  const address = /"address":"(http:[^"]+\/metrics)"/.exec(metered.stderr)?.[1];
  assert.ok(address, metered.stderr);
  const text = await (await fetch(address)).text();
  assert.match(text, /^kessai_rate_limit_refusals_total\{class="read"\} 3$/m);
  assert.match(text, /^kessai_rate_limit_refusals_total\{class="pay"\} 0$/m);
  assert.match(text, /^kessai_screen_refusals_total\{reason="blocked"\} 0$/m);
  await metered.stop();
});

closes(server);
