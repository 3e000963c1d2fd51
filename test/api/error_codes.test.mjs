// SPDX-License-Identifier: Apache-2.0
// error_codes.test.mjs: every code of errors.def, with every status it has, provoked over HTTP.
//
// A row is a code and its status; what shares both cannot be told apart from outside. A new row of the table fails here
// until something provokes it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { sql } from '../lib/database.mjs';
import { basic, CARD, closes, DEADLINE_MS, ok, refused, Server, TOP, until } from '../lib/server.mjs';

const server = await Server.start({ args: ['--rate-limit', 'open=1/3600/2'] });
const shop = await server.merchant('ordinary');
const KONBINI = { type: 'konbini', store: 'lawson', email: 'hana@shop.example' };
const pay = (more, headers) => shop.post('/payments',
  { amount: 1000, currency: 'JPY', tax: 0, payment_details: CARD, ...more }, headers);
const slow = { 'Komoju-Scenario': 'delay:3000' };

/** A request that is never finished, on a connection of its own: what the server says in the end. */
function unfinished() {
  return new Promise((resolve, reject) => {
    const url = new URL(server.base);
    const socket = net.connect(Number(url.port), url.hostname);
    let text = '';
    socket.setTimeout(DEADLINE_MS, () => reject(new Error('no answer in time')));
    socket.on('data', (piece) => (text += piece)).on('error', reject).on('close', () => {
      const [, status] = /^HTTP\/1.1 (\d+) /.exec(text) ?? [];
      const raw = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4));
      resolve({ status: Number(status), raw, body: JSON.parse(raw) });
    });
    socket.write('GET /api/v1/payments HTTP/1.1\r\nHost: x\r\n');
  });
}

/** A payment whose rail is slow, once it is under way; `act` is called then. */
async function whileBusy(act, headers = {}) {
  const running = pay({ external_order_num: 'slow' }, { ...slow, ...headers });
  const [payment] = await until('it is under way', async () => {
    const { data } = ok(await shop.get('/payments?external_order_num=slow&status=pending'));
    return data.length > 0 && data;
  });
  const reply = await act(payment.id);
  ok(await running);
  return reply;
}

/** Table and reply of what a store without a table answers. */
async function withoutTable() {
  await sql(server.db, 'ALTER TABLE webhook_endpoint RENAME TO webhook_endpoint_away');
  try {
    return await shop.get('/webhooks');
  } finally {
    await sql(server.db, 'ALTER TABLE webhook_endpoint_away RENAME TO webhook_endpoint');
  }
}

const idempotent = (key) => ({ 'X-KOMOJU-IDEMPOTENCY': key });
const PROVOKE = {
  'bad_request 400': () => shop.post('/payments', '{'),
  'bad_request 408': unfinished,
  'bad_request 413': () => pay({ description: 'x'.repeat(300000) }),
  'unauthorized 401': () => server.request('GET', '/api/v1/payments'),
  'forbidden 403': () => shop.browser.get('/payments'),
  'not_found 404': () => shop.get('/payments/0123456789abcdefghijklmno'),
  'conflict 409': () => whileBusy(() => pay({ external_order_num: 'slow' }, { ...slow, ...idempotent('twice') }),
    idempotent('twice')),
  'locked 423': async () => { // what is asked without effect does not wait
    const { id } = ok(await pay({ capture: false }));
    const running = shop.post(`/payments/${id}/cancel`, {}, slow);
    const reply = await until('the cancellation is under way', async () => {
      const tried = await shop.post(`/payments/${id}/capture`, { dry_run: true });
      return tried.status !== 200 && tried;
    });
    ok(await running);
    return reply;
  },
  'unprocessable_entity 422': async () => {
    const { id } = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY' }));
    ok(await shop.post(`/sessions/${id}/cancel`));
    return shop.post(`/sessions/${id}/pay`, { payment_details: CARD });
  },
  'missing_parameter 422': () => pay({ amount: undefined }),
  'invalid_parameter 422': () => pay({ amount: 0 }),
  'invalid_currency 422': () => pay({ currency: 'XXX' }),
  'invalid_payment_type 422': () => pay({ payment_details: { type: 'barter' } }),
  'invalid_token 422': () => pay({ payment_details: 'tok_0123456789abcdefghijklmno' }),
  'not_refundable 422': async () => {
    const { id } = ok(await pay({}));
    ok(await pay({})); // so that the balance is not what refuses
    ok(await shop.post(`/payments/${id}/refund`));
    return shop.post(`/payments/${id}/refund`);
  },
  'not_capturable 422': async () => shop.post(`/payments/${ok(await pay({})).id}/capture`),
  'not_cancellable 422': async () => shop.post(`/payments/${ok(await pay({})).id}/cancel`),
  'not_chargebackable 422': async () => shop.simulate(ok(await pay({ payment_details: KONBINI })).id, 'chargeback_lost'),
  'too_many_requests 429': () => until('the bucket is empty', async () => {
    const reply = await server.request('GET', '/api/v1/docs');
    return reply.status !== 200 && reply;
  }),
  'gateway_timeout 504': () => pay({}, { 'Komoju-Scenario': 'timeout_before' }),
  'internal_server_error 500': withoutTable,
};
// A server in trouble is another file's; a file of a bank is read by no route.
const ELSEWHERE = {
  'service_unavailable 503': 'errors.test.mjs', 'storage_full 503': 'errors.test.mjs',
  'bank_file 422': '../unit/test_recognise.c',
};

const ROWS = [...fs.readFileSync(path.join(TOP, 'src/base/errors.def'), 'utf8')
  .matchAll(/^ERR\((E_\w+),\s*"(\w+)",\s*(\w+),\s*(\d+),\s*"([^"]*)"/gm)]
  .map(([, name, code, kind, status, text]) => ({ name, code, kind, status: Number(status), text }))
  .filter(({ code }) => code !== 'usage'); // of the command line
const KEYS = [...new Set(ROWS.map(({ code, status }) => `${code} ${status}`))];

/** What the simulated acquirer can be told to say. */
const ofRail = (key) => ROWS.find((row) => `${row.code} ${row.status}` === key).kind === 'RAIL';

for (const key of KEYS) {
  const [code, status] = key.split(' ');
  if (ELSEWHERE[key]) {
    test(`${key} is provoked by ${ELSEWHERE[key]}`, () => {
      assert.match(fs.readFileSync(path.join(TOP, 'test/api', ELSEWHERE[key]), 'utf8'), new RegExp(`['"]${code}['"]`));
    });
    continue;
  }
  test(`${key} can be provoked, and says no more than it should`, async () => {
    const provoke = PROVOKE[key] ?? (ofRail(key) ? () => pay({}, { 'Komoju-Scenario': code }) : undefined);
    assert.ok(provoke, `nothing provokes ${key}`);
    const reply = await provoke();
    const { param } = reply.body?.error ?? {};
    refused(reply, Number(status), code, param);
    if (Number(status) === 500) {
      const { text } = ROWS.find((row) => row.code === code);
      assert.equal(reply.body.error.message, text, 'nothing of the inside is told');
      ok(await shop.get('/webhooks'));
    }
  });
}

closes(server);
