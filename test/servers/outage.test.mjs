// SPDX-License-Identifier: Apache-2.0
// outage.test.mjs: the database goes away under load, in every way that a database has, and comes back: what was
// acknowledged is there once, what was not has happened once after it was asked for again, and meanwhile the answer is a
// clear 503.
//
// KESSAI_SEED repeats the choices, though not the moments.
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Cluster, Proxy, terminateBackends } from '../lib/cluster.mjs';
import { ONLY_POSTGRES, alsoKnownAs, freshDatabase, sibling, sql } from '../lib/database.mjs';
import { SEED, random, sleep } from '../lib/load.mjs';
import { Server, ok, refused, run, until } from '../lib/server.mjs';
import { Traffic } from '../lib/traffic.mjs';

console.log(`seed ${SEED}`);

const nameOf = (url) => new URL(url).pathname.slice(1);

/** Each test breaks a cluster of its own; they mostly wait, so a few run side by side. */
const BESIDE = { ...ONLY_POSTGRES, concurrency: 3 };

/** Traffic on servers of one database, the trouble, and then everything is as it should be. */
async function through(list, trouble, options) {
  const traffic = await Traffic.start(list, SEED + list.length, options);
  let figures;
  try {
    await traffic.more(100);
    await trouble(traffic);
    await traffic.more(200);
    await traffic.stop();
    figures = await traffic.check();
  } finally {
    traffic.close();
  }
  console.log(figures);
  for (const server of list) await server.stop();
  await list[0].audit();
  return figures;
}

const start = async (count, db) => {
  const list = [];
  for (let i = 0; i < count; i++) list.push(await Server.start({ db }));
  return list;
};

