// SPDX-License-Identifier: Apache-2.0
// dry_run.test.mjs: "dry_run": true tells what a call would do, and does nothing; an explanation tells what was done.
//
// The oracle is the real call: what the dry run said of it must be what the explanation says afterwards.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isUrl, railFileOf, sql } from '../lib/database.mjs';
import { CARD, Server, TOP, closes, ok, refused, split } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.marketplace();
const [first, second] = await shop.payouts(2);

/** Everything a client can see that a call could have changed. */
async function world() {
  const paths = ['/payments?per_page=100', '/events?per_page=100', '/balances/JPY', '/balances/JPY/transactions?per_page=100',
    `/merchants/${first}/balances/JPY/transactions?per_page=100`];
  return JSON.stringify(await Promise.all(paths.map(async (path) => ok(await shop.get(path)))));
}

const flat = (explained) => explained.transactions.flatMap(({ transfers }) =>
  transfers.map(({ type, debit, credit, amount }) => ({ type, debit, credit, amount, currency: explained.currency })));

/** The dry run of a call changes nothing; the call itself then moves exactly what the dry run said. */
async function foretells(target, body, paymentOf = (made) => made.id) {
  const before = await world();
  const told = ok(await shop.post(target, { ...body, dry_run: true }, { 'X-KOMOJU-IDEMPOTENCY': `dry ${target}` }));
  assert.equal(await world(), before, 'nothing has changed');
  const known = target === '/payments' ? [] : flat(ok(await shop.get(`/payments/${paymentOf(told)}/explain`)));
  const made = ok(await shop.post(target, body, { 'X-KOMOJU-IDEMPOTENCY': `dry ${target}` }));
  assert.equal(made.dry_run, undefined, 'the key was not taken by the dry run');
  const explained = ok(await shop.get(`/payments/${paymentOf(made)}/explain`));
  assert.deepEqual(told.dry_run.transfers, flat(explained).slice(known.length));
  const { dry_run: _, ...object } = told;
  assert.deepEqual(Object.keys(object), Object.keys(made));
  assert.equal(object.status, made.status);
  return { told, made, explained };
}

const BODY = { amount: 1000, currency: 'JPY', tax: 50, payment_details: CARD,
  platform_details: split([first, 700, 70], [second, 350, 35]) };

test('a dry run of a payment, a capture and a refund tells what they do', async () => {
  const { made, explained } = await foretells('/payments', BODY);
  assert.equal(explained.payment, made.id);
  assert.equal(explained.transactions.length, 1);
  const [capture] = explained.transactions;
  assert.equal(capture.event, 'CAPTURE');
  assert.equal(capture.transfers[0].because, 'amount 1000 and tax 50');
  const fee = capture.transfers.find((transfer) => transfer.type === 'fee');
  assert.equal(fee.amount, 34); // 1050 x 3.25 % = 34.125
  assert.match(fee.because, /^3\.25 % of 1050 is 34\.125… rounded half up to 34; fixed part 0; at least 0$/);
  assert.deepEqual(fee.rule, { event: 'CAPTURE', model: 'ANY', debit: 'PROCESSOR', credit: 'FEE', amount: 'FEE', times: 'ONCE' });
  assert.match(capture.transfers.find((transfer) => transfer.type === 'fee_tax').because, /^10 % of the fee 34 is 3\.400… rounded half up to 3$/);
  const sum = explained.transactions.flatMap((t) => t.transfers).filter((t) => t.credit === first || t.debit === first)
    .reduce((net, t) => net + (t.credit === first ? t.amount : -t.amount), 0);
  assert.equal(sum, 630);
  const held = await shop.authorize(500);
  await foretells(`/payments/${held.id}/capture`, { platform_details: split([first, 500, 0]) });
  await shop.fund(3000);
  await foretells(`/payments/${made.id}/refund`, { amount: 300, platform_details: split([first, 180, 20], [second, 90, 10]) });
});

test('a dry run of a transfer moves nothing', async () => {
  await shop.fund(500);
  const before = await world();
  const told = ok(await shop.post('/balances/JPY/transfer', { to: first, amount: 100, dry_run: true }));
  assert.deepEqual(told.dry_run.transfers.map(({ type, debit, credit, amount }) => [type, debit, credit, amount]),
    [['balance_transfer', shop.id, first, 100]]);
  assert.equal(await world(), before);
});

