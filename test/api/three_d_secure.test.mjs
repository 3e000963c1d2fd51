// SPDX-License-Identifier: Apache-2.0
// three_d_secure.test.mjs: secure tokens (komoju-core 9) and the authentication of cards (bank-rails 11), each scripted
// card of 11.4, as the mobile SDK and the page of the authentication drive them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../lib/database.mjs';
import { CARD, Client, closes, ok, refused, Server } from '../lib/server.mjs';

const server = await Server.start();
const PAGE = '/three_d_secure_service';

/** Cards of 11.4 by scenario, for each of its three prefixes. */
const PREFIXES = { visa: '400000000000', master: '222300000000', jcb: '353000000000' };
function scripted(scenario, prefix = PREFIXES.visa) {
  const body = `${prefix}${scenario}`;
  let sum = 0;
  for (let i = 0; i < body.length; i++) {
    const digit = Number(body[body.length - 1 - i]) * (i % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return body + (10 - sum % 10) % 10;
}
assert.deepEqual([scripted(101), scripted(110), scripted(101, PREFIXES.master), scripted(101, PREFIXES.jcb)],
  ['4000000000001018', '4000000000001109', '2223000000001013', '3530000000001019']);

const card = (number) => ({ ...CARD, number });
const secureOf = (number, more = {}) => ({ amount: 1000, currency: 'JPY', return_url: 'https://shop.example/back?a=1',
  payment_details: card(number), ...more });
const secure = async (shop, number, more) => ok(await shop.post('/secure_tokens', secureOf(number, more)));
const pay = (shop, token, more = {}) =>
  shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: token, ...more });

