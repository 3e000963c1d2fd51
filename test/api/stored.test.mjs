// SPDX-License-Identifier: Apache-2.0
// stored.test.mjs: what a customer leaves through a session: wallets and authenticated cards (komoju-core 7.5, 10, 15).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../lib/database.mjs';
import { CARD, closes, ok, refused, Server, until } from '../lib/server.mjs';

const server = await Server.start({ args: ['--public-url', 'https://pay.example'] });
const shop = await server.merchant('ordinary');
await shop.pay(10000); // what refunds are paid from
const CHALLENGED = { ...CARD, number: '4100000000000100', email: 'hana@shop.example' };
const REFUSED_BY_ISSUER = { ...CARD, number: '4000000000001059' }; // bank-rails 11.4: transStatus N
const UNAVAILABLE = { ...CARD, number: '4000000000001075' }; // U: the issuer cannot tell
const DAY_S = 86400;

const open = async (mode, more = {}, of = shop) => ok(await of.post('/sessions', {
  mode, currency: 'JPY', return_url: 'https://shop.example/done',
  ...(mode === 'customer' ? {} : { amount: 3200 }), ...more }));
const pay = (session, details, more = {}, of = shop.browser) =>
  of.post(`/sessions/${session.id}/pay`, { payment_details: details, ...more });
const consent = (session, outcome) => shop.post(`/test_helpers/sessions/${session.id}/simulate`, { outcome });
const show = async (session, of = shop) => ok(await of.get(`/sessions/${session.id}`));
const charge = (customer, more = {}, headers) =>
  shop.post('/payments', { amount: 1000, currency: 'JPY', tax: 0, customer, ...more }, headers);
const types = async (count = 4) => ok(await shop.get(`/events?per_page=${count}`)).data.map(({ type }) => type);
const customers = async () => ok(await shop.get('/customers')).total;

/** A customer with a wallet, through a session of mode customer. */
async function withWallet(type = 'paypay', more = {}) {
  const session = await open('customer', { email: 'hana@shop.example', ...more });
  ok(await pay(session, { type }));
  return ok(await consent(session, 'approved')).customer_id;
}

// ---- wallets --------------------------------------------------------------------------------------------------------

test('mode customer offers what can be stored: cards and two wallets', async () => {
  const { payment_methods: methods } = await open('customer');
  assert.deepEqual(methods.map(({ type }) => type), ['credit_card', 'paypay', 'linepay']);
});

test('the owner of a wallet agrees at its page, and the customer has it', async () => {
  const session = await open('customer', { email: 'hana@shop.example', external_customer_id: 'u-1' });
  const before = await customers();
  const sent = ok(await pay(session, { type: 'paypay' }));
  assert.equal(sent.status, 'pending');
  assert.match(sent.redirect_url, /^https:\/\/pay\.example\/simulator\/[0-9a-z]{25}$/);
  assert.equal(await customers(), before, 'nobody before the owner has agreed');
  assert.equal((await show(session)).status, 'pending');
  const done = ok(await consent(session, 'approved'));
  assert.deepEqual([done.status, done.mode], ['completed', 'customer']);
  const customer = ok(await shop.get(`/customers/${done.customer_id}`));
  assert.deepEqual([customer.source, customer.email], [{ type: 'paypay' }, 'hana@shop.example']);
  assert.deepEqual(await types(1), ['customer.created']);
  refused(await pay(session, { type: 'paypay' }), 422, 'unprocessable_entity');
  refused(await consent(session, 'approved'), 422, 'unprocessable_entity', 'outcome');
});

test('a stored wallet is charged without its owner, captured later, refunded', async () => {
  for (const type of ['paypay', 'linepay']) {
    const customer = await withWallet(type);
    const paid = ok(await charge(customer));
    assert.deepEqual([paid.status, paid.customer, paid.payment_details.type, paid.payment_details.redirect_url],
      ['captured', customer, type, undefined]);
    assert.deepEqual(await types(1), ['payment.captured']);
    assert.equal(ok(await shop.post(`/payments/${paid.id}/refund`)).status, 'refunded');
    const held = ok(await charge(customer, { capture: false }));
    assert.equal(held.status, 'authorized');
    assert.equal(ok(await shop.post(`/payments/${held.id}/capture`, { amount: 400, tax: 0 })).total, 400);
    const cancelled = ok(await charge(customer, { capture: false }));
    assert.equal(ok(await shop.post(`/payments/${cancelled.id}/cancel`)).status, 'cancelled');
    assert.equal(ok(await charge(customer)).status, 'captured', 'a void of a charge is not a void of the consent');
  }
});

