// SPDX-License-Identifier: Apache-2.0
// links.test.mjs: payment links, by API and by command line, and what whoever has the address can do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, closes, ok, refused, run, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const other = await server.merchant('ordinary');

const create = (more = {}) => shop.post('/payment_links', { amount: 3200, currency: 'JPY', ...more });
const made = async (more) => ok(await create(more));
/** What a browser on the link's page asks. */
const page = (method, target, body, headers = {}) => server.request(method, target,
  { headers: { 'Content-Type': 'application/json', ...headers }, body: body && JSON.stringify(body) });
const state = (link) => page('GET', `/links/${link.id}/state`);
const open = (link, body = {}, headers) => page('POST', `/links/${link.id}/open`, body, headers);
const pay = (session, headers) => page('POST', `/sessions/${session}/pay`, { payment_details: CARD }, headers);
const after = (seconds) => shop.clock({ advance_s: seconds });

test('a link says what it was made with, and its page what a buyer may know', async () => {
  const link = await made({ description: '部費 <4月>', usage: 'one_time', payment_types: ['credit_card', 'konbini'], locale: 'ko',
    return_url: 'https://shop.example/back', external_order_num: 'L-1', metadata: { club: '7' }, expires_in_seconds: 3600 });
  assert.deepEqual({ ...link, id: 0, url: 0, created_at: 0, expires_at: 0 }, { id: 0, resource: 'payment_link', url: 0, status: 'active',
    usage: 'one_time', amount: 3200, min_amount: null, max_amount: null, currency: 'JPY', description: '部費 <4月>', locale: 'ko',
    expires_at: 0, payment_types: ['credit_card', 'konbini'], external_order_num: 'L-1', return_url: 'https://shop.example/back',
    metadata: { club: '7' }, session: null, created_at: 0, deactivated_at: null });
  assert.equal(link.url, `${server.base}/links/${link.id}`);
  assert.equal(Date.parse(link.expires_at) - Date.parse(link.created_at), 3600000);
  assert.deepEqual(ok(await shop.get(`/payment_links/${link.id}`)), link);
  const shown = ok(await state(link));
  assert.deepEqual(shown, { id: link.id, status: 'active', usage: 'one_time', amount: 3200, min_amount: null, max_amount: null,
    open_amount: null, currency: 'JPY', description: '部費 <4月>', locale: 'ko', expires_at: link.expires_at, merchant: { name: 'A ordinary' } });

  const { session, session_url } = ok(await open(link));
  const paid = ok(await shop.get(`/sessions/${session}`));
  assert.equal(session_url, paid.session_url);
  assert.deepEqual([paid.amount, paid.currency, paid.default_locale, paid.return_url, paid.metadata, paid.payment_data.external_order_num,
    paid.payment_methods.map((way) => way.type), paid.line_items],
  [3200, 'JPY', 'ko', 'https://shop.example/back', { club: '7' }, 'L-1', ['credit_card', 'konbini'],
    [{ description: '部費 <4月>', amount: 3200, quantity: 1 }]]);
  ok(await shop.post(`/payment_links/${link.id}/deactivate`));
});

test('a link that is paid once has one session, however often and at whatever moment it is opened', async () => {
  const link = await made({ external_order_num: 'L-2' });
  const all = await Promise.all(Array.from({ length: 8 }, () => open(link)));
  const [session, ...others] = new Set(all.map((reply) => ok(reply).session));
  assert.deepEqual(others, []);
  assert.equal(ok(await shop.get(`/payment_links/${link.id}`)).session, session);

  const replies = await Promise.all(Array.from({ length: 4 }, () => pay(session)));
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 422, 422, 422]);
  const { payment } = ok(await shop.get(`/sessions/${session}`));
  assert.deepEqual([payment.status, payment.total], ['captured', 3200]);
  assert.equal(ok(await state(link)).status, 'completed');
  assert.match(refused(await open(link), 422, 'unprocessable_entity').message, /paid/);
  refused(await shop.post(`/payment_links/${link.id}/deactivate`), 422, 'unprocessable_entity');
});

