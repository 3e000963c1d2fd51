// SPDX-License-Identifier: Apache-2.0
// browser.mjs: a Chromium for the stories of test/page, and what every page must keep to whatever it is about: nothing of
// another origin, no violation of its policy, no error in its console, nothing that axe-core finds.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { TOP } from './server.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const SHOTS = path.resolve(TOP, process.env.KESSAI_SHOTS ?? 'build/shots');
const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  narrow: { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 800 } },
};
const LOCALES = { ja: 'ja-JP', en: 'en-US', ko: 'ko-KR', fr: 'fr-FR' }; // few, so that browsers are alike
export const SHOP = 'https://shop.example';
/** Whether what is alike is tried everywhere, and pictures are as sharp as the screen: for hours of testing. */
export const EVERY = Boolean(process.env.KESSAI_EVERY);

// Chromium without the windows, menus and tabs that nobody sees, which cost a third of its processor time.
const PROGRAM = '/usr/bin/chromium-headless-shell';
const browser = await chromium.launch({ executablePath: process.env.KESSAI_CHROMIUM ?? PROGRAM, args: FLAGS });
after(() => browser.close());

const resting = new Map(); // buyers who have left, by what their browsers are like

/** A context with a page, and what is noted of it for one buyer after the other. */
async function browserOf(options, more) {
  const { size, locale } = options;
  const context = await browser.newContext({ ...SIZES[size], locale, timezoneId: 'Asia/Tokyo', ...more });
  const one = { options, context, complaints: [], listeners: [], isSpent: Object.keys(more).length > 0 };
  context.on('page', (page) => {
    page.on('console', (message) => {
      if (message.type() === 'error' && !/the server responded with a status of/.test(message.text()))
        one.complaints.push(message.text());
    });
    page.on('pageerror', (error) => one.complaints.push(String(error)));
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (!['data:', 'about:', 'blob:'].includes(protocol) && !['127.0.0.1', 'localhost', 'shop.example'].includes(hostname))
        one.complaints.push(`it asks ${hostname}`);
    });
  });
  one.page = await context.newPage();
  for (const object of [context, one.page]) {
    const on = object.on.bind(object);
    object.on = (...listener) => { one.listeners.push([object, listener]); return on(...listener); };
  }
  const spends = [[context, 'addInitScript'], [one.page, 'addInitScript'], [context, 'newCDPSession'], [context, 'grantPermissions'],
    [one.page, 'setViewportSize'], [context.clock, 'install']];
  for (const [object, name] of spends) {
    const call = object[name].bind(object);
    object[name] = (...args) => { one.isSpent = true; return call(...args); };
  }
  return one;
}

/** Makes it as it was before its buyer came; false: it cannot be. */
async function isTidied({ context, page, listeners }) {
  for (const [object, listener] of listeners.splice(0)) object.off(...listener);
  for (const other of context.pages()) if (other !== page) await other.close();
  if (page.isClosed() || !await page.goto('about:blank').then(() => true, () => false)) return false; // it is on its way elsewhere
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await context.unrouteAll({ behavior: 'ignoreErrors' });
  await context.clearCookies();
  return true;
}

/**
 * A browser of one buyer: {page, complaints}. The shop's own pages (SHOP) are answered here with their address as text.
 * Most of what a browser costs is its start, so that the next buyer whose browser is to be alike gets the one that this
 * buyer leaves, unless a story has done to it what stays.
 * @param options size: of SIZES; locale: its language is one of LOCALES; dark: of the first page; fresh: nobody has used it; more: for newContext
 */
export async function buyer({ size = 'phone', locale = 'ja', dark = false, fresh = false, ...more } = {}) {
  const options = { size, locale: LOCALES[locale.slice(0, 2)] }, kind = JSON.stringify(options);
  const found = fresh || Object.keys(more).length > 0 ? null : resting.get(kind)?.pop();
  const one = found ?? await browserOf(options, more);
  const { context, page } = one, complaints = one.complaints = [];
  await context.route(`${SHOP}/**`, (route) => route.fulfill({ contentType: 'text/html',
    body: `<!DOCTYPE html><html lang="en"><title>shop</title><h1 id="shop">${new URL(route.request().url()).pathname}</h1></html>` }));
  await page.emulateMedia({ media: null, colorScheme: dark ? 'dark' : 'light' });
  page.setDefaultTimeout(30000);
  return { context, page, complaints, close: async () => {
    if (!one.isSpent && await isTidied(one)) resting.set(kind, [...resting.get(kind) ?? [], one]);
    else await context.close();
    assert.deepEqual(complaints, [], 'what the browser complains of');
  } };
}

/**
 * A picture of the whole page, kept as build output; axe-core finds nothing, in the frames that are seen neither; nothing is
 * wider than the screen.
 * @param options frames: false when the story looks into them itself
 */
export async function look(page, name, { frames = true } = {}) {
  fs.mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true, scale: EVERY ? 'device' : 'css' });
  for (const frame of frames ? page.frames() : [page.mainFrame()]) {
    const element = frame.parentFrame() ? await frame.frameElement() : null;
    if (element && (!await element.isVisible() || await element.getAttribute('sandbox') !== null)) continue; // no script runs in a sandbox
    await frame.evaluate(`${AXE}; 0`);
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', ...(frame.parentFrame() ? [] : ['best-practice'])]; // a frame is a part of a page
    const { violations } = await frame.evaluate((runOnly) => globalThis.axe.run(document, { iframes: false, resultTypes: ['violations'],
      runOnly }), rules);
    assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`), [], name);
  }
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(wide <= screen, `${name} is ${wide} wide on a screen of ${screen}`);
}

/** Where the shop was come back to: its URL. */
export async function backAtShop(page) {
  await page.waitForURL(`${SHOP}/**`);
  return new URL(page.url());
}