// ---- the page, which has no key
const page = (path, body) => server.request('POST', `${PAGE}/${path}`,
  { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
const state = async (token) => ok(await server.request('GET', `${PAGE}/state?token=${token}`));
const method = async (token, completed = true) => ok(await page('method', { token, completed, browser: {
  user_agent: 'test', language: 'ja', screen_height: '900', screen_width: '1400', javascript_enabled: true } }));
const type = (token, code) => page('challenge', { token, act: 'code', code });
const tokenOf = (url) => new URL(url).searchParams.get('token');
const plain = (base64url) => JSON.parse(Buffer.from(base64url, 'base64url'));

const VALUE = /^[A-Za-z0-9+/]{27}=$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RESULT_KEYS = ['dsReferenceNumber', 'acsReferenceNumber', 'threeDSRequestorTransID', 'acsTransID', 'dsTransID', 'eci',
  'messageVersion', 'authenticationType', 'authenticationValue', 'transStatus', 'threeDSServerTransID'];

/** What a result must look like for its transStatus and brand (bank-rails 11.3). */
function checkResult(result, transStatus, brand = 'visa', authorizes = true) {
  assert.deepEqual(Object.keys(result), RESULT_KEYS);
  for (const key of RESULT_KEYS) assert.equal(typeof result[key], 'string');
  const levels = brand === 'master' ? ['02', '01', '00'] : ['05', '06', '07'];
  const eci = { Y: levels[0], A: levels[1] }[transStatus] ?? (authorizes ? levels[2] : '');
  assert.deepEqual([result.transStatus, result.eci], [transStatus, eci]);
  if ('YA'.includes(transStatus)) assert.match(result.authenticationValue, VALUE);
  else assert.equal(result.authenticationValue, '');
  assert.match(result.threeDSServerTransID, UUID);
}

test('a card that nobody asks about is OK at once, and pays once', async () => {
  const shop = await server.merchant('ordinary');
  for (const [number, brand] of [['4111111111111111', 'visa'], ['5555555555554444', 'master'], ['3530111333300000', 'jcb'],
    ['378282246310005', 'american_express'], ['30569309025904', 'diners_club']]) {
    const made = await secure(shop, number);
    assert.deepEqual(Object.keys(made),
      ['id', 'secure_token', 'created_at', 'verification_status', 'authentication_url', 'three_ds_auth_result']);
    assert.match(made.id, /^tok_[0-9a-f]{64}[0-9a-z]{25}$/);
    assert.equal(made.secure_token, made.id);
    assert.match(made.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual([made.verification_status, made.authentication_url], ['OK', null]);
    checkResult(made.three_ds_auth_result, 'Y', brand);
    assert.match(made.three_ds_auth_result.dsTransID, UUID);
    assert.match(made.three_ds_auth_result.acsTransID, UUID);
    assert.deepEqual(ok(await shop.get(`/secure_tokens/${made.id}`)), made);
    const payment = ok(await pay(shop, made.id));
    assert.deepEqual([payment.status, payment.payment_details.brand], ['captured', brand]);
    refused(await pay(shop, made.id), 422, 'invalid_token', 'payment_details');
  }
});

test('without a challenge: A may be used with shift, U without, N and R never', async () => {
  const shop = await server.merchant('ordinary');
  for (const [scenario, status, verification] of [[104, 'A', 'OK'], [105, 'N', 'ERRORED'], [106, 'R', 'ERRORED'],
    [107, 'U', 'SKIPPED'], [108, 'U', 'SKIPPED']])
    for (const [brand, prefix] of Object.entries(PREFIXES)) {
      const made = await secure(shop, scripted(scenario, prefix));
      assert.deepEqual([made.verification_status, made.authentication_url], [verification, null], `${scenario} ${brand}`);
      checkResult(made.three_ds_auth_result, status, brand, verification !== 'ERRORED');
      const reply = await pay(shop, made.id);
      if (verification === 'ERRORED') refused(reply, 422, 'invalid_token', 'payment_details');
      else assert.equal(ok(reply).status, 'captured');
    }
});

test('a challenge: the page, the code, the way back, and then the card may be used', async () => {
  const shop = await server.merchant('ordinary');
  const made = await secure(shop, scripted(101));
  assert.equal(made.verification_status, 'NEEDS_VERIFY');
  assert.equal(made.three_ds_auth_result, null);
  assert.equal(tokenOf(made.authentication_url), made.id);
  assert.equal(new URL(made.authentication_url).pathname, `${PAGE}/offsite`);
  refused(await pay(shop, made.id), 422, 'invalid_token', 'payment_details');

  const shown = await state(made.id);
  assert.deepEqual([shown.verification_status, shown.step, shown.amount, shown.currency, shown.method, shown.redirect_url,
    shown.payment_status, shown.locale], ['NEEDS_VERIFY', 'challenge', 1100, 'JPY', null, null, null, null]);
  assert.equal(shown.merchant_name, 'A ordinary');
  assert.deepEqual(shown.card, { brand: 'visa', last_four_digits: '1018' });
  assert.deepEqual([shown.challenge.tries_left, shown.challenge.resends_left], [3, 3]);
  const creq = plain(shown.challenge.creq);
  assert.deepEqual(Object.keys(creq),
    ['messageType', 'messageVersion', 'threeDSServerTransID', 'acsTransID', 'challengeWindowSize']);
  refused(await page('finish', { token: made.id }), 422, 'unprocessable_entity');

  const wrong = ok(await type(made.id, '000000'));
  assert.deepEqual([wrong.step, wrong.challenge.tries_left, wrong.cres], ['challenge', 2, null]);
  const again = ok(await page('challenge', { token: made.id, act: 'resend' }));
  assert.deepEqual([again.challenge.tries_left, again.challenge.resends_left], [2, 2]);

  const over = ok(await type(made.id, '123456'));
  assert.deepEqual([over.verification_status, over.step, over.challenge], ['OK', 'ended', null]);
  assert.equal(over.redirect_url, `https://shop.example/back?a=1&secure_token_id=${made.id}`);
  const cres = plain(over.cres);
  assert.deepEqual([cres.messageType, cres.transStatus, cres.threeDSServerTransID],
    ['CRes', 'Y', creq.threeDSServerTransID]);
  assert.equal(ok(await page('finish', { token: made.id, cres: over.cres })).redirect_url, over.redirect_url);
  for (const forged of ['x', Buffer.from('{}').toString('base64url'),
    Buffer.from('{"messageType":"CRes","threeDSServerTransID":"x"}').toString('base64url')])
    refused(await page('finish', { token: made.id, cres: forged }), 422, 'invalid_parameter', 'cres');

  const read = ok(await shop.get(`/secure_tokens/${made.id}`));
  assert.deepEqual([read.verification_status, read.authentication_url], ['OK', null]);
  checkResult(read.three_ds_auth_result, 'Y');
  assert.equal(ok(await pay(shop, made.id)).status, 'captured');
});

test('a challenge that has ended takes no second answer', async () => {
  const shop = await server.merchant('ordinary');
  const made = await secure(shop, scripted(101));
  ok(await type(made.id, '123456'));
  const error = refused(await type(made.id, '123456'), 422, 'unprocessable_entity');
  assert.match(error.message, /^error 301/);
  refused(await page('challenge', { token: made.id, act: 'cancel' }), 422, 'unprocessable_entity');
  refused(await page('method', { token: made.id, completed: true }), 422, 'unprocessable_entity');
  assert.equal(ok(await shop.get(`/secure_tokens/${made.id}`)).verification_status, 'OK');
});

test('three wrong codes end it, and so does the buyer who cancels', async () => {
  const shop = await server.merchant('ordinary');
  for (const [scenario, code] of [[102, '123456'], [102, '111111'], [101, '654321']]) {
    const { id } = await secure(shop, scripted(scenario));
    for (const left of [2, 1]) assert.equal(ok(await type(id, code)).challenge.tries_left, left);
    assert.equal(ok(await type(id, code)).verification_status, 'ERRORED');
    refused(await type(id, '123456'), 422, 'unprocessable_entity');
    checkResult(ok(await shop.get(`/secure_tokens/${id}`)).three_ds_auth_result, 'N', 'visa', false);
    refused(await pay(shop, id), 422, 'invalid_token', 'payment_details');
  }
  for (const [scenario, answer] of [[103, { act: 'cancel' }], [103, { act: 'code', code: '123456' }],
    [101, { act: 'cancel' }]]) {
    const { id } = await secure(shop, scripted(scenario));
    const over = ok(await page('challenge', { token: id, ...answer }));
    assert.equal(over.verification_status, 'ERRORED');
    assert.equal(over.redirect_url, `https://shop.example/back?a=1&secure_token_id=${id}`);
    assert.equal(plain(over.cres).transStatus, 'N');
    refused(await pay(shop, id), 422, 'invalid_token', 'payment_details');
  }
});

test('what the browser carries is not believed: CRes Y and RReq N end as N', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await secure(shop, scripted(110));
  const over = ok(await type(id, '123456'));
  assert.equal(plain(over.cres).transStatus, 'Y');
  assert.equal(ok(await page('finish', { token: id, cres: over.cres })).verification_status, 'ERRORED');
  checkResult(ok(await shop.get(`/secure_tokens/${id}`)).three_ds_auth_result, 'N', 'visa', false);
  refused(await pay(shop, id), 422, 'invalid_token', 'payment_details');
});

test('the issuer\'s method page runs first, whether it comes back or not', async () => {
  const shop = await server.merchant('ordinary');
  for (const [number, returns, brand] of [[scripted(109), false, 'visa'], ['4100000000000100', true, 'visa'],
    ['5100000000000107', true, 'master'], ['3528000000000106', true, 'jcb']]) {
    const made = await secure(shop, number);
    assert.equal(made.verification_status, 'NEEDS_VERIFY');
    const shown = await state(made.id);
    assert.deepEqual([shown.step, shown.challenge], ['method', null]);
    assert.deepEqual([shown.method.wait_ms, shown.method.simulated_return], [10000, returns]);
    assert.match(plain(shown.method.data).threeDSServerTransID, UUID);
    refused(await type(made.id, '123456'), 422, 'unprocessable_entity');
    assert.equal((await method(made.id, returns)).step, 'challenge');
    assert.equal(ok(await type(made.id, '123456')).verification_status, 'OK');
    const read = ok(await shop.get(`/secure_tokens/${made.id}`));
    checkResult(read.three_ds_auth_result, 'Y', brand);
    assert.equal(read.three_ds_auth_result.threeDSServerTransID, plain(shown.method.data).threeDSServerTransID);
    assert.equal(ok(await pay(shop, made.id)).status, 'captured');
  }
});

test('resending has an end', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await secure(shop, scripted(101));
  for (const left of [2, 1, 0])
    assert.equal(ok(await page('challenge', { token: id, act: 'resend' })).challenge.resends_left, left);
  refused(await page('challenge', { token: id, act: 'resend' }), 422, 'unprocessable_entity', 'act');
  assert.equal(ok(await type(id, '123456')).verification_status, 'OK');
});

test('many answers at once have one outcome', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await secure(shop, scripted(102));
  const replies = await Promise.all(Array.from({ length: 12 }, () => type(id, '123456')));
  const taken = replies.filter(({ status }) => status === 200);
  assert.ok(taken.length >= 1 && taken.length <= 3, `${taken.length} codes were taken`);
  for (const { status } of replies) assert.ok([200, 422, 423].includes(status), `${status}`);
});

