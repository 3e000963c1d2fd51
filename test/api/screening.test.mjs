// SPDX-License-Identifier: Apache-2.0
// screening.test.mjs: limits, lists and marks against fraud and the testing of stolen cards (komoju-core 5, 6.2, 12.1;
// doc/screening.md).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../lib/database.mjs';
import { CARD, closes, ok, refused, run, Server, until } from '../lib/server.mjs';

const server = await Server.start({ args: ['--trusted-proxy', '127.0.0.1'] });
const NOBODY = '0123456789abcdefghijklmno';
const MASTER = '5555555555554444';
const JCB = '3530111333300000';
const DECLINED = '4123111111111059'; // a test card of komoju-core 16

const shopOf = () => server.merchant('ordinary');
const card = (number, more = {}) => ({ ...CARD, number, ...more });
const pay = (shop, number, more = {}, headers = {}) =>
  shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: card(number), ...more }, headers);
const decline = (code) => ({ 'Komoju-Scenario': code });
const from = (ip) => ({ 'X-Forwarded-For': ip });
const by = (customer_ip, more = {}) => ({ fraud_details: { customer_ip, customer_email: '', ...more } });
const limit = (shop, name, ...more) => server.cli('screen', 'limit', '--merchant', shop.id, '--limit', name, ...more);
const screen = (verb, shop, ...more) => server.cli('screen', verb, '--merchant', shop.id, ...more);
const fails = async (...args) => {
  const { code, stderr } = await run(...args, '--db', server.db);
  assert.notEqual(code, 0);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
  return stderr;
};
const session = async (shop, more = {}) =>
  ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', return_url: 'https://shop.example/', ...more })).id;

/** One attempt of a buyer, through a session of its own. */
async function attempt(shop, number, ip, headers = {}) {
  const id = await session(shop);
  return shop.browser.post(`/sessions/${id}/pay`, { payment_details: card(number) }, { ...from(ip), ...headers });
}

test('every limit lets exactly its count through, and is forgotten after its window', async () => {
  const CASES = [
    ['merchant_attempts', {}, {}], ['ip_attempts', by('203.0.113.7'), {}], ['card_attempts', {}, {}],
    ['bin_attempts', {}, {}], ['merchant_declines', {}, decline('card_declined')],
    ['ip_declines', by('203.0.113.7'), decline('card_declined')], ['card_declines', {}, decline('card_declined')],
    ['bin_declines', {}, decline('card_declined')],
  ];
  for (const [name, more, headers] of CASES) {
    const shop = await shopOf();
    const lines = await limit(shop, name, '--count', '3', '--window', '600');
    const [line] = lines.filter((each) => each.limit === name);
    assert.deepEqual([line.count, line.window, line.set_by], [3, 600, 'merchant']);
    const status = name.endsWith('attempts') ? 200 : 502;
    for (let i = 0; i < 3; i++) assert.equal((await pay(shop, CARD.number, more, headers)).status, status, name);
    const error = refused(await pay(shop, CARD.number, more), 422, 'fraudulent');
    assert.match(error.message, /too many attempts/, 'a server is told why');
    assert.equal(ok(await shop.get('/payments')).total, 3, 'what is refused makes no payment');
    await shop.clock({ advance_s: 899 + 300 });
    ok(await pay(shop, CARD.number, more));
  }
});

test('limits of one mark do not bind another', async () => {
  const shop = await shopOf();
  await limit(shop, 'card_declines', '--count', '1');
  await limit(shop, 'ip_attempts', '--count', '1', '--window', '300');
  assert.equal((await pay(shop, CARD.number, {}, decline('card_declined'))).status, 502);
  refused(await pay(shop, CARD.number), 422, 'fraudulent');
  ok(await pay(shop, MASTER, by('198.51.100.1')));
  refused(await pay(shop, MASTER, by('198.51.100.1')), 422, 'fraudulent');
  ok(await pay(shop, JCB, by('198.51.100.2')));
  ok(await pay(shop, JCB));
  const other = await shopOf();
  assert.equal((await pay(other, CARD.number)).status, 200, 'another merchant has its own');
});