test('a dry run refuses as the call does, and takes no token', async () => {
  refused(await shop.post('/payments', { ...BODY, amount: 0, dry_run: true }), 422, 'invalid_parameter', 'amount');
  refused(await shop.post('/payments', { ...BODY, platform_details: split([first, 9999, 0]), dry_run: true }), 422,
    'invalid_parameter', 'platform_details.submerchants');
  const token = ok(await shop.browser.post('/tokens', { payment_details: CARD })).id;
  for (let i = 0; i < 2; i++)
    assert.equal(ok(await shop.post('/payments', { ...BODY, payment_details: token, dry_run: 'true' })).status, 'captured');
  assert.equal(ok(await shop.post('/payments', { ...BODY, payment_details: token })).status, 'captured');
});

let tables; // of PostgreSQL
/** A hash of all there is: every row of every table, and the books of the simulated rail. */
async function digest() {
  const hash = crypto.createHash('sha256');
  if (!isUrl(server.db)) {
    hash.update(await sql(server.db, '.dump'));
    hash.update(fs.readFileSync(railFileOf(server.db)));
    return hash.digest('hex');
  }
  tables ??= (await sql(server.db, `SELECT table_schema || '.' || table_name FROM information_schema.tables
    WHERE table_schema IN ('public', 'simulator') AND table_type = 'BASE TABLE'
    AND table_name NOT IN ('server', 'job_lease', 'commit_mark') ORDER BY 1`)).trim().split('\n');
  return sql(server.db, tables.map((table) =>
    `SELECT '${table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ${table} t`).join(' UNION ALL '));
}

/** A dry run of any call: the answer, with nothing changed anywhere and the same key still free. */
async function tries(of, verb, target, body) {
  const before = await digest();
  const headers = { 'X-KOMOJU-IDEMPOTENCY': `try ${target}` };
  const told = ok(await of.send(verb, target, { ...body, dry_run: true }, headers));
  assert.equal(await digest(), before, `${verb} ${target} changes nothing`);
  assert.ok(Array.isArray(told.dry_run.transfers));
  const made = ok(await of.send(verb, target, body, headers));
  assert.equal(made.dry_run, undefined, 'the key was not taken by the dry run');
  return { told, made };
}
const named = (transfers) => transfers.map(({ type, amount }) => [type, amount]);
const alone = await server.merchant('ordinary');
const newSession = async (more = {}) => (ok(await alone.post('/sessions', { amount: 2000, currency: 'JPY',
  return_url: 'https://shop.example/done', ...more }))).id;

/** What each payment type wants to be told, and what its attempt comes to. */
const EMAIL = { email: 'hana@shop.example' };
const PERSON = { ...EMAIL, phone: '0312345678', given_name: 'Hana', family_name: 'Tanaka', given_name_kana: 'ハナ',
  family_name_kana: 'タナカ' };
const DETAILS = {
  konbini: { store: 'lawson', ...EMAIL }, bank_transfer: PERSON, pay_easy: PERSON, paidy: { customer_name: 'Hana', ...EMAIL },
  web_money: { prepaid_number: '1111111111111111' }, net_cash: { prepaid_number: '1111111111111111' },
  nanaco: { prepaid_number: '1111111111111111' }, bit_cash: { prepaid_number: 'あいうえおかきくけこさしすせそた' },
  dospara: { user_no: '7', user_password: 'secret' }, japan_mobile: { brand: 'docomo' }, alipay: { name: 'Hana' },
  credit_card: CARD,
};

test('a session can be tried with every payment type it offers, and is open afterwards', async () => {
  const { payment_methods: offers } = ok(await alone.get(`/sessions/${await newSession()}`));
  assert.ok(offers.length > 20);
  for (const { type } of offers) {
    const id = await newSession();
    const { told, made } = await tries(alone, 'POST', `/sessions/${id}/pay`,
      { payment_details: { type, ...EMAIL, ...DETAILS[type] } });
    assert.deepEqual([type, told.payment.status, told.payment.dry_run], [type, made.payment.status, undefined]);
    assert.deepEqual(Object.keys(told), [...Object.keys(made), 'dry_run'], type);
    const { transactions } = ok(await alone.get(`/payments/${made.payment.id}/explain`));
    assert.deepEqual(named(told.dry_run.transfers), named(transactions.flatMap(({ transfers }) => transfers)), type);
    refused(await alone.get(`/payments/${told.payment.id}`), 404, 'not_found');
  }
});

