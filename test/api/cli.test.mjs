// SPDX-License-Identifier: Apache-2.0
// cli.test.mjs: the commands: help, usage, start-up errors, shutdown and the auditor's answer (design 5).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { ONLY_SQLITE, ON_POSTGRES, freshDatabase, sibling, sql } from '../lib/database.mjs';
import { CARD, closes, folder, ok, refused, run, Server, split, TOP, until } from '../lib/server.mjs';

const server = await Server.start();
const NOBODY = '0123456789abcdefghijklmno';
const place = folder();

const COMMANDS = [['serve'], ['merchant', 'create'], ['merchant', 'rate'], ['key', 'roll'], ['audit'],
  ['webhook', 'add'], ['webhook', 'list'], ['webhook', 'remove'], ['listen'], ['backup'], ['migrate-store'], ['distribute'],
  ['version']];

/** Runs beside the other tests, as it takes its time: a cancel that waits for a capture of 13 seconds. */
const locked = (async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  for (;;) {
    const { id } = await shop.authorize(1000);
    const slow = shop.post(`/payments/${id}/capture`, { platform_details: split([seller, 1000, 0]) },
      { 'Komoju-Scenario': 'delay:13000' });
    await shop.get(`/payments/${id}`); // on another connection, once the first is on its way
    const cancelled = await shop.post(`/payments/${id}/cancel`);
    if (cancelled.status !== 200) return { shop, id, slow, cancelled }; // otherwise it came first
  }
})();

/** A command that fails: exit status, nothing on standard output, one line on standard error that has the words. */
async function fails(code, words, ...args) {
  const done = await run(...args);
  assert.equal(done.code, code, `kessai ${args.join(' ')}: ${done.stderr}`);
  assert.equal(done.stdout, '');
  assert.match(done.stderr, /^kessai[^\n]+\n$/, args.join(' '));
  for (const word of words) assert.ok(done.stderr.includes(word), `${word} in: ${done.stderr}`);
}

for (const command of COMMANDS)
  test(`kessai ${command.join(' ')} --help tells its options and exits 0`, async () => {
    const { code, stdout, stderr } = await run(...command, '--help');
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(stdout.includes(`usage: kessai ${command.join(' ')}`));
    const usage = stdout.split('\n').find((line) => line.startsWith('usage:'));
    for (const [option] of usage.matchAll(/--[a-z-]+/g))
      assert.ok(stdout.includes(`\n  ${option}`), `${option} is explained`);
  });

test('the page of the commands is what the table says', async () => {
  const { code, stdout } = await run('help', '--markdown');
  assert.equal(code, 0);
  assert.equal(stdout, fs.readFileSync(path.join(TOP, 'doc/cli.md'), 'utf8'),
    'run: build/kessai help --markdown > doc/cli.md');
});

test('kessai --help names every command', async () => {
  const { code, stdout } = await run('--help');
  assert.equal(code, 0);
  for (const command of COMMANDS) assert.ok(stdout.includes(`  ${command.join(' ')}`));
});

test('bad usage is one line and exit status 2', async () => {
  const db = path.join(place, 'usage.db');
  await fails(2, ['--help']);
  await fails(2, ['nonsense'], 'nonsense');
  await fails(2, ['nonsense'], 'merchant', 'nonsense');
  await fails(2, ['--db'], 'serve');
  await fails(2, ['--listen'], 'serve', '--db', db);
  await fails(2, ['--nonsense'], 'serve', '--db', db, '--listen', '127.0.0.1:0', '--nonsense');
  await fails(2, ['--listen'], 'serve', '--db', db, '--listen');
  for (const listen of ['x', ':', '127.0.0.1', '127.0.0.1:x', '127.0.0.1:65536', '127.0.0.1:-1'])
    await fails(2, ['--listen'], 'serve', '--db', db, '--listen', listen);
  await fails(2, ['--db'], 'serve', '--db', db, '--db', db, '--listen', '127.0.0.1:0');
  await fails(2, ['--public-url'], 'serve', '--db', db, '--listen', '127.0.0.1:0', '--public-url', 'nowhere');
  await fails(2, ['--name'], 'merchant', 'create', '--db', db, '--kind', 'ordinary');
  await fails(2, ['--kind'], 'merchant', 'create', '--db', db, '--name', 'x', '--kind', 'king');
  await fails(2, ['--merchant'], 'key', 'roll', '--db', db, '--merchant', 'short');
  await fails(2, ['--percent'], 'merchant', 'rate', '--db', db, '--merchant', NOBODY, '--method', 'credit_card',
    '--percent', '3.25001');
  await fails(2, ['--secret'], 'webhook', 'add', '--db', db, '--merchant', NOBODY, '--url', 'https://x.example/');
  await fails(2, ['extra'], 'version', 'extra');
  assert.ok(!fs.existsSync(db), 'nothing was made');
});

