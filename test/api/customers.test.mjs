// SPDX-License-Identifier: Apache-2.0
// customers.test.mjs: customers with a stored card, and charges of it (komoju-core 10, 6.2, 16).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, closes, ok, refused, Server, split } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const UNKNOWN = '0'.repeat(24) + '1';
const JCB = { ...CARD, number: '3530111333300000', month: '4', year: '2031', email: 'hana@shop.example' };

const make = async (body, headers, of = shop) => ok(await of.post('/customers', body, headers));
const remove = (target, of = shop) => of.send('DELETE', target);
const charge = (customer, more = {}, headers, of = shop) =>
  of.post('/payments', { amount: 1000, currency: 'JPY', tax: 0, customer, ...more }, headers);
const events = async (of = shop) => ok(await of.get('/events?per_page=100')).data;

test('a customer has every key of the object, and show and list give the same', async () => {
  const customer = await make({ payment_details: JCB, email: 'hana@shop.example', metadata: { user: '501' } });
  assert.match(customer.id, /^[0-9a-z]{25}$/);
  assert.match(customer.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(customer, {
    id: customer.id, resource: 'customer', email: 'hana@shop.example',
    source: { type: 'credit_card', brand: 'jcb', last_four_digits: '0000', month: 4, year: 2031 },
    metadata: { user: '501' }, created_at: customer.created_at, locale: 'ja',
  });
  assert.deepEqual(ok(await shop.get(`/customers/${customer.id}`)), customer);
  assert.deepEqual(ok(await shop.get('/customers?per_page=1')).data, [customer]);
  const [event] = await events();
  assert.deepEqual([event.type, event.data], ['customer.created', customer]);
});

test('everything of a customer may be absent', async () => {
  const customer = await make({});
  assert.deepEqual([customer.email, customer.source, customer.metadata], [null, null, {}]);
  refused(await charge(customer.id), 422, 'unprocessable_entity', 'customer');
});

test('a form makes a customer, as PHP clients send it', async () => {
  const form = new URLSearchParams({ email: 'php@shop.example', 'metadata[user]': '7' });
  for (const [key, value] of Object.entries(JCB)) form.append(`payment_details[${key}]`, value);
  const customer = ok(await shop.post('/customers', form));
  assert.deepEqual([customer.email, customer.metadata.user, customer.source.year], ['php@shop.example', '7', 2031]);
});

test('who it is may be said beside the card', async () => {
  assert.equal((await make({ payment_details: JCB })).email, 'hana@shop.example');
  assert.equal((await make({ payment_details: JCB, email: 'own@shop.example' })).email, 'own@shop.example');
});

test('a token stores its card and is used up', async () => {
  const token = ok(await shop.browser.post('/tokens', { payment_details: JCB }));
  const customer = await make({ payment_details: token.id });
  assert.deepEqual(customer.source,
    { type: 'credit_card', brand: 'jcb', last_four_digits: '0000', month: 4, year: 2031 });
  refused(await shop.post('/customers', { payment_details: token.id }), 422, 'invalid_token', 'payment_details');
  refused(await shop.create(100, null, { payment_details: token.id }), 422, 'invalid_token', 'payment_details');
  assert.equal(ok(await charge(customer.id)).status, 'captured');
});

test('a token that is locked to another currency, of another merchant or spent stores nothing', async () => {
  const token = ok(await shop.browser.post('/tokens', { payment_details: CARD, currency: 'USD' }));
  refused(await shop.post('/customers', { payment_details: token.id, currency: 'JPY' }), 422, 'invalid_token',
    'payment_details');
  const other = await server.merchant('ordinary');
  refused(await other.post('/customers', { payment_details: token.id }), 422, 'invalid_token', 'payment_details');
  assert.equal((await make({ payment_details: token.id, currency: 'USD' })).source.brand, 'visa');
  const konbini = ok(await shop.browser.post('/tokens',
    { payment_details: { type: 'konbini', store: 'lawson', email: 'a@b.example', name: 'A' } }));
  refused(await shop.post('/customers', { payment_details: konbini.id }), 422, 'invalid_payment_type',
    'payment_details');
});

test('bad input names its parameter and makes nothing', async () => {
  const before = ok(await shop.get('/customers')).total;
  for (const [body, code, param] of [
    [{ email: 'nobody' }, 'invalid_parameter', 'email'],
    [{ email: `${'a'.repeat(250)}@b.example` }, 'invalid_parameter', 'email'],
    [{ currency: 'XXX' }, 'invalid_currency', 'currency'],
    [{ metadata: 'no' }, 'invalid_parameter', 'metadata'],
    [{ payment_details: 7 }, 'invalid_parameter', 'payment_details'],
    [{ payment_details: 'tok_none' }, 'invalid_token', 'payment_details'],
    [{ payment_details: { ...JCB, number: '4111111111111112' } }, 'invalid_number', 'payment_details.number'],
    [{ payment_details: { type: 'credit_card', month: 1, year: 2031 } }, 'missing_parameter',
      'payment_details.number'],
    [{ payment_details: { type: 'konbini', store: 'lawson', email: 'a@b.example', name: 'A' } },
      'invalid_payment_type', 'payment_details.type'],
    [{ external_customer_id: 'x'.repeat(256) }, 'invalid_parameter', 'external_customer_id'],
  ]) {
    refused(await shop.post('/customers', body), code === 'invalid_number' ? 502 : 422, code, param);
  }
  assert.equal(ok(await shop.get('/customers')).total, before);
});

test('an update changes what it names, and a card takes the place of the one before', async () => {
  const { id } = await make({ payment_details: JCB, email: 'a@shop.example', metadata: { a: '1' } });
  let customer = ok(await shop.patch(`/customers/${id}`, { email: 'b@shop.example' }));
  assert.deepEqual([customer.email, customer.metadata.a, customer.source.brand], ['b@shop.example', '1', 'jcb']);
  customer = ok(await shop.patch(`/customers/${id}`, { payment_details: CARD, metadata: {} }));
  assert.deepEqual([customer.email, customer.metadata, customer.source.last_four_digits],
    ['b@shop.example', {}, '1111']);
  assert.equal(ok(await charge(id)).payment_details.last_four_digits, '1111');
  assert.deepEqual((await events()).find((event) => event.type === 'customer.updated').data, customer);
  refused(await shop.patch(`/customers/${id}`, { email: 'no' }), 422, 'invalid_parameter', 'email');
  assert.deepEqual(ok(await shop.get(`/customers/${id}`)), customer);
});

test('a new expiry without a number is that of the stored card', async () => {
  const { id } = await make({ payment_details: JCB });
  const customer = ok(await shop.patch(`/customers/${id}`, { payment_details: { month: '09', year: '33' } }));
  assert.deepEqual(customer.source,
    { type: 'credit_card', brand: 'jcb', last_four_digits: '0000', month: 9, year: 2033 });
  const payment = ok(await charge(id));
  assert.deepEqual([payment.payment_details.month, payment.payment_details.year], [9, 2033]);
  refused(await shop.patch(`/customers/${id}`, { payment_details: { month: 13, year: 2033 } }), 422,
    'invalid_parameter', 'payment_details.month');
  refused(await shop.patch(`/customers/${id}`, { payment_details: { month: 1 } }), 422, 'missing_parameter',
    'payment_details.year');
  const none = await make({});
  refused(await shop.patch(`/customers/${none.id}`, { payment_details: { month: 1, year: 2033 } }), 422,
    'unprocessable_entity', 'payment_details');
});

test('a payment charges the stored card and names its customer', async () => {
  const { id } = await make({ payment_details: JCB });
  const payment = ok(await charge(id, { external_order_num: 'C-1' }));
  assert.deepEqual([payment.status, payment.customer, payment.total], ['captured', id, 1000]);
  assert.deepEqual(payment.payment_details, { type: 'credit_card', email: 'hana@shop.example', brand: 'jcb',
    last_four_digits: '0000', month: 4, year: 2031 });
  assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
  assert.equal(ok(await charge(id)).status, 'captured', 'a second time');
  const authorized = ok(await charge(id, { capture: false }));
  assert.equal(authorized.status, 'authorized');
  assert.equal(ok(await shop.post(`/payments/${authorized.id}/capture`)).customer, id);
  assert.equal(ok(await shop.post(`/payments/${payment.id}/refund`)).status, 'refunded');
});

test('a payment has either details or a customer', async () => {
  const { id } = await make({ payment_details: CARD });
  refused(await charge(id, { payment_details: CARD }), 422, 'missing_parameter', 'payment_details');
  refused(await charge(undefined), 422, 'missing_parameter', 'payment_details');
  for (const wrong of ['nobody', UNKNOWN, 7]) {
    refused(await charge(wrong), 422, 'invalid_parameter', 'customer');
  }
  assert.equal(ok(await charge(id, { payment_details: null })).customer, id);
});

test('a marketplace splits what it charges a customer', async () => {
  const market = await server.marketplace();
  const [seller] = await market.payouts(1);
  const { id } = await make({ payment_details: CARD }, {}, market);
  const payment = ok(await charge(id, { platform_details: split([seller, 1000, 100]) }, {}, market));
  assert.equal(payment.platform_details.submerchants[0].submerchant_id, seller);
  assert.equal(await market.balance(seller), 900);
});

test('the scenario of a customer fails each of its charges, until it has another card', async () => {
  const { id } = await make({ payment_details: CARD }, { 'Komoju-Scenario': 'insufficient_funds' });
  for (let i = 0; i < 2; i++) refused(await charge(id), 502, 'insufficient_funds');
  refused(await charge(id, {}, { 'Komoju-Scenario': 'card_expired' }), 502, 'card_expired');
  ok(await shop.patch(`/customers/${id}`, { email: 'still@shop.example' }));
  refused(await charge(id), 502, 'insufficient_funds');
  ok(await shop.patch(`/customers/${id}`, { payment_details: CARD }));
  assert.equal(ok(await charge(id)).status, 'captured');
  ok(await shop.patch(`/customers/${id}`, {}, { 'Komoju-Scenario': 'exceeds_limit' }));
  refused(await charge(id), 502, 'exceeds_limit');
  const declined = await make({ payment_details: { ...CARD, number: '4123111111111059' } });
  refused(await charge(declined.id), 502, 'card_declined');
});

test('customers are listed by time of creation and expiry of the card', async () => {
  const own = await server.merchant('ordinary');
  const ids = [];
  for (const year of ['2031', '2031', '2032']) {
    ids.unshift((await make({ payment_details: { ...JCB, year } }, {}, own)).id);
    await own.clock({ advance_s: 60 });
  }
  ids.unshift((await make({}, {}, own)).id);
  const list = async (query) => ok(await own.get(`/customers?${query}`));
  const of = async (query) => (await list(query)).data.map((customer) => customer.id);
  assert.deepEqual(await of(''), ids);
  assert.deepEqual(await of('expiration=0431'), [ids[2], ids[3]]);
  assert.deepEqual(await of('expiration=0432'), [ids[1]]);
  assert.deepEqual(await of('expiration=0531'), []);
  const { created_at: second } = ok(await own.get(`/customers/${ids[2]}`));
  const after = new Date(Date.parse(second) + 30000).toISOString(), before = new Date(Date.parse(second) - 30000).toISOString();
  assert.deepEqual(await of(`start_time=${after}`), ids.slice(0, 2));
  assert.deepEqual(await of(`start_time=${before}&end_time=${after}`), [ids[2]]);
  const page = await list('per_page=3&page=2');
  assert.deepEqual([page.resource, page.total, page.last_page, page.data.map((c) => c.id)],
    ['list', 4, 2, [ids[3]]]);
  for (const wrong of ['1331', '0031', '431', 'abcd', '-431', '04 1']) {
    refused(await own.get(`/customers?expiration=${encodeURIComponent(wrong)}`), 422, 'invalid_parameter', 'expiration');
  }
});

test('a deleted customer is gone, and keeps nothing', async () => {
  const { id } = await make({ payment_details: JCB, email: 'gone@shop.example', metadata: { a: '1' } });
  const payment = ok(await charge(id));
  const deleted = ok(await remove(`/customers/${id}`));
  assert.deepEqual([deleted.id, deleted.resource, deleted.source], [id, 'customer', null]);
  const [event] = await events();
  assert.deepEqual([event.type, event.data], ['customer.deleted', deleted]);
  refused(await shop.get(`/customers/${id}`), 404, 'not_found');
  refused(await shop.patch(`/customers/${id}`, {}), 404, 'not_found');
  refused(await remove(`/customers/${id}`), 404, 'not_found');
  refused(await charge(id), 422, 'invalid_parameter', 'customer');
  assert.ok(!ok(await shop.get('/customers?per_page=100')).data.some((customer) => customer.id === id));
  assert.equal(ok(await shop.get(`/payments/${payment.id}`)).customer, id, 'payments stay as they are');
});

test('a shopper is forgotten by the merchant\'s own name for it', async () => {
  const customer = await make({ payment_details: CARD, external_customer_id: 'user 1/2' });
  refused(await shop.post('/customers', { external_customer_id: 'user 1/2' }), 422, 'invalid_parameter',
    'external_customer_id');
  assert.deepEqual(ok(await remove('/external_customers/user%201%2F2')), { id: 'user 1/2' });
  refused(await shop.get(`/customers/${customer.id}`), 404, 'not_found');
  refused(await remove('/external_customers/user%201%2F2'), 404, 'not_found');
  await make({ external_customer_id: 'user 1/2' });
});

test('a customer is its own merchant\'s', async () => {
  const other = await server.merchant('ordinary');
  const { id } = await make({ payment_details: CARD });
  refused(await other.get(`/customers/${id}`), 404, 'not_found');
  refused(await other.patch(`/customers/${id}`, {}), 404, 'not_found');
  refused(await remove(`/customers/${id}`, other), 404, 'not_found');
  refused(await charge(id, {}, {}, other), 422, 'invalid_parameter', 'customer');
  refused(await shop.browser.get(`/customers/${id}`), 403, 'forbidden');
  assert.equal(ok(await other.get('/customers')).total, 0);
  for (const wrong of [UNKNOWN, 'short', `${id.slice(0, 24)}${id[24] === '0' ? '1' : '0'}`]) {
    refused(await shop.get(`/customers/${wrong}`), 404, 'not_found');
  }
});

test('the same key makes one customer', async () => {
  const headers = { 'X-KOMOJU-IDEMPOTENCY': 'customer-once' };
  const first = await make({ payment_details: CARD }, headers);
  assert.deepEqual(await make({ payment_details: CARD }, headers), first);
});

closes(server);
