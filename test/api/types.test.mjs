// SPDX-License-Identifier: Apache-2.0
// types.test.mjs: every payment type of komoju-core 15: what it asks, shows, keeps to itself, and can do.
//
// The expectations are written down from the tables of the reference, not from the program's: TYPES says for each type
// what must be sent, what is shown beside type and e-mail, and what section 15.5 lets it do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, closes, ok, refused, Server, until } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const RETURN = { return_url: 'https://shop.example/back' };
const EMAIL = 'hana@shop.example';
const PHONE = '090-1234-5678';
const DAY_S = 86400;
const JST_S = 9 * 3600;

// sent: what must be given; shown: what the payment shows of it; adds: what the rail says.
// flow: how it is paid. two: two steps; part: partial capture; refund, of the whole alone: 15.5. Absent: no.
const card = { flow: 'card', refund: true, shown: ['brand', 'last_four_digits', 'month', 'year'] };
const CARD_FIELDS = { number: '4111111111111111', month: 12, year: 2035 };
const wallet = { flow: 'offsite', refund: true, adds: ['redirect_url'] };
const also = (...adds) => ({ ...wallet, adds: ['redirect_url', ...adds] });
const prepaid = { flow: 'prepaid', refund: true, sent: { prepaid_number: '2222333344445555' },
  shown: ['short_amount', 'prepaid_cards'] };
