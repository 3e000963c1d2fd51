// SPDX-License-Identifier: Apache-2.0
// slip.test.mjs: a buyer reads how a slip is paid, on a screen and on paper, and sees what becomes of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { backAtShop, buyer, EVERY, look, SHOP } from '../lib/browser.mjs';
import { png } from '../lib/picture.mjs';
import { closes, ok, Server, until } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const BUYER = { email: 'hana@shop.example', phone: '0312345678', given_name_kana: 'ハナコ', family_name_kana: 'ヤマダ',
  given_name: '花子', family_name: '山田' };
const STORES = [
  ['seven-eleven', 'Seven Eleven', 'セブン-イレブン', '세븐일레븐'], ['lawson', 'Lawson', 'ローソン', '로손'],
  ['family-mart', 'Family Mart', 'ファミリーマート', '패밀리마트'], ['ministop', 'Ministop', 'ミニストップ', '미니스톱'],
  ['daily-yamazaki', 'Daily Yamazaki', 'デイリーヤマザキ', '데일리 야마자키'], ['seicomart', 'Seicomart', 'セイコーマート', '세이코마트'],
];

/** A session whose slip has been issued: {session, payment, at: the address it leads to}. */
async function issued(payment_details, more = {}) {
  const session = ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY', return_url: `${SHOP}/thanks?order=5`, ...more }));
  const { payment, redirect_url } = ok(await shop.browser.post(`/sessions/${session.id}/pay`, { payment_details }));
  return { session, payment, at: server.base + new URL(redirect_url).pathname };
}
const konbini = (store) => ({ type: 'konbini', store, email: BUYER.email });
const inLocale = (payment, locale) => `${server.base}/${locale}/instructions/${payment.id}`;
const numbers = (page) => page.locator('.numbers dd:not(.act)').allTextContents();

/** What a till reads off a picture of the screen. */
function scanned(file) {
  const xml = execFileSync('zbarimg', ['--quiet', '--nodbus', '--xml', '-Sdisable', '-Scode128.enable', file], { encoding: 'utf8' });
  return /<!\[CDATA\[(.*?)\]\]>/.exec(xml)[1];
}

for (const [index, [store, en, ja, ko]] of STORES.entries()) {
  test(`${store}: its numbers, what to do and until when`, async () => {
    const { payment } = await issued(konbini(store));
    const { receipt, confirmation_code } = payment.payment_details;
    const all = [['en', `How to make a payment at ${en}`], ['ja', `${ja}でのお支払い方法`], ['ko', `${ko}에서 결제하는 방법`]];
    for (const [locale, title] of EVERY ? all : [all[index % 3]]) { // each language with two of the stores
      const { page, close } = await buyer({ locale, size: locale === 'ja' ? 'phone' : 'desktop' });
      await page.goto(inLocale(payment, locale));
      await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
      await page.locator('.barcode img').waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), locale);
      const shown = (await numbers(page)).map((text) => text.replace('-', ''));
      assert.deepEqual(shown, (store === 'family-mart' ? [confirmation_code, receipt] : [receipt, confirmation_code]).filter(Boolean));
      assert.ok(await page.locator('.steps li').count() >= 3);
      const day = new Date(Date.parse(payment.payment_deadline) + 9 * 3600e3);
      const due = await page.locator('.due').innerText();
      for (const part of [day.getUTCFullYear(), day.getUTCDate(), '(23|11):59']) assert.match(due, new RegExp(`(?<!\\d)${part}(?!\\d)`));
      assert.match(await page.locator('.sum .total td').innerText(), /3,390/, 'with the fee');
      await look(page, `slip-${store}-${locale}`);
      await close();
    }
  });
}

test('the buyer of a session comes to the page in the language of the session, and goes back to the shop', async () => {
  const { at, session } = await issued(konbini('family-mart'), { default_locale: 'en' });
  const { page, close } = await buyer();
  await page.goto(at);
  await page.getByText('How to make a payment at Family Mart').waitFor();
  await page.getByRole('link', { name: 'Return to A ordinary' }).click();
  const back = await backAtShop(page);
  assert.deepEqual([back.searchParams.get('session_id'), back.searchParams.get('order')], [session.id, '5']);
  await close();
});

