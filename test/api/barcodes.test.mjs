// SPDX-License-Identifier: Apache-2.0
// barcodes.test.mjs: GET /barcodes/{payment_id} (komoju-core 6.9), read again by a reader that is not ours (zbarimg).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CARD, closes, ok, refused, Server, until } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const STORES = ['seven-eleven', 'lawson', 'family-mart', 'ministop', 'daily-yamazaki', 'seicomart'];

const konbini = async (more = {}, store = 'lawson') => ok(await shop.post('/payments', {
  amount: 1000, tax: 0, currency: 'JPY', ...more, payment_details: { type: 'konbini', store, email: 'hana@shop.example' } }));
const barcode = (id) => shop.get(`/barcodes/${id}`);

/** What a till reads from a picture: the digits behind FNC1. */
function read(image) {
  const [, data] = /^data:image\/png;base64,([A-Za-z0-9+/]+=*)$/.exec(image);
  const bytes = Buffer.from(data, 'base64');
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [750, 150], 'IHDR: width and height');
  const file = path.join(server.folder, 'barcode.png');
  fs.writeFileSync(file, bytes);
  const xml = execFileSync('zbarimg', ['--quiet', '--nodbus', '--xml', '-Sdisable', '-Scode128.enable', file],
    { encoding: 'utf8' });
  assert.match(xml, /modifiers='GS1'/, 'FNC1 stands at its start');
  return /<!\[CDATA\[(.*?)\]\]>/.exec(xml)[1];
}

/** Modulus 10, weight 3, over all digits but the last: from the right 3, 1, 3, ... */
function isChecked(digits) {
  const sum = [...digits].reverse().slice(1).reduce((all, digit, i) => all + Number(digit) * (i % 2 === 0 ? 3 : 1), 0);
  return (sum + Number(digits.at(-1))) % 10 === 0;
}

test('the picture of every store is the slip: biller, payment, day, stamp, amount, check digit', async () => {
  const seen = new Set();
  for (const store of STORES) {
    const payment = await konbini({}, store);
    const { status, expires_at, image, ...rest } = ok(await barcode(payment.id));
    assert.deepEqual([status, expires_at, rest], ['ready', payment.payment_deadline, {}]);
    const digits = read(image);
    assert.match(digits, /^91\d{42}$/);
    assert.ok(isChecked(digits), digits);
    assert.equal(digits.slice(2, 8), '912345');
    const day = new Date(Date.parse(payment.payment_deadline) + 9 * 3600e3).toISOString();
    assert.equal(digits.slice(30, 36), day.slice(2, 10).replaceAll('-', ''));
    assert.equal(digits.slice(36, 43), '0001190', 'no stamp, 1000 yen and the customer fee');
    assert.equal(ok(await barcode(payment.id)).image, image, 'the same every time');
    seen.add(digits.slice(8, 30));
  }
  assert.equal(seen.size, STORES.length, 'no two payments have one number');
});

test('a revenue stamp is due from 55,000 yen', async () => {
  for (const [amount, flag] of [[54809, '0'], [54810, '1'], [299809, '1']]) {
    const payment = await konbini({ amount });
    assert.equal(read(ok(await barcode(payment.id)).image).slice(36, 43), flag + String(amount + 190).padStart(6, '0'));
  }
});

test('what does not wait at a store has no barcode', async () => {
  const card = ok(await shop.create(1000));
  const paid = ok(await shop.simulate((await konbini()).id, 'captured'));
  const cancelled = await konbini();
  ok(await shop.post(`/payments/${cancelled.id}/cancel`));
  const wallet = ok(await shop.post('/payments', { amount: 1000, currency: 'JPY', return_url: 'https://shop.example/',
    payment_details: { type: 'paypay' } }));
  for (const { id } of [card, paid, cancelled, wallet]) refused(await barcode(id), 422, 'unprocessable_entity');
});

test('a slip that is still being registered is pending', async () => {
  const description = 'slow to register';
  const posting = shop.post('/payments', { amount: 1000, currency: 'JPY', description,
    payment_details: { type: 'konbini', store: 'lawson', email: 'hana@shop.example' } }, { 'Komoju-Scenario': 'delay:3000' });
  const { id } = await until('the payment is there', async () => ok(await shop.get('/payments?per_page=5')).data.find((p) => p.description === description));
  assert.deepEqual(ok(await barcode(id)), { status: 'pending', retry_after: 1 });
  assert.equal(ok(await posting).id, id);
  assert.equal(ok(await barcode(id)).status, 'ready');
});

test('a barcode is for the merchant alone', async () => {
  const { id } = await konbini();
  const other = await server.merchant('ordinary');
  refused(await other.get(`/barcodes/${id}`), 404, 'not_found');
  refused(await shop.get('/barcodes/0123456789012345678901234'), 404, 'not_found');
  refused(await shop.get('/barcodes/x'), 404, 'not_found');
  refused(await shop.browser.get(`/barcodes/${id}`), 403, 'forbidden');
  refused(await server.request('GET', `/api/v1/barcodes/${id}`), 401, 'unauthorized');
});

closes(server);