test('an IPv6 customer is its /64, and a mapped IPv4 address is that IPv4 address', async () => {
  const shop = await shopOf();
  await limit(shop, 'ip_attempts', '--count', '1');
  ok(await pay(shop, CARD.number, by('2001:db8:1:2::1')));
  refused(await pay(shop, CARD.number, by('2001:db8:1:2:ffff::9')), 422, 'fraudulent');
  ok(await pay(shop, CARD.number, by('2001:db8:1:3::1')));
  ok(await pay(shop, CARD.number, by('192.0.2.9')));
  refused(await pay(shop, CARD.number, by('::ffff:192.0.2.9')), 422, 'fraudulent');
});

test('refusals count: who goes on trying stays out', async () => {
  const shop = await shopOf();
  await limit(shop, 'ip_declines', '--count', '2', '--window', '600');
  for (let i = 0; i < 2; i++) assert.equal((await pay(shop, CARD.number, by('192.0.2.1'), decline('card_declined'))).status, 502);
  await shop.clock({ advance_s: 450 });
  for (let i = 0; i < 2; i++) refused(await pay(shop, MASTER, by('192.0.2.1')), 422, 'fraudulent');
  await shop.clock({ advance_s: 600 }); // the declines are out of sight, the refusals are not
  refused(await pay(shop, JCB, by('192.0.2.1')), 422, 'fraudulent');
  await shop.clock({ advance_s: 1200 });
  ok(await pay(shop, JCB, by('192.0.2.1')));
});

test('who is refused does not close the shop to others', async () => {
  const shop = await shopOf();
  await limit(shop, 'ip_declines', '--count', '1');
  await limit(shop, 'merchant_declines', '--count', '5');
  await limit(shop, 'bin_declines', '--count', '5');
  assert.equal((await pay(shop, CARD.number, by('192.0.2.1'), decline('card_declined'))).status, 502);
  for (let i = 0; i < 20; i++) refused(await pay(shop, CARD.number, by('192.0.2.1')), 422, 'fraudulent');
  ok(await pay(shop, '4111111111111111', by('192.0.2.2'))); // another address; same merchant, same BIN
});

test('a block is fraudulent for a server; it wins over an allow, an allow over limits; entries end', async () => {
  const shop = await shopOf();
  const paid = ok(await pay(shop, CARD.number));
  const LISTED = [
    ['ip', '192.0.2.50', by('192.0.2.50')],
    ['email', 'Mallory@Example.com', { fraud_details: { customer_email: 'mallory@example.COM' } }],
    ['bin', '411111', {}],
    ['email', 'mallory@example.com', { payment_details: card(CARD.number, { email: 'MALLORY@example.com' }) }],
  ];
  for (const [kind, value, more] of LISTED) {
    const [entry] = await screen('block', shop, '--kind', kind, '--value', value, '--note', 'why not');
    assert.deepEqual([entry.list, entry.kind, entry.value, entry.note, entry.expires_at],
      ['block', kind, value, 'why not', null]);
    assert.match(refused(await pay(shop, CARD.number, more), 422, 'fraudulent').message, /block list/);
    ok(await pay(shop, JCB));
    await screen('remove', shop, '--kind', kind, '--value', value);
    ok(await pay(shop, CARD.number, more));
    assert.match(await fails('screen', 'remove', '--merchant', shop.id, '--kind', kind, '--value', value), /on no list/);
  }
  const [byPayment] = await screen('block', shop, '--kind', 'card', '--payment', paid.id, '--days', '2');
  assert.match(byPayment.value, /^[0-9a-f]{32}$/);
  refused(await pay(shop, CARD.number), 422, 'fraudulent');
  await screen('allow', shop, '--kind', 'bin', '--value', '411111');
  refused(await pay(shop, CARD.number), 422, 'fraudulent');
  await shop.clock({ advance_s: 2 * 86400 });
  ok(await pay(shop, CARD.number));
  const listed = await screen('list', shop);
  assert.deepEqual(listed.map((entry) => [entry.list, entry.kind, entry.value]), [['allow', 'bin', '411111']]);
  await limit(shop, 'merchant_attempts', '--count', '1');
  for (let i = 0; i < 3; i++) ok(await pay(shop, CARD.number)); // nor do they count for others
  ok(await pay(shop, JCB));
  refused(await pay(shop, JCB), 422, 'fraudulent');
  await screen('block', shop, '--kind', 'card', '--value', byPayment.value);
  refused(await pay(shop, CARD.number), 422, 'fraudulent');
});

