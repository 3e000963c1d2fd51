// SPDX-License-Identifier: Apache-2.0
// operators.test.mjs: people of the operator, their keys and what each may do. That no other route takes such a key, and no
// other key opens a route of theirs, is held over the whole table in access.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, closes, ok, refused, Server, until } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.marketplace();
const ALL = ['review', 'payout', 'approve', 'resolve', 'correct'];

/** A new person: what the command prints. */
const add = async (merchant, name, ...rights) =>
  (await server.cli('operator', 'add', '--merchant', merchant, '--name', name, ...rights.flatMap((right) => ['--right', right])))[0];
const list = () => server.cli('operator', 'list');
const own = (person) => new Client(server, person.key).get('/operator');

/** What a command that fails says. */
async function fails(...args) {
  try {
    await server.cli(...args);
  } catch (error) {
    return `${error.code ?? ''} ${error.stderr ?? ''} ${error.message}`;
  }
  return assert.fail(`${args.join(' ')} did not fail`);
}

test('a person has a key that tells who it is and what it may do', async () => {
  const person = await add(shop.id, '佐藤 花', 'approve', 'review');
  assert.match(person.key, /^ok_test_[0-9a-z]{40}$/);
  assert.deepEqual(person.rights, ['review', 'approve']);
  assert.equal(person.live, false);
  assert.equal(person.merchant, shop.id);
  const said = ok(await own(person));
  assert.equal(typeof said.created_at, 'string');
  delete said.created_at;
  assert.deepEqual(said, { id: person.id, resource: 'operator', name: '佐藤 花', rights: ['review', 'approve'],
    merchant: shop.id, live: false });
});

test('one without a right is told just that', async () => {
  const person = await add(shop.id, 'Guest');
  assert.deepEqual(ok(await own(person)).rights, []);
});

test('rights may repeat and are a set', async () => {
  const person = await add(shop.id, 'All', ...ALL, 'review', 'review');
  assert.deepEqual(ok(await own(person)).rights, ALL);
});

test('the key of a live platform says so', async () => {
  const live = await server.marketplace('--live');
  const person = await add(live.id, 'Live', 'payout');
  assert.match(person.key, /^ok_live_/);
  assert.equal(ok(await own(person)).live, true);
});

test('the list has everybody and no key', async () => {
  const person = await add(shop.id, 'Listed', 'resolve');
  const lines = await list();
  const line = lines.find(({ id }) => id === person.id);
  assert.deepEqual(Object.keys(line), ['merchant', 'id', 'name', 'rights', 'created_at', 'disabled_at']);
  assert.deepEqual([line.merchant, line.name, line.rights, line.disabled_at], [shop.id, 'Listed', ['resolve'], null]);
  assert.ok(!JSON.stringify(lines).includes('ok_'));
});

test('a key that is disabled opens nothing any more, for good', async () => {
  const person = await add(shop.id, 'Leaver', 'payout');
  const other = await add(shop.id, 'Stays', 'payout');
  ok(await own(person));
  await server.cli('operator', 'disable', '--id', person.id);
  await until('the key is refused', async () => (await own(person)).status === 401);
  refused(await own(person), 401, 'unauthorized');
  ok(await own(other));
  const at = async () => (await list()).find(({ id }) => id === person.id).disabled_at;
  const first = await at();
  assert.match(first, /^\d{4}-/);
  await server.cli('operator', 'disable', '--id', person.id);
  assert.equal(await at(), first, 'once more changes nothing');
});

test('a key of nobody, or changed in one place, is 401', async () => {
  const person = await add(shop.id, 'Typo', 'payout');
  for (const key of [`ok_test_${'x'.repeat(40)}`, `${person.key.slice(0, -1)}${person.key.endsWith('a') ? 'b' : 'a'}`,
    person.key.replace('ok_test_', 'sk_test_'), person.key.replace('ok_test_', 'ok_live_'), shop.key.replace('sk_', 'ok_')])
    refused(await new Client(server, key).get('/operator'), 401, 'unauthorized');
});

test('the command line refuses what cannot be', async () => {
  const before = (await list()).length;
  assert.match(await fails('operator', 'add', '--merchant', shop.id, '--name', 'x', '--right', 'everything'),
    /--right must be one of review, payout, approve, resolve, correct/);
  const [payout] = await shop.payouts(1);
  assert.match(await fails('operator', 'add', '--merchant', payout, '--name', 'x'), /--merchant: a sub-merchant has no operators/);
  assert.match(await fails('operator', 'add', '--merchant', '0123456789abcdefghijklmno', '--name', 'x'), /--merchant: there is no merchant/);
  assert.match(await fails('operator', 'disable', '--id', '0123456789abcdefghijklmno'), /--id: there is no operator with this id/);
  assert.equal((await list()).length, before);
});

closes(server);
