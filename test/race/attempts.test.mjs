// SPDX-License-Identifier: Apache-2.0
// attempts.test.mjs: customers pay at several places at once for one session, while it is completed or cancelled.
//
// Whoever comes first is left to chance; one payment at most succeeds, what others paid goes back, and nobody can pay
// what is left. KESSAI_SEED repeats the choices, KESSAI_SESSIONS (120) sets how many sessions there are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEED, client, insist, over, random, sleep } from '../lib/load.mjs';
import { Server, closes, until } from '../lib/server.mjs';

const SESSIONS = Number(process.env.KESSAI_SESSIONS ?? 120), AMOUNT = 3000;
const PAGES = ['paypay', 'aupay', 'merpay'];
const KONBINI = { type: 'konbini', store: 'lawson', email: 'hana@shop.example' };
const NUMBER = { type: 'web_money', prepaid_number: '1111111111111111' }; // 2000 points
console.log(`seed ${SEED}`);

const server = await Server.start();
const merchant = await server.merchant('ordinary');
const api = client(() => Number(new URL(server.base).port), merchant.key, { connections: 64 });
const counts = {};
const count = (what) => { counts[what] = (counts[what] ?? 0) + 1; };

async function post(path, body) {
  const r = await insist(() => api.call('POST', path, body));
  assert.ok([200, 422].includes(r.status), `${path}: ${r.status} ${r.text}`);
  return r;
}

async function begin() {
  const session = (await post('/sessions', { amount: AMOUNT, currency: 'JPY', return_url: 'https://shop.example/' })).json;
  const attempts = [];
  for (const payment_details of [...PAGES.map((type) => ({ type })), NUMBER])
    attempts.push((await post(`/sessions/${session.id}/pay`, { payment_details })).json.payment);
  return { session: session.id, pages: attempts.slice(0, PAGES.length), numbered: attempts.at(-1) };
}

/** All who want something of the session, in no order; the replies of those who paid at a page. */
async function race({ session, pages, numbered }, dice) {
  const soon = (work) => sleep(dice.below(12)).then(work);
  const paid = pages.map((page) => soon(() => post(`/test_helpers/payments/${page.id}/simulate`, { outcome: 'captured' })));
  const others = [soon(() => post(`/sessions/${session}/pay`, { payment_details: KONBINI }))];
  if (dice.chance(30)) others.push(soon(() => post(`/sessions/${session}/cancel`)));
  if (dice.chance(30)) others.push(soon(() => post(`/payments/${dice.pick(pages).id}/cancel`)));
  if (dice.chance(50))
    others.push(soon(() => api.call('PATCH', `/payments/${numbered.id}`, { payment_details: NUMBER })));
  await Promise.all(others);
  return Promise.all(paid);
}

const show = (id) => api.get(`/payments/${id}`);
const isOpen = ({ status }) => ['pending', 'authorized'].includes(status);

async function check({ session, pages, numbered }, replies) {
  const { status, payment } = await api.get(`/sessions/${session}`);
  const all = [...pages, numbered].map(({ id }) => id);
  const winner = status === 'completed' ? payment.id : null;
  await until('no other attempt is open', async () =>
    (await Promise.all(all.map(show))).every((p) => p.id === winner || !isOpen(p)));
  const rows = await Promise.all(all.map(show));
  const taken = rows.filter((p) => p.status === 'captured');
  assert.ok(taken.length <= 1, `${taken.length} payments of one session were taken`);
  for (const p of taken) assert.equal(p.id, winner);
  for (const p of rows) if (p.id !== winner) assert.equal(p.status, 'cancelled');
  replies.forEach((reply, i) => {
    assert.equal(reply.status === 200, rows[i].status === 'captured', reply.text);
    count(reply.status === 200 ? 'paid' : 'too late');
  });
  count(winner === null ? 'cancelled' : taken.length ? 'completed by a page or a number' : 'completed by a slip');
  return taken.length;
}

const logged = (event) => server.stderr.split('\n').slice(0, -1).map((line) => JSON.parse(line))
  .filter((line) => line.event === event).length;

test('whatever is paid at once, one payment is taken and the rest goes back', async () => {
  let taken = 0;
  await over([...Array(SESSIONS).keys()], 8, async (i) => {
    const one = await begin();
    const won = await check(one, await race(one, random(SEED + i)));
    taken += won;
  });
  await until('all late money has gone back', () => logged('LATE_MONEY_BACK') === counts['too late']);
  assert.equal(logged('LATE_MONEY'), counts['too late']);
  const payments = (await api.all('/payments')).filter((p) => p.status === 'captured');
  assert.equal(payments.length, taken);
  console.log(`${SESSIONS} sessions:`, counts);
  assert.ok(counts['too late'] >= SESSIONS / 2 && counts.paid > 0, 'it was a race');
  await server.audit();
  api.close();
});

closes(server);
