// SPDX-License-Identifier: Apache-2.0
// merchants.test.mjs: sub-merchants, their methods and rates, balances and transfers (komoju-platform 6, 8, 13).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, Client, closes, ok, refused, run, Server, split } from '../lib/server.mjs';

const server = await Server.start();
const NOBODY = '0123456789abcdefghijklmno';
const ID = /^[0-9a-z]{25}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MAILS = ['instruction', 'receipt', 'reminder', 'refund'].map((name) => `send_payment_${name}_email`);
const COMMON = ['id', 'account_id', 'live', 'created_at', 'updated_at', 'name', 'platform_role', 'status',
  'payments_enabled', 'payouts_enabled', 'expiry_settings', 'active_payment_methods', 'publishable_key'];

const decide = (p, id, status = 'accepted') => p.patch(`/live_application/${id}/simulate_status`, { status });
const decideMethod = (p, id, status = 'accepted', slug = 'credit_card') =>
  p.patch(`/live_application/${id}/payment_methods/${slug}/simulate_status`, { status });

for (const [kind, role, wrong] of [['marketplace', 'payout', 'seller'], ['platform', 'seller', 'payout']]) {
  test(`a ${kind} creates ${role} merchants, complete and incomplete`, async () => {
    const p = await server.merchant(kind);
    const made = await p.sub(role, 'ひまわり商店');
    assert.deepEqual(Object.keys(made).sort(), [...COMMON, ...(role === 'seller' ? MAILS : [])].sort());
    assert.match(made.id, ID);
    assert.match(made.account_id, ID);
    assert.notEqual(made.id, made.account_id);
    assert.match(made.created_at, TIME);
    assert.match(made.updated_at, TIME);
    assert.match(made.publishable_key, /^pk_test_/);
    assert.deepEqual([made.live, made.name, made.platform_role, made.status, made.payouts_enabled,
      made.payments_enabled, made.active_payment_methods],
    [false, 'ひまわり商店', role, 'incomplete', false, role === 'seller' ? false : null, []]);
    if (role === 'seller') MAILS.forEach((key) => assert.equal(made[key], true));
    assert.ok(Array.isArray(made.expiry_settings));
    assert.deepEqual(ok(await p.get(`/merchants/${made.id}`)), made);
    const form = ok(await p.post('/merchants', new URLSearchParams({ name: 'By form', platform_role: role })));
    assert.equal(form.name, 'By form');
  });

  test(`a ${kind} refuses what makes no merchant`, async () => {
    const p = await server.merchant(kind);
    for (const [body, code, param] of [[{ platform_role: role }, 'missing_parameter', 'name'],
      [{ name: '', platform_role: role }, 'missing_parameter', 'name'],
      [{ name: 'x'.repeat(256), platform_role: role }, 'invalid_parameter', 'name'],
      [{ name: {}, platform_role: role }, 'invalid_parameter', 'name'],
      [{ name: 'x' }, 'missing_parameter', 'platform_role'],
      [{ name: 'x', platform_role: wrong }, 'invalid_parameter', 'platform_role'],
      [{ name: 'x', platform_role: 'king' }, 'invalid_parameter', 'platform_role']])
      refused(await p.post('/merchants', body), 422, code, param);
    assert.equal(ok(await p.get('/merchants')).total, 0);
  });
}

