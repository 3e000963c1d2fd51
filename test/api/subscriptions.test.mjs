// SPDX-License-Identifier: Apache-2.0
// subscriptions.test.mjs: charges of a customer that repeat (komoju-core 11), by moving the merchant's clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ON_POSTGRES } from '../lib/database.mjs';
import { CARD, Client, closes, ok, refused, Server, split, until } from '../lib/server.mjs';

const server = await Server.start();
const DAY_S = 86400;
const UNKNOWN = '0'.repeat(24) + '1';
const THREE_TRIES = 3;

/** A merchant of its own with a customer: its time is nobody else's. */
async function story(kind = 'ordinary', { card = {}, headers = {} } = {}) {
  const shop = await server.merchant(kind);
  const customer = ok(await shop.post('/customers',
    { email: 'hana@shop.example', payment_details: { ...CARD, ...card } }, headers));
  const subscribe = (more = {}) => shop.post('/subscriptions',
    { customer: customer.id, amount: 980, currency: 'JPY', period: 'monthly', ...more });
  const show = async (id) => ok(await shop.get(`/subscriptions/${id}`));
  const remove = (id) => shop.send('DELETE', `/subscriptions/${id}`);
  const payment = async (id) => ok(await shop.get(`/payments/${id}`));
  return { shop, customer, subscribe, show, remove, payment };
}

/** Types of all events of subscriptions, oldest first. */
async function types(shop, prefix = 'subscription.') {
  const all = [];
  for (let page = 1, last = 1; page <= last; page++) {
    const list = ok(await shop.get(`/events?per_page=100&page=${page}`));
    all.push(...list.data);
    last = list.last_page;
  }
  return all.reverse().filter(({ type }) => type.startsWith(prefix)).map(({ type }) => type.slice(prefix.length));
}

const jst = (time) => `${new Date(Date.parse(time) + 9 * 3600e3).toISOString().slice(0, 19)}`;
const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
/** The first time of that day and hour in Japan that is not in the past. */
function next(month, day, hour) {
  const year = new Date().getUTCFullYear() + 1;
  return iso(Date.UTC(year, month - 1, day, hour - 9, 30));
}

test('a subscription has every key of the object, and is charged at once', async () => {
  const { shop, customer, subscribe, show, payment } = await story();
  const made = ok(await subscribe({ metadata: { plan: 'gold' } }));
  const { customer: record } = made;
  assert.match(made.id, /^[0-9a-z]{25}$/);
  assert.ok(Number.isSafeInteger(record.id) && record.id > 0);
  assert.ok(Number.isSafeInteger(record.merchant_id) && record.merchant_id > 0);
  assert.match(record.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/);
  assert.deepEqual(made, {
    id: made.id, resource: 'subscription', status: 'pending', amount: 980, currency: 'JPY',
    customer: { id: record.id, uuid: customer.id, merchant_id: record.merchant_id, created_at: record.created_at,
      updated_at: record.updated_at, email: 'hana@shop.example', currency: null, locale: 'ja', name: 'Taro Yamada',
      phone: null, archived_at: null, metadata: {} },
    period: 'monthly', day: Number(jst(made.created_at).slice(8, 10)),
    payment_details: { type: 'credit_card', month: '12', year: '2035', email: 'hana@shop.example' },
    retry_count: 0, retry_at: null, next_capture_at: made.created_at, created_at: made.created_at, ended_at: null,
    metadata: { plan: 'gold' }, payments: [],
  });
  await shop.clock(); // what is due has run when it answers
  const active = await show(made.id);
  assert.deepEqual([active.status, active.payments.length, active.ended_at], ['active', 1, null]);
  assert.deepEqual([active.customer.id, active.customer.merchant_id], [record.id, record.merchant_id], 'stable');
  const paid = await payment(active.payments[0]);
  assert.deepEqual([paid.status, paid.total, paid.tax, paid.customer, paid.metadata],
    ['captured', 980, 0, customer.id, { plan: 'gold' }]);
  assert.deepEqual(await types(shop), ['created', 'captured']);
  assert.deepEqual(ok(await shop.get('/subscriptions')).data, [active]);
});

