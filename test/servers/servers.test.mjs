// SPDX-License-Identifier: Apache-2.0
// servers.test.mjs: several servers on one database: one idempotency space, one sequence, each job and webhook once.
//
// KESSAI_SEED repeats the choices. A server's lease is a few seconds, so the tests that wait for one to end take a while.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ONLY_POSTGRES, freshDatabase, sql } from '../lib/database.mjs';
import { SEED, beside, client, idKey, insist, over, sleep } from '../lib/load.mjs';
import { Receiver } from '../lib/receiver.mjs';
import { Merchant, Server, ok, refused, split, until } from '../lib/server.mjs';
import { Traffic } from '../lib/traffic.mjs';

console.log(`seed ${SEED}`);

/** So many servers on a database of their own; their numbers rise in the order in which they start. */
async function servers(count) {
  const db = await freshDatabase();
  const list = [];
  for (let i = 0; i < count; i++)
    list.push(await Server.start({ db, args: ['--allow-private-webhooks'] }));
  return list;
}

/** Ends those that still run, and the books are right. */
async function end(list) {
  for (const server of list)
    if (server.child.exitCode === null && server.child.signalCode === null) await server.stop();
  await list[0].audit();
}

/** The same merchant, by way of another server. */
const via = (server, merchant) =>
  new Merchant(server, { id: merchant.id, secret_key: merchant.key, publishable_key: merchant.publishable });

const keyOf = (id) => (BigInt([...id].reduce((n, c) => n * 36n + BigInt(parseInt(c, 36)), 0n)) >> 64n).toString();

/** Whose server runs the jobs of a merchant's tenant: its place in the list. */
async function owner(list, merchant) {
  const [node] = (await sql(list[0].db, `SELECT s.node FROM job_lease l JOIN server s ON s.node = l.node AND
    s.token = l.token WHERE l.tenant = ${keyOf(merchant.id)}`)).split('\n');
  return node === '' ? -1 : Number(node);
}

// Goal:   the same key sent to two servers at once has one effect, and both answer the same bytes.
// Method: 60 keys, each sent to both servers four times at the same moment.
test('one_key_at_two_servers_has_one_effect', ONLY_POSTGRES, async () => {
  const list = await servers(2);
  const merchant = await list[0].marketplace();
  const [seller] = await merchant.payouts(1);
  const apis = list.map((server) =>
    client(() => Number(new URL(server.base).port), merchant.key, { connections: 16 }));
  const before = (await apis[0].get('/payments?per_page=1')).total;
  const keys = Array.from({ length: 60 }, (_, i) => `twin ${SEED} ${i}`);
  await over(keys, 4, async (key) => {
    const body = { amount: 1000, currency: 'JPY', tax: 0, platform_details: split([seller, 1000, 100]),
      payment_details: { type: 'credit_card', name: 'Taro Yamada', number: '4111111111111111', month: '12',
        year: '2035', verification_value: '123' } };
    const answers = await beside(8, (lane) => insist(() => apis[lane % 2].call('POST', '/payments', body, { key })));
    for (const answer of answers) {
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.text, answers[0].text);
    }
  });
  assert.equal((await apis[1].get('/payments?per_page=1')).total - before, keys.length);
  apis.forEach((api) => api.close());
  await end(list);
});

// Goal:   three servers under mixed load do everything once, and every event reaches the receiver once.
test('three_servers_do_each_thing_once_and_send_each_event_once', ONLY_POSTGRES, async () => {
  const list = await servers(3);
  const traffic = await Traffic.start(list, SEED);
  const receiver = await Receiver.start();
  await list[0].cli('webhook', 'add', '--merchant', traffic.merchant.id, '--url', receiver.url, '--secret', 's');
  await traffic.more(600);
  await traffic.stop();
  const figures = await traffic.check();
  await until('every delivery is recorded', async () =>
    await sql(list[0].db, 'SELECT count(*) FROM webhook_delivery WHERE state = 1') === '0\n');
  const ids = receiver.deliveries.map((delivery) => delivery.event.id);
  assert.equal(new Set(ids).size, ids.length, 'no event came twice');
  assert.equal(ids.length, Number(await sql(list[0].db, 'SELECT count(*) FROM webhook_delivery')));
  console.log(figures, `${ids.length} webhooks`);
  traffic.close();
  await end(list);
});

// Goal:   a command that waits for a payment's operation is answered when that ends on the other server.
test('a_command_waits_for_an_operation_of_another_server', ONLY_POSTGRES, async () => {
  const list = await servers(2);
  const shop = await list[0].marketplace(), there = via(list[1], shop);
  const [seller] = await shop.payouts(1);
  for (let i = 0; i < 3; i++) {
    const { id } = await shop.authorize(1000);
    const slow = shop.post(`/payments/${id}/capture`, { platform_details: split([seller, 1000, 0]) },
      { 'Komoju-Scenario': 'delay:1500' });
    await until('the capture is under way', async () =>
      await sql(list[0].db, `SELECT count(*) FROM operation WHERE payment = ${keyOf(id)} AND due_us > 0`) === '1\n');
    refused(await there.post(`/payments/${id}/cancel`), 422, 'not_cancellable');
    assert.equal(ok(await slow).status, 'captured');
  }
  await end(list);
});

