// SPDX-License-Identifier: Apache-2.0
// crash.test.mjs: `kill -9` at random moments under mixed load, again and again on one database.
//
// What the server acknowledged is there afterwards exactly once, byte for byte when asked again; what it left
// unanswered has happened once at most, and once after the same call has been sent again under its key. The books
// balance against a naive model (lib/load.mjs), the auditor finds nothing, events have no gap, and each of them reaches
// a receiver that was up the whole time.
// Now and then the start after a kill is killed too.
// KESSAI_KILLS (200) says how often; KESSAI_SEED repeats the choices, though not the moments.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { after, test } from 'node:test';
import {
  CARD, SEED, beside, checkBalances, client, idKey, insist, ledgerOf, over, random, sleep,
} from '../lib/load.mjs';
import { Receiver, signature } from '../lib/receiver.mjs';
import { ON_POSTGRES, railFileOf, sql } from '../lib/database.mjs';
import { Server, closes, split } from '../lib/server.mjs';

const KILLS = Number(process.env.KESSAI_KILLS ?? 200);
const LANES = 16, LOAD_MS_MAX = 200, AUDIT_EVERY = 10, WIDTH = 32;
// A refund whose request may still be on its way is left alone for 60 s.
const PATIENCE_MS = 120000;
const SECRET = 'crash';
const SHOWN = 60; // payments that later calls choose from
console.log(`seed ${SEED}, ${KILLS} kills`);

const receiver = await Receiver.start();
const server = await Server.start({ args: ['--allow-private-webhooks'] });
const merchant = await server.marketplace();
await server.cli('webhook', 'add', '--merchant', merchant.id, '--url', receiver.url, '--secret', SECRET);
const subs = await merchant.payouts(2);
let port = Number(new URL(server.base).port);
const api = client(() => port, merchant.key, { connections: WIDTH });
after(() => api.close());

const calls = []; // every call that was made, in order
const byPayment = new Map(); // id -> calls that were about it
const pending = []; // calls without an answer that are older than the last kill
const shown = []; // payments that exist, newest last
const figures = {
  kills: 0, starts_cut: 0, restart_ms_max: 0, calls: 0, acknowledged: 0, unanswered: 0, effects: 0, replays: 0,
  audits: 0, rail_checks: 0,
};
let transferAmount = 0;

// ---- the load ----------------------------------------------------------------------------------

const create = (amount, lines, more) => ({
  amount, tax: 0, currency: 'JPY', payment_details: CARD, platform_details: split(...lines), ...more,
});
const lines = (dice, amount) => {
  const first = dice.between(100, amount - 100);
  return [[subs[0], first, Math.floor(first / 4)], [subs[1], amount - first, Math.floor((amount - first) / 4)]];
};

/** Each gives {path, body, payment?, ...}: what a client sends; `name` is the call's key. */
const KINDS = {
  charge(dice, name) {
    const amount = dice.between(1000, 5000);
    return { path: '/payments', body: create(amount, lines(dice, amount), { external_order_num: name }) };
  },
  authorize: (dice, name) => ({ path: '/payments',
    body: create(dice.between(1000, 5000), [], { external_order_num: name, capture: false, platform_details: {} }) }),
  capture(dice, name, payment) {
    const amount = dice.chance(70) ? payment.amount : payment.amount - dice.between(1, 500);
    return { path: `/payments/${payment.id}/capture`,
      body: { amount, tax: 0, platform_details: split(...lines(dice, amount)) } };
  },
  cancel: (dice, name, payment) => ({ path: `/payments/${payment.id}/cancel`, body: {} }),
  refund(dice, name, payment) {
    const amount = dice.between(10, 400), back = dice.between(1, amount);
    return { path: `/payments/${payment.id}/refund`,
      body: { amount, description: name, platform_details: split([dice.pick(subs), back, amount - back]) } };
  },
  reverse: (dice, name, payment) => ({ path: `/payments/${payment.id}/refund`, body: { description: name } }),
  transfer(dice) {
    const amount = ++transferAmount; // its own, to be found again in the ledger
    const [from, to] = amount % 2 ? [merchant.id, subs[0]] : [subs[0], merchant.id];
    return { path: `/merchants/${from}/balances/JPY/transfer`, body: { to, amount }, transfer: { from, to, amount } };
  },
  token: () => ({ path: '/tokens', body: { payment_details: CARD } }),
};
const NEW = new Set(['charge', 'authorize', 'byToken']);
const ON_PAYMENT = { capture: 'authorized', cancel: 'authorized', refund: 'captured', reverse: 'captured' };
const MIX = [['charge', 25], ['authorize', 20], ['capture', 15], ['cancel', 4], ['refund', 18], ['reverse', 3],
  ['transfer', 12], ['token', 8]];

