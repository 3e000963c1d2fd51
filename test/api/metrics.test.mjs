// SPDX-License-Identifier: Apache-2.0
// metrics.test.mjs: /metrics tells what was done, to whoever may know, and nothing about anybody (doc/metrics.md).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CARD, closes, ok, run, Server, TOP, until } from '../lib/server.mjs';
import { Proxy } from '../lib/cluster.mjs';
import { alsoKnownAs, freshDatabase, ONLY_POSTGRES, ONLY_SQLITE, sql } from '../lib/database.mjs';
import { Exposition } from '../lib/exposition.mjs';
import { Receiver } from '../lib/receiver.mjs';

const server = await Server.start({ args: ['--allow-private-webhooks', '--metrics', '127.0.0.1:0'] });
const shop = await server.marketplace();
const [seller] = await shop.payouts(1);
const SECRET = 'whsec-local-demo';

/** The address that a server has logged; undefined when it has none. The log is another pipe than its one line. */
async function addressOf(one) {
  const logged = () => one.stderr.split('\n').slice(0, -1).map((line) => JSON.parse(line));
  await until('the start in the log', () => logged().some(({ event }) => event === 'SERVE_START'));
  return logged().find(({ event }) => event === 'METRICS_START')?.address;
}
const address = await addressOf(server);

async function scrape(at = address) {
  const reply = await fetch(at);
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  return new Exposition(await reply.text());
}

/** How much a series has grown; a counter that is not there yet is 0. */
const grown = (before, after, name, labels) => (after.get(name, labels) ?? 0) - (before.get(name, labels) ?? 0);

test('the address is logged, and standard output keeps to its one line', () => {
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  assert.match(server.stdout, /^kessai \S+ listening on http:\/\/\S+\n$/);
});

test('nothing but GET /metrics is there, and the API does not have it', async () => {
  const other = new URL('/api/v1/payments', address);
  for (const url of [other, `${address}/`, new URL('/', address), new URL('/healthz', address)])
    assert.equal((await fetch(url)).status, 404, url);
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS']) {
    const reply = await fetch(address, { method, body: ['POST', 'PUT'].includes(method) ? 'x'.repeat(1 << 16) : undefined });
    assert.equal(reply.status, 405, method);
    assert.equal(reply.headers.get('allow'), 'GET', method);
  }
  assert.equal((await server.request('GET', '/metrics')).status, 404);
  assert.equal((await shop.server.request('GET', '/metrics', {
    headers: { Authorization: `Basic ${Buffer.from(`${shop.key}:`).toString('base64')}` },
  })).status, 404);
});

// Goal:   every figure of a known load is exactly what was sent.
// Method: the difference of two scrapes around payments, declines, refusals and reads, sent side by side.
test('counts are what was sent', async () => {
  const COUNT = { paid: 40, declined: 7, invalid: 5, shown: 12, unknown: 3, keyless: 4 };
  const many = (count, work) => Promise.all(Array.from({ length: count }, work));
  const first = await shop.pay(1000, [[seller, 1000, 100]]);
  const before = await scrape();
  const replies = await Promise.all([
    many(COUNT.paid, () => shop.pay(1000, [[seller, 1000, 100]])),
    many(COUNT.declined, () => shop.create(1000, [[seller, 1000, 100]], {}, { 'Komoju-Scenario': 'card_declined' })),
    many(COUNT.invalid, () => shop.post('/payments', { amount: -1, currency: 'JPY', payment_details: CARD })),
    many(COUNT.shown, () => shop.get(`/payments/${first.id}`)),
    many(COUNT.unknown, () => shop.get('/no/such/path')),
    many(COUNT.keyless, () => server.request('GET', '/api/v1/payments')),
  ]);
  for (const reply of replies[1]) assert.equal(reply.status, 502, reply.raw.toString());
  for (const reply of replies[2]) assert.equal(reply.status, 422);
  const after = await scrape();
  const by = (name, labels) => grown(before, after, name, labels);

  const create = { method: 'POST', route: '/api/v1/payments' };
  const requests = 'kessai_http_requests_total';
  assert.equal(by(requests, { ...create, status: '2xx' }), COUNT.paid);
  assert.equal(by(requests, { ...create, status: '4xx' }), COUNT.invalid);
  assert.equal(by(requests, { ...create, status: '5xx' }), COUNT.declined);
  assert.equal(by(requests, { method: 'GET', route: '/api/v1/payments/{id}', status: '2xx' }), COUNT.shown);
  assert.equal(by(requests, { route: 'none', status: '4xx' }), COUNT.unknown + COUNT.keyless);
  const all = Object.values(COUNT).reduce((a, b) => a + b);
  assert.equal(by(requests), all);
  assert.equal(by('kessai_http_request_seconds_count'), all);
  assert.equal(by('kessai_http_request_seconds_count', create), COUNT.paid + COUNT.declined + COUNT.invalid);
  assert.ok(by('kessai_http_request_seconds_sum', create) > 0);

  assert.equal(by('kessai_http_errors_total', { code: 'E_CARD_DECLINED', status: '502' }), COUNT.declined);
  assert.equal(by('kessai_http_errors_total', { code: 'E_UNAUTHORIZED', status: '401' }), COUNT.keyless);
  assert.equal(by('kessai_http_errors_total', { code: 'E_NOT_FOUND', status: '404' }), COUNT.unknown);
  assert.equal(by('kessai_http_errors_total'), COUNT.declined + COUNT.invalid + COUNT.unknown + COUNT.keyless);

  const charge = { rail: 'simulator', operation: 'charge' };
  assert.equal(by('kessai_rail_calls_total', { ...charge, outcome: 'approved' }), COUNT.paid);
  assert.equal(by('kessai_rail_calls_total', { ...charge, outcome: 'refused' }), COUNT.declined);
  assert.equal(by('kessai_rail_call_seconds_count', charge), COUNT.paid + COUNT.declined);
  assert.equal(by('kessai_ledger_transactions_total', { mode: 'test' }), COUNT.paid);
});