test('the first charge needs nobody to ask for it', async () => {
  const { subscribe, show } = await story();
  const { id } = ok(await subscribe());
  await until('the first charge', async () => (await show(id)).status === 'active');
});

test('a year of renewals: one charge a month, at its own time', async () => {
  const { shop, subscribe, show, payment } = await story();
  await shop.clock({ to: next(1, 31, 10) });
  const { id, created_at: created } = ok(await subscribe());
  assert.equal(ok(await shop.get(`/subscriptions/${id}`)).day, 31);
  await shop.clock({ advance_s: 365 * DAY_S });
  const after = await show(id);
  assert.deepEqual([after.status, after.payments.length, after.retry_count], ['active', 13, 0]);
  const payments = await Promise.all(after.payments.map(payment));
  assert.ok(payments.every((p) => p.status === 'captured' && p.captured_at === p.created_at));
  const year = Number(created.slice(0, 4));
  const leap = new Date(Date.UTC(year, 2, 0)).getUTCDate();
  const days = [31, leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31];
  assert.deepEqual(payments.slice(1).map((p) => jst(p.created_at).slice(5, 16)),
    days.slice(1).map((day, i) => `${String((i + 1) % 12 + 1).padStart(2, '0')}-${day}T10:00`));
  assert.deepEqual(await types(shop), ['created', ...Array(13).fill('captured')]);
  assert.equal(await shop.balance() > 0, true);
  assert.equal(after.next_capture_at, iso(Date.UTC(year + 1, 2, 0, 1)), 'the last of February, in step again');
});

test('weeks and years are counted on the calendar too', async () => {
  const { shop, subscribe, show } = await story();
  const weekly = ok(await subscribe({ period: 'weekly' })), yearly = ok(await subscribe({ period: 'yearly' }));
  await shop.clock({ advance_s: 366 * DAY_S });
  assert.equal((await show(weekly.id)).payments.length, 53);
  assert.equal((await show(yearly.id)).payments.length, 2);
  const weekday = new Date(`${jst(weekly.created_at)}Z`).getUTCDay();
  assert.equal(weekly.day, weekday === 0 ? 7 : weekday);
  assert.ok(yearly.day >= 1 && yearly.day <= 366);
});

test('a charge that fails is tried three times, a day apart, and then the subscription is suspended', async () => {
  const { shop, subscribe, show, payment } = await story('ordinary',
    { headers: { 'Komoju-Scenario': 'insufficient_funds' } });
  const { id } = ok(await subscribe());
  await shop.clock();
  const retrying = await show(id);
  assert.deepEqual([retrying.status, retrying.retry_count, retrying.payments.length], ['retrying', 1, 1]);
  const { created_at: first } = await payment(retrying.payments[0]);
  assert.ok(Math.abs(Date.parse(retrying.retry_at) - Date.parse(first) - DAY_S * 1000) <= 1000);
  await shop.clock({ advance_s: 40 * DAY_S });
  const suspended = await show(id);
  assert.deepEqual([suspended.status, suspended.retry_count, suspended.retry_at, suspended.payments.length],
    ['suspended', THREE_TRIES, null, THREE_TRIES]);
  assert.notEqual(suspended.ended_at, null);
  const payments = await Promise.all(suspended.payments.map(payment));
  assert.ok(payments.every((p) => p.status === 'failed'));
  for (let i = 1; i < THREE_TRIES; i++) {
    const apart = Date.parse(payments[i].created_at) - Date.parse(payments[i - 1].created_at);
    assert.ok(Math.abs(apart - DAY_S * 1000) <= 2000, `${apart} ms`);
  }
  assert.deepEqual(await types(shop), ['created', 'failed', 'failed', 'failed', 'suspended']);
  assert.equal(await shop.balance(), 0);
});