test('the amount may shrink and not grow, the currency stays', async () => {
  const shop = await server.merchant('ordinary');
  const used = async (more) => pay(shop, (await secure(shop, '4111111111111111')).id, more);
  refused(await used({ amount: 1001 }), 422, 'invalid_token', 'payment_details');
  refused(await used({ amount: 1001, tax: 0 }), 422, 'invalid_token', 'payment_details');
  refused(await used({ tax: 101 }), 422, 'invalid_token', 'payment_details');
  refused(await used({ currency: 'USD' }), 422, 'invalid_token', 'payment_details');
  assert.equal(ok(await used({ amount: 999 })).amount, 999);
  const untaxed = await secure(shop, '4111111111111111', { tax: '0' });
  refused(await pay(shop, untaxed.id), 422, 'invalid_token', 'payment_details');
  assert.equal(ok(await pay(shop, untaxed.id, { tax: 0 })).total, 1000); // a refusal has not used it
});

test('an authentication lasts five minutes, a token an hour', async () => {
  const shop = await server.merchant('ordinary');
  const waiting = (await secure(shop, scripted(101))).id;
  const unused = (await secure(shop, '4111111111111111')).id;
  const [[, id]] = [/^tok_[0-9a-f]{64}(.*)$/.exec(waiting)];
  assert.equal(id.length, 25);
  await shop.clock({ advance_s: 299 });
  assert.equal(ok(await type(waiting, '000000')).step, 'challenge');
  await shop.clock({ advance_s: 2 });
  refused(await type(waiting, '123456'), 422, 'unprocessable_entity');
  assert.deepEqual([(await state(waiting)).verification_status, (await state(waiting)).step], ['ERRORED', 'ended']);
  const read = ok(await shop.get(`/secure_tokens/${waiting}`));
  assert.deepEqual([read.verification_status, read.authentication_url], ['ERRORED', null]);
  refused(await pay(shop, waiting), 422, 'invalid_token', 'payment_details');
  await shop.clock({ advance_s: 3600 });
  refused(await pay(shop, unused), 422, 'invalid_token', 'payment_details');
  const sealed = await sql(server.db, `SELECT count(*) FROM token t JOIN secure_token s ON s.tenant = t.tenant AND s.id = t.id
    JOIN tenant n ON n.tenant = t.tenant WHERE t.sealed IS NOT NULL AND t.expires_us < n.latest_us`);
  assert.equal(sealed.trim(), '0');
});