test('declines of what an allow lets through count for nobody, by whatever mark it was allowed', async () => {
  const shop = await shopOf();
  const merchants = `(SELECT id FROM merchant WHERE publishable_key = '${shop.publishable}')`;
  const counts = () => sql(server.db, `SELECT kind, declines FROM screen_count WHERE merchant IN ${merchants} AND declines > 0`);
  for (const kind of ['merchant', 'ip', 'card', 'bin']) await limit(shop, `${kind}_declines`, '--count', '3');
  const first = ok(await pay(shop, MASTER));
  await screen('allow', shop, '--kind', 'card', '--payment', first.id);
  await screen('allow', shop, '--kind', 'email', '--value', 'hana@shop.example');
  const slip = { type: 'konbini', store: 'lawson', email: 'hana@shop.example' };
  for (let i = 0; i < 5; i++) {
    refused(await pay(shop, MASTER, by('192.0.2.1'), decline('card_declined')), 502, 'card_declined');
    refused(await pay(shop, MASTER, {}, decline('card_declined')), 502, 'card_declined');
    refused(await pay(shop, CARD.number, { payment_details: slip }, decline('other_invalid')), 502, 'other_invalid');
  }
  assert.equal(await counts(), '');
  ok(await pay(shop, '5105105105105100', by('192.0.2.1')));
  ok(await pay(shop, CARD.number, by('192.0.2.2')));
  const again = await screen('allow', shop, '--kind', 'card', '--payment', ok(await pay(shop, MASTER)).id);
  assert.equal((await screen('list', shop)).filter((entry) => entry.kind === 'card').length, again.length, 'the same card');
  await screen('remove', shop, '--kind', 'card', '--payment', first.id);
  for (let i = 0; i < 3; i++) refused(await pay(shop, MASTER, {}, decline('card_declined')), 502, 'card_declined');
  refused(await pay(shop, CARD.number), 422, 'fraudulent');
});

test('what is said of a platform holds for its sellers, unless they have their own', async () => {
  const platform = await server.merchant('platform');
  const seller = await platform.seller();
  const sell = (number, headers) => pay(platform, number, { platform_details: { processing_merchant_id: seller,
    submerchants: [{ submerchant_id: seller, amount: 1000, platform_fee: 0 }] } }, headers);
  await screen('block', platform, '--kind', 'bin', '--value', '411111');
  refused(await sell(CARD.number), 422, 'fraudulent');
  await limit(platform, 'card_attempts', '--count', '1');
  ok(await sell(MASTER));
  refused(await sell(MASTER), 422, 'fraudulent');
  await server.cli('screen', 'limit', '--merchant', seller, '--limit', 'card_attempts', '--count', '4');
  const lines = await server.cli('screen', 'limit', '--merchant', seller);
  assert.equal(lines.find((line) => line.limit === 'card_attempts').set_by, 'merchant');
  ok(await sell(MASTER));
  await server.cli('screen', 'limit', '--merchant', seller, '--limit', 'card_attempts', '--default');
  const again = await server.cli('screen', 'limit', '--merchant', seller);
  assert.equal(again.find((line) => line.limit === 'card_attempts').set_by, 'platform');
  refused(await sell(MASTER), 422, 'fraudulent');
});