test('a dry run asks no issuer and no wallet, and stores nobody', async () => {
  for (const details of [CARD, { ...CARD, number: '4100000000000100' }]) {
    const id = await newSession();
    const before = await digest();
    const told = ok(await alone.post(`/sessions/${id}/pay`, { payment_details: details, dry_run: true }));
    assert.deepEqual([told.status, told.payment.status], ['completed', 'captured']);
    assert.equal(await digest(), before);
  }
  for (const details of [CARD, { type: 'paypay' }]) {
    const id = await newSession({ mode: 'customer', amount: undefined });
    const { told, made } = await tries(alone, 'POST', `/sessions/${id}/pay`, { payment_details: details });
    assert.deepEqual([told.status, told.dry_run.transfers], [made.status, []]);
    assert.equal(told.customer?.email, made.customer?.email);
  }
  const both = await newSession({ mode: 'customer_payment' });
  const { told } = await tries(alone, 'POST', `/sessions/${both}/pay`, { payment_details: CARD });
  assert.equal(told.payment.status, 'captured');
});

test('what a merchant pays is not told to a browser', async () => {
  const id = await newSession();
  const body = { payment_details: CARD };
  const before = await digest();
  refused(await alone.browser.post(`/sessions/${id}/pay`, { ...body, dry_run: true }), 403, 'forbidden');
  assert.equal(await digest(), before);
  assert.equal(ok(await alone.browser.post(`/sessions/${id}/pay`, { ...body, dry_run: 'false' })).status, 'completed');
});

test('a subscription can be tried: it tells what its first charge moves', async () => {
  const customer = ok(await alone.post('/customers', { payment_details: CARD })).id;
  const before = await digest();
  const body = { customer, amount: 980, currency: 'JPY', period: 'monthly' };
  const told = ok(await alone.post('/subscriptions', { ...body, dry_run: true }));
  assert.equal(await digest(), before);
  assert.deepEqual([told.status, told.amount, told.payments], ['pending', 980, []]);
  const paid = ok(await alone.post('/payments', { customer, amount: 980, currency: 'JPY', tax: 0 }));
  const { transactions } = ok(await alone.get(`/payments/${paid.id}/explain`));
  assert.deepEqual(named(told.dry_run.transfers), named(transactions.flatMap(({ transfers }) => transfers)));
  refused(await alone.get(`/subscriptions/${told.id}`), 404, 'not_found');
  refused(await alone.post('/subscriptions', { ...body, amount: 0, dry_run: true }), 422, 'invalid_parameter', 'amount');
});

test('the next prepaid number of a payment can be tried', async () => {
  const type = 'web_money', prepaid_number = '1111111111111111';
  const short = ok(await alone.post('/payments', { amount: 3000, currency: 'JPY', tax: 0,
    payment_details: { type, prepaid_number } }));
  assert.equal(short.status, 'pending');
  const { told, made } = await tries(alone, 'PATCH', `/payments/${short.id}`, { payment_details: { type, prepaid_number } });
  assert.deepEqual([told.status, made.status], ['captured', 'captured']);
  const { transactions } = ok(await alone.get(`/payments/${short.id}/explain`));
  assert.deepEqual(named(told.dry_run.transfers), named(transactions.flatMap(({ transfers }) => transfers)));
  await tries(alone, 'PATCH', `/payments/${short.id}`, { description: 'paid' });
});

/** Why a call that changes something cannot be tried: it moves no money. A new one belongs here, or is MONEY. */
const MOVE_NOTHING = /^api_(session_(create|cancel)|payment_link_\w+|link_open|legacy_page|token_create|secure_token_create|customer_\w+|external_customer_delete|subscription_delete|event_resend|webhook_\w+|merchant_(create|update)|application_\w+|test_(session|customer)|chargeback_\w+|file_\w+)$/;
/** These move money, and cannot be tried: the shopper's browser calls them, without a key; and the clock moves whatever is
 *  due by then. */