test('when its session has expired it gets another one, and the one before cannot be paid any more, by anybody', async () => {
  const link = await made({ payment_types: ['paypay', 'credit_card'] });
  const first = ok(await open(link)).session;
  const waiting = ok(await page('POST', `/sessions/${first}/pay`, { payment_details: { type: 'paypay' } }));
  assert.equal(waiting.status, 'pending');
  await after(86400);
  const second = ok(await open(link)).session;
  assert.notEqual(second, first);
  assert.equal(ok(await shop.get(`/sessions/${first}`)).status, 'cancelled');
  refused(await shop.simulate(ok(await shop.get(`/sessions/${first}`)).payment.id, 'captured'), 422, 'unprocessable_entity', 'outcome');
  ok(await pay(second));
  const payments = ok(await shop.get('/payments')).data.filter((one) => [first, second].includes(one.session));
  assert.equal(payments.filter((one) => one.status === 'captured').length, 1);
});

test('a reusable link makes a session each time, and one for an attempt that is sent twice', async () => {
  const link = await made({ usage: 'reusable', amount: 500 });
  const key = { 'Idempotency-Key': 'attempt-1' };
  const first = ok(await open(link, { locale: 'en' }, key));
  assert.deepEqual(ok(await open(link, { locale: 'en' }, key)), first);
  const second = ok(await open(link));
  assert.notEqual(second.session, first.session);
  assert.equal(ok(await shop.get(`/sessions/${first.session}`)).default_locale, 'en');
  assert.equal(ok(await shop.get(`/sessions/${second.session}`)).default_locale, 'ja');
  for (const { session } of [first, second]) ok(await pay(session));
  assert.equal(ok(await state(link)).status, 'active');
  assert.equal(ok(await shop.get(`/payment_links/${link.id}`)).session, null);
});

test('the buyer enters the amount within its bounds', async () => {
  const link = await made({ amount: undefined, min_amount: 100, max_amount: 9000 });
  refused(await open(link), 422, 'missing_parameter', 'amount');
  for (const amount of [0, 99, 9001]) refused(await open(link, { amount }), 422, 'invalid_parameter', 'amount');
  for (const amount of ['x', 1.5, -1]) refused(await open(link, { amount }), 422, 'invalid_parameter', 'amount');
  const small = ok(await open(link, { amount: 100 })).session;
  assert.equal(ok(await open(link, { amount: 100 })).session, small);
  const large = ok(await open(link, { amount: 9000, replace: true })).session;
  assert.deepEqual([small, large].map((it) => it.length), [25, 25]);
  assert.equal(ok(await shop.get(`/sessions/${small}`)).status, 'cancelled');
  assert.equal(ok(await shop.get(`/sessions/${large}`)).amount, 9000);
  refused(await pay(small), 422, 'unprocessable_entity');
  ok(await pay(large));
  refused(await open(link, { amount: 100 }), 422, 'unprocessable_entity');

  const fixed = await made({ amount: 700 });
  refused(await open(fixed, { amount: 701 }), 422, 'invalid_parameter', 'amount');
  ok(await open(fixed, { amount: 700 }));
  const konbini = await made({ amount: undefined, payment_types: ['konbini'] });
  refused(await open(konbini, { amount: 9999999 }), 422, 'invalid_parameter', 'amount');
});

const KONBINI = { type: 'konbini', store: 'lawson', email: 'hana@shop.example', name: '山田花子' };
const payBy = (session, payment_details) => page('POST', `/sessions/${session}/pay`, { payment_details });
const shown = async (link) => ok(await shop.get(`/payment_links/${link.id}`));
/** Somebody goes as far as a slip: {session, payment}. */
async function slipOf(link, body) {
  const { session } = ok(await open(link, body));
  ok(await payBy(session, KONBINI));
  return { session, payment: ok(await shop.get(`/sessions/${session}`)).payment };
}

