// SPDX-License-Identifier: Apache-2.0
// race.test.mjs: many clients at once on the same few payments, under the same keys, and beside the command line.
//
// Which call wins is left to chance; that the winners together are legal is not. Every answer is held against a naive
// model of the books (lib/load.mjs), and the auditor has the last word.
// KESSAI_SEED repeats the choices, KESSAI_OPS (9600) sets how many calls race.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CARD, SEED, beside, checkBalances, checkPayment, client, idKey, insist, ledgerOf, over, random, sleep,
} from '../lib/load.mjs';
import { Receiver } from '../lib/receiver.mjs';
import { Server, closes, run, split } from '../lib/server.mjs';

const LANES = 64, ROUNDS = 10, PAYMENTS = 6, TWINS = 16;
const OPS = Number(process.env.KESSAI_OPS ?? 9600);
console.log(`seed ${SEED}`);

const server = await Server.start({ args: ['--allow-private-webhooks'] });

/** A platform of its own for one test: books that nothing else touches. */
async function shop() {
  const merchant = await server.marketplace();
  const subs = await merchant.payouts(3);
  const port = Number(new URL(server.base).port);
  const api = client(() => port, merchant.key, { connections: LANES });
  const transfers = [];
  // Half of each payment is the platform's fee, so that it can pay refunds.
  for (const sub of subs) await merchant.pay(20000, [[sub, 20000, 10000]]);
  return { id: merchant.id, subs, api, transfers };
}

const newPayment = (amount, lines, more = {}) => ({
  amount, tax: 0, currency: 'JPY', payment_details: CARD, platform_details: split(...lines), ...more,
});

const hold = (amount) => newPayment(amount, [], { capture: false, platform_details: {} });

const isFinal = (r) => [200, 402, 422, 502].includes(r.status);

// What a rail may do to a call; mostly nothing. timeout_long keeps a payment busy for seconds, so it is rare.
function scenario(dice) {
  return dice.weighted([
    [undefined, 700], ['delay:20', 120], ['timeout', 120], ['timeout_before', 30], ['card_declined', 15],
    ['garbage', 14], ['timeout_long', 1],
  ]);
}

/** The calls of the race: each gives {kind, path, body} and notes what it asks for. */
const CALLS = {
  capture(dice, s, payment) {
    const amount = dice.chance(40) ? payment.amount : dice.between(100, payment.amount - 1);
    const first = dice.between(1, amount - 1), fee = Math.floor(first / 5);
    const lines = dice.chance(50) ? [[s.subs[0], amount, Math.floor(amount / 5)]]
      : [[s.subs[0], first, fee], [s.subs[1], amount - first, Math.floor((amount - first) / 5)]];
    return { path: `/payments/${payment.id}/capture`, body: { amount, tax: 0, platform_details: split(...lines) } };
  },
  cancel: (dice, s, payment) => ({ path: `/payments/${payment.id}/cancel`, body: {} }),
  reverse: (dice, s, payment, name) => ({ path: `/payments/${payment.id}/refund`, body: { description: name } }),
  refund(dice, s, payment, name) {
    const amount = dice.between(10, Math.ceil(payment.amount / 6)), back = dice.between(1, amount);
    return { path: `/payments/${payment.id}/refund`,
      body: { amount, description: name, platform_details: split([s.subs[0], back, amount - back]) } };
  },
  give(dice, s) {
    const to = dice.pick(s.subs), amount = dice.between(1, 6000);
    return { path: dice.chance(50) ? '/balances/JPY/transfer' : `/merchants/${s.id}/balances/JPY/transfer`,
      body: { to, amount }, transfer: { from: s.id, to, amount } };
  },
  take(dice, s) {
    const from = dice.pick(s.subs), amount = dice.between(1, 6000);
    return { path: `/merchants/${from}/balances/JPY/transfer`, body: { to: s.id, amount },
      transfer: { from, to: s.id, amount } };
  },
  dispute: (dice, s, payment) => ({ path: `/test_helpers/payments/${payment.id}/simulate`,
    body: { outcome: dice.pick(['chargeback_opened', 'chargeback_won']) } }),
  chargeback: (dice, s, payment) => ({ path: `/test_helpers/payments/${payment.id}/simulate`,
    body: { outcome: 'chargeback_lost' } }),
};
const MIX = [
  ['capture', 20], ['cancel', 10], ['reverse', 8], ['refund', 30], ['give', 20], ['take', 20], ['dispute', 1],
];