const slip = { flow: 'slip', adds: ['instructions_url'] };
const KANA = { given_name_kana: 'ハナ', family_name_kana: 'タナカ' };
const TYPES = {
  credit_card: { ...card, sent: CARD_FIELDS, two: true, part: true, currencies: 20 },
  credit_card_korea: { ...card, sent: { ...CARD_FIELDS, first_two_digits_of_pin: '12' }, currency: 'KRW' },
  credit_card_brazil: { ...card, sent: { ...CARD_FIELDS, cpf_or_cnpj: '12345678901', customer_ip: '203.0.113.7' },
    adds: ['remote_payment_id'], currency: 'BRL' },
  konbini: { ...slip, sent: { store: 'lawson', email: EMAIL }, shown: ['store'], fee: 190, most: 299999,
    adds: ['instructions_url', 'receipt', 'confirmation_code'] },
  bank_transfer: { ...slip, sent: { email: EMAIL, phone: PHONE, ...KANA },
    adds: ['instructions_url', 'order_id', 'bank_name', 'account_branch_name', 'account_number', 'account_type',
      'account_name', 'payment_deadline'] },
  pay_easy: { ...slip, sent: { email: EMAIL, phone: PHONE, given_name: '花', family_name: '田中', ...KANA },
    fee: 190, most: 999999,
    adds: ['instructions_url', 'bank_id', 'customer_id', 'confirmation_id', 'payment_url', 'cvs_code'] },
  web_money: { ...prepaid, refund: false },
  bit_cash: { flow: 'prepaid', refund: true, sent: { prepaid_number: 'あいうえおかきくけこさしすせそた' } },
  net_cash: { ...prepaid, sent: { prepaid_number: '22223333444455556666' } },
  nanaco: prepaid,
  culture_voucher: { flow: 'login', refund: true, sent: { culture_id: 'hana', culture_password: 'pw-49163' },
    shown: ['culture_id'], currency: 'KRW' },
  happy_money: { flow: 'login', refund: true, sent: { happy_money_id: 'hana', happy_money_password: 'pw-49163' },
    shown: ['happy_money_id'], currency: 'KRW' },
  dospara: { flow: 'login', refund: true, sent: { user_no: '1234', user_password: 'pw-49163' }, shown: ['user_no'] },
  paypay: { ...also('external_payment_id'), two: true, part: true },
  linepay: { ...wallet, two: true, part: true },
  merpay: { ...wallet, two: true, part: true },
  aupay: wallet,
  rakutenpay: also('charge_key'),
  amazon_pay: wallet,
  epospay: also('offsite_url', 'offsite_fake_new_path', 'merchant_id', 'shop_id', 'deal_id', 'token', 'prd_list',
    'amount', 'customer_id', 'return_url'),
  paidy: { ...wallet, sent: { customer_name: '田中 花' }, two: true },
  japan_mobile: { ...also('provider_order_number'), sent: { brand: 'docomo' }, shown: ['provider'], whole: true },
  docomo: { ...also('provider_order_number'), whole: true },
  au: { ...also('pay_info_no'), whole: true },
  softbank: { ...also('provider_order_number'), whole: true },
  alipay: { ...wallet, currencies: 2 },
  alipay_hk: { ...wallet, currencies: 2 },
  wechatpay: { ...also('qr_code_url', 'mweb_url', 'trade_type'), currencies: 2 },
  unionpay: { ...also('transaction_id'), currencies: 2 },
  kakaopay: { ...wallet, currencies: 2 },
  naverpay: { ...also('callback_url', 'mode', 'redirect', 'client_id', 'digital_content_only'), currency: 'KRW' },
  payco: { ...also('order_sheet_url'), currency: 'KRW' },
  toss: { ...also('toss_pay_token', 'qr_code'), sent: { email: EMAIL }, currency: 'KRW' },
  mobile: { ...also('provider'), sent: { email: EMAIL }, currency: 'KRW' },
  cvs: { ...slip, sent: { email: EMAIL }, adds: ['instructions_url', 'bardcode'], currency: 'KRW' },
  gcash: { ...wallet, currencies: 2 },
  dana: { ...wallet, currencies: 2 },
  tng: { ...wallet, currencies: 2 },
  truemoney: { ...wallet, currencies: 2 },
  ovo: { ...wallet, currency: 'IDR' },
  doku_wallet: { ...wallet, currency: 'IDR' },
  dragonpay: { ...wallet, currency: 'PHP' },
  enets: { ...wallet, currency: 'SGD' },
  fpx: { ...wallet, currency: 'MYR' },
  poli: { ...wallet, currency: 'AUD', currencies: 2 },
  bancontact: { ...wallet, currency: 'EUR' },
  blik: { ...wallet, currency: 'PLN' },
  eps: { ...wallet, currency: 'EUR' },
  giropay: { ...wallet, currency: 'EUR' },
  ideal: { ...also('transacion_key'), currency: 'EUR' },
  mybank: { ...wallet, currency: 'EUR' },
  przelewy24: { ...wallet, currency: 'PLN', currencies: 2 },
  sofortbanking: { ...also('transaction_key'), currency: 'EUR' },
  payu: { ...wallet, currency: 'PLN' },
  paysera: { ...wallet, currency: 'EUR' },
  paysafe_card: { ...wallet, refund: false, currency: 'EUR' },
  multibanco: { ...slip, adds: ['instructions_url', 'redirect_url'], currency: 'EUR' },
  narvesen: { ...slip, adds: ['instructions_url', 'redirect_url'], currency: 'EUR' },
  perlas: { ...slip, adds: ['instructions_url', 'redirect_url'], currency: 'EUR' },
  paypost: { ...slip, adds: ['instructions_url', 'redirect_url'], currency: 'EUR' },
  pix: { ...slip, sent: { cpf: '12345678901' }, adds: ['instructions_url', 'transaction_code', 'pix_payment_code'],
    refund: true, currency: 'BRL' },
  banrisul: { ...wallet, currency: 'BRL' },
};
const FIRST = { card: 'captured', prepaid: 'captured', login: 'captured', slip: 'authorized', offsite: 'pending' };
const currencyOf = (type) => TYPES[type].currency ?? 'JPY';
const details = (type, more = {}) => ({ type, ...TYPES[type].sent, ...more });
const create = (type, more = {}, given = {}, headers = {}) => shop.post('/payments', {
  amount: 1000, tax: 0, currency: currencyOf(type), ...RETURN, payment_details: details(type, given), ...more }, headers);
const keysOf = (type) => ['type', 'email', ...TYPES[type].shown ?? [], ...TYPES[type].adds ?? []].sort();

/** What must never be shown: everything sent that the payment is not said to show. */
function secrets(type) {
  const { sent = {}, shown = [] } = TYPES[type];
  return Object.entries(sent).filter(([name]) => !['email', 'month', 'year', 'brand', ...shown].includes(name))
    .map(([, value]) => String(value)).filter((text) => text.length > 3);
}

/** Types of the newest events of a payment, oldest first. */
async function events(payment) {
  const { data } = ok(await shop.get('/events?per_page=100'));
  return data.filter((event) => event.data.id === payment).map((event) => event.type).reverse();
}