test('the barcode on the screen of a phone is read, light and dark', async () => {
  const { payment, at } = await issued(konbini('lawson'));
  for (const dark of [false, true]) {
    const { page, close } = await buyer({ dark });
    await page.goto(at);
    await page.locator('.barcode img').waitFor();
    const file = path.join(server.folder, `till-${dark}.png`);
    await page.locator('.barcode').screenshot({ path: file });
    const digits = scanned(file);
    assert.match(digits, /^91\d{42}$/);
    assert.equal(digits.slice(37, 43), String(payment.total).padStart(6, '0'));
    if (dark) await look(page, 'slip-lawson-dark-ja');
    await close();
  }
});

test('bank transfer: the account, which is copied as it is', async () => {
  const { payment, at } = await issued({ type: 'bank_transfer', ...BUYER });
  const { page, context, close } = await buyer();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(at);
  await page.getByRole('heading', { name: '銀行振込のお支払い方法' }).waitFor();
  const { bank_name, account_branch_name, account_number, account_name, order_id } = payment.payment_details;
  assert.deepEqual(await numbers(page), [bank_name, account_branch_name, '普通', account_number, account_name, order_id]);
  await page.getByRole('button', { name: /^コピー\s*: 口座番号$/ }).click();
  await page.getByRole('status').filter({ hasText: 'コピーしました: 口座番号' }).waitFor({ state: 'attached' });
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), account_number);
  assert.equal(await page.locator('.barcode').count(), 0);
  await look(page, 'slip-bank-phone-ja');
  await close();
});

test('Pay-easy: the three numbers, and the bank of the buyer', async () => {
  const { payment } = await issued({ type: 'pay_easy', ...BUYER });
  const { bank_id, customer_id, confirmation_id, payment_url } = payment.payment_details;
  for (const [locale, size] of [['ja', 'phone'], ['en', 'desktop'], ['ko', 'narrow']]) {
    const { page, close } = await buyer({ locale, size });
    await page.goto(inLocale(payment, locale));
    await page.locator('.numbers').waitFor();
    assert.deepEqual(await numbers(page), [bank_id, customer_id, confirmation_id]);
    assert.equal(await page.locator('a.main').getAttribute('href'), payment_url);
    if (EVERY || locale === 'ko') await look(page, `slip-pay-easy-${size}-${locale}`);
    await close();
  }
});

test('a slip that is paid while its page is open shows it, without a touch', async () => {
  const { payment, at } = await issued(konbini('seven-eleven'), { default_locale: 'en' });
  const { page, close } = await buyer();
  await page.goto(at);
  await page.getByText('Waiting for your payment').waitFor();
  ok(await shop.simulate(payment.id, 'captured'));
  await page.getByRole('heading', { level: 1, name: 'Paid' }).waitFor();
  assert.equal(await page.locator('.numbers, .barcode, .steps').count(), 0, 'nobody pays it again');
  assert.ok(await page.getByRole('link', { name: 'Return to A ordinary' }).isVisible());
  assert.match(await page.title(), /^Paid/);
  await look(page, 'slip-paid-phone-en');
  await close();
});

