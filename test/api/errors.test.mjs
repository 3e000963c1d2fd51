// SPDX-License-Identifier: Apache-2.0
// errors.test.mjs: errors that need a server in trouble, and that every code of komoju-core 5 has the status it has
// there. The codes that a request can give by itself are in the file of their topic.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { ONLY_SQLITE } from '../lib/database.mjs';
import { basic, CARD, ok, refused, Server, split, TOP, until } from '../lib/server.mjs';

const STATUS = {
  bad_request: [400, 408, 413], unauthorized: [401], request_failed: [402], forbidden: [403], not_found: [404],
  conflict: [409], locked: [423], unprocessable_entity: [422], internal_server_error: [500], bad_gateway: [502],
  too_many_requests: [429], service_unavailable: [503], gateway_timeout: [504], invalid_payment_type: [422], invalid_token: [422],
  invalid_currency: [422], not_refundable: [422], not_capturable: [422], not_cancellable: [422],
  not_chargebackable: [422], fraudulent: [422], invalid_parameter: [422], missing_parameter: [422],
  insufficient_funds: [502], used_number: [502], card_declined: [502], invalid_password: [502],
  bad_verification_value: [502], exceeds_limit: [502], card_expired: [502], invalid_number: [502],
  invalid_account: [502], restricted_account: [502], invalid_user_key: [502], other_error: [502], other_invalid: [502],
  storage_full: [503], bank_file: [422],
};
const OWN = ['usage']; // of the command line only

test('the table of errors has every code of komoju-core 5 with its status', () => {
  const rows = [...fs.readFileSync(path.join(TOP, 'src/base/errors.def'), 'utf8')
    .matchAll(/^ERR\((E_\w+),\s*"(\w+)",\s*\w+,\s*(\d+),/gm)].map(([, name, wire, status]) => ({ name, wire, status }));
  assert.ok(rows.length > 30);
  for (const { name, wire, status } of rows.filter((row) => !OWN.includes(row.wire)))
    assert.ok(STATUS[wire]?.includes(Number(status)), `${name}: ${wire} ${status}`);
  for (const code of Object.keys(STATUS)) assert.ok(rows.some((row) => row.wire === code), code);
});

test('a request that ends after SIGTERM is 503 service_unavailable, and nothing was done', async () => {
  const server = await Server.start();
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  const pending = async () => ok(await shop.get('/payments?status=pending')).total;
  const slow = shop.create(1000, [[seller, 1000, 0]], {}, { 'Komoju-Scenario': 'delay:2000' });
  await until('it is under way', async () => await pending() === 1);
  const url = new URL(server.base);
  const socket = net.connect(Number(url.port), url.hostname);
  const head = (at) => `GET ${at} HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic(`${shop.key}:`)}\r\n`;
  let text = '';
  socket.on('data', (piece) => (text += piece)).on('error', () => {});
  const closed = new Promise((resolve) => { socket.on('close', resolve); });
  socket.write(`${head('/api/v1/payments')}\r\n${head('/api/v1/payments')}`); // the second one's end is still to come
  await until('the first answer', () => text.includes('"resource":"list"'));
  text = '';
  const stopped = server.stop();
  await until('nobody new is let in', () => new Promise((resolve) => {
    const probe = net.connect(Number(url.port), url.hostname, () => { probe.destroy(); resolve(false); });
    probe.on('error', () => resolve(true));
  }));
  socket.write('\r\n');
  await closed;
  if (text) {
    assert.match(text, /^HTTP\/1\.1 503 /);
    assert.ok(text.includes('"code":"service_unavailable"'));
  }
  assert.equal(ok(await slow).status, 'captured');
  await stopped;
  await server.audit();
});

// A write that fails at the commit leaves open what is on the disk: the server ends with status 70. A disk that is full
// (storage.test.mjs) is another thing.
test('a file that cannot grow is an error or the end, keeps what was acknowledged, and does no harm to the books', ONLY_SQLITE, async () => {
  const server = await Server.start({ shell: 'trap "" XFSZ; ulimit -f 7000' }); // kB; the rail's file has 4100
  const shop = await server.marketplace();
  const [seller] = await shop.payouts(1);
  const acknowledged = [];
  const metadata = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`k${i}`, 'x'.repeat(2000)]));
  let reply;
  for (let i = 0; i < 2000; i++) {
    reply = await shop.create(1000, [[seller, 1000, 0]], { metadata }).catch(() => null);
    if (reply?.status !== 200) break;
    acknowledged.push(reply.body);
  }
  if (reply === null) {
    assert.equal(await server.ended, 70, server.stderr.slice(-2000));
  } else {
    assert.ok([500, 503].includes(reply.status), `${reply.status} after ${acknowledged.length}`);
    const code = { 500: ['internal_server_error'], 503: ['storage_full', 'service_unavailable'] }[reply.status];
    assert.ok(code.includes(reply.body.error.code), reply.raw.toString());
    assert.ok(!/sqlite|disk|errno|\/tmp/i.test(reply.body.error.message), 'the inside is not shown');
    assert.deepEqual(ok(await shop.get(`/payments/${acknowledged[0].id}`)), acknowledged[0]);
    server.child.kill('SIGTERM');
    await server.ended;
  }
  server.shell = undefined;
  await server.begin();
  for (const payment of acknowledged) assert.deepEqual(ok(await shop.get(`/payments/${payment.id}`)), payment);
  await until('what was under way is resolved', async () => {
    await shop.clock({ advance_s: 600 });
    return ok(await shop.get('/payments?status=pending')).total === 0;
  });
  const captured = ok(await shop.get('/payments?status=captured')).total;
  assert.equal(await shop.balance(seller), 1000 * captured);
  assert.ok(captured === acknowledged.length || captured === acknowledged.length + 1);
  ok(await shop.post('/payments', { amount: 1000, currency: 'JPY', payment_details: CARD,
    platform_details: split([seller, 1000, 0]) }));
  refused(await shop.create(1, null), 422, 'missing_parameter', 'platform_details');
  await server.stop();
  await server.audit();
});
