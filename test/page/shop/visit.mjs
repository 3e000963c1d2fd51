// SPDX-License-Identifier: Apache-2.0
// visit.mjs: a server, a merchant and its shop, and buyers who come to it: for the stories of the fields.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { after } from 'node:test';
import { buyer, look, SHOP } from '../../lib/browser.mjs';
import { ok, Server, until } from '../../lib/server.mjs';
import { Shop } from './shop.mjs';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A server of its own, a merchant, its shop, and what its buyers do: {server, merchant, shop, session, state, visit}. */
export async function arrive() {
  const server = await Server.start();
  const merchant = await server.merchant('ordinary');
  const shop = await Shop.start(server.base);
  after(() => shop.stop());
  return { server, merchant, shop,
    session: async (more = {}) => ok(await merchant.post('/sessions', { amount: 3200, currency: 'JPY', return_url: `${SHOP}/thanks`, ...more })),
    state: async (made) => ok(await merchant.get(`/sessions/${made.id}`)),
    /** Opens a page of the shop with the fields of a session: {page, frame, heard, close}. */
    visit: async (made, { as = 'pay', attributes = '', options = {}, more = {} } = {}) => {
      const who = await buyer(options);
      await who.page.goto(shop.page(as, { session: made?.id ?? '', key: merchant.publishable, attributes, ...more }));
      const frame = who.page.frameLocator('#fields iframe');
      const heard = () => who.page.evaluate(() => globalThis.heard);
      return { ...who, frame, heard };
    } };
}

export async function fillCard(frame, number = '4111111111111111') {
  await frame.locator('#cc-number').fill(number);
  await frame.locator('#cc-exp').fill('1235');
  await frame.locator('#cc-cvc').fill('123');
  await frame.locator('#cc-name').fill('TARO YAMADA');
}

/** Presses the shop's button by its key: right after a picture, Chromium on a busy machine gives clicks beside a frame to nobody. */
export const buy = (page) => page.locator('#buy').press('Enter');

export const insideOf = (page) => page.frames().find((one) => one.url().includes('/fields/frame'));

/** As look(), and axe-core finds nothing inside the frame either, whose heading is the page's; it is as high as its content. */
export async function lookInside(page, name) {
  const inside = insideOf(page);
  await until('the frame is as high as what is in it', async () => {
    const [shown, needed] = [await page.locator('#fields iframe').evaluate((frame) => frame.clientHeight),
      await inside.evaluate(() => document.body.scrollHeight)];
    return Math.abs(shown - needed) <= 1;
  });
  for (const one of [inside, page]) await one.evaluate(() => new Promise((drawn) => { requestAnimationFrame(() => requestAnimationFrame(drawn)); }));
  await look(page, name, { frames: false });
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor); // the frame lets it through
  await inside.evaluate((colour) => { document.documentElement.style.backgroundColor = colour; }, paper);
  await inside.evaluate(`${AXE}; 0`);
  const { violations } = await inside.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'],
    rules: { 'page-has-heading-one': { enabled: false } }, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`), [], name);
}
