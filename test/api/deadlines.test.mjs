// SPDX-License-Identifier: Apache-2.0
// deadlines.test.mjs: slips to the last second. 23:59:59 in Japan on the deadline's day is in time, 00:00:00 is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, ok, refused, run, Server } from '../lib/server.mjs';

const server = await Server.start();
const EMAIL = 'hana@shop.example';
const WHO = { email: EMAIL, phone: '090-1234-5678', given_name: '花', family_name: '田中', given_name_kana: 'ハナ',
  family_name_kana: 'タナカ' };
const DAY_MS = 86400e3;
const JST_MS = 9 * 3600e3;
const TRIES_MAX = 20;
const SLIPS = {
  konbini: { details: { store: 'lawson', email: EMAIL }, days: 3, fee: 190 },
  bank_transfer: { details: WHO, days: 14, fee: 0 },
  pay_easy: { details: WHO, days: 3, fee: 190 },
};

const create = async (shop, type, more = {}) => ok(await shop.post('/payments', {
  amount: 1000, tax: 0, currency: 'JPY', payment_details: { type, ...SLIPS[type].details, ...more } }));
const page = (id) => server.request('GET', `/simulator/${id}/state`);
const pay = (id) => server.request('POST', `/simulator/${id}/act`,
  { headers: { 'Content-Type': 'application/json' }, body: '{"act":"pay"}' });
const at = (deadline, ms) => new Date(Date.parse(deadline) + ms).toISOString();

async function events(shop, id) {
  const { data } = ok(await shop.get('/events?per_page=100'));
  return data.filter((event) => event.data.id === id).map((event) => event.type).reverse();
}

/** 23:59:59 in Japan on the day that is so many after that of `now`. */
function deadlineOf(now, days) {
  const day = Math.floor((Date.parse(now) + JST_MS) / DAY_MS) + days;
  return new Date((day + 1) * DAY_MS - JST_MS - 1000).toISOString().replace('.000', '');
}

/** Moves the clock to a moment; false when it has run past that already. */
async function reaches(shop, to) {
  const reply = await shop.post('/test_helpers/clock', { to });
  if (reply.status === 200) return true;
  refused(reply, 422, 'invalid_parameter', 'to');
  assert.ok(Date.parse(await shop.clock()) + 1000 > Date.parse(to), 'it is refused only when it has passed');
  return false;
}

/** New slips in their last second, one of them paid as it begins and one as it ends, and the clock at the moment after it;
 *  undefined when the clock, which runs on between two calls, was too fast for that. */
async function passLastSecond(shop, type) {
  const slips = await Promise.all([1, 2, 3].map(() => create(shop, type)));
  const [inTime, late, told] = slips;
  const deadline = inTime.payment_deadline;
  const isLastSecond = async () => await shop.clock() === deadline;
  assert.equal(deadline, deadlineOf(inTime.created_at, SLIPS[type].days));
  assert.deepEqual(slips.map((slip) => slip.payment_deadline), Array(3).fill(deadline));

  await shop.clock({ to: deadline });
  const paid = await pay(inTime.id);
  if (!await isLastSecond()) return undefined;
  assert.equal(ok(paid).status, 'captured', 'at 23:59:59 sharp');

  if (!await reaches(shop, at(deadline, 900))) return undefined;
  const captured = await shop.simulate(told.id, 'captured');
  const waiting = ok(await shop.get(`/payments/${late.id}`));
  if (!await isLastSecond()) return undefined;
  assert.equal(ok(captured).status, 'captured', 'the second is not over');
  assert.equal(waiting.status, 'authorized');

  const balance = await shop.balance();
  return await reaches(shop, at(deadline, 1000)) ? { inTime, late, told, balance } : undefined;
}

/** The same, with other slips as often as the clock is too fast. */
async function afterLastSecond(shop, type) {
  for (let i = 0; i < TRIES_MAX; i++) {
    const passed = await passLastSecond(shop, type);
    if (passed) return passed;
  }
  return assert.fail(`a second is too short for a payment, ${TRIES_MAX} times`);
}