test('a buyer is told of every decline the same, whatever it was', async () => {
  const shop = await shopOf();
  const REAL = ['card_declined', 'insufficient_funds', 'card_expired', 'bad_verification_value', 'exceeds_limit',
    'invalid_number', 'restricted_account', 'other_invalid', 'fraudulent'];
  await limit(shop, 'ip_declines', '--count', `${REAL.length}`);
  const answers = new Set();
  const strip = (reply) => JSON.stringify([reply.status, reply.body, Object.keys(reply.headers).sort()]);
  for (const code of REAL) {
    answers.add(strip(await attempt(shop, CARD.number, '192.0.2.1', decline(code))));
    const real = await pay(shop, CARD.number, {}, decline(code));
    assert.equal(real.body.error.code, code, 'a server is told what it was');
  }
  answers.add(strip(await attempt(shop, MASTER, '192.0.2.1'))); // over the limit
  await screen('block', shop, '--kind', 'card', '--payment', ok(await pay(shop, JCB)).id);
  answers.add(strip(await attempt(shop, JCB, '192.0.2.77'))); // blocked
  assert.equal(answers.size, 1, [...answers].join('\n'));
  const [status, body] = JSON.parse([...answers][0]);
  assert.deepEqual([status, body.status, body.error.code, body.error.param, body.error.details],
    [502, 'error', 'card_declined', null, {}]);
  assert.equal((await attempt(shop, CARD.number, '192.0.2.2')).body.status, 'completed');
});

test('a browser cannot say where it is; a proxy that is trusted can', async () => {
  const shop = await shopOf();
  await limit(shop, 'ip_declines', '--count', '1');
  const say = { ...decline('card_declined') };
  assert.equal((await attempt(shop, CARD.number, '6.6.6.6, 192.0.2.1', say)).status, 502);
  const id = await session(shop);
  const reply = await shop.browser.post(`/sessions/${id}/pay`, { payment_details: card(MASTER),
    ...by('198.51.100.77') }, from('7.7.7.7, 192.0.2.1'));
  assert.equal(reply.body.error.code, 'card_declined', 'neither the body nor the rest of the header helps');
  ok(await shop.browser.post(`/sessions/${id}/pay`, { payment_details: card(MASTER) }, from('192.0.2.3')));
});

test('declines of a token are those of the browser that made it, which then gets no more tokens', async () => {
  const shop = await shopOf();
  await limit(shop, 'ip_declines', '--count', '2');
  const token = (number, ip) => shop.browser.post('/tokens', { payment_details: card(number) }, from(ip));
  for (const number of [CARD.number, MASTER]) {
    const { id } = ok(await token(number, '192.0.2.9'));
    const reply = await shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: id }, decline('insufficient_funds'));
    refused(reply, 502, 'insufficient_funds');
  }
  refused(await token(JCB, '192.0.2.9'), 502, 'card_declined');
  const { id } = ok(await token(JCB, '192.0.2.10'));
  ok(await shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: id }));
  ok(await shop.post('/tokens', { payment_details: card(JCB) })); // the shop's own server
});

test('a token counts as one attempt, not as one more when it is used', async () => {
  const shop = await shopOf();
  await limit(shop, 'ip_attempts', '--count', '2');
  for (let i = 0; i < 2; i++) {
    const { id } = ok(await shop.browser.post('/tokens', { payment_details: card(MASTER) }, from('192.0.2.9')));
    ok(await shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: id }));
  }
  refused(await shop.browser.post('/tokens', { payment_details: card(MASTER) }, from('192.0.2.9')), 502, 'card_declined');
});

test('the defaults hold for what browsers ask of live merchants alone', async () => {
  const live = await server.merchant('ordinary', '--live');
  const before = await server.cli('screen', 'limit', '--merchant', live.id);
  assert.deepEqual([...new Set(before.map((line) => line.set_by))], ['default']);
  const most = before.find((line) => line.limit === 'card_attempts').count;
  const token = (client, ip) => client.post('/tokens', { payment_details: card(CARD.number) }, from(ip));
  for (let i = 0; i < most; i++) ok(await token(live.browser, `192.0.2.${i}`));
  refused(await token(live.browser, '198.51.100.9'), 502, 'card_declined');
  ok(await token(live, '198.51.100.9'));
  const testing = await shopOf();
  for (let i = 0; i < most + 1; i++) ok(await token(testing.browser, `192.0.2.${i}`));
});

test('a refusal under an idempotency key is given again and counts once', async () => {
  const shop = await shopOf();
  await limit(shop, 'card_attempts', '--count', '2', '--window', '300');
  const key = { 'X-KOMOJU-IDEMPOTENCY': 'once' };
  ok(await pay(shop, CARD.number));
  ok(await pay(shop, CARD.number));
  const first = await pay(shop, CARD.number, {}, key);
  refused(first, 422, 'fraudulent');
  await shop.clock({ advance_s: 7200 });
  const again = await pay(shop, CARD.number, {}, key);
  assert.deepEqual(again.raw, first.raw);
  ok(await pay(shop, CARD.number));
});

