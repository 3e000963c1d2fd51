// SPDX-License-Identifier: Apache-2.0
// icons.test.mjs: what pages of others load: icons of payment types, brands and stores, and the script of the fields.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { closes, ok, Server, TOP } from '../lib/server.mjs';

const server = await Server.start();
const merchant = await server.merchant('ordinary');
const METHODS = [...fs.readFileSync(path.join(TOP, 'src/core/method.def'), 'utf8').matchAll(/^METHOD\(\w+, *\d+, "(\w+)"/gm)].map((row) => row[1]);
const BRANDS = ['visa', 'master', 'jcb', 'american_express', 'diners_club', 'discover'];

async function fetched(target, headers = {}) {
  const reply = await fetch(server.base + target, { headers });
  return { status: reply.status, headers: Object.fromEntries(reply.headers), text: await reply.text() };
}

async function isIcon(target) {
  const { status, headers, text } = await fetched(target);
  assert.deepEqual([status, headers['content-type'], headers['access-control-allow-origin'], headers['cross-origin-resource-policy']],
    [200, 'image/svg+xml', '*', 'cross-origin'], target);
  assert.match(headers['cache-control'], /^public, max-age=\d+$/);
  assert.match(text, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ 24" [\s\S]*<\/svg>\n$/, target);
  assert.doesNotMatch(text, /style=|href|<script|NaN|undefined/, target);
  return text;
}

test('every payment type has an icon', async () => {
  assert.equal(METHODS.length, 62);
  for (const slug of METHODS) await isIcon(`/payment_methods/${slug}.svg`);
});

test('brands of cards are shown side by side, once each, in one order', async () => {
  for (let set = 1; set < 1 << BRANDS.length; set++) {
    const some = BRANDS.filter((_, i) => set >> i & 1);
    const text = await isIcon(`/payment_methods/credit_card.svg?brands=${some.join(',')}`);
    assert.equal(text.match(/<rect /g).length, some.length);
  }
  assert.equal(await isIcon('/payment_methods/credit_card.svg?brands=master,visa,master'),
    await isIcon('/payment_methods/credit_card.svg?brands=visa,master'));
});

test('a brand that is not known is refused by name of the parameter', async () => {
  for (const brands of ['', 'visa,', ',visa', 'Visa', 'unknown', 'visa,../../x', 'mastercard']) {
    const { status, headers, text } = await fetched(`/payment_methods/credit_card.svg?brands=${brands}`);
    assert.deepEqual([status, JSON.parse(text).error.code, JSON.parse(text).error.param], [422, 'invalid_parameter', 'brands'], brands);
    assert.equal(headers['cache-control'], 'no-store');
  }
  assert.equal((await fetched('/payment_methods/credit_card.svg?brands[]=visa')).status, 422);
});

test('what has no icon is not found', async () => {
  for (const target of ['/payment_methods/nothing.svg', '/payment_methods/credit_card', '/payment_methods/credit_card.png', '/payment_methods/.svg',
    '/payment_methods/credit_card-visa.svg', '/payment_methods/..%2Ffields.js', '/assets/konbini/nothing.svg', '/assets/konbini/lawson'])
    assert.equal((await fetched(target)).status, 404, target);
});

test('the icons that a session names are there', async () => {
  const made = ok(await merchant.post('/sessions', { amount: 500, currency: 'JPY', payment_types: ['konbini'] }));
  const icons = Object.values(made.payment_methods[0].brands).map((store) => store.icon);
  assert.equal(icons.length, 6);
  for (const icon of icons) await isIcon(icon);
});

test('the script of the fields may be loaded by every page, with the hash that is listed', async () => {
  for (const headers of [{}, { Origin: 'https://shop.example' }, { 'Accept-Encoding': 'identity' }]) {
    const { status, headers: told, text } = await fetched('/fields.js', headers);
    assert.equal(status, 200);
    assert.equal(told['access-control-allow-origin'], '*', 'also without an origin: a cache may give it to a page');
    assert.equal(told['cross-origin-resource-policy'], 'cross-origin');
    assert.equal(told['content-type'], 'text/javascript; charset=utf-8');
    assert.match(told['cache-control'], /^public, max-age=\d{1,4}$/);
    const listed = JSON.parse((await fetched('/checkout/scripts.json')).text).find((one) => one.file === 'fields.js');
    assert.equal(listed.integrity, `sha384-${crypto.createHash('sha384').update(text).digest('base64')}`);
  }
});

test('the script of the fields and all that its frame loads is at most 60 kB on the wire', async () => {
  const wire = async (target) => {
    const { headers, raw } = await new Promise((resolve, reject) => {
      http.get(server.base + target, { headers: { 'Accept-Encoding': 'br' } }, (reply) => {
        const pieces = [];
        reply.on('data', (piece) => pieces.push(piece)).on('error', reject)
          .on('end', () => resolve({ headers: reply.headers, raw: Buffer.concat(pieces) }));
      }).on('error', reject);
    });
    assert.equal(headers['content-encoding'], 'br', target);
    return raw.length;
  };
  const page = (await fetched('/fields/frame')).text;
  const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((found) => found[1]);
  assert.ok(assets.length >= 2);
  let bytes = 0;
  for (const target of ['/fields.js', '/fields/frame', ...assets]) bytes += await wire(target);
  assert.ok(bytes <= 60000, `${bytes} bytes`);
});

test('the frame may be framed by every page, and loads nothing of others', async () => {
  const { headers } = await fetched('/fields/frame');
  const policy = headers['content-security-policy'];
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.match(policy, /connect-src 'self'/);
  assert.match(policy, /frame-ancestors \*$/);
});

closes(server);