test('an owner who refuses or goes back leaves the session open, and nobody new', async () => {
  const session = await open('customer');
  const before = await customers();
  for (const outcome of ['failed', 'cancelled']) {
    refused(await consent(session, outcome), 422, 'unprocessable_entity', 'outcome');
    ok(await pay(session, { type: 'linepay' }));
    assert.equal(ok(await consent(session, outcome)).status, 'pending');
  }
  assert.equal(await customers(), before);
  assert.equal(ok(await pay(session, CARD)).status, 'completed', 'a card instead');
  ok(await shop.post('/sessions', { mode: 'customer', currency: 'JPY' }));
});

test('of a wallet and a card the first completes the session', async () => {
  const session = await open('customer');
  ok(await pay(session, { type: 'paypay' }));
  const { customer_id: customer } = (ok(await pay(session, CARD)), await show(session));
  refused(await consent(session, 'approved'), 422, 'unprocessable_entity', 'outcome');
  assert.equal(ok(await shop.get(`/customers/${customer}`)).source.type, 'credit_card');
  const cancelled = await open('customer');
  ok(await pay(cancelled, { type: 'paypay' }));
  ok(await shop.post(`/sessions/${cancelled.id}/cancel`));
  refused(await consent(cancelled, 'approved'), 422, 'unprocessable_entity', 'outcome');
});

test('a wallet takes the place of a card, and a card that of a wallet', async () => {
  const { id } = ok(await shop.post('/customers', { payment_details: CARD, email: 'own@shop.example' }));
  const session = await open('customer', { customer_id: id });
  ok(await pay(session, { type: 'paypay' }));
  assert.equal(ok(await consent(session, 'approved')).customer_id, id);
  assert.deepEqual(await types(1), ['customer.updated']);
  assert.deepEqual(ok(await shop.get(`/customers/${id}`)).source, { type: 'paypay' });
  refused(await shop.patch(`/customers/${id}`, { payment_details: { month: 1, year: 2033 } }), 422,
    'unprocessable_entity', 'payment_details');
  refused(await shop.browser.post('/secure_tokens', { amount: 100, currency: 'JPY', customer: id,
    return_url: 'https://shop.example/back' }), 422,
    'unprocessable_entity', 'customer');
  ok(await shop.patch(`/customers/${id}`, { payment_details: CARD }));
  assert.equal(ok(await charge(id)).payment_details.type, 'credit_card');
});

test('mode customer_payment pays and keeps the wallet once it is paid', async () => {
  const failed = await open('customer_payment');
  const { payment: gone } = ok(await pay(failed, { type: 'paypay' }));
  const before = await customers();
  ok(await shop.simulate(gone.id, 'failed'));
  assert.equal(await customers(), before);
  const sent = ok(await pay(failed, { type: 'paypay' }));
  assert.deepEqual([sent.status, sent.payment.status], ['pending', 'pending']);
  ok(await shop.simulate(sent.payment.id, 'captured'));
  const done = await show(failed);
  assert.deepEqual([done.status, done.payment.status], ['completed', 'captured']);
  assert.deepEqual(ok(await shop.get(`/customers/${done.customer_id}`)).source, { type: 'paypay' });
  ok(await shop.post(`/payments/${done.payment.id}/refund`));
  assert.equal(ok(await charge(done.customer_id)).status, 'captured', 'without the owner');
});

test('what cannot be stored is refused by name', async () => {
  const session = await open('customer');
  for (const type of ['merpay', 'rakutenpay']) {
    refused(await pay(session, { type }), 422, 'invalid_payment_type', 'payment_details.type');
  }
  refused(await pay(await open('customer', { payment_types: ['paypay'] }), CARD), 422, 'invalid_payment_type',
    'payment_details.type');
  refused(await shop.post('/customers', { payment_details: { type: 'paypay' } }), 422, 'invalid_payment_type',
    'payment_details.type');
  refused(await consent({ id: '0'.repeat(25) }, 'approved'), 404, 'not_found');
  refused(await consent(session, 'perhaps'), 422, 'invalid_parameter', 'outcome');
  const card = ok(await shop.post('/customers', { payment_details: CARD }));
  refused(await shop.post(`/test_helpers/customers/${card.id}/simulate`, { outcome: 'revoked' }), 422,
    'unprocessable_entity', 'outcome');
});

