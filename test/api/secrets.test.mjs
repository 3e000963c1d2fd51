// SPDX-License-Identifier: Apache-2.0
// secrets.test.mjs: planted card numbers, verification values, keys and webhook secrets are in no file and no log.
//
// Numbers pass the Luhn check and are unlike all else; each is looked for as text, in hexadecimal, in base64 at its
// three alignments, and backwards. A verification value has too few digits to be looked for alone, so it is looked for
// beside its name and beside its card's last digits.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ON_POSTGRES, program } from '../lib/database.mjs';
import { basic, CARD, closes, ok, Server, split, until } from '../lib/server.mjs';
import { Receiver } from '../lib/receiver.mjs';

const server = await Server.start({ args: ['--allow-private-webhooks'] });
const WEBHOOK_SECRET = 'whsec-planted-93b1f0c7';

/** A 16-digit number of this prefix that passes the Luhn check. */
function number(prefix) {
  const digits = prefix.padEnd(15, '7').slice(0, 15);
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const n = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (n > 9 ? n - 9 : n);
  }, 0);
  return digits + ((10 - (sum % 10)) % 10);
}

const planted = []; // {what, number, cvv}
let next = 0;
function plant(what) {
  const card = { what, number: number(`4${String(982451653 + 7919 * next)}${next}`), cvv: String(613 + 17 * next) };
  next++;
  planted.push(card);
  return { ...CARD, number: card.number, verification_value: card.cvv, name: 'Planted Person' };
}

/** Every form in which a text might be kept. */
function forms(text) {
  const plain = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), plain]).toString('base64')
    .slice(shift === 0 ? 0 : shift + 1).replace(/=+$/, '').slice(0, -1));
  return [text, [...text].reverse().join(''), plain.toString('hex'), plain.toString('hex').toUpperCase(),
    Buffer.from(text, 'utf16le').toString('latin1'), encodeURIComponent(text),
    text.replace(/(.{4})(?=.)/g, '$1 '), text.replace(/(.{4})(?=.)/g, '$1-'), ...base64];
}

/** [name, bytes as latin1] of all the server keeps and says. A dump holds every row, bytes as hex. */
async function places() {
  const files = fs.readdirSync(server.folder).map((name) =>
    [name, fs.readFileSync(path.join(server.folder, name), 'latin1')]);
  const dump = ON_POSTGRES
    ? [['dump.db', await program('pg_dump', ['-d', server.db], { encoding: 'latin1' })]] : [];
  return [...files, ...dump, ['stderr', server.stderr], ['stdout', server.stdout]];
}

/** `all` as places() gives them. */
function notFound(all, what, text) {
  for (const [name, bytes] of all)
    for (const form of forms(text)) assert.ok(!bytes.includes(form), `${what} is in ${name}`);
}

const webhookReceiver = await Receiver.start();
let shop, browser, seller;

test('the search finds what is there', () => {
  const text = '4111111111111111';
  for (const hay of [`x${text}y`, Buffer.from(`a${text}`).toString('base64'), Buffer.from(`ab${text}`).toString('base64'),
    Buffer.from(text).toString('hex'), '4111 1111 1111 1111'])
    assert.ok(forms(text).some((form) => hay.includes(form)), hay);
});