test('the methods are the 62 types of the reference, one row for each currency', async () => {
  const rows = ok(await shop.get('/payment_methods'));
  const found = {};
  for (const row of rows) (found[row.type_slug] ??= []).push(row);
  assert.deepEqual(Object.keys(found).sort(), Object.keys(TYPES).sort());
  assert.equal(Object.keys(TYPES).length, 62);
  for (const [type, { currencies = 1, fee }] of Object.entries(TYPES)) {
    assert.equal(found[type].length, currencies, type);
    assert.equal(new Set(found[type].map((row) => row.currency)).size, currencies, type);
    assert.equal(found[type][0].currency, currencyOf(type), type);
    for (const row of found[type])
      assert.equal(row.payment_method_fee, row.currency === 'JPY' ? fee : undefined, type);
  }
});

test('every currency has a balance that refunds can be made of', async () => {
  for (const { currency } of ok(await shop.get('/payment_methods')).filter((row) => row.type_slug === 'credit_card'))
    ok(await create('credit_card', { amount: 1000000, currency }));
});

for (const [type, about] of Object.entries(TYPES))
  test(`${type}: made, paid, refunded as the matrix says`, async () => {
    const reply = await create(type);
    let payment = ok(reply);
    assert.equal(payment.status, FIRST[about.flow]);
    assert.deepEqual(Object.keys(payment.payment_details).sort(), keysOf(type));
    assert.equal(payment.payment_details.type, type);
    assert.equal(payment.payment_details.email, about.sent?.email ?? null);
    assert.equal(payment.payment_method_fee, about.fee ?? 0);
    assert.equal(payment.total, 1000 + (about.fee ?? 0));
    assert.equal(payment.currency, currencyOf(type));
    for (const secret of secrets(type)) assert.ok(!reply.raw.toString().includes(secret), secret);
    if (about.adds?.includes('redirect_url'))
      assert.ok(payment.payment_details.redirect_url.endsWith(`/simulator/${payment.id}`));
    if (['slip', 'offsite'].includes(about.flow)) {
      refused(await shop.post(`/payments/${payment.id}/refund`), 422, 'not_refundable');
      payment = ok(await shop.simulate(payment.id, 'captured'));
    }
    assert.equal(payment.status, 'captured');
    assert.ok(payment.captured_at !== null);
    assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
    if (!about.refund) {
      refused(await shop.post(`/payments/${payment.id}/refund`), 422, 'not_refundable');
      return;
    }
    const part = await shop.post(`/payments/${payment.id}/refund`, { amount: 400 });
    if (about.whole) refused(part, 422, 'not_refundable', 'amount');
    else assert.deepEqual([ok(part).status, part.body.amount_refunded], ['captured', 400]);
    payment = ok(await shop.post(`/payments/${payment.id}/refund`));
    assert.deepEqual([payment.status, payment.amount_refunded], ['refunded', 1000]);
    assert.equal(payment.refunds.at(-1).amount, about.whole ? 1000 : 600);
  });

for (const [type, { sent = {} }] of Object.entries(TYPES))
  if (Object.keys(sent).length > 0)
    test(`${type}: every field that is needed is asked for, by payments and tokens`, async () => {
      for (const name of Object.keys(sent))
        for (const value of [undefined, null, '']) {
          const param = `payment_details.${name}`;
          refused(await create(type, {}, { [name]: value }), 422, 'missing_parameter', param);
          refused(await shop.browser.post('/tokens', { payment_details: details(type, { [name]: value }) }), 422,
            'missing_parameter', param);
        }
    });

test('a currency that a type does not take, and an amount beyond its limit, are refused', async () => {
  for (const [type, { currencies = 1, most, fee = 0, flow }] of Object.entries(TYPES)) {
    if (currencies < 20)
      refused(await create(type, { currency: 'VND' }), 422, 'invalid_currency', 'currency');
    if (most === undefined) continue;
    assert.equal(flow, 'slip');
    ok(await create(type, { amount: most - fee }));
    refused(await create(type, { amount: most - fee + 1 }), 422, 'invalid_parameter', 'amount');
  }
});

test('an offsite type needs to know where the customer comes back', async () => {
  for (const [type, { flow }] of Object.entries(TYPES)) {
    const reply = await create(type, { return_url: undefined });
    if (flow === 'offsite') refused(reply, 422, 'missing_parameter', 'return_url');
    else ok(reply);
  }
});

