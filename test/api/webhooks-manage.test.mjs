// SPDX-License-Identifier: Apache-2.0
// webhooks-manage.test.mjs: endpoints over the API: made, changed, ended, pinged; secrets that are replaced; the log of
// deliveries; sending again (doc/api-webhooks.md).
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { test } from 'node:test';
import { closes, ok, refused, Server, until } from '../lib/server.mjs';
import { Receiver, signature } from '../lib/receiver.mjs';

const server = await Server.start({ args: ['--allow-private-webhooks'] });
const SECRET = 'whsec-local-demo';
const DAY_S = 86400;
const NOBODY = '0123456789abcdefghijklmno';

const came = (receiver, count) => until(`${count} deliveries, not ${receiver.types()}`,
  () => receiver.deliveries.length >= count);
const remove = (shop, target) => shop.send('DELETE', target);

/** A shop with an endpoint made over the API, and its receiver, which has had its ping. */
async function story(more = {}) {
  const shop = await server.merchant('ordinary');
  const receiver = await Receiver.start();
  const hook = ok(await shop.post('/webhooks', { url: receiver.url, secret: SECRET, ...more }));
  await came(receiver, 1);
  return { shop, receiver, hook, pay: () => shop.pay(1000, null) };
}

const log = async (shop, hook, query = '') => ok(await shop.get(`/webhooks/${hook.id}/deliveries${query}`)).data;

/** The signature of the Standard Webhooks, from its specification. */
function standard(secret, delivery) {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const { headers, raw } = delivery;
  return `v1,${crypto.createHmac('sha256', key)
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`).update(raw).digest('base64')}`;
}

test('an endpoint made over the API is pinged, listed as it is shown, and never tells its secret again', async () => {
  const { shop, receiver, hook } = await story({ event_types: ['payment.captured', 'payment.refunded', 'payment.captured'] });
  assert.deepEqual(receiver.types(), ['ping']);
  assert.deepEqual(Object.keys(hook),
    ['id', 'resource', 'url', 'event_types', 'active', 'old_secret_until', 'created_at']);
  assert.deepEqual([hook.resource, hook.url, hook.active, hook.old_secret_until], ['webhook', receiver.url, true, null]);
  assert.deepEqual(hook.event_types, ['payment.captured', 'payment.refunded']);
  assert.deepEqual(ok(await shop.get(`/webhooks/${hook.id}`)), hook);
  const second = ok(await shop.post('/webhooks', { url: `${receiver.url}/2` }));
  assert.match(second.secret, /^whsec_[A-Za-z0-9+/]{32}$/);
  const { secret, ...shown } = second;
  const all = ok(await shop.get('/webhooks?per_page=1'));
  assert.deepEqual([all.resource, all.total, all.last_page, all.data], ['list', 2, 2, [shown]]);
  assert.deepEqual(ok(await shop.get('/webhooks?page=2&per_page=1')).data, [hook]);
  const listed = await server.cli('webhook', 'list', '--merchant', shop.id);
  assert.deepEqual(listed.map((endpoint) => endpoint.id), [hook.id, second.id], 'the command line sees the same');
});

test('a form is taken as well', async () => {
  const shop = await server.merchant('ordinary');
  const form = new URLSearchParams([['url', 'https://shop.example/hook'], ['event_types[]', 'payment.captured'],
    ['event_types[]', 'ping']]);
  assert.deepEqual(ok(await shop.post('/webhooks', form)).event_types, ['payment.captured', 'ping']);
});

test('what is wrong with an endpoint is said, and nothing is made', async () => {
  const { shop, hook, receiver } = await story();
  const url = 'https://shop.example/hook';
  refused(await shop.post('/webhooks', {}), 422, 'missing_parameter', 'url');
  for (const bad of ['', 'ftp://x.example/', 'shop.example', 'http://u:p@x.example/', `https://x.example/${'a'.repeat(2048)}`])
    refused(await shop.post('/webhooks', { url: bad }), 422, 'invalid_parameter', 'url');
  refused(await shop.post('/webhooks', { url: receiver.url }), 422, 'invalid_parameter', 'url');
  refused(await shop.post('/webhooks', { url, secret: '' }), 422, 'invalid_parameter', 'secret');
  refused(await shop.post('/webhooks', { url, secret: 'a'.repeat(1025) }), 422, 'invalid_parameter', 'secret');
  refused(await shop.post('/webhooks', { url, event_types: ['ping', 'payment.nonsense'] }), 422, 'invalid_parameter',
    'event_types[1]');
  refused(await shop.post('/webhooks', { url, event_types: [7] }), 422, 'invalid_parameter', 'event_types[0]');
  refused(await shop.post('/webhooks', { url, event_types: 'ping' }), 422, 'invalid_parameter', 'event_types');
  refused(await shop.post('/webhooks', { url, active: 'maybe' }), 422, 'invalid_parameter', 'active');
  refused(await shop.post('/webhooks', { url, active: false }), 422, 'invalid_parameter', 'active');
  refused(await shop.patch(`/webhooks/${hook.id}`, { url: 'nowhere' }), 422, 'invalid_parameter', 'url');
  refused(await shop.post(`/webhooks/${hook.id}/rotate_secret`, { overlap_seconds: -1 }), 422, 'invalid_parameter',
    'overlap_seconds');
  refused(await shop.post(`/webhooks/${hook.id}/rotate_secret`, { overlap_seconds: 31 * DAY_S }), 422,
    'invalid_parameter', 'overlap_seconds');
  assert.equal(ok(await shop.get('/webhooks')).total, 1);
  assert.deepEqual(ok(await shop.get(`/webhooks/${hook.id}`)), hook);
});