test('the list pages and filters, and its items are what show gives', async () => {
  const p = await server.merchant('platform');
  const ids = [];
  for (let i = 0; i < 4; i++) ids.unshift((await p.sub('seller', `Seller ${i}`)).id);
  ok(await decideMethod(p, ids[0]));
  ok(await decide(p, ids[0]));
  ok(await decide(p, ids[1], 'declined'));
  const get = async (query = '') => ok(await p.get(`/merchants?${query}`));
  const all = await get();
  assert.deepEqual([all.resource, all.total, all.page, all.per_page, all.last_page], ['list', 4, 1, 10, 1]);
  assert.deepEqual(all.data.map((m) => m.id), ids);
  for (const item of all.data) assert.deepEqual(item, ok(await p.get(`/merchants/${item.id}`)));
  const found = async (query) => (await get(query)).data.map((m) => ids.indexOf(m.id));
  assert.deepEqual(await found('per_page=3&page=2'), [3]);
  assert.deepEqual(await found('status=accepted'), [0]);
  assert.deepEqual(await found('status=declined'), [1]);
  assert.deepEqual(await found('status=incomplete'), [2, 3]);
  assert.deepEqual(await found('payments_enabled=true'), [0]);
  assert.deepEqual(await found('payouts_enabled=false'), [1, 2, 3]);
  assert.deepEqual(await found('platform_role=seller&per_page=1'), [0]);
  assert.deepEqual(await found('platform_role=payout'), []);
  assert.deepEqual(await found('live=true'), []);
  assert.equal((await get('live=false')).total, 4);
  refused(await p.get('/merchants?status=nonsense'), 422, 'invalid_parameter', 'status');
  refused(await p.get('/merchants?live=maybe'), 422, 'invalid_parameter', 'live');
});

test('update: enabling needs acceptance; mails and expiry change; name and role do not', async () => {
  const p = await server.merchant('platform');
  const { id } = await p.sub('seller', 'Before');
  const change = (body) => p.patch(`/merchants/${id}`, body);
  for (const key of ['payments_enabled', 'payouts_enabled'])
    refused(await change({ [key]: true }), 422, 'invalid_parameter', key);
  ok(await decideMethod(p, id));
  ok(await decide(p, id));
  const off = ok(await change({ payments_enabled: 'false', payouts_enabled: false }));
  assert.deepEqual([off.payments_enabled, off.payouts_enabled, off.status], [false, false, 'accepted']);
  const on = ok(await change({ payments_enabled: true, send_payment_refund_email: false,
    send_payment_capture_email: true, name: 'After', platform_role: 'payout',
    expiry_settings: [{ slug: 'konbini', expiry_days: 59 }, { slug: 'bank_transfer', expiry_days: '14' }] }));
  assert.deepEqual([on.payments_enabled, on.name, on.platform_role, on.send_payment_refund_email,
    on.send_payment_receipt_email], [true, 'Before', 'seller', false, true]);
  assert.ok(!('send_payment_capture_email' in on));
  const days = Object.fromEntries(on.expiry_settings.map((setting) => [setting.slug, setting.expiry_days]));
  assert.deepEqual(days, { konbini: 59, bank_transfer: 14 });
  assert.deepEqual(ok(await p.get(`/merchants/${id}`)), on);
  for (const [slug, expiry_days] of [['konbini', 0], ['konbini', 60], ['bank_transfer', 13], ['konbini', 'x']])
    refused(await change({ expiry_settings: [{ slug, expiry_days }] }), 422, 'invalid_parameter',
      'expiry_settings[0].expiry_days');
  refused(await change({ expiry_settings: [{ slug: 'konbini' }] }), 422, 'missing_parameter',
    'expiry_settings[0].expiry_days');
  refused(await change({ expiry_settings: [{ slug: 'konbini', expiry_days: 3, currency: 'USD' }] }), 422,
    'invalid_parameter', 'expiry_settings[0].currency');
  refused(await change({ expiry_settings: 'never' }), 422, 'invalid_parameter', 'expiry_settings');
  refused(await change({ payments_enabled: 'perhaps' }), 422, 'invalid_parameter', 'payments_enabled');
  assert.deepEqual(ok(await p.get(`/merchants/${id}`)), on);
});

test('a payout merchant has no payments to enable, and is accepted without a method', async () => {
  const p = await server.marketplace();
  const { id } = await p.sub('payout');
  for (const payments_enabled of [true, false])
    refused(await p.patch(`/merchants/${id}`, { payments_enabled }), 422, 'invalid_parameter', 'payments_enabled');
  assert.deepEqual(ok(await decide(p, id)), { merchant_id: id, status: 'accepted' });
  const shown = ok(await p.get(`/merchants/${id}`));
  assert.deepEqual([shown.status, shown.payments_enabled, shown.payouts_enabled], ['accepted', null, true]);
});