test('a token of a wallet is used up by the attempt', async () => {
  const token = ok(await shop.browser.post('/tokens', { payment_details: { type: 'paypay' } })).id;
  const session = await open('customer');
  assert.equal(ok(await pay(session, token)).status, 'pending');
  refused(await pay(session, token), 422, 'invalid_token', 'payment_details');
  assert.equal(ok(await consent(session, 'approved')).status, 'completed');
});

test('consent taken back at the wallet: the next charge is declined, until there is another', async () => {
  const customer = await withWallet();
  const other = await withWallet();
  const paid = ok(await charge(customer));
  ok(await shop.post(`/test_helpers/customers/${customer}/simulate`, { outcome: 'revoked' }));
  refused(await charge(customer), 502, 'invalid_user_key');
  assert.deepEqual(await types(1), ['payment.failed']);
  assert.equal(ok(await charge(other)).status, 'captured', 'of another owner');
  assert.equal(ok(await shop.post(`/payments/${paid.id}/refund`)).status, 'refunded', 'what was paid can be given back');
  const session = await open('customer', { customer_id: customer });
  ok(await pay(session, { type: 'paypay' }));
  ok(await consent(session, 'approved'));
  assert.equal(ok(await charge(customer)).status, 'captured');
});

test('a shopper with a wallet is forgotten', async () => {
  const customer = await withWallet('linepay', { external_customer_id: 'u-9' });
  assert.deepEqual(ok(await shop.send('DELETE', '/external_customers/u-9')), { id: 'u-9' });
  refused(await shop.get(`/customers/${customer}`), 404, 'not_found');
  refused(await charge(customer), 422, 'invalid_parameter', 'customer');
  refused(await shop.send('DELETE', '/external_customers/u-9'), 404, 'not_found');
});

test('a subscription charges a stored wallet, and retries when the consent is gone', async () => {
  const own = await server.merchant('ordinary');
  const session = await open('customer', {}, own);
  ok(await pay(session, { type: 'paypay' }, {}, own));
  const { customer_id: customer } = ok(await own.post(`/test_helpers/sessions/${session.id}/simulate`, { outcome: 'approved' }));
  const { id } = ok(await own.post('/subscriptions', { customer, amount: 980, currency: 'JPY', period: 'monthly' }));
  const read = async () => ok(await own.get(`/subscriptions/${id}`));
  await own.clock({ advance_s: 1 });
  let now = await until('the first charge', async () => { const s = await read(); return s.status === 'active' && s; });
  assert.deepEqual(now.payment_details, { type: 'paypay', email: null });
  assert.equal(ok(await own.get(`/payments/${now.payments[0]}`)).payment_details.type, 'paypay');
  ok(await own.post(`/test_helpers/customers/${customer}/simulate`, { outcome: 'revoked' }));
  await own.clock({ to: now.next_capture_at });
  now = await until('a try that failed', async () => { const s = await read(); return s.retry_count === 1 && s; });
  assert.equal(now.status, 'retrying');
  const again = await open('customer', { customer_id: customer }, own);
  ok(await pay(again, { type: 'linepay' }, {}, own));
  ok(await own.post(`/test_helpers/sessions/${again.id}/simulate`, { outcome: 'approved' }));
  await own.clock({ advance_s: DAY_S });
  now = await until('the next try', async () => { const s = await read(); return s.status === 'active' && s; });
  assert.deepEqual([now.retry_count, now.payments.length, now.payment_details.type], [0, 3, 'linepay']);
});

// ---- the wallet's page ----------------------------------------------------------------------------------------------