test('a card that works again brings a subscription back in step', async () => {
  const { shop, customer, subscribe, show, payment } = await story();
  const { id } = ok(await subscribe());
  await shop.clock();
  ok(await shop.patch(`/customers/${customer.id}`, {}, { 'Komoju-Scenario': 'card_declined' }));
  const { next_capture_at: second } = await show(id);
  await shop.clock({ to: second });
  const failed = await show(id);
  assert.deepEqual([failed.status, failed.retry_count], ['retrying', 1]);
  ok(await shop.patch(`/customers/${customer.id}`, { payment_details: CARD }));
  await shop.clock({ advance_s: DAY_S + 60 });
  const back = await show(id);
  assert.deepEqual([back.status, back.retry_count, back.retry_at, back.payments.length], ['active', 0, null, 3]);
  assert.equal(back.next_capture_at, failed.next_capture_at, 'the retry does not move the period after it');
  assert.deepEqual((await Promise.all(back.payments.map(payment))).map((p) => p.status),
    ['captured', 'failed', 'captured']);
  assert.deepEqual(await types(shop), ['created', 'captured', 'failed', 'captured']);
});

test('a deleted subscription is charged no more', async () => {
  const { shop, subscribe, show, remove } = await story();
  const { id } = ok(await subscribe());
  await shop.clock({ advance_s: 100 * DAY_S });
  const charged = (await show(id)).payments;
  assert.ok(charged.length === 4 || charged.length === 5, `${charged.length} in 100 days`);
  const deleted = ok(await remove(id));
  assert.equal(deleted.status, 'cancelled');
  assert.notEqual(deleted.ended_at, null);
  assert.deepEqual(ok(await remove(id)), deleted, 'once more changes nothing');
  await shop.clock({ advance_s: 100 * DAY_S });
  assert.deepEqual(await show(id), deleted);
  assert.equal((await types(shop)).filter((type) => type === 'deleted').length, 1);
});

test('a retry that waits ends with the subscription', async () => {
  const { shop, subscribe, show, remove } = await story('ordinary', { headers: { 'Komoju-Scenario': 'card_expired' } });
  const { id } = ok(await subscribe());
  await shop.clock();
  assert.equal((await show(id)).status, 'retrying');
  ok(await remove(id));
  await shop.clock({ advance_s: 5 * DAY_S });
  assert.deepEqual([(await show(id)).status, (await show(id)).payments.length], ['cancelled', 1]);
});

test('subscriptions end with their customer', async () => {
  const { shop, customer, subscribe, show } = await story();
  const running = ok(await subscribe()), other = ok(await subscribe({ period: 'weekly' }));
  await shop.clock();
  ok(await shop.send('DELETE', `/customers/${customer.id}`));
  for (const { id } of [running, other]) {
    const ended = await show(id);
    assert.deepEqual([ended.status, ended.payments.length, ended.payment_details, ended.customer.email],
      ['cancelled', 1, null, null]);
    assert.notEqual(ended.customer.archived_at, null);
  }
  await shop.clock({ advance_s: 40 * DAY_S });
  assert.equal((await show(running.id)).payments.length, 1);
  assert.deepEqual(await types(shop), ['created', 'created', 'captured', 'captured', 'deleted', 'deleted']);
});

test('each charge of a split subscription is split, and the ledger says so', async () => {
  const { shop, subscribe, show, payment } = await story('marketplace');
  const [first, second] = await shop.payouts(2);
  refused(await subscribe(), 422, 'missing_parameter', 'platform_details');
  refused(await subscribe({ platform_details: split([first, 900, 90]) }), 422, 'invalid_parameter',
    'platform_details.submerchants');
  const platform_details = split([first, 700, 70], [second, 280, 30]);
  const made = ok(await subscribe({ platform_details }));
  assert.deepEqual(made.platform_details, { processing_merchant_id: shop.id, ...platform_details });
  await shop.clock({ advance_s: 365 * DAY_S });
  const { payments } = await show(made.id);
  assert.equal(payments.length, 13);
  for (const id of payments) assert.deepEqual((await payment(id)).platform_details, made.platform_details);
  assert.deepEqual([await shop.balance(first), await shop.balance(second)], [13 * (700 - 70), 13 * (280 - 30)]);
  const { total, data } = ok(await shop.get(`/merchants/${first}/balances/JPY/transactions?per_page=100`));
  assert.equal(total, 26, 'a share and a fee of each charge');
  const amounts = (type) => data.filter((record) => record.record_type === type || record.type === type).length;
  assert.equal(amounts('payment_share') + amounts('platform_fee'), 26);
});