test('a seller is accepted with an accepted method, and then takes payments', async () => {
  const p = await server.merchant('platform');
  const { id } = await p.sub('seller');
  const details = { platform_details: { processing_merchant_id: id, ...split([id, 1000, 100]) } };
  refused(await decide(p, id), 422, 'unprocessable_entity', 'status');
  refused(await decide(p, id, 'perhaps'), 422, 'invalid_parameter', 'status');
  assert.deepEqual(ok(await decideMethod(p, id)), { status: 'accepted', payment_method: 'credit_card' });
  assert.equal((await p.create(1000, null, details)).status, 422);
  assert.deepEqual(ok(await decide(p, id)), { merchant_id: id, status: 'accepted' });
  const shown = ok(await p.get(`/merchants/${id}`));
  assert.deepEqual([shown.status, shown.payments_enabled, shown.payouts_enabled], ['accepted', true, true]);
  await p.pay(1000, null, details);
  ok(await p.patch(`/merchants/${id}`, { payments_enabled: false }));
  assert.equal((await p.create(1000, null, details)).status, 422);
  refused(await decideMethod(p, id, 'accepted', 'seashells'), 404, 'not_found');
});

test('a seller with one brand family takes that only', async () => {
  const p = await server.merchant('platform');
  const { id } = await p.sub('seller');
  ok(await decideMethod(p, id, 'accepted', 'visa_mastercard_credit_card'));
  ok(await decide(p, id));
  const pay = (number) => p.create(1000, null, { payment_details: { ...CARD, number },
    platform_details: { processing_merchant_id: id, ...split([id, 1000, 0]) } });
  ok(await pay('4111111111111111'));
  refused(await pay('3530111333300000'), 422, 'invalid_payment_type', 'payment_details.type');
});

test('payments of a seller are listed under the seller, a marketplace\'s under itself', async () => {
  const p = await server.merchant('platform');
  const id = await p.seller();
  const payment = await p.pay(1000, null,
    { platform_details: { processing_merchant_id: id, ...split([id, 1000, 0]) } });
  assert.equal(ok(await p.get('/payments')).total, 0);
  const list = ok(await p.get(`/merchants/${id}/payments?status=captured`));
  assert.deepEqual([list.total, list.data], [1, [payment]]);
  assert.deepEqual(ok(await p.get(`/payments/${payment.id}`)), payment);
  const shop = await server.marketplace();
  const [payout] = await shop.payouts(1);
  await shop.pay(1000, [[payout, 1000, 0]]);
  assert.equal(ok(await shop.get(`/merchants/${payout}/payments`)).total, 0);
  assert.equal(ok(await shop.get(`/merchants/${shop.id}/payments`)).total, 1);
  assert.equal(ok(await shop.get('/payments')).total, 1);
});

// ---- methods and rates -----------------------------------------------------------------------------

test('payment_methods is a bare array with names in three languages', async () => {
  const shop = await server.merchant('ordinary');
  for (const client of [shop, shop.browser]) {
    const methods = ok(await client.get('/payment_methods'));
    assert.ok(Array.isArray(methods));
    const card = methods.find((method) => method.type_slug === 'credit_card');
    for (const key of ['name_en', 'name_ja', 'name_ko', 'type_slug', 'currency'])
      assert.ok(typeof card[key] === 'string' && card[key].length > 0, key);
    for (const brand of ['visa', 'master', 'jcb']) assert.ok(card.subtypes.includes(brand));
  }
  const p = await server.merchant('platform');
  const id = await p.seller();
  const seller = new Client(server, ok(await p.get(`/merchants/${id}`)).publishable_key);
  assert.equal(ok(await seller.get('/payment_methods'))[0].type_slug, 'credit_card');
});