/** What the owner's browser asks of the page; no key. */
const browse = (method, path, body) => server.request(method, path, body === undefined ? {}
  : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

/** A session of mode customer, and the path of the page that its shopper is sent to. */
async function sentAway(type = 'paypay', more = {}) {
  const session = await open('customer', { email: 'hana@shop.example', ...more });
  return { session, at: new URL(ok(await pay(session, { type })).redirect_url).pathname };
}

const BACK = (session) => `https://shop.example/done?session_id=${session.id}`;
const OWNERS = { pay: 'approved', refuse: 'failed', cancel: 'cancelled' };

test("the owner of a wallet agrees at its page, which shows what it is and where the owner goes on", async () => {
  const { session, at } = await sentAway();
  const shown = { resource: 'simulator_page', payment: null, session: session.id, merchant: { name: 'A ordinary' },
    type: 'paypay', name_en: 'PayPay', name_ja: 'PayPay', name_ko: '페이페이', status: 'pending', total: null, currency: 'JPY', description: null, locale: 'ja',
    payment_deadline: null, acts: Object.keys(OWNERS), redirect_url: null };
  assert.deepEqual(ok(await browse('GET', `${at}/state`)), shown);
  refused(await browse('POST', `${at}/finish`, {}), 422, 'unprocessable_entity');
  const after = ok(await browse('POST', `${at}/act`, { act: 'pay' }));
  assert.deepEqual(after, { ...shown, status: 'approved', acts: [], redirect_url: BACK(session) });
  assert.deepEqual(ok(await browse('POST', `${at}/finish`, {})), after);
  assert.deepEqual(ok(await browse('GET', `${at}/state`)), after);
  const done = await show(session);
  assert.equal(done.status, 'completed');
  assert.deepEqual(ok(await shop.get(`/customers/${done.customer_id}`)).source, { type: 'paypay' });
  assert.equal(ok(await charge(done.customer_id)).status, 'captured');
  refused(await browse('POST', `${at}/act`, { act: 'cancel' }), 422, 'unprocessable_entity', 'act');
});

for (const act of ['refuse', 'cancel'])
  test(`an owner who says ${act} at the page goes back, and nobody is new`, async () => {
    const { session, at } = await sentAway('linepay');
    const before = await customers();
    const after = ok(await browse('POST', `${at}/act`, { act }));
    assert.deepEqual([after.type, after.status, after.acts, after.redirect_url],
      ['linepay', OWNERS[act], [], BACK(session)]);
    assert.equal(await customers(), before);
    assert.equal((await show(session)).status, 'pending');
    refused(await consent(session, 'approved'), 422, 'unprocessable_entity', 'outcome');
    assert.equal(ok(await pay(session, { type: 'paypay' })).status, 'pending', 'another attempt');
  });

test('what the page of a wallet that is stored does not offer changes nothing', async () => {
  const { session, at } = await sentAway('paypay', { return_url: undefined });
  refused(await browse('POST', `${at}/act`, { act: 'expire' }), 422, 'unprocessable_entity', 'act');
  refused(await browse('POST', `${at}/act`, { act: 'refuse', code: 'perhaps' }), 422, 'invalid_parameter', 'code');
  const forged = at.slice(0, -1) + (at.endsWith('0') ? '1' : '0');
  for (const [method, end, body] of [['GET', '/state'], ['POST', '/act', { act: 'pay' }], ['POST', '/finish', {}]])
    refused(await browse(method, `${forged}${end}`, body), 404, 'not_found');
  assert.equal(ok(await browse('GET', `${at}/state`)).status, 'pending');
  ok(await consent(session, 'approved'));
  const over = ok(await browse('GET', `${at}/state`));
  assert.deepEqual([over.status, over.redirect_url], ['approved', `https://pay.example/sessions/${session.id}`]);
});

test('a page that is still open when the session ends without it stores nothing', async () => {
  const { session, at } = await sentAway();
  const other = new URL(ok(await pay(session, { type: 'linepay' })).redirect_url).pathname;
  const before = await customers();
  assert.equal(ok(await browse('POST', `${at}/act`, { act: 'pay' })).status, 'approved', 'the older of two questions');
  refused(await browse('POST', `${other}/act`, { act: 'pay' }), 422, 'unprocessable_entity', 'act');
  const over = ok(await browse('GET', `${other}/state`));
  assert.deepEqual([over.status, over.acts, over.redirect_url], ['cancelled', [], BACK(session)]);
  assert.equal(await customers(), before + 1);
  assert.deepEqual(ok(await shop.get(`/customers/${(await show(session)).customer_id}`)).source, { type: 'paypay' });
});

test('of browsers that act at once at the page one decides', async () => {
  for (let i = 0; i < 6; i++) {
    const { session, at } = await sentAway();
    const before = await customers();
    const acts = ['pay', 'cancel', 'pay', 'refuse'];
    const replies = await Promise.all(acts.map((act) => browse('POST', `${at}/act`, { act })));
    const won = replies.filter(({ status }) => status === 200);
    assert.equal(won.length, 1, JSON.stringify(replies.map(({ body }) => body)));
    for (const reply of replies) if (reply !== won[0]) refused(reply, 422, 'unprocessable_entity', 'act');
    const { status } = won[0].body;
    assert.equal(status, OWNERS[acts[replies.indexOf(won[0])]]);
    assert.equal((await show(session)).status, status === 'approved' ? 'completed' : 'pending');
    assert.equal(await customers(), before + (status === 'approved' ? 1 : 0));
  }
});

test('a payment that leaves its source to a customer names the customer, as does its event', async () => {
  const named = async (session, id) => {
    const done = await show(session);
    const event = ok(await shop.get('/events?per_page=4')).data.find(({ type }) => type === 'payment.captured');
    assert.match(done.customer_id, /^[0-9a-z]{25}$/);
    assert.deepEqual([done.payment.customer, event.data.id, event.data.customer], [done.customer_id, id, done.customer_id]);
    assert.equal(ok(await shop.get(`/payments/${id}`)).customer, done.customer_id);
    assert.equal(ok(await shop.post(`/payments/${id}/refund`)).customer, done.customer_id);
    return done.customer_id;
  };
  const card = await open('customer_payment');
  const paid = ok(await pay(card, CARD));
  assert.equal(paid.payment.customer, await named(card, paid.payment.id));
  const wallet = await open('customer_payment', { customer_id: paid.payment.customer });
  const { payment, redirect_url: url } = ok(await pay(wallet, { type: 'paypay' }));
  assert.equal(payment.customer, null, 'nothing is stored yet');
  ok(await browse('POST', `${new URL(url).pathname}/act`, { act: 'pay' }));
  assert.equal(await named(wallet, payment.id), paid.payment.customer);
  const deleted = await open('customer_payment', { customer_id: paid.payment.customer });
  const late = ok(await pay(deleted, { type: 'paypay' })).payment;
  ok(await shop.send('DELETE', `/customers/${paid.payment.customer}`));
  ok(await shop.simulate(late.id, 'captured'));
  assert.equal(ok(await shop.get(`/payments/${late.id}`)).customer, null, 'who is forgotten has no source');
});

// ---- cards ----------------------------------------------------------------------------------------------------------

/** The page of an authentication: method, then the issuer's question. */
const step = (at, what, body) => server.request('POST', `/three_d_secure_service/${what}`,
  { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: at, ...body }) });