test('while a slip is open its link is taken; when the money is there it is completed', async () => {
  const link = await made({ external_order_num: 'S-1' });
  const { session, payment } = await slipOf(link);
  assert.equal(payment.status, 'authorized');
  for (const status of [(await shown(link)).status, ok(await state(link)).status]) assert.equal(status, 'pending');
  assert.equal(ok(await open(link)).session, session, 'whoever has the address comes to the slip');
  refused(await payBy(session, CARD), 422, 'unprocessable_entity');
  refused(await open(link, { amount: 1 }), 422, 'invalid_parameter', 'amount');
  ok(await shop.simulate(payment.id, 'captured'));
  assert.equal((await shown(link)).status, 'completed');
  refused(await open(link), 422, 'unprocessable_entity');
});

test('when a slip expires, or is cancelled, its link can be paid again, once, under its order number', async () => {
  for (const [number, end] of [['S-2', (payment) => shop.post(`/payments/${payment.id}/cancel`)], ['S-3', (payment) => shop.simulate(payment.id, 'expired')]]) {
    const link = await made({ external_order_num: number });
    const first = await slipOf(link);
    ok(await end(first.payment));
    assert.equal((await shown(link)).status, 'active');
    const second = ok(await open(link)).session;
    assert.notEqual(second, first.session);
    ok(await pay(second));
    assert.deepEqual([(await shown(link)).status, (await shown(link)).session], ['completed', second]);
    refused(await shop.simulate(first.payment.id, 'captured'), 422, 'unprocessable_entity', 'outcome');
    refused(await open(link), 422, 'unprocessable_entity');
    refused(await create({ external_order_num: number }), 422, 'invalid_parameter', 'external_order_num');
  }
});

test('a link whose time is over, or that is deactivated, stays pending as long as its slip can be paid', async () => {
  const late = await made({ expires_in_seconds: 600 });
  const slip = await slipOf(late);
  await after(601);
  assert.equal((await shown(late)).status, 'pending');
  assert.equal(ok(await open(late)).session, slip.session);
  ok(await shop.simulate(slip.payment.id, 'expired'));
  assert.equal((await shown(late)).status, 'expired');
  refused(await open(late), 422, 'unprocessable_entity');

  const ended = await made();
  const { session, payment } = await slipOf(ended);
  const gone = ok(await shop.post(`/payment_links/${ended.id}/deactivate`));
  assert.deepEqual([gone.status, gone.deactivated_at !== null], ['pending', true]);
  assert.deepEqual(ok(await shop.post(`/payment_links/${ended.id}/deactivate`)), gone);
  assert.equal(ok(await open(ended)).session, session);
  ok(await shop.post(`/payments/${payment.id}/cancel`));
  assert.equal((await shown(ended)).status, 'deactivated');
  refused(await open(ended), 422, 'unprocessable_entity');
});

test('what was paid stays paid when it is given back', async () => {
  const link = await made();
  const { session } = ok(await open(link));
  ok(await pay(session));
  ok(await shop.post(`/payments/${ok(await shop.get(`/sessions/${session}`)).payment.id}/refund`));
  assert.equal((await shown(link)).status, 'completed');
});