test('a new seller starts with the usual rate; merchant rate changes it for captures from then on', async () => {
  const p = await server.merchant('platform');
  const id = await p.seller();
  const methods = async () => ok(await p.get(`/merchants/${id}`)).active_payment_methods;
  const [usual] = await methods();
  assert.deepEqual([usual.type, usual.currency, usual.percentage, usual.fixed_amount_cents,
    usual.minimum_processing_fee_amount_cents], ['credit_card', 'JPY', 3.25, 0, 0]);
  assert.equal(typeof usual.name, 'string');

  const rate = async (...more) =>
    (await server.cli('merchant', 'rate', '--merchant', id, '--method', 'credit_card', ...more))[0];
  const details = (amount) => ({ platform_details: { processing_merchant_id: id, ...split([id, amount, 0]) } });
  const fees = async (amount) => {
    await p.pay(amount, null, details(amount));
    const { data } = ok(await p.get(`/merchants/${id}/balances/JPY/transactions?per_page=3`));
    return data.filter((record) => record.id === data[0].id && record.type.startsWith('fee'))
      .map((record) => record.amount_cents);
  };
  assert.deepEqual(await fees(5000), [-163, -16]); // 162.5
  assert.equal((await rate('--percent', '2.75')).percent, 2.75);
  assert.deepEqual(await fees(5000), [-138, -14]); // komoju-platform 8: 137.5 and 13.8
  await rate('--percent', '3', '--fixed', '10');
  assert.deepEqual(await fees(1000), [-40, -4]);
  await rate('--minimum', '50');
  assert.deepEqual(await fees(1000), [-50, -5]);
  assert.deepEqual(await fees(2000), [-70, -7]);
  const [changed] = await methods();
  assert.deepEqual([changed.percentage, changed.fixed_amount_cents, changed.minimum_processing_fee_amount_cents],
    [3, 10, 50]);
  await rate('--percent', '0', '--fixed', '0', '--minimum', '0');
  assert.deepEqual(await fees(1000), []);
  const waiting = await p.pay(1000, null, { capture: false, platform_details: { processing_merchant_id: id } });
  await rate('--percent', '10');
  ok(await p.post(`/payments/${waiting.id}/capture`, details(1000)));
  assert.deepEqual(ok(await p.get(`/merchants/${id}/balances/JPY/transactions?type=fee&per_page=1`)).data[0].amount_cents,
    -100, 'the rate at capture applies');
});

test('a customer fee is paid on top, kept out of the books, and not refunded with the payment', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  await server.cli('merchant', 'rate', '--merchant', shop.id, '--method', 'credit_card', '--customer-fee', '190');
  assert.equal(ok(await shop.get('/payment_methods'))[0].payment_method_fee, 190);
  const payment = await shop.pay(1000, [[seller, 1000, 100]]);
  assert.deepEqual([payment.payment_method_fee, payment.total], [190, 1190]);
  assert.deepEqual([await shop.balance(), await shop.balance(seller)], [64, 900]);
  await shop.fund(1000);
  const refund = ok(await shop.post(`/payments/${payment.id}/refund`));
  assert.deepEqual([refund.amount_refunded, refund.status], [1000, 'refunded']);
});

// ---- balances ---------------------------------------------------------------------------------------

const SECTIONS = {
  payments: ['captured_amount_total_cents', 'processing_fees_cents'],
  refunds: ['refunded_amount_total_cents', 'refund_processing_fees_cents', 'refunded_customer_fees_cents'],
  platform_model: ['fund_transfer_total_cents', 'payment_share_total_cents', 'payment_share_refund_total_cents',
    'platform_fee_total_cents', 'platform_fee_refund_total_cents', 'submerchant_management_fees_cents'],
  corrections: [], komoju_card_charges: [],
  disbursements: ['disbursement_amount_total_cents', 'disbursement_fee_total_cents'],
  misc: ['clearings_total_cents', 'komoju_card_discount_total_cents', 'chargeback_fixed_fee_total_cents',
    'other_fee_adjustments_total_cents'],
};

/** Checks the shape and that everything adds up; gives the balance. */
function checkBalance(balance, isPlatform = true) {
  let total = 0;
  assert.equal(balance.currency, 'JPY');
  for (const [section, keys] of Object.entries(SECTIONS)) {
    if (section === 'platform_model' && !isPlatform) {
      assert.ok(!(section in balance));
      continue;
    }
    assert.deepEqual(Object.keys(balance[section]).sort(), [...keys, 'total_cents'].sort(), section);
    Object.values(balance[section]).forEach((value) => assert.ok(Number.isInteger(value)));
    if (keys.length > 0)
      assert.equal(keys.reduce((sum, key) => sum + balance[section][key], 0), balance[section].total_cents, section);
    total += balance[section].total_cents;
  }
  assert.equal(balance.total_balance_cents, total);
  return balance;
}

