// SPDX-License-Identifier: Apache-2.0
// event-stream.test.mjs: the log of events as server-sent events: each once, in order, from where a client says it was,
// on whatever server the events happen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, ok, refused, Server, until } from '../lib/server.mjs';
import { Receiver } from '../lib/receiver.mjs';
import { Stream } from '../lib/stream.mjs';

const server = await Server.start({ args: ['--allow-private-webhooks'] });
const ids = (stream) => stream.events.map((event) => event.id);
const got = (stream, count) => until(`${count} events, not ${stream.events.length}`, () => stream.events.length >= count);

test('a stream tells the events after a number, then what happens, with the bytes of the webhook', async () => {
  const shop = await server.merchant('ordinary');
  const receiver = await Receiver.start();
  ok(await shop.post('/webhooks', { url: receiver.url }));
  await shop.pay(1000, null);
  await shop.pay(1000, null);
  const stream = await Stream.open(server, shop.key, '?after_seq=1');
  assert.deepEqual([stream.status, stream.reply.headers['content-type'], stream.reply.headers['cache-control']],
    [200, 'text/event-stream', 'no-store']);
  await got(stream, 2);
  assert.equal(stream.begins, 1);
  const { id } = await shop.authorize(1000);
  ok(await shop.post(`/payments/${id}/cancel`));
  await got(stream, 4);
  assert.deepEqual(ids(stream), [2, 3, 4, 5]);
  assert.deepEqual(stream.events.map((event) => event.type),
    ['payment.captured', 'payment.captured', 'payment.authorized', 'payment.cancelled']);
  await until('the webhooks', () => receiver.deliveries.length === 5);
  const bodies = new Set(receiver.deliveries.map((delivery) => delivery.raw.toString()));
  for (const { data } of stream.events) assert.ok(bodies.has(data));
  stream.close();
});

test('without a number it begins with what happens next', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(1000, null);
  const stream = await Stream.open(server, shop.key);
  await until('the greeting', () => stream.begins !== null);
  assert.equal(stream.begins, 1);
  await shop.pay(1000, null);
  await got(stream, 1);
  assert.deepEqual(ids(stream), [2]);
  stream.close();
});

test('Last-Event-ID goes before the number in the address', async () => {
  const shop = await server.merchant('ordinary');
  for (let i = 0; i < 3; i++) await shop.pay(1000, null);
  const stream = await Stream.open(server, shop.key, '?after_seq=0', { 'Last-Event-ID': '2' });
  await got(stream, 1);
  assert.deepEqual(ids(stream), [3]);
  stream.close();
});

test('events that jobs write are told too', async () => {
  const shop = await server.merchant('ordinary');
  const stream = await Stream.open(server, shop.key, '?after_seq=0');
  const { id } = await shop.authorize(1000);
  await shop.clock({ advance_s: 90 * 86400 });
  await until('it has expired', async () => ok(await shop.get(`/payments/${id}`)).status === 'expired');
  await got(stream, 2);
  assert.deepEqual(stream.events.map((event) => event.type), ['payment.authorized', 'payment.expired']);
  stream.close();
});

test('a client that does not read delays nobody, and gets everything when it does', async () => {
  const shop = await server.merchant('ordinary');
  const slow = await Stream.open(server, shop.key, '?after_seq=0');
  const quick = await Stream.open(server, shop.key, '?after_seq=0');
  slow.reply.pause();
  const description = 'あ'.repeat(200);
  for (let i = 0; i < 60; i++)
    await Promise.all(Array.from({ length: 10 }, () => shop.pay(100, null, { description, metadata: { note: 'x'.repeat(2000) } })));
  await got(quick, 600);
  slow.reply.resume();
  await got(slow, 600);
  const all = Array.from({ length: 600 }, (_, i) => i + 1);
  assert.deepEqual(ids(quick), all);
  assert.deepEqual(ids(slow), all);
  slow.close();
  quick.close();
});

test('numbers that are not of this log are refused', async () => {
  const shop = await server.merchant('ordinary');
  for (const bad of ['x', '-1', '1', '1.5'])
    refused(await shop.get(`/events/stream?after_seq=${bad}`), 422, 'invalid_parameter', 'after_seq');
  for (const bad of ['x', '-1', '1'])
    refused(await shop.get('/events/stream', { 'Last-Event-ID': bad }), 422, 'invalid_parameter', 'Last-Event-ID');
  refused(await shop.browser.get('/events/stream'), 403, 'forbidden');
});

test('one merchant sees nothing of another one, and may have 16 streams', async () => {
  const shop = await server.merchant('ordinary');
  const other = await server.merchant('ordinary');
  const streams = [];
  for (let i = 0; i < 16; i++) streams.push(await Stream.open(server, shop.key));
  refused(await shop.get('/events/stream'), 503, 'service_unavailable');
  const foreign = await Stream.open(server, other.key);
  await until('the greetings', () => [foreign, ...streams].every((stream) => stream.begins !== null));
  await shop.pay(1000, null);
  await Promise.all(streams.map((stream) => got(stream, 1)));
  await other.pay(1000, null);
  await got(foreign, 1);
  assert.deepEqual(ids(foreign), [1]);
  assert.ok(streams.every((stream) => stream.events.length === 1));
  streams[0].close();
  await until('there is room again', async () => {
    await shop.pay(1000, null); // something is written, so it is noticed that nobody is there
    const stream = await Stream.open(server, shop.key);
    stream.close();
    return stream.status === 200;
  });
  for (const stream of [...streams, foreign]) stream.close();
});

test('a server that stops ends its streams; what happened meanwhile is told by the next one', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(1000, null);
  const stream = await Stream.open(server, shop.key, '?after_seq=0');
  await got(stream, 1);
  await server.stop();
  await until('the end of the stream', () => stream.ended);
  await server.begin();
  await shop.pay(1000, null);
  const next = await Stream.open(server, shop.key, '', { 'Last-Event-ID': String(stream.events.at(-1).id) });
  await got(next, 1);
  assert.deepEqual(ids(next), [2]);
});

closes(server);