/** Fresh payments to race on: a third authorized, the others captured. */
async function freshPayments(s, dice) {
  const made = [];
  for (let i = 0; i < PAYMENTS; i++) {
    const amount = dice.between(1000, 9000), first = dice.between(300, 700);
    const lines = [[s.subs[0], amount - first, Math.floor(amount / 5)], [s.subs[1], first, 100]];
    const body = i % 3 > 0 ? newPayment(amount, lines) : hold(amount);
    const r = await s.api.call('POST', '/payments', body);
    assert.equal(r.status, 200, r.text);
    made.push(r.json);
  }
  return made;
}

/** One round: all lanes at once. Gives the calls with their answers. */
async function round(s, number, mix, payments, ops) {
  const calls = [];
  await beside(LANES, async (lane) => {
    const dice = random(SEED + number * 1000 + lane);
    for (let i = 0; i < ops; i++) {
      const kind = dice.weighted(mix), payment = dice.pick(payments), name = `${number}.${lane}.${i}`;
      const call = { kind, payment, name, ...CALLS[kind](dice, s, payment, name) };
      call.scenario = call.transfer ? undefined : scenario(dice);
      const key = dice.chance(50) ? `race ${SEED} ${s.id} ${name}` : undefined;
      call.answer = await s.api.call('POST', call.path, call.body, { key, scenario: call.scenario });
      calls.push(call);
      if (call.transfer && call.answer.status === 200) s.transfers.push(call.transfer);
      if (i % 8 === 0) {
        const { total_balance_cents } = await s.api.get(`/merchants/${dice.pick(s.subs)}/balances/JPY`);
        assert.ok(total_balance_cents >= 0, `a sub-merchant holds ${total_balance_cents} in round ${number}`);
        checkPayment(await s.api.get(`/payments/${payment.id}`));
      }
    }
  });
  return calls;
}

/** Waits while an operation with an unknown outcome is under way; changes at most an open dispute. */
const settled = (s, payment) => insist(() =>
  s.api.call('POST', `/test_helpers/payments/${payment.id}/simulate`, { outcome: 'chargeback_won' }));

/** What the answers about one payment promised is what it shows, and nothing else. */
async function checkAnswers(s, payment, calls) {
  await settled(s, payment);
  const now = await s.api.get(`/payments/${payment.id}`);
  checkPayment(now);
  const won = (kind) => calls.filter((c) => c.kind === kind && c.answer.status === 200);
  const may = (kind) => calls.filter((c) => c.kind === kind && c.answer.status === 504); // perhaps done later
  const captures = won('capture'), cancels = won('cancel');
  assert.ok(captures.length + cancels.length <= 1, `${captures.length} captures and ${cancels.length} cancels won`);
  if (cancels.length === 1) assert.equal(now.status, 'cancelled');
  if (payment.status === 'authorized' && now.captured_at !== null) {
    const by = captures[0] ?? may('capture').find((c) => c.body.amount === now.amount);
    assert.ok(by, `${now.id} is captured, and nobody was told`);
    assert.equal(now.amount, by.body.amount);
    assert.deepEqual(now.platform_details.submerchants, by.body.platform_details.submerchants);
  }
  const shown = new Map(now.refunds.filter((r) => !r.chargeback).map((r) => [r.description, r]));
  assert.equal(shown.size, now.refunds.filter((r) => !r.chargeback).length, 'a refund is there twice');
  for (const call of [...won('refund'), ...won('reverse')]) {
    const told = call.answer.json.refunds.find((r) => r.description === call.name);
    assert.deepEqual(shown.get(call.name), told, `refund ${call.name}`);
    if (call.body.amount !== undefined) assert.equal(told.amount, call.body.amount);
    shown.delete(call.name);
  }
  for (const name of shown.keys())
    assert.ok([...may('refund'), ...may('reverse')].some((c) => c.name === name), `refund ${name}: nobody was told`);
  assert.equal(won('chargeback').length, now.refunds.filter((r) => r.chargeback).length);
}