test('a balance shows its sections, which add up', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  const show = async (id = shop.id) => checkBalance(ok(await shop.get(`/merchants/${id}/balances/JPY`)));
  assert.equal((await show()).total_balance_cents, 0);
  assert.equal((await show(seller)).total_balance_cents, 0);
  const { id } = await shop.pay(1000, [[seller, 1000, 100]]);
  await shop.fund(1000);
  const before = await show();
  ok(await shop.post(`/payments/${id}/refund`));
  const after = await show();
  assert.equal(after.refunds.refunded_amount_total_cents, -1000);
  assert.equal(after.platform_model.payment_share_refund_total_cents, 900);
  assert.equal(after.total_balance_cents - before.total_balance_cents, -100);
  const [other] = await shop.payouts(1);
  const charged = await shop.pay(1000, [[other, 1000, 0]]);
  ok(await shop.simulate(charged.id, 'chargeback_lost'));
  assert.equal((await show()).refunds.refunded_amount_total_cents, -2000, 'a chargeback counts as refunded');
  const plain = await server.merchant('ordinary');
  await plain.pay(1000);
  const own = checkBalance(ok(await plain.get('/balances/JPY')), false);
  assert.deepEqual([own.payments.captured_amount_total_cents, own.payments.processing_fees_cents], [1100, -40]);
  assert.deepEqual(ok(await plain.get(`/merchants/${plain.id}/balances/JPY`)), own);
});

test('transactions: filter by type, times and pages; envelope with both times', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  await shop.pay(1000, [[seller, 1000, 100]]);
  const middle = await shop.clock({ advance_s: 60 });
  await shop.pay(2000, [[seller, 2000, 0]]);
  const get = async (query = '') => ok(await shop.get(`/merchants/${shop.id}/balances/JPY/transactions?${query}`));
  const all = await get();
  assert.deepEqual(all.data.map((r) => [r.type, r.amount_cents]), [['payment', 2000], ['payment_share', -2000],
    ['fee', -65], ['fee_tax', -7], ['payment', 1000], ['payment_share', -1000], ['platform_fee', 100], ['fee', -33],
    ['fee_tax', -3]]);
  assert.deepEqual(Object.keys(all).sort(),
    ['data', 'end_time', 'last_page', 'page', 'per_page', 'resource', 'start_time', 'total']);
  assert.deepEqual([all.total, all.last_page, all.start_time, all.end_time], [9, 1, null, null]);
  assert.deepEqual((await get('type=payment')).data.map((r) => r.amount_cents), [2000, 1000]);
  assert.deepEqual((await get('per_page=4&page=2')).data, all.data.slice(4, 8));
  assert.equal((await get('per_page=4&page=2')).last_page, 3);
  const late = await get(`start_time=${middle}`);
  assert.deepEqual([late.total, late.start_time], [4, middle]);
  assert.equal((await get(`end_time=${middle}`)).total, 5);
  assert.equal((await get(`end_time=${middle}&type=fee`)).total, 1);
  const own = ok(await shop.get('/balances/JPY/transactions'));
  assert.deepEqual(own, all);
  refused(await shop.get(`/balances/JPY/transactions/${NOBODY}`), 404, 'not_found');
});

// ---- transfers --------------------------------------------------------------------------------------