test('at most 64 endpoints', async () => {
  const shop = await server.merchant('ordinary');
  for (let i = 0; i < 64; i++) ok(await shop.post('/webhooks', { url: `https://shop.example/${i}` }));
  refused(await shop.post('/webhooks', { url: 'https://shop.example/64' }), 422, 'invalid_parameter', 'url');
  const [{ id }] = ok(await shop.get('/webhooks')).data;
  assert.deepEqual(ok(await remove(shop, `/webhooks/${id}`)), { id, resource: 'webhook', deleted: true });
  ok(await shop.post('/webhooks', { url: 'https://shop.example/64' }));
});

test('nobody else sees or changes an endpoint', async () => {
  const { shop, hook } = await story();
  const [delivery] = await log(shop, hook);
  const other = await server.merchant('ordinary');
  for (const id of [hook.id, NOBODY, 'short']) {
    const path = `/webhooks/${id}`;
    refused(await other.get(path), 404, 'not_found');
    refused(await other.patch(path, { active: false }), 404, 'not_found');
    refused(await remove(other, path), 404, 'not_found');
    refused(await other.post(`${path}/ping`), 404, 'not_found');
    refused(await other.post(`${path}/rotate_secret`), 404, 'not_found');
    refused(await other.post(`${path}/resend`, { after_seq: 0 }), 404, 'not_found');
    refused(await other.post(`${path}/resend`), 404, 'not_found');
    refused(await other.get(`${path}/deliveries`), 404, 'not_found');
    refused(await other.get(`${path}/deliveries/${delivery.id}`), 404, 'not_found');
    refused(await other.post(`${path}/deliveries/${delivery.id}/resend`), 404, 'not_found');
  }
  refused(await other.post(`/events/${delivery.event}/resend`), 404, 'not_found');
  refused(await shop.get(`/webhooks/${hook.id}/deliveries/${NOBODY}`), 404, 'not_found');
  refused(await shop.browser.get('/webhooks'), 403, 'forbidden');
  assert.deepEqual(ok(await shop.get(`/webhooks/${hook.id}`)), hook);
});