const send = (call, scenario) => api.call('POST', call.path, call.body, { key: call.name, scenario });

function remember(payment, call) {
  if (!byPayment.has(payment)) byPayment.set(payment, []);
  byPayment.get(payment).push(call);
}

async function make(call, dice) {
  calls.push(call);
  if (call.payment) remember(call.payment.id, call);
  const scenario = dice.weighted([[undefined, 800], [`delay:${dice.between(1, 60)}`, 90], ['timeout', 70],
    ['timeout_before', 20], ['card_declined', 20], ['timeout_long', NEW.has(call.kind) ? 12 : 1]]);
  note(call, await send(call, call.transfer || call.kind === 'token' ? undefined : scenario));
}

/** Takes a call's answer. No answer, and one that says to ask again, leave it unanswered. */
function note(call, answer) {
  if ([0, 409, 423, 503, 504].includes(answer.status)) return;
  assert.ok([200, 402, 422, 502].includes(answer.status), `${call.kind}: ${answer.status} ${answer.text}`);
  call.answer = answer;
  if (answer.status !== 200 || call.kind === 'token' || call.transfer) return;
  if (NEW.has(call.kind)) {
    remember(answer.json.id, call);
    shown.push(answer.json);
  }
  call.payment ??= answer.json;
}

/** One client until the server dies. */
async function shopper(lane, cycle, isOver) {
  const dice = random(SEED + cycle * 100 + lane);
  for (let i = 0; !isOver(); i++) {
    const kind = dice.weighted(MIX), name = `${SEED} ${cycle}.${lane}.${i}`, status = ON_PAYMENT[kind];
    const payment = status && dice.pick(shown.slice(-SHOWN).filter((p) => p.status === status));
    if (status && !payment) continue;
    if (status === 'authorized' && dice.chance(90)) shown.splice(shown.indexOf(payment), 1);
    const call = { kind, name, cycle, payment, ...KINDS[kind](dice, name, payment) };
    await make(call, dice);
    if (kind === 'token' && call.answer && !isOver()) {
      const amount = dice.between(1000, 5000), order = `${name} paid`;
      const body = create(amount, lines(dice, amount),
        { payment_details: call.answer.json.id, external_order_num: order });
      await make({ kind: 'byToken', name: order, cycle, path: '/payments', body }, dice);
    }
  }
}

// ---- after a restart ---------------------------------------------------------------------------

const LATER = {
  authorized: ['authorized', 'captured', 'refunded', 'cancelled'], captured: ['captured', 'refunded'],
  cancelled: ['cancelled'], refunded: ['refunded'],
};
const MAY_CHANGE = new Set([
  'status', 'amount', 'total', 'captured_at', 'amount_refunded', 'refunds', 'platform_details',
]);

/** `now` is what was told, or a legal later state of it. */
function checkLater(told, now) {
  assert.ok(LATER[told.status].includes(now.status), `${told.id} was ${told.status} and is ${now.status}`);
  for (const [name, value] of Object.entries(told))
    if (!MAY_CHANGE.has(name)) assert.deepEqual(now[name], value, `${name} of ${told.id}`);
  if (told.captured_at !== null)
    for (const name of ['amount', 'total', 'captured_at', 'platform_details'])
      assert.deepEqual(now[name], told[name], `${name} of ${told.id}`);
  for (const refund of told.refunds) assert.deepEqual(now.refunds.filter((r) => r.id === refund.id), [refund]);
}

