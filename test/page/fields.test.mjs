// SPDX-License-Identifier: Apache-2.0
// fields.test.mjs: a buyer pays in the shop's own page, with fields that are ours (komoju-core 17.2).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backAtShop, SHOP } from '../lib/browser.mjs';
import { closes, ok, until } from '../lib/server.mjs';
import { arrive, buy, fillCard, insideOf, lookInside } from './shop/visit.mjs';

const { server, merchant, shop, session, state, visit } = await arrive();

test('a card is paid inside the shop\'s page, whose policy allows our script and our frame only', async () => {
  const made = await session();
  const { page, frame, close } = await visit(made);
  await frame.locator('#cc-number').waitFor();
  await lookInside(page, 'fields-card-phone-ja');
  await fillCard(frame);
  await buy(page);
  const at = await backAtShop(page);
  assert.equal(at.searchParams.get('session_id'), made.id);
  const now = await state(made);
  assert.deepEqual([now.status, now.payment.status, now.payment.payment_details.last_four_digits], ['completed', 'captured', '1111']);
  assert.deepEqual(shop.orders, [], 'the form is not sent: the session is paid');
  await close();
});

test('a convenience store is chosen, and the buyer is told how to pay there', async () => {
  const made = await session({ payment_types: ['konbini'], default_locale: 'en' });
  const { page, frame, close } = await visit(made, { options: { size: 'desktop', locale: 'en-US' } });
  await frame.getByText('FamilyMart').waitFor();
  await lookInside(page, 'fields-konbini-desktop-en');
  await frame.locator('input[value="family-mart"]').check();
  await frame.locator('#kb-name').fill('Taro Yamada');
  await frame.locator('#kb-email').fill('taro@example.com');
  await buy(page);
  await page.waitForURL(`**/sessions/${made.id}/instructions`);
  const { status, payment } = await state(made);
  assert.deepEqual([status, payment.status, payment.payment_details.store, payment.payment_details.email],
    ['completed', 'authorized', 'family-mart', 'taro@example.com']);
  await close();
});

test('in token mode the form goes to the shop with a token, and without anything of the card', async () => {
  const made = await session();
  const { page, frame, close } = await visit(made, { attributes: 'token name="card_token"' });
  await fillCard(frame);
  await page.locator('#buy').click();
  await page.locator('#ordered').waitFor();
  const [order] = shop.orders.splice(0);
  assert.deepEqual(Object.keys(order).sort(), ['button', 'card_token', 'order']);
  const paid = ok(await merchant.post(`/sessions/${made.id}/pay`, { payment_details: order.card_token }));
  assert.equal(paid.payment.status, 'captured');
  await close();
});

test('what is missing is said beside the field and to the shop, and nothing is sent', async () => {
  const made = await session({ default_locale: 'en' });
  const { page, frame, heard, close } = await visit(made, { options: { size: 'narrow', locale: 'en-US' } });
  await frame.locator('#cc-number').fill('4111111111111112');
  await buy(page);
  await frame.getByText('Check the card number').waitFor();
  await lookInside(page, 'fields-invalid-narrow-en');
  const events = (await heard()).filter(([name]) => name.endsWith('-invalid'));
  assert.deepEqual(events.map(([name]) => name), ['kessai-invalid', 'komoju-invalid']);
  assert.deepEqual(events[0][1].errors.map((one) => one.field), ['cc-number', 'cc-exp', 'cc-cvc', 'cc-name']);
  assert.ok(!JSON.stringify(events).includes('4111'), 'an event does not say what was typed');
  assert.equal(await frame.locator(':focus').getAttribute('id'), 'cc-number');
  await fillCard(frame);
  await frame.locator('#cc-exp').fill('0120');
  await buy(page);
  await frame.locator('#cc-exp-error').filter({ hasText: 'Check the expiry date' }).waitFor();
  assert.deepEqual((await heard()).at(-1)[1].errors.map((one) => one.field), ['cc-exp']);
  assert.equal((await state(made)).payment, null);
  await close();
});

