// SPDX-License-Identifier: Apache-2.0
// legacy.test.mjs: a buyer comes from a shop that signs a query (komoju-core 17.3), pays, and is back with a signature.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import http from 'node:http';
import { after, test } from 'node:test';
import { buyer } from '../lib/browser.mjs';
import { withKey } from '../lib/database.mjs';
import { BIN, closes, ok, Server } from '../lib/server.mjs';

// The browser is redirected to the shop, so there must be one.
const shopServer = http.createServer((request, reply) => {
  reply.setHeader('Content-Type', 'text/html');
  reply.end('<!DOCTYPE html><html lang="en"><title>shop</title><link rel="icon" href="data:,"><h1>shop</h1></html>');
});
await new Promise((resolve) => shopServer.listen(0, '127.0.0.1', resolve));
after(() => shopServer.close());
const SHOP = `http://127.0.0.1:${shopServer.address().port}`;

const server = await Server.start();
const shop = await server.merchant('ordinary');
await new Promise((resolve, reject) => {
  const child = spawn(BIN, withKey(['merchant', 'legacy', '--on', '--merchant', shop.id, '--db', server.db]));
  child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`status ${code}`))));
  child.stdin.end(shop.key);
});

const hmac = (path, pairs) => crypto.createHmac('sha256', shop.key).update(`${path}?${[...pairs].sort().join('&')}`).digest('hex');

test('the shop sends its buyer, who pays on a phone and is back with a signature that is right', async () => {
  const path = `/ja/api/${shop.id}/transactions/credit_card/new`;
  const pairs = new URLSearchParams({ timestamp: String(Math.floor(Date.now() / 1000)), 'transaction[amount]': '1500', 'transaction[tax]': '0',
    'transaction[currency]': 'JPY', 'transaction[external_order_num]': 'A-1', 'transaction[return_url]': `${SHOP}/done?order=5`,
    'transaction[cancel_url]': `${SHOP}/cancel` }).toString().split('&');
  const { page, close } = await buyer();
  await page.goto(`${server.base}${path}?${pairs.join('&')}&hmac=${hmac(path, pairs)}`);
  await page.waitForURL('**/sessions/*');
  assert.ok(!page.url().includes('hmac'));
  await page.locator('#cc-number').fill('4111111111111111');
  await page.locator('#cc-exp').fill('1235');
  await page.locator('#cc-cvc').fill('123');
  await page.locator('#cc-name').fill('TARO YAMADA');
  await page.locator('button[type=submit]').click();

  await page.waitForURL(`${SHOP}/**`);
  const at = new URL(page.url()), told = at.search.slice(1).split('&');
  assert.equal(at.pathname, '/done');
  assert.equal(at.searchParams.get('order'), '5');
  assert.equal(at.searchParams.get('transaction[status]'), 'captured');
  assert.equal(at.searchParams.get('hmac'), hmac('/done', told.filter((pair) => !pair.startsWith('hmac='))));
  const payment = ok(await shop.get(`/payments/${at.searchParams.get('transaction[uuid]')}`));
  assert.deepEqual([payment.status, payment.total, payment.external_order_num], ['captured', 1500, 'A-1']);
  await close();
});

closes(server);
