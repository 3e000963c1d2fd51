// SPDX-License-Identifier: Apache-2.0
// setup.test.mjs: a merchant connects the plugin of its shop (komoju-core 17.4).
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { test } from 'node:test';
import { buyer, look, SHOP } from '../lib/browser.mjs';
import { closes, ok, refused, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const live = await server.merchant('ordinary', '--live');
const LOCAL = 'http://localhost:9';

const nonce = () => crypto.randomUUID();
const address = (more = {}) => {
  const params = { post_url: `${SHOP}/?wc-api=komoju_setup`, webhook_url: `${SHOP}/?wc-api=komoju_webhook`, nonce: nonce(), ...more };
  return `${server.base}/plugin/auth?${new URLSearchParams(Object.entries(params).filter(([, value]) => value !== undefined))}`;
};
const press = (page) => page.locator('button[type=submit]').click();
async function logIn(page, key) {
  await page.locator('#key').fill(key);
  await press(page);
}
/** Confirms, and gives what the shop is sent: {url, values}. */
async function connect(page) {
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.isNavigationRequest());
  await press(page);
  const request = await sent;
  return { url: request.url(), values: Object.fromEntries(new URLSearchParams(request.postData())) };
}

test('a merchant sees which shop asks, logs in, confirms, and the shop gets the keys', async () => {
  const { page, close } = await buyer();
  const target = address();
  await page.goto(target);
  await page.locator('#key').waitFor();
  await look(page, 'setup-key-phone-ja');
  assert.equal(await page.locator('#key').getAttribute('type'), 'password');
  await logIn(page, shop.key);
  await page.getByText('A ordinary').waitFor();
  assert.match(await page.locator('#page').innerText(), /shop\.example/);
  await look(page, 'setup-confirm-phone-ja');
  assert.equal(ok(await shop.get('/webhooks')).total, 0); // nothing before it is confirmed
  const { url, values } = await connect(page);
  assert.equal(url, `${SHOP}/?wc-api=komoju_setup`);
  const [webhook] = ok(await shop.get('/webhooks')).data;
  assert.equal(webhook.url, `${SHOP}/?wc-api=komoju_webhook`);
  assert.match(values.webhook_secret, /^whsec_/);
  assert.deepEqual({ ...values, webhook_secret: '' }, { secret_key: shop.key, publishable_key: shop.publishable, webhook_secret: '',
    merchant_name: 'A ordinary', nonce: new URL(target).searchParams.get('nonce') });
  await page.waitForURL(`${SHOP}/**`);
  assert.ok(!page.url().includes('sk_'));
  await close();
});

test('connecting once more gives the webhook that is there a new secret', async () => {
  const [before] = ok(await shop.get('/webhooks')).data;
  ok(await shop.patch(`/webhooks/${before.id}`, { active: false }));
  const { page, close } = await buyer({ size: 'desktop', locale: 'en-US', dark: true });
  await page.goto(address());
  await page.locator('#key').waitFor();
  await page.keyboard.press('Tab'); // by keyboard alone
  await page.keyboard.type(shop.key);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
  await look(page, 'setup-confirm-desktop-en-dark');
  const { values } = await connect(page);
  assert.match(values.webhook_secret, /^whsec_/);
  const { data } = ok(await shop.get('/webhooks'));
  assert.deepEqual(data.map(({ id, active }) => [id, active]), [[before.id, true]]);
  await close();
});

