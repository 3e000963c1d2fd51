// SPDX-License-Identifier: Apache-2.0
// seed.test.mjs: the examples of KOMOJU's guide to the Platform Processing Model, sent as they stand there, byte for
// byte, but for ids and for quotes and commas that were wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closes, ok, Server } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.marketplace();
const [seller] = await shop.payouts(1);
await shop.fund(1000);
let authorized;

const AUTHORIZE = `{
   "amount":"1000",
   "currency":"JPY",
   "payment_details":{
      "email":"taro@example.com",
      "month":"01",
      "name":"Taro Yamada",
      "number":"4111111111111111",
      "type":"credit_card",
      "verification_value":"123",
      "year":"2025"
   },
	"capture":"false",
	"platform_details":{
	}
}`;
const capture = (amount) => `{
   "amount":"${amount}",
	 "platform_details":{
		"submerchants": [
       {
         "submerchant_id":"${seller}",
				 "amount":"${amount}",
         "platform_fee":"100"
	     }
	   ]
	}
}`;

const authorize = async () => ok(await shop.post('/payments', AUTHORIZE));

test('create: amount 1000 and platform fee 100 as texts are split at once', async () => {
  const payment = ok(await shop.post('/payments', `{
    "amount":"1000", "currency":"JPY",
    "payment_details":{"type":"credit_card","name":"Taro Yamada","number":"4111111111111111","month":"01",
      "year":"2025","verification_value":"123"},
    "platform_details": {
      "submerchants": [
        {
          "submerchant_id": "${seller}",
          "amount": "1000",
          "platform_fee": "100"
        }
      ]
    }
  }`));
  assert.equal(payment.status, 'captured');
  assert.deepEqual([payment.amount, payment.tax, payment.total], [1000, 0, 1000]);
  assert.deepEqual(payment.platform_details.submerchants,
    [{ submerchant_id: seller, amount: 1000, platform_fee: 100 }]);
});

test('two-step: authorize with capture "false" and empty platform_details', async () => {
  authorized = await authorize();
  assert.deepEqual([authorized.status, authorized.total, authorized.captured_at], ['authorized', 1000, null]);
});

test('two-step: capture all', async () => {
  const before = await shop.balance(seller);
  const payment = ok(await shop.post(`/payments/${authorized.id}/capture`, capture(1000)));
  assert.deepEqual([payment.id, payment.status, payment.total], [authorized.id, 'captured', 1000]);
  assert.equal(await shop.balance(seller) - before, 900);
});

test('two-step: capture 500 of 1000', async () => {
  const before = await shop.balance(seller);
  const { id } = await authorize();
  const payment = ok(await shop.post(`/payments/${id}/capture`, capture(500)));
  assert.deepEqual([payment.status, payment.total, payment.amount_refunded], ['captured', 500, 0]);
  assert.equal(await shop.balance(seller) - before, 400);
});

test('reverse refund: an empty object reverses the split', async () => {
  const before = [await shop.balance(), await shop.balance(seller)];
  const payment = ok(await shop.post(`/payments/${authorized.id}/refund`, '{\n\n}'));
  assert.deepEqual([payment.status, payment.amount_refunded], ['refunded', 1000]);
  assert.deepEqual([await shop.balance() - before[0], await shop.balance(seller) - before[1]], [-100, -900]);
});

test('non-reverse refund: 900, of which 850 from the seller and 50 from the platform', async () => {
  const { id } = await authorize();
  ok(await shop.post(`/payments/${id}/capture`, capture(1000)));
  const before = [await shop.balance(), await shop.balance(seller)];
  const payment = ok(await shop.post(`/payments/${id}/refund`, `{
   "amount":"900",
	 "platform_details":{
		 "submerchants": [
        {
          "submerchant_id":"${seller}",
			 	  "amount":"850",
          "platform_fee":"50"
	      }
	    ]
	 }
}`));
  assert.deepEqual([payment.status, payment.amount_refunded], ['captured', 900]);
  assert.deepEqual([await shop.balance() - before[0], await shop.balance(seller) - before[1]], [-50, -850]);
});

test('the guide\'s wrong quotes and commas are not taken', async () => {
  const total = ok(await shop.get('/payments')).total;
  for (const body of [capture(1000).replace('"amount":"1000",\n         ', '"amount\':"1000",\n         '),
    capture(1000).replace('"platform_fee":"100"', '"platform_fee":"100",')]) {
    const { id } = await authorize();
    const reply = await shop.post(`/payments/${id}/capture`, body);
    assert.deepEqual([reply.status, reply.body.error.code], [400, 'bad_request'], body);
    assert.equal(ok(await shop.get(`/payments/${id}`)).status, 'authorized');
  }
  assert.equal(ok(await shop.get('/payments')).total, total + 2);
});

closes(server);