const NOT_TO_BE_TRIED = ['api_three_d_method', 'api_three_d_challenge', 'api_three_d_finish', 'api_simulator_act',
  'api_simulator_finish', 'api_test_clock'];

test('every call that moves money can be tried', () => {
  const rows = fs.readFileSync(path.join(TOP, 'src/api/routes.def'), 'utf8').split('\n')
    .map((line) => /^ROUTE\((\w+), +"([^"]+)", +(\w+), +(\w+), +([\w| ]+),/.exec(line)).filter(Boolean);
  assert.ok(rows.length > 60);
  for (const [, verb, target, handler, , flags] of rows) {
    if (verb === 'GET' || /\b(MONEY|ROUTE_DRY)\b/.test(flags)) continue;
    assert.ok(MOVE_NOTHING.test(handler) || NOT_TO_BE_TRIED.includes(handler),
      `${verb} ${target}: it moves money and is MONEY in routes.def, or it is known to move none`);
  }
});

test('a call that cannot be tried refuses to be asked, and does nothing', async () => {
  const before = ok(await shop.get('/merchants')).total;
  refused(await shop.post('/merchants', { name: 'B', platform_role: 'payout', dry_run: true }), 422, 'invalid_parameter', 'dry_run');
  assert.equal(ok(await shop.get('/merchants')).total, before);
});

test('dry_run in the query is refused and not passed over, whatever the call', async () => {
  const refusesAll = async (of, verb, target, body) => {
    for (const query of ['?dry_run=true', '?page=1&dry_run=1', '?dry_run=false', '?dry_run', '?dry_run[]=true']) {
      const before = await digest();
      refused(await of.send(verb, target + query, body), 422, 'invalid_parameter', 'dry_run');
      assert.equal(await digest(), before, `${verb} ${target}${query} changes nothing`);
    }
  };
  const customer = ok(await alone.post('/customers', { email: 'hana@shop.example', payment_details: CARD }));
  const payment = ok(await alone.post('/payments', { amount: 300, currency: 'JPY', payment_details: CARD }));
  const charged = { amount: 300, currency: 'JPY', payment_details: CARD };
  await refusesAll(alone, 'POST', '/payments', charged);
  await refusesAll(alone, 'POST', `/payments/${payment.id}/refund`, { amount: 100 });
  await refusesAll(alone, 'POST', `/payments/${payment.id}/refund`, { amount: 100, dry_run: true });
  await refusesAll(alone, 'PATCH', `/payments/${payment.id}`, { description: 'new' });
  await refusesAll(alone, 'DELETE', `/customers/${customer.id}`);
  await refusesAll(alone, 'POST', '/test_helpers/clock', {});
  await refusesAll(alone.browser, 'POST', `/sessions/${await newSession()}/pay`, { payment_details: CARD });
  await refusesAll(shop, 'POST', '/balances/JPY/transfer', { to: first, amount: 1 });
  ok(await alone.get('/payments?dry_run=true')); // a look has no effect that could be tried
});

test('dry runs beside real calls leave no trace of their own', async () => {
  const before = ok(await shop.get('/payments')).total;
  const calls = Array.from({ length: 60 }, (_, i) => shop.post('/payments', { ...BODY, ...(i % 3 ? { dry_run: true } : {}) }));
  for (const reply of await Promise.all(calls)) ok(reply);
  assert.equal(ok(await shop.get('/payments')).total, before + 20);
});

test('an explanation is the merchant\'s own', async () => {
  const payment = await shop.pay(100, [[first, 100, 0]]);
  const other = await server.marketplace();
  refused(await other.get(`/payments/${payment.id}/explain`), 404, 'not_found');
  refused(await shop.browser.get(`/payments/${payment.id}/explain`), 403, 'forbidden');
  refused(await shop.get('/payments/nonsense/explain'), 404, 'not_found');
  const held = await shop.authorize(100);
  assert.deepEqual(ok(await shop.get(`/payments/${held.id}/explain`)).transactions, []);
});

closes(server);