test('a seller\'s subscription is processed by the seller', async () => {
  const { shop, subscribe, show, payment } = await story('platform');
  const seller = await shop.seller();
  refused(await subscribe({ platform_details: split([seller, 980, 100]) }), 422, 'missing_parameter',
    'platform_details.processing_merchant_id');
  const { id } = ok(await subscribe({
    platform_details: { processing_merchant_id: seller, ...split([seller, 980, 100]) } }));
  await shop.clock();
  const [charged] = (await show(id)).payments;
  assert.equal((await payment(charged)).platform_details.processing_merchant_id, seller);
});

test('a split that no longer holds is a charge that fails', async () => {
  const { shop, subscribe, show } = await story('platform');
  const seller = await shop.seller();
  const { id } = ok(await subscribe({
    platform_details: { processing_merchant_id: seller, ...split([seller, 980, 100]) } }));
  await shop.clock();
  ok(await shop.patch(`/merchants/${seller}`, { payments_enabled: false }));
  await shop.clock({ advance_s: 40 * DAY_S });
  const suspended = await show(id);
  assert.deepEqual([suspended.status, suspended.payments.length], ['suspended', 1]);
  assert.deepEqual(await types(shop), ['created', 'captured', 'failed', 'failed', 'failed', 'suspended']);
});

test('bad input names its parameter and makes nothing', async () => {
  const { shop, subscribe } = await story();
  const bare = ok(await shop.post('/customers', {}));
  const gone = ok(await shop.post('/customers', { payment_details: CARD }));
  ok(await shop.send('DELETE', `/customers/${gone.id}`));
  for (const [more, code, param] of [
    [{ customer: undefined }, 'missing_parameter', 'customer'],
    [{ amount: undefined }, 'missing_parameter', 'amount'],
    [{ currency: undefined }, 'missing_parameter', 'currency'],
    [{ period: undefined }, 'missing_parameter', 'period'],
    [{ customer: UNKNOWN }, 'invalid_parameter', 'customer'],
    [{ customer: 'nobody' }, 'invalid_parameter', 'customer'],
    [{ customer: gone.id }, 'invalid_parameter', 'customer'],
    [{ customer: bare.id }, 'unprocessable_entity', 'customer'],
    [{ amount: 0 }, 'invalid_parameter', 'amount'],
    [{ amount: 10000000 }, 'invalid_parameter', 'amount'],
    [{ currency: 'XXX' }, 'invalid_currency', 'currency'],
    [{ period: 'daily' }, 'invalid_parameter', 'period'],
    [{ metadata: 'no' }, 'invalid_parameter', 'metadata'],
    [{ platform_details: split([shop.id, 980, 0]) }, 'forbidden', 'platform_details'],
  ]) {
    refused(await subscribe(more), code === 'forbidden' ? 403 : 422, code, param);
  }
  assert.equal(ok(await shop.get('/subscriptions')).total, 0);
  assert.deepEqual(await types(shop), []);
});

test('a subscription is its own merchant\'s', async () => {
  const { shop, customer, subscribe } = await story();
  const { id } = ok(await subscribe());
  const other = await server.merchant('ordinary');
  refused(await other.get(`/subscriptions/${id}`), 404, 'not_found');
  refused(await other.send('DELETE', `/subscriptions/${id}`), 404, 'not_found');
  refused(await other.post('/subscriptions', { customer: customer.id, amount: 1, currency: 'JPY', period: 'weekly' }),
    422, 'invalid_parameter', 'customer');
  refused(await shop.browser.get('/subscriptions'), 403, 'forbidden');
  for (const wrong of [UNKNOWN, 'short']) {
    refused(await shop.get(`/subscriptions/${wrong}`), 404, 'not_found');
    refused(await shop.send('DELETE', `/subscriptions/${wrong}`), 404, 'not_found');
  }
});

test('lists are paged, newest first', async () => {
  const { shop, subscribe } = await story();
  const ids = [];
  for (let i = 0; i < 3; i++) ids.unshift(ok(await subscribe({ amount: 100 + i })).id);
  const list = ok(await shop.get('/subscriptions?per_page=2'));
  assert.deepEqual([list.resource, list.total, list.last_page, list.data.map(({ id }) => id)],
    ['list', 3, 2, ids.slice(0, 2)]);
  assert.deepEqual(ok(await shop.get('/subscriptions?per_page=2&page=2')).data.map(({ id }) => id), ids.slice(2));
  assert.equal(ok(await shop.get('/subscriptions?start_time=2999-01-01')).total, 0);
});

