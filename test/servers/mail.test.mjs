// SPDX-License-Identifier: Apache-2.0
// mail.test.mjs: several servers on one database send each e-mail once; one that dies between the mail server's yes and its own
// commit leaves a second one with the same Message-ID, and no other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ONLY_POSTGRES, freshDatabase, sql } from '../lib/database.mjs';
import { Merchant, Server, ok, until } from '../lib/server.mjs';
import { MailServer } from '../lib/smtp.mjs';

const keyOf = (id) => (BigInt([...id].reduce((n, c) => n * 36n + BigInt(parseInt(c, 36)), 0n)) >> 64n).toString();
const via = (server, merchant) =>
  new Merchant(server, { id: merchant.id, secret_key: merchant.key, publishable_key: merchant.publishable });
const slip = async (shop, email) => ok(await shop.post('/payments', { amount: 1000, currency: 'JPY',
  payment_details: { type: 'konbini', store: 'lawson', email } }));

async function servers(post) {
  const db = await freshDatabase();
  const args = ['--smtp', `smtp://127.0.0.1:${post.port}`, '--mail-from', 'pay@kessai.example', '--smtp-test'];
  return [await Server.start({ db, args }), await Server.start({ db, args })];
}

test('two servers send each e-mail once, whoever took the payment', ONLY_POSTGRES, async () => {
  const post = await MailServer.start();
  const list = await servers(post);
  const shops = [];
  for (let n = 0; n < 4; n++) shops.push(await list[0].merchant('ordinary'));
  const wanted = [];
  for (let n = 0; n < 40; n++) {
    wanted.push(`n${n}@shop.example`);
    await slip(via(list[n % 2], shops[n % 4]), wanted[n]);
  }
  await until('all of them', () => post.messages.length >= wanted.length);
  for (const [index, server] of list.entries()) { // whoever ends saves what it has sent
    await server.stop();
    if (index === 0) await slip(via(list[1], shops[0]), 'late@shop.example');
    if (index === 0) await until('the other sends on', () => post.messages.some((mail) => mail.to === 'late@shop.example'));
  }
  assert.deepEqual(post.messages.map((mail) => mail.to).sort(), [...wanted, 'late@shop.example'].sort());
  assert.equal(new Set(post.messages.map((mail) => mail.headers['message-id'])).size, wanted.length + 1);
  await list[0].audit();
});

test('what a dead server may have sent goes out again under the same Message-ID', ONLY_POSTGRES, async () => {
  let isSilent = true;
  const post = await MailServer.start({ answer: (verb) => (verb === 'DATA-END' && isSilent ? '' : undefined) });
  const list = await servers(post);
  const shop = await list[0].merchant('ordinary');
  await slip(shop, 'twice@shop.example');
  await until('the message, which is not answered', () => post.messages.length > 0);
  const node = Number(await sql(list[0].db, `SELECT s.node FROM job_lease l JOIN server s ON s.node = l.node AND
    s.token = l.token WHERE l.tenant = ${keyOf(shop.id)}`));
  const nodes = (await sql(list[0].db, 'SELECT node FROM server WHERE is_open = 1 ORDER BY node')).trim().split('\n').map(Number);
  const dead = list[nodes.indexOf(node)], other = list[1 - nodes.indexOf(node)];
  isSilent = false;
  dead.child.kill('SIGKILL');
  await dead.ended;
  await until('it comes again', () => post.messages.length > 1);
  const own = via(other, shop);
  await until('it is sent', async () => ok(await own.get('/test_helpers/mailbox')).data.some((mail) => mail.status === 'sent'));
  const ids = post.messages.map((mail) => mail.headers['message-id']);
  assert.deepEqual(ids, [ids[0], ids[0]]);
  await other.stop();
  await other.audit();
});
