// SPDX-License-Identifier: Apache-2.0
// mail.test.mjs: e-mail to customers: what is written, to whom, and when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, closes, ok, refused, Server, until } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const mailbox = async (of = shop) => ok(await of.get('/test_helpers/mailbox?per_page=100'));
const about = async (payment, of = shop) => (await mailbox(of)).data.filter((mail) => mail.payment === payment.id).reverse();
const kinds = async (payment, of = shop) => (await about(payment, of)).map((mail) => mail.kind);

const EMAIL = 'hana@shop.example';
const WHO = { email: EMAIL, phone: '090-1234-5678', given_name: '花', family_name: '田中', given_name_kana: 'ハナ',
  family_name_kana: 'タナカ' };
const pay = async (details, more = {}, of = shop) =>
  ok(await of.post('/payments', { amount: 3200, currency: 'JPY', payment_details: details, ...more }));
const slip = (more = {}, of = shop) => pay({ type: 'konbini', store: 'lawson', email: EMAIL }, more, of);
const paid = (payment, of = shop) => of.post(`/test_helpers/payments/${payment.id}/simulate`, { outcome: 'captured' });

/** A moment as e-mail says it in English. */
function inEnglish(iso) {
  const at = new Date(Date.parse(iso) + 9 * 3600e3).toISOString();
  const month = new Date(at).toLocaleString('en', { month: 'long', timeZone: 'UTC' });
  return `${Number(at.slice(8, 10))} ${month} ${at.slice(0, 4)}, ${at.slice(11, 16)} (Japan time)`;
}

test('a slip is explained in each language, with all that its customer needs', async () => {
  const WORDS = { ja: ['お支払い方法のご案内', 'ローソン'], en: ['How to pay', 'Lawson'], ko: ['결제 방법 안내', '로손'] };
  for (const [locale, [subject, store]] of Object.entries(WORDS)) {
    const payment = await slip({ locale, external_order_num: `A-${locale}` });
    const [mail, ...more] = await about(payment);
    assert.deepEqual(more, []);
    const { receipt, confirmation_code: code, instructions_url: url } = payment.payment_details;
    assert.deepEqual([mail.kind, mail.status, mail.to, mail.locale, mail.tries, mail.error],
      ['instruction', 'kept', EMAIL, locale, 0, null]);
    assert.ok(mail.subject.includes(subject) && mail.subject.includes('A ordinary'), mail.subject);
    for (const part of [store, receipt, code, '¥3,710', '¥190', `A-${locale}`, payment.id, url, '23:59'])
      for (const form of [mail.text, mail.html.replaceAll('<wbr>', '')]) assert.ok(form.includes(part), `${part} in ${form}`);
    assert.ok(mail.html.includes(`<html lang="${locale}">`) && mail.html.includes(`<a href="${url}">`));
    assert.doesNotMatch(mail.text + mail.subject + mail.html, /\{\{|\}\}|undefined|\(null\)/);
    if (locale === 'en') assert.ok(mail.text.includes(`Pay by: ${inEnglish(payment.payment_deadline)}`), mail.text);
    assert.deepEqual(ok(await shop.get(`/test_helpers/mailbox/${mail.id}`)), mail, 'shown as listed');
  }
});

test('each kind of slip tells its own numbers', async () => {
  const bank = await pay({ type: 'bank_transfer', ...WHO }, { locale: 'en' });
  const [{ text: ofBank }] = await about(bank);
  for (const name of ['bank_name', 'account_branch_name', 'account_number', 'account_name'])
    assert.ok(ofBank.includes(bank.payment_details[name]), `${name} in ${ofBank}`);
  assert.match(ofBank, /Account type: Ordinary\n/);
  assert.match(ofBank, /Amount to pay: ¥3,520\n/);
  assert.doesNotMatch(ofBank, /fee of|Receipt number/);

  const easy = await pay({ type: 'pay_easy', ...WHO }, { locale: 'en' });
  const [{ text: ofEasy }] = await about(easy);
  for (const name of ['bank_id', 'customer_id', 'confirmation_id'])
    assert.ok(ofEasy.includes(easy.payment_details[name]), `${name} in ${ofEasy}`);

  const seven = await pay({ type: 'konbini', store: 'seven-eleven', email: EMAIL }, { locale: 'en' });
  const [{ text: ofSeven }] = await about(seven);
  assert.match(ofSeven, /Store: Seven Eleven\nReceipt number: \d{13}\nAmount/);
});

test('slips of other countries tell their numbers too', async () => {
  const korean = await pay({ type: 'cvs', email: EMAIL }, { currency: 'KRW', locale: 'ko' });
  assert.match(korean.payment_details.bardcode, /^\d{44}$/);
  const [mail] = await about(korean);
  assert.ok(mail.text.includes(`번호: ${korean.payment_details.bardcode}\n`), mail.text);
  assert.ok(mail.html.replaceAll('<wbr>', '').includes(korean.payment_details.bardcode));
  const pix = await pay({ type: 'pix', name: 'Ana', email: EMAIL, cpf: '12345678909' }, { currency: 'BRL', locale: 'en' });
  const [{ text }] = await about(pix);
  assert.ok(text.includes(`Number: ${pix.payment_details.pix_payment_code}\n`), text);
});