test('a change holds for the events that follow it', async () => {
  const { shop, receiver, hook, pay } = await story();
  await pay();
  await came(receiver, 2);
  ok(await shop.patch(`/webhooks/${hook.id}`, { event_types: ['payment.cancelled'] }));
  await pay();
  const { id } = await shop.authorize(1000);
  ok(await shop.post(`/payments/${id}/cancel`));
  await came(receiver, 3);
  ok(await shop.patch(`/webhooks/${hook.id}`, { active: false }));
  await pay();
  ok(await shop.patch(`/webhooks/${hook.id}`, { event_types: [], active: true }));
  await pay();
  await came(receiver, 4);
  assert.deepEqual(receiver.types(), ['ping', 'payment.captured', 'payment.cancelled', 'payment.captured']);
  const moved = await Receiver.start();
  assert.equal(ok(await shop.patch(`/webhooks/${hook.id}`, { url: moved.url })).url, moved.url);
  await pay();
  await came(moved, 1);
  assert.equal(moved.deliveries[0].headers['x-komoju-signature'], signature(SECRET, moved.deliveries[0].raw));
  assert.equal(receiver.deliveries.length, 4);
});

test('switched off it gives up what waits, and refuses a ping', async () => {
  const { shop, receiver, hook, pay } = await story();
  receiver.answer = () => 500;
  await pay();
  await came(receiver, 2);
  await until('the try is noted', async () => (await log(shop, hook))[0].tries === 1);
  assert.equal(ok(await shop.patch(`/webhooks/${hook.id}`, { active: false })).active, false);
  const [delivery] = await log(shop, hook, '?state=given_up');
  assert.deepEqual([delivery.state, delivery.next_attempt_at, delivery.last_error],
    ['given_up', null, 'the endpoint was switched off']);
  refused(await shop.post(`/webhooks/${hook.id}/ping`), 422, 'unprocessable_entity');
  refused(await shop.post(`/webhooks/${hook.id}/resend`, { after_seq: 0 }), 422, 'unprocessable_entity');
  refused(await shop.post(`/webhooks/${hook.id}/deliveries/${delivery.id}/resend`), 422, 'unprocessable_entity');
  receiver.answer = () => 200;
  ok(await shop.patch(`/webhooks/${hook.id}`, { active: true }));
  ok(await shop.post(`/webhooks/${hook.id}/deliveries/${delivery.id}/resend`));
  await came(receiver, 3);
  await until('it is delivered', async () => (await log(shop, hook))[0].state === 'delivered');
});

test('a ping goes to the one that was asked for', async () => {
  const { shop, receiver, hook } = await story({ event_types: ['payment.captured'] });
  const other = await Receiver.start();
  ok(await shop.post('/webhooks', { url: other.url }));
  await came(other, 1);
  const event = ok(await shop.post(`/webhooks/${hook.id}/ping`));
  await came(receiver, 2);
  assert.deepEqual(receiver.deliveries[1].event, event);
  assert.equal(event.type, 'ping');
  refused(await shop.post(`/events/${event.id}/resend`,
    { webhook: ok(await shop.get('/webhooks')).data[0].id }), 422, 'unprocessable_entity', 'webhook');
  const again = ok(await shop.post(`/events/${event.id}/resend`));
  assert.deepEqual(again.deliveries.map((delivery) => delivery.webhook), [hook.id]);
  await came(receiver, 3);
  assert.equal(other.deliveries.length, 1);
});