test('capture: false is for types of two steps; others are as if it had not been said', async () => {
  for (const [type, { flow, two, part }] of Object.entries(TYPES)) {
    let payment = ok(await create(type, { capture: false }));
    if (flow === 'slip' || flow === 'offsite') payment = ok(await shop.simulate(payment.id, 'captured'));
    assert.equal(payment.status, two ? 'authorized' : 'captured', type);
    const half = await shop.post(`/payments/${payment.id}/capture`, { amount: 400 });
    if (part) assert.deepEqual([ok(half).status, ok(half).amount, ok(half).total], ['captured', 400, 400], type);
    else refused(half, 422, 'not_capturable', two ? 'amount' : null);
    if (two && !part) assert.equal(ok(await shop.post(`/payments/${payment.id}/capture`)).status, 'captured', type);
  }
  const paidy = ok(await create('paidy', {}, { capture: false }));
  assert.equal(ok(await shop.simulate(paidy.id, 'captured')).status, 'authorized');
});

test('an unknown type is refused with what was given and what is allowed', async () => {
  const error = refused(await shop.post('/payments', { amount: 1, currency: 'JPY', payment_details: { type: 'gold' } }),
    422, 'invalid_payment_type', 'payment_details.type');
  for (const word of ['gold', ...Object.keys(TYPES)]) assert.ok(error.message.includes(word), word);
});

// ---- tokens

for (const [type, { sent = {}, shown = [], flow }] of Object.entries(TYPES))
  test(`${type}: a token shows nothing secret, and pays once`, async () => {
    const more = { given_name: '花', family_name: '田中', phone: PHONE, email: EMAIL };
    const reply = await shop.browser.post('/tokens', { payment_details: details(type, more) });
    const token = ok(reply);
    const kana = sent.given_name_kana ? { given_name_kana: 'ﾊﾅ', family_name_kana: 'ﾀﾅｶ' } : {};
    assert.deepEqual(token.payment_details, { type, ...more, ...kana, ...(sent.store ? { store: sent.store } : {}) });
    for (const secret of secrets(type)) assert.ok(reply.raw.toString().includes(secret) === false || secret === PHONE);
    const body = { amount: 1000, tax: 0, currency: currencyOf(type), ...RETURN, payment_details: token.id };
    const payment = ok(await shop.post('/payments', body));
    assert.equal(payment.status, FIRST[flow]);
    assert.deepEqual([payment.customer_family_name, payment.customer_given_name], ['田中', '花']);
    assert.equal(payment.payment_details.email, EMAIL);
    const names = flow === 'card' ? ['phone', 'given_name', 'family_name'] : [];
    assert.deepEqual(Object.keys(payment.payment_details).sort(), [...keysOf(type), ...names].sort());
    for (const name of shown) assert.ok(name in payment.payment_details);
    refused(await shop.post('/payments', body), 422, 'invalid_token', 'payment_details');
  });

test('a token keeps its expiry days and its secret until it is used', async () => {
  const token = ok(await shop.browser.post('/tokens', { payment_details: details('konbini', { expiry_days: 7 }) }));
  const now = Date.parse(await shop.clock());
  const payment = ok(await shop.post('/payments',
    { amount: 1000, currency: 'JPY', payment_details: token.id }));
  const days = (Date.parse(payment.payment_deadline) - now) / 1000 / DAY_S;
  assert.ok(days > 6.9 && days <= 8, payment.payment_deadline);
  for (const [number, code] of [['e111111111111113', 'used_number'], ['e111111111111112', 'invalid_number']]) {
    const bad = ok(await shop.browser.post('/tokens', { payment_details: details('web_money', { prepaid_number: number }) }));
    refused(await shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: bad.id }), 502, code);
  }
});

// ---- fields

test('the customer\'s names become the payment\'s, whatever the type shows of them', async () => {
  const names = { given_name: '花', family_name: '田中' };
  for (const type of ['credit_card', 'konbini', 'paypay', 'web_money']) {
    const payment = ok(await create(type, {}, names));
    assert.deepEqual([payment.customer_given_name, payment.customer_family_name], ['花', '田中'], type);
  }
});

test('addresses are taken and shown by every type', async () => {
  const address = {};
  for (const of of ['shipping', 'billing'])
    for (const part of ['name', 'line1', 'line2', 'city', 'state', 'zip', 'country'])
      address[`${of}_address_${part}`] = `${of} ${part}`;
  for (const type of Object.keys(TYPES)) {
    const { payment_details: shown } = ok(await create(type, {}, address));
    for (const [name, value] of Object.entries(address)) assert.equal(shown[name], value, `${type} ${name}`);
  }
});