test('what was paid is confirmed once, and what was given back in full is told', async () => {
  const payment = await slip({ locale: 'en' });
  ok(await paid(payment));
  assert.deepEqual(await kinds(payment), ['instruction', 'receipt']);
  const [, receipt] = await about(payment);
  assert.match(receipt.text, /Amount paid: ¥3,710\nIncluding a fee of: ¥190\nPaid at: \d/);
  assert.doesNotMatch(receipt.text, /Receipt number|instructions/);

  const card = await pay({ ...CARD, email: EMAIL }, { locale: 'en' });
  assert.deepEqual(await kinds(card), ['receipt']);
  ok(await shop.post(`/payments/${card.id}/refund`, { amount: 1000 }));
  assert.deepEqual(await kinds(card), ['receipt'], 'a part of it is not told');
  ok(await shop.post(`/payments/${card.id}/refund`));
  const [, refund] = await about(card);
  assert.equal(refund.kind, 'refund');
  assert.match(refund.text, /Amount refunded: ¥3,520\n/);

  const disputed = await pay({ ...CARD, email: EMAIL });
  ok(await shop.post(`/test_helpers/payments/${disputed.id}/simulate`, { outcome: 'chargeback_lost' }));
  assert.deepEqual(await kinds(disputed), ['receipt'], 'a chargeback is not the shop\'s refund');
});

test('who has left no address is not written to; that of the session or the customer counts', async () => {
  assert.deepEqual(await kinds(await pay(CARD)), []);
  const declined = await shop.post('/payments', { amount: 100, currency: 'JPY',
    payment_details: { ...CARD, number: '4111111111111111', email: EMAIL, verification_value: '123' } }, { 'Komoju-Scenario': 'card_declined' });
  assert.notEqual(declined.status, 200);

  const session = ok(await shop.post('/sessions', { amount: 700, currency: 'JPY', email: 'session@shop.example', return_url: 'https://shop.example/' }));
  const { payment } = ok(await shop.browser.post(`/sessions/${session.id}/pay`, { payment_details: CARD }));
  const [ofSession] = await about(payment);
  assert.equal(ofSession.to, 'session@shop.example');

  const customer = ok(await shop.post('/customers', { email: 'kept@shop.example', payment_details: CARD }));
  const charged = ok(await shop.post('/payments', { amount: 800, currency: 'JPY', customer: customer.id }));
  const [ofCustomer] = await about(charged);
  assert.equal(ofCustomer.to, 'kept@shop.example');
});

test('a reminder comes a day before the deadline, where it was not paid, and not where there was no time', async () => {
  const own = await server.merchant('ordinary');
  const [open, done, short] = [await slip({ locale: 'en' }, own), await slip({}, own),
    await pay({ type: 'konbini', store: 'lawson', email: EMAIL, expiry_days: 1 }, {}, own)];
  ok(await paid(done, own));
  const dayBefore = Date.parse(open.payment_deadline) - 86400e3;
  ok(await own.post('/test_helpers/clock', { to: new Date(dayBefore - 60e3).toISOString() }));
  assert.deepEqual(await kinds(open, own), ['instruction']);
  ok(await own.post('/test_helpers/clock', { to: new Date(dayBefore + 2e3).toISOString() }));
  assert.deepEqual(await kinds(open, own), ['instruction', 'reminder']);
  assert.deepEqual(await kinds(done, own), ['instruction', 'receipt']);
  assert.deepEqual(await kinds(short, own), ['instruction']);
  const { data: [newest] } = await mailbox(own);
  assert.equal(newest.kind, 'reminder', 'the newest is first, though its row is as old as the slip');
  assert.match(newest.subject, /is due soon/);
  assert.ok(newest.text.includes(open.payment_details.receipt) && newest.text.includes(open.payment_details.instructions_url));
  ok(await own.post('/test_helpers/clock', { advance_s: 5 * 86400 }));
  assert.equal(ok(await own.get(`/payments/${open.id}`)).status, 'expired');
  assert.deepEqual(await kinds(open, own), ['instruction', 'reminder']);
});

test('what the operator does beside the server is told as well', async () => {
  const payment = await slip({ locale: 'en' });
  ok(await paid(payment));
  const asked = ok(await shop.post(`/payments/${payment.id}/refund_request`, { customer_name: 'ﾀﾅｶ ﾊﾅ', bank_name: '三井住友銀行', bank_code: '0009',
    branch_number: '001', account_type: 'normal', account_number: '1234567' }));
  assert.deepEqual(await kinds(payment), ['instruction', 'receipt'], 'not before it is done');
  await server.cli('refund-request', 'complete', '--id', asked.refund_requests[0].id);
  await until('the e-mail', async () => (await kinds(payment)).includes('refund'));
  const refund = (await about(payment)).find((mail) => mail.kind === 'refund');
  assert.deepEqual([refund.status, refund.tries], ['kept', 0]);
});