test('a secure token is its tenant\'s; a publishable key may make and read one', async () => {
  const [shop, other] = [await server.merchant('ordinary'), await server.merchant('ordinary')];
  const made = ok(await shop.browser.post('/secure_tokens', secureOf(scripted(101))));
  ok(await type(made.id, '123456'));
  assert.equal(ok(await shop.browser.get(`/secure_tokens/${made.id}`)).verification_status, 'OK');
  refused(await other.get(`/secure_tokens/${made.id}`), 404, 'not_found');
  refused(await other.browser.get(`/secure_tokens/${made.id}`), 404, 'not_found');
  refused(await pay(other, made.id), 422, 'invalid_token', 'payment_details');
  refused(await new Client(server, '').get(`/secure_tokens/${made.id}`), 401, 'unauthorized');
  assert.equal(ok(await pay(shop, made.id)).status, 'captured');
});

test('texts that are no secure token are unknown, also to the page', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await secure(shop, scripted(101));
  const changed = (at) => id.slice(0, at) + (id[at] === '0' ? '1' : '0') + id.slice(at + 1);
  const token = ok(await shop.post('/tokens', { payment_details: CARD })).id;
  for (const bad of [changed(5), changed(19), changed(40), changed(70), changed(92), id.slice(0, -1), `${id}0`, token,
    `tok_${id.slice(-25)}`, id.toUpperCase(), 'tok_', 'x']) {
    refused(await shop.get(`/secure_tokens/${bad}`), 404, 'not_found');
    refused(await server.request('GET', `${PAGE}/state?token=${bad}`), 404, 'not_found');
    refused(await type(bad, '123456'), 404, 'not_found');
    refused(await page('method', { token: bad, completed: true }), 404, 'not_found');
    refused(await page('finish', { token: bad }), 404, 'not_found');
  }
  refused(await server.request('GET', `${PAGE}/state`), 422, 'missing_parameter', 'token');
  refused(await page('challenge', { token: id }), 422, 'missing_parameter', 'act');
  refused(await page('challenge', { token: id, act: 'guess' }), 422, 'invalid_parameter', 'act');
  refused(await page('challenge', { token: id, act: 'code' }), 422, 'missing_parameter', 'code');
  refused(await page('challenge', { token: id, act: 'code', code: '12345678901' }), 422, 'invalid_parameter', 'code');
  refused(await page('method', { token: id }), 422, 'missing_parameter', 'completed');
});

