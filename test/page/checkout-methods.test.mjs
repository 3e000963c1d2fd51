// SPDX-License-Identifier: Apache-2.0
// checkout-methods.test.mjs: every type that a session offers, on the hosted page: what it asks, what it costs, where the
// buyer goes from there, and what is refused.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { backAtShop, buyer, EVERY, look } from '../lib/browser.mjs';
import { alert, choose, fillCard, fillFields, open, paidOf, sessionOf, submit } from '../lib/checkout.mjs';
import { closes, ok, Server, TOP } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const error = (page, name) => page.locator(`#pd-${name}-error`).innerText();
const detailsOf = async (made) => ok(await shop.get(`/sessions/${made.id}`)).payment.payment_details;

/** Where each flow leads, and what the payment is then. */
const ENDS = {
  CARD: [/shop\.example/, ['completed', 'captured']],
  PREPAID: [/shop\.example/, ['completed', 'captured']],
  LOGIN: [/shop\.example/, ['completed', 'captured']],
  SLIP: [/\/sessions\/\w+\/instructions/, ['completed', 'authorized']],
  OFFSITE: [/\/simulator\/\w+/, ['pending', 'pending']],
};
/** Every type that there is, [type, flow, currency], but for cards, which checkout.test.mjs is about. */
const TYPES = [...fs.readFileSync(path.join(TOP, 'src/core/method.def'), 'utf8')
  .matchAll(/^METHOD\(\w+, +\d+, "(\w+)", +(\w+), .*?, (?:ALL|"([A-Z]{3})[A-Z ]*"), \d/gm)]
  .map(([, ...row]) => row).filter(([type]) => type !== 'credit_card');
const MORE = { bit_cash: { prepaid_number: 'アイウエオｶｷｸｹｺさしすせそた' } };
/** Where buyers are. A type is paid in one place, the next type in the next place; with KESSAI_EVERY each in all of them. */
const PLACES = [['phone', 'ja'], ['desktop', 'en'], ['desktop', 'ja'], ['phone', 'en']];
/** Of those that ask for the same things one is looked at. */
const SEEN = ['credit_card_korea', 'konbini', 'bank_transfer', 'web_money', 'culture_voucher', 'paypay', 'paidy', 'japan_mobile'];

const buyers = { phone: await buyer({ size: 'phone' }), desktop: await buyer({ size: 'desktop' }) };

test('method.def has been read whole', () => assert.equal(TYPES.length, 61));

for (const [i, [type, flow, currency]] of TYPES.entries())
  for (const [size, locale] of EVERY ? PLACES : [PLACES[i % 4]])
    test(`${type}: ${size}, ${locale}`, async () => {
      const made = await sessionOf(shop, { currency, payment_types: [type], default_locale: locale });
      const { page } = buyers[size];
      await open(server, page, made);
      assert.equal(await page.locator('input[name=method]').count(), 0, 'one alone is no choice');
      if (EVERY || SEEN.includes(type)) await look(page, `checkout-${type}-${size}-${locale}`);
      for (const label of await page.locator('.inside label, .inside legend').allInnerTexts())
        assert.doesNotMatch(label, /_|^[a-z]+$(?<!^au)/, 'the field has a name');
      if (flow === 'CARD') await fillCard(page);
      await fillFields(page, MORE[type]);
      const [where, what] = ENDS[flow];
      await Promise.all([page.waitForURL(where, { waitUntil: 'commit' }), submit(page)]);
      assert.deepEqual(await paidOf(shop, made), what);
    });

test('the browsers that paid with every type complain of nothing', async () => {
  for (const { close } of Object.values(buyers)) await close();
});

test('of many types the first are shown, and the others for the asking', async () => {
  const { page, close } = await buyer({ size: 'desktop' });
  await open(server, page, await sessionOf(shop, { default_locale: 'en' }));
  const more = page.getByRole('button', { name: /^Show \d+ more$/ });
  const hidden = Number(/\d+/.exec(await more.innerText())[0]), before = await page.locator('input[name=method]').count();
  assert.ok(hidden > 10, `${hidden}`);
  await more.press('Enter');
  assert.equal(await page.locator('input[name=method]').count(), before + hidden);
  await page.waitForFunction(() => document.activeElement.name === 'method');
  await close();
});

test('a fee is in the total before the buyer confirms, and belongs to its method', async () => {
  const made = await sessionOf(shop, { payment_types: ['credit_card', 'konbini', 'paypay'], default_locale: 'en' });
  const { page, close } = await buyer();
  await open(server, page, made);
  assert.doesNotMatch(await page.locator('.total-box').innerText(), /fee/);
  await choose(page, 'konbini');
  assert.match(await page.locator('.total-box').innerText(), /Amount\s+¥3,200\s+Payment fee\s+¥190\s+Total\s+¥3,390/);
  assert.match(await page.locator('button[type=submit]').innerText(), /¥3,390/);
  await look(page, 'checkout-choice-konbini-en');
  await choose(page, 'paypay');
  assert.match(await page.locator('.total-box').innerText(), /^Total\s+¥3,200$/);
  assert.equal(await page.locator('button[type=submit]').innerText(), 'Pay ¥3,200 with PayPay');
  await close();
});

test('a method is chosen and paid by keyboard alone', async () => {
  const made = await sessionOf(shop, { payment_types: ['credit_card', 'konbini', 'paypay'], default_locale: 'en', email: 'hana@shop.example' });
  const { page, close } = await buyer({ size: 'desktop' });
  await open(server, page, made);
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
  await press('Tab', 'Tab', 'ArrowDown'); // language, methods
  await page.getByText('Convenience store').waitFor();
  await press('Tab', 'Space', 'ArrowDown', 'Tab'); // Seven-Eleven, Lawson; the name
  assert.equal(await page.evaluate(() => document.activeElement.name), 'name');
  await page.keyboard.type('Hana');
  await Promise.all([page.waitForURL(/instructions/), page.keyboard.press('Enter')]);
  assert.equal((await detailsOf(made)).store, 'lawson');
  await close();
});

test('names are read as they are written, and kana become what the server wants', async () => {
  const made = await sessionOf(shop, { payment_types: ['pay_easy'] });
  const { page, context, close } = await buyer();
  await open(server, page, made);
  const cdp = await context.newCDPSession(page);
  const compose = (text) => cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  await page.locator('#pd-family_name').focus();
  for (const text of ['た', 'たｎ', 'たなか', '田中']) await compose(text);
  await cdp.send('Input.insertText', { text: '田中' });
  assert.equal(await page.locator('#pd-family_name').inputValue(), '田中');
  assert.equal(await page.locator('#pd-family_name_kana').inputValue(), 'タナカ');
  await fillFields(page, { family_name_kana: '田中', given_name_kana: 'はな　', phone: '12', email: 'hana' });
  assert.equal(await page.locator('#pd-given_name_kana').inputValue(), 'ハナ');
  await submit(page);
  await alert(page);
  for (const [name, text] of [['family_name_kana', /カタカナで/], ['phone', /10桁/], ['email', /メールアドレスの形/]])
    assert.match(await error(page, name), text);
  assert.equal(await error(page, 'given_name_kana'), '');
  await look(page, 'checkout-pay_easy-errors-ja');
  await fillFields(page, { family_name_kana: 'ﾀﾅｶ' });
  await Promise.all([page.waitForURL(/instructions/), submit(page)]);
  assert.deepEqual(await paidOf(shop, made), ['completed', 'authorized']);
  await close();
});

test('what the session knows is not asked; the store has to be chosen', async () => {
  const made = await sessionOf(shop, { payment_types: ['konbini'], email: 'hana@shop.example', name: 'Hana', default_locale: 'en' });
  const { page, close } = await buyer();
  await open(server, page, made);
  assert.deepEqual(await page.locator('.inside input[id^=pd-]').evaluateAll((all) => all.map((one) => one.name)), ['phone']);
  await submit(page);
  assert.equal(await page.locator('.choice .error').innerText(), 'Please choose one');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'store');
  await page.getByLabel('FamilyMart').check();
  await Promise.all([page.waitForURL(/instructions/), submit(page)]);
  const details = await detailsOf(made);
  assert.deepEqual([details.store, details.email], ['family-mart', 'hana@shop.example']);
  await close();
});