// Goal:   the clock helper moves one clock, whichever server is asked, and a deadline that has passed ends a payment once.
test('the_clock_is_one_and_a_deadline_passes_once', ONLY_POSTGRES, async () => {
  const list = await servers(2);
  const shop = await list[0].marketplace(), there = via(list[1], shop);
  const held = [];
  for (let i = 0; i < 20; i++) held.push(await (i % 2 ? shop : there).authorize(1000));
  const before = Date.parse(await shop.clock());
  const moved = Date.parse(await there.clock({ advance_s: 40 * 86400 }));
  const seen = Date.parse(await shop.clock());
  const after = Date.parse(await there.clock());
  assert.ok(moved >= before + 40 * 86400000, `${before} was moved to ${moved}`);
  assert.ok(moved <= seen && seen <= after, `one time at both: ${moved}, ${seen}, ${after}`);
  await until('all have expired', async () => ok(await shop.get('/payments?status=expired')).total === held.length);
  const events = ok(await there.get('/events?per_page=100')).data;
  const expired = events.filter((event) => event.type === 'payment.expired').map((event) => event.data.id);
  assert.deepEqual(expired.sort(), held.map((payment) => payment.id).sort());
  events.forEach((event, at) => assert.equal(idKey(event.id), events.length - at));
  await end(list);
});

const RECEIVER_MS = 30;

/** Traffic with a receiver that answers after a moment, so that some deliveries are always under way. */
async function withReceiver(list) {
  const traffic = await Traffic.start(list, SEED + 7, { lanes: 6, timeout_ms: 2000 });
  const receiver = await Receiver.start(() => sleep(RECEIVER_MS).then(() => 200));
  await list[0].cli('webhook', 'add', '--merchant', traffic.merchant.id, '--url', receiver.url, '--secret', 's');
  await until('somebody runs its jobs', async () => receiver.deliveries.length > 0);
  return { traffic, receiver };
}

const recorded = async (db) => new Set((await sql(db, 'SELECT event_seq FROM webhook_delivery WHERE state = 2'))
  .trim().split('\n').map(Number));

/** Every event has come; those in `once` a single time. */
async function checkDeliveries(db, receiver, once) {
  await until('every delivery is recorded', async () =>
    await sql(db, 'SELECT count(*) FROM webhook_delivery WHERE state = 1') === '0\n');
  const counts = new Map();
  for (const { event } of receiver.deliveries)
    counts.set(idKey(event.id), (counts.get(idKey(event.id)) ?? 0) + 1);
  assert.equal(counts.size, Number(await sql(db, 'SELECT count(*) FROM webhook_delivery')));
  for (const seq of once) assert.equal(counts.get(seq), 1, `event ${seq} was recorded and has come again`);
  const again = [...counts.values()].filter((count) => count > 1).length;
  console.log(`${counts.size} events came, ${again} of them more than once`);
}

// Goal:   the jobs of a server that is killed go on at the other: what was recorded as delivered is not sent again,
//         all else is delivered; what the dead server left open is resolved; no call is lost or doubled.
test('a_killed_server_is_taken_over', ONLY_POSTGRES, async () => {
  const list = await servers(2);
  const { traffic, receiver } = await withReceiver(list);
  await traffic.more(200);
  const dead = list[await owner(list, traffic.merchant)];
  assert.ok(dead, 'one of the two has the jobs');
  dead.child.kill('SIGKILL');
  await dead.ended;
  await until('its connections are gone', async () => await sql(dead.db, `SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle in transaction'`) === '0\n');
  const once = await recorded(dead.db);
  await traffic.more(200);
  await traffic.stop();
  const left = list.find((server) => server !== dead);
  const figures = await traffic.check();
  await checkDeliveries(left.db, receiver, once);
  assert.equal(await owner(list, traffic.merchant), list.indexOf(left));
  console.log(figures);
  traffic.close();
  await end([left]);
});

// Goal:   a server that stood still for longer than its lease does nothing twice when it goes on; only a delivery that was
//         under way at that moment may come again from the other.
test('a_server_that_stood_still_does_nothing_twice', ONLY_POSTGRES, async () => {
  const list = await servers(2);
  const { traffic, receiver } = await withReceiver(list);
  await traffic.more(150);
  const first = await owner(list, traffic.merchant), still = list[first], other = list[1 - first];
  still.child.kill('SIGSTOP');
  const once = await recorded(other.db);
  const before = receiver.deliveries.length;
  await until('the other has the jobs', async () => await owner(list, traffic.merchant) === 1 - first);
  await traffic.more(15);
  await until('it delivers', () => receiver.deliveries.length > before);
  still.child.kill('SIGCONT');
  await traffic.more(150);
  await traffic.stop();
  const figures = await traffic.check();
  await checkDeliveries(other.db, receiver, once);
  for (const server of list) assert.ok(!server.stderr.includes('RAIL_CONTRADICTS'), 'the acquirer is asked of nothing twice');
  console.log(figures);
  traffic.close();
  await end(list);
});

// Goal:   servers come and go under load, by SIGTERM and by kill -9, and nothing is lost or doubled.
test('servers_come_and_go', ONLY_POSTGRES, async () => {
  const list = await servers(3);
  const traffic = await Traffic.start(list, SEED + 23);
  for (let i = 0; i < 6; i++) {
    const server = list[i % 3];
    await traffic.more(40);
    server.child.kill(i % 2 ? 'SIGTERM' : 'SIGKILL');
    assert.equal(await server.ended, i % 2 ? 0 : 'SIGKILL', server.stderr.slice(-2000));
    server.agent.destroy();
    await traffic.more(20);
    await server.begin();
  }
  await traffic.more(50);
  await traffic.stop();
  console.log(await traffic.check());
  traffic.close();
  await end(list);
});
