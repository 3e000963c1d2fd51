// SPDX-License-Identifier: Apache-2.0
// listen.test.mjs: `kessai listen` forwards every event once it can, in order, whatever happens to the server or to the
// program that takes them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import { after, test } from 'node:test';
import { BIN, closes, ok, run, Server, until } from '../lib/server.mjs';
import { Receiver, signature } from '../lib/receiver.mjs';

const server = await Server.start();

/** A running `kessai listen`; its lines in .lines. */
function listen(base, key, forward, ...more) {
  const child = spawn(BIN, ['listen', '--url', base, '--key', key, '--forward', forward, ...more],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  const it = { child, out: '', err: '', get lines() { return this.out.split('\n').slice(0, -1); } };
  child.stdout.setEncoding('utf8').on('data', (text) => (it.out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (it.err += text));
  it.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  it.stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    assert.equal(await it.ended, 0, it.err);
  };
  after(() => child.kill('SIGKILL'));
  return it;
}

const lines = (it, count) => until(`${count} lines, not ${it.out}${it.err}`, () => it.lines.length >= count);
const seqs = (it) => it.lines.map((line) => Number(line.split(' ')[0]));

test('each event comes as a webhook would, and is one line', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(1000, null);
  const receiver = await Receiver.start();
  const it = listen(server.base, shop.key, receiver.url, '--from', '0', '--secret', 'local');
  await lines(it, 1);
  await shop.pay(2000, null);
  await lines(it, 2);
  const events = ok(await shop.get('/events?after_seq=0')).data;
  assert.deepEqual(it.lines, events.map((event) => `${event.seq} ${event.type} ${event.id} 200`));
  assert.deepEqual(receiver.deliveries.map((delivery) => delivery.event), events.map(({ seq, ...event }) => event));
  for (const { headers, raw, method, event } of receiver.deliveries) {
    assert.equal(method, 'POST');
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['user-agent'], 'Komoju-Webhook');
    assert.equal(headers['x-komoju-event'], event.type);
    assert.equal(headers['x-komoju-id'], event.id);
    assert.equal(headers['webhook-id'], event.id);
    assert.equal(headers['x-komoju-signature'], signature('local', raw));
    assert.match(headers['webhook-signature'], /^v1,[A-Za-z0-9+/]{43}=$/);
  }
  await it.stop();
});

test('without --from it begins now, without --secret nothing is signed', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(1000, null);
  const receiver = await Receiver.start();
  const it = listen(server.base, shop.key, receiver.url);
  await until('an event comes', async () => {
    await shop.pay(1000, null);
    return it.lines.length > 0;
  });
  assert.ok(seqs(it)[0] > 1);
  assert.equal(receiver.deliveries[0].headers['x-komoju-signature'], undefined);
  await it.stop('SIGINT');
});

test('what the program refuses is tried again before the next one is sent', async () => {
  const shop = await server.merchant('ordinary');
  for (let i = 0; i < 3; i++) await shop.pay(1000, null);
  let failures = 2;
  const receiver = await Receiver.start(() => (failures-- > 0 ? 500 : 204));
  const it = listen(server.base, shop.key, receiver.url, '--from', '0');
  await lines(it, 3);
  assert.deepEqual(seqs(it), [1, 2, 3]);
  const events = receiver.deliveries.map((delivery) => delivery.event.id);
  assert.equal(new Set(events.slice(0, 3)).size, 1);
  assert.equal(events.length, 5);
  await it.stop();
});

/** Stands between the two, and can cut them off. */
async function wire() {
  const sockets = new Set();
  const proxy = http.createServer((request, reply) => {
    const to = http.request(server.base + request.url, { headers: request.headers, agent: false }, (from) => {
      reply.writeHead(from.statusCode, from.headers);
      from.on('data', (piece) => reply.write(piece));
      from.on('close', () => reply.destroy());
    });
    to.on('error', () => reply.destroy());
    reply.on('close', () => to.destroy());
    to.end();
  });
  proxy.on('connection', (socket) => sockets.add(socket).size && socket.on('close', () => sockets.delete(socket)));
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  after(() => proxy.close());
  return { base: `http://127.0.0.1:${proxy.address().port}`,
    count: () => sockets.size,
    cut: () => sockets.forEach((socket) => socket.destroy()) };
}

test('nothing is lost or comes twice across disconnects', async () => {
  const shop = await server.merchant('ordinary');
  const receiver = await Receiver.start();
  const between = await wire();
  const it = listen(between.base, shop.key, receiver.url);
  await until('it listens', () => between.count() > 0);
  let paid = 0;
  const pay = async () => { await shop.pay(100, null); paid++; };
  await until('the first event', async () => { await pay(); return it.lines.length > 0; });
  for (let round = 1; round <= 3; round++) {
    between.cut();
    for (let i = 0; i < 5; i++) await pay();
    await until('what happened meanwhile', () => seqs(it).at(-1) === paid);
  }
  const from = seqs(it)[0];
  assert.deepEqual(seqs(it), Array.from({ length: paid - from + 1 }, (_, i) => from + i));
  assert.deepEqual(receiver.deliveries.map((delivery) => delivery.event.id),
    it.lines.map((line) => line.split(' ')[2]));
  await it.stop();
});

test('a server that stops and starts again on its port is found again', async () => {
  const shop = await server.merchant('ordinary');
  const receiver = await Receiver.start();
  const it = listen(server.base, shop.key, receiver.url, '--from', '0');
  await shop.pay(1000, null);
  await lines(it, 1);
  const { port } = new URL(server.base);
  await server.stop();
  const command = server.command;
  server.command = () => command.call(server).map((word) => (word === '127.0.0.1:0' ? `127.0.0.1:${port}` : word));
  await server.begin();
  await shop.pay(1000, null);
  await lines(it, 2);
  assert.deepEqual(seqs(it), [1, 2]);
  await it.stop();
});

test('what cannot work ends at once and says why', async () => {
  const shop = await server.merchant('ordinary');
  const receiver = await Receiver.start();
  for (const [key, ...more] of [['sk_test_nobody'], [shop.publishable], [shop.key, '--from', '7']]) {
    const { code, stdout, stderr } = await run('listen', '--url', server.base, '--key', key, '--forward', receiver.url, ...more);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^kessai listen: the server refuses: 4\d\d\n$/);
  }
  for (const bad of [['--from', '-1'], ['--from', 'x'], ['--forward', 'ftp://x']]) {
    const { code, stderr } = await run('listen', '--url', server.base, '--key', shop.key,
      ...(bad[0] === '--forward' ? [] : ['--forward', receiver.url]), ...bad);
    assert.equal(code, 2);
    assert.match(stderr, /^kessai[^\n]+\n$/);
  }
});

closes(server);