test('what is wrong with a request is named, and nothing is made', async () => {
  const shop = await server.merchant('ordinary');
  const bad = async (more, code, param) => refused(
    await shop.post('/secure_tokens', secureOf('4111111111111111', more)), code === 'invalid_number' ? 502 : 422, code, param);
  await bad({ amount: undefined }, 'missing_parameter', 'amount');
  await bad({ amount: 0 }, 'invalid_parameter', 'amount');
  await bad({ currency: undefined }, 'missing_parameter', 'currency');
  await bad({ currency: 'XXX' }, 'invalid_currency', 'currency');
  await bad({ return_url: undefined }, 'missing_parameter', 'return_url');
  await bad({ return_url: 'javascript:alert(1)' }, 'invalid_parameter', 'return_url');
  await bad({ payment_details: undefined }, 'missing_parameter', 'payment_details');
  await bad({ payment_details: { type: 'konbini', store: 'lawson', email: 'a@b.example' } }, 'invalid_payment_type',
    'payment_details.type');
  await bad({ payment_details: { ...CARD, number: '4111111111111112' } }, 'invalid_number', 'payment_details.number');
  await bad({ payment_details: ok(await shop.post('/tokens', { payment_details: CARD })).id }, 'invalid_parameter',
    'payment_details');
  await bad({ customer: 'x'.repeat(25) }, 'invalid_parameter', 'customer');
  await bad({ customer: 'z'.repeat(25), payment_details: undefined }, 'invalid_parameter', 'customer');
  const live = await server.merchant('ordinary', '--live');
  refused(await live.post('/secure_tokens', secureOf('4111111111111111')), 422, 'invalid_payment_type',
    'payment_details.type');
});

