// SPDX-License-Identifier: Apache-2.0
// checkout.mjs: what the stories of the hosted page share: sessions, and what a buyer types.
import assert from 'node:assert/strict';
import { SHOP } from './browser.mjs';
import { ok } from './server.mjs';

/** A session of a shop that is come back to at SHOP. */
export const sessionOf = async (shop, more = {}, headers) => ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY',
  return_url: `${SHOP}/thanks?order=5`, ...more }, headers));

/** Where its page is at the server of the test. */
export const pageOf = (server, session, query = '') => `${server.base}${new URL(session.session_url).pathname}${query}`;

/** Opens it, and waits until it shows something. */
export async function open(server, page, session, query) {
  await page.goto(pageOf(server, session, query));
  await page.locator('#page:not([aria-busy]) h1').waitFor();
}

export const choose = (page, type) => page.locator(`input[name=method][value=${type}]`).check();
export const submit = (page) => page.locator('button[type=submit]').click();
export const alert = async (page) => {
  await page.locator('[role=alert]').waitFor();
  return page.locator('[role=alert]').innerText();
};

export async function fillCard(page, number = '4111111111111111') {
  await page.locator('#cc-number').fill(number);
  await page.locator('#cc-exp').fill('1235');
  await page.locator('#cc-cvc').fill(/^3[47]/.test(number) ? '1234' : '123');
  await page.locator('#cc-name').fill('TARO YAMADA');
}

/** What is typed where a type asks for it. */
const TYPED = { email: 'hana@shop.example', phone: '０９０-1234-5678', name: '田中 花', family_name: '田中', given_name: '花',
  family_name_kana: 'たなか', given_name_kana: 'ﾊﾅ', prepaid_number: '2222-3333-4444-5555', user_no: '1234', user_password: 'pw-49163',
  culture_id: 'hana', culture_password: 'pw-49163', happy_money_id: 'hana', happy_money_password: 'pw-49163', cpf: '12345678901',
  cpf_or_cnpj: '12345678901', first_two_digits_of_pin: '12', birthday: '900131' };

/** Fills in all fields of the chosen type, more: what is typed instead. */
export async function fillFields(page, more = {}) {
  for (const field of await page.locator('.inside input[id^=pd-]').all()) {
    const name = await field.getAttribute('name');
    const text = more[name] ?? TYPED[name];
    assert.ok(text, `the page asks for ${name}`);
    await field.fill(text);
  }
  for (const group of await page.locator('.inside fieldset').all())
    await group.locator('input[type=radio]').first().check();
}

/** The newest payment of a session, and the session's status. */
export async function paidOf(shop, session) {
  const { status, payment } = ok(await shop.get(`/sessions/${session.id}`));
  return [status, payment?.status];
}