test('cards are planted in everything that takes one', async () => {
  shop = await server.marketplace();
  [seller] = await shop.payouts(1);
  await server.cli('webhook', 'add', '--merchant', shop.id, '--url', webhookReceiver.url, '--secret', WEBHOOK_SECRET);
  browser = shop.browser;
  const lines = [[seller, 1000, 0]];
  const using = (what, more = {}) => ({ payment_details: plant(what), ...more });
  await shop.pay(1000, lines, using('a payment'));
  await shop.pay(1000, null, using('an authorization', { capture: false, platform_details: {} }));
  for (const scenario of ['card_declined', 'timeout', 'timeout_before', 'timeout_long', 'garbage', 'delay:50'])
    await shop.create(1000, lines, using(`scenario ${scenario}`), { 'Komoju-Scenario': scenario });
  await shop.create(1000, lines, using('an idempotent payment'), { 'Idempotency-Key': 'planted' });
  await shop.create(999, lines, using('a refused split'));
  await shop.create('x', lines, using('a refused amount'));
  const { id: customer } = ok(await shop.post('/customers', using('a customer')));
  ok(await shop.patch(`/customers/${customer}`, using('a new card of a customer')));
  ok(await shop.patch(`/customers/${customer}`, { payment_details: { month: 1, year: 2034 } }));
  await shop.pay(1000, lines, { payment_details: undefined, customer });
  ok(await shop.send('DELETE', `/customers/${ok(await shop.post('/customers', using('a deleted customer'))).id}`));
  await shop.post('/customers', using('a refused customer', { email: 'no' }));
  await shop.create(1000, lines, using('a wrong currency', { currency: 'XXX' }));
  const wrong = plant('a month out of range');
  await shop.create(1000, lines, { payment_details: { ...wrong, month: 13 } });
  const long = plant('a number too long');
  await shop.create(1000, lines, { payment_details: { ...long, number: `${long.number}0000` } });
  const elsewhere = plant('a number in other fields');
  await shop.create(1000, lines, { payment_details: { ...CARD, nonsense: elsewhere.number }, unknown: elsewhere.number });
  const typed = plant('a number as the type');
  await shop.create(1000, lines, { payment_details: { type: typed.number } });
  await shop.post('/payments', `{"payment_details":${JSON.stringify(plant('broken JSON'))}`);
  await shop.post('/payments', JSON.stringify({ payment_details: plant('a wrong content type') }),
    { 'Content-Type': 'text/plain' });
  const form = new URLSearchParams({ amount: 1000, currency: 'JPY' });
  for (const [key, value] of Object.entries(plant('a form'))) form.append(`payment_details[${key}]`, value);
  form.append('platform_details[submerchants][][submerchant_id]', seller);
  form.append('platform_details[submerchants][][amount]', 1000);
  ok(await shop.post('/payments', form));
  await server.request('POST', '/api/v1/payments', { headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ payment_details: plant('a request without a key') }) });
  await browser.post('/payments', { payment_details: plant('a request with a publishable key') });
  await shop.get(`/payments/${plant('a path').number}`);
  await shop.get(`/payments?status=${plant('a query').number}`);
  await server.request('GET', '/api/v1/payments', { headers: { Authorization: basic(plant('an API key').number) } });
  await shop.get('/payments', { 'X-Request-Id': plant('a header').number, 'komoju-via': plant('another').number });
  await shop.create(1000, lines, {}, { 'Komoju-Scenario': plant('a scenario').number });
});

test('cards are planted in tokens: unused, used, declined, and of refused requests', async () => {
  const token = async (what, headers) =>
    ok(await browser.post('/tokens', { payment_details: plant(what) }, headers)).id;
  await token('an unused token');
  await shop.pay(1000, [[seller, 1000, 0]], { payment_details: await token('a used token') });
  await shop.create(1000, [[seller, 1000, 0]],
    { payment_details: await token('a declined token', { 'Komoju-Scenario': 'card_declined' }) });
  await browser.post('/tokens', { payment_details: plant('a token in a wrong currency'), currency: 'XXX' });
  await browser.post('/tokens', { payment_details: { ...plant('a token without month'), month: undefined } });
});

test('prepaid numbers, passwords and the like are planted in payments, tokens and updates', async () => {
  const own = await server.merchant('ordinary');
  const secret = (what, text) => {
    planted.push({ what, number: text, cvv: 'none' });
    return text;
  };
  const TYPES = [
    ['web_money', (what) => ({ prepaid_number: secret(what, number(`7${String(551234567 + 977 * planted.length)}`)) })],
    ['bit_cash', (what) => ({ prepaid_number: secret(what, 'しょくぶつえんのひみつのばんごう') })],
    ['dospara', (what) => ({ user_no: '1', user_password: secret(what, `planted-pw-${planted.length}x81`) })],
    ['happy_money', (what) => ({ happy_money_id: 'hana', happy_money_password: secret(what, `planted-pw-${planted.length}x82`) })],
    ['pay_easy', (what) => ({ email: 'hana@shop.example', given_name: '花', family_name: '田中', given_name_kana: 'ハナ',
      family_name_kana: 'タナカ', phone: secret(what, `0907731${1000 + planted.length}`) })],
    ['credit_card_brazil', (what) => ({ ...plant(what), cpf_or_cnpj: secret(what, `4477${10000000 + planted.length}`),
      customer_ip: '203.0.113.7' })],
  ];
  for (const [type, fields] of TYPES) {
    const currency = { happy_money: 'KRW', credit_card_brazil: 'BRL' }[type] ?? 'JPY';
    const body = (what) => ({ amount: 1000, currency, payment_details: { ...fields(`${type} of ${what}`), type } });
    ok(await own.post('/payments', body('a payment')));
    for (const scenario of ['invalid_number', 'timeout', 'timeout_before', 'garbage'])
      await own.post('/payments', body(`scenario ${scenario}`), { 'Komoju-Scenario': scenario });
    ok(await own.browser.post('/tokens', body('an unused token')));
    const token = ok(await own.browser.post('/tokens', body('a token')));
    ok(await own.post('/payments', { amount: 1000, currency, payment_details: token.id }));
    await own.post('/payments', { ...body('a refused amount'), amount: 'x' });
  }
  const part = ok(await own.post('/payments', { amount: 5000, currency: 'JPY',
    payment_details: { type: 'web_money', prepaid_number: '1111111111111111' } }));
  const more = secret('an update', number('7661234567'));
  assert.equal(ok(await own.patch(`/payments/${part.id}`,
    { payment_details: { type: 'web_money', prepaid_number: more } })).status, 'captured');
  for (const at of ['/payments?per_page=100', '/events?per_page=100']) {
    const text = (await own.get(at)).raw.toString();
    for (const { what, number: hidden } of planted) assert.ok(!text.includes(hidden), what);
  }
});