test('whoever has come first goes on with his amount; another one takes its place only when it is asked to', async () => {
  const link = await made({ amount: undefined, min_amount: 100, max_amount: 9000 });
  assert.equal(ok(await state(link)).open_amount, null);
  const small = ok(await open(link, { amount: 100 })).session;
  assert.equal(ok(await state(link)).open_amount, 100);
  refused(await open(link, { amount: 9000 }), 422, 'unprocessable_entity', 'amount');
  refused(await open(link, { amount: 9000, replace: false }), 422, 'unprocessable_entity', 'amount');
  assert.equal(ok(await open(link, { amount: 100, replace: true })).session, small, 'there is nothing to replace');
  const wallet = ok(await payBy(small, { type: 'paypay' }));
  assert.equal(wallet.status, 'pending');
  refused(await open(link, { amount: 9000 }), 422, 'unprocessable_entity', 'amount');
  const large = ok(await open(link, { amount: 9000, replace: true })).session;
  assert.deepEqual([ok(await state(link)).open_amount, ok(await shop.get(`/sessions/${small}`)).status], [9000, 'cancelled']);
  refused(await pay(small), 422, 'unprocessable_entity');
  refused(await open(link, { amount: 100 }), 422, 'unprocessable_entity', 'amount');
  const { payment } = await slipOf(link, { amount: 9000 });
  assert.deepEqual([ok(await state(link)).status, ok(await state(link)).open_amount], ['pending', 9000]);
  assert.equal(ok(await open(link)).session, large);
  for (const replace of [false, true]) refused(await open(link, { amount: 100, replace }), 422, 'unprocessable_entity', 'amount');
  ok(await shop.simulate(payment.id, 'expired'));
  assert.deepEqual([ok(await state(link)).status, ok(await state(link)).open_amount], ['active', null]);
  const last = ok(await open(link, { amount: 100 })).session;
  ok(await pay(last));
  refused(await open(link, { amount: 100, replace: true }), 422, 'unprocessable_entity');
  const paid = ok(await shop.get('/payments')).data.filter((one) => [small, large, last].includes(one.session) && one.status === 'captured');
  assert.deepEqual(paid.map((one) => one.total), [100]);

  const left = await made({ amount: undefined });
  const first = ok(await open(left, { amount: 100 })).session;
  await after(86400);
  assert.equal(ok(await state(left)).open_amount, null);
  assert.notEqual(ok(await open(left, { amount: 101 })).session, first, 'nobody can go on with what has expired');
});

test('whoever races for a link, by amounts, slips and cards, it is paid once', async () => {
  const link = await made({ amount: undefined });
  const one = async (amount) => {
    const reply = await open(link, { amount, replace: true });
    if (reply.status !== 200) return;
    const details = amount % 2 === 0 ? KONBINI : CARD;
    if ((await payBy(reply.body.session, details)).status !== 200) return;
    const { payment } = ok(await shop.get(`/sessions/${reply.body.session}`));
    if (payment.status === 'authorized') await shop.simulate(payment.id, 'captured');
  };
  await Promise.all(Array.from({ length: 12 }, (_, i) => one(7001 + i)));
  assert.equal((await shown(link)).status, 'completed');
  const all = ok(await shop.get('/payments?per_page=100')).data.filter((payment) => payment.amount > 7000 && payment.amount < 7013);
  assert.equal(all.filter((payment) => payment.status === 'captured').length, 1, JSON.stringify(all.map((p) => [p.amount, p.status])));
});

test('an expired or deactivated link cannot be opened, and takes the session of one that is paid once with it', async () => {
  const link = await made({ expires_in_seconds: 600 });
  const { session } = ok(await open(link));
  await after(601);
  assert.equal(ok(await state(link)).status, 'expired');
  refused(await open(link), 422, 'unprocessable_entity');
  refused(await pay(session), 422, 'unprocessable_entity'); // no longer than the link
  const ended = await made();
  const pending = ok(await open(ended)).session;
  const gone = ok(await shop.post(`/payment_links/${ended.id}/deactivate`));
  assert.equal(gone.status, 'deactivated');
  assert.deepEqual(ok(await shop.post(`/payment_links/${ended.id}/deactivate`)), gone);
  assert.equal(ok(await shop.get(`/sessions/${pending}`)).status, 'cancelled');
  refused(await open(ended), 422, 'unprocessable_entity');
  const later = new Date(Date.parse(await shop.clock()) + 60000).toISOString().replace(/\.\d+/, '');
  assert.equal((await made({ expires_at: later })).expires_at, later);
});