test('fields are held to the limits of the reference', async () => {
  const cases = [
    ['konbini', { email: 'hana' }, 'email'], ['konbini', { email: `${'a'.repeat(251)}@b.jp` }, 'email'],
    ['konbini', { store: 'sunkus' }, 'store'], ['konbini', { expiry_days: 60 }, 'expiry_days'],
    ['konbini', { expiry_days: 0 }, 'expiry_days'], ['bank_transfer', { expiry_days: 13 }, 'expiry_days'],
    ['bank_transfer', { phone: '090-1234' }, 'phone'], ['bank_transfer', { phone: '090-1234-567x8' }, 'phone'],
    ['bank_transfer', { given_name_kana: '花' }, 'given_name_kana'],
    ['pay_easy', { family_name_kana: 'ア'.repeat(31) }, 'family_name_kana'],
    ['web_money', { prepaid_number: '111111111111111' }, 'prepaid_number'],
    ['web_money', { prepaid_number: '11111111111111111' }, 'prepaid_number'],
    ['net_cash', { prepaid_number: '1'.repeat(21) }, 'prepaid_number'],
    ['bit_cash', { prepaid_number: 'あ'.repeat(15) }, 'prepaid_number'],
    ['culture_voucher', { culture_id: 'a'.repeat(13) }, 'culture_id'],
    ['culture_voucher', { culture_password: 'a'.repeat(13) }, 'culture_password'],
    ['happy_money', { happy_money_id: 'a'.repeat(21) }, 'happy_money_id'],
    ['happy_money', { happy_money_password: 'a'.repeat(51) }, 'happy_money_password'],
    ['dospara', { user_no: 'a'.repeat(21) }, 'user_no'], ['dospara', { user_password: 'a'.repeat(21) }, 'user_password'],
    ['japan_mobile', { brand: 'willcom' }, 'brand'], ['credit_card', { installments: '4' }, 'installments'],
    ['credit_card', { initiator: 'nobody' }, 'initiator'], ['credit_card', { usage: 'often' }, 'usage'],
    ['credit_card', { month: 13 }, 'month'], ['credit_card', { year: 2101 }, 'year'],
    ['credit_card', { verification_value: '12' }, 'verification_value'],
    ['credit_card_korea', { first_two_digits_of_pin: 'ab' }, 'first_two_digits_of_pin'],
    ['credit_card_korea', { birthday: '19800101' }, 'birthday'],
    ['credit_card_korea', { birthday: '80010x' }, 'birthday'],
    ['credit_card_korea', { corporate_card: 'perhaps' }, 'corporate_card'],
    ['credit_card_brazil', { customer_ip: '203.0.113.256' }, 'customer_ip'],
    ['paidy', { customer_age: 'old' }, 'customer_age'],
  ];
  for (const [type, given, name] of cases)
    refused(await create(type, {}, given), 422, 'invalid_parameter', `payment_details.${name}`);
  for (const [type, given] of [['konbini', { expiry_days: 1 }], ['konbini', { expiry_days: 59 }],
    ['bank_transfer', { expiry_days: 14 }], ['credit_card_brazil', { customer_ip: '2001:db8::1' }],
    ['credit_card_korea', { birthday: '800101', corporate_card: true, social_id: '1' }],
    ['credit_card', { installments: 'revolving', initiator: 'merchant', usage: 'used' }],
    ['happy_money', { happy_money_password: 'ü'.repeat(50) }], ['net_cash', { prepaid_number: '1'.repeat(16) }],
    ['paypay', { scanned_code: '28763000000000000000' }]])
    ok(await create(type, {}, given));
});

test('installments are for yen, by a token too', async () => {
  const installments = '3';
  for (const currency of ['USD', 'KRW']) {
    refused(await create('credit_card', { currency }, { installments }), 422, 'invalid_parameter',
      'payment_details.installments');
    const token = ok(await shop.browser.post('/tokens', { payment_details: details('credit_card', { installments }) })).id;
    refused(await create('credit_card', { currency, payment_details: token }), 422, 'invalid_parameter', 'payment_details');
    assert.equal(ok(await create('credit_card', { payment_details: token })).payment_details.installments, '3');
  }
});

test('kana is put into the form that banks write, and kept from all but the rail', async () => {
  const kana = { given_name_kana: 'はな・みずき', family_name_kana: 'ジョーンズ' };
  const reply = await shop.browser.post('/tokens', { payment_details: details('bank_transfer', kana) });
  const { payment_details: shown } = ok(reply);
  assert.deepEqual([shown.given_name_kana, shown.family_name_kana], ['ﾊﾅ ﾐｽﾞｷ', 'ｼﾞﾖ-ﾝｽﾞ']);
});

// ---- numbers of slips