test('a card that is refused can be followed by another one in the same fields', async () => {
  const made = await session({ default_locale: 'en' });
  const { page, frame, heard, close } = await visit(made, { options: { locale: 'en-US' } });
  for (const number of ['4123111111111034', '4123111111111059']) {
    await fillCard(frame, number);
    const before = (await heard()).length;
    await buy(page);
    await until('the shop hears of it', async () => (await heard()).length === before + 2);
    await frame.locator('[role=alert]').filter({ hasText: 'The card was declined.' }).waitFor();
    assert.deepEqual((await heard()).slice(before).map(([name, detail]) => [name, detail.error.code]),
      [['kessai-error', 'card_declined'], ['komoju-error', 'card_declined']]);
  }
  await lookInside(page, 'fields-declined-phone-en');
  await fillCard(frame);
  await buy(page);
  await backAtShop(page);
  assert.equal((await state(made)).payment.status, 'captured');
  await close();
});

test('what only the server finds wrong is said beside the field that it is in', async () => {
  const made = await session({ payment_types: ['konbini'] });
  const { page, frame, heard, close } = await visit(made);
  await frame.locator('input[value="lawson"]').check();
  await frame.locator('#kb-email').fill('taro@example');
  await buy(page);
  await frame.locator('#kb-email-error').filter({ hasText: '入力内容をご確認ください' }).waitFor();
  assert.deepEqual((await heard()).at(-1)[1].error.param, 'payment_details.email');
  assert.equal(await frame.locator('#kb-email').getAttribute('aria-invalid'), 'true');
  await lookInside(page, 'fields-refused-phone-ja');
  await frame.locator('#kb-email').fill('taro@example.com');
  await until('the error is gone', async () => await frame.locator('#kb-email-error').textContent() === '');
  await buy(page);
  await page.waitForURL(`**/sessions/${made.id}/instructions`);
  await close();
});

test('a store must be chosen, and is what the keyboard is led to', async () => {
  const made = await session({ payment_types: ['konbini'], email: 'taro@example.com' });
  const { page, frame, heard, close } = await visit(made);
  assert.equal(await frame.locator('#kb-email').inputValue(), 'taro@example.com', 'which the session knows');
  await page.locator('#buy').click();
  await frame.getByText('店舗をお選びください').waitFor();
  assert.deepEqual((await heard()).at(-1)[1].errors.map((one) => one.field), ['kb-store']);
  assert.equal(await frame.locator(':focus').getAttribute('value'), 'seven-eleven');
  await close();
});

test('a card that its issuer wants to authenticate leads the whole page there', async () => {
  const made = await session();
  const { page, frame, close } = await visit(made);
  await fillCard(frame, '4100000000000100');
  const gone = page.waitForRequest((request) => request.isNavigationRequest() && request.frame() === page.mainFrame()
    && request.url().startsWith(`${server.base}/three_d_secure_service/`));
  await page.locator('#buy').click();
  await gone;
  assert.equal((await state(made)).status, 'pending');
  await close();
});

test('pressed twice it is paid once', async () => {
  const made = await session();
  const { page, frame, context, close } = await visit(made);
  let pays = 0;
  context.on('request', (request) => { if (request.method() === 'POST' && request.url().endsWith('/pay')) pays++; });
  await fillCard(frame);
  assert.equal(await page.evaluate(() => {
    const fields = document.querySelector('#fields');
    document.querySelector('#buy').click();
    document.querySelector('#buy').click();
    return fields.submit() === fields.submit();
  }), true);
  await backAtShop(page);
  assert.equal(pays, 1);
  assert.equal((await state(made)).payment.status, 'captured');
  await close();
});