test('the same idempotency key gives the same token', async () => {
  const shop = await server.merchant('ordinary');
  const key = { 'X-Komoju-Idempotency': 'once' };
  const first = await shop.post('/secure_tokens', secureOf(scripted(101)), key);
  const second = await shop.post('/secure_tokens', secureOf(scripted(101)), key);
  assert.equal(ok(first).id, ok(second).id);
  assert.ok(first.raw.equals(second.raw));
});

test('a declined card is declined after its authentication, and the token is used up', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await secure(shop, '4123111111111000');
  refused(await pay(shop, id), 502, 'insufficient_funds');
  refused(await pay(shop, id), 422, 'invalid_token', 'payment_details');
});

// ---- sessions: a payment that waits for its authentication

const session = async (shop, more = {}) => ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY',
  return_url: 'https://shop.example/back?a=1', ...more }));
const payIn = (shop, of, number) => shop.browser.post(`/sessions/${of.id}/pay`, { payment_details: card(number) });
const shown = async (shop, { id }) => ok(await shop.get(`/payments/${id}`));
const backOf = (of) => `https://shop.example/back?a=1&session_id=${of.id}`;
const events = async (shop) => ok(await shop.get('/events?per_page=100')).data.map(({ type: name }) => name);
/** The result as it is kept beside the payment, the newest one. */
const kept = async () => JSON.parse(await sql(server.db,
  'SELECT three_d_secure FROM payment WHERE three_d_secure IS NOT NULL ORDER BY id DESC LIMIT 1'));

test('a session authenticates: pending with the page\'s address, and captured when the issuer says yes', async () => {
  const shop = await server.merchant('ordinary');
  for (const number of [scripted(101), scripted(109, PREFIXES.jcb), '4100000000000100']) {
    const order = await session(shop);
    const started = ok(await payIn(shop, order, number));
    assert.deepEqual([started.status, started.payment.status], ['pending', 'pending']);
    const token = tokenOf(started.redirect_url);
    assert.equal(started.payment.payment_details.redirect_url, started.redirect_url);
    assert.ok(!('three_d_secure' in started.payment));
    refused(await pay(shop, token), 422, 'invalid_token', 'payment_details'); // the payment's alone

    for (const client of [shop, shop.browser]) {
      const { secure_token: waited } = ok(await client.get(`/sessions/${order.id}`));
      assert.deepEqual([waited.id, waited.verification_status, waited.authentication_url], [token, 'NEEDS_VERIFY', started.redirect_url]);
      assert.deepEqual(waited, ok(await client.get(`/secure_tokens/${token}`)));
    }
    assert.equal(order.secure_token, null);
    const first = await state(token);
    assert.deepEqual([first.amount, first.payment_status], [1000, 'pending']);
    if (first.step === 'method') assert.equal((await method(token, first.method.simulated_return)).step, 'challenge');
    assert.equal((await shown(shop, started.payment)).status, 'pending');
    const over = ok(await type(token, '123456'));
    assert.deepEqual([over.verification_status, over.payment_status, over.redirect_url], ['OK', 'captured', backOf(order)]);
    assert.equal(ok(await page('finish', { token, cres: over.cres })).redirect_url, backOf(order));

    const payment = await shown(shop, started.payment);
    assert.deepEqual([payment.status, payment.total], ['captured', 1000]);
    const { redirect_url: url, ...rest } = started.payment.payment_details;
    assert.ok(url);
    for (const [name, value] of Object.entries(rest)) assert.deepEqual(payment.payment_details[name], value, name);
    for (const told of [payment, ok(await shop.browser.get(`/sessions/${order.id}`)), ok(await shop.get('/events?per_page=9'))])
      assert.ok(!JSON.stringify(told).includes(token), 'the page is over: nobody is sent there with its token any more');
    const done = ok(await shop.get(`/sessions/${order.id}`));
    assert.deepEqual([done.status, done.payment.id, done.secure_token], ['completed', payment.id, null]);
    checkResult(await kept(), 'Y', payment.payment_details.brand);
    refused(await type(token, '123456'), 422, 'unprocessable_entity');
    refused(await pay(shop, token), 422, 'invalid_token', 'payment_details');
  }
  assert.deepEqual((await events(shop)).filter((name) => name === 'payment.captured').length, 3);
});