test('works of the writer are counted once each, in batches', async () => {
  // The writer has works of its own now and then, so that two lines of a text may be one work apart: until they agree.
  const settled = () => until('figures of the writer that agree', async () => {
    const now = await scrape();
    const total = now.get('kessai_store_works_total');
    return now.get('kessai_store_queue') === 0 && now.get('kessai_store_batch_works_sum') === total &&
      now.get('kessai_store_wait_seconds_count') === total &&
      now.get('kessai_store_batch_works_count') === now.get('kessai_store_batch_seconds_count') &&
      now.get('kessai_store_commit_seconds_count') === now.get('kessai_store_commits_total') && now;
  });
  const before = await settled();
  await Promise.all(Array.from({ length: 30 }, () => shop.pay(1000, [[seller, 1000, 0]])));
  const after = await settled();
  const works = grown(before, after, 'kessai_store_works_total');
  const commits = grown(before, after, 'kessai_store_commits_total');
  assert.ok(works >= 60, `two works a payment: ${works}`);
  assert.ok(commits > 0 && commits <= works, `${commits} commits for ${works} works`);
  assert.equal(after.get('kessai_store_reruns_total'), 0);
  assert.equal(after.get('kessai_store_up'), 1);
});

// Goal:   the house accounts are those of the books: with what merchants have they sum to zero.
// Method: balances over the API, in a database where nothing else happens.
test('house accounts balance what merchants have', async () => {
  const payment = await shop.pay(5000, [[seller, 5000, 500]]);
  ok(await shop.post(`/payments/${payment.id}/refund`));
  const now = await scrape();
  const house = now.get('kessai_ledger_house_minor', { mode: 'test', currency: 'JPY' });
  assert.equal(house + await shop.balance() + await shop.balance(seller), 0);
  const acquirer = now.get('kessai_ledger_house_minor', { account: 'acquirer:simulator', currency: 'JPY' });
  const { data, total } = ok(await shop.get('/payments?per_page=100&status=captured'));
  const { data: refunded } = ok(await shop.get('/payments?per_page=100&status=refunded'));
  assert.ok(total <= 100);
  const taken = [...data, ...refunded].reduce((sum, p) => sum + p.total - p.amount_refunded, 0);
  assert.equal(acquirer, -taken);
  assert.equal(now.get('kessai_ledger_house_minor', { mode: 'live' }), undefined);
});