test('while the shop\'s next page is still on its way nothing is paid again, and who comes back finds no card', async () => {
  const made = await session();
  const { page, frame, context, heard, close } = await visit(made);
  let pays = 0, asked;
  const leaves = new Promise((resolve) => { asked = resolve; });
  context.on('request', (request) => { if (request.method() === 'POST' && request.url().endsWith('/pay')) pays++; });
  await page.route(`${SHOP}/**`, async (route) => { await route.fulfill({ status: 204 }); asked(); }); // the page stays
  await fillCard(frame);
  await buy(page);
  await leaves;
  await page.evaluate(() => { document.querySelector('#buy').click(); return document.querySelector('#fields').submit(); });
  assert.equal(pays, 1);
  assert.deepEqual((await heard()).filter(([name]) => /error/.test(name)), []);

  const restore = () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  await insideOf(page).evaluate(restore);
  await page.evaluate(restore);
  await frame.getByText('このお支払いは終了しています').waitFor();
  assert.equal(await frame.locator('#cc-number').count(), 0);
  await page.evaluate(() => document.querySelector('#fields').submit());
  assert.deepEqual((await heard()).filter(([name]) => name === 'kessai-error').map(([, { error }]) => error.code), ['unprocessable_entity'], 'it can be asked again');
  assert.equal(pays, 1);
  await close();
});

test('with the keyboard alone: through the fields in order, and Enter pays', async () => {
  const made = await session();
  const { page, frame, close } = await visit(made, { options: { size: 'desktop' } });
  await frame.locator('#cc-number').waitFor();
  const order = [];
  await page.evaluate(() => document.querySelector('#fields').focus());
  for (const text of ['4111111111111111', '1235', '123', 'TARO YAMADA']) {
    await until('an input has the focus', async () => await frame.locator('input:focus').count() === 1);
    order.push(await frame.locator('input:focus').getAttribute('id'));
    await page.keyboard.type(text);
    if (order.length < 4) await page.keyboard.press('Tab');
  }
  assert.deepEqual(order, ['cc-number', 'cc-exp', 'cc-cvc', 'cc-name']);
  await page.keyboard.press('Enter');
  await backAtShop(page);
  assert.equal((await state(made)).payment.status, 'captured');
  await close();
});

test('a bank transfer is asked for what the bank needs', async () => {
  const made = await session({ payment_types: ['bank_transfer'] });
  const { page, frame, close } = await visit(made);
  await frame.locator('#more-email').fill('taro@example.com');
  await frame.locator('#more-phone').fill('０９０ー１２３４ー５６７８');
  await frame.locator('#more-family_name_kana').fill('山田');
  await frame.locator('#more-given_name_kana').fill('たろう');
  await page.locator('#buy').click();
  await frame.getByText('カタカナでご入力ください').waitFor();
  await frame.locator('#more-phone').fill('090-1234-5678');
  await frame.locator('#more-family_name_kana').fill('ヤマダ');
  await page.locator('#buy').click();
  await page.waitForURL(`**/sessions/${made.id}/instructions`);
  assert.equal((await state(made)).payment.status, 'authorized');
  await close();
});

test('without a return_url the fields say that it has been paid', async () => {
  const made = ok(await merchant.post('/sessions', { amount: 700, currency: 'JPY', default_locale: 'en' }));
  const { page, frame, close } = await visit(made);
  await fillCard(frame);
  await page.locator('#buy').click();
  await frame.locator('[role=status]').filter({ hasText: 'The payment is complete' }).waitFor();
  assert.equal((await state(made)).payment.status, 'captured');
  await close();
});

test('in customer mode the card is stored, and nothing is paid', async () => {
  const made = ok(await merchant.post('/sessions', { mode: 'customer', currency: 'JPY', return_url: `${SHOP}/stored` }));
  const { page, frame, close } = await visit(made);
  await fillCard(frame);
  await page.locator('#buy').click();
  await backAtShop(page);
  const now = await state(made);
  assert.deepEqual([now.status, now.payment ?? null], ['completed', null]);
  assert.ok(now.customer_id);
  await close();
});

closes(server);