/** No transaction of an account's whole history leaves it below zero. */
async function checkNeverNegative(s, account) {
  let held = 0;
  for (const row of await ledgerOf(s.api, account)) {
    held += row.net;
    assert.ok(held >= 0, `${account} holds ${held} after ${row.types} of ${row.net}`);
  }
}

function tally(calls) {
  const counts = {};
  for (const { kind, answer } of calls) {
    counts[kind] ??= {};
    const as = answer.status === 200 ? 'ok' : `${answer.status} ${answer.json?.error?.code}`;
    counts[kind][as] = (counts[kind][as] ?? 0) + 1;
  }
  return counts;
}

test('racing calls never move a yen more than is legal', async () => {
  const s = await shop(), dice = random(SEED), all = [];
  const ops = Math.max(1, Math.round(OPS / LANES / ROUNDS));
  for (let number = 0; number < ROUNDS; number++) {
    // Chargebacks may drive the platform below zero, so they come last, after its history has been looked at.
    const has_chargebacks = number >= ROUNDS - 3;
    if (number === ROUNDS - 3) await checkNeverNegative(s, s.id);
    const payments = await freshPayments(s, dice);
    const calls = await round(s, number, has_chargebacks ? [...MIX, ['chargeback', 3]] : MIX, payments, ops);
    for (const { kind, answer } of calls)
      assert.ok(isFinal(answer) || [423, 504].includes(answer.status), `${kind}: ${answer.status} ${answer.text}`);
    await over(payments, 8, (p) => checkAnswers(s, p, calls.filter((c) => c.payment === p && !c.transfer)));
    await checkBalances(s.api, s.id, s.subs, s.transfers);
    all.push(...calls);
  }
  for (const sub of s.subs) await checkNeverNegative(s, sub);
  await server.audit();
  const counts = tally(all);
  console.log(`${all.length} calls raced:`, counts);
  if (OPS >= 6400) // it was a race: each kind was won, and lost
    for (const kind of ['capture', 'cancel', 'refund', 'reverse', 'give', 'take', 'chargeback'])
      assert.ok(counts[kind].ok > 0 && Object.keys(counts[kind]).length > 1, `${kind} was won and lost`);
  s.api.close();
});

// ---- one key, many senders -------------------------------------------------------------------

/** Sends the same call TWINS times at once; gives the one answer that all get in the end. */
async function twins(s, path, body, key, scenario) {
  const send = () => s.api.call('POST', path, body, { key, scenario });
  const answers = await beside(TWINS, send);
  for (const r of answers) assert.ok([200, 409].includes(r.status), `${path}: ${r.status} ${r.text}`);
  const last = await insist(send);
  assert.equal(last.status, 200, last.text);
  for (const r of answers) if (r.status === 200) assert.equal(r.text, last.text, `${path}: two answers under one key`);
  return last;
}