test('a shop on the merchant\'s own machine, written as "local", gets its form', async () => {
  const { context, page, close } = await buyer({ locale: 'ko-KR', size: 'narrow' });
  await context.route(`${LOCAL}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<!DOCTYPE html><html lang="en"><title>shop</title><h1>local</h1></html>' }));
  await page.goto(address({ post_url: 'http://local:9/setup', webhook_url: 'http://local:9/hook' }));
  await page.locator('#key').waitFor();
  await look(page, 'setup-key-narrow-ko');
  await logIn(page, live.key); // it does not leave the machine
  await page.getByText('A ordinary').waitFor();
  const { url, values } = await connect(page);
  assert.equal(url, `${LOCAL}/setup`);
  assert.equal(values.secret_key, live.key);
  assert.equal(ok(await live.get('/webhooks')).data[0].url, `${LOCAL}/hook`);
  await close();
});

test('a key that is none, publishable, unknown, or live towards an unencrypted shop goes nowhere', async () => {
  const { page, close } = await buyer({ locale: 'en-US' });
  await page.goto(address({ post_url: 'http://shop.example/setup', webhook_url: 'http://shop.example/hook' }));
  await page.locator('#key').waitFor();
  const unknown = shop.key.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  for (const [key, why] of [['', 'Check the secret key'], ['sk_test_x', 'Check the secret key'], [shop.publishable, 'Check the secret key'],
    [unknown, 'cannot be used'], [live.key, 'without encryption']]) {
    await logIn(page, key);
    await page.locator('#key-error', { hasText: why }).waitFor();
  }
  await look(page, 'setup-error-phone-en');
  await logIn(page, shop.key);
  await page.getByRole('button', { name: 'Do not connect' }).click();
  await page.locator('#key').waitFor();
  assert.equal(await page.locator('#key').inputValue(), ''); // forgotten
  assert.ok(!ok(await shop.get('/webhooks')).data.some((webhook) => webhook.url.startsWith('http://shop.example')));
  await close();
});

test('an address with a parameter that is missing or wrong says which', async () => {
  const { page, close } = await buyer({ locale: 'en-US' });
  const wrong = [[{ post_url: undefined }, 'post_url'], [{ post_url: 'javascript:alert(1)' }, 'post_url'], [{ post_url: 'https://a@shop.example/' }, 'post_url'],
    [{ webhook_url: undefined }, 'webhook_url'], [{ webhook_url: 'https://elsewhere.example/' }, 'webhook_url'], [{ nonce: undefined }, 'nonce'],
    [{ nonce: 'x'.repeat(201) }, 'nonce']];
  for (const [more, name] of wrong) {
    await page.goto(address(more));
    await page.locator('[role=alert] code', { hasText: name }).waitFor();
    assert.equal(await page.locator('#key').count(), 0);
  }
  await look(page, 'setup-wrong-phone-en');
  await close();
});

test('the policy of the page lets its form go to the shop that asks, and of other pages nowhere', async () => {
  const of = (post_url) => fetch(address({ post_url })).then((reply) => /form-action ([^;]*);/.exec(reply.headers.get('content-security-policy'))[1]);
  assert.equal(await of('https://shop.example/a?b#c'), 'https://shop.example');
  assert.equal(await of('https://shop.example:8443/a'), 'https://shop.example:8443');
  assert.equal(await of('http://local:8080/a'), 'http://localhost:8080');
  for (const none of ['', 'shop.example', 'javascript:alert(1)', 'https://', "https://a; script-src *", "https://*", 'https://a b/', 'https://a@b/', "https://a'b/", 'https://a,b/',
    'https://a\r\nX: y', 'data:text/html,x', "http://local:8080;script-src *", 'https://é.example/'])
    assert.equal(await of(none), "'none'", none);
  assert.equal(await of(undefined), "'none'");
  const other = await fetch(`${server.base}/links/x?post_url=https://shop.example/`);
  assert.match(other.headers.get('content-security-policy'), /form-action 'none'/);
});

test('whose key it is, only a secret key is told', async () => {
  const ask = (key) => server.request('GET', '/plugin/merchant', { headers: key ? { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` } : {} });
  assert.deepEqual(ok(await ask(shop.key)), { id: shop.id, name: 'A ordinary', live: false, publishable_key: shop.publishable });
  refused(await ask(shop.publishable), 403, 'forbidden');
  refused(await ask('sk_test_x'), 401, 'unauthorized');
  refused(await ask(), 401, 'unauthorized');
});

closes(server);
