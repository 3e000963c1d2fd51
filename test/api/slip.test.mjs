// SPDX-License-Identifier: Apache-2.0
// slip.test.mjs: what the page of a slip asks, with no key but the id of its session or payment (komoju-core 7.5, 15.3).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, closes, ok, refused, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const RETURN = 'https://shop.example/thanks?order=5';
const STORES = ['seven-eleven', 'lawson', 'family-mart', 'ministop', 'daily-yamazaki', 'seicomart'];
const KINDS = {
  bank_transfer: [{ email: 'hana@shop.example', phone: '0312345678', given_name_kana: 'ハナコ', family_name_kana: 'ヤマダ',
    given_name: '花子', family_name: '山田' },
  ['order_id', 'bank_name', 'account_branch_name', 'account_number', 'account_type', 'account_name']],
  pay_easy: [{ email: 'hana@shop.example', phone: '0312345678', given_name_kana: 'ハナコ', family_name_kana: 'ヤマダ',
    given_name: '花子', family_name: '山田' }, ['bank_id', 'customer_id', 'confirmation_id', 'payment_url']],
};

const get = (target) => server.request('GET', target);
const konbini = (store = 'lawson') => ({ type: 'konbini', store, email: 'hana@shop.example' });
const pay = async (payment_details, more = {}) => ok(await shop.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', payment_details, ...more }));
const session = async (more = {}) => ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', return_url: RETURN, ...more }));

/** What of a payment's details a page may show. */
const shownOf = ({ payment_details }, names) =>
  Object.fromEntries(names.filter((name) => payment_details[name] != null).map((name) => [name, payment_details[name]]));

test('every store: the numbers, the amounts and the deadline of the payment, and nothing about its buyer', async () => {
  for (const store of STORES) {
    const payment = await pay(konbini(store), { external_order_num: `order of ${store}`, return_url: RETURN });
    assert.deepEqual(ok(await get(`/instructions/${payment.id}/state`)), {
      id: payment.id, type: 'konbini', status: 'authorized', amount: 1000, customer_fee: 190, total: 1190, currency: 'JPY',
      payment_deadline: payment.payment_deadline, captured_at: null, locale: 'ja', external_order_num: `order of ${store}`,
      return_url: RETURN, merchant: { name: 'A ordinary' }, details: shownOf(payment, ['store', 'receipt', 'confirmation_code']),
    });
  }
});

test('bank transfer and Pay-easy: so too', async () => {
  for (const [type, [details, names]] of Object.entries(KINDS)) {
    const payment = await pay({ type, ...details });
    const slip = ok(await get(`/instructions/${payment.id}/state`));
    assert.deepEqual(slip.details, shownOf(payment, names), type);
    assert.equal(Object.keys(slip.details).length, names.length, type);
    assert.doesNotMatch(JSON.stringify(slip), /hana|0312345678|ハナコ|山田/, 'nothing about the buyer');
  }
});

test('the slip of a session is told under its id too, and leads back to the shop with session_id', async () => {
  const made = await session({ default_locale: 'en' });
  refused(await get(`/sessions/${made.id}/instructions/state`), 404, 'not_found');
  const paid = ok(await shop.browser.post(`/sessions/${made.id}/pay`, { payment_details: konbini('family-mart') }));
  assert.match(paid.redirect_url, new RegExp(`/sessions/${made.id}/instructions$`));
  const slip = ok(await get(`/sessions/${made.id}/instructions/state`));
  assert.deepEqual([slip.id, slip.return_url, slip.locale], [paid.payment.id, `${RETURN}&session_id=${made.id}`, 'en']);
  assert.deepEqual(ok(await get(`/instructions/${slip.id}/state`)), slip, 'the same by the payment');
});

test('what becomes of a slip is seen', async () => {
  const status = async (id) => ok(await get(`/instructions/${id}/state`)).status;
  const [paid, cancelled, late] = [await pay(konbini()), await pay(konbini()), await pay(konbini())];
  ok(await shop.simulate(paid.id, 'captured'));
  const slip = ok(await get(`/instructions/${paid.id}/state`));
  assert.deepEqual([slip.status, slip.captured_at], ['captured', ok(await shop.get(`/payments/${paid.id}`)).captured_at]);
  ok(await shop.post(`/payments/${cancelled.id}/cancel`));
  assert.equal(await status(cancelled.id), 'cancelled');
  assert.equal(await status(late.id), 'authorized');
  await shop.clock({ advance_s: 4 * 86400 });
  assert.equal(await status(late.id), 'expired');
});

test('its barcode is that of the payment', async () => {
  const { id } = await pay(konbini());
  assert.deepEqual(ok(await get(`/instructions/${id}/barcode`)), ok(await shop.get(`/barcodes/${id}`)));
  const bank = await pay({ type: 'bank_transfer', ...KINDS.bank_transfer[0] });
  refused(await get(`/instructions/${bank.id}/barcode`), 422, 'unprocessable_entity');
});

test('only what has a slip has instructions, and only under its whole id', async () => {
  const card = ok(await shop.create(1000));
  const { id } = await pay(konbini());
  const cards = await session();
  ok(await shop.browser.post(`/sessions/${cards.id}/pay`, { payment_details: CARD }));
  const other = id.slice(0, -1) + (id.endsWith('0') ? '1' : '0'); // another salt
  for (const one of [card.id, other, 'x', '0123456789012345678901234', cards.id])
    refused(await get(`/instructions/${one}/state`), 404, 'not_found');
  for (const one of [cards.id, id, 'x']) refused(await get(`/sessions/${one}/instructions/state`), 404, 'not_found');
  refused(await get(`/instructions/${other}/barcode`), 404, 'not_found');
});

test('both addresses of the page are there, in any language', async () => {
  const { id, payment_details } = await pay(konbini());
  const at = new URL(payment_details.instructions_url).pathname;
  assert.equal(at, `/ja/instructions/${id}`);
  for (const path of [at, `/en/instructions/${id}`, '/sessions/x/instructions']) {
    const page = await fetch(server.base + path); // pages are not in the document of the API
    assert.deepEqual([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8'], path);
    assert.match(page.headers.get('content-security-policy'), /frame-ancestors 'none'/);
    assert.doesNotMatch(await page.text(), new RegExp(id), 'it is the same for everybody');
  }
});

closes(server);
