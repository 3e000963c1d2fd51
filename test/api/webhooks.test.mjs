// SPDX-License-Identifier: Apache-2.0
// webhooks.test.mjs: events reach the endpoints they were meant for, signed, in spite of receivers and restarts
// (komoju-core 12, komoju-platform 15). A receiver that fails is tried again when the merchant's clock is moved.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, closes, ok, refused, run, Server, split, until } from '../lib/server.mjs';
import { Receiver, signature } from '../lib/receiver.mjs';

const server = await Server.start({ args: ['--allow-private-webhooks'] });
const SECRET = 'whsec-local-demo';
const DAY_S = 86400;

const add = (shop, url, ...more) =>
  server.cli('webhook', 'add', '--merchant', shop.id, '--url', url, '--secret', SECRET, ...more);
const list = (shop) => server.cli('webhook', 'list', '--merchant', shop.id);

/** A marketplace with a receiver that has had its ping. */
async function story(...events) {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  const receiver = await Receiver.start();
  await add(shop, receiver.url, ...events.flatMap((type) => ['--event', type]));
  await until('the ping', () => receiver.deliveries.length === 1);
  return { shop, seller, receiver, pay: () => shop.pay(1000, [[seller, 1000, 0]]) };
}

const came = (receiver, count) => until(`${count} deliveries, not ${receiver.types()}`,
  () => receiver.deliveries.length >= count);

test('a new endpoint gets a ping at once', async () => {
  const { receiver, shop } = await story();
  const [ping] = receiver.deliveries;
  assert.deepEqual([ping.event.type, ping.event.resource, ping.event.data, ping.event.reason],
    ['ping', 'event', {}, null]);
  assert.equal(ping.event.merchant, 'A marketplace');
  assert.equal(ping.event.merchant_id, shop.id);
});

test('a delivery has KOMOJU\'s headers and a signature over its very bytes', async () => {
  assert.equal(signature(SECRET, '{"id":"evt_example","type":"ping","resource":"event"}'),
    '26e495dc82785c9caef52e1b79aa83f22d25284d64bae16cf934daad4eedd794', 'the vector of komoju-core 12.2');
  const { receiver, pay } = await story();
  const payment = await pay();
  await came(receiver, 2);
  for (const { method, headers, raw, event, path } of receiver.deliveries) {
    assert.deepEqual([method, path], ['POST', '/hook']);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['user-agent'], 'Komoju-Webhook');
    assert.equal(headers['x-komoju-event'], event.type);
    assert.ok(headers['x-komoju-id']);
    assert.equal(headers['x-komoju-signature'], signature(SECRET, raw));
    assert.equal(raw.length, Number(headers['content-length']));
  }
  assert.equal(new Set(receiver.deliveries.map((d) => d.headers['x-komoju-id'])).size, 2);
  const { event } = receiver.deliveries[1];
  assert.deepEqual(Object.keys(event).slice(0, 6), ['id', 'type', 'resource', 'data', 'created_at', 'reason']);
  assert.equal(event.type, 'payment.captured');
  assert.deepEqual(event.data, payment);
});

test('what GET /events shows is what was delivered', async () => {
  const { shop, receiver, pay } = await story();
  await pay();
  const { id } = await shop.authorize(1000);
  ok(await shop.post(`/payments/${id}/cancel`));
  await came(receiver, 4);
  const events = ok(await shop.get('/events')).data;
  const byId = new Map(receiver.deliveries.map((delivery) => [delivery.event.id, delivery.event]));
  assert.equal(events.length, 4);
  for (const event of events) {
    assert.deepEqual(byId.get(event.id), event);
    assert.deepEqual(ok(await shop.get(`/events/${event.id}`)), event);
  }
});

test('a life of a payment fires its events in order', async () => {
  const { shop, seller, receiver } = await story();
  await shop.fund(1000);
  await came(receiver, 2);
  const { id } = await shop.authorize(1000);
  ok(await shop.post(`/payments/${id}/capture`, { platform_details: split([seller, 1000, 0]) }));
  ok(await shop.patch(`/payments/${id}`, { description: 'x' }));
  ok(await shop.post(`/payments/${id}/refund`, { amount: 100, platform_details: split([seller, 100, 0]) }));
  ok(await shop.post(`/payments/${id}/refund`, { platform_details: split([seller, 900, 0]) }));
  const second = await shop.authorize(1000);
  ok(await shop.simulate(second.id, 'expired'));
  const third = await shop.authorize(1000);
  ok(await shop.post(`/payments/${third.id}/cancel`));
  await shop.create(1000, [[seller, 1000, 0]], { payment_details: { ...CARD, number: '4123111111111059' } });
  const expected = ['payment.authorized', 'payment.captured', 'payment.updated', 'payment.refund.created',
    'payment.refund.created', 'payment.refunded', 'payment.authorized', 'payment.expired', 'payment.authorized',
    'payment.cancelled', 'payment.failed'];
  await came(receiver, 2 + expected.length);
  assert.deepEqual(ok(await shop.get('/events?per_page=100')).data.map((e) => e.type).reverse().slice(2), expected);
  assert.deepEqual(receiver.types().slice(2).sort(), [...expected].sort());
});