/** Modulus 10, weight 3: the last digit proves the others. */
function provesItself(digits) {
  const sum = [...digits].reverse().reduce((total, digit, i) => total + Number(digit) * (i % 2 === 1 ? 3 : 1), 0);
  return sum % 10 === 0;
}

test('each konbini has its numbers, the same ones whenever they are asked for', async () => {
  assert.ok(provesItself('1234567890128') && provesItself('00012345000000007774')); // vectors of bank-rails 8.2, 9
  const FORMS = { 'seven-eleven': [/^\d{13}$/, null], lawson: [/^\d{11}$/, '400008'], 'family-mart': [/^\d{12}$/, '20020'],
    ministop: [/^\d{11}$/, '400008'], 'daily-yamazaki': [/^\d{11}$/, null], seicomart: [/^\d{11}$/, null] };
  for (const [store, [receipt, code]] of Object.entries(FORMS)) {
    const payment = ok(await create('konbini', {}, { store }));
    const { payment_details: shown } = payment;
    assert.match(shown.receipt, receipt);
    assert.equal(shown.confirmation_code, code);
    if (store === 'seven-eleven') assert.ok(provesItself(shown.receipt), shown.receipt);
    const other = ok(await create('konbini', {}, { store }));
    assert.notEqual(other.payment_details.receipt, shown.receipt);
    assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)).payment_details, shown);
  }
});

test('bank transfer and Pay-easy have numbers of the right form', async () => {
  const bank = ok(await create('bank_transfer'));
  const { payment_details: account } = bank;
  assert.match(account.account_number, /^\d{7}$/);
  assert.equal(account.account_type, 'normal');
  assert.equal(account.payment_deadline, bank.payment_deadline);
  const { payment_details: bill } = ok(await create('pay_easy'));
  assert.equal(bill.bank_id, '59999');
  assert.match(bill.customer_id, /^\d{20}$/);
  assert.ok(provesItself(bill.customer_id), bill.customer_id);
  assert.match(bill.confirmation_id, /^\d{6}$/);
  assert.equal(bill.cvs_code, null);
});

test('a slip whose answer is lost gets its numbers from the inquiry', async () => {
  const lost = await create('konbini', {}, {}, { 'Komoju-Scenario': 'timeout' });
  const again = ok(lost);
  assert.match(again.payment_details.receipt, /^\d{11}$/);
});

// ---- prepaid numbers

const NUMBER = '1111111111111111'; // 2000 points
const pay = (prepaid_number, more = {}, type = 'web_money') =>
  shop.post('/payments', { amount: 3000, tax: 0, currency: 'JPY', payment_details: { type, prepaid_number }, ...more });
const add = (id, prepaid_number, type = 'web_money', headers = {}) =>
  shop.patch(`/payments/${id}`, { payment_details: { type, prepaid_number } }, headers);
const state = (payment) => [payment.status, payment.payment_details.short_amount, payment.payment_details.prepaid_cards];

test('a number that is worth enough pays at once', async () => {
  const payment = ok(await pay(NUMBER, { amount: 2000 }));
  assert.deepEqual(state(payment), ['captured', 0, [{ last_four_digits: '1111', points: 2000 }]]);
  const less = ok(await pay(NUMBER, { amount: 700 }));
  assert.deepEqual(state(less), ['captured', 0, [{ last_four_digits: '1111', points: 700 }]]);
});

test('a number that is worth less leaves the payment pending, and others complete it', async () => {
  for (const type of ['web_money', 'net_cash', 'nanaco']) {
    let payment = ok(await pay(NUMBER, { amount: 5000 }, type));
    const first = { last_four_digits: '1111', points: 2000 };
    assert.deepEqual(state(payment), ['pending', 3000, [first]]);
    assert.deepEqual(await events(payment.id), []);
    payment = ok(await add(payment.id, NUMBER, type));
    assert.deepEqual(state(payment), ['pending', 1000, [first, first]]);
    payment = ok(await add(payment.id, '2222333344445555', type));
    assert.deepEqual(state(payment), ['captured', 0, [first, first, { last_four_digits: '5555', points: 1000 }]]);
    assert.deepEqual(await events(payment.id), ['payment.updated', 'payment.captured']);
    assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
    refused(await add(payment.id, NUMBER, type), 422, 'invalid_parameter', 'payment_details');
  }
});