const tokenOf = (url) => new URL(url).searchParams.get('token');

/** Pays with a card that the issuer asks about; the token of its page, at the challenge. */
async function challenged(session, details = CHALLENGED) {
  const sent = ok(await pay(session, details));
  assert.equal(sent.status, 'pending');
  const token = tokenOf(sent.redirect_url);
  let page = (await server.request('GET', `/three_d_secure_service/state?token=${token}`)).body;
  if (page.step === 'method') page = ok(await step(token, 'method', { completed: true }));
  assert.equal(page.step, 'challenge', JSON.stringify(page));
  return token;
}

test('a card that needs its holder is stored once that has been there', async () => {
  const session = await open('customer', { metadata: { a: '1' } });
  const before = await customers();
  const token = await challenged(session);
  assert.equal(await customers(), before);
  refused(await shop.create(100, null, { payment_details: token }), 422, 'invalid_token', 'payment_details');
  const end = ok(await step(token, 'challenge', { act: 'code', code: '123456' }));
  assert.deepEqual([end.step, end.verification_status, end.redirect_url],
    ['ended', 'OK', `https://shop.example/done?session_id=${session.id}`]);
  const done = await show(session);
  assert.equal(done.status, 'completed');
  const customer = ok(await shop.get(`/customers/${done.customer_id}`));
  assert.deepEqual([customer.source.last_four_digits, customer.email], ['0100', 'hana@shop.example']);
  assert.equal(ok(await charge(customer.id)).status, 'captured');
  refused(await step(token, 'challenge', { act: 'code', code: '123456' }), 422, 'unprocessable_entity');
  refused(await shop.create(100, null, { payment_details: token }), 422, 'invalid_token', 'payment_details');
});

