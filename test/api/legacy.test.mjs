// SPDX-License-Identifier: Apache-2.0
// legacy.test.mjs: the legacy hosted page: a query that a shop has signed becomes a session, and the way back is signed too.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import { test } from 'node:test';
import { withKey } from '../lib/database.mjs';
import { BIN, CARD, closes, ok, refused, run, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const off = await server.merchant('ordinary');

/** `kessai merchant legacy --on` with something on standard input: {code, stdout, stderr}. */
function switchOn(merchant, input) {
  return new Promise((resolve) => {
    const child = spawn(BIN, withKey(['merchant', 'legacy', '--on', '--merchant', merchant, '--db', server.db]));
    let stdout = '', stderr = '';
    child.stdout.on('data', (text) => (stdout += text));
    child.stderr.on('data', (text) => (stderr += text));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => {}); // it may have ended before it has read
    child.stdin.end(input);
  });
}

/** The signature as a shop makes it: what the reference says, written down a second time. */
function sign(path, pairs, key) {
  const text = `${path}?${[...pairs].sort().join('&')}`;
  return crypto.createHmac('sha256', key).update(text).digest('hex');
}
const encode = (params) => new URLSearchParams(params).toString().split('&');
const now = () => Math.floor(Date.now() / 1000);
let orders = 0;
const order = (more = {}) => ({ timestamp: String(now()), 'transaction[amount]': '1500', 'transaction[currency]': 'JPY', 'transaction[tax]': '0',
  'transaction[external_order_num]': `A-${++orders}`, 'transaction[return_url]': 'https://shop.example/done?order=5&b=%2F',
  'transaction[cancel_url]': 'https://shop.example/cancel#here', ...more });
const clean = (params) => Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));

/** Where a shop sends its buyer: {path, query}. */
function visit(params, { merchant = shop, method = 'credit_card', locale = 'ja', key = merchant.key } = {}) {
  const path = `/${locale}/api/${merchant.id}/transactions/${method}/new`, pairs = encode(clean(params));
  return { path, query: [...pairs, `hmac=${sign(path, pairs, key)}`].join('&') };
}
const get = ({ path, query }) => server.request('GET', `${path}?${query}`);
/** The session that an answer redirects to. */
function sessionOf(reply) {
  assert.equal(reply.status, 303, reply.raw.toString());
  assert.equal(reply.raw.length, 0);
  const [, id] = /^http:\/\/127\.0\.0\.1:\d+\/sessions\/(\w{25})$/.exec(reply.headers.location) ?? [];
  assert.ok(id, reply.headers.location);
  return id;
}
const show = async (id) => ok(await shop.get(`/sessions/${id}`));
const pay = (session, details = CARD) => server.request('POST', `/sessions/${session}/pay`,
  { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ payment_details: details }) });

/** Follows the session's return_url, and checks the signature as the shop does; {url, params}. */
async function backAtShop(session, key = shop.key) {
  const { return_url } = await show(session);
  const target = new URL(return_url);
  assert.equal(target.origin, server.base);
  const reply = await server.request('GET', `${target.pathname}${target.search}&session_id=${session}`);
  assert.equal(reply.status, 303);
  const url = new URL(reply.headers.location), pairs = url.search.slice(1).split('&');
  const hmac = pairs.find((pair) => pair.startsWith('hmac=')).slice(5);
  assert.equal(sign(url.pathname, pairs.filter((pair) => !pair.startsWith('hmac=')), key), hmac);
  return { url, params: url.searchParams };
}

test('the page is off until the operator switches it on with a secret key of the merchant', async () => {
  refused(await get(visit(order())), 404, 'not_found');
  const market = await server.marketplace();
  for (const [merchant, key, why] of [[shop.id, '', /--on/], [shop.id, off.key, /--on/], [shop.id, shop.publishable, /--on/],
    [shop.id, 'x'.repeat(1000), /--on/], [market.id, market.key, /--merchant/], ['z'.repeat(24) + '0', shop.key, /--merchant/]]) {
    const { code, stderr } = await switchOn(merchant, `${key}\n`);
    assert.deepEqual([code > 0, stderr.split('\n').length], [true, 2]);
    assert.match(stderr, why);
  }
  assert.deepEqual(await server.cli('merchant', 'legacy', '--merchant', shop.id), [{ merchant: shop.id, legacy: false }]);
  refused(await get(visit(order())), 404, 'not_found');
  const { code, stdout } = await switchOn(shop.id, `${shop.key}\n`);
  assert.deepEqual([code, JSON.parse(stdout)], [0, { merchant: shop.id, legacy: true }]);
  sessionOf(await get(visit(order())));
  refused(await get(visit(order(), { merchant: off })), 404, 'not_found');
  assert.equal((await run('merchant', 'legacy', '--merchant', shop.id, '--on', '--off', '--db', server.db)).code, 2);
});