test('the same key makes one subscription', async () => {
  const { shop, customer } = await story();
  const body = { customer: customer.id, amount: 100, currency: 'JPY', period: 'weekly' };
  const headers = { 'X-KOMOJU-IDEMPOTENCY': 'subscribe-once' };
  const first = ok(await shop.post('/subscriptions', body, headers));
  await shop.clock();
  assert.deepEqual(ok(await shop.post('/subscriptions', body, headers)), first);
  assert.equal(ok(await shop.get('/subscriptions')).total, 1);
});

test('a charge whose outcome is learnt later moves the subscription on then, and not before', async () => {
  const { shop, customer, subscribe, show, payment } = await story('ordinary',
    { headers: { 'Komoju-Scenario': 'timeout_long' } });
  const { id } = ok(await subscribe());
  await until('the charge is under way', async () => (await show(id)).payments.length === 1);
  const seen = await until('its outcome', async () => {
    const now = await show(id);
    assert.equal(now.payments.length, 1, 'nothing else is tried while it is not known');
    return now.status !== 'pending' && now;
  });
  assert.deepEqual([seen.status, seen.retry_count, (await payment(seen.payments[0])).status],
    ['retrying', 1, 'failed'], 'nobody knew, so it was taken back');
  ok(await shop.patch(`/customers/${customer.id}`, { payment_details: CARD }));
  await shop.clock({ advance_s: DAY_S + 60 });
  assert.deepEqual([(await show(id)).status, (await show(id)).payments.length], ['active', 2]);
  assert.deepEqual(await types(shop), ['created', 'failed', 'captured']);
});

test('a charge that was lost with its server is known after the next start, and made once', async () => {
  const { shop, customer, subscribe, show, payment } = await story('ordinary',
    { headers: { 'Komoju-Scenario': 'delay:2000' } });
  const { id } = ok(await subscribe());
  await until('the charge is under way', async () => (await show(id)).payments.length === 1);
  server.child.kill('SIGKILL');
  await server.ended;
  await server.begin();
  await until('its outcome', async () => (await show(id)).status !== 'pending');
  ok(await shop.patch(`/customers/${customer.id}`, { payment_details: CARD }));
  await shop.clock({ advance_s: DAY_S + 60 });
  const { status, payments } = await show(id);
  assert.equal(status, 'active');
  const taken = (await Promise.all(payments.map(payment))).filter((p) => p.status === 'captured');
  assert.equal(taken.length, 1);
});

test('several servers charge each period once', { skip: !ON_POSTGRES }, async () => {
  const second = await Server.start({ db: server.db });
  const { shop, subscribe, show } = await story();
  const ids = [];
  for (let i = 0; i < 8; i++) ids.push(ok(await subscribe({ period: 'weekly', amount: 100 + i })).id);
  const there = new Client(second, shop.key);
  for (const client of [shop, there, shop]) ok(await client.post('/test_helpers/clock', { advance_s: 7 * DAY_S + 60 }));
  const subscriptions = await until('three weeks and the first charge', async () => {
    const all = await Promise.all(ids.map(show));
    return all.every(({ payments }) => payments.length >= 4) && all;
  });
  assert.ok(subscriptions.every(({ payments, status }) => payments.length === 4 && status === 'active'));
  assert.equal(ok(await shop.get('/payments')).total, 32);
  await second.stop();
});

test('a server that was stopped charges what has come due, period by period, once', async () => {
  const { shop, subscribe, show } = await story();
  const { id } = ok(await subscribe({ period: 'weekly' }));
  await shop.clock({ advance_s: 15 * DAY_S });
  assert.equal((await show(id)).payments.length, 3);
  const waiting = ok(await subscribe());
  await server.stop();
  await server.begin();
  await until('the charge', async () => (await show(waiting.id)).payments.length === 1);
  await shop.clock({ advance_s: 7 * DAY_S });
  assert.equal((await show(id)).payments.length, 4);
});

closes(server);
