// SPDX-License-Identifier: Apache-2.0
// simulator.test.mjs: the pages of simulated wallets, banks and stores: what the customer does there, that the payment
// follows the rail and not the browser, and where the customer goes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, ok, refused, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
await shop.pay(100000); // refunds need a balance
const BACK = 'https://shop.example/back?order=1';
const CANCELLED = 'https://shop.example/cancelled';
const EMAIL = 'hana@shop.example';

const wallet = async (more = {}, type = 'paypay') => ok(await shop.post('/payments', {
  amount: 1000, tax: 0, currency: 'JPY', return_url: BACK, payment_details: { type }, ...more }));
const konbini = async () => ok(await shop.post('/payments', {
  amount: 1000, tax: 0, currency: 'JPY', payment_details: { type: 'konbini', store: 'lawson', email: EMAIL } }));

/** What a browser asks of a page; no key. */
const browser = (method, target, body, headers = {}) => server.request(method, target, body === undefined
  ? { headers } : { headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
const page = (id) => browser('GET', `/simulator/${id}/state`);
const act = (id, name, more = {}) => browser('POST', `/simulator/${id}/act`, { act: name, ...more });
const finish = (id) => browser('POST', `/simulator/${id}/finish`, {});
const show = async (id) => ok(await shop.get(`/payments/${id}`));

/** Types of the newest events of a payment, oldest first. */
async function events(id) {
  const { data } = ok(await shop.get('/events?per_page=100'));
  return data.filter((event) => event.data.id === id).map((event) => event.type).reverse();
}

test('the page shows what is to be paid', async () => {
  const payment = await wallet({ description: 'two chairs' });
  assert.equal(new URL(payment.payment_details.redirect_url).pathname, `/simulator/${payment.id}`);
  const reply = await browser('GET', `/simulator/${payment.id}/state`);
  assert.match(reply.headers['content-type'], /^application\/json/);
  assert.deepEqual(ok(reply), { resource: 'simulator_page', payment: payment.id, merchant: { name: 'A ordinary' },
    type: 'paypay', name_en: 'PayPay', name_ja: 'PayPay', name_ko: '페이페이', status: 'pending', total: 1000, currency: 'JPY', description: 'two chairs', locale: 'ja',
    payment_deadline: payment.payment_deadline, acts: ['pay', 'refuse', 'cancel', 'expire'], redirect_url: null });
  refused(await finish(payment.id), 422, 'unprocessable_entity');
});

const ENDS = {
  pay: { status: 'captured', events: ['payment.captured'], url: BACK },
  refuse: { status: 'failed', events: ['payment.failed'], url: BACK },
  cancel: { status: 'cancelled', events: ['payment.cancelled'], url: CANCELLED },
  expire: { status: 'expired', events: ['payment.expired'], url: BACK },
};
for (const [name, end] of Object.entries(ENDS))
  test(`${name}: the payment is ${end.status}, and the customer goes on`, async () => {
    const { id } = await wallet({ cancel_url: CANCELLED });
    const after = ok(await act(id, name));
    assert.deepEqual([after.status, after.acts, after.redirect_url], [end.status, [], end.url]);
    assert.deepEqual(ok(await finish(id)), after);
    assert.deepEqual(ok(await page(id)), after);
    const payment = await show(id);
    assert.deepEqual([payment.status, payment.amount_refunded], [end.status, 0]);
    assert.equal(payment.captured_at !== null, name === 'pay');
    for (const again of Object.keys(ENDS)) refused(await act(id, again), 422, 'unprocessable_entity', 'act');
    assert.deepEqual(await events(id), end.events);
  });

test('without a cancel_url a customer who does not want to goes back to the shop', async () => {
  const { id } = await wallet();
  assert.equal(ok(await act(id, 'cancel')).redirect_url, BACK);
});

test('a payment in two steps is authorized at the page, then captured or cancelled', async () => {
  const [kept, left] = [await wallet({ capture: false }), await wallet({ capture: false })];
  for (const { id } of [kept, left]) assert.equal(ok(await act(id, 'pay')).status, 'authorized');
  assert.equal(ok(await shop.post(`/payments/${kept.id}/capture`, { amount: 600 })).status, 'captured');
  assert.equal(ok(await shop.post(`/payments/${left.id}/cancel`)).status, 'cancelled');
  assert.deepEqual(await events(left.id), ['payment.authorized', 'payment.cancelled']);
});

test('a refund of what was paid at the page works', async () => {
  const { id } = await wallet();
  ok(await act(id, 'pay'));
  assert.equal(ok(await shop.post(`/payments/${id}/refund`)).status, 'refunded');
});

test('a slip is paid at its store through the same page', async () => {
  const { id } = await konbini();
  const { store, name_ja, acts } = ok(await page(id));
  assert.deepEqual([store, name_ja, acts], ['lawson', 'コンビニ', ['pay', 'expire']]);
  for (const name of ['refuse', 'cancel']) refused(await act(id, name), 422, 'unprocessable_entity', 'act');
  const paid = ok(await act(id, 'pay'));
  assert.deepEqual([paid.status, paid.total, paid.redirect_url], ['captured', 1190, null]);
  assert.deepEqual(await events(id), ['payment.authorized', 'payment.captured']);
});

test('a wallet refuses with any code of a processor, and no other', async () => {
  const { id } = await wallet();
  for (const code of ['nonsense', 'request_failed', 'gateway_timeout', 'not_found'])
    refused(await act(id, 'refuse', { code }), 422, 'invalid_parameter', 'code');
  refused(await act(id, 'dance'), 422, 'invalid_parameter', 'act');
  refused(await browser('POST', `/simulator/${id}/act`, {}), 422, 'missing_parameter', 'act');
  refused(await act(id, 'pay', { dry_run: true }), 422, 'invalid_parameter', 'dry_run');
  assert.equal(ok(await page(id)).status, 'pending');
  assert.equal(ok(await act(id, 'refuse', { code: 'insufficient_funds' })).status, 'failed');
});

test('two browsers at once: one act counts, one capture, both are told', async () => {
  for (let round = 0; round < 20; round++) {
    const { id } = await wallet();
    const all = await Promise.all([act(id, 'pay'), act(id, 'pay'), act(id, 'pay')]);
    for (const reply of all)
      if (reply.status === 200) assert.equal(reply.body.status, 'captured');
      else refused(reply, 422, 'unprocessable_entity', 'act'); // it came after the end
    assert.ok(all.some((reply) => reply.status === 200));
    assert.deepEqual(await events(id), ['payment.captured']);
  }
});

test('pay and cancel in two browsers: the first one stands', async () => {
  for (let round = 0; round < 20; round++) {
    const { id } = await wallet();
    const all = await Promise.all([act(id, 'pay'), act(id, 'cancel')]);
    const { status } = await show(id);
    assert.ok(['captured', 'cancelled'].includes(status), status);
    for (const reply of all) if (reply.status === 200) assert.equal(reply.body.status, status);
    assert.deepEqual(await events(id), [`payment.${status}`]);
  }
});

test('the customer pays while the merchant cancels: captured or cancelled, never both', async () => {
  const balance = await shop.balance();
  const ends = { captured: 0, cancelled: 0 };
  for (let round = 0; round < 40; round++) {
    const { id } = await wallet();
    const calls = [() => act(id, 'pay'), () => shop.post(`/payments/${id}/cancel`)];
    if (round % 2 === 1) calls.reverse();
    const replies = await Promise.all(calls.map((call) => call()));
    const [paid, cancelled] = round % 2 === 1 ? replies.reverse() : replies;
    const { status } = await show(id);
    ends[status]++;
    if (paid.status === 200) assert.equal(paid.body.status, status);
    else refused(paid, 422, 'unprocessable_entity', 'act');
    if (status === 'cancelled') ok(cancelled);
    else refused(cancelled, 422, 'not_cancellable');
    assert.deepEqual(await events(id), [`payment.${status}`]);
    assert.equal(ok(await finish(id)).status, status, 'the rail says the same afterwards');
  }
  assert.equal(ends.captured + ends.cancelled, 40);
  assert.equal(await shop.balance() - balance, ends.captured * (1000 - 39), '3.5 % and tax on it');
});

test('two pages of one session, both paid: one payment counts, the other goes back', async () => {
  const session = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', return_url: BACK }));
  const pay = async (type) => {
    const reply = ok(await shop.browser.post(`/sessions/${session.id}/pay`, { payment_details: { type } }));
    assert.deepEqual([reply.status, new URL(reply.redirect_url).pathname], ['pending', `/simulator/${reply.payment.id}`]);
    return reply.payment.id;
  };
  const ids = [await pay('paypay'), await pay('linepay')];
  const replies = await Promise.all(ids.map((id) => act(id, 'pay')));
  for (const reply of replies) {
    assert.ok(['captured', 'cancelled'].includes(ok(reply).status));
    assert.equal(reply.body.redirect_url, `${BACK}&session_id=${session.id}`);
  }
  assert.deepEqual((await Promise.all(ids.map(show))).map(({ status }) => status).sort(), ['cancelled', 'captured']);
  const after = ok(await shop.get(`/sessions/${session.id}`));
  assert.deepEqual([after.status, after.payment.status], ['completed', 'captured']);
});

test('a session without return_url has its own page to go back to', async () => {
  const session = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY' }));
  const { payment } = ok(await shop.browser.post(`/sessions/${session.id}/pay`, { payment_details: { type: 'paypay' } }));
  assert.equal(ok(await act(payment.id, 'refuse')).redirect_url, session.session_url);
  assert.equal(ok(await shop.get(`/sessions/${session.id}`)).status, 'pending', 'another attempt may follow');
});

test('a page outlives a restart', async () => {
  const { id } = await wallet();
  await server.stop();
  await server.begin();
  assert.equal(ok(await act(id, 'pay')).status, 'captured');
});

test('nobody pays after the deadline', async () => {
  const { id } = await wallet();
  const slip = await konbini();
  await shop.clock({ to: slip.payment_deadline.replace('59Z', '20Z') });
  refused(await act(id, 'pay'), 422, 'unprocessable_entity', 'act');
  assert.equal(ok(await page(id)).status, 'expired');
  assert.equal(ok(await act(slip.id, 'pay')).status, 'captured', 'some seconds are left');
  assert.deepEqual(await events(id), ['payment.expired']);
});

test('there is no page for anything else', async () => {
  const card = ok(await shop.create(1000));
  for (const id of [card.id, 'x', '0123456789012345678901234', shop.id]) {
    refused(await page(id), 404, 'not_found');
    refused(await act(id, 'pay'), 404, 'not_found');
    refused(await finish(id), 404, 'not_found');
  }
});

closes(server);