test('fraud_details must be what it is; what is absent or empty is not known', async () => {
  const shop = await shopOf();
  for (const fraud_details of [{}, [], null, { customer_ip: '' }, { customer_ip: null, customer_email: '' },
    { customer_ip: '192.0.2.1', customer_email: 'a@b.example', browser_language: 'ja', phone: '1' }])
    ok(await pay(shop, CARD.number, { fraud_details }));
  for (const [fraud_details, param] of [['x', 'fraud_details'], [[1], 'fraud_details'],
    [{ customer_ip: 'nowhere' }, 'fraud_details.customer_ip'], [{ customer_ip: '1.2.3' }, 'fraud_details.customer_ip'],
    [{ customer_ip: '1.2.3.4, 5.6.7.8' }, 'fraud_details.customer_ip'], [{ customer_ip: {} }, 'fraud_details.customer_ip'],
    [{ customer_email: 'x'.repeat(256) }, 'fraud_details.customer_email']])
    refused(await pay(shop, CARD.number, { fraud_details }), 422, 'invalid_parameter', param);
});

test('a payment marked as fraud tells so, and its card is blocked', async () => {
  const shop = await shopOf();
  const paid = ok(await pay(shop, CARD.number));
  const slip = ok(await shop.post('/payments', { amount: 1000, currency: 'JPY',
    payment_details: { type: 'konbini', store: 'lawson', email: 'a@b.example' } }));
  const [mark] = await screen('fraud', shop, '--payment', paid.id);
  assert.deepEqual([mark.payment, mark.marked_as_fraud], [paid.id, true]);
  const [event] = ok(await shop.get('/events')).data;
  assert.equal(event.type, 'payment.marked.as.fraud');
  assert.deepEqual(event.data, ok(await shop.get(`/payments/${paid.id}`)));
  refused(await pay(shop, CARD.number), 422, 'fraudulent');
  ok(await pay(shop, MASTER));
  const [entry] = await screen('list', shop);
  assert.deepEqual([entry.list, entry.kind, entry.value], ['block', 'card', mark.card]);
  assert.match(await fails('screen', 'fraud', '--merchant', shop.id, '--payment', paid.id), /already/);
  assert.match(await fails('screen', 'fraud', '--merchant', shop.id, '--payment', NOBODY), /no such payment/);
  const other = await shopOf();
  assert.match(await fails('screen', 'fraud', '--merchant', other.id, '--payment', paid.id), /no such payment/);
  const [without] = await screen('fraud', shop, '--payment', slip.id);
  assert.equal(without.card, null);
  assert.equal(ok(await shop.get('/events')).data.filter((each) => each.type === 'payment.marked.as.fraud').length, 2);
});

test('a card that is stored is screened, and so is each charge of it', async () => {
  const shop = await shopOf();
  const store = (number, more = {}) => shop.post('/customers', { payment_details: card(number), email: 'hana@shop.example', ...more });
  const customer = ok(await store(CARD.number));
  const charge = () => shop.post('/payments', { amount: 1000, currency: 'JPY', customer: customer.id });
  ok(await charge());
  await screen('block', shop, '--kind', 'bin', '--value', '411111');
  refused(await store(CARD.number), 422, 'fraudulent');
  refused(await charge(), 422, 'fraudulent');
  refused(await shop.patch(`/customers/${customer.id}`, { payment_details: card(CARD.number) }), 422, 'fraudulent');
  ok(await shop.patch(`/customers/${customer.id}`, { metadata: { a: 'b' } }));
  ok(await store(MASTER));
  await screen('block', shop, '--kind', 'email', '--value', 'hana@shop.example');
  refused(await store(MASTER), 422, 'fraudulent');
  assert.equal(ok(await shop.get('/customers')).total, 2);
});