test('a signed query becomes a session with what it says, and comes to the same one again', async () => {
  const params = order({ 'transaction[amount]': '1500.00', 'transaction[tax]': '150', 'transaction[external_order_num]': 'Ä 1&2',
    'transaction[customer][email]': 'a@b.example', 'transaction[customer][given_name]': '太郎', 'transaction[customer][family_name]': '山田',
    'transaction[customer][given_name_kana]': 'タロウ', 'transaction[customer][phone]': '0312345678', 'transaction[metadata][cart]': '7', via: 'magento' });
  const wanted = visit(params, { method: 'konbini', locale: 'en' });
  const id = sessionOf(await get(wanted));
  const session = await show(id);
  assert.deepEqual([session.amount, session.currency, session.default_locale, session.email, session.metadata, session.payment_data.external_order_num,
    session.payment_data.name, session.payment_data.name_kana, session.payment_methods.map((way) => way.type)],
  [1650, 'JPY', 'en', 'a@b.example', { cart: '7' }, 'Ä 1&2', '山田 太郎', 'タロウ', ['konbini']]);
  assert.match(session.return_url, new RegExp(`^${server.base}/sessions/${id}/legacy_return\\?key=[0-9a-f]{16}$`));

  const again = await Promise.all(Array.from({ length: 5 }, () => get(wanted)));
  assert.deepEqual(new Set(again.map(sessionOf)), new Set([id]));
  const turned = { ...wanted, query: wanted.query.split('&').reverse().join('&') }; // the order on the wire does not matter
  assert.equal(sessionOf(await get(turned)), id);
  const { path, query } = visit(order());
  const asForm = await server.request('POST', path, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: query });
  const asQuery = await server.request('POST', `${path}?${query}`, { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: '' });
  assert.equal(sessionOf(asForm), sessionOf(asQuery));
  assert.equal((await show(sessionOf(await get(visit(order({ 'transaction[currency]': 'USD', 'transaction[amount]': '15.5' })))))).amount, 1550);
});

test('whatever is changed in a signed query, its path or its signature is refused', async () => {
  const params = order(), { path, query } = visit(params);
  const pairs = query.split('&'), hmac = pairs.at(-1);
  const spoiled = [
    ...pairs.slice(0, -1).map((_, i) => [path, pairs.map((pair, k) => (k === i ? `${pair}0` : pair))]),
    [path, pairs.slice(1)], [path, [...pairs, 'x=1']], [path, [...pairs, 'a', 'b']], [path, ['', ...pairs]],
    [path.replace('/ja/', '/en/'), pairs], [path.replace('credit_card', 'konbini'), pairs],
    [path, [...pairs.slice(0, -1), hmac.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]],
    [path, [...pairs.slice(0, -1), 'hmac=']], [path, [...pairs.slice(0, -1), hmac.slice(0, -2)]], [path, [...pairs.slice(0, -1), `${hmac}00`]],
    [path, [...pairs, hmac]],
    [path, [...pairs.slice(0, -1), `hmac=${sign(path, pairs.slice(0, -1), off.key)}`]],
    [path, [...pairs.slice(0, -1), `hmac=${sign(path, pairs.slice(0, -1), shop.publishable)}`]],
  ];
  for (const [where, what] of spoiled) refused(await get({ path: where, query: what.join('&') }), 422, 'invalid_parameter', 'hmac');
  refused(await get({ path, query: pairs.slice(0, -1).join('&') }), 422, 'missing_parameter', 'hmac');
  refused(await get({ path: path.replace(shop.id, off.id), query }), 404, 'not_found');
  refused(await get({ path: path.replace(shop.id, 'x'), query }), 404, 'not_found');
});

test('a timestamp may be five minutes away, either way', async () => {
  for (const late of [-295, 295]) sessionOf(await get(visit(order({ timestamp: String(now() + late) }))));
  for (const late of [-310, 310]) refused(await get(visit(order({ timestamp: String(now() + late) }))), 422, 'invalid_parameter', 'timestamp');
});

test('what is missing or wrong in a signed query is named', async () => {
  const wrong = [
    [{ timestamp: undefined }, 'missing_parameter', 'timestamp'], [{ timestamp: 'x' }, 'invalid_parameter', 'timestamp'],
    ...['amount', 'tax', 'currency', 'external_order_num', 'return_url', 'cancel_url']
      .map((name) => [{ [`transaction[${name}]`]: undefined }, 'missing_parameter', `transaction.${name}`]),
    [{ 'transaction[amount]': '0' }, 'invalid_parameter', 'transaction.amount'], [{ 'transaction[amount]': '15.5' }, 'invalid_parameter', 'transaction.amount'],
    [{ 'transaction[amount]': '-1' }, 'invalid_parameter', 'transaction.amount'], [{ 'transaction[amount]': '1e3' }, 'invalid_parameter', 'transaction.amount'],
    [{ 'transaction[tax]': 'x' }, 'invalid_parameter', 'transaction.tax'], [{ 'transaction[currency]': 'XXX' }, 'invalid_currency', 'transaction.currency'],
    [{ 'transaction[external_order_num]': 'x'.repeat(256) }, 'invalid_parameter', 'transaction.external_order_num'],
    [{ 'transaction[return_url]': 'javascript:alert(1)' }, 'invalid_parameter', 'transaction.return_url'],
    [{ 'transaction[cancel_url]': 'https://shop.example/円' }, 'invalid_parameter', 'transaction.cancel_url'],
    [{ 'transaction[customer][email]': 'nobody' }, 'invalid_parameter', 'transaction.customer.email'],
    [{ 'transaction[metadata]': 'x' }, 'invalid_parameter', 'transaction.metadata'],
  ];
  for (const [more, code, param] of wrong) refused(await get(visit(order(more))), 422, code, param);
  refused(await get(visit(order(), { method: 'cash' })), 422, 'invalid_payment_type', 'payment_method');
  refused(await get(visit(order({ 'transaction[amount]': '9999999' }), { method: 'konbini' })), 422, 'invalid_payment_type', 'payment_method');
});

