// SPDX-License-Identifier: Apache-2.0
// lists.test.mjs: every list of the API does what komoju-core 4 says of lists. The lists are the document's, so a new one is
// here without a word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, closes, ok, refused, Server, split, theContract, until } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.marketplace();
const payouts = await shop.payouts(3);
const hook = async (name) => ok(await shop.post('/webhooks', { url: `https://shop.example/${name}` })).id;
const hooks = [await hook('a'), await hook('b'), await hook('c')];
for (let i = 0; i < 3; i++) {
  await shop.clock({ advance_s: 5 }); // so that times differ
  const payment = await shop.pay(1000, [[payouts[0], 1000, 0]]);
  ok(await shop.simulate(payment.id, 'chargeback_opened'));
  const { id } = ok(await shop.post('/customers', { payment_details: CARD, email: 'hana@shop.example' }));
  ok(await shop.post('/subscriptions', { customer: id, amount: 1000 + i, currency: 'JPY', period: 'monthly',
    platform_details: split([payouts[0], 1000 + i, 0]) }));
}
await shop.clock({ advance_s: 5 }); // and the first charges have been made
for (const id of hooks) { // whose deliveries nobody takes: they stay as they are once they are given up
  ok(await shop.patch(`/webhooks/${id}`, { active: false }));
  await until('nothing is sent any more', async () => ok(await shop.get(`/webhooks/${id}/deliveries?per_page=100`)).data
    .every((delivery) => delivery.next_attempt_at === null));
}

const IDS = { merchants: payouts[0], balances: payouts[0], webhooks: hooks[0] };
const { paths, components } = theContract().document;
const lists = Object.entries(paths).filter(([, { get }]) => get?.parameters.some((p) => p.name === 'per_page'))
  .map(([pattern]) => ({ pattern, at: pattern.replace('/api/v1', '').replace('{currency}', 'JPY')
    .replace(/(\w+)\/\{id\}/, (_, collection) => `${collection}/${IDS[collection]}`),
  has: (name) => paths[pattern].get.parameters.some((p) => p.name === name),
  /** The route that shows an item, if there is one. */
  show: Object.keys(paths).find((other) => new RegExp(`^${pattern.replace(/[{}]/g, '\\$&')}/\\{\\w+\\}$`).test(other)
    && paths[other].get) }));
const get = async ({ at }, query = '') => ok(await shop.get(`${at}?${query}`));
const timeOf = (item) => item.created_at ?? item.happened_at;

test('there are lists, and things in most of them', async () => {
  assert.ok(lists.length >= 9, `${lists.length}`);
  let full = 0;
  for (const list of lists) full += (await get(list)).total >= 3;
  assert.ok(full >= 8, `${full} of ${lists.length} have something`);
  assert.equal(components.schemas.PaymentList.properties.total.type, 'integer');
});

for (const list of lists) {
  test(`GET ${list.pattern}: pages of ten, or of what is asked, and never of more than 100`, async () => {
    const all = await get(list, 'per_page=100');
    assert.deepEqual([all.resource, all.page, all.per_page, all.last_page], ['list', 1, 100, Math.ceil(all.total / 100)]);
    const usual = await get(list);
    assert.deepEqual([usual.page, usual.per_page, usual.last_page], [1, 10, Math.ceil(all.total / 10)]);
    assert.equal(usual.data.length, Math.min(10, all.total));
    assert.equal((await get(list, 'per_page=1000')).per_page, 100);
    const pages = [];
    for (let page = 1; page <= Math.min(all.total, 3); page++) {
      const one = await get(list, `per_page=1&page=${page}`);
      assert.deepEqual([one.page, one.per_page, one.total, one.last_page], [page, 1, all.total, all.total]);
      pages.push(...one.data);
    }
    assert.deepEqual(pages, all.data.slice(0, 3), 'pages follow one another');
    assert.deepEqual((await get(list, `page=${all.total + 1}&per_page=1`)).data, [], 'behind the last');
  });

  test(`GET ${list.pattern}: newest first, and between two times`, async () => {
    const { data } = await get(list, 'per_page=100');
    const times = data.map(timeOf);
    assert.deepEqual(times.filter(Boolean), [...times].filter(Boolean).sort().reverse());
    const none = await get(list, 'start_time=2099-01-01T00:00:00Z');
    assert.deepEqual([none.total, none.last_page, none.data], [0, 0, []]);
    assert.equal((await get(list, 'end_time=2000-01-01T00:00:00Z')).total, 0);
    assert.equal((await get(list, 'start_time=2000-01-01T00:00:00Z&end_time=2099-01-01T00:00:00Z')).total, data.length);
    const newest = times.find(Boolean);
    if (!newest) return;
    const older = (await get(list, `end_time=${newest}&per_page=100`)).data;
    assert.ok(older.length < data.length && older.every((item) => timeOf(item) <= newest), 'up to the newest, without it');
  });

  test(`GET ${list.pattern}: wrong parameters are refused by name`, async () => {
    for (const [query, param] of [['page=0', 'page'], ['page=x', 'page'], ['per_page=0', 'per_page'], ['per_page=-1', 'per_page'],
      ['start_time=yesterday', 'start_time'], ['end_time=1', 'end_time']])
      refused(await shop.get(`${list.at}?${query}`), 422, 'invalid_parameter', param);
  });

  if (list.show && !/transactions/.test(list.pattern)) // records share the id of their transaction
    test(`GET ${list.pattern}: an item is what show gives`, async () => {
      const { data } = await get(list);
      for (const item of data.slice(0, 3)) assert.deepEqual(ok(await shop.get(`${list.at}/${item.id}`)), item);
    });
}

closes(server);
