// SPDX-License-Identifier: Apache-2.0
// Clients that are slow on purpose, and more of them than the server can serve: the others do not notice, nothing is
// kept for ever, and whoever is refused is told when to come back and has changed nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { isUrl } from '../lib/database.mjs';
import { answers, connect, whole } from '../lib/raw.mjs';
import { CARD, DEADLINE_MS, Server, basic, closes, ok, until } from '../lib/server.mjs';

const SLOW = Number(process.env.KESSAI_SLOW ?? 1000); // of each kind
const HEADER_MS = 10000, BODY_MS = 30000; // design 5

const server = await Server.start();
const shop = await server.merchant('ordinary');
const key = basic(`${shop.key}:`);

const residentKib = () =>
  Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]);

let orders = 0;
const order = (name = `order ${++orders}`) => ({ amount: 100, currency: 'JPY', payment_details: CARD, external_order_num: name });

async function every(items, make) {
  return Promise.all(Array.from({ length: items }, (_, i) => make(i)));
}

/** Connections that begin a request with `first` and then send `more`, a byte a second; until the server ends them. */
async function slow(first, more) {
  const links = await every(SLOW, async (i) => {
    const link = connect(server);
    await link.opened;
    link.begun = Date.now();
    link.ended = link.ended.then(() => (link.took = Date.now() - link.begun));
    link.socket.write(first);
    link.timer = setInterval(() => link.closed || link.socket.write(more), 1000 + (i % 100)).unref();
    return link;
  });
  return links;
}

const HEAD = `POST /api/v1/payments HTTP/1.1\r\nHost: a\r\nAuthorization: ${key}\r\n`;

test(`${SLOW} slow heads and ${SLOW} slow bodies harm nobody and end at their deadline`, async () => {
  ok(await shop.post('/payments', order()));
  const before = residentKib();
  const heads = await slow(HEAD, 'X');
  const bodies = await slow(`${HEAD}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"amount":`, ' ');
  const links = [...heads, ...bodies];

  let served = 0;
  await until('the slow heads are over', async () => { // healthy clients meanwhile
    const replies = await every(10, () => shop.post('/payments', order()));
    replies.forEach(ok);
    ok(await shop.get('/payments?per_page=1'));
    served += replies.length;
    return heads.every((link) => link.closed);
  });
  assert.ok(served > 0);
  // A connection costs its buffers and a slot, nothing that grows with what is sent on it.
  const grownKib = residentKib() - before;
  if (!process.env.ASAN_OPTIONS) // it keeps what was freed
    assert.ok(grownKib < 2 * SLOW * 64 + 65536, `${grownKib} KiB for ${2 * SLOW} connections`);

  await until('the slow bodies are over', () => links.every((link) => link.closed), BODY_MS + DEADLINE_MS);
  await Promise.all(links.map((link) => link.ended));
  for (const [kind, deadline] of [[heads, HEADER_MS], [bodies, BODY_MS]])
    for (const link of kind) {
      clearInterval(link.timer);
      // Not before its time, and not for ever; a busy machine may be late.
      assert.ok(link.took > deadline - 1000, `cut off after ${link.took} ms, before ${deadline}`);
      const got = answers(link.bytes);
      if (got.length === 0) continue; // a reset overtook it
      assert.deepEqual(got.map(({ status }) => status), [408], link.bytes.toString());
      assert.equal(JSON.parse(got[0].body).error.code, 'bad_request');
    }
  const told = links.filter((link) => whole(link.bytes).length === 1).length;
  assert.ok(told > links.length / 2, `${told} of ${links.length} were told why`);

  ok(await shop.post('/payments', order()));
  const { total } = ok(await shop.get('/payments?per_page=1'));
  assert.equal(total, served + 2, 'half a body made no payment');
});

/** Holds the store's writer up until release(): a transaction of somebody else has what it wants. */
async function holdUp() {
  const [tool, ...args] = isUrl(server.db) ? ['psql', '-X', '-q', '-At', '-d', server.db] : ['sqlite3', server.db];
  const begin = isUrl(server.db) ? 'BEGIN; LOCK TABLE payment IN EXCLUSIVE MODE;' : '.timeout 5000\nBEGIN IMMEDIATE;';
  const child = spawn(tool, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stdin.write(`${begin}\nSELECT 'held';\n`);
  await until('the store is held up', () => said.includes('held'));
  return { release: () => child.stdin.end('COMMIT;\n') };
}

const refused = []; // names of orders

test('more than the server can serve: every answer is 200, 429 or 503, and a refusal changed nothing', async () => {
  const before = ok(await shop.get('/payments?per_page=1')).total;
  const CONNECTIONS = 2000, EACH = 3;
  const counts = new Map();
  const accepted = [];
  const links = await every(CONNECTIONS, async () => {
    const link = connect(server);
    await link.opened;
    return link;
  });
  const hold = await holdUp();
  const busy = () => links.some((link) => link.bytes.includes('HTTP/1.1 503'));
  const released = until('somebody is refused', busy).finally(hold.release);
  await Promise.all(links.map(async (link, i) => {
    let text = '';
    for (let n = 0; n < EACH; n++) { // all at once: nobody waits for an answer
      const body = JSON.stringify(order(`o${i}-${n}`));
      text += `${HEAD}Content-Type: application/json\r\nIdempotency-Key: k${i}-${n}\r\n`
        + `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    }
    link.socket.write(text);
    await until('all answers of a connection', () => link.closed || whole(link.bytes).length === EACH);
    link.socket.destroy();
    answers(link.bytes).forEach(({ status, head, body }, n) => {
      counts.set(status, (counts.get(status) ?? 0) + 1);
      assert.ok([200, 429, 503].includes(status), body);
      if (status === 200) accepted.push(`o${i}-${n}`);
      else {
        refused.push(`o${i}-${n}`);
        assert.ok(head.some(([name, value]) => name === 'retry-after' && Number(value) > 0), JSON.stringify(head));
        assert.match(body, /"code":"(service_unavailable|too_many_requests)"/);
      }
    });
  }));
  await released;
  assert.equal([...counts.values()].reduce((a, b) => a + b, 0), CONNECTIONS * EACH, JSON.stringify([...counts]));
  assert.ok(counts.get(200) > 0 && (counts.get(503) ?? 0) > 0, `both happened: ${JSON.stringify([...counts])}`);

  const found = [];
  for (let page = 1, last = 1; page <= last; page++) {
    const list = ok(await shop.get(`/payments?per_page=100&page=${page}`));
    last = list.last_page;
    found.push(...list.data.map((p) => p.external_order_num).filter((name) => /^o\d+-\d+$/.test(name)));
  }
  assert.deepEqual(found.sort(), accepted.sort(), 'what was answered with 200, and nothing else, is in the books');
  assert.equal(ok(await shop.get('/payments?per_page=1')).total, before + accepted.length);
});

test('a refused request may be sent again under its key, and then it happens once', async () => {
  assert.ok(refused.length > 0);
  for (const name of refused.slice(0, 20)) {
    const send = () => shop.post('/payments', order(name), { 'Idempotency-Key': `k${name.slice(1)}` });
    const made = ok(await send());
    assert.equal(ok(await send()).id, made.id);
  }
});

closes(server);