test('prepaid numbers are asked for until the amount is reached', async () => {
  const made = await sessionOf(shop, { amount: 5000, payment_types: ['web_money', 'credit_card'], default_locale: 'en' });
  const { page, close } = await buyer();
  await open(server, page, made);
  for (const [number, text] of [['e111111111111112', /The number is not right/], ['e111111111111113', /used already/]]) {
    await fillFields(page, { prepaid_number: number });
    await submit(page);
    assert.match(await alert(page), text);
  }
  await fillFields(page, { prepaid_number: '1111 1111 1111 1111' }); // 2000
  await submit(page);
  await page.getByText('¥3,000 left to pay. Please enter another number.').waitFor();
  assert.equal(await page.locator('#pd-prepaid_number').inputValue(), '');
  await look(page, 'checkout-prepaid-short-en');
  await page.reload();
  await page.getByText('¥3,000 left to pay').waitFor();
  await fillFields(page, { prepaid_number: '1111111111111111' });
  await submit(page);
  await page.getByText('¥1,000 left to pay').waitFor();
  assert.deepEqual(await paidOf(shop, made), ['pending', 'pending']);
  await fillFields(page, { prepaid_number: '2222333344445555' });
  await submit(page);
  await page.getByRole('heading', { name: 'Payment complete' }).waitFor();
  assert.deepEqual(await paidOf(shop, made), ['completed', 'captured']);
  assert.equal((await detailsOf(made)).prepaid_cards.length, 3);
  await close();
});

