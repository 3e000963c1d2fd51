// SPDX-License-Identifier: Apache-2.0
// shopper_codes.test.mjs: wallets charged at once with the code that a shopper presents, or with a standing permission.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, ok, refused, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
await shop.pay(100000); // refunds need a balance
const CODE = '282812345678901234';
/** Types whose shop scans its shopper's code (komoju-core 15.3, 15.4). */
const SCANNED = { paypay: 'JPY', alipay: 'JPY', alipay_hk: 'JPY', wechatpay: 'JPY', kakaopay: 'JPY', gcash: 'JPY',
  dana: 'JPY', tng: 'JPY', truemoney: 'JPY' };

const pay = (details, more = {}, headers) => shop.post('/payments', {
  amount: 1000, tax: 0, currency: 'JPY', ...more, payment_details: { type: 'paypay', ...details } }, headers);

async function events(id) {
  const { data } = ok(await shop.get('/events?per_page=100'));
  return data.filter((event) => event.data.id === id).map((event) => event.type).reverse();
}

for (const type of Object.keys(SCANNED))
  test(`${type}: a scanned code is charged at once, without a return_url and without a page`, async () => {
    const reply = await pay({ type, scanned_code: CODE });
    const payment = ok(reply);
    assert.equal(payment.status, 'captured');
    assert.ok(payment.captured_at !== null);
    assert.ok(!reply.raw.includes(CODE), 'the code is kept from all but the rail');
    assert.ok(!reply.raw.includes('/simulator/'), 'nobody is sent to a page');
    assert.equal(payment.payment_details.redirect_url, undefined);
    assert.deepEqual(await events(payment.id), ['payment.captured']);
    assert.equal(ok(await shop.post(`/payments/${payment.id}/refund`)).status, 'refunded');
    refused(await server.request('POST', `/simulator/${payment.id}/act`,
      { headers: { 'Content-Type': 'application/json' }, body: '{"act":"pay"}' }), 422, 'unprocessable_entity', 'act');
  });

test('a standing permission is charged at once; external_payment_id is shown', async () => {
  const payment = ok(await pay({ user_authorization_id: 'a7f0' }));
  assert.equal(payment.status, 'captured');
  assert.match(payment.payment_details.external_payment_id, /^\d{20}$/);
});

test('in two steps it is authorized at once, and captured later', async () => {
  const { id, status } = ok(await pay({ scanned_code: CODE }, { capture: false }));
  assert.equal(status, 'authorized');
  const captured = ok(await shop.post(`/payments/${id}/capture`, { amount: 400 }));
  assert.deepEqual([captured.status, captured.total], ['captured', 400]);
  const left = ok(await pay({ scanned_code: CODE }, { capture: false }));
  assert.equal(ok(await shop.post(`/payments/${left.id}/cancel`)).status, 'cancelled');
});

test('without a code it goes to a page, and needs a return_url', async () => {
  refused(await pay({}), 422, 'missing_parameter', 'return_url');
  refused(await pay({ scanned_code: '' }), 422, 'missing_parameter', 'return_url');
  refused(await pay({ type: 'linepay', scanned_code: CODE }), 422, 'missing_parameter', 'return_url');
  assert.equal(ok(await pay({}, { return_url: 'https://shop.example/' })).status, 'pending');
});

const DECLINES = [
  ['scanned_code', 'wrong', 'invalid_number'], ['scanned_code', 'used', 'used_number'],
  ['scanned_code', 'expired', 'card_expired'], ['scanned_code', 'poor', 'insufficient_funds'],
  ['user_authorization_id', 'unknown', 'invalid_user_key'], ['user_authorization_id', 'expired', 'restricted_account'],
  ['user_authorization_id', 'poor', 'insufficient_funds']];
for (const [name, value, code] of DECLINES)
  test(`${name} ${value}: declined with ${code}, and the attempt has failed`, async () => {
    refused(await pay({ [name]: value }), 502, code);
    const { data: [payment] } = ok(await shop.get('/payments?per_page=1'));
    assert.deepEqual([payment.status, payment.payment_details.type], ['failed', 'paypay']);
    assert.deepEqual(await events(payment.id), ['payment.failed']);
  });

test('a lost answer is resolved by inquiry, with one charge', async () => {
  const lost = ok(await pay({ scanned_code: CODE }, {}, { 'Komoju-Scenario': 'timeout' }));
  assert.equal(lost.status, 'captured');
});

test('a token keeps the code until it is used', async () => {
  const reply = await shop.browser.post('/tokens', { payment_details: { type: 'paypay', scanned_code: CODE } });
  const token = ok(reply);
  assert.ok(!reply.raw.includes(CODE));
  const payment = ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', payment_details: token.id }));
  assert.deepEqual([payment.status, payment.payment_details.redirect_url], ['captured', undefined]);
});

test('a session is completed by a scanned code', async () => {
  const session = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', return_url: 'https://shop.example/' }));
  const paid = ok(await shop.post(`/sessions/${session.id}/pay`,
    { payment_details: { type: 'paypay', scanned_code: CODE } }));
  assert.deepEqual([paid.status, paid.payment.status, paid.redirect_url],
    ['completed', 'captured', `https://shop.example/?session_id=${session.id}`]);
});

// The owner of a wallet agrees to later charges at its page. A code is for one charge: nothing may be stored of it.
test('a session that stores its wallet takes no code: refused by name, nothing charged, nobody new', async () => {
  const session = ok(await shop.post('/sessions', { mode: 'customer_payment', amount: 1000, currency: 'JPY',
    return_url: 'https://shop.example/' }));
  const counts = async () => [ok(await shop.get('/payments')).total, ok(await shop.get('/customers')).total];
  const before = await counts();
  const send = (details) => shop.browser.post(`/sessions/${session.id}/pay`, { payment_details: details });
  const codes = [['scanned_code', CODE], ['scanned_code', 'wrong'], ['scanned_code', 'poor'],
    ['user_authorization_id', 'a7f0'], ['user_authorization_id', 'unknown']];
  for (const [name, value] of codes) {
    const details = { type: 'paypay', [name]: value };
    refused(await send(details), 422, 'invalid_parameter', `payment_details.${name}`);
    const token = ok(await shop.browser.post('/tokens', { payment_details: details }));
    refused(await send(token.id), 422, 'invalid_parameter', 'payment_details');
  }
  const { status, customer_id: customer } = ok(await shop.get(`/sessions/${session.id}`));
  assert.deepEqual([status, customer ?? null, await counts()], ['pending', null, before]);
  const { payment } = ok(await send({ type: 'paypay' }));
  ok(await shop.simulate(payment.id, 'captured'));
  const done = ok(await shop.get(`/sessions/${session.id}`));
  assert.equal(done.status, 'completed', 'the page is open to it still');
  const again = ok(await shop.post('/payments', { amount: 500, tax: 0, currency: 'JPY', customer: done.customer_id }));
  assert.equal(again.status, 'captured');
});

closes(server);