test('deliveries are counted by what became of them, and those that wait are aged', async () => {
  let status = 500;
  const receiver = await Receiver.start(() => status);
  const before = await scrape();
  await server.cli('webhook', 'add', '--merchant', shop.id, '--url', receiver.url, '--secret', SECRET);
  const waiting = await until('an attempt that failed', async () => {
    const now = await scrape();
    return grown(before, now, 'kessai_webhook_attempts_total', { result: 'status' }) > 0 &&
      now.get('kessai_outbox_oldest_seconds', { mode: 'test' }) > 0 && now;
  });
  assert.equal(waiting.get('kessai_outbox_waiting', { mode: 'test' }), 1);
  assert.equal(waiting.get('kessai_outbox_waiting', { mode: 'live' }), 0);
  assert.equal(grown(before, waiting, 'kessai_webhook_attempts_total', { result: 'delivered' }), 0);
  status = 200;
  await shop.clock({ advance_s: 3600 });
  const after = await until('an empty outbox', async () => {
    const now = await scrape();
    return now.get('kessai_outbox_waiting', { mode: 'test' }) === 0 && now;
  });
  assert.equal(grown(before, after, 'kessai_webhook_attempts_total', { result: 'delivered' }), 1);
  assert.equal(grown(before, after, 'kessai_webhook_attempts_total'), receiver.deliveries.length);
  assert.equal(grown(before, after, 'kessai_webhook_attempt_seconds_count'), receiver.deliveries.length);
  assert.equal(after.get('kessai_outbox_oldest_seconds', { mode: 'test' }), 0);
});

test('what a rail did not say stands open until it is known', async () => {
  const before = await scrape();
  await shop.create(1000, [[seller, 1000, 0]], {}, { 'Komoju-Scenario': 'timeout' });
  const after = await until('no operation is open', async () => {
    const now = await scrape();
    return now.get('kessai_operations_open', { mode: 'test' }) === 0 && now;
  });
  const calls = (labels) => grown(before, after, 'kessai_rail_calls_total', { rail: 'simulator', ...labels });
  assert.equal(calls({ operation: 'charge', outcome: 'unknown' }), 1);
  assert.ok(calls({ operation: 'inquire' }) >= 1);
  assert.equal(grown(before, after, 'kessai_log_lines_total', { event: 'RAIL_UNKNOWN', level: 'warn' }), 1);
});

test('nothing is in flight when nobody asks', async () => {
  const now = await until('an idle server', async () => {
    const scraped = await scrape();
    return scraped.get('kessai_http_in_flight') === 0 && scraped;
  });
  assert.ok(now.get('kessai_http_connections') >= 0);
  assert.ok(now.get('process_resident_memory_bytes') > 1 << 20);
  assert.ok(now.get('process_open_fds') > 3 && now.get('process_open_fds') <= now.get('process_max_fds'));
  assert.ok(now.get('process_cpu_seconds_total') > 0);
  assert.ok(Math.abs(now.get('process_start_time_seconds') - Date.now() / 1000) < 3600);
  assert.ok(now.get('kessai_scrape_seconds') > 0);
});

test('counters never go back', async () => {
  const before = await scrape();
  const after = await scrape();
  for (const [name, { kind, samples }] of before.families)
    for (const { labels, value, name: series } of kind === 'gauge' ? [] : samples)
      assert.ok(after.get(series, labels) >= value, `${series} of ${name}`);
});

// Goal:   labels are closed sets of the program's own tables: they name nobody and carry nothing of a request.
// Method: every label that is allowed is listed here; and what the tests above have sent is nowhere in the text.
test('labels name no merchant, key, card or person, and nothing that a client sent', async () => {
  const ALLOWED = ['account', 'class', 'code', 'currency', 'event', 'job', 'le', 'level', 'method', 'mode', 'operation', 'outcome',
    'rail', 'reason', 'result', 'route', 'status', 'version'];
  await shop.get('/payments/me@example.com?name=Hanako');
  await server.request('BREW', '/api/v1/coffee');
  const now = await scrape();
  for (const { labels } of now.samples())
    for (const label of Object.keys(labels)) assert.ok(ALLOWED.includes(label), label);
  const methods = new Set(now.samples().map(({ labels }) => labels.method).filter(Boolean));
  for (const method of methods) assert.ok(['GET', 'POST', 'PATCH', 'PUT', 'DELETE', '-'].includes(method), method);
  for (const secret of [shop.id, seller, shop.key, shop.publishable, CARD.number, CARD.name, 'A marketplace', SECRET,
    'Payout', '127.0.0.1', 'example.com', 'Hanako', 'coffee', 'BREW', path.basename(String(server.db))])
    assert.ok(!now.text.includes(secret), secret);
});

test('without the option nothing listens, and an address that cannot be had is one line', async () => {
  const quiet = await Server.start();
  assert.equal(await addressOf(quiet), undefined);
  await quiet.stop();
  await quiet.audit();
  const { host } = new URL(address);
  for (const [value, code, words] of [[host, 1, 'in use'], ['203.0.113.1:9', 1, '--metrics'], ['9100', 2, '--metrics'],
    [':9100', 2, '--metrics'], ['example.com:9100', 1, 'numeric']]) {
    const { code: got, stdout, stderr } = await run('serve', '--db', quiet.db, '--listen', '127.0.0.1:0', '--metrics', value);
    assert.equal(got, code, `${value}: ${stderr}`);
    assert.equal(stdout, '');
    assert.ok(stderr.includes(words) && stderr.includes('--metrics'), stderr);
  }
});