/** What was kept of the issuer's word, newest customer first; the API does not show it. */
const kept = async () => (await sql(server.db, 'SELECT three_d_secure FROM customer ORDER BY id DESC LIMIT 1')).trim();

test('what the issuer said is kept with the customer, until there is another source', async () => {
  const store = async (details, more) => ok(await pay(await open('customer', more), details));
  const at = async () => JSON.parse(await kept());
  await store(CARD);
  assert.deepEqual([(await at()).transStatus, (await at()).eci], ['Y', '05']);
  const { customer } = await store(UNAVAILABLE);
  assert.deepEqual([(await at()).transStatus, (await at()).eci], ['U', '07']);
  ok(await shop.patch(`/customers/${customer.uuid}`, { payment_details: { month: '3', year: '2034' } }));
  assert.equal((await at()).transStatus, 'U', 'the card is the same');
  ok(await shop.patch(`/customers/${customer.uuid}`, { payment_details: CARD }));
  assert.equal(await kept(), '', 'a card that the shop sent itself');
  const before = await customers();
  refused(await pay(await open('customer'), REFUSED_BY_ISSUER), 502, 'card_declined');
  assert.equal(await customers(), before);
  const secure = ok(await shop.post('/secure_tokens', { amount: 500, currency: 'JPY', payment_details: CARD,
    return_url: 'https://shop.example/back' })).id;
  await store(secure);
  assert.equal((await at()).transStatus, 'Y');
  const both = ok(await pay(await open('customer_payment'), CARD));
  assert.deepEqual([both.payment.status, (await at()).transStatus], ['captured', 'Y']);
});

test('a holder who is not the one leaves no customer, and the session open', async () => {
  const session = await open('customer');
  const before = await customers();
  const end = ok(await step(await challenged(session), 'challenge', { act: 'cancel' }));
  assert.deepEqual([end.step, end.verification_status], ['ended', 'ERRORED']);
  assert.equal(await customers(), before);
  assert.equal((await show(session)).status, 'pending');
  assert.equal(ok(await pay(session, CARD)).status, 'completed', 'another card');
});

test('a token whose holder is needed is used up, and stored in the end', async () => {
  const token = ok(await shop.browser.post('/tokens', { payment_details: CHALLENGED })).id;
  const session = await open('customer');
  const page = await challenged(session, token);
  refused(await pay(session, token), 422, 'invalid_token', 'payment_details');
  ok(await step(page, 'challenge', { act: 'code', code: '123456' }));
  const { customer_id: customer } = await show(session);
  assert.equal(ok(await shop.get(`/customers/${customer}`)).source.last_four_digits, '0100');
});

test('of two authentications one completes the session', async () => {
  const session = await open('customer');
  const before = await customers();
  const [first, second] = [await challenged(session), await challenged(session)];
  ok(await step(first, 'challenge', { act: 'code', code: '123456' }));
  ok(await step(second, 'challenge', { act: 'code', code: '123456' }));
  assert.equal(await customers(), before + 1);
});

test('the same key stores once and says the same again, card or wallet', async () => {
  for (const details of [CARD, CHALLENGED, { type: 'paypay' }]) {
    const session = await open('customer');
    const headers = { 'X-KOMOJU-IDEMPOTENCY': `store-${session.id}` };
    const body = { payment_details: details };
    const first = await shop.post(`/sessions/${session.id}/pay`, body, headers);
    const again = await shop.post(`/sessions/${session.id}/pay`, body, headers);
    assert.equal(ok(first) && again.raw.toString(), first.raw.toString());
  }
  const token = ok(await shop.browser.post('/tokens', { payment_details: CARD })).id;
  const session = await open('customer');
  const headers = { 'X-KOMOJU-IDEMPOTENCY': 'store-token' };
  const first = ok(await shop.post(`/sessions/${session.id}/pay`, { payment_details: token }, headers));
  assert.deepEqual(ok(await shop.post(`/sessions/${session.id}/pay`, { payment_details: token }, headers)), first);
});

closes(server);