test('an endpoint with event types gets those only', async () => {
  const { shop, receiver, pay } = await story('payment.cancelled', 'payment.refunded');
  const all = await Receiver.start();
  await add(shop, all.url);
  await pay();
  const { id } = await shop.authorize(1000);
  ok(await shop.post(`/payments/${id}/cancel`));
  await came(all, 4);
  await came(receiver, 2);
  assert.deepEqual(receiver.types(), ['ping', 'payment.cancelled']);
  assert.deepEqual((await list(shop)).map((endpoint) => endpoint.types), [['payment.cancelled', 'payment.refunded'], []]);
});

test('a seller\'s events are submerchant.* with the seller\'s name; a payout merchant has none', async () => {
  const platform = await server.merchant('platform');
  const receiver = await Receiver.start();
  await add(platform, receiver.url);
  const id = await platform.seller();
  ok(await platform.patch(`/live_application/${id}/simulate_status`, { status: 'declined' }));
  ok(await platform.patch(`/live_application/${id}/payment_methods/credit_card/simulate_status`,
    { status: 'declined' }));
  ok(await platform.patch(`/live_application/${id}/payment_methods/credit_card/simulate_status`,
    { status: 'accepted' }));
  ok(await platform.patch(`/live_application/${id}/simulate_status`, { status: 'accepted' }));
  const payment = await platform.pay(1000, null,
    { platform_details: { processing_merchant_id: id, ...split([id, 1000, 0]) } });
  await came(receiver, 8);
  const of = (type) => receiver.deliveries.map((d) => d.event).filter((event) => event.type === type);
  assert.deepEqual(of('submerchant.application.accepted')[0].data, { merchant_id: id, status: 'accepted' });
  assert.deepEqual(of('submerchant.application.declined')[0].data, { merchant_id: id, status: 'declined' });
  assert.deepEqual(of('submerchant.payment_method_application.accepted')[0].data,
    { merchant_id: id, payment_method: 'credit_card', status: 'accepted' });
  assert.equal(of('submerchant.payment_method_application.declined').length, 1);
  const [captured] = of('submerchant.payment.captured');
  assert.deepEqual(captured.data, payment);
  assert.deepEqual([captured.merchant, captured.merchant_id], ['A seller', id]);
  assert.equal(of('payment.captured').length, 0);
});

test('no event for balance transfers and for what was refused', async () => {
  const { shop, seller, pay } = await story();
  await pay();
  ok(await shop.post(`/merchants/${seller}/balances/JPY/transfer`, { to: shop.id, amount: 500 }));
  refused(await shop.create(0, [[seller, 0, 0]]), 422, 'invalid_parameter', 'amount');
  assert.deepEqual(ok(await shop.get('/events')).data.map((e) => e.type), ['payment.captured', 'ping']);
});

test('what was answered with 500 comes again, the same bytes under the same id', async () => {
  const { shop, receiver, pay } = await story();
  let failures = 3;
  receiver.answer = () => (failures-- > 0 ? 500 : 200);
  await pay();
  await came(receiver, 2);
  await until('all tries', async () => {
    await shop.clock({ advance_s: 3600 });
    return receiver.deliveries.length >= 5;
  });
  const tries = receiver.deliveries.slice(1);
  assert.equal(tries.length, 4);
  assert.equal(new Set(tries.map((d) => d.raw.toString())).size, 1);
  assert.equal(new Set(tries.map((d) => d.headers['x-komoju-id'])).size, 1);
  await until('the list says so', async () => (await list(shop))[0].waiting === 0);
  const [endpoint] = await list(shop);
  assert.deepEqual([endpoint.delivered, endpoint.given_up], [2, 0]);
  assert.ok(endpoint.recent.some((delivery) => delivery.tries === 4 && delivery.last_status === 200));
});

test('a redirect is no delivery', async () => {
  const { shop, receiver, pay } = await story();
  receiver.answer = () => 302;
  await pay();
  await came(receiver, 2);
  await until('the try is noted', async () => (await list(shop))[0].recent.some((d) => d.last_status === 302));
  assert.equal((await list(shop))[0].waiting, 1);
  receiver.answer = () => 204;
  await shop.clock({ advance_s: 3600 });
  await until('it was delivered', async () => (await list(shop))[0].waiting === 0);
});