test('bad usage is one line and changes nothing', async () => {
  const shop = await shopOf();
  const usage = async (expected, verb, ...more) =>
    assert.match(await fails('screen', verb, '--merchant', shop.id, ...more), expected);
  await usage(/--window/, 'limit', '--limit', 'ip_attempts', '--window', '301');
  await usage(/--window/, 'limit', '--limit', 'ip_attempts', '--window', '100000');
  await usage(/--count/, 'limit', '--limit', 'ip_attempts', '--count', '1000001');
  await usage(/--limit/, 'limit', '--count', '5');
  await usage(/--limit/, 'limit', '--limit', 'nonsense');
  await usage(/--default/, 'limit', '--limit', 'ip_attempts', '--default', '--count', '5');
  await usage(/never by its number/, 'block', '--kind', 'card', '--value', '4111111111111111');
  await usage(/numeric/, 'block', '--kind', 'ip', '--value', '10.0.0.0/8');
  await usage(/first six digits/, 'block', '--kind', 'bin', '--value', '41111');
  await usage(/first six digits/, 'block', '--kind', 'bin', '--value', '41111x');
  await usage(/e-mail/, 'block', '--kind', 'email', '--value', 'nobody');
  await usage(/--value/, 'block', '--kind', 'ip');
  await usage(/--payment/, 'block', '--kind', 'ip', '--payment', NOBODY);
  await usage(/no such payment/, 'block', '--kind', 'card', '--payment', NOBODY);
  await usage(/--kind/, 'block', '--kind', 'merchant', '--value', 'x');
  await usage(/--days/, 'block', '--kind', 'ip', '--value', '10.0.0.1', '--days', '0');
  const lines = await server.cli('screen', 'limit', '--merchant', shop.id);
  assert.equal(lines.length, 8);
  assert.ok(lines.every((line) => line.set_by === 'default'));
  assert.deepEqual(await screen('list', shop), []);
  assert.match(await fails('screen', 'list', '--merchant', NOBODY), /--merchant/);
});

test('counts and entries that nobody looks at any more are dropped, and nothing stored tells a number or an address', async () => {
  const shop = await shopOf();
  await limit(shop, 'card_declines', '--count', '3');
  await screen('block', shop, '--kind', 'ip', '--value', '203.0.113.99', '--days', '1');
  for (let i = 0; i < 3; i++) refused(await pay(shop, DECLINED, by('203.0.113.5')), 502, 'card_declined');
  refused(await pay(shop, DECLINED, by('203.0.113.5')), 422, 'fraudulent');
  const rows = (table) => sql(server.db, `SELECT * FROM ${table} WHERE merchant IN
    (SELECT id FROM merchant WHERE publishable_key = '${shop.publishable}')`);
  const counts = await rows('screen_count');
  assert.equal(await sql(server.db, `SELECT count(DISTINCT kind) FROM screen_count WHERE merchant IN
    (SELECT id FROM merchant WHERE publishable_key = '${shop.publishable}')`), '4\n'); // merchant, address, card, BIN
  for (const secret of [DECLINED, DECLINED.slice(0, 6), '203.0.113.5']) assert.ok(!counts.includes(secret));
  await shop.clock({ advance_s: 3 * 86400 });
  assert.deepEqual(await screen('list', shop), []);
  await server.stop();
  await server.begin(); // the sweeps begin with the server
  await until('they are dropped', async () => !(await rows('screen_count')) && !(await rows('screen_entry')));
  refused(await pay(shop, DECLINED), 502, 'card_declined');
});

test('payments of a test merchant without limits leave no row of screening, nor do their declines', async () => {
  const count = async (shop) => Number(await sql(server.db, `SELECT count(*) FROM screen_count WHERE merchant IN
    (SELECT id FROM merchant WHERE publishable_key = '${shop.publishable}')`));
  const shop = await shopOf(), limited = await shopOf();
  await limit(limited, 'card_declines', '--count', '10');
  for (let i = 0; i < 3; i++) ok(await pay(shop, CARD.number, by('203.0.113.8')));
  for (const each of [shop, limited]) refused(await pay(each, DECLINED), 502, 'card_declined');
  assert.deepEqual([await count(shop), await count(limited)], [0, 3]);
  for (const each of [shop, limited]) refused(await pay(each, DECLINED, by('203.0.113.8')), 502, 'card_declined');
  assert.deepEqual([await count(shop), await count(limited)], [0, 4]);
});

closes(server);
