// SPDX-License-Identifier: Apache-2.0
// brand.test.mjs: how a merchant looks to its buyers: `kessai merchant brand`, and what pages ask.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { png } from '../lib/picture.mjs';
import { closes, ok, refused, run, Server } from '../lib/server.mjs';

const server = await Server.start();
const NOBODY = '0123456789abcdefghijklmno';
const KONBINI = { type: 'konbini', store: 'lawson', email: 'hana@shop.example' };

const get = (target) => server.request('GET', target);
const brand = async (shop, ...more) => (await server.cli('merchant', 'brand', '--merchant', shop.id ?? shop, ...more))[0];
const session = async (shop, more = {}) => ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY', ...more })).id;
let count = 0;
function file(bytes) {
  const at = path.join(server.folder, `logo-${++count}`);
  fs.writeFileSync(at, bytes);
  return at;
}
async function fails(shop, what, ...more) {
  const { code, stdout, stderr } = await run('merchant', 'brand', '--merchant', shop.id ?? shop, ...more, '--db', server.db);
  assert.notEqual(code, 0, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, what);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
}

test('a merchant has no brand but its name until it is given one', async () => {
  const shop = await server.merchant('ordinary');
  const id = await session(shop);
  assert.deepEqual(await brand(shop), { merchant: shop.id, color: null, contact: null, logo: null });
  assert.deepEqual(ok(await get(`/sessions/${id}/brand`)), { name: 'A ordinary', color: null, logo_url: null, contact: null });
  refused(await get(`/sessions/${id}/logo`), 404, 'not_found');
});

test('what is given is shown, what is not stays, and --default takes it away', async () => {
  const shop = await server.merchant('ordinary');
  const id = await session(shop);
  const logo = png(120, 40);
  const shown = async () => ok(await get(`/sessions/${id}/brand`));
  assert.equal((await brand(shop, '--color', '#1A4fd0')).color, '#1a4fd0');
  const all = await brand(shop, '--logo', file(logo), '--contact', '問い合わせ: help@shop.example');
  assert.deepEqual(all, { merchant: shop.id, color: '#1a4fd0', contact: '問い合わせ: help@shop.example',
    logo: { content_type: 'image/png', width: 120, height: 40, bytes: logo.length } });
  assert.deepEqual(await brand(shop), all, 'it only shows');
  const { logo_url, ...rest } = await shown();
  assert.deepEqual(rest, { name: 'A ordinary', color: '#1a4fd0', contact: '問い合わせ: help@shop.example' });
  assert.match(logo_url, new RegExp(`^/sessions/${id}/logo\\?v=\\d+$`));
  const sent = await get(logo_url);
  assert.deepEqual([sent.status, sent.headers['content-type'], sent.headers['x-content-type-options'], sent.headers['cache-control']],
    [200, 'image/png', 'nosniff', 'private, max-age=86400']);
  assert.ok(sent.raw.equals(logo));
  await brand(shop, '--logo', file(png(10, 10)));
  assert.notEqual((await shown()).logo_url, logo_url, 'another logo has another address');
  assert.deepEqual(await brand(shop, '--default', '--color', '#000000'), { merchant: shop.id, color: '#000000', contact: null, logo: null });
  assert.deepEqual(await brand(shop, '--default'), { merchant: shop.id, color: null, contact: null, logo: null });
  assert.deepEqual(await shown(), { name: 'A ordinary', color: null, logo_url: null, contact: null });
});

test('the page of a slip asks under the id of the payment', async () => {
  const shop = await server.merchant('ordinary');
  await brand(shop, '--color', '#fedcba', '--logo', file(png(8, 8)));
  const { id } = ok(await shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: KONBINI }));
  const shown = ok(await get(`/instructions/${id}/brand`));
  assert.deepEqual([shown.name, shown.color], ['A ordinary', '#fedcba']);
  assert.ok((await get(shown.logo_url)).raw.equals(png(8, 8)));
  refused(await get(`/instructions/${NOBODY}/brand`), 404, 'not_found');
  refused(await get(`/sessions/${id}/brand`), 404, 'not_found');
  refused(await get('/sessions/x/logo'), 404, 'not_found');
});

test('a seller looks like its platform until it has a brand of its own', async () => {
  const platform = await server.merchant('platform');
  const seller = await platform.seller();
  const other = await server.merchant('ordinary');
  const id = await session(platform, { payment_data: { capture: 'manual' }, platform_details: { processing_merchant_id: seller } });
  const shown = async () => ok(await get(`/sessions/${id}/brand`));
  await brand(other, '--color', '#111111');
  await brand(platform, '--color', '#222222', '--logo', file(png(8, 8)));
  assert.deepEqual({ ...await shown(), logo_url: null }, { name: 'A seller', color: '#222222', logo_url: null, contact: null });
  assert.equal((await get(`/sessions/${id}/logo`)).status, 200);
  await brand(seller, '--contact', '03-1234-5678');
  assert.deepEqual(await shown(), { name: 'A seller', color: null, logo_url: null, contact: '03-1234-5678' });
  refused(await get(`/sessions/${id}/logo`), 404, 'not_found');
  assert.equal((await brand(platform)).color, '#222222');
});

test('a logo is a PNG, JPEG or WebP file within limits; nothing else changes anything', async () => {
  const shop = await server.merchant('ordinary');
  const before = await brand(shop, '--color', '#123456', '--logo', file(png(1024, 1)));
  const GOOD = {
    'image/jpeg': Buffer.from('ffd8ffc000110800400100', 'hex'),
    'image/webp': Buffer.from(`${Buffer.from('RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0', 'latin1').toString('hex')}ff03001f0000`, 'hex'),
    'image/png': Buffer.concat([png(1, 1024), Buffer.alloc(65536 - png(1, 1024).length)]),
  };
  for (const [type, bytes] of Object.entries(GOOD)) assert.equal((await brand(shop, '--logo', file(bytes))).logo.content_type, type);
  await brand(shop, '--logo', file(png(1024, 1)));
  const BAD = [
    [/PNG, JPEG or WebP/, '<svg xmlns="http://www.w3.org/2000/svg"/>'], [/PNG, JPEG or WebP/, '<?xml version="1.0"?><svg/>'], [/PNG, JPEG or WebP/, 'GIF89a'],
    [/PNG, JPEG or WebP/, ''], [/1024 pixels/, png(1025, 1)], [/1024 pixels/, png(1, 1025)], [/how large/, png(1, 1).subarray(0, 20)],
    [/64 KiB/, Buffer.concat([png(1, 1), Buffer.alloc(65537 - png(1, 1).length)])],
  ];
  for (const [what, bytes] of BAD) await fails(shop, what, '--color', '#654321', '--logo', file(bytes));
  await fails(shop, /--logo/, '--logo', path.join(server.folder, 'no such file'));
  await fails(shop, /--logo/, '--logo', server.folder);
  assert.deepEqual(await brand(shop), before);
});

test('colours and contacts that are none are refused', async () => {
  const shop = await server.merchant('ordinary');
  for (const color of ['red', '#fff', '#12345g', '123456', '#1234567']) await fails(shop, /--color/, '--color', color);
  await fails(shop, /--contact/, '--contact', 'a\nb');
  await fails(shop, /--contact/, '--contact', 'あ'.repeat(256));
  assert.equal((await brand(shop, '--contact', 'あ'.repeat(255))).contact, 'あ'.repeat(255));
  await fails(NOBODY, /--merchant/, '--color', '#123456');
});

closes(server);
