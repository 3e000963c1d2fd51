// SPDX-License-Identifier: Apache-2.0
// migrate.test.mjs: `kessai migrate-store` copies a whole store into an empty one of either kind, and
// `kessai distribute` tells a cluster how a store is spread.
//
// No Citus cluster is run here: its two functions and its table are stood in for by ones that write down what they were
// asked.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { ONLY_POSTGRES, freshDatabase, isUrl, keyFileOf, sql } from '../lib/database.mjs';
import { SEED } from '../lib/load.mjs';
import { Receiver } from '../lib/receiver.mjs';
import { CARD, Merchant, Server, ok, run, until } from '../lib/server.mjs';
import { Traffic } from '../lib/traffic.mjs';

console.log(`seed ${SEED}`);

/** A store with something in most tables; its server has stopped. */
async function filled(kind) {
  const db = await freshDatabase({ kind });
  const server = await Server.start({ db, args: ['--allow-private-webhooks'] });
  const traffic = await Traffic.start([server], SEED);
  const receiver = await Receiver.start();
  await server.cli('webhook', 'add', '--merchant', traffic.merchant.id, '--url', receiver.url, '--secret', '秘密');
  await server.cli('merchant', 'rate', '--merchant', traffic.merchant.id, '--method', 'credit_card', '--percent', '3.25');
  await traffic.more(150);
  await traffic.stop();
  await traffic.check();
  const token = ok(await traffic.merchant.post('/tokens', { payment_details: { ...CARD, name: 'Ω "quoted" \\ 山田' } }));
  await traffic.merchant.authorize(1000, { metadata: { a: 'ü\n' }, description: '' });
  const events = ok(await traffic.merchant.get('/events?per_page=100'));
  const payments = ok(await traffic.merchant.get('/payments?per_page=100'));
  traffic.close();
  await server.stop();
  return { db, merchant: traffic.merchant, subs: traffic.subs, token, events, payments, receiver };
}

/** The copy serves: what was answered before is answered so again, tokens open, webhooks are signed. */
async function serves(db, from) {
  fs.copyFileSync(keyFileOf(from.db), keyFileOf(db));
  const server = await Server.start({ db, args: ['--allow-private-webhooks'] });
  const { merchant } = from;
  const there = new Merchant(server, { id: merchant.id, secret_key: merchant.key, publishable_key: merchant.publishable });
  assert.deepEqual(ok(await there.get('/payments?per_page=100')), from.payments);
  assert.deepEqual(ok(await there.get('/events?per_page=100')), from.events);
  const before = from.receiver.deliveries.length;
  await there.pay(1000, [[from.subs[0], 1000, 100]], { payment_details: from.token.id });
  await until('a webhook of the copy', () => from.receiver.deliveries.length > before);
  await server.stop();
  await server.audit();
}

const migrate = (from, to) => run('migrate-store', '--from', from, '--to', to);

async function refuses(words, from, to) {
  const { code, stderr } = await migrate(from, to);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^kessai[^\n]+\n$/);
  for (const word of words) assert.ok(stderr.includes(word), `${word} in: ${stderr}`);
}

/** The lines of a copy as {table: [rows, hash]}. */
function tablesOf(stdout) {
  const lines = stdout.trim().split('\n');
  assert.match(lines.pop(), /rows are equal on both sides/);
  return Object.fromEntries(lines.map((line) => {
    const [, table, rows, hash] = /^(\w+) +(\d+) ([0-9a-f]{64})$/.exec(line);
    return [table, [Number(rows), hash]];
  }));
}

const KINDS = ['sqlite', 'postgres'];
const first = ONLY_POSTGRES.skip ? undefined : await filled('sqlite');

// Goal:   a copy of a copy, from SQLite to PostgreSQL, PostgreSQL, SQLite and SQLite, has the same hashes as
//         the first store, audits clean
//         and serves; the source is as it was.
test('a_store_goes_round_all_directions_unchanged', ONLY_POSTGRES, async () => {
  let from = first.db, told;
  for (const kind of ['postgres', 'postgres', 'sqlite', 'sqlite']) {
    const to = await freshDatabase({ kind });
    const { code, stdout, stderr } = await migrate(from, to);
    assert.equal(code, 0, stderr);
    const tables = tablesOf(stdout);
    told ??= tables;
    assert.deepEqual(tables, told, `${from} to ${to}`);
    const audit = await run('audit', '--db', to);
    assert.equal(audit.stdout + audit.stderr, '0 findings\n');
    from = to;
  }
  assert.ok(told.payment[0] > 50 && told.event[0] > 50 && told.token[0] > 0 && told.webhook_endpoint[0] === 1);
  for (const table of Object.keys(told))
    assert.equal(Number(await sql(first.db, `SELECT count(*) FROM ${table}`)), told[table][0], table);
});

