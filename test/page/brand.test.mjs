// SPDX-License-Identifier: Apache-2.0
// brand.test.mjs: the hosted page looks like the shop (doc/checkout.md).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { buyer, look } from '../lib/browser.mjs';
import { png } from '../lib/picture.mjs';
import { closes, ok, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const open = async (page) => {
  const { id } = ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY', payment_types: ['credit_card'] }));
  await page.goto(`${server.base}/sessions/${id}`);
  await page.locator('button[type=submit]').waitFor();
};
const rgb = (color) => `rgb(${[1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)).join(', ')})`;
const groundOf = (page) => page.locator('button[type=submit]').evaluate((one) => getComputedStyle(one).backgroundColor);

test('a shop without a brand has its name, and the colour of all', async () => {
  const { page, close } = await buyer();
  await open(page);
  await page.locator('.shop p').getByText('A ordinary').waitFor();
  assert.equal(await groundOf(page), rgb('#1a4fd0'));
  await close();
});

test('its logo, its colour and whom to ask, light and dark, and nothing moves when they come', async () => {
  const logo = path.join(server.folder, 'logo.png');
  fs.writeFileSync(logo, png(180, 60, [200, 30, 60, 255]));
  await server.cli('merchant', 'brand', '--merchant', shop.id, '--color', '#ffe14d', '--logo', logo, '--contact', 'help@shop.example');
  for (const dark of [false, true]) {
    const { page, close } = await buyer({ dark });
    let letCome;
    const held = new Promise((resolve) => { letCome = resolve; });
    await page.route('**/brand', async (route) => { await held; await route.continue(); });
    await open(page);
    const top = () => page.locator('h1').evaluate((one) => one.getBoundingClientRect().top);
    const before = await top();
    letCome();
    await page.locator('.shop').getByRole('img', { name: 'A ordinary' }).waitFor();
    assert.equal(await top(), before);
    assert.equal(await page.getByRole('link', { name: 'help@shop.example' }).getAttribute('href'), 'mailto:help@shop.example');
    assert.equal(await groundOf(page), rgb('#ffe14d'));
    await look(page, `checkout-brand-${dark ? 'dark' : 'light'}`);
    await close();
  }
});

closes(server);