test('who has paid in part can pay with another method instead', async () => {
  const made = await sessionOf(shop, { amount: 5000, payment_types: ['web_money', 'credit_card'] });
  const { page, close } = await buyer();
  await open(server, page, made);
  await fillFields(page, { prepaid_number: '1111111111111111' });
  await submit(page);
  await page.locator('[role=status]').waitFor();
  await choose(page, 'credit_card');
  assert.match(await page.locator('.total-box').innerText(), /5,000/);
  await fillCard(page);
  await submit(page);
  await backAtShop(page);
  assert.deepEqual(await paidOf(shop, made), ['completed', 'captured']);
  await close();
});

test('a wallet that was given up, and then paid: the page tells both', async () => {
  const made = await sessionOf(shop, { payment_types: ['paypay'], default_locale: 'en' });
  const { page, close } = await buyer();
  for (const [act, status] of [['cancel', 'pending'], ['pay', 'completed']]) {
    await open(server, page, made);
    assert.equal(await page.locator('.note').count(), act === 'pay' ? 1 : 0);
    await Promise.all([page.waitForURL(/\/simulator\//), submit(page)]);
    const { id } = ok(await shop.get(`/sessions/${made.id}`)).payment;
    ok(await server.request('POST', `/simulator/${id}/act`, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ act }) }));
    assert.equal((await paidOf(shop, made))[0], status);
  }
  await open(server, page, made);
  await page.getByRole('heading', { name: 'Payment complete' }).waitFor();
  await close();
});

test('on a desktop a phone takes the page of a wallet along, and the desktop tells when it is paid', async () => {
  const made = await sessionOf(shop, { payment_types: ['credit_card', 'paypay'], default_locale: 'en' });
  const { page, close } = await buyer({ size: 'desktop' });
  await open(server, page, made);
  assert.equal(await page.locator('.qr').count(), 0, 'a card is at hand');
  await choose(page, 'paypay');
  await page.getByRole('img', { name: 'QR code of the address of this page' }).waitFor();
  const file = path.join(server.folder, 'qr.png');
  await page.locator('.qr').screenshot({ path: file });
  const read = execFileSync('zbarimg', ['--quiet', '--nodbus', '--raw', '-Sdisable', '-Sqrcode.enable', file], { encoding: 'utf8' }).trim();
  assert.equal(read, page.url());
  await look(page, 'checkout-qr-desktop-en');
  const phone = await buyer();
  await phone.page.goto(read);
  await choose(phone.page, 'paypay');
  assert.equal(await phone.page.locator('.qr').count(), 0);
  await Promise.all([phone.page.waitForURL(/\/simulator\//), submit(phone.page)]);
  await phone.page.getByRole('button', { name: 'Capture' }).click();
  await backAtShop(phone.page);
  await page.getByRole('heading', { name: 'Payment complete' }).waitFor(); // without a touch
  await phone.close();
  await close();
});

test('a wallet is stored by its owner at the wallet\'s page', async () => {
  const made = await sessionOf(shop, { mode: 'customer', amount: 0, default_locale: 'ja' });
  const { page, close } = await buyer();
  await open(server, page, made);
  assert.equal(await page.locator('input[name=method]').count(), 3);
  await choose(page, 'paypay');
  await look(page, 'checkout-customer-paypay-ja');
  await Promise.all([page.waitForURL(/\/simulator\//), submit(page)]);
  assert.equal(ok(await shop.get(`/sessions/${made.id}`)).status, 'pending');
  await close();
});

closes(server);
