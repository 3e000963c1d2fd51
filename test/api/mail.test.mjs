// SPDX-License-Identifier: Apache-2.0
// mail.test.mjs: e-mail to customers: what is written, to whom, when, and that it goes out once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD, closes, ok, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const mails = async (of = shop) => ok(await of.get('/test_helpers/mailbox?per_page=100')).data;
const about = async (payment, of = shop) => (await mails(of)).filter((mail) => mail.payment === payment.id);

const konbini = (more = {}, details = {}) => ({ amount: 3200, currency: 'JPY',
  payment_details: { type: 'konbini', store: 'lawson', email: 'hana@shop.example', ...details }, ...more });

test('a slip is explained to its customer', async () => {
  const payment = ok(await shop.post('/payments', konbini({ external_order_num: 'A-17' })));
  const [mail, ...more] = await about(payment);
  assert.deepEqual(more, []);
});
closes(server);