test('a buyer who has paid comes back to return_url, one who has not to cancel_url, and the shop can check both', async () => {
  const paid = sessionOf(await get(visit(order({ 'transaction[external_order_num]': 'P & 1' }))));
  const before = await backAtShop(paid);
  assert.deepEqual([before.url.origin + before.url.pathname + before.url.hash, before.params.get('transaction[status]'), before.params.has('transaction[uuid]')],
    ['https://shop.example/cancel#here', 'pending', false], 'it can be paid still');
  const answer = ok(await pay(paid));
  assert.equal(new URL(answer.redirect_url).pathname, `/sessions/${paid}/legacy_return`);
  const { url, params } = await backAtShop(paid);
  assert.equal(url.origin + url.pathname, 'https://shop.example/done');
  assert.deepEqual([params.get('order'), params.get('b'), params.get('transaction[status]'), params.get('transaction[uuid]'), params.get('transaction[external_order_num]')],
    ['5', '/', 'captured', ok(await shop.get(`/sessions/${paid}`)).payment.id, 'P & 1']);
  assert.ok(Math.abs(Number(params.get('timestamp')) - now()) < 60);

  const slip = sessionOf(await get(visit(order(), { method: 'konbini' })));
  ok(await pay(slip, { type: 'konbini', store: 'lawson', email: 'a@b.example', name: '山田' }));
  assert.equal((await backAtShop(slip)).params.get('transaction[status]'), 'authorized');
  const plain = ok(await shop.post('/sessions', { amount: 1, currency: 'JPY' }));
  refused(await server.request('GET', `/sessions/${plain.id}/legacy_return`), 404, 'not_found');
  refused(await server.request('GET', `/sessions/${'0'.repeat(25)}/legacy_return`), 404, 'not_found');
});

test('a buyer who comes with a new signature for the same order pays it once', async () => {
  const number = { 'transaction[external_order_num]': 'once' };
  const first = sessionOf(await get(visit(order({ ...number, timestamp: String(now() - 9) }))));
  const second = sessionOf(await get(visit(order({ ...number, timestamp: String(now() - 8) }))));
  assert.notEqual(first, second);
  refused(await pay(first), 422, 'unprocessable_entity');
  ok(await pay(second));
  refused(await get(visit(order({ ...number, timestamp: String(now() - 7) }))), 422, 'invalid_parameter', 'transaction.external_order_num');
  const other = ok(await shop.post('/sessions', { amount: 1, currency: 'JPY', payment_data: { external_order_num: 'theirs' } }));
  refused(await get(visit(order({ 'transaction[external_order_num]': 'theirs' }))), 422, 'invalid_parameter', 'transaction.external_order_num');
  assert.equal((await show(other.id)).status, 'pending'); // nobody else's session is touched
});

test('a rolled key signs at once, the old one as long as it is valid, and nothing after the switch is off', async () => {
  const [rolled] = await server.cli('key', 'roll', '--merchant', shop.id);
  for (const key of [shop.key, rolled.secret_key]) sessionOf(await get(visit(order(), { key })));
  // The way back is signed with the key that the shop has: the one it came with. What the address says does not choose.
  const old = sessionOf(await get(visit(order()))), id = sessionOf(await get(visit(order(), { key: rolled.secret_key })));
  await backAtShop(old, shop.key);
  await backAtShop(id, rolled.secret_key);
  const [of, not] = await Promise.all([old, id].map(async (one) => new URL((await show(one)).return_url)));
  assert.notEqual(of.search, not.search);
  const bent = await server.request('GET', `${of.pathname}${not.search}`);
  assert.equal(bent.status, 303);
  const url = new URL(bent.headers.location), pairs = url.search.slice(1).split('&'), hmac = pairs.pop();
  assert.equal(`hmac=${sign(url.pathname, pairs, shop.key)}`, hmac);
  assert.deepEqual(await server.cli('merchant', 'legacy', '--merchant', shop.id, '--off'), [{ merchant: shop.id, legacy: false }]);
  for (const key of [shop.key, rolled.secret_key]) refused(await get(visit(order(), { key })), 404, 'not_found');
  const [silent] = await server.cli('key', 'roll', '--merchant', shop.id);
  refused(await get(visit(order(), { key: silent.secret_key })), 404, 'not_found');
  const back = await server.request('GET', `/sessions/${id}/legacy_return`);
  assert.ok(!back.headers.location.includes('hmac='));
});

closes(server);