test('a page that nobody looks at does not ask; it does when it is come back to', async () => {
  const { payment, at } = await issued(konbini('seven-eleven'), { default_locale: 'en' });
  const { page, close } = await buyer();
  let asked = 0;
  await page.clock.install();
  page.on('request', (request) => { asked += request.url().endsWith('/state') ? 1 : 0; });
  await page.goto(at);
  await page.getByText('Waiting for your payment').waitFor();
  const turn = (state) => page.evaluate((to) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => to === 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
  await turn('hidden');
  const before = asked;
  await page.clock.runFor(600000);
  assert.equal(asked, before, 'ten minutes hidden');
  ok(await shop.simulate(payment.id, 'captured'));
  await turn('visible');
  await page.getByRole('heading', { level: 1, name: 'Paid' }).waitFor();
  const after = asked;
  await page.clock.runFor(600000);
  assert.equal(asked, after, 'what is paid is not asked about any more');
  await close();
});

test('a slip that is still being registered shows its numbers as soon as it has them', async () => {
  const description = 'slow to register';
  const posting = shop.post('/payments', { amount: 1000, currency: 'JPY', description, payment_details: konbini('lawson') },
    { 'Komoju-Scenario': 'delay:6000' });
  const { id } = await until('the payment is there', async () =>
    ok(await shop.get('/payments?per_page=5')).data.find((p) => p.description === description));
  const { page, close } = await buyer({ locale: 'en' });
  await page.goto(`${server.base}/en/instructions/${id}`);
  await page.getByText('Your payment number is being prepared').waitFor();
  assert.equal(await page.locator('.numbers, .barcode').count(), 0);
  const { payment_details } = ok(await posting);
  await page.locator('.numbers').waitFor();
  assert.deepEqual(await numbers(page), [payment_details.receipt, payment_details.confirmation_code]);
  await page.locator('.barcode img').waitFor();
  await close();
});

test('other slips: what their providers give, a number or a page', async () => {
  const CASES = [['multibanco', 'EUR', 'redirect_url'], ['pix', 'BRL', 'pix_payment_code'], ['cvs', 'KRW', 'bardcode']];
  for (const [type, currency, what] of CASES) {
    const payment = ok(await shop.post('/payments', { amount: 5000, tax: 0, currency, payment_details: { type, email: BUYER.email, name: 'Hana', cpf: '11144477735' } }));
    const { page, close } = await buyer({ locale: 'en' });
    await page.goto(inLocale(payment, 'en'));
    await page.getByRole('heading', { level: 1, name: 'How to make a payment', exact: true }).waitFor();
    const given = payment.payment_details[what];
    if (what === 'redirect_url') assert.equal(await page.getByRole('link', { name: 'Open the payment page' }).getAttribute('href'), given);
    else assert.deepEqual(await numbers(page), [given]);
    if (EVERY || type === 'pix') await look(page, `slip-${type}-phone-en`);
    await close();
  }
});

test('the first load is at most 60 kB, and needs nothing but the keyboard', async () => {
  const { payment } = await issued({ type: 'pay_easy', ...BUYER });
  const { page, close } = await buyer({ locale: 'en', fresh: true });
  const sizes = [];
  page.on('requestfinished', async (request) => sizes.push(request.sizes()));
  await page.goto(inLocale(payment, 'en'));
  await page.locator('.numbers').waitFor();
  const bytes = (await Promise.all(sizes)).reduce((sum, one) => sum + one.responseBodySize + one.responseHeadersSize, 0);
  assert.ok(bytes > 10000 && bytes <= 60000, `${bytes} bytes`);
  const names = [];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab');
    names.push(await page.evaluate(() => document.activeElement.textContent));
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none', names.at(-1));
  }
  assert.deepEqual(names.map((name) => name.split(':')[0]), ['Copy', 'Copy', 'Copy', 'Pay by online banking', 'Print', 'Return to A ordinary']);
  await close();
});

test('what can no longer be paid says so, and shows no number', async () => {
  const [expired, cancelled] = [await issued(konbini('ministop')), await issued(konbini('lawson'))];
  ok(await shop.post(`/payments/${cancelled.payment.id}/cancel`));
  const { page, close } = await buyer();
  await page.goto(expired.at);
  await page.locator('.numbers').waitFor();
  await shop.clock({ advance_s: 4 * 86400 });
  await page.getByRole('heading', { level: 1, name: 'お支払い期限が過ぎました' }).waitFor();
  assert.equal(await page.locator('.numbers, .barcode, .due, .sum').count(), 0);
  await look(page, 'slip-expired-phone-ja');
  await page.goto(inLocale(cancelled.payment, 'en'));
  await page.getByRole('heading', { level: 1, name: 'Cancelled' }).waitFor();
  await page.goto(`${server.base}/en/instructions/0123456789012345678901234`);
  await page.getByRole('alert').getByText('There are no such payment instructions').waitFor();
  await close();
});

