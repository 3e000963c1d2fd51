// SPDX-License-Identifier: Apache-2.0
// session_page.test.mjs: what the page of a session is told and may do, without a key: the state, the next prepaid number,
// and the source that the session's customer has stored.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { CARD, closes, ok, refused, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const session = async (more = {}, headers) => ok(await shop.post('/sessions', { amount: 3000, currency: 'JPY',
  return_url: 'https://shop.example/done?order=5', metadata: { note: 'the shop alone reads this' }, ...more }, headers));
const state = async (id) => ok(await server.request('GET', `/sessions/${id}/state`));
const post = (target, body, headers = {}) => server.request('POST', target,
  { headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
const fieldsOf = (page, type) => page.methods.find((method) => method.type === type).fields;
const names = (page, type) => fieldsOf(page, type).map((field) => field.name).sort();

test('the page is told what it shows, and nothing that is the merchant\'s alone', async () => {
  const made = await session({ line_items: [{ description: 'Tea', amount: 1500, quantity: 2 }] });
  const page = await state(made.id);
  assert.deepEqual([page.id, page.mode, page.status, page.expired, page.locale, page.amount, page.currency, page.test],
    [made.id, 'payment', 'pending', false, 'ja', 3000, 'JPY', true]);
  assert.equal(page.return_url, `https://shop.example/done?order=5&session_id=${made.id}`);
  assert.equal(page.merchant.name, 'A ordinary');
  assert.deepEqual(page.line_items.map((item) => [item.description, item.amount, item.quantity]), [['Tea', 1500, 2]]);
  assert.equal(page.payment, undefined);
  assert.doesNotMatch(JSON.stringify(page), /the shop alone|metadata|hashed_gateway/);
  assert.deepEqual(page.methods.map((method) => method.type), made.payment_methods.map((method) => method.type));
  const konbini = page.methods.find((method) => method.type === 'konbini');
  assert.deepEqual([konbini.flow, konbini.amount, konbini.currency, konbini.exchange_rate, konbini.customer_fee, konbini.total],
    ['slip', 3000, 'JPY', 1, 190, 3190]);
  assert.deepEqual(konbini.name, { ja: 'コンビニ', en: 'Konbini', ko: '편의점' });
  refused(await server.request('GET', `/sessions/${'0'.repeat(25)}/state`), 404, 'not_found');
});

test('each type asks what it needs; what the session knows is not asked again', async () => {
  const page = await state((await session()).id);
  assert.deepEqual(names(page, 'credit_card'), []);
  assert.deepEqual(page.methods[0].brands, ['visa', 'master', 'jcb', 'american_express', 'diners_club', 'discover']);
  assert.deepEqual(names(page, 'konbini'), ['email', 'name', 'phone', 'store']);
  const store = fieldsOf(page, 'konbini').find((field) => field.name === 'store');
  assert.deepEqual([store.required, store.values.length], [true, 6]);
  assert.deepEqual(fieldsOf(page, 'konbini').filter((field) => !field.required).map((field) => field.name).sort(), ['name', 'phone']);
  assert.deepEqual(names(page, 'pay_easy'),
    ['email', 'family_name', 'family_name_kana', 'given_name', 'given_name_kana', 'phone']);
  assert.deepEqual(names(page, 'web_money'), ['prepaid_number']);
  assert.deepEqual(names(page, 'paidy'), ['email', 'name', 'phone']);
  assert.deepEqual(names(page, 'paypay'), []);
  assert.deepEqual(fieldsOf(page, 'japan_mobile')[0].values, ['docomo', 'au', 'softbank']);
  const known = await state((await session({ email: 'hana@shop.example', name: 'Hana' })).id);
  assert.deepEqual(names(known, 'konbini'), ['phone', 'store']);
  const brazil = await state((await session({ currency: 'BRL', payment_types: ['credit_card_brazil'] })).id);
  assert.deepEqual(names(brazil, 'credit_card_brazil'), ['cpf_or_cnpj']);
});

test('every type can be paid with no more than what its page asks', async () => {
  const GIVEN = { store: 'lawson', email: 'hana@shop.example', phone: '090-1234-5678', name: '田中 花', given_name: '花',
    family_name: '田中', given_name_kana: 'ハナ', family_name_kana: 'タナカ', brand: 'docomo', prepaid_number: '2222333344445555',
    culture_id: 'hana', culture_password: 'pw-1', happy_money_id: 'hana', happy_money_password: 'pw-1', user_no: '12',
    user_password: 'pw-1', first_two_digits_of_pin: '12', cpf_or_cnpj: '12345678901', cpf: '12345678901' };
  const seen = new Set();
  for (const currency of ['JPY', 'KRW', 'BRL', 'EUR', 'PLN', 'IDR', 'PHP', 'SGD', 'MYR', 'AUD']) {
    const { methods } = await state((await session({ currency })).id);
    for (const method of methods.filter((one) => !seen.has(one.type))) {
      seen.add(method.type);
      const made = await session({ currency, payment_types: [method.type] });
      const details = Object.fromEntries(method.fields.filter((field) => field.required).map(({ name }) => {
        assert.ok(GIVEN[name], `${method.type} asks for ${name}`);
        return [name, GIVEN[name]];
      }));
      const card = method.flow === 'card' ? CARD : {};
      const paid = ok(await post(`/sessions/${made.id}/pay`, { payment_details: { ...card, ...details, type: method.type } }));
      assert.ok(['completed', 'pending'].includes(paid.status), method.type);
    }
  }
  assert.equal(seen.size, 62);
});

test('a payment of a slip, and one that has ended, are told', async () => {
  const made = await session();
  ok(await post(`/sessions/${made.id}/pay`, { payment_details: { type: 'konbini', store: 'lawson', email: 'hana@shop.example' } }));
  assert.deepEqual((await state(made.id)).payment,
    { type: 'konbini', status: 'authorized', currency: 'JPY', total: 3190, short_amount: 0, has_instructions: true });
  const declined = await session({}, { 'Komoju-Scenario': 'insufficient_funds' });
  refused(await post(`/sessions/${declined.id}/pay`, { payment_details: CARD }), 502, 'card_declined');
  const after = await state(declined.id);
  assert.deepEqual([after.status, after.payment.status, after.payment.has_instructions], ['pending', 'failed', false]);
});

test('prepaid numbers are added from the page until the amount is reached', async () => {
  const made = await session();
  refused(await post(`/sessions/${made.id}/number`, { payment_details: { type: 'web_money', prepaid_number: '1111111111111111' } }),
    404, 'not_found');
  const first = ok(await post(`/sessions/${made.id}/pay`, { payment_details: { type: 'web_money', prepaid_number: '1111111111111111' } }));
  assert.equal(first.status, 'pending');
  assert.deepEqual((await state(made.id)).payment,
    { type: 'web_money', status: 'pending', currency: 'JPY', total: 3000, short_amount: 1000, has_instructions: false });
  refused(await post(`/sessions/${made.id}/number`, {}), 422, 'missing_parameter', 'payment_details');
  refused(await post(`/sessions/${made.id}/number`, { payment_details: { type: 'bit_cash', prepaid_number: 'あいうえおかきくけこさしすせそた' } }),
    422, 'invalid_payment_type', 'payment_details.type');
  refused(await post(`/sessions/${made.id}/number`, { payment_details: CARD }), 422, 'invalid_parameter', 'payment_details');
  refused(await post(`/sessions/${made.id}/number`, { payment_details: { type: 'web_money', prepaid_number: 'e111111111111113' } }),
    502, 'used_number');
  assert.equal((await state(made.id)).payment.short_amount, 1000);
  const key = { 'Idempotency-Key': randomUUID() };
  const last = { payment_details: { type: 'web_money', prepaid_number: '2222333344445555' } };
  const whole = ok(await post(`/sessions/${made.id}/number`, last, key));
  assert.deepEqual([whole.status, whole.payment.status, whole.payment.short_amount], ['completed', 'captured', 0]);
  assert.deepEqual(ok(await post(`/sessions/${made.id}/number`, last, key)), whole);
  assert.equal(ok(await shop.get(`/sessions/${made.id}`)).payment.status, 'captured');
  refused(await post(`/sessions/${'0'.repeat(25)}/number`, last), 404, 'not_found');
});

test('a page is told where the buyer goes and nothing that is the merchant\'s; its idempotency keys are its own', async () => {
  const made = await session({ metadata: { note: 'of the merchant' } }), key = { 'Idempotency-Key': `order-${made.id}` };
  const paid = ok(await post(`/sessions/${made.id}/pay`, { payment_details: CARD }, key));
  assert.deepEqual(Object.keys(paid), ['redirect_url', 'status']);
  assert.deepEqual(ok(await post(`/sessions/${made.id}/pay`, { payment_details: CARD }, key)), paid, 'the same answer again');
  const own = ok(await shop.post('/payments', { amount: 700, currency: 'JPY', payment_details: CARD }, key));
  assert.equal(own.total, 770, 'the merchant has not used that key before');
});

test('the language that the buyer reads is the payment\'s; without one it is the session\'s', async () => {
  for (const [locale, wanted] of [['ko', 'ko'], [undefined, 'en']]) {
    const made = await session({ default_locale: 'en' });
    const details = { type: 'konbini', store: 'lawson', email: 'hana@shop.example' };
    refused(await post(`/sessions/${made.id}/pay`, { payment_details: details, locale: 'fr' }), 422, 'invalid_parameter', 'locale');
    ok(await post(`/sessions/${made.id}/pay`, { payment_details: details, locale }));
    const { payment } = ok(await shop.get(`/sessions/${made.id}`));
    assert.equal(payment.locale, wanted);
    assert.ok(payment.payment_details.instructions_url.includes(`/${wanted}/instructions/`));
  }
  const kept = await session({ mode: 'customer', amount: undefined, default_locale: 'en' });
  ok(await post(`/sessions/${kept.id}/pay`, { payment_details: CARD, locale: 'ko' }));
  const { customer_id } = ok(await shop.get(`/sessions/${kept.id}`));
  assert.equal(ok(await shop.get(`/customers/${customer_id}`)).locale, 'ko');
});

test('what a customer has stored is offered to a session that names the customer, and pays it', async () => {
  const of = { external_customer_id: 'user-17' };
  const none = await session(of);
  assert.equal((await state(none.id)).stored, undefined);
  refused(await post(`/sessions/${none.id}/pay`, { payment_details: 'stored' }), 422, 'invalid_parameter', 'payment_details');

  const first = await session({ ...of, mode: 'customer_payment' });
  ok(await post(`/sessions/${first.id}/pay`, { payment_details: CARD }));
  const made = await session(of);
  assert.deepEqual((await state(made.id)).stored,
    { type: 'credit_card', brand: 'visa', last_four_digits: '1111', month: 12, year: 2035 });
  const paid = ok(await post(`/sessions/${made.id}/pay`, { payment_details: 'stored' }));
  assert.equal(paid.status, 'completed');
  const { payment, status } = ok(await shop.get(`/sessions/${made.id}`));
  assert.deepEqual([status, payment.status, payment.total, payment.payment_details.last_four_digits], ['completed', 'captured', 3000, '1111']);
  refused(await post(`/sessions/${made.id}/pay`, { payment_details: 'stored' }), 422, 'unprocessable_entity');

  const other = await session({ external_customer_id: 'user-18' });
  assert.equal((await state(other.id)).stored, undefined);
  const nobody = await session();
  refused(await post(`/sessions/${nobody.id}/pay`, { payment_details: 'stored' }), 422, 'invalid_parameter', 'payment_details');
  const without = await session({ ...of, payment_types: ['konbini'] });
  assert.equal((await state(without.id)).stored, undefined);
  refused(await post(`/sessions/${without.id}/pay`, { payment_details: 'stored' }), 422, 'invalid_payment_type', 'payment_details.type');
  refused(await post(`/sessions/${without.id}/pay`, {}), 422, 'missing_parameter', 'payment_details');
});

test('a session in another currency tells each method\'s price and rate', async () => {
  const page = await state((await session({ amount: 1999, currency: 'USD' })).id);
  const card = page.methods.find((method) => method.type === 'credit_card');
  assert.deepEqual([card.currency, card.amount, card.total, card.exchange_rate], ['USD', 1999, 1999, 1]);
});

closes(server);