test('what a link cannot be is refused with its parameter, and nothing is made', async () => {
  const before = ok(await shop.get('/payment_links')).total;
  const wrong = [
    [{ currency: undefined }, 'missing_parameter', 'currency'], [{ currency: 'XXX' }, 'invalid_currency', 'currency'],
    [{ amount: 0 }, 'invalid_parameter', 'amount'], [{ amount: '1.5' }, 'invalid_parameter', 'amount'],
    [{ min_amount: 1 }, 'invalid_parameter', 'min_amount'], [{ max_amount: 1 }, 'invalid_parameter', 'max_amount'],
    [{ amount: undefined, min_amount: 5, max_amount: 4 }, 'invalid_parameter', 'max_amount'],
    [{ usage: 'twice' }, 'invalid_parameter', 'usage'], [{ locale: 'fr' }, 'invalid_parameter', 'locale'],
    [{ payment_types: ['cash'] }, 'invalid_payment_type', 'payment_types'],
    [{ currency: 'USD', amount: undefined, payment_types: ['konbini'] }, 'invalid_payment_type', 'payment_types'],
    [{ payment_types: ['konbini'], amount: 9999999 }, 'invalid_payment_type', 'payment_types'],
    [{ expires_in_seconds: 0 }, 'invalid_parameter', 'expires_in_seconds'], [{ expires_at: '2020-01-01T00:00:00Z' }, 'invalid_parameter', 'expires_at'],
    [{ expires_at: '2099-01-01T00:00:00Z' }, 'invalid_parameter', 'expires_at'],
    [{ expires_at: '2030-01-01T00:00:00Z', expires_in_seconds: 5 }, 'invalid_parameter', 'expires_in_seconds'],
    [{ return_url: 'javascript:alert(1)' }, 'invalid_parameter', 'return_url'], [{ description: 'x'.repeat(256) }, 'invalid_parameter', 'description'],
    [{ usage: 'reusable', external_order_num: 'L-9' }, 'invalid_parameter', 'external_order_num'],
    [{ external_order_num: 'L-2' }, 'invalid_parameter', 'external_order_num'], // paid above
    [{ metadata: 'x' }, 'invalid_parameter', 'metadata'], [{ platform_details: 'x' }, 'invalid_parameter', 'platform_details'],
  ];
  for (const [more, code, param] of wrong) refused(await create(more), 422, code, param);
  assert.equal(ok(await shop.get('/payment_links')).total, before);
});

test('links are listed newest first, each as it is shown', async () => {
  const newest = await made({ description: 'newest' });
  const list = ok(await shop.get('/payment_links?per_page=3'));
  assert.equal(list.data[0].id, newest.id);
  for (const one of list.data) assert.deepEqual(ok(await shop.get(`/payment_links/${one.id}`)), one);
  assert.equal(list.data.length, 3);
});

test('a page of a hundred links is shown however large they are', async () => {
  const many = await server.merchant('ordinary');
  const metadata = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`key ${i}`, '値'.repeat(400)]));
  const links = await Promise.all(Array.from({ length: 100 }, () => many.post('/payment_links', { amount: 1, currency: 'JPY', metadata })));
  const list = ok(await many.get('/payment_links?per_page=100'));
  assert.deepEqual(new Set(list.data.map(({ id }) => id)), new Set(links.map((reply) => ok(reply).id)));
  for (const one of list.data) assert.deepEqual(one.metadata, metadata);
});