test('every delivery has the headers of the Standard Webhooks too; the body stays the same bytes', async () => {
  const { shop, receiver, pay } = await story();
  const made = await Receiver.start();
  const { secret } = ok(await shop.post('/webhooks', { url: made.url }));
  const odd = await Receiver.start();
  ok(await shop.post('/webhooks', { url: odd.url, secret: 'whsec_not base64' }));
  await pay();
  await came(receiver, 2);
  await came(made, 2);
  await came(odd, 2);
  for (const [of, key] of [[receiver, SECRET], [made, secret]])
    for (const delivery of of.deliveries) {
      const { headers, raw } = delivery;
      assert.equal(headers['webhook-id'], headers['x-komoju-id']);
      assert.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 300);
      assert.equal(headers['webhook-signature'], standard(key, delivery));
      assert.equal(headers['x-komoju-signature'], signature(key, raw));
    }
  const { headers, raw } = odd.deliveries[0];
  assert.equal(headers['webhook-signature'], `v1,${crypto.createHmac('sha256', 'whsec_not base64')
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`).update(raw).digest('base64')}`);
  const body = (of) => of.deliveries.find((d) => d.event.type === 'payment.captured').raw.toString();
  assert.equal(body(receiver), body(made));
});

test('while a secret is replaced both are valid, and a receiver with either one hears everything', async () => {
  const { shop, receiver, hook, pay } = await story();
  const rotated = ok(await shop.post(`/webhooks/${hook.id}/rotate_secret`, { overlap_seconds: 3 * DAY_S }));
  assert.match(rotated.secret, /^whsec_/);
  assert.ok(rotated.old_secret_until > rotated.created_at);
  await pay();
  await came(receiver, 2);
  const [, first] = receiver.deliveries;
  assert.equal(first.headers['x-komoju-signature'], signature(SECRET, first.raw), 'the receiver cannot know the new one');
  assert.equal(first.headers['webhook-signature'], `${standard(rotated.secret, first)} ${standard(SECRET, first)}`);
  // Now it does, and refuses the old one as the WooCommerce plugin does.
  receiver.answer = ({ headers, raw }) => (headers['x-komoju-signature'] === signature(rotated.secret, raw) ? 200 : 401);
  await pay();
  await until('the second one arrived', async () => {
    await shop.clock({ advance_s: 60 });
    return (await log(shop, hook)).every((delivery) => delivery.state === 'delivered');
  });
  assert.equal((await log(shop, hook))[0].tries, 2);
  await pay();
  await until('the third', async () => (await log(shop, hook)).length === 4 &&
    (await log(shop, hook)).every((delivery) => delivery.state === 'delivered'));
  assert.equal((await log(shop, hook))[0].tries, 1, 'it is known by now which one the receiver has');
  await shop.clock({ advance_s: 4 * DAY_S });
  assert.equal(ok(await shop.get(`/webhooks/${hook.id}`)).old_secret_until, null);
  const before = receiver.deliveries.length;
  await pay();
  await came(receiver, before + 1);
  const last = receiver.deliveries.at(-1);
  assert.equal(last.headers['webhook-signature'], standard(rotated.secret, last));
  assert.equal(last.headers['x-komoju-signature'], signature(rotated.secret, last.raw));
});

test('without an overlap, and by a change, the old secret ends at once', async () => {
  const { shop, receiver, hook, pay } = await story();
  assert.equal(ok(await shop.post(`/webhooks/${hook.id}/rotate_secret`, { secret: 'second', overlap_seconds: 0 }))
    .secret, undefined);
  await pay();
  await came(receiver, 2);
  assert.equal(receiver.deliveries[1].headers['x-komoju-signature'], signature('second', receiver.deliveries[1].raw));
  ok(await shop.patch(`/webhooks/${hook.id}`, { secret: 'third' }));
  await pay();
  await came(receiver, 3);
  const [, , third] = receiver.deliveries;
  assert.equal(third.headers['x-komoju-signature'], signature('third', third.raw));
  assert.equal(third.headers['webhook-signature'], standard('third', third));
});

test('the log has every attempt with its time, status and length', async () => {
  const { shop, receiver, hook, pay } = await story();
  let failures = 2;
  receiver.answer = () => (failures-- > 0 ? 503 : 201);
  await pay();
  await until('it arrived', async () => {
    await shop.clock({ advance_s: 600 });
    return (await log(shop, hook)).every((delivery) => delivery.state === 'delivered');
  });
  const [delivery, ping] = await log(shop, hook);
  assert.equal(delivery.id, receiver.deliveries[1].headers['x-komoju-id']);
  assert.equal(delivery.event, receiver.deliveries[1].event.id);
  assert.deepEqual([delivery.event_type, delivery.event_seq, delivery.tries, delivery.resends, delivery.last_status],
    ['payment.captured', 2, 3, 0, 201]);
  assert.deepEqual(delivery.attempts.map(({ attempt, status, error }) => [attempt, status, error]),
    [[3, 201, null], [2, 503, 'the status is not 2xx'], [1, 503, 'the status is not 2xx']]);
  for (const { attempted_at, duration_ms } of delivery.attempts) {
    assert.match(attempted_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(duration_ms >= 0 && duration_ms < 60000);
  }
  assert.deepEqual(ok(await shop.get(`/webhooks/${hook.id}/deliveries/${delivery.id}`)), delivery);
  assert.deepEqual(await log(shop, hook, '?event_type=ping'), [ping]);
  assert.deepEqual(await log(shop, hook, '?state=delivered&event_type=payment.captured'), [delivery]);
  assert.deepEqual(await log(shop, hook, '?state=waiting'), []);
  assert.deepEqual(await log(shop, hook, '?event_type=submerchant.payment.captured'), []);
  assert.deepEqual(await log(shop, hook, '?per_page=1&page=2'), [ping]);
  assert.deepEqual(await log(shop, hook, '?end_time=2020-01-01T00:00:00Z'), []);
  refused(await shop.get(`/webhooks/${hook.id}/deliveries?state=lost`), 422, 'invalid_parameter', 'state');
  refused(await shop.get(`/webhooks/${hook.id}/deliveries?event_type=lost`), 422, 'invalid_parameter', 'event_type');
});

test('who is not there is in the log as well', async () => {
  const shop = await server.merchant('ordinary');
  const hook = ok(await shop.post('/webhooks', { url: 'http://127.0.0.1:1/nobody' }));
  await until('it was tried', async () => (await log(shop, hook))[0].tries > 0);
  const [{ attempts, last_status }] = await log(shop, hook);
  assert.deepEqual([last_status, attempts[0].status], [null, null]);
  assert.equal(typeof attempts.at(-1).error, 'string');
});

test('an event is sent again to one endpoint or to all that want it, under the id it had', async () => {
  const { shop, receiver, hook, pay } = await story();
  const other = await Receiver.start();
  const second = ok(await shop.post('/webhooks', { url: other.url, event_types: ['payment.cancelled'] }));
  await came(other, 1);
  await pay();
  await came(receiver, 2);
  const [{ event, id }] = await log(shop, hook);
  await until('it is noted', async () => (await log(shop, hook))[0].state === 'delivered');
  const all = ok(await shop.post(`/events/${event}/resend`));
  assert.deepEqual([all.resource, all.event], ['webhook_resend', event]);
  assert.deepEqual(all.deliveries.map((d) => [d.webhook, d.id, d.state, d.resends]), [[hook.id, id, 'waiting', 1]]);
  await came(receiver, 3);
  assert.equal(receiver.deliveries[2].headers['x-komoju-id'], id);
  assert.deepEqual(receiver.deliveries[2].raw, receiver.deliveries[1].raw);
  const one = ok(await shop.post(`/events/${event}/resend`, { webhook: second.id }));
  assert.deepEqual(one.deliveries.map((d) => d.webhook), [second.id], 'it did not want the event, and gets it now');
  await came(other, 2);
  assert.equal(receiver.deliveries.length, 3);
  refused(await shop.post(`/events/${event}/resend`, { webhook: NOBODY }), 422, 'invalid_parameter', 'webhook');
  refused(await shop.post(`/events/${NOBODY}/resend`), 404, 'not_found');
  const key = { 'X-KOMOJU-IDEMPOTENCY': crypto.randomUUID() };
  await until('it is noted', async () => (await log(shop, hook))[0].state === 'delivered');
  ok(await shop.post(`/webhooks/${hook.id}/deliveries/${id}/resend`, {}, key));
  ok(await shop.post(`/webhooks/${hook.id}/deliveries/${id}/resend`, {}, key));
  await until('it arrived', async () => (await log(shop, hook))[0].state === 'delivered');
  assert.equal((await log(shop, hook))[0].resends, 2);
  assert.equal(receiver.deliveries.length, 4);
});

test('a receiver that is down for three days: deliveries expire, and all of them come when they are asked for', async () => {
  const { shop, receiver, hook, pay } = await story();
  receiver.answer = () => 503;
  const payments = [];
  for (let i = 0; i < 5; i++) payments.push((await pay()).id);
  await until('all were tried', async () => (await log(shop, hook)).every((delivery) => delivery.tries > 0));
  await until('they are given up', async () => {
    await shop.clock({ advance_s: DAY_S });
    return (await log(shop, hook, '?state=given_up')).length === 5;
  });
  receiver.answer = () => 200;
  const before = receiver.deliveries.length;
  await pay();
  await came(receiver, before + 1);
  await until('it is noted', async () => (await log(shop, hook, '?state=delivered')).length === 2);
  const missing = ok(await shop.post(`/webhooks/${hook.id}/resend`, { after_seq: 1, only_missing: true }));
  assert.deepEqual(missing, { resource: 'webhook_resend', webhook: hook.id, after_seq: 1, last_seq: 7, resent: 5,
    has_more: false });
  await until('all arrived', async () => (await log(shop, hook)).every((delivery) => delivery.state === 'delivered'));
  const came5 = new Set(receiver.deliveries.slice(before + 1).map((delivery) => delivery.event.data.id));
  assert.deepEqual([...came5].sort(), [...payments].sort());
  const all = ok(await shop.post(`/webhooks/${hook.id}/resend`, { after_seq: 0 }));
  assert.deepEqual([all.last_seq, all.resent], [7, 6], 'all but the ping');
  await until('all arrived again', () => receiver.deliveries.length === before + 1 + 5 + 6);
  refused(await shop.post(`/webhooks/${hook.id}/resend`, { after_seq: 8 }), 422, 'invalid_parameter', 'after_seq');
  refused(await shop.post(`/webhooks/${hook.id}/resend`, {}), 422, 'missing_parameter', 'after_seq');
});

test('a receiver that is back before three days are over has missed nothing, and the log has each attempt', async () => {
  const { shop, receiver, hook, pay } = await story();
  receiver.answer = () => 503;
  const payments = [(await pay()).id, (await pay()).id];
  for (let hours = 0; hours < 66; hours += 6) {
    await shop.clock({ advance_s: 6 * 3600 }); // longer than most of the schedule's steps: 10 s to 6 h
    if (hours === 24) payments.push((await pay()).id); // something happens meanwhile
  }
  const waiting = await log(shop, hook, '?state=waiting');
  assert.equal(waiting.length, 3, 'given up is none');
  const failed = receiver.deliveries.length - 1; // all but the ping
  assert.equal(waiting.reduce((sum, { tries }) => sum + tries, 0), failed);
  receiver.answer = () => 200;
  await until('all arrived', async () => {
    await shop.clock({ advance_s: 1800 });
    return (await log(shop, hook)).every((delivery) => delivery.state === 'delivered');
  });
  const arrived = receiver.deliveries.slice(1 + failed);
  assert.deepEqual(arrived.map(({ event }) => event.data.id).sort(), [...payments].sort(), 'each once');
  for (const delivery of await log(shop, hook, '?event_type=payment.captured')) {
    const { attempts, tries } = delivery;
    const sent = receiver.deliveries.filter(({ headers }) => headers['x-komoju-id'] === delivery.id);
    assert.equal(sent.length, tries);
    assert.equal(new Set(sent.map(({ raw }) => raw.toString())).size, 1, 'the same bytes each time');
    const shown = Math.min(tries, attempts.length);
    assert.ok(shown >= 5, `${shown} attempts`);
    assert.deepEqual(attempts.map(({ attempt }) => attempt), Array.from({ length: shown }, (_, i) => tries - i));
    assert.deepEqual(attempts.map(({ status }) => status), [200, ...Array(shown - 1).fill(503)]);
    const times = attempts.map(({ attempted_at: at }) => Date.parse(at));
    for (let i = 1; i < shown; i++) assert.ok(times[i] <= times[i - 1]);
    assert.ok(times[0] - times[shown - 1] > 24 * 3600 * 1000);
  }
});

test('sending again goes in steps of 500 events', async () => {
  const shop = await server.merchant('ordinary');
  for (let i = 0; i < 60; i++)
    await Promise.all(Array.from({ length: 9 }, () => shop.pay(100, null)));
  const receiver = await Receiver.start();
  const hook = ok(await shop.post('/webhooks', { url: receiver.url, event_types: ['payment.captured'] }));
  await came(receiver, 1);
  const first = ok(await shop.post(`/webhooks/${hook.id}/resend`, { after_seq: 0 }));
  assert.deepEqual([first.last_seq, first.resent, first.has_more], [500, 500, true]);
  const second = ok(await shop.post(`/webhooks/${hook.id}/resend`, { after_seq: first.last_seq }));
  assert.deepEqual([second.last_seq, second.resent, second.has_more], [541, 40, false]);
  await came(receiver, 541);
  assert.equal(new Set(receiver.deliveries.map((delivery) => delivery.event.id)).size, 541);
});

test('the log of events by number, oldest first, each once', async () => {
  const { shop, pay } = await story();
  for (let i = 0; i < 4; i++) await pay();
  const newest = ok(await shop.get('/events')).data;
  const all = ok(await shop.get('/events?after_seq=0'));
  assert.deepEqual(all.data.map((event) => event.seq), [1, 2, 3, 4, 5]);
  assert.deepEqual(all.data.map(({ seq, ...event }) => event).reverse(), newest);
  assert.deepEqual([all.resource, all.after_seq, all.last_seq, all.has_more], ['list', 0, 5, false]);
  const some = ok(await shop.get('/events?after_seq=1&limit=2'));
  assert.deepEqual([some.data.map((event) => event.seq), some.last_seq, some.has_more], [[2, 3], 3, true]);
  const none = ok(await shop.get('/events?after_seq=5'));
  assert.deepEqual([none.data, none.last_seq, none.has_more], [[], 5, false]);
  refused(await shop.get('/events?after_seq=6'), 422, 'invalid_parameter', 'after_seq');
  refused(await shop.get('/events?after_seq=-1'), 422, 'invalid_parameter', 'after_seq');
  refused(await shop.get('/events?after_seq=x'), 422, 'invalid_parameter', 'after_seq');
  for (const limit of [0, 101]) refused(await shop.get(`/events?after_seq=0&limit=${limit}`), 422, 'invalid_parameter', 'limit');
});

test('attempts are kept for 30 days, deliveries for good', async () => {
  const { shop, receiver, hook, pay } = await story();
  await shop.clock({ advance_s: 20 * DAY_S });
  await pay();
  await came(receiver, 2);
  await until('both are noted', async () => (await log(shop, hook)).every((delivery) => delivery.state === 'delivered'));
  await shop.clock({ advance_s: 11 * DAY_S });
  await server.stop();
  await server.begin(); // which sweeps when it starts
  await until('the old one is gone', async () => (await log(shop, hook))[1].attempts.length === 0);
  assert.deepEqual((await log(shop, hook)).map((delivery) => [delivery.state, delivery.attempts.length]),
    [['delivered', 1], ['delivered', 0]]);
});

closes(server);