test('one key sent sixteen times at once has one effect and one answer', async () => {
  const s = await shop(), dice = random(SEED + 1), times = Math.max(1, Math.round(OPS / 320));
  let calls = 0;
  const same = (path, body, key) => {
    calls += TWINS;
    return twins(s, path, body, `${key} ${SEED}`, dice.weighted([[undefined, 2], ['delay:20', 1], ['timeout', 1]]));
  };
  const captured = [];
  await over([...Array(times).keys()], 4, async (i) => {
    const order = `twin ${i}`, lines = [[s.subs[0], 1000, 300]];
    const paid = await same('/payments', newPayment(1000, lines, { external_order_num: order }), `pay ${i}`);
    assert.equal((await s.api.get(`/payments?external_order_num=${encodeURIComponent(order)}`)).total, 1);
    const refund = { amount: 100, description: order, platform_details: split([s.subs[0], 60, 40]) };
    const refunded = await same(`/payments/${paid.json.id}/refund`, refund, `refund ${i}`);
    assert.deepEqual(refunded.json.refunds.map((r) => r.amount), [100]);
    const held = await same('/payments', hold(2000), `hold ${i}`);
    const part = { amount: 1500, tax: 0, platform_details: split([s.subs[1], 1500, 500]) };
    const got = await same(`/payments/${held.json.id}/capture`, part, `capture ${i}`);
    assert.equal(got.json.amount, 1500);
    captured.push(paid.json.id, held.json.id);
    const other = await same('/payments', hold(700), `off ${i}`);
    assert.equal((await same(`/payments/${other.json.id}/cancel`, {}, `cancel ${i}`)).json.status, 'cancelled');
    const amount = 1 + i; // its own, to be found again in the ledger
    await same(`/merchants/${s.subs[2]}/balances/JPY/transfer`, { to: s.id, amount }, `transfer ${i}`);
    s.transfers.push({ from: s.subs[2], to: s.id, amount });
    const token = await same('/tokens', { payment_details: CARD }, `token ${i}`);
    const pay = newPayment(900, [[s.subs[1], 900, 300]], { payment_details: token.json.id });
    captured.push((await same('/payments', pay, `by token ${i}`)).json.id);
    const merchant = await same('/merchants', { name: `Twin ${i}`, platform_role: 'payout' }, `merchant ${i}`);
    assert.equal(merchant.json.name, `Twin ${i}`);
    if (i % 8 === 0) {
      const path = `/test_helpers/payments/${paid.json.id}/simulate`;
      const lost = await same(path, { outcome: 'chargeback_lost' }, `back ${i}`);
      assert.deepEqual(lost.json.refunds.map((r) => r.chargeback), [false, true]);
    }
  });
  const payments = await checkBalances(s.api, s.id, s.subs, s.transfers);
  assert.equal(payments.length, s.subs.length + times * 4);
  const names = (await s.api.all('/merchants')).map((m) => m.name).filter((name) => name.startsWith('Twin'));
  assert.equal(names.length, times);
  assert.equal(new Set(names).size, times);
  const rows = await ledgerOf(s.api, s.subs[2]);
  const sent = rows.filter((row) => row.types[0] === 'balance_transfer').map((row) => row.net);
  assert.deepEqual(sent.sort((a, b) => b - a), Array.from({ length: times }, (_, i) => -1 - i));
  const events = await s.api.all('/events');
  events.forEach((event, at) => assert.equal(idKey(event.id), at + 1, 'events are numbered without a gap'));
  const told = events.filter((event) => event.type === 'payment.captured').map((event) => event.data.id);
  for (const id of captured) assert.equal(told.filter((one) => one === id).length, 1);
  await server.audit();
  console.log(`${calls} calls under ${calls / TWINS} keys`);
  s.api.close();
});

test('of different bodies under one key, one wins and the others are refused', async () => {
  const s = await shop(), times = Math.max(1, Math.round(OPS / 160));
  await over([...Array(times).keys()], 4, async (i) => {
    const key = `bodies ${SEED} ${i}`, scenario = i % 3 === 0 ? 'delay:20' : undefined;
    const bodies = [1, 2, 3, 4].map((n) => newPayment(1000 + n, [[s.subs[0], 1000 + n, 300]], { description: key }));
    const send = (body) => s.api.call('POST', '/payments', body, { key, scenario });
    const answers = await beside(TWINS, (lane) => send(bodies[(lane + i) % 4]));
    const ok = answers.filter((r) => r.status === 200);
    for (const r of answers) {
      assert.ok([200, 409, 422].includes(r.status), `${r.status} ${r.text}`);
      if (r.status === 422) assert.deepEqual([r.json.error.code, r.json.error.param], ['invalid_parameter', null]);
    }
    assert.equal(new Set(ok.map((r) => r.text)).size, 1, 'all who were told 200 were told the same');
    for (const body of bodies) {
      const again = await insist(() => send(body));
      assert.equal(again.status, body.amount === ok[0].json.amount ? 200 : 422);
      if (again.status === 200) assert.equal(again.text, ok[0].text);
    }
  });
  const payments = await checkBalances(s.api, s.id, s.subs, s.transfers);
  assert.equal(payments.length, s.subs.length + times);
  await server.audit();
  s.api.close();
});