test('a further number that is refused leaves the payment as it was', async () => {
  const payment = ok(await pay(NUMBER));
  for (const [number, code] of [['e111111111111112', 'invalid_number'], ['e111111111111113', 'used_number'],
    ['e111111111111114', 'other_error']]) {
    refused(await add(payment.id, number), 502, code);
    assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
  }
  refused(await add(payment.id, NUMBER, 'nanaco'), 422, 'invalid_payment_type', 'payment_details.type');
  refused(await shop.patch(`/payments/${payment.id}`, { payment_details: CARD }), 422, 'invalid_parameter', 'payment_details');
  refused(await add(payment.id, undefined), 422, 'missing_parameter', 'payment_details.prepaid_number');
  assert.equal(ok(await add(payment.id, NUMBER)).status, 'captured');
});

test('a first number that is refused fails the payment', async () => {
  for (const [number, code] of [['e111111111111112', 'invalid_number'], ['e111111111111113', 'used_number'],
    ['e111111111111114', 'other_error']])
    refused(await pay(number), 502, code);
  const { data } = ok(await shop.get('/payments?per_page=3'));
  assert.deepEqual(data.map((payment) => payment.status), ['failed', 'failed', 'failed']);
});

test('what was paid in part can be cancelled, expires, and cannot be refunded', async () => {
  const cancelled = ok(await pay(NUMBER));
  refused(await shop.post(`/payments/${cancelled.id}/refund`), 422, 'not_refundable');
  refused(await shop.post(`/payments/${cancelled.id}/capture`), 422, 'not_capturable');
  assert.equal(ok(await shop.post(`/payments/${cancelled.id}/cancel`)).status, 'cancelled');
  refused(await add(cancelled.id, NUMBER), 422, 'invalid_parameter', 'payment_details');
  const ended = ok(await pay(NUMBER)); // by the rail's own word: nothing is kept either
  refused(await shop.simulate(ended.id, 'failed'), 422, 'unprocessable_entity', 'outcome');
  assert.equal(ok(await shop.simulate(ended.id, 'cancelled')).status, 'cancelled');
  const expired = ok(await pay(NUMBER));
  await shop.clock({ to: new Date(Date.parse(expired.payment_deadline) + 2000).toISOString() });
  await until('it has expired', async () => ok(await shop.get(`/payments/${expired.id}`)).status === 'expired');
  assert.deepEqual(await events(expired.id), ['payment.expired']);
});

test('a number whose answer is lost is taken back, and the payment waits on', async () => {
  const payment = ok(await pay(NUMBER));
  refused(await add(payment.id, NUMBER, 'web_money', { 'Komoju-Scenario': 'timeout_long' }), 504, 'gateway_timeout');
  const again = await until('the number is taken back', async () => {
    const reply = await shop.get(`/payments/${payment.id}`);
    return ok(reply).payment_details.prepaid_cards.length === 1 && reply.body;
  });
  assert.deepEqual(again, payment);
  assert.equal(ok(await add(payment.id, NUMBER)).status, 'captured');
});

test('however a rail fails, a further number is taken whole or not at all', async () => {
  const CASES = [['timeout_before', 504, 'gateway_timeout'], ['garbage', 502, 'bad_gateway'],
    ['wrong_amount', 502, 'bad_gateway'], ['wrong_currency', 502, 'bad_gateway'], ['used_number', 502, 'used_number']];
  for (const [scenario, status, code] of CASES) {
    const headers = { 'Komoju-Scenario': scenario };
    const payment = ok(await pay(NUMBER));
    refused(await add(payment.id, NUMBER, 'web_money', headers), status, code);
    await until(`${scenario}: the payment is as it was`, async () =>
      JSON.stringify(ok(await shop.get(`/payments/${payment.id}`))) === JSON.stringify(payment));
    assert.equal(ok(await add(payment.id, NUMBER, 'web_money', { 'Komoju-Scenario': 'timeout' })).status, 'captured');
    const first = { amount: 3000, tax: 0, currency: 'JPY', payment_details: { type: 'web_money', prepaid_number: NUMBER } };
    refused(await shop.post('/payments', first, headers), status, code);
    await until(`${scenario}: the new payment has failed`, async () =>
      ok(await shop.get('/payments?per_page=1')).data[0].status === 'failed');
  }
});

test('the same key gives the same part-paid payment again', async () => {
  const headers = { 'X-KOMOJU-IDEMPOTENCY': 'a-part-of-it' };
  const body = { amount: 3000, tax: 0, currency: 'JPY', payment_details: { type: 'web_money', prepaid_number: NUMBER } };
  const first = await shop.post('/payments', body, headers);
  assert.equal(ok(first).status, 'pending');
  assert.deepEqual((await shop.post('/payments', body, headers)).raw, first.raw);
});

