// SPDX-License-Identifier: Apache-2.0
// hostile.test.mjs: whatever a shop is called and sells, on the narrowest phone: pages show it as text, run nothing of it, and are
// no wider than the screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, SHOP } from '../lib/browser.mjs';
import { fillCard, fillFields, open, sessionOf, submit } from '../lib/checkout.mjs';
import { closes, Merchant, ok, Server } from '../lib/server.mjs';

const SCRIPT = '<img src=x onerror="document.title=\'run\'">';
const NAMES = { long: '株式会社静岡山岳茶業協同組合連合会公式オンラインショップ本店', code: `${SCRIPT}${'W'.repeat(60)}` };
const ITEMS = [{ description: SCRIPT + 'X'.repeat(180), amount: 29999, quantity: 999 }, { description: '深蒸し煎茶'.repeat(40) }];

const server = await Server.start();
const merchantOf = async (name) => new Merchant(server, (await server.cli('merchant', 'create', '--kind', 'ordinary', '--name', name))[0]);

async function isWhole(page, name, text) {
  await page.locator('#page:not([aria-busy]) h1').first().waitFor();
  await look(page, name);
  assert.doesNotMatch(await page.title(), /^run$/);
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  assert.ok((await page.locator('#page').innerText()).includes(text), `${name} tells the shop's name`);
}

for (const [kind, name] of Object.entries(NAMES))
  test(`a shop with a name that is ${kind}: its session, slip, wallet, issuer and link at 320 pixels`, async () => {
    const shop = await merchantOf(name);
    const order = { amount: 29999, line_items: ITEMS, default_locale: 'ja', return_url: `${SHOP}/%3Cscript%3E?a="'><script>&b=%22`.replace(/[<>"]/g, encodeURIComponent) };
    const { page, close } = await buyer({ size: 'narrow' });

    const slip = await sessionOf(shop, { ...order, payment_types: ['konbini'], payment_data: { external_order_num: SCRIPT.replaceAll(' ', '') + 'N'.repeat(200) } });
    await open(server, page, slip);
    await isWhole(page, `hostile-session-${kind}`, name);
    await fillFields(page);
    await submit(page);
    await page.waitForURL('**/instructions');
    await isWhole(page, `hostile-slip-${kind}`, name);
    const lines = await page.locator('.numbers .part').evaluateAll((parts) => parts.map((part) => part.getClientRects().length));
    assert.deepEqual(lines, [1, 1, 1, 1], 'thirteen digits, and no group of four in two lines');

    const card = await sessionOf(shop, { ...order, payment_types: ['credit_card'] });
    await open(server, page, card);
    await fillCard(page, '4100000000000100');
    await submit(page);
    await page.frameLocator('iframe.issuer').locator('#code').waitFor();
    await isWhole(page, `hostile-issuer-${kind}`, name);

    const wallet = ok(await shop.post('/payments', { amount: 1000, currency: 'JPY', return_url: `${SHOP}/back`, description: ITEMS[0].description,
      payment_details: { type: 'paypay' } }));
    await page.goto(`${server.base}/simulator/${wallet.id}`);
    await isWhole(page, `hostile-wallet-${kind}`, name);
    const lefts = await page.locator('.facts > div').evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().left));
    assert.deepEqual([lefts.length, new Set(lefts).size], [4, 1], 'each fact has a line of its own');

    const link = ok(await shop.post('/payment_links', { amount: 3200, currency: 'JPY', description: ITEMS[0].description }));
    await page.goto(link.url);
    await isWhole(page, `hostile-link-${kind}`, name);
    await close();
  });

closes(server);