test('what was planted is in no file and no log, while the server runs', async () => {
  await until('webhooks', async () => webhookReceiver.deliveries.length > 5);
  assert.ok(planted.length > 30);
  const all = await places();
  assert.ok(all.some(([name]) => name.endsWith('.db')), 'the database was looked at');
  for (const { what, number: digits } of planted) notFound(all, what, digits);
});

test('no answer, event or webhook shows a card number', async () => {
  const seen = [];
  for (const at of ['/payments?per_page=100', '/events?per_page=100']) seen.push((await shop.get(at)).raw.toString());
  webhookReceiver.deliveries.forEach((delivery) => seen.push(delivery.raw.toString()));
  for (const { what, number: digits } of planted)
    for (const text of seen) assert.ok(!text.includes(digits), what);
});

test('no verification value stands beside its name, its card or its payment', async () => {
  for (const [name, bytes] of await places()) {
    assert.ok(!bytes.includes('verification_value"'), name);
    for (const { what, number: digits, cvv } of planted) {
      const last = digits.slice(-4);
      for (let at = bytes.indexOf(last); at >= 0; at = bytes.indexOf(last, at + 1)) {
        const near = bytes.slice(at + 4, at + 20);
        assert.ok(!new RegExp(`(?<!\\d)${cvv}(?!\\d)`).test(near), `the verification value of ${what} is in ${name}`);
      }
    }
  }
});

test('secret keys and webhook secrets are kept hashed or sealed', async () => {
  const [rolled] = await server.cli('key', 'roll', '--merchant', shop.id);
  await shop.get('/payments');
  const all = await places();
  for (const key of [shop.key, rolled.secret_key]) {
    notFound(all, 'a secret key', key);
    notFound(all, 'the random part of a secret key', key.replace(/^sk_test_/, ''));
    notFound(all, 'the header of a key', Buffer.from(`${key}:`).toString('base64'));
  }
  notFound(all, 'a webhook secret', WEBHOOK_SECRET);
});

test('the files are for their owner only', () => {
  for (const name of fs.readdirSync(server.folder))
    assert.equal(fs.statSync(path.join(server.folder, name)).mode & 0o077, 0, name);
});

test('the log is JSON, a line each, and names no person', () => {
  const lines = server.stderr.trim().split('\n').filter(Boolean);
  assert.ok(lines.length > 0);
  for (const line of lines) assert.equal(typeof JSON.parse(line), 'object', line);
  for (const word of ['Planted Person', 'Taro Yamada', 'Authorization']) assert.ok(!server.stderr.includes(word));
});

test('what was planted is nowhere after the server has stopped', async () => {
  await server.stop();
  const all = await places();
  for (const { what, number: digits } of planted) notFound(all, what, digits);
  await server.begin();
});

test('what was planted in tokens cannot be found after they have expired', async () => {
  await shop.clock({ advance_s: 7200 });
  await shop.pay(1000, [[seller, 1000, 0]], { platform_details: split([seller, 1000, 0]) });
  const all = await places();
  for (const { what, number: digits } of planted) notFound(all, what, digits);
});

closes(server);