test('transfers go both ways and post one record on each side', async () => {
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  await shop.pay(1000, [[seller, 1000, 0]]);
  const up = ok(await shop.post(`/merchants/${seller}/balances/JPY/transfer`, { to: shop.id, amount: '500' }));
  assert.deepEqual({ ...up, happened_at: '' }, { type: 'balance_transfer', recipient: shop.id, remitter: seller,
    amount: 500, currency: 'JPY', happened_at: '' });
  assert.match(up.happened_at, TIME);
  for (const path of ['/balances/JPY/transfer', `/merchants/${shop.id}/balances/JPY/transfer`,
    `/balances/${shop.id}/balances/JPY/transfer`]) {
    const down = ok(await shop.post(path, { to: seller, amount: 100, currency: 'JPY', merchant_id: shop.id }));
    assert.deepEqual([down.remitter, down.recipient], [shop.id, seller]);
  }
  assert.deepEqual([await shop.balance(), await shop.balance(seller)], [-36 + 500 - 300, 1000 - 500 + 300]);
  const [mine] = ok(await shop.get('/balances/JPY/transactions?per_page=1')).data;
  const [theirs] = ok(await shop.get(`/merchants/${seller}/balances/JPY/transactions?per_page=1`)).data;
  assert.deepEqual([mine.type, mine.amount_cents, theirs.amount_cents, mine.id === theirs.id],
    ['balance_transfer', -100, 100, true]);
});

test('a transfer is refused: short by one, to itself, between sellers, unknown, foreign, not yen, below 1', async () => {
  const shop = await server.marketplace();
  const [one, two] = await shop.payouts(2);
  await shop.pay(1000, [[one, 1000, 0]]);
  const stranger = await server.marketplace();
  const at = (id, currency = 'JPY') => `/merchants/${id}/balances/${currency}/transfer`;
  const cases = [
    [at(one), { to: shop.id, amount: 1001 }, 'unprocessable_entity', 'amount'],
    [at(shop.id), { to: one, amount: 1 }, 'unprocessable_entity', 'amount'],
    [at(one), { to: one, amount: 1 }, 'invalid_parameter', 'to'],
    [at(shop.id), { to: shop.id, amount: 1 }, 'invalid_parameter', 'to'],
    [at(one), { to: two, amount: 1 }, 'invalid_parameter', 'to'],
    [at(one), { to: NOBODY, amount: 1 }, 'invalid_parameter', 'to'],
    [at(one), { to: stranger.id, amount: 1 }, 'invalid_parameter', 'to'],
    [at(one), { to: 'degica-mart-test', amount: 1 }, 'invalid_parameter', 'to'],
    [at(one), { amount: 1 }, 'missing_parameter', 'to'],
    [at(one), { to: shop.id }, 'missing_parameter', 'amount'],
    ...[0, -1, 0.5, 'x', 1e16].map((amount) => [at(one), { to: shop.id, amount }, 'invalid_parameter', 'amount']),
    [at(one, 'USD'), { to: shop.id, amount: 1 }, 'invalid_parameter', 'currency'],
  ];
  const before = [await shop.balance(), await shop.balance(one)];
  for (const [path, body, code, param] of cases) refused(await shop.post(path, body), 422, code, param);
  refused(await shop.post(at(stranger.id), { to: shop.id, amount: 1 }), 404, 'not_found');
  refused(await shop.post(at(one, 'XXX'), { to: shop.id, amount: 1 }), 404, 'not_found');
  assert.deepEqual([await shop.balance(), await shop.balance(one)], before);
  ok(await shop.post(at(one), { to: shop.id, amount: 1000 }));
  assert.equal(await shop.balance(one), 0);
});

test('a rate for a merchant or method that is not there is refused on the command line', async () => {
  const p = await server.merchant('ordinary');
  for (const [merchant, method, more] of [[NOBODY, 'credit_card', []], [p.id, 'seashells', []],
    [p.id, 'credit_card', ['--percent', '3.25001']], [p.id, 'credit_card', ['--percent', '-1']],
    [p.id, 'credit_card', ['--fixed', 'x']]]) {
    const { code, stderr } = await run('merchant', 'rate', '--db', server.db, '--merchant', merchant, '--method', method,
      ...more);
    assert.ok(code === 1 || code === 2);
    assert.match(stderr, /^kessai[^\n]+\n$/);
  }
  const [shown] = await server.cli('merchant', 'rate', '--merchant', p.id, '--method', 'credit_card');
  assert.deepEqual(shown, { merchant: p.id, method: 'credit_card', percent: 3.25, fixed: 0, minimum: 0,
    customer_fee: 0 });
});

closes(server);