// What the rail never heard of leaves nothing behind that would refuse the same call later: not the token that it
// took, not the order number, not the balance that it held, not the lock on its payment.
test('what the rail never heard of can be sent again under its key', async () => {
  const s = await shop(), lost = { scenario: 'timeout_before' };
  const twice = async (path, body, key) => {
    const first = await s.api.call('POST', path, body, { key: `${key} ${SEED}`, ...lost });
    assert.deepEqual([first.status, first.json.error.code], [504, 'gateway_timeout'], path);
    const again = await s.api.call('POST', path, body, { key: `${key} ${SEED}` });
    assert.equal(again.status, 200, `${path}: ${again.text}`);
    assert.equal((await s.api.call('POST', path, body, { key: `${key} ${SEED}` })).text, again.text);
    return again.json;
  };
  const token = await s.api.call('POST', '/tokens', { payment_details: CARD });
  const byToken = newPayment(900, [[s.subs[0], 900, 100]], { payment_details: token.json.id });
  const paid = await twice('/payments', { ...byToken, external_order_num: 'by token' }, 'token');
  const spent = await s.api.call('POST', '/payments', byToken);
  assert.deepEqual([spent.status, spent.json.error.code], [422, 'invalid_token']);
  const held = await twice('/payments', hold(500), 'hold');
  const part = { amount: 400, tax: 0, platform_details: split([s.subs[1], 400, 100]) };
  await twice(`/payments/${held.id}/capture`, part, 'capture');
  const other = await twice('/payments', hold(500), 'hold too');
  await twice(`/payments/${other.id}/cancel`, {}, 'cancel');
  const back = await twice(`/payments/${paid.id}/refund`,
    { amount: 700, platform_details: split([s.subs[0], 700, 0]) }, 'refund');
  assert.deepEqual(back.refunds.map((r) => r.amount), [700]);
  await checkBalances(s.api, s.id, s.subs, s.transfers);
  await server.audit();
  s.api.close();
});

// ---- beside the command line -----------------------------------------------------------------

test('commands beside a busy server work, and the auditor never sees what is merely in progress', async () => {
  const s = await shop(), dice = random(SEED + 3), receiver = await Receiver.start();
  const payments = await freshPayments(s, dice);
  let is_over = false, audits = 0, rates = 0, hooks = 0;
  const command = async (...args) => {
    const r = await run(...args, '--db', server.db);
    assert.equal(r.code, 0, `kessai ${args.join(' ')}: ${r.code} ${r.stdout}${r.stderr}`);
    return r;
  };
  const auditing = async () => {
    for (; !is_over; audits++) await server.audit();
  };
  const rating = async () => {
    for (; !is_over; rates++)
      await command('merchant', 'rate', '--merchant', s.id, '--method', 'credit_card',
        '--percent', rates % 2 ? '3.25' : '2.5', '--fixed', String(rates % 7));
  };
  const hooking = async () => {
    for (; !is_over; hooks++) {
      const named = ['--merchant', s.id, '--url', `${receiver.url}/${hooks}`];
      await command('webhook', 'add', ...named, '--secret', 's');
      await sleep(20);
      await command('webhook', 'remove', ...named);
    }
  };
  const paying = (lane) => async () => {
    const own = random(SEED + 5000 + lane);
    for (let i = 0; !is_over; i++) {
      const amount = own.between(500, 3000), lines = [[own.pick(s.subs), amount, Math.floor(amount / 3)]];
      const r = await s.api.call('POST', '/payments', newPayment(amount, lines), { scenario: scenario(own) });
      assert.ok(isFinal(r) || r.status === 504, `${r.status} ${r.text}`);
    }
  };
  const loading = async () => {
    try {
      const calls = await round(s, 90, MIX, payments, Math.max(2, Math.round(OPS / LANES / 4)));
      for (const { kind, answer } of calls)
        assert.ok(isFinal(answer) || [423, 504].includes(answer.status), `${kind}: ${answer.status} ${answer.text}`);
    } finally {
      while ((audits < 3 || rates < 3 || hooks < 3) && !is_over) await sleep(20);
      is_over = true;
    }
  };
  const stop = (work) => work().catch((error) => { is_over = true; throw error; });
  await Promise.all([loading, auditing, rating, hooking, paying(0), paying(1), paying(2), paying(3)].map(stop));
  await over(payments, 8, (p) => settled(s, p));
  (await s.api.all('/payments')).forEach(checkPayment);
  const events = await s.api.all('/events');
  events.forEach((event, at) => assert.equal(idKey(event.id), at + 1, 'events are numbered without a gap'));
  console.log(`${audits} audits, ${rates} rates, ${hooks} webhooks added and removed, ${events.length} events`);
  s.api.close();
});

closes(server);