test('a split goes to the payments of a marketplace, and is asked for when the link is made', async () => {
  const market = await server.marketplace();
  const [seller] = await market.payouts(1);
  refused(await market.post('/payment_links', { amount: 1000, currency: 'JPY' }), 422, 'missing_parameter', 'platform_details');
  const platform_details = { submerchants: [{ submerchant_id: seller, amount: 1000, platform_fee: 100 }] };
  refused(await market.post('/payment_links', { currency: 'JPY', platform_details }), 422, 'invalid_parameter', 'platform_details');
  refused(await market.post('/payment_links', { amount: 999, currency: 'JPY', platform_details }), 422, 'invalid_parameter', 'platform_details.submerchants');
  const link = ok(await market.post('/payment_links', { amount: 1000, currency: 'JPY', platform_details }));
  assert.deepEqual(link.platform_details, platform_details);
  ok(await pay(ok(await open(link)).session));
  assert.equal(await market.balance(seller), 900);
});

test('a link is nobody else\'s: not another merchant\'s, not to be guessed, not made with a publishable key', async () => {
  const link = await made();
  refused(await other.get(`/payment_links/${link.id}`), 404, 'not_found');
  refused(await other.post(`/payment_links/${link.id}/deactivate`), 404, 'not_found');
  assert.ok(!ok(await other.get('/payment_links')).data.some((one) => one.id === link.id));
  const wrong = link.id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  for (const id of [wrong, 'x', '0'.repeat(25)]) {
    refused(await state({ id }), 404, 'not_found');
    refused(await open({ id }), 404, 'not_found');
    refused(await shop.get(`/payment_links/${id}`), 404, 'not_found');
    refused(await shop.post(`/payment_links/${id}/deactivate`), 404, 'not_found');
  }
  assert.equal((await shop.browser.post('/payment_links', { amount: 1, currency: 'JPY' })).status, 403);
});

test('the command line makes, lists and ends links beside the server', async () => {
  const [link] = await server.cli('link', 'create', '--merchant', shop.id, '--amount', '1500', '--currency', 'JPY', '--description', '会費',
    '--expires-in', '86400', '--payment-type', 'credit_card', '--payment-type', 'konbini', '--locale', 'en', '--public-url', server.base,
    '--return-url', 'https://shop.example/cli', '--order-num', 'C-1');
  assert.deepEqual(ok(await shop.get(`/payment_links/${link.id}`)), link);
  assert.deepEqual([link.payment_types, link.usage, link.locale], [['credit_card', 'konbini'], 'one_time', 'en']);
  const [free] = await server.cli('link', 'create', '--merchant', shop.id, '--currency', 'JPY', '--min', '10', '--max', '20', '--reusable');
  assert.deepEqual([free.url, free.amount, free.min_amount, free.max_amount, free.usage], [`/links/${free.id}`, null, 10, 20, 'reusable']);
  const listed = await server.cli('link', 'list', '--merchant', shop.id, '--public-url', server.base);
  assert.deepEqual(listed.slice(0, 2).map((one) => one.id), [free.id, link.id]);
  assert.equal(listed.length, ok(await shop.get('/payment_links')).total);
  const { session } = ok(await open(link));
  const [ended] = await server.cli('link', 'deactivate', '--merchant', shop.id, '--id', link.id);
  assert.equal(ended.status, 'deactivated');
  assert.equal(ok(await shop.get(`/sessions/${session}`)).status, 'cancelled');
  refused(await open(link), 422, 'unprocessable_entity');
});

test('the command line says what is wrong in one line', async () => {
  const at = ['--db', server.db];
  const bad = [
    [['create', '--merchant', shop.id, '--currency', 'JPY', '--amount', '5', '--min', '1'], /min_amount/],
    [['create', '--merchant', (await made()).id, '--currency', 'JPY'], /--merchant/],
    [['deactivate', '--merchant', other.id, '--id', (await made()).id], /--id/],
  ];
  for (const [words, why] of bad) {
    const { code, stderr } = await run('link', ...words, ...at);
    assert.equal(code, 1);
    assert.match(stderr, why);
    assert.equal(stderr.split('\n').length, 2);
  }
  assert.equal((await run('link', 'create', '--merchant', shop.id, ...at)).code, 2); // no currency
});

closes(server);