// Goal:   a scrape costs as much when the database is old as when it is new.
// Method: the plan of each statement: what grows with time is only ever searched by an index that holds what is open.
test('a scrape never scans a table that grows with age', ONLY_SQLITE, async () => {
  const file = fs.readFileSync(path.join(TOP, 'src/store/sql/figures.sql'), 'utf8');
  const statements = file.split('-- name: ').slice(1).map((part) => part.replace(/^.*\n/, '').replace(/--.*/g, ''));
  assert.equal(statements.length, 5);
  for (const statement of statements) {
    const bound = statement.replace(/\$(\d)/g, '?$1');
    const plan = (await sql(server.db, `EXPLAIN QUERY PLAN ${bound}`)).split('\n').filter((line) => /SCAN|SEARCH/.test(line));
    assert.ok(plan.length > 0, bound);
    for (const step of plan) {
      const [, how, what] = /(SCAN|SEARCH) (\w+)/.exec(step);
      // t is the directory of tenants; d, w, r and l are what the limit has let through. An index of what is stuck is small.
      if (how === 'SCAN') assert.ok(['tenant', 't', 'd', 'w', 'p', 'r', 'l', 'CONSTANT'].includes(what), `${step}: ${bound}`);
      if (what === 'p') assert.match(step, /INDEX (payment_refused|payment_late)/, `${step}: ${bound}`);
      if (what === 'o') assert.match(step, /webhook_delivery_due|operation_open/, `${step}: ${bound}`);
    }
  }
});

test('without its database a server still tells the rest, and nothing old', ONLY_POSTGRES, async () => {
  const db = await freshDatabase();
  const at = new URL(db);
  const proxy = await Proxy.start(at.hostname, Number(at.port));
  at.port = proxy.at;
  const far = await Server.start({ db: alsoKnownAs(db, at.href), args: ['--metrics', '127.0.0.1:0'] });
  const there = await addressOf(far);
  const serves = async () => {
    const now = await scrape(there);
    return now.get('kessai_store_up') === 1 && now.get('kessai_tenants', { mode: 'test' }) === 1;
  };
  await far.marketplace();
  await until('the store', serves);
  proxy.server.close();
  proxy.cutAll();
  const without = await until('a scrape without the store', async () => {
    const now = await scrape(there);
    return now.get('kessai_store_up') === 0 && now;
  });
  for (const name of ['kessai_tenants', 'kessai_outbox_waiting', 'kessai_operations_open', 'kessai_ledger_transactions_total'])
    assert.equal(without.get(name), undefined, name);
  assert.ok(without.get('process_resident_memory_bytes') > 0);
  await new Promise((resolve) => proxy.server.listen(proxy.at, '127.0.0.1', resolve));
  await until('the store again', serves);
  await far.stop();
  await far.audit();
});

test('the page of the metrics is what the table says', async () => {
  const { code, stdout } = await run('help', '--metrics');
  assert.equal(code, 0);
  assert.equal(fs.readFileSync(path.join(TOP, 'doc/metrics.md'), 'utf8'), stdout,
    'run: build/kessai help --metrics > doc/metrics.md');
  const now = await scrape();
  for (const name of now.families.keys()) assert.ok(stdout.includes(`| \`${name}\` |`), name);
});

test('the page for operators knows every event of the log, and no metric that is not there', async () => {
  const page = fs.readFileSync(path.join(TOP, 'doc/operations.md'), 'utf8');
  const rows = [...fs.readFileSync(path.join(TOP, 'src/base/log.def'), 'utf8').matchAll(/^LOG\((\w+),\s*(\w+),/gm)];
  assert.ok(rows.length > 10);
  for (const [, event, level] of rows)
    assert.ok(page.includes(`| ${event} | ${level.toLowerCase()} |`), `${event} (${level}) in doc/operations.md`);
  const names = new Set((await scrape()).samples().map(({ name }) => name));
  const used = [...page.matchAll(/\b(?:kessai|process)_[a-z_]+\b/g)].map(([name]) => name);
  const { families } = await scrape();
  for (const name of used) assert.ok(names.has(name) || families.has(name), `${name} of doc/operations.md`);
});

closes(server);