test('the switches of a merchant hold', async () => {
  const platform = await server.merchant('platform');
  const seller = await platform.sub('seller', 'Yamada Foods');
  ok(await platform.patch(`/live_application/${seller.id}/payment_methods/konbini/simulate_status`, { status: 'accepted' }));
  ok(await platform.patch(`/live_application/${seller.id}/simulate_status`, { status: 'accepted' }));
  const of = { processing_merchant_id: seller.id, submerchants: [{ submerchant_id: seller.id, amount: 1000, platform_fee: 0 }] };
  const switches = (is_on) => platform.patch(`/merchants/${seller.id}`, { send_payment_instruction_email: is_on,
    send_payment_receipt_email: is_on, send_payment_reminder_email: is_on, send_payment_refund_email: is_on });
  const sold = async () => ok(await platform.post('/payments', { amount: 1000, tax: 0, currency: 'JPY', platform_details: of,
    payment_details: { type: 'konbini', store: 'lawson', email: EMAIL } }));
  ok(await switches(false));
  const silent = await sold();
  ok(await platform.post('/test_helpers/clock', { to: new Date(Date.parse(silent.payment_deadline) - 80000e3).toISOString() }));
  ok(await paid(silent, platform));
  assert.deepEqual(await kinds(silent, platform), []);
  ok(await switches(true));
  const told = await sold();
  ok(await platform.post('/test_helpers/clock', { to: new Date(Date.parse(told.payment_deadline) - 80000e3).toISOString() }));
  ok(await paid(told, platform));
  assert.deepEqual(await kinds(told, platform), ['instruction', 'reminder', 'receipt']);
  assert.match((await about(told, platform))[0].subject, /Yamada Foods/);
});

test('pages of the mailbox, and what is asked wrongly', async () => {
  const page = ok(await shop.get('/test_helpers/mailbox?per_page=2&page=2'));
  assert.deepEqual([page.page, page.per_page, page.data.length], [2, 2, 2]);
  const all = await mailbox();
  assert.deepEqual(page.data.map((mail) => mail.id), all.data.slice(2, 4).map((mail) => mail.id));
  const after = ok(await shop.get(`/test_helpers/mailbox?start_time=${new Date(Date.now() + 86400e3).toISOString()}`));
  assert.deepEqual([after.total, after.data], [0, []]);
  refused(await shop.get('/test_helpers/mailbox?page=0'), 422, 'invalid_parameter', 'page');
  for (const id of ['nothing', all.data[0].payment])
    refused(await shop.get(`/test_helpers/mailbox/${id}`), 404, 'not_found');
  const other = await server.merchant('ordinary');
  refused(await other.get(`/test_helpers/mailbox/${all.data[0].id}`), 404, 'not_found');
});

test('nothing of it is in the log', () => {
  assert.doesNotMatch(server.stderr, /@shop|ローソン|A ordinary/);
  assert.match(server.stderr, /email.off/i, 'that live customers get none is said at the start');
  assert.equal(server.stderr.match(/email.off/gi).length, 1, 'once');
});

test('e-mail is kept for 90 days, however much there is', async () => {
  const own = await server.merchant('ordinary');
  const rest = async () => (await mailbox(own)).total;
  const old = await slip({}, own);
  ok(await paid(old, own));
  ok(await own.post('/test_helpers/clock', { advance_s: 60 * 86400 }));
  const young = await slip({}, own);
  ok(await own.post('/test_helpers/clock', { advance_s: 31 * 86400 }));
  assert.equal(await rest(), 3);
  await server.stop();
  await server.begin(); // which sweeps when it starts
  await until('the old ones are gone', async () => (await rest()) === 1);
  assert.deepEqual([await kinds(old, own), await kinds(young, own)], [[], ['instruction']]);

  // Another 600 make more than one step.
  const many = await server.merchant('ordinary');
  await Promise.all(Array.from({ length: 300 }, () => pay({ ...CARD, email: EMAIL }, {}, many)));
  await Promise.all(Array.from({ length: 300 }, () => pay({ ...CARD, email: EMAIL }, {}, many)));
  assert.equal((await mailbox(many)).total, 600);
  ok(await many.post('/test_helpers/clock', { advance_s: 91 * 86400 }));
  const last = await slip({}, many);
  await server.stop();
  await server.begin();
  await until('all but the last are gone', async () => (await mailbox(many)).total === 1);
  assert.deepEqual(await kinds(last, many), ['instruction']);
  ok(await many.post('/test_helpers/clock', { to: new Date(Date.parse(last.payment_deadline) - 86400e3 + 2e3).toISOString() }));
  assert.deepEqual(await kinds(last, many), ['instruction', 'reminder']);
});

closes(server);