/** What was answered about a payment is there exactly once, and nothing that was refused. */
function checkPaymentCalls(now, about) {
  for (const call of about) {
    if (!call.answer) continue;
    const won = call.answer.status === 200, what = `${call.kind} ${call.name}`;
    if (won) checkLater(call.answer.json, now);
    if (call.kind === 'refund' || call.kind === 'reverse')
      assert.equal(now.refunds.filter((r) => r.description === call.name).length, won ? 1 : 0, what);
    if (won && call.kind === 'capture') assert.equal(now.amount, call.body.amount, what);
    if (won && call.kind === 'cancel') assert.equal(now.status, 'cancelled', what);
  }
  assert.ok(about.filter((c) => c.kind === 'capture' && c.answer?.status === 200).length <= 1, 'captured once');
}

/** How many payments came of a call that creates one: attempts that failed left out. */
async function made(call) {
  const list = await api.get(`/payments?external_order_num=${encodeURIComponent(call.body.external_order_num)}`);
  return list.data.filter((payment) => payment.status !== 'failed');
}

/**
 * Before its retry an unanswered call has happened once at most; after it, exactly once or, refused, never.
 * One that the rail leaves in the dark for longer than until_ms waits for a later cycle, and for more kills.
 */
async function settle(call, until_ms) {
  if (NEW.has(call.kind)) assert.ok((await made(call)).length <= 1, `${call.name} has happened twice`);
  const answer = await insist(() => send(call), { until_ms });
  note(call, answer);
  if (!call.answer && until_ms < PATIENCE_MS) {
    pending.push(call);
    return;
  }
  assert.ok(call.answer, `${call.kind} ${call.name} gets no answer: ${answer.status} ${answer.text}`);
  const won = answer.status === 200;
  if (NEW.has(call.kind)) {
    // Nothing else could have refused a new payment: its card is good and its seller there.
    assert.ok(won || answer.status === 502, `${call.kind} ${call.name}: ${answer.status} ${answer.text}`);
    const found = await made(call);
    assert.equal(found.length, won ? 1 : 0, `${call.kind} ${call.name}`);
    if (won) assert.equal(found[0].id, answer.json.id);
  }
}

const KEPT = new Set(['not_refundable', 'not_capturable', 'not_cancellable', 'unprocessable_entity']);
const isKept = ({ answer }) => answer && (answer.status !== 422 || KEPT.has(answer.json.error.code));

/** The same call again gives the same bytes. */
async function replay(call) {
  const again = await send(call);
  assert.equal(again.status, call.answer.status, `${call.kind} ${call.name}: ${again.text}`);
  assert.equal(again.text, call.answer.text, `${call.kind} ${call.name} is answered otherwise`);
  figures.replays++;
}