test('after three days a delivery is given up', async () => {
  const { shop, receiver, pay } = await story();
  receiver.answer = () => 503;
  await pay();
  await came(receiver, 2);
  await shop.clock({ advance_s: 2 * DAY_S });
  assert.equal((await list(shop))[0].given_up, 0);
  await until('it is given up', async () => {
    await shop.clock({ advance_s: DAY_S });
    const [endpoint] = await list(shop);
    return endpoint.given_up === 1 && endpoint.waiting === 0;
  });
  const tried = receiver.deliveries.length;
  receiver.answer = () => 200;
  await shop.clock({ advance_s: DAY_S });
  await pay();
  await came(receiver, tried + 1);
  assert.equal(receiver.deliveries.length, tried + 1, 'only the new event came');
});

test('a receiver that never answers, and one that is not there, delay nobody else', async () => {
  const { shop, receiver, pay } = await story();
  const silent = await Receiver.start(() => null);
  await add(shop, silent.url);
  await add(shop, 'http://127.0.0.1:1/nobody');
  await until('the silent one was asked', () => silent.deliveries.length > 0);
  for (let i = 0; i < 20; i++) await pay();
  await came(receiver, 21);
  const endpoints = await list(shop);
  assert.equal(endpoints.length, 3);
  assert.ok(endpoints.find((e) => e.url === silent.url).waiting > 0);
});

test('deliveries that wait survive a restart', async () => {
  const { shop, receiver, pay } = await story();
  receiver.answer = () => 500;
  const payments = [await pay(), await pay(), await pay()];
  await came(receiver, 2);
  await server.stop();
  receiver.answer = () => 200;
  await server.begin();
  await until('all have come', async () => {
    await shop.clock({ advance_s: 3600 });
    return (await list(shop))[0].waiting === 0;
  });
  const good = new Set(receiver.deliveries.map((d) => d.event.data.id));
  for (const { id } of payments) assert.ok(good.has(id));
  assert.equal((await list(shop))[0].delivered, 4);
});

test('a removed endpoint gets nothing more', async () => {
  const { shop, receiver, pay } = await story();
  const other = await Receiver.start();
  await add(shop, other.url);
  const [removed] = await server.cli('webhook', 'remove', '--merchant', shop.id, '--url', receiver.url);
  assert.equal(removed.removed, true);
  await pay();
  await came(other, 2);
  assert.deepEqual(receiver.types(), ['ping']);
  assert.equal((await list(shop)).length, 1);
});

test('without the flag a private address is never connected to', async () => {
  const strict = await Server.start();
  const shop = await strict.marketplace();
  const receiver = await Receiver.start();
  const port = new URL(receiver.url).port;
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '127.1', '[::ffff:127.0.0.1]', '2130706433'])
    await run('webhook', 'add', '--db', strict.db, '--merchant', shop.id, '--url', `http://${host}:${port}/hook`,
      '--secret', SECRET);
  const endpoints = () => strict.cli('webhook', 'list', '--merchant', shop.id);
  assert.ok((await endpoints()).length >= 4);
  await until('all were tried', async () => {
    await shop.clock({ advance_s: 60 });
    return (await endpoints()).every((endpoint) => endpoint.recent.some((d) => d.tries > 0));
  });
  for (const endpoint of await endpoints()) assert.equal(endpoint.delivered, 0, endpoint.url);
  assert.equal(receiver.deliveries.length, 0);
  await strict.stop();
  await strict.audit();
});

test('the list never shows the secret, and bad endpoints are refused', async () => {
  const { shop, seller, receiver } = await story();
  const { stdout } = await run('webhook', 'list', '--db', server.db, '--merchant', shop.id);
  assert.ok(!stdout.includes(SECRET));
  const attempts = [[shop.id, 'ftp://x.example/'], [shop.id, 'not a url'], [shop.id, 'http://user:pw@x.example/'],
    [shop.id, receiver.url], [seller, 'http://x.example/'], ['0123456789abcdefghijklmno', 'http://x.example/']];
  for (const [merchant, url] of attempts) {
    const { code, stderr } = await run('webhook', 'add', '--db', server.db, '--merchant', merchant, '--url', url,
      '--secret', SECRET);
    assert.ok(code === 1 || code === 2, url);
    assert.match(stderr, /^kessai[^\n]+\n$/);
  }
  const { code } = await run('webhook', 'add', '--db', server.db, '--merchant', shop.id, '--url', 'http://x.example/',
    '--secret', SECRET, '--event', 'payment.nonsense');
  assert.ok(code === 1 || code === 2);
});

closes(server);