test('a session with a card that nobody asks about is done at once', async () => {
  const shop = await server.merchant('ordinary');
  for (const [number, transStatus] of [['4111111111111111', 'Y'], [scripted(104), 'A'], [scripted(107), 'U'],
    [scripted(108), 'U']]) {
    const order = await session(shop);
    const done = ok(await payIn(shop, order, number));
    assert.deepEqual([done.status, done.payment.status, done.redirect_url], ['completed', 'captured', backOf(order)]);
    checkResult(await kept(), transStatus);
  }
});

test('an authentication that ends badly fails the payment, and the session may be tried again', async () => {
  const shop = await server.merchant('ordinary');
  for (const scenario of [105, 106]) { // without a challenge
    const order = await session(shop);
    refused(await payIn(shop, order, scripted(scenario)), 502, 'card_declined');
    assert.equal(ok(await shop.get(`/sessions/${order.id}`)).status, 'pending');
  }
  for (const [scenario, answers] of [[102, ['1', '2', '3']], [110, ['123456']], [103, ['cancel']]]) {
    const order = await session(shop);
    const { payment, redirect_url } = ok(await payIn(shop, order, scripted(scenario)));
    const token = tokenOf(redirect_url);
    let last;
    for (const answer of answers)
      last = ok(answer === 'cancel' ? await page('challenge', { token, act: 'cancel' }) : await type(token, answer));
    assert.deepEqual([last.verification_status, last.payment_status, last.redirect_url],
      ['ERRORED', 'failed', backOf(order)]);
    assert.equal((await shown(shop, payment)).status, 'failed');
    checkResult(await kept(), 'N', 'visa', false);
    assert.equal(ok(await shop.get(`/sessions/${order.id}`)).status, 'pending');
    assert.equal(ok(await payIn(shop, order, '4111111111111111')).status, 'completed');
  }
  assert.equal((await events(shop)).filter((name) => name === 'payment.failed').length, 5);
});

test('a card that is declined after its authentication: the page ends, the payment has failed', async () => {
  const shop = await server.merchant('ordinary');
  const order = await session(shop);
  const reply = await shop.browser.post(`/sessions/${order.id}/pay`, { payment_details: card(scripted(101)) },
    { 'Komoju-Scenario': 'insufficient_funds' });
  const over = ok(await type(tokenOf(ok(reply).redirect_url), '123456'));
  assert.deepEqual([over.verification_status, over.step, over.payment_status, over.redirect_url],
    ['OK', 'ended', 'failed', backOf(order)]);
});

test('two attempts of one session: one is captured, the other fails', async () => {
  const shop = await server.merchant('ordinary');
  const order = await session(shop);
  const tokens = [];
  for (let i = 0; i < 2; i++) tokens.push(tokenOf(ok(await payIn(shop, order, scripted(101))).redirect_url));
  const over = (await Promise.all(tokens.map((token) => type(token, '123456')))).map(ok);
  assert.deepEqual(over.map((one) => one.payment_status).sort(), ['captured', 'failed']);
  assert.equal(ok(await shop.get(`/sessions/${order.id}`)).status, 'completed');
});

test('a two-step session is authorized, a token of the browser is used up, a secure token is not asked again', async () => {
  const shop = await server.merchant('ordinary');
  const order = await session(shop, { payment_data: { capture: 'manual' } });
  const token = ok(await shop.browser.post('/tokens', { payment_details: card(scripted(101)) })).id;
  const started = ok(await shop.browser.post(`/sessions/${order.id}/pay`, { payment_details: token }));
  assert.equal(started.status, 'pending');
  refused(await pay(shop, token), 422, 'invalid_token', 'payment_details');
  assert.equal(ok(await type(tokenOf(started.redirect_url), '123456')).payment_status, 'authorized');
  assert.equal(ok(await shop.post(`/payments/${started.payment.id}/capture`)).status, 'captured');

  const next = await session(shop);
  const { id } = await secure(shop, scripted(101), { tax: 0 });
  refused(await shop.browser.post(`/sessions/${next.id}/pay`, { payment_details: id }), 422, 'invalid_token',
    'payment_details');
  ok(await type(id, '123456'));
  const done = ok(await shop.browser.post(`/sessions/${next.id}/pay`, { payment_details: id }));
  assert.deepEqual([done.status, done.payment.status], ['completed', 'captured']);
  checkResult(await kept(), 'Y');
});