for (const [type, { fee }] of Object.entries(SLIPS)) {
  test(`${type}: paid at 23:59:59 it is captured, at 00:00:00 it has expired`, async () => {
    const shop = await server.merchant('ordinary');
    const { inTime, late, told, balance } = await afterLastSecond(shop, type);
    const after = ok(await shop.get(`/payments/${late.id}`));
    assert.deepEqual([after.status, after.captured_at, after.total], ['expired', null, 1000 + fee]);
    refused(await pay(late.id), 422, 'unprocessable_entity', 'act');
    refused(await shop.post(`/payments/${late.id}/cancel`), 422, 'not_cancellable');
    assert.deepEqual(ok(await page(late.id)).acts, []);
    for (const { id } of [inTime, told])
      assert.deepEqual(await events(shop, id), ['payment.authorized', 'payment.captured']);
    assert.deepEqual(await events(shop, late.id), ['payment.authorized', 'payment.expired']);

    await shop.clock({ advance_s: 2 * 86400 });
    assert.deepEqual(await events(shop, late.id), ['payment.authorized', 'payment.expired'], 'once');
    for (const { id } of [inTime, told]) assert.equal(ok(await shop.get(`/payments/${id}`)).status, 'captured');
    assert.equal(await shop.balance(), balance, 'nothing was captured twice, nothing late');
  });

  test(`${type}: whoever pays as the day ends has paid, or has not; the books agree`, async () => {
    const shop = await server.merchant('ordinary');
    const slips = await Promise.all(Array.from({ length: 12 }, () => create(shop, type)));
    await shop.clock({ to: at(slips[0].payment_deadline, 500) });
    const [, ...replies] = await Promise.all([shop.clock({ advance_s: 1 }),
      ...slips.map(({ id }) => pay(id))]);
    let paid = 0;
    for (let i = 0; i < slips.length; i++) {
      const { status } = ok(await shop.get(`/payments/${slips[i].id}`));
      assert.ok(['captured', 'expired'].includes(status), status);
      if (replies[i].status === 200) assert.equal(replies[i].body.status, status);
      else refused(replies[i], 422, 'unprocessable_entity', 'act');
      assert.deepEqual(await events(shop, slips[i].id), ['payment.authorized', `payment.${status}`]);
      paid += status === 'captured';
    }
    const { data } = ok(await shop.get('/payments?status=captured&per_page=100'));
    assert.equal(data.length, paid);
    const records = ok(await shop.get('/balances/JPY/transactions?per_page=100'));
    assert.equal(records.data.filter((one) => one.type === 'payment').length, paid, 'one for each that was paid');
  });
}

test('days of the request count from the day in Japan', async () => {
  const shop = await server.merchant('ordinary');
  for (const [type, days] of [['konbini', 1], ['konbini', 59], ['bank_transfer', 59], ['pay_easy', 0]]) {
    const payment = await create(shop, type, { expiry_days: days });
    assert.equal(payment.payment_deadline, deadlineOf(payment.created_at, days));
  }
});

test('the operator sets how many days a merchant\'s slips are waited for', async () => {
  const shop = await server.merchant('ordinary');
  const days = (method, ...more) => run('merchant', 'expiry', '--db', server.db, '--merchant', shop.id, '--method', method,
    ...more);
  const shown = async (...args) => {
    const { code, stdout, stderr } = await days(...args);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const daysOf = async (type, more) => {
    const { created_at: at, payment_deadline: until } = await create(shop, type, more);
    return [...Array(60).keys()].find((n) => deadlineOf(at, n) === until);
  };
  assert.deepEqual(await shown('konbini'), { merchant: shop.id, method: 'konbini', expiry_days: 3 });
  assert.deepEqual([await daysOf('konbini'), await daysOf('bank_transfer')], [3, 14]);
  assert.deepEqual(await shown('konbini', '--days', '10'), { merchant: shop.id, method: 'konbini', expiry_days: 10 });
  assert.equal((await shown('bank_transfer', '--days', '30')).expiry_days, 30);
  assert.deepEqual([await daysOf('konbini'), await daysOf('bank_transfer')], [10, 30]);
  assert.equal(await daysOf('konbini', { expiry_days: 2 }), 2, 'what a payment says goes before');
  for (const [method, more] of [['konbini', '60'], ['bank_transfer', '13'], ['bank_transfer', '60'], ['konbini', '-1'],
    ['credit_card', '5'], ['pay_easy', '5']]) {
    const { code, stdout, stderr } = await days(method, '--days', more);
    assert.ok(code === 1 || code === 2, `${method} ${more}`);
    assert.equal(stdout, '');
    assert.match(stderr, /^kessai[^\n]+\n$/);
  }
  assert.deepEqual([(await shown('konbini')).expiry_days, (await shown('bank_transfer')).expiry_days], [10, 30]);
  assert.equal((await shown('konbini', '--days', '0')).expiry_days, 3, 'as if it had never been set');
  assert.deepEqual([await daysOf('konbini'), await daysOf('bank_transfer')], [3, 30]);
  const { code, stderr } = await run('merchant', 'expiry', '--db', server.db, '--merchant', '0123456789abcdefghijklmno',
    '--method', 'konbini');
  assert.deepEqual([code, /--merchant/.test(stderr)], [1, true]);
});

closes(server);