test('the page looks like the shop: logo, colour with a text that is read on it, whom to ask', async () => {
  const { payment } = await issued({ type: 'pay_easy', ...BUYER });
  const brand = (...more) => server.cli('merchant', 'brand', '--merchant', shop.id, ...more);
  const logo = path.join(server.folder, 'logo.png');
  fs.writeFileSync(logo, png(180, 60, [200, 30, 60, 255]));
  const CASES = [['#ffd500', 'rgb(0, 0, 0)', false], ['#7a0019', 'rgb(255, 255, 255)', false], ['#101318', 'rgb(255, 255, 255)', true], ['#808080', 'rgb(0, 0, 0)', true]];
  for (const [color, on, dark] of CASES) {
    await brand('--color', color, '--logo', logo, '--contact', 'help@shop.example');
    const { page, close } = await buyer({ dark, locale: 'en' });
    await page.goto(inLocale(payment, 'en'));
    const image = page.getByRole('img', { name: 'A ordinary' });
    await image.waitFor();
    assert.equal(await image.evaluate(async (one) => (await one.decode(), one.naturalWidth)), 180);
    const button = page.getByRole('link', { name: 'Pay by online banking' });
    const [ground, text] = await button.evaluate((one) => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]);
    assert.deepEqual([ground, text], [`rgb(${[1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)).join(', ')})`, on], color);
    assert.equal(await page.getByRole('link', { name: 'help@shop.example' }).getAttribute('href'), 'mailto:help@shop.example');
    if (EVERY || color !== '#101318') await look(page, `slip-brand-${color.slice(1)}`);
    await close();
  }
  await brand('--default');
});

test('a logo that does not come leaves the name', async () => {
  const { payment } = await issued(konbini('lawson'));
  const logo = path.join(server.folder, 'broken.png');
  fs.writeFileSync(logo, png(180, 60).subarray(0, 40)); // its head is right
  await server.cli('merchant', 'brand', '--merchant', shop.id, '--logo', logo);
  const { page, close } = await buyer();
  await page.goto(inLocale(payment, 'ja'));
  await page.locator('.shop p').getByText('A ordinary').waitFor();
  await close();
  await server.cli('merchant', 'brand', '--merchant', shop.id, '--default');
});

test('on a desktop a phone takes the page along by a QR code', async () => {
  const { payment } = await issued(konbini('lawson'));
  const scriptsOf = (page) => {
    const scripts = new Set();
    page.on('request', (request) => request.resourceType() === 'script' && scripts.add(new URL(request.url()).pathname));
    return scripts;
  };
  const { page, close } = await buyer({ size: 'desktop', dark: true, locale: 'en' });
  const onDesktop = scriptsOf(page);
  await page.goto(inLocale(payment, 'en'));
  const code = page.getByRole('img', { name: 'QR code of the address of this page' });
  await code.waitFor();
  const file = path.join(server.folder, 'qr.png');
  await page.locator('.qr').screenshot({ path: file });
  const read = execFileSync('zbarimg', ['--quiet', '--nodbus', '--raw', '-Sdisable', '-Sqrcode.enable', file], { encoding: 'utf8' });
  assert.equal(read.trim(), inLocale(payment, 'en'));
  await look(page, 'slip-lawson-desktop-dark-en');
  await close();
  const phone = await buyer();
  const onPhone = scriptsOf(phone.page);
  await phone.page.goto(inLocale(payment, 'en'));
  await phone.page.locator('.barcode img').waitFor();
  assert.equal(await phone.page.locator('.qr').count(), 0);
  assert.equal(onDesktop.size, onPhone.size + 1, 'what draws it is loaded only where it is drawn');
  await phone.close();
});

test('on paper: the numbers and the barcode, no buttons, and a till reads it', async () => {
  const { page, close } = await buyer({ size: 'desktop', deviceScaleFactor: 3 });
  const { at } = await issued(konbini('lawson'));
  await page.goto(at);
  await page.locator('.barcode img').waitFor();
  await page.emulateMedia({ media: 'print' });
  for (const hidden of ['.numbers button', 'button.other', 'a.other'])
    assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
  assert.ok(await page.locator('.numbers').isVisible());
  const { width } = await page.locator('.barcode img').boundingBox();
  assert.ok(width * 576 / 750 <= 60 / 25.4 * 96, 'its bars are at most 60 mm wide');
  await look(page, 'slip-lawson-print-ja');
  const file = path.join(server.folder, 'paper.png');
  await page.locator('.barcode').screenshot({ path: file });
  assert.match(scanned(file), /^91\d{42}$/);
  await close();
});

closes(server);