for (const [from, to] of [['sqlite', 'postgres'], ['postgres', 'sqlite']])
  test(`a copy from ${from} to ${to} serves with the same key file`, ONLY_POSTGRES, async () => {
    const source = from === 'sqlite' ? first : await filled(from);
    const target = await freshDatabase({ kind: to });
    assert.equal((await migrate(source.db, target)).code, 0);
    await serves(target, source);
  });

for (const kind of KINDS)
  test(`a copy to or from ${kind} is refused where it would lose something`, ONLY_POSTGRES, async () => {
    const server = await Server.start({ db: await freshDatabase({ kind }) });
    await server.marketplace();
    const empty = await freshDatabase({ kind: kind === 'sqlite' ? 'postgres' : 'sqlite' });
    await refuses(['--from', 'a server is running'], server.db, empty);
    await refuses(['--to', 'a server is running'], first.db, server.db);
    await server.stop();
    await refuses(['--to', 'is not empty'], first.db, server.db);
    await refuses(['--to', 'the same'], server.db, server.db);
    await server.audit();
    assert.equal((await migrate(server.db, empty)).code, 0, 'the refusals have left the target empty');
  });

test('a_copy_from_nowhere_is_refused', ONLY_POSTGRES, async () => {
  const empty = await freshDatabase({ kind: 'sqlite' });
  await refuses(['--from', 'there is no database'], `${empty}.missing`, empty);
  await refuses(['--from'], 'postgres://127.0.0.1:1/x', empty);
  const foreign = await freshDatabase({ kind: 'postgres' });
  await sql(foreign, 'CREATE TABLE other (id BIGINT)');
  await refuses(['--from', 'another program'], foreign, empty);
  await refuses(['--to', 'another program'], first.db, foreign);
});

// ---- distribute --------------------------------------------------------------------------------

const distribute = (db) => run('distribute', '--db', db);

test('distribute_refuses_what_is_no_cluster', ONLY_POSTGRES, async () => {
  const server = await Server.start({ db: await freshDatabase({ kind: 'postgres' }) });
  for (const db of [server.db, first.db]) {
    const { code, stdout, stderr } = await distribute(db);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, isUrl(db) ? /^kessai[^\n]+no citus extension[^\n]+\n$/ : /^kessai[^\n]+SQLite[^\n]+\n$/);
  }
  await server.stop();
  await server.audit();
});

const STAND_IN = `
  CREATE TABLE asked (at SERIAL, what TEXT, t REGCLASS, col TEXT, beside TEXT);
  CREATE TABLE pg_dist_partition (logicalrelid REGCLASS);
  CREATE FUNCTION create_distributed_table(t REGCLASS, col TEXT, colocate_with TEXT DEFAULT 'default') RETURNS void AS
    'INSERT INTO asked (what, t, col, beside) VALUES (''distributed'', t, col, colocate_with);
     INSERT INTO pg_dist_partition VALUES (t)' LANGUAGE sql;
  CREATE FUNCTION create_reference_table(t REGCLASS) RETURNS void AS
    'INSERT INTO asked (what, t) VALUES (''reference'', t); INSERT INTO pg_dist_partition VALUES (t)' LANGUAGE sql;
  UPDATE pg_extension SET extname = 'citus' WHERE extname = 'plpgsql'`;

// Goal:   every table with a tenant is distributed by it, all beside the table of tenants, which is first; the others
//         become reference tables; a second run asks for nothing.
test('distribute_asks_for_every_table_once', ONLY_POSTGRES, async () => {
  const server = await Server.start({ db: await freshDatabase({ kind: 'postgres' }) });
  await server.marketplace();
  const tables = (await sql(server.db, `SELECT c.relname, EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid
    AND a.attname = 'tenant') FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    ORDER BY 1`)).trim().split('\n').map((line) => line.split('|'));
  await sql(server.db, STAND_IN);
  const { code, stdout, stderr } = await distribute(server.db);
  assert.equal(code, 0, stderr);
  const asked = (await sql(server.db, 'SELECT what, t, col, beside FROM asked ORDER BY at')).trim().split('\n');
  assert.equal(asked[0], 'distributed|tenant|tenant|default');
  const wanted = tables.filter(([name]) => name !== 'tenant').map(([name, hasTenant]) =>
    (hasTenant === 't' ? `distributed|${name}|tenant|tenant` : `reference|${name}||`));
  assert.deepEqual(asked.slice(1).sort(), wanted.sort());
  const [, many, few] = /^(\d+) tables distributed by tenant, (\d+) shared, 0 were so already\n$/.exec(stdout);
  assert.equal(Number(many) + Number(few), tables.length);
  const again = await distribute(server.db);
  assert.equal(again.stdout, `0 tables distributed by tenant, 0 shared, ${tables.length} were so already\n`);
  await server.stop();
});
