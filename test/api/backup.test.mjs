// SPDX-License-Identifier: Apache-2.0
// backup.test.mjs: `kessai backup` copies a store that is in use, and the copy is a store.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ONLY_POSTGRES, ONLY_SQLITE, sql } from '../lib/database.mjs';
import { SEED, beside, client } from '../lib/load.mjs';
import { CARD, Merchant, Server, closes, folder, ok, run, split, until } from '../lib/server.mjs';

console.log(`seed ${SEED}`);
const server = await Server.start();
const place = folder();

/** Payments from eight clients until the work is done; those that were acknowledged before a moment. */
async function underLoad(work) {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  const api = client(() => Number(new URL(server.base).port), shop.key);
  const told = [];
  let isOver = false;
  const load = beside(8, async () => {
    while (!isOver) {
      const made = await api.call('POST', '/payments', { amount: 1000, tax: 0, currency: 'JPY', payment_details: CARD,
        platform_details: split([seller, 1000, 100]) });
      assert.equal(made.status, 200, made.text);
      told.push(made.json);
    }
  });
  load.catch(() => { isOver = true; });
  await until('100 payments before it', () => isOver || told.length >= 100);
  const before = told.length;
  try {
    await work();
  } finally {
    isOver = true;
  }
  await load;
  api.close();
  return { shop, seller, before: told.slice(0, before), all: told };
}

// Goal:   a copy made under load is one state of the store: it audits clean, holds all that was acknowledged before it
//         began, and serves with the key file.
test('a_backup_under_load_is_a_whole_store', ONLY_SQLITE, async () => {
  const copies = [1, 2, 3].map((n) => path.join(place, `copy${n}.db`));
  const { shop, seller, before, all } = await underLoad(async () => {
    for (const copy of copies) {
      const { code, stdout, stderr } = await run('backup', '--db', server.db, '--to', copy);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /key file/);
    }
  });
  for (const copy of copies) {
    const audit = await run('audit', '--db', copy);
    assert.equal(audit.stdout + audit.stderr, '0 findings\n');
    assert.equal(fs.statSync(copy).mode & 0o077, 0, 'for its owner only');
    assert.equal(await sql(copy, 'PRAGMA integrity_check'), 'ok\n');
  }
  assert.ok(all.length > before.length, 'payments went on meanwhile');
  fs.copyFileSync(`${server.db}.key`, `${copies[0]}.key`);
  const restored = await Server.start({ db: copies[0] });
  const there = new Merchant(restored, { id: shop.id, secret_key: shop.key, publishable_key: shop.publishable });
  for (const payment of before) assert.deepEqual(ok(await there.get(`/payments/${payment.id}`)), payment);
  const { total } = ok(await there.get('/payments?per_page=1&status=captured'));
  assert.ok(total >= before.length && total <= all.length, `${total} payments in the copy`);
  assert.equal(await there.balance(seller), 900 * total);
  await there.pay(1000, [[seller, 1000, 100]]);
  await restored.stop();
  await restored.audit();
  assert.deepEqual(fs.readdirSync(place).filter((name) => name.endsWith('.part')), []);
});

test('a_backup_replaces_nothing_and_says_what_is_wrong', ONLY_SQLITE, async () => {
  const there = path.join(place, 'there');
  fs.writeFileSync(there, 'keep me');
  const fails = async (word, ...args) => {
    const { code, stdout, stderr } = await run('backup', ...args);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^kessai[^\n]+\n$/);
    assert.ok(stderr.includes(word), stderr);
  };
  await fails('is there already', '--db', server.db, '--to', there);
  assert.equal(fs.readFileSync(there, 'utf8'), 'keep me');
  fs.symlinkSync(path.join(place, 'nowhere'), path.join(place, 'link'));
  await fails('is there already', '--db', server.db, '--to', path.join(place, 'link'));
  await fails('no/such', '--db', server.db, '--to', path.join(place, 'no/such/file'));
  await fails('there is no database', '--db', path.join(place, 'missing.db'), '--to', path.join(place, 'x'));
  await fails('file is not a database', '--db', there, '--to', path.join(place, 'y'));
  for (const name of ['x', 'y', 'y.part', 'nowhere']) assert.ok(!fs.existsSync(path.join(place, name)), name);
  await fails('pg_dump', '--db', 'postgres://127.0.0.1/x', '--to', path.join(place, 'x'));
});

test('a_backup_of_postgres_names_its_tools', ONLY_POSTGRES, async () => {
  const { code, stderr } = await run('backup', '--db', server.db, '--to', path.join(place, 'x'));
  assert.equal(code, 1);
  assert.match(stderr, /^kessai[^\n]+pg_dump[^\n]+\n$/);
  assert.ok(!fs.existsSync(path.join(place, 'x')));
});

closes(server);