/** A start that is killed as well, before or after it has looked at what the last one left open. */
async function cutStart(dice) {
  const [binary, ...args] = server.command();
  const child = spawn(binary, args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  await sleep(dice.below(80));
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL', 'a start ended by itself');
  figures.starts_cut++;
}

async function restart(dice) {
  if (dice.chance(20)) await cutStart(dice);
  const start = Date.now();
  server.stderr = '';
  await server.begin();
  port = Number(new URL(server.base).port);
  figures.restart_ms_max = Math.max(figures.restart_ms_max, Date.now() - start);
}

/** Load, kill, restart, check. */
async function cycle(number) {
  const first = calls.length;
  const dice = random(SEED * 31 + number), lifetime_ms = dice.below(LOAD_MS_MAX + 1);
  let isOver = false;
  const load = beside(LANES, (lane) => shopper(lane, number, () => isOver));
  await sleep(lifetime_ms);
  server.child.kill('SIGKILL');
  isOver = true;
  assert.equal(await server.ended, 'SIGKILL', `it ended by itself: ${server.stderr.slice(-2000)}`);
  await load;
  figures.kills++;
  await restart(dice);

  const these = calls.slice(first), answered = these.filter((c) => c.answer), open = these.filter((c) => !c.answer);
  figures.calls += these.length;
  figures.acknowledged += answered.length;
  figures.unanswered += open.length;
  await over(answered.filter(isKept), WIDTH, replay);
  // The acquirer's books are checked while nearly empty. With PostgreSQL, what a dead server left open waits for the end
  // of its lease, a few seconds, so it is asked for less often.
  const until_ms = number < 3 ? PATIENCE_MS : ON_POSTGRES ? 1 : 100;
  const older = ON_POSTGRES && number % 5 > 0 ? [] : pending.splice(0);
  await over([...older, ...open], WIDTH, (call) => settle(call, until_ms));
  const touched = new Set(these.filter((c) => c.payment).map((c) => c.payment.id));
  await over([...touched], WIDTH, async (id) => checkPaymentCalls(await api.get(`/payments/${id}`), byPayment.get(id)));
  if (pending.length === 0 && await checkRail()) figures.rail_checks++;
  if (number % AUDIT_EVERY === AUDIT_EVERY - 1) {
    await server.audit();
    figures.audits++;
  }
}

// ---- the acquirer's side -------------------------------------------------------------------------

/** References in the simulator's file by state (src/rails/simulator_file.c: a header of 4096 bytes, slots of 64). */
function railFile() {
  const books = fs.readFileSync(railFileOf(server.db)), APPROVED = 1, VOIDED = 3;
  const counts = [0, 0, 0, 0];
  let isFull = false; // a set of four slots: it may have made room for a new reference
  for (let at = 4096; at < books.length; at += 4 * 64) {
    const set = [0, 1, 2, 3].map((way) => books[at + way * 64 + 48]);
    set.forEach((state) => counts[state]++);
    isFull ||= !set.includes(0);
  }
  return { approved: counts[APPROVED], voided: counts[VOIDED], isFull };
}

/**
 * The same from its tables (src/rails/simulator_postgres.c). A reference that it was asked about before it had heard of
 * it counts as voided there; only a void that was sent has an approved reference of its own.
 */
async function railTables() {
  const [approved, voided, unheard] = (await sql(server.db, `SELECT count(*) FILTER (WHERE state = 1),
    count(*) FILTER (WHERE state = 3), count(*) FILTER (WHERE state = 3 AND NOT EXISTS (
      SELECT 1 FROM simulator.entry v WHERE v.key = e.key AND v.salt = ~e.salt AND v.state = 1))
    FROM simulator.entry e`)).trim().split('|').map(Number);
  return { approved, voided, unheard, isFull: approved > 60000 };
}

/**
 * The acquirer has done what we were told and no more. What it voided without a cancel was taken back because its
 * answer came too late; each of those voids has an approved reference of its own.
 * Done while the books are nearly empty: later, old references have made room for new ones.
 */
async function checkRail() {
  const won = (...kinds) => calls.filter((c) => c.answer?.status === 200 && kinds.includes(c.kind)).length;
  const { approved, voided, unheard, isFull } = ON_POSTGRES ? await railTables() : railFile();
  if (isFull) return false;
  // With tables: those without a void of their own were cancelled by a call, or never heard of.
  const reversed = unheard === undefined ? voided - won('cancel') : voided - unheard;
  assert.ok(reversed >= 0 && voided >= won('cancel'), `${won('cancel')} cancels, but the acquirer voided ${voided}`);
  assert.equal(approved, subs.length + won('charge', 'authorize', 'byToken', 'capture', 'refund', 'reverse') + reversed,
    'what the acquirer did is what was told');
  Object.assign(figures, { rail_approved: approved, rail_voided: voided });
  return true;
}

// ---- at the end ----------------------------------------------------------------------------------

/** Every transfer that was answered with 200 is in the ledger once, no other is there at all. */
async function checkTransfers(transfers) {
  const told = transfers.map((t) => (t.to === subs[0] ? t.amount : -t.amount)).sort((a, b) => a - b);
  const rows = await ledgerOf(api, subs[0]);
  const there = rows.filter((row) => row.types[0] === 'balance_transfer').map((row) => row.net);
  assert.deepEqual(there.sort((a, b) => a - b), told);
}

/** Events are numbered without a gap, and tell each change of each payment once. */
function checkEvents(events, payments) {
  events.forEach((event, at) => assert.equal(idKey(event.id), at + 1, 'events are numbered without a gap'));
  const counts = new Map();
  for (const { type, data } of events) counts.set(`${type} ${data?.id}`, (counts.get(`${type} ${data?.id}`) ?? 0) + 1);
  for (const p of payments) {
    const count = (type) => counts.get(`payment.${type} ${p.id}`) ?? 0;
    const expected = { captured: p.captured_at ? 1 : 0, 'refund.created': p.refunds.length,
      refunded: p.status === 'refunded' ? 1 : 0, cancelled: p.status === 'cancelled' ? 1 : 0,
      failed: p.status === 'failed' ? 1 : 0 };
    for (const [type, times] of Object.entries(expected))
      assert.equal(count(type), times, `payment.${type} of ${p.id}`);
  }
}

/** Each event arrives at least once, signed, as GET /events shows it; a backoff is passed by moving the clock. */
async function checkDeliveries(events) {
  const missing = () => {
    const seen = new Set(receiver.deliveries.map((d) => d.event.id));
    return events.filter((event) => !seen.has(event.id));
  };
  for (let left = missing(), idle = 0; left.length > 0; idle++) {
    assert.ok(idle < 200, `${left.length} events have not arrived, the first is ${left[0].id} ${left[0].type}`);
    if (idle % 20 === 19) await merchant.clock({ advance_s: 60 });
    await sleep(50);
    const now = missing();
    if (now.length < left.length) idle = 0;
    left = now;
  }
  const known = new Map(events.map((event) => [event.id, event]));
  for (const { raw, event, headers } of receiver.deliveries) {
    assert.deepEqual(event, known.get(event.id), `delivery of ${event.id}`);
    assert.equal(headers['x-komoju-signature'], signature(SECRET, raw));
  }
}

test(`${KILLS} kills under load lose nothing and double nothing`, async () => {
  for (const sub of subs) await merchant.pay(400000, [[sub, 400000, 300000]]); // enough to refund and to transfer
  for (let number = 0; number < KILLS; number++) await cycle(number);
  await over(pending.splice(0), WIDTH, (call) => settle(call, PATIENCE_MS));
  await server.audit();
  assert.ok(figures.rail_checks > 0, 'the acquirer has been asked');

  const won = calls.filter((call) => call.answer.status === 200);
  const transfers = won.filter((call) => call.transfer).map((call) => call.transfer);
  const payments = await checkBalances(api, merchant.id, subs, transfers);
  for (const payment of payments) checkPaymentCalls(payment, byPayment.get(payment.id) ?? []);
  await checkTransfers(transfers);
  const there = payments.filter((p) => p.status !== 'failed').map((p) => p.external_order_num).filter(Boolean);
  const told = won.filter((call) => NEW.has(call.kind)).map((call) => call.body.external_order_num);
  assert.deepEqual(there.sort(), told.sort(), 'the payments are those that were told');
  const refunds = payments.flatMap((p) => p.refunds.map((r) => r.description));
  const toldRefunds = won.filter((call) => call.kind === 'refund' || call.kind === 'reverse').map((call) => call.name);
  assert.deepEqual(refunds.sort(), toldRefunds.sort(), 'the refunds are those that were told');
  figures.effects = won.length;

  const events = await api.all('/events');
  checkEvents(events, payments);
  await checkDeliveries(events);
  Object.assign(figures, { payments: payments.length, events: events.length, deliveries: receiver.deliveries.length });
  const kinds = {};
  for (const { kind, answer } of calls) {
    kinds[kind] ??= {};
    kinds[kind][answer.status] = (kinds[kind][answer.status] ?? 0) + 1;
  }
  console.log(figures, kinds);
});

closes(server);
