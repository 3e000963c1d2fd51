// SPDX-License-Identifier: Apache-2.0
// streams.test.mjs: who follows the events at one server hears what happens on another one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ONLY_POSTGRES, freshDatabase } from '../lib/database.mjs';
import { Merchant, Server, until } from '../lib/server.mjs';
import { Stream } from '../lib/stream.mjs';

test('a_stream_at_one_server_tells_the_events_of_all', ONLY_POSTGRES, async () => {
  const db = await freshDatabase();
  const list = [await Server.start({ db }), await Server.start({ db })];
  const merchant = await list[0].merchant('ordinary');
  const shops = list.map((server) =>
    new Merchant(server, { id: merchant.id, secret_key: merchant.key, publishable_key: merchant.publishable }));
  const streams = await Promise.all(list.map((server) => Stream.open(server, merchant.key, '?after_seq=0')));
  for (let i = 0; i < 10; i++) await Promise.all(shops.map((shop) => shop.pay(1000, null)));
  for (const stream of streams) {
    await until('all events', () => stream.events.length >= 20);
    assert.deepEqual(stream.events.map((event) => event.id), Array.from({ length: 20 }, (_, i) => i + 1));
  }
  await list[0].stop();
  await shops[1].pay(1000, null);
  await until('the event of the one that is left', () => streams[1].events.length === 21);
  streams[1].close();
  await list[1].stop();
  await list[1].audit();
});