test('nobody comes: the card is erased after five minutes, the payment expires by its deadline', async () => {
  const shop = await server.merchant('ordinary');
  const order = await session(shop);
  const started = ok(await payIn(shop, order, scripted(101)));
  const cancelled = ok(await payIn(shop, order, scripted(101)));
  ok(await shop.post(`/payments/${cancelled.payment.id}/cancel`));
  const late = ok(await type(tokenOf(cancelled.redirect_url), '123456'));
  assert.deepEqual([late.step, late.payment_status], ['ended', 'cancelled']); // and is not charged
  assert.ok(!('redirect_url' in (await shown(shop, cancelled.payment)).payment_details));
  await shop.clock({ advance_s: 301 });
  const token = tokenOf(started.redirect_url);
  refused(await type(token, '123456'), 422, 'unprocessable_entity');
  assert.deepEqual([(await state(token)).verification_status, (await state(token)).payment_status], ['ERRORED', 'pending']);
  const ofLatest = ok(await shop.get(`/sessions/${order.id}`));
  assert.deepEqual([ofLatest.payment.id, ofLatest.secure_token], [cancelled.payment.id, null]);
  const waiting = await session(shop), second = ok(await payIn(shop, waiting, scripted(101)));
  await shop.clock({ advance_s: 301 });
  const { secure_token: errored } = ok(await shop.get(`/sessions/${waiting.id}`));
  assert.deepEqual([errored.id, errored.verification_status, errored.authentication_url], [tokenOf(second.redirect_url), 'ERRORED', null]);
  await shop.clock({ to: started.payment.payment_deadline });
  await shop.clock({ advance_s: 2 });
  assert.equal((await shown(shop, started.payment)).status, 'expired');
  assert.equal((await state(token)).redirect_url, backOf(order));
  const sealed = await sql(server.db, `SELECT count(*) FROM token t JOIN secure_token s ON s.tenant = t.tenant AND s.id = t.id
    WHERE t.sealed IS NOT NULL AND s.due_us = 0`);
  assert.equal(sealed.trim(), '0');
});

test('an authentication outlives the server', async () => {
  const shop = await server.merchant('ordinary');
  const order = await session(shop);
  const started = ok(await payIn(shop, order, scripted(101)));
  await server.stop();
  await server.begin();
  assert.equal(ok(await type(tokenOf(started.redirect_url), '123456')).payment_status, 'captured');
});

test('a payment with raw card data is not authenticated', async () => {
  const shop = await server.merchant('ordinary');
  for (const scenario of [101, 105]) {
    const payment = await shop.pay(1000, null, { payment_details: card(scripted(scenario)) });
    assert.equal(payment.status, 'captured');
    assert.ok(!('redirect_url' in payment.payment_details));
  }
});

test('a customer\'s stored card can be authenticated', async () => {
  const shop = await server.merchant('ordinary');
  const customer = ok(await shop.post('/customers', { payment_details: card(scripted(101)), email: 'a@shop.example' }));
  const made = ok(await shop.post('/secure_tokens', secureOf(null, { payment_details: undefined, customer: customer.id })));
  assert.equal(made.verification_status, 'NEEDS_VERIFY');
  assert.equal(ok(await type(made.id, '123456')).verification_status, 'OK');
  assert.equal(ok(await pay(shop, made.id)).payment_details.last_four_digits, '1018');
});

closes(server);
