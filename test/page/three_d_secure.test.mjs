// SPDX-License-Identifier: Apache-2.0
// three_d_secure.test.mjs: a buyer is authenticated: on the way from the hosted page, and where a shop sends a customer to
// the page of a secure token. The cards are those of bank-rails 11.4 and komoju-core 16.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { backAtShop, buyer, EVERY, look, SHOP } from '../lib/browser.mjs';
import { CARD, closes, ok, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');

const ASKED = '4000000000001018', REFUSED = '4000000000001026', CANCELS = '4000000000001034', SILENT = '4000000000001091';
const LIES = '4000000000001109', METHOD = ['4100000000000100', '5100000000000107', '3528000000000106'];
const TEXT = { // what a buyer reads, in the languages of the stories below
  ja: { wrong: /違います。あと2回/, denied: 'カード会社が本人と確認できませんでした', back: 'お店に戻る', send: '送信' },
  en: { wrong: /not the code\. 2 tries left/, denied: 'Your card issuer could not confirm that it is you', back: 'Back to the shop', send: 'Submit' },
};

const session = async (more = {}) => ok(await shop.post('/sessions', { amount: 3200, currency: 'JPY', default_locale: 'en',
  return_url: `${SHOP}/thanks?order=5`, ...more }));
const payIn = async ({ id }, number) =>
  ok(await shop.browser.post(`/sessions/${id}/pay`, { payment_details: { ...CARD, number } }));
const secure = async (number, of = shop, more = {}) => ok(await of.post('/secure_tokens', { amount: 1000, currency: 'JPY',
  return_url: `${SHOP}/back?a=1`, payment_details: { ...CARD, number }, ...more }));
const at = (url) => new URL(url, server.base).href;
const status = async ({ id }) => {
  const after = ok(await shop.get(`/sessions/${id}`));
  return [after.status, after.payment?.status ?? null];
};

/** The issuer's page, in the frame that it is in. */
const issuer = (page) => page.frameLocator('iframe.issuer');
async function type(page, code, send = 'Submit') {
  await issuer(page).locator('#code').fill(code);
  await issuer(page).getByRole('button', { name: send }).click();
}
const heading = (page, name) => page.getByRole('heading', { name, level: 1 }).waitFor();

/** A shop at an origin of its own, whose pages are frames: {path: src}. */
async function framingShop(frames) {
  const listener = http.createServer((request, reply) => {
    reply.setHeader('Content-Type', 'text/html');
    reply.end(frames[request.url] ? `<!DOCTYPE html><title>shop</title><iframe src="${frames[request.url]}" width="600" height="700"></iframe>` : '');
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return { base: `http://localhost:${listener.address().port}`, close: () => { listener.close(); listener.closeAllConnections(); } };
}

/** On the hosted page: the card is typed, and the buyer sent on. */
async function payOnPage(page, made, number) {
  await page.goto(at(made.session_url));
  await page.locator('#cc-number').fill(number);
  await page.locator('#cc-exp').fill('1235');
  await page.locator('#cc-cvc').fill('123');
  await page.locator('#cc-name').fill('TARO YAMADA');
  await page.locator('button[type=submit]').click();
}

for (const [locale, size, dark] of [['ja', 'phone', false], ['en', 'desktop', true]])
  test(`from the hosted page in ${locale} on a ${size}: a wrong code, the right one, and back at the shop`, async () => {
    const made = await session({ default_locale: locale });
    const { page, close } = await buyer({ size, dark, locale: 'fr-FR' });
    await payOnPage(page, made, ASKED);
    await issuer(page).locator('#code').waitFor();
    assert.equal(new URL(page.url()).pathname, '/three_d_secure_service/offsite');
    assert.equal(await page.locator('html').getAttribute('lang'), locale);
    await look(page, `three-d-secure-${size}-${locale}`);
    await type(page, '000000', TEXT[locale].send);
    await issuer(page).getByText(TEXT[locale].wrong).waitFor();
    await look(page, `three-d-secure-wrong-${size}-${locale}`);
    await type(page, '１２３４５６', TEXT[locale].send); // as a Japanese keyboard writes it
    const back = await backAtShop(page);
    assert.deepEqual([back.pathname, back.searchParams.get('order'), back.searchParams.get('session_id')], ['/thanks', '5', made.id]);
    assert.deepEqual(await status(made), ['completed', 'captured']);
    await close();
  });

for (const [name, number] of [['authenticated without a question', '4111111111111111'], ['attempted', '4000000000001042'],
  ['the issuer cannot tell', '4000000000001075'], ['the issuer does not answer', '4000000000001083']])
  test(`from the hosted page: ${name}, nobody is asked anything`, async () => {
    const made = await session();
    const { page, close } = await buyer();
    await payOnPage(page, made, number);
    assert.equal((await backAtShop(page)).searchParams.get('session_id'), made.id);
    assert.deepEqual(await status(made), ['completed', 'captured']);
    await close();
  });

for (const [name, number] of [['denied', '4000000000001059'], ['rejected', '4000000000001067']])
  test(`from the hosted page: ${name} without a question, and the buyer may take another card`, async () => {
    const made = await session();
    const { page, close } = await buyer();
    await payOnPage(page, made, number);
    await page.getByRole('alert').waitFor();
    assert.equal((await status(made))[0], 'pending');
    await payOnPage(page, made, '4111111111111111');
    await backAtShop(page);
    assert.deepEqual(await status(made), ['completed', 'captured']);
    await close();
  });

test('the method page runs in a hidden frame first, and the issuer is told of the browser', async () => {
  for (const number of EVERY ? METHOD : METHOD.slice(0, 1)) { // a brand each
    const made = await session();
    const { page, close } = await buyer({ locale: 'en-US' });
    const told = page.waitForRequest(/\/method$/);
    await payOnPage(page, made, number);
    const { completed, browser } = (await told).postDataJSON();
    assert.equal(completed, true);
    const seen = await page.evaluate(() => [screen.width, screen.height, navigator.userAgent]);
    assert.deepEqual([browser.screen_width, browser.screen_height, browser.user_agent], seen.map(String));
    assert.deepEqual([browser.language, browser.tz, browser.javascript_enabled], ['en-US', '-540', true]);
    assert.match(browser.color_depth, /^(1|4|8|15|16|24|32|48)$/);
    await type(page, '123456');
    await backAtShop(page);
    assert.deepEqual(await status(made), ['completed', 'captured']);
    await close();
  }
});

test('while the method page runs the buyer reads what is going on', async () => {
  const made = await session();
  const { redirect_url } = await payIn(made, SILENT);
  const { page, context, close } = await buyer();
  await context.route('**/state?*', async (route) => { // a wait that outlasts the look at it
    const reply = await route.fetch(), state = await reply.json();
    await route.fulfill({ response: reply, json: { ...state, method: { ...state.method, wait_ms: 3600000 } } });
  });
  await page.goto(at(redirect_url));
  await page.getByText('Asking your card issuer. Please wait.').waitFor();
  await look(page, 'three-d-secure-method-phone-en');
  await close();
});

test('a method page that does not come back is waited for ten seconds and no more', async () => {
  const made = await session();
  const { redirect_url } = await payIn(made, SILENT);
  const { page, close } = await buyer();
  await page.clock.install({ time: '2026-04-01T00:00:00Z' });
  await page.clock.pauseAt('2026-04-01T00:00:01Z');
  const asked = [];
  page.on('request', (request) => { if (request.url().endsWith('/method')) asked.push(request.postDataJSON().completed); });
  const loaded = page.waitForResponse(/\/issuer_method\?/);
  await page.goto(at(redirect_url));
  await loaded;
  await page.getByRole('status').waitFor();
  assert.equal(await page.locator('iframe').isVisible(), false);
  await page.clock.runFor(9900);
  assert.deepEqual(asked, []);
  await page.clock.runFor(1000); // the wait begins once the page is drawn
  await page.clock.resume();
  await issuer(page).locator('#code').waitFor();
  assert.deepEqual(asked, [false]);
  await type(page, '123456');
  await backAtShop(page);
  assert.deepEqual(await status(made), ['completed', 'captured']);
  await close();
});

for (const [name, number, text, codes] of [['three wrong codes', REFUSED, TEXT.en.denied, 3], ['an issuer who says no', LIES, TEXT.en.denied, 1],
  ['a holder who gives up at the issuer', CANCELS, TEXT.en.denied, 1]])
  test(`${name}: the buyer reads that it failed and has a way back, and the session may be paid again`, async () => {
    const made = await session();
    const { redirect_url } = await payIn(made, number);
    const { page, close } = await buyer();
    await page.goto(at(redirect_url));
    for (let left = codes - 1; left >= 0; left--) {
      await type(page, '123456');
      if (left > 0) await issuer(page).getByText(`${left} ${left === 1 ? 'try' : 'tries'} left`).waitFor();
    }
    await heading(page, text);
    await page.getByText('Your card has not been charged.').waitFor();
    if (number === REFUSED) await look(page, 'three-d-secure-denied-phone-en');
    assert.equal((await status(made))[0], 'pending');
    await page.reload(); // the truth stays on the screen
    await heading(page, text);
    await page.getByRole('link', { name: TEXT.en.back }).click();
    assert.equal((await backAtShop(page)).searchParams.get('session_id'), made.id);
    const { redirect_url: next } = await payIn(made, ASKED);
    await page.goto(at(next));
    await type(page, '123456');
    await backAtShop(page);
    assert.deepEqual(await status(made), ['completed', 'captured']);
    await close();
  });

test('the buyer cancels, and reads that', async () => {
  const made = await session({ default_locale: 'ja' });
  const { redirect_url } = await payIn(made, ASKED);
  const { page, close } = await buyer({ dark: true });
  await page.goto(at(redirect_url));
  await issuer(page).getByRole('button', { name: 'キャンセル' }).click();
  await heading(page, '認証をキャンセルしました');
  await look(page, 'three-d-secure-cancelled-phone-ja');
  await page.getByRole('link', { name: TEXT.ja.back }).click();
  await backAtShop(page);
  assert.equal((await status(made))[0], 'pending');
  await close();
});

test('the code is sent again three times, by the keyboard alone', async () => {
  const { authentication_url } = await secure(ASKED);
  const { page, close } = await buyer({ size: 'desktop', locale: 'en-US' });
  await page.goto(at(authentication_url));
  await issuer(page).locator('#code').focus();
  await page.keyboard.press('Enter'); // nothing is typed
  await issuer(page).getByText('Enter the code', { exact: true }).waitFor();
  for (const text of ['2 more times', '1 more time.', 'cannot be sent again']) {
    await issuer(page).getByRole('button', { name: 'Send the code again' }).focus();
    await page.keyboard.press('Enter');
    await issuer(page).getByRole('status').filter({ hasText: text }).waitFor();
  }
  assert.equal(await issuer(page).getByRole('button', { name: 'Send the code again' }).count(), 0);
  await issuer(page).locator('#code').focus();
  await page.keyboard.type('123456');
  await page.keyboard.press('Enter');
  await backAtShop(page);
  await close();
});

test('the five minutes are over, while the page is open and when it is opened', async () => {
  const tester = await server.merchant('ordinary'); // a clock of its own
  const { id, authentication_url } = await secure(ASKED, tester);
  const { page, close } = await buyer({ locale: 'en-US', size: 'narrow' });
  await page.clock.install();
  await page.goto(at(authentication_url));
  await issuer(page).locator('#code').waitFor();
  await look(page, 'three-d-secure-narrow-en');
  await tester.clock({ advance_s: 301 });
  await page.clock.runFor(10100); // it looks by itself
  await heading(page, 'The five minutes for this are over');
  await look(page, 'three-d-secure-late-narrow-en');
  await page.goto(at(authentication_url));
  await heading(page, 'The five minutes for this are over');
  await page.getByRole('link', { name: TEXT.en.back }).click();
  assert.equal((await backAtShop(page)).searchParams.get('secure_token_id'), id);
  assert.equal(ok(await tester.get(`/secure_tokens/${id}`)).verification_status, 'ERRORED');

  const late = await secure(ASKED, tester);
  await page.goto(at(late.authentication_url));
  await issuer(page).locator('#code').waitFor();
  await tester.clock({ advance_s: 301 });
  await type(page, '123456'); // too late, and nobody has looked yet
  await heading(page, 'The five minutes for this are over');
  await close();
});

test('a card that is declined after its authentication', async () => {
  const made = await session();
  const { redirect_url } = ok(await shop.browser.post(`/sessions/${made.id}/pay`, { payment_details: { ...CARD, number: ASKED } },
    { 'Komoju-Scenario': 'insufficient_funds' }));
  const { page, close } = await buyer();
  await page.goto(at(redirect_url));
  await type(page, '123456');
  await heading(page, 'You are authenticated, but the card was declined');
  await page.getByRole('link', { name: TEXT.en.back }).click();
  await backAtShop(page);
  assert.equal((await status(made))[0], 'pending');
  await close();
});

test('the shop cancels while its customer is at the issuer: nothing is charged, and the page says so', async () => {
  const made = await session();
  const { redirect_url, payment } = await payIn(made, ASKED);
  const { page, close } = await buyer();
  await page.goto(at(redirect_url));
  await issuer(page).locator('#code').waitFor();
  ok(await shop.post(`/payments/${payment.id}/cancel`));
  await type(page, '123456');
  await heading(page, 'This payment is over');
  assert.equal(ok(await shop.get(`/payments/${payment.id}`)).status, 'cancelled');
  await close();
});

test('a session without return_url: the way back is its own page, where another card is taken', async () => {
  const made = await session({ return_url: undefined });
  const { redirect_url } = await payIn(made, ASKED);
  const { page, close } = await buyer();
  await page.goto(at(redirect_url));
  await issuer(page).getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('link', { name: 'Back to the payment' }).click();
  await page.locator('#cc-number').waitFor();
  assert.equal(new URL(page.url()).pathname, `/sessions/${made.id}`);
  await close();
});

test('a tab that is closed in the challenge and opened again goes on where it was', async () => {
  const made = await session();
  const { redirect_url } = await payIn(made, ASKED);
  const { page, context, close } = await buyer();
  await page.goto(at(redirect_url));
  await type(page, '000000');
  await issuer(page).getByText('2 tries left').waitFor();
  await page.close();
  const again = await context.newPage();
  await again.goto(at(redirect_url));
  await type(again, '111111');
  await issuer(again).getByText('1 try left').waitFor(); // the first one counts still
  await type(again, '123456');
  await backAtShop(again);
  assert.deepEqual(await status(made), ['completed', 'captured']);
  await close();
});

test('two tabs: what one has ended, the other one shows, and comes back to the shop too', async () => {
  const made = await session();
  const { redirect_url } = await payIn(made, ASKED);
  const { page, context, close } = await buyer();
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(at(redirect_url));
    await issuer(tab).locator('#code').waitFor();
  }
  await type(page, '123456');
  await backAtShop(page);
  await type(other, '123456');
  await backAtShop(other);
  assert.deepEqual(await status(made), ['completed', 'captured']);
  const { data } = ok(await shop.get('/payments?per_page=100'));
  assert.equal(data.filter((one) => one.session === made.id).length, 1);
  await close();
});

test('pressed twice a code counts once', async () => {
  const { authentication_url } = await secure(ASKED);
  const { page, close } = await buyer({ locale: 'en-US' });
  await page.goto(at(authentication_url));
  const asked = [];
  page.on('request', (request) => { if (request.url().endsWith('/challenge')) asked.push(request.postDataJSON()); });
  await issuer(page).locator('#code').fill('000000');
  await issuer(page).getByRole('button', { name: 'Submit' }).evaluate((button) => { button.click(); button.click(); });
  await issuer(page).getByText('2 tries left').waitFor();
  assert.equal(asked.length, 1);
  await close();
});

test('who goes back from the shop is sent to the shop again', async () => {
  const { id, authentication_url } = await secure(ASKED);
  const { page, close } = await buyer({ locale: 'en-US' });
  await page.goto(at(authentication_url));
  await type(page, '123456');
  await backAtShop(page);
  await page.goto(at(authentication_url));
  assert.equal((await backAtShop(page)).searchParams.get('secure_token_id'), id);
  await close();
});

test('a card that is to be stored is authenticated without an amount', async () => {
  const made = await session({ mode: 'customer', amount: 0, email: 'hana@shop.example' });
  const { redirect_url } = await payIn(made, ASKED);
  const { page, close } = await buyer({ locale: 'en-US' });
  await page.goto(at(redirect_url));
  await issuer(page).locator('#code').waitFor();
  assert.equal(await issuer(page).getByText('Amount').count(), 0);
  await type(page, '123456');
  assert.equal((await backAtShop(page)).searchParams.get('session_id'), made.id);
  const after = ok(await shop.get(`/sessions/${made.id}`));
  assert.equal(after.status, 'completed');
  await close();
});

test('the shop may show the page in a frame of its own, and nobody else the issuer', async () => {
  const made = await secure(ASKED);
  const { page, close } = await buyer({ size: 'desktop', locale: 'en-US' });
  const framing = await framingShop({ '/checkout': at(made.authentication_url),
    '/trap': at(made.authentication_url).replace('offsite', 'issuer') });
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${framing.base}/trap`); // loaded: the scripts of its frame have run
  const [, trapped] = page.frames();
  assert.equal(new URL(trapped.url()).pathname, '/three_d_secure_service/issuer');
  assert.equal(await trapped.locator('#page').textContent(), '');
  assert.ok(!asked.includes('/three_d_secure_service/state'));
  await page.goto(`${framing.base}/checkout`);
  const inner = page.frameLocator('iframe').frameLocator('iframe.issuer');
  await inner.locator('#code').fill('123456');
  await inner.getByRole('button', { name: 'Submit' }).click();
  await page.frameLocator('iframe').locator('#shop').waitFor();
  assert.equal(ok(await shop.get(`/secure_tokens/${made.id}`)).verification_status, 'OK');
  await close();
  framing.close();
});

test('the issuer\'s page without a frame leads to the page around it, and a token that is none to a text', async () => {
  const { authentication_url } = await secure(ASKED);
  const { page, close } = await buyer({ locale: 'en-US' });
  const headers = (await page.goto(at(authentication_url))).headers();
  assert.deepEqual([headers['referrer-policy'], headers['cache-control']], ['no-referrer', 'no-store']); // the token is a secret
  await page.goto(at(authentication_url).replace('offsite', 'issuer'));
  await page.waitForURL(/offsite/);
  await issuer(page).locator('#code').waitFor();
  for (const query of ['', '?token=', '?token=tok_x']) {
    await page.goto(at(`/three_d_secure_service/offsite${query}`));
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByRole('alert').textContent(), 'There is no such authentication');
  }
  await look(page, 'three-d-secure-gone-phone-en');
  await close();
});

test('a word of another frame or page changes nothing', async () => {
  const made = await secure(ASKED);
  const { page, close } = await buyer({ locale: 'en-US' });
  await page.goto(at(made.authentication_url));
  await issuer(page).locator('#code').waitFor();
  const cres = Buffer.from(JSON.stringify({ messageType: 'CRes', transStatus: 'Y', threeDSServerTransID: 'x' })).toString('base64url');
  const looked = page.waitForResponse(/\/state\?/);
  const frame = page.frames().find((one) => new URL(one.url()).pathname.endsWith('/issuer'));
  await frame.evaluate((word) => parent.postMessage(word, '*'), { what: 'ended', cres }); // a forged CRes, in the issuer's place
  await looked;
  await issuer(page).locator('#code').waitFor();
  assert.equal(ok(await shop.get(`/secure_tokens/${made.id}`)).verification_status, 'NEEDS_VERIFY');
  await close();
});

test('a connection that is lost is said, and what was done counts once', async () => {
  const { authentication_url } = await secure(ASKED);
  const { page, context, close } = await buyer({ locale: 'en-US' });
  await page.goto(at(authentication_url));
  await context.route('**/challenge', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: 'x' }), { times: 1 });
  await type(page, '123456'); // did not arrive
  await issuer(page).getByRole('alert').waitFor();
  await context.route('**/challenge', async (route) => { await route.fetch(); await route.fulfill({ status: 502, contentType: 'text/html', body: 'x' }); },
    { times: 1 });
  await issuer(page).getByRole('button', { name: 'Submit' }).click(); // arrived, and its answer did not
  await backAtShop(page);
  await close();
});

closes(server);