test('version is one line', async () => {
  const { code, stdout } = await run('version');
  assert.equal(code, 0);
  assert.match(stdout, /^kessai \d+\.\d+\.\d+\n$/);
});

test('what cannot be opened is one clear line and exit status 1', async () => {
  const there = path.join(place, 'text.db');
  fs.writeFileSync(there, 'this is not a database, and long enough for nobody to think so'.repeat(100));
  const missing = path.join(place, 'missing.db');
  await fails(1, [missing], 'key', 'roll', '--db', missing, '--merchant', NOBODY);
  await fails(1, ['--db'], 'audit', '--db', missing);
  await fails(1, ['no/such'], 'serve', '--db', path.join(place, 'no/such/x.db'), '--listen', '127.0.0.1:0');
  await fails(1, ['--db'], 'serve', '--db', place, '--listen', '127.0.0.1:0');
  await fails(1, ['--db'], 'serve', '--db', there, '--listen', '127.0.0.1:0');
  await fails(1, ['--db'], 'audit', '--db', there);
  await fails(1, ['--db'], 'merchant', 'create', '--db', 'postgres://127.0.0.1:1/x', '--name', 'x', '--kind', 'ordinary');
  if (ON_POSTGRES) {
    await fails(1, ['--db', 'nowhere'], 'audit', '--db', sibling(server.db, 'nowhere'));
    const foreign = await freshDatabase();
    await sql(foreign, 'CREATE TABLE other (id BIGINT)');
    await fails(1, ['--db', 'another program'], 'serve', '--db', foreign, '--listen', '127.0.0.1:0');
  }
  await fails(1, ['merchant'], 'key', 'roll', '--db', server.db, '--merchant', NOBODY);
  await fails(1, ['merchant'], 'webhook', 'list', '--db', server.db, '--merchant', NOBODY);
});