describe('the database goes away and comes back', BESIDE, () => {
  // Goal:   a network that says nothing any more, and closes nothing either, is noticed: who waits is told 503, and so is
  //         who comes then; when it speaks again all goes on by itself, and nothing is lost or doubled.
  //         First, as it takes longest: an acquirer that lost its books is silent for half a minute.
  // Method: a proxy swallows all bytes, under load on one server and calls one after the other at another; the
  //         connections of before stay dead for good.
  it('a_network_that_falls_silent_is_noticed', async () => {
    const cluster = await Cluster.start();
    const db = await freshDatabase({ cluster: cluster.url });
    const proxy = await Proxy.start('127.0.0.1', cluster.port);
    const by = new URL(db);
    by.port = proxy.at;
    const [busy, calm] = await start(2, alsoKnownAs(db, by.href));
    const shop = await calm.marketplace();
    const [seller] = await shop.payouts(1);
    const shown = await shop.pay(1000, [[seller, 1000, 0]]);
    const charge = (name) => shop.create(1000, [[seller, 1000, 0]], {}, { 'X-KOMOJU-IDEMPOTENCY': name });
    const show = () => shop.get(`/payments/${shown.id}`);
    const health = async () => (await calm.request('GET', '/healthz')).status;
    const NAMES = ['as it falls silent', 'in the silence'];
    await through([busy], async () => {
      proxy.hush();
      for (const name of NAMES)
        for (const ask of [() => charge(name), show]) {
          const reply = await ask();
          refused(reply, 503, 'service_unavailable');
          assert.ok(Number(reply.headers['retry-after']) > 0, 'it says when to come back');
        }
      assert.equal(await health(), 503);
      assert.ok(proxy.swallowed > 0);
      proxy.speak();
      await until('it serves again', async () => await health() === 200);
      assert.deepEqual(ok(await show()), shown);
      for (const name of NAMES) {
        const made = await until(`an answer to the call ${name}`, async () => {
          const reply = await charge(name);
          return reply.status !== 503 && reply.status !== 504 && reply;
        });
        assert.equal(ok(made).status, 'captured');
      }
      assert.equal(ok(await shop.get('/payments?per_page=1&status=captured')).total, 1 + NAMES.length);
      await calm.stop();
    });
  });

  it('connections_that_are_terminated_cost_nobody_anything', async () => {
    const cluster = await Cluster.start();
    const db = await freshDatabase({ cluster: cluster.url });
    const dice = random(SEED);
    let ended = 0;
    await through(await start(2, db), async (traffic) => {
      for (let i = 0; i < 25; i++) {
        await sleep(dice.between(5, 150));
        ended += await terminateBackends(cluster.url, nameOf(db));
        if (i % 5 === 4) await traffic.more(20);
      }
    });
    assert.ok(ended > 25, `${ended} connections were terminated`);
  });

  it('a_database_that_stops_at_once_and_starts_again_loses_nothing', async () => {
    const cluster = await Cluster.start();
    const db = await freshDatabase({ cluster: cluster.url });
    await through(await start(2, db), async (traffic) => {
      for (let i = 0; i < 3; i++) {
        await cluster.stop('immediate');
        for (const server of traffic.servers)
          await until('a server misses it', async () => (await server.request('GET', '/healthz')).status === 503);
        await cluster.again();
        await traffic.more(100);
      }
    });
  });

  // Goal:   while the database is gone every route says 503 service_unavailable with Retry-After, promptly and for as long
  //         as it takes, and then goes on by itself.
  it('without_a_database_everything_is_503_and_then_goes_on', async () => {
    const cluster = await Cluster.start();
    const db = await freshDatabase({ cluster: cluster.url });
    const [server] = await start(1, db);
    const shop = await server.marketplace();
    const [seller] = await shop.payouts(1);
    const payment = await shop.pay(1000, [[seller, 1000, 0]]);
    ok(await server.request('GET', '/healthz'));
    await cluster.stop('immediate');
    const unavailable = (reply) => {
      refused(reply, 503, 'service_unavailable');
      assert.ok(Number(reply.headers['retry-after']) > 0, 'it says when to come back');
    };
    const gone = Date.now();
    let asked = 0;
    for (; Date.now() < gone + 5000; asked++) {
      unavailable(await shop.create(1000, [[seller, 1000, 0]], {}, { 'X-KOMOJU-IDEMPOTENCY': `gone ${asked}` }));
      unavailable(await shop.get(`/payments/${payment.id}`));
      unavailable(await shop.get('/payments'));
      unavailable(await shop.post('/test_helpers/clock'));
      assert.equal((await server.request('GET', '/healthz')).status, 503);
    }
    assert.ok(asked > 5, `${asked} rounds while it was gone`);
    await cluster.again();
    await until('it serves again', async () => (await server.request('GET', '/healthz')).status === 200);
    assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
    for (let i = 0; i < asked; i++) { // none of those happened, and each key is still free
      const made = await until(`call ${i} has an answer`, async () => {
        const reply = await shop.create(1000, [[seller, 1000, 0]], {}, { 'X-KOMOJU-IDEMPOTENCY': `gone ${i}` });
        // a writer, and the acquirer's books, each have a connection of their own to find again
        return reply.status !== 503 && reply.status !== 504 && reply;
      });
      assert.equal(ok(made).status, 'captured');
    }
    assert.equal(ok(await shop.get('/payments?per_page=1&status=captured')).total, asked + 1);
    await server.stop();
    await server.audit();
  });

  // Goal:   when the primary dies, servers find its standby, and what was acknowledged is there.
  it('a_failover_to_another_address_loses_nothing', async () => {
    const primary = await Cluster.start();
    const db = await freshDatabase({ cluster: primary.url });
    const standby = await primary.standby();
    await primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
    await primary.sql('SELECT pg_reload_conf()');
    await until('the standby is waited for', async () =>
      await primary.sql('SELECT sync_state FROM pg_stat_replication') === 'sync\n');
    const both = alsoKnownAs(db,
      `postgres://kessai@127.0.0.1:${primary.port},127.0.0.1:${standby.port}/${nameOf(db)}`);
    await through(await start(2, both), async () => {
      await primary.stop('immediate');
      await standby.promote();
    });
    assert.equal(await sql(sibling(standby.url, nameOf(db)), 'SELECT pg_is_in_recovery()'), 'f\n');
  });

  // Goal:   a commit whose answer is lost is known for what it was: neither told twice nor done twice.
  // Method: a proxy cuts every tenth commit: before the database sees it, after it has answered, or both at once.
  it('a_commit_whose_answer_is_lost_is_resolved', async () => {
    const cluster = await Cluster.start();
    const db = await freshDatabase({ cluster: cluster.url });
    const dice = random(SEED + 3);
    let isCutting = false;
    const proxy = await Proxy.start('127.0.0.1', cluster.port, () =>
      (isCutting && dice.chance(10) ? dice.pick(['before', 'after', 'with']) : undefined));
    const by = new URL(db);
    by.port = proxy.at;
    const through_proxy = alsoKnownAs(db, by.href);
    await through(await start(2, through_proxy), async (traffic) => {
      isCutting = true;
      await until('each kind of cut has happened', async () => {
        await traffic.more(20);
        return Object.values(proxy.cuts).every((count) => count >= 10);
      }, 120000);
      isCutting = false;
    });
    console.log(proxy.cuts);
  });

  // Goal:   connections that are cut at any moment, all at once, cost nobody anything.
  it('connections_that_are_cut_cost_nobody_anything', async () => {
    const cluster = await Cluster.start();
    const db = await freshDatabase({ cluster: cluster.url });
    const proxy = await Proxy.start('127.0.0.1', cluster.port);
    const dice = random(SEED + 4);
    const by = new URL(db);
    by.port = proxy.at;
    await through(await start(2, alsoKnownAs(db, by.href)), async (traffic) => {
      for (let i = 0; i < 30; i++) {
        await sleep(dice.between(1, 120));
        proxy.cutAll();
        if (i % 6 === 5) await traffic.more(20);
      }
    });
  });

  // Goal:   a network that falls silent while a connection is being set up is noticed, and the next try succeeds.
  it('a_connection_that_falls_silent_at_its_start_is_given_up', async () => {
    const cluster = await Cluster.start();
    const db = await freshDatabase({ cluster: cluster.url });
    const proxy = await Proxy.start('127.0.0.1', cluster.port);
    const by = new URL(db);
    by.port = proxy.at;
    const create = () => run('merchant', 'create', '--db', by.href, '--name', 'A', '--kind', 'marketplace');
    proxy.hush('idle_in_transaction_session_timeout'); // the first thing that a connection says
    const silent = await create();
    assert.notEqual(silent.code, 0);
    assert.ok(proxy.swallowed > 0);
    assert.match(silent.stderr, /--db/);
    proxy.speak();
    assert.equal((await create()).code, 0);
  });

  // Goal:   TLS with a check of the server's certificate, and a password, work; a wrong one of either is said clearly.
  it('tls_and_a_password_work_and_are_checked', async () => {
    const safe = await Cluster.start('--tls', '--password');
    const db = await freshDatabase({ cluster: safe.url });
    const server = await Server.start({ db });
    const shop = await server.marketplace();
    const [seller] = await shop.payouts(1);
    await shop.pay(1000, [[seller, 1000, 0]]);
    assert.equal(await sql(db, `SELECT count(*) > 1 AND bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
      WHERE datname = current_database() AND application_name = 'kessai'`), 't\n');
    const fails = async (change, word) => {
      const url = new URL(db);
      change(url);
      const { code, stderr, stdout } = await run('audit', '--db', url.href);
      assert.equal(code, 1, stdout);
      assert.match(stderr, /^kessai[^\n]+\n$/);
      assert.ok(stderr.includes(word), stderr);
      assert.ok(!stderr.includes(new URL(db).password), 'the password is not shown');
    };
    await fails((url) => { url.password = 'wrong'; }, 'password');
    await fails((url) => { url.searchParams.set('sslmode', 'disable'); }, 'encryption');
    await fails((url) => { url.searchParams.set('sslrootcert', path.join(safe.dir, 'tls/server.crt')); }, 'certificate');
    await server.stop();
    await server.audit();
  });
});