test('accounts are refused for what the simulator says', async () => {
  for (const [type, given, code] of [
    ['culture_voucher', { culture_password: 'wrong' }, 'invalid_password'],
    ['happy_money', { happy_money_password: 'wrong' }, 'invalid_password'],
    ['dospara', { user_password: 'wrong' }, 'invalid_password'],
    ['dospara', { user_no: 'nobody' }, 'invalid_account'], ['culture_voucher', { culture_id: 'poor' }, 'insufficient_funds'],
    ['bit_cash', { prepaid_number: 'e111111111111113' }, 'used_number']])
    refused(await create(type, {}, given), 502, code);
});

test('bit_cash: short while something is missing; paid, it says nothing of its numbers', async () => {
  const whole = ok(await create('bit_cash', { amount: 2000 }, { prepaid_number: NUMBER }));
  assert.deepEqual([whole.status, whole.payment_details], ['captured', { type: 'bit_cash', email: null }]);
  const short = ok(await create('bit_cash', { amount: 2001 }, { prepaid_number: NUMBER }));
  assert.deepEqual([short.status, short.payment_details], ['pending', { type: 'bit_cash', email: null, short_amount: 1,
    prepaid_cards: [{ last_four_digits: '1111', points: 2000 }] }]);
  const paid = ok(await shop.patch(`/payments/${short.id}`, { payment_details: details('bit_cash') }));
  assert.deepEqual([paid.status, paid.payment_details], ['captured', { type: 'bit_cash', email: null }]);
});

// ---- expiry

test('a seller\'s own days are the default of its slips', async () => {
  const platform = await server.merchant('platform');
  const { id } = await platform.sub('seller');
  for (const method of ['konbini', 'bank_transfer'])
    ok(await platform.patch(`/live_application/${id}/payment_methods/${method}/simulate_status`, { status: 'accepted' }));
  ok(await platform.patch(`/live_application/${id}/simulate_status`, { status: 'accepted' }));
  const deadline = async (type, given = {}) => {
    const payment = ok(await platform.post('/payments', { amount: 1000, tax: 0, currency: 'JPY',
      payment_details: details(type, given),
      platform_details: { processing_merchant_id: id, submerchants: [{ submerchant_id: id, amount: 1000, platform_fee: 0 }] } }));
    const day = (time) => Math.floor((Date.parse(time) / 1000 + JST_S) / DAY_S);
    assert.ok(payment.payment_deadline.endsWith('T14:59:59Z'));
    return day(payment.payment_deadline) - day(payment.created_at);
  };
  assert.deepEqual([await deadline('konbini'), await deadline('bank_transfer')], [3, 14]);
  ok(await platform.patch(`/merchants/${id}`, { expiry_settings: [{ slug: 'konbini', expiry_days: 10 },
    { slug: 'bank_transfer', expiry_days: 20 }] }));
  assert.deepEqual([await deadline('konbini'), await deadline('bank_transfer'), await deadline('konbini', { expiry_days: 5 })],
    [10, 20, 5]);
});

// What a page that knows nothing of a type gives when it is asked.
const GIVEN = { name: '田中 花', email: EMAIL, phone: PHONE, given_name: '花', family_name: '田中', ...KANA,
  prepaid_number: '2222333344445555', culture_id: 'hana', culture_password: 'pw-49163', happy_money_id: 'hana',
  happy_money_password: 'pw-49163', user_no: '1234', user_password: 'pw-49163', cpf: '12345678901' };
for (const type of Object.keys(TYPES).filter((one) => TYPES[one].flow !== 'card' && one !== 'konbini'))
  test(`${type}: a session announces all that paying with it takes`, async () => {
    const session = ok(await shop.post('/sessions', { amount: 1000, currency: currencyOf(type), payment_types: [type], ...RETURN }));
    const [offer] = session.payment_methods;
    const given = Object.fromEntries(offer.additional_fields.map((name) =>
      [name, name === 'brand' ? offer.brands[0] : GIVEN[name]]));
    assert.ok(Object.values(given).every((value) => value !== undefined), offer.additional_fields.join());
    const needed = Object.keys(TYPES[type].sent ?? {}).filter((name) => name !== 'customer_name');
    assert.deepEqual(needed.filter((name) => !offer.additional_fields.includes(name)), []);
    ok(await shop.browser.post(`/sessions/${session.id}/pay`, { payment_details: { type, ...given } }));
  });

closes(server);