test('a port that is taken is said', async () => {
  const taken = net.createServer();
  await new Promise((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address();
  await fails(1, ['--listen', 'in use'], 'serve', '--db', path.join(place, 'port.db'), '--listen', `127.0.0.1:${port}`);
  taken.close();
});

test('a key file of another database is not taken for this one\'s', async () => {
  const broken = path.join(place, 'key.db');
  fs.writeFileSync(`${broken}.key`, 'short');
  await fails(1, [`${broken}.key`], 'serve', '--db', broken, '--listen', '127.0.0.1:0');
});

test('a second server on the same file is refused, and the first goes on', ONLY_SQLITE, async () => {
  await fails(1, ['--db', 'another server'], 'serve', '--db', server.db, '--listen', '127.0.0.1:0');
  await fails(1, ['--db', 'another server'], 'serve', '--db', `sqlite:${server.db}`, '--listen', '127.0.0.1:0');
  ok(await server.request('GET', '/healthz'));
});

test('every command works beside a running server', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  await shop.pay(1000, [[seller, 1000, 0]]);
  await server.cli('merchant', 'rate', '--merchant', shop.id, '--method', 'credit_card', '--percent', '1');
  await server.cli('key', 'roll', '--merchant', shop.id);
  await server.cli('webhook', 'add', '--merchant', shop.id, '--url', 'https://shop.example/', '--secret', 's');
  await server.cli('webhook', 'list', '--merchant', shop.id);
  await server.cli('webhook', 'remove', '--merchant', shop.id, '--url', 'https://shop.example/');
  await server.audit();
});

test('merchant create prints one JSON line and takes live', async () => {
  for (const kind of ['ordinary', 'platform', 'marketplace'])
    for (const more of [[], ['--live']]) {
      const [made, ...others] = await server.cli('merchant', 'create', '--name', '店', '--kind', kind, ...more);
      assert.deepEqual(Object.keys(made), ['id', 'secret_key', 'publishable_key', 'live']);
      assert.equal(others.length, 0);
      assert.match(made.id, /^[0-9a-z]{25}$/);
      assert.equal(made.live, more.length > 0);
    }
});

test('SIGTERM: what is under way is answered, what comes later is not, and the status is 0', async () => {
  const other = await Server.start();
  const shop = await other.marketplace();
  const [seller] = await shop.payouts(1);
  const waiting = ['delay:5000', 'delay:6000'].map((scenario) =>
    shop.create(1000, [[seller, 1000, 0]], {}, { 'Komoju-Scenario': scenario }));
  await until('both are under way', async () => ok(await shop.get('/payments?status=pending')).total === 2);
  const stopped = other.stop();
  for (const payment of await Promise.all(waiting)) assert.equal(ok(payment).status, 'captured');
  await stopped;
  await assert.rejects(shop.get('/payments'));
  await other.audit();
});

test('SIGINT does the same', async () => {
  const other = await Server.start({ db: await freshDatabase() });
  other.child.kill('SIGINT');
  assert.equal(await other.ended, 0);
  await other.audit();
});

test('after a restart everything is there', async () => {
  const other = await Server.start();
  const shop = await other.marketplace();
  const [seller] = await shop.payouts(1);
  const payment = await shop.pay(1000, [[seller, 1000, 100]]);
  const token = ok(await shop.post('/tokens', { payment_details: CARD }));
  const events = ok(await shop.get('/events'));
  await other.stop();
  await other.begin();
  assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
  assert.deepEqual(ok(await shop.get('/events')), events);
  assert.equal(await shop.balance(seller), 900);
  const withToken = await shop.create(1000, [[seller, 1000, 0]], { payment_details: token.id });
  if (withToken.status !== 200) refused(withToken, 422, 'invalid_token', 'payment_details');
  await other.stop();
  await other.audit();
});

test('a killed server starts again and its books are right', async () => {
  const other = await Server.start();
  const shop = await other.marketplace();
  const [seller] = await shop.payouts(1);
  const payment = await shop.pay(1000, [[seller, 1000, 100]]);
  const hanging = shop.create(1000, [[seller, 1000, 0]], {}, { 'Komoju-Scenario': 'delay:20000' }).catch(() => null);
  await until('one is under way', async () => ok(await shop.get('/payments?status=pending')).total === 1);
  other.child.kill('SIGKILL');
  await other.ended;
  await hanging;
  await other.begin();
  assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
  await until('the unknown outcome is known', async () => {
    await shop.clock({ advance_s: 600 });
    return ok(await shop.get('/payments?status=pending')).total === 0;
  });
  assert.equal(await shop.balance(seller), 900);
  await other.stop();
  await other.audit();
});

test('audit: a changed row is a finding that names it, and exit status 1', async () => {
  const other = await Server.start();
  const shop = await other.marketplace();
  const [seller] = await shop.payouts(1);
  await shop.pay(1000, [[seller, 1000, 100]]);
  await other.stop();
  await other.audit();
  await sql(other.db, 'UPDATE payment SET amount_minor = amount_minor + 1');
  const { code, stdout, stderr } = await run('audit', '--db', other.db);
  assert.equal(code, 1);
  assert.match(stdout, /payment/);
  assert.match(stderr, /^kessai audit: \d+ findings\n$/);
});

test('what is being processed is waited for, and after ten seconds locked: 423, and can be tried again', async () => {
  const { shop, id, slow, cancelled } = await locked;
  refused(cancelled, 423, 'locked');
  assert.equal(ok(await slow).status, 'captured');
  refused(await shop.post(`/payments/${id}/cancel`), 422, 'not_cancellable');
});

test('/healthz says ok', async () => {
  assert.deepEqual(ok(await server.request('GET', '/healthz')), { status: 'ok' });
});

closes(server);
