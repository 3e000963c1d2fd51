// SPDX-License-Identifier: Apache-2.0
// disputes.test.mjs: chargeback requests (komoju-core 13, komoju-platform 9, 11.9): opened, answered, ended, overdue.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { ONLY_POSTGRES, ONLY_SQLITE, sql } from '../lib/database.mjs';
import { closes, Merchant, ok, refused, run, Server, split } from '../lib/server.mjs';

const server = await Server.start();
const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex');
const DAY_S = 86400;

const at = (time) => Date.parse(time) / 1000;
const requests = async (m, query = '') => ok(await m.get(`/chargeback_requests${query}`));
const show = async (m, id) => ok(await m.get(`/chargeback_requests/${id}`));
const accept = (m, id, body, headers) => m.post(`/chargeback_requests/${id}/accept`, body, headers);
const defend = (m, id, more = {}, headers) => m.post(`/chargeback_requests/${id}/defend`, {
  description: 'It was delivered.', document: { document_base64: PNG.toString('base64') }, ...more }, headers);
const payment = async (m, id) => ok(await m.get(`/payments/${id}`));

/** An id like this one that nobody has: its salt is another. */
const twist = (id) => id.slice(0, -1) + (id.endsWith('0') ? '1' : '0');

function done(reply) {
  assert.equal(reply.status, 204, reply.raw.toString());
  assert.equal(reply.raw.length, 0, 'no body');
}

/** A captured payment with an open dispute: {payment, dispute}. */
async function disputed(m, amount = 1000, more = {}, lines = null) {
  const paid = await m.pay(amount, lines, lines ? {} : { tax: 0 });
  ok(await m.simulate(paid.id, 'chargeback_opened', more));
  const { data } = await requests(m, `?payment_id=${paid.id}`);
  assert.equal(data.length, 1);
  return { payment: paid.id, dispute: data[0].id };
}

/** Types of the events since `seq`, the oldest first. */
async function events(m, since = 0) {
  const { data } = ok(await m.get('/events?per_page=100'));
  return data.reverse().slice(since);
}

const chargebacks = async (m) => ok(await m.get(`/merchants/${m.id}/balances/JPY/transactions?per_page=100`)).data
  .filter((r) => r.type.startsWith('chargeback')).map((r) => [r.type, r.amount_cents]);

// ---- the object -------------------------------------------------------------------------------

test('an opened dispute is a pending chargeback request with a due date, and moves no money', async () => {
  const shop = await server.merchant('ordinary');
  const before = await shop.balance();
  const paid = await shop.pay(1000, null, { tax: 0, payment_details: { type: 'credit_card', name: 'Hana',
    number: '4111111111111111', month: 12, year: 2035, verification_value: '123', email: 'hana@shop.example' } });
  const captured = await shop.balance();
  assert.ok(captured > before);
  ok(await shop.simulate(paid.id, 'chargeback_opened', { reason_code: '10.4', reason: 'Other fraud' }));
  const list = await requests(shop);
  assert.deepEqual([list.total, list.page, list.per_page, list.last_page], [1, 1, 10, 1]);
  const [item] = list.data;
  assert.deepEqual(await show(shop, item.id), item, 'an item equals what show gives');
  assert.match(item.id, /^[0-9a-z]{25}$/);
  const { created_at: created, due_date: due, ...rest } = item;
  assert.deepEqual({ ...rest, payment: rest.payment.id }, {
    id: item.id, status: 'pending', reason_code: '10.4', reason: 'Other fraud', last_updated_at: created,
    timeline: [{ status: 'pending', created_at: created }], payment: paid.id,
    customer: { id: null, email: 'hana@shop.example', name: null, family_name: null, given_name: null },
    defense: null,
  });
  assert.deepEqual(item.payment, await payment(shop, paid.id));
  assert.match(due, /T14:59:59Z$/, 'the end of a day in Japan');
  const days = (at(due) - at(created)) / DAY_S;
  assert.ok(9 <= days && days < 10, `due after ${days} days`);
  assert.equal(await shop.balance(), captured);
  assert.equal((await payment(shop, paid.id)).amount_refunded, 0);
  refused(await shop.simulate(paid.id, 'chargeback_opened'), 422, 'not_chargebackable');
  assert.equal((await requests(shop)).total, 1);
});

test('without a reason it is fraud', async () => {
  const shop = await server.merchant('ordinary');
  const { dispute } = await disputed(shop);
  const { reason_code: code, reason } = await show(shop, dispute);
  assert.deepEqual([code, reason], ['CB_Fraud', 'Cardholder did not authorise']);
});

// ---- accept -----------------------------------------------------------------------------------

test('accepting gives the money back once, with the events of a refund', async () => {
  const shop = await server.merchant('ordinary');
  const { payment: id, dispute } = await disputed(shop);
  const since = (await events(shop)).length;
  const before = await shop.balance();
  done(await accept(shop, dispute));
  assert.equal(await shop.balance(), before - 1000);
  const shown = await payment(shop, id);
  assert.deepEqual([shown.status, shown.amount_refunded], ['refunded', 1000]);
  assert.deepEqual(shown.refunds.map((r) => [r.amount, r.chargeback]), [[1000, true]]);
  const told = await events(shop, since);
  assert.deepEqual(told.map((e) => [e.type, e.data.id, e.data.amount_refunded]),
    [['payment.refund.created', id, 1000], ['payment.refunded', id, 1000]]);
  const d = await show(shop, dispute);
  assert.deepEqual([d.status, d.timeline.map((t) => t.status), d.payment.status],
    ['accepted', ['pending', 'accepted'], 'refunded']);
  assert.equal(d.last_updated_at, d.timeline[1].created_at);
  done(await accept(shop, dispute)); // repeating does nothing
  assert.equal(await shop.balance(), before - 1000);
  assert.equal((await events(shop, since)).length, 2);
  refused(await defend(shop, dispute), 422, 'unprocessable_entity');
  for (const outcome of ['chargeback_opened', 'chargeback_lost', 'chargeback_won'])
    refused(await shop.simulate(id, outcome), 422, 'not_chargebackable');
  assert.equal((await payment(shop, id)).refunds.length, 1);
});

test('whoever only asks is told what accepting would move', async () => {
  const shop = await server.merchant('ordinary');
  const { payment: id, dispute } = await disputed(shop);
  const before = await shop.balance();
  const dry = ok(await accept(shop, dispute, { dry_run: true }));
  assert.deepEqual([dry.id, dry.status], [dispute, 'accepted']);
  assert.deepEqual(dry.dry_run.transfers.map((t) => [t.type, t.amount]), [['chargeback', 1000]]);
  assert.equal(await shop.balance(), before);
  assert.equal((await show(shop, dispute)).status, 'pending');
  assert.equal((await payment(shop, id)).refunds.length, 0);
  refused(await defend(shop, dispute, { dry_run: true }), 422, 'invalid_parameter', 'dry_run');
  assert.equal((await show(shop, dispute)).status, 'pending');
});

test('an idempotency key gives the answer of accept and defend again', async () => {
  const shop = await server.merchant('ordinary');
  const first = await disputed(shop), second = await disputed(shop);
  const key = (text) => ({ 'X-KOMOJU-IDEMPOTENCY': `${text} ${first.dispute}` });
  for (let i = 0; i < 2; i++) {
    done(await accept(shop, first.dispute, {}, key('accept')));
    done(await defend(shop, second.dispute, {}, key('defend')));
  }
  refused(await accept(shop, second.dispute, {}, key('accept')), 422, 'invalid_parameter');
  const late = await disputed(shop);
  done(await defend(shop, late.dispute));
  for (let i = 0; i < 2; i++) // a refusal of state is kept
    refused(await accept(shop, late.dispute, {}, key('late')), 422, 'unprocessable_entity');
  assert.deepEqual(await chargebacks(shop), [['chargeback', -1000]]);
});

// ---- defend -----------------------------------------------------------------------------------

test('a defence is kept whole, and shown to the merchant alone', async () => {
  const shop = await server.merchant('ordinary'), other = await server.merchant('ordinary');
  const { payment: id, dispute } = await disputed(shop);
  const since = (await events(shop)).length;
  done(await defend(shop, dispute, {
    description: '届きました "✓"', product_name: 'A kettle',
    shipping_info: { carrier: 'Yamato', tracking_number: '1234', events: [{ at: '2026-01-02', what: 'left' }] },
    recipient_info: { name: '田中 花', address: { city: '神戸' } },
    document: { document_base64: PNG.toString('base64'), file_name: '受領書.png' },
  }));
  const d = await show(shop, dispute);
  assert.deepEqual([d.status, d.timeline.map((t) => t.status)], ['defended', ['pending', 'defended']]);
  assert.deepEqual(d.defense, {
    description: '届きました "✓"', product_name: 'A kettle',
    shipping_info: { carrier: 'Yamato', tracking_number: '1234', events: [{ at: '2026-01-02', what: 'left' }] },
    recipient_info: { name: '田中 花', address: { city: '神戸' } },
    document: { file_name: '受領書.png', content_type: 'image/png', bytes: PNG.length },
  });
  assert.deepEqual((await requests(shop)).data, [d]);
  const file = await shop.get(`/chargeback_requests/${dispute}/document`);
  assert.deepEqual([file.status, file.headers['content-type'], file.raw.equals(PNG)], [200, 'image/png', true]);
  for (const path of ['', '/document'])
    refused(await other.get(`/chargeback_requests/${dispute}${path}`), 404, 'not_found');
  assert.equal((await events(shop, since)).length, 0, 'what the merchant says is no event');
  assert.deepEqual([(await payment(shop, id)).status, await chargebacks(shop)], ['captured', []]);
  const texts = JSON.stringify(ok(await shop.get('/events?per_page=100')));
  assert.ok(!texts.includes('Yamato') && !texts.includes('神戸'));
});

test('a stolen file holds nothing of a defence in the clear', ONLY_SQLITE, async () => {
  const shop = await server.merchant('ordinary');
  const { dispute } = await disputed(shop, 1000, { reason: 'Kept in the clear' });
  const secret = 'Recipient Hanako of 1-2-3 Sannomiya';
  const bytes = Buffer.from(`%PDF-1.7 ${secret}`.repeat(3000)); // of two parts
  done(await defend(shop, dispute, { description: secret, recipient_info: { name: secret },
    document: { document_base64: bytes.toString('base64'), file_name: `${secret}.pdf` } }));
  const files = Buffer.concat([server.db, `${server.db}-wal`].map((name) => fs.readFileSync(name)));
  assert.ok(files.includes('Kept in the clear'), 'the search would find it');
  assert.ok(!files.includes(secret));
  assert.ok((await shop.get(`/chargeback_requests/${dispute}/document`)).raw.equals(bytes));
});

test('there is one defence: the same again changes nothing, another is refused', async () => {
  const shop = await server.merchant('ordinary');
  const { dispute } = await disputed(shop);
  done(await defend(shop, dispute));
  const kept = await show(shop, dispute);
  done(await defend(shop, dispute));
  refused(await defend(shop, dispute, { description: 'Something else.' }), 422, 'unprocessable_entity');
  refused(await defend(shop, dispute, { document: { document_base64: Buffer.from('GIF89a').toString('base64') } }),
    422, 'unprocessable_entity');
  refused(await accept(shop, dispute), 422, 'unprocessable_entity');
  assert.deepEqual(await show(shop, dispute), kept);
});

test('a document may come in lines, unpadded, or in a form', async () => {
  const shop = await server.merchant('ordinary');
  const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256))]);
  const text = bytes.toString('base64');
  const ways = [
    { document_base64: text.replace(/.{76}/g, '$&\r\n') }, { document_base64: text.replace(/=+$/, '') },
  ];
  for (const document of ways) {
    const { dispute } = await disputed(shop);
    done(await defend(shop, dispute, { document }));
    assert.ok((await shop.get(`/chargeback_requests/${dispute}/document`)).raw.equals(bytes));
    assert.deepEqual((await show(shop, dispute)).defense.document,
      { file_name: 'document.pdf', content_type: 'application/pdf', bytes: bytes.length });
  }
  const { dispute } = await disputed(shop);
  done(await shop.post(`/chargeback_requests/${dispute}/defend`, new URLSearchParams({
    description: 'By form.', 'document[document_base64]': text, 'shipping_info[carrier]': 'Yamato' })));
  assert.equal((await show(shop, dispute)).defense.shipping_info.carrier, 'Yamato');
  assert.ok((await shop.get(`/chargeback_requests/${dispute}/document`)).raw.equals(bytes));
});

test('a document has at most 15 MB, and comes back byte for byte', async () => {
  const shop = await server.merchant('ordinary');
  const { dispute } = await disputed(shop);
  const big = Buffer.alloc(15 * 1024 * 1024, 'kessai'); // 240 whole parts
  big.write('%PDF-');
  const sent = (bytes) => defend(shop, dispute, { document: { document_base64: bytes.toString('base64') } });
  refused(await sent(Buffer.concat([big, Buffer.from('!')])), 422, 'invalid_parameter', 'document.document_base64');
  assert.equal((await show(shop, dispute)).status, 'pending');
  done(await sent(big));
  assert.ok((await shop.get(`/chargeback_requests/${dispute}/document`)).raw.equals(big));
  assert.equal((await show(shop, dispute)).defense.document.bytes, big.length);
});

test('what is missing or wrong in a defence is named, and changes nothing', async () => {
  const shop = await server.merchant('ordinary');
  const { dispute } = await disputed(shop);
  const document = { document_base64: PNG.toString('base64') };
  const rows = [
    [{ description: undefined }, 'missing_parameter', 'description'],
    [{ description: '' }, 'missing_parameter', 'description'],
    [{ description: 'x'.repeat(4001) }, 'invalid_parameter', 'description'],
    [{ description: ['x'] }, 'invalid_parameter', 'description'],
    [{ document: undefined }, 'missing_parameter', 'document'],
    [{ document: null }, 'missing_parameter', 'document'],
    [{ document: 'x' }, 'invalid_parameter', 'document'],
    [{ document: {} }, 'missing_parameter', 'document.document_base64'],
    [{ document: { document_base64: '' } }, 'missing_parameter', 'document.document_base64'],
    [{ document: { document_base64: '*not*' } }, 'invalid_parameter', 'document.document_base64'],
    [{ document: { document_base64: 'aGVsbG8=' } }, 'invalid_parameter', 'document.document_base64'], // a text
    [{ document: { document_base64: Buffer.from('<svg/>').toString('base64') } }, 'invalid_parameter',
      'document.document_base64'],
    [{ document: { ...document, file_name: 'a/b.png' } }, 'invalid_parameter', 'document.file_name'],
    [{ document: { ...document, file_name: 'a\nb.png' } }, 'invalid_parameter', 'document.file_name'],
    [{ document: { ...document, file_name: 'x'.repeat(256) } }, 'invalid_parameter', 'document.file_name'],
    [{ product_name: 'x'.repeat(256) }, 'invalid_parameter', 'product_name'],
    [{ shipping_info: 'by post' }, 'invalid_parameter', 'shipping_info'],
    [{ shipping_info: { a: 'x'.repeat(8185) } }, 'invalid_parameter', 'shipping_info'],
    [{ recipient_info: [1] }, 'invalid_parameter', 'recipient_info'],
    [{ recipient_info: { a: 'x'.repeat(8185) } }, 'invalid_parameter', 'recipient_info'],
  ];
  for (const [more, code, param] of rows) refused(await defend(shop, dispute, more), 422, code, param);
  assert.deepEqual([(await show(shop, dispute)).status, (await show(shop, dispute)).defense], ['pending', null]);
  refused(await shop.get(`/chargeback_requests/${dispute}/document`), 404, 'not_found');
  // the most of everything at once
  const most = { description: '\u0001'.repeat(4000), product_name: '名'.repeat(255),
    shipping_info: { a: 'x'.repeat(8184) }, recipient_info: { a: 'x'.repeat(8184) },
    document: { ...document, file_name: '名'.repeat(255) } };
  done(await defend(shop, dispute, most));
  const { defense } = await show(shop, dispute);
  assert.deepEqual([defense.description, defense.product_name, defense.shipping_info, defense.document.file_name],
    [most.description, most.product_name, most.shipping_info, most.document.file_name]);
});

// ---- the bank decides -------------------------------------------------------------------------

test('the bank ends it before or after a defence: won moves nothing, lost takes the money', async () => {
  for (const isDefended of [false, true])
    for (const outcome of ['won', 'lost']) {
      const shop = await server.merchant('ordinary');
      const { payment: id, dispute } = await disputed(shop);
      if (isDefended) done(await defend(shop, dispute));
      const since = (await events(shop)).length;
      ok(await shop.simulate(id, `chargeback_${outcome}`));
      const d = await show(shop, dispute);
      const want = outcome === 'won' ? 'cancelled' : 'lost';
      assert.deepEqual([d.status, d.timeline.map((t) => t.status)],
        [want, ['pending', ...(isDefended ? ['defended'] : []), want]]);
      assert.equal(d.defense !== null, isDefended);
      assert.deepEqual(await chargebacks(shop), outcome === 'won' ? [] : [['chargeback', -1000]]);
      assert.deepEqual((await events(shop, since)).map((e) => e.type),
        outcome === 'won' ? ['payment.updated'] : ['payment.refund.created', 'payment.refunded']);
      refused(await accept(shop, dispute), 422, 'unprocessable_entity');
      if (!isDefended) refused(await defend(shop, dispute), 422, 'unprocessable_entity');
    }
});

test('a payment whose dispute was won can be disputed again; a lost one cannot', async () => {
  const shop = await server.merchant('ordinary');
  const { payment: id, dispute } = await disputed(shop);
  ok(await shop.simulate(id, 'chargeback_won'));
  refused(await shop.simulate(id, 'chargeback_won'), 422, 'not_chargebackable');
  ok(await shop.simulate(id, 'chargeback_opened'));
  const [second, first, ...none] = (await requests(shop, `?payment_id=${id}`)).data;
  assert.deepEqual([first.id, first.status, second.status, none.length], [dispute, 'cancelled', 'pending', 0]);
  done(await accept(shop, second.id));
  assert.equal((await show(shop, dispute)).status, 'cancelled');
  const straight = await shop.pay(500, null, { tax: 0 }); // nobody was asked before it was decided
  ok(await shop.simulate(straight.id, 'chargeback_lost', { reason_code: '4837' }));
  const [lost] = (await requests(shop, `?payment_id=${straight.id}`)).data;
  assert.deepEqual([lost.status, lost.reason_code, lost.reason], ['lost', '4837', '4837']);
});

// Ids come from the clocks of several servers: the later dispute may have the smaller one.
test('the open dispute of a payment is found whatever its id', async () => {
  const shop = await server.merchant('ordinary');
  const LATER = 1000000000000000; // far more than the ids that follow are apart
  const reopened = async () => {
    const { payment: id } = await disputed(shop);
    ok(await shop.simulate(id, 'chargeback_won'));
    const before = await sql(server.db, `SELECT max(id) FROM dispute WHERE state = 3 AND payment =
      (SELECT max(payment) FROM dispute WHERE state = 3)`);
    await sql(server.db, `UPDATE dispute SET id = id + ${LATER} WHERE id = ${before.trim()}`);
    ok(await shop.simulate(id, 'chargeback_opened'));
    const { data } = await requests(shop, `?payment_id=${id}`);
    assert.deepEqual(data.map((d) => d.status), ['pending', 'cancelled']);
    const ids = await sql(server.db, `SELECT state FROM dispute WHERE payment =
      (SELECT payment FROM dispute WHERE id = ${before.trim()} + ${LATER}) ORDER BY id`);
    assert.equal(ids, '1\n3\n', 'the older one has the larger id');
    return { id, dispute: data[0].id };
  };
  const won = await reopened();
  ok(await shop.simulate(won.id, 'chargeback_won'));
  assert.equal((await show(shop, won.dispute)).status, 'cancelled');
  const lost = await reopened();
  ok(await shop.simulate(lost.id, 'chargeback_lost'));
  assert.equal((await show(shop, lost.dispute)).status, 'lost');
  const refunded = await reopened();
  ok(await shop.post(`/payments/${refunded.id}/refund`));
  assert.equal((await show(shop, refunded.dispute)).status, 'cancelled');
});

// ---- the due date -----------------------------------------------------------------------------

test('nobody answers in time: it expires and takes the money, a defended one does not', async () => {
  const shop = await server.merchant('ordinary');
  const late = await disputed(shop), safe = await disputed(shop, 700);
  done(await defend(shop, safe.dispute));
  const due = at((await show(shop, late.dispute)).due_date);
  const since = (await events(shop)).length;
  await shop.clock({ to: new Date((due - 60) * 1000).toISOString() });
  assert.equal((await show(shop, late.dispute)).status, 'pending');
  await shop.clock({ to: new Date((due + 1) * 1000).toISOString() });
  const d = await show(shop, late.dispute);
  assert.deepEqual([d.status, d.timeline.map((t) => t.status)], ['expired', ['pending', 'expired']]);
  assert.ok(at(d.last_updated_at) > due);
  assert.deepEqual(await chargebacks(shop), [['chargeback', -1000]]);
  assert.deepEqual((await events(shop, since)).map((e) => e.type), ['payment.refund.created', 'payment.refunded']);
  assert.equal((await payment(shop, late.payment)).status, 'refunded');
  refused(await accept(shop, late.dispute), 422, 'unprocessable_entity');
  refused(await defend(shop, late.dispute), 422, 'unprocessable_entity');
  assert.equal((await show(shop, safe.dispute)).status, 'defended');
  done(await defend(shop, safe.dispute)); // however late, it has been said
  await shop.clock({ advance_s: 30 * DAY_S });
  assert.equal((await show(shop, safe.dispute)).status, 'defended');
  ok(await shop.simulate(safe.payment, 'chargeback_won'));
});

test('the last second still counts', async () => {
  const shop = await server.merchant('ordinary');
  const { dispute } = await disputed(shop);
  const due = at((await show(shop, dispute)).due_date);
  await shop.clock({ to: new Date((due - 30) * 1000).toISOString() });
  done(await accept(shop, dispute));
  assert.equal((await show(shop, dispute)).status, 'accepted');
});

// ---- refunds beside disputes ------------------------------------------------------------------

test('a refund meanwhile leaves less to take; a full one ends the dispute', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(5000);
  const part = await disputed(shop);
  ok(await shop.post(`/payments/${part.payment}/refund`, { amount: 300 }));
  assert.equal((await show(shop, part.dispute)).status, 'pending');
  done(await accept(shop, part.dispute));
  assert.deepEqual(await chargebacks(shop), [['chargeback', -700]]);
  assert.deepEqual((await payment(shop, part.payment)).refunds.map((r) => [r.amount, r.chargeback]),
    [[300, false], [700, true]]);
  refused(await shop.post(`/payments/${part.payment}/refund`, { amount: 1 }), 422, 'not_refundable');
  const whole = await disputed(shop);
  ok(await shop.post(`/payments/${whole.payment}/refund`));
  const d = await show(shop, whole.dispute);
  assert.deepEqual([d.status, d.timeline.map((t) => t.status)], ['cancelled', ['pending', 'cancelled']]);
  refused(await accept(shop, whole.dispute), 422, 'unprocessable_entity');
  refused(await shop.simulate(whole.payment, 'chargeback_lost'), 422, 'not_chargebackable');
  assert.deepEqual(await chargebacks(shop), [['chargeback', -700]]);
  const refunded = await shop.pay(1000, null, { tax: 0 });
  ok(await shop.post(`/payments/${refunded.id}/refund`));
  refused(await shop.simulate(refunded.id, 'chargeback_opened'), 422, 'not_chargebackable');
});

test('many callers at once answer, refund and end one dispute: the money goes back once', async () => {
  const shop = await server.merchant('ordinary');
  await shop.pay(50000);
  for (let round = 0; round < 8; round++) {
    const { payment: id, dispute } = await disputed(shop);
    const calls = [];
    for (let i = 0; i < 4; i++)
      calls.push(accept(shop, dispute), defend(shop, dispute), shop.simulate(id, 'chargeback_lost'),
        shop.post(`/payments/${id}/refund`), accept(shop, dispute, {}, { 'X-KOMOJU-IDEMPOTENCY': `race ${dispute}` }));
    const replies = await Promise.all(calls);
    for (const reply of replies) assert.ok([200, 204, 409, 422].includes(reply.status), reply.raw.toString());
    const shown = await payment(shop, id), d = await show(shop, dispute);
    assert.deepEqual([shown.status, shown.amount_refunded, shown.refunds.length], ['refunded', 1000, 1]);
    assert.equal(['accepted', 'lost'].includes(d.status), shown.refunds[0].chargeback);
    if (!shown.refunds[0].chargeback) assert.equal(d.status, 'cancelled');
  }
});

test('many callers open one dispute: there is one', async () => {
  const shop = await server.merchant('ordinary');
  const { id } = await shop.pay(1000);
  const replies = await Promise.all(Array.from({ length: 12 }, () => shop.simulate(id, 'chargeback_opened')));
  assert.equal(replies.filter((r) => r.status === 200).length, 1);
  for (const r of replies.filter((reply) => reply.status !== 200)) refused(r, 422, 'not_chargebackable');
  assert.equal((await requests(shop)).total, 1);
});

// ---- platforms --------------------------------------------------------------------------------

test('11.9: a marketplace bears it alone, whatever its balance', async () => {
  const p = await server.marketplace();
  const [S1, S2] = await p.payouts(2);
  const { payment: id, dispute } = await disputed(p, 1000, {}, [[S1, 700, 70], [S2, 300, 30]]);
  assert.deepEqual([await p.balance(), await p.balance(S1), await p.balance(S2)], [64, 630, 270]);
  done(await accept(p, dispute));
  assert.deepEqual([await p.balance(), await p.balance(S1), await p.balance(S2)], [-936, 630, 270]);
  assert.deepEqual(await chargebacks(p), [['chargeback', -1000]]);
  const { refunds } = await payment(p, id);
  assert.deepEqual(refunds.map((r) => [r.amount, r.chargeback, 'platform_details' in r]), [[1000, true, false]]);
});

test('12: a seller bears its own, and its platform answers for it', async () => {
  const p = await server.merchant('platform'), other = await server.merchant('platform');
  const S = await p.seller();
  const paid = await p.pay(1000, null, { platform_details: { processing_merchant_id: S, ...split([S, 1000, 100]) } });
  ok(await p.simulate(paid.id, 'chargeback_opened'));
  for (const query of ['', `?merchant_id=${S}`, `?payment_id=${paid.id}`])
    assert.equal((await requests(p, query)).total, 1, query);
  assert.equal((await requests(p, `?merchant_id=${p.id}`)).total, 0);
  const [{ id }] = (await requests(p)).data;
  refused(await other.get(`/chargeback_requests?merchant_id=${S}`), 404, 'not_found', 'merchant_id');
  assert.equal((await requests(other, `?payment_id=${paid.id}`)).total, 0);
  done(await accept(p, id));
  assert.deepEqual([await p.balance(), await p.balance(S)], [100, -136]);
  assert.deepEqual((await events(p)).slice(-2).map((e) => e.type),
    ['submerchant.payment.refund.created', 'submerchant.payment.refunded']);
});

// ---- the fixed fee ----------------------------------------------------------------------------

test('8, 11.9: a lost dispute costs the processing merchant its fixed fee and the tax on it', async () => {
  const p = await server.marketplace();
  const [S1] = await p.payouts(1);
  const fee = (...more) => server.cli('merchant', 'chargeback-fee', '--merchant', p.id, ...more);
  assert.deepEqual(await fee(), [{ merchant: p.id, chargeback_fee: 0 }]);
  const { payment: id, dispute } = await disputed(p, 1000, {}, [[S1, 1000, 100]]);
  assert.deepEqual(await fee('--fee', '1505'), [{ merchant: p.id, chargeback_fee: 1505 }]);
  assert.deepEqual(await fee(), [{ merchant: p.id, chargeback_fee: 1505 }]);
  const dry = ok(await accept(p, dispute, { dry_run: true }));
  assert.deepEqual(dry.dry_run.transfers.map((t) => [t.type, t.credit, t.amount]),
    [['chargeback', 'acquirer:simulator', 1000], ['chargeback_fixed_fee', 'fee', 1505],
      ['chargeback_fixed_fee_tax', 'tax', 151]]); // 150.5, half up
  done(await accept(p, dispute));
  assert.deepEqual([await p.balance(), await p.balance(S1)], [64 - 1000 - 1505 - 151, 900]);
  assert.deepEqual(await chargebacks(p),
    [['chargeback', -1000], ['chargeback_fixed_fee', -1505], ['chargeback_fixed_fee_tax', -151]]);
  const balance = ok(await p.get(`/merchants/${p.id}/balances/JPY`));
  assert.deepEqual([balance.refunds.refunded_amount_total_cents, balance.misc.chargeback_fixed_fee_total_cents],
    [-1000, -1656]);
  const { transactions } = ok(await p.get(`/payments/${id}/explain`));
  assert.deepEqual(transactions.at(-1).transfers.map((t) => t.because),
    ['all of it that had not been given back: 1000', 'a lost dispute cost this merchant 1505',
      '10 % of the fee 1505 is 150.500… rounded half up to 151']);
  assert.equal((await payment(p, id)).amount_refunded, 1000, 'the fee is no refund');
  const won = await disputed(p, 1000, {}, [[S1, 1000, 100]]); // what is won costs nothing
  ok(await p.simulate(won.payment, 'chargeback_won'));
  assert.equal((await chargebacks(p)).length, 3);
});

test('a payment in another currency costs no fee', async () => {
  const shop = await server.merchant('ordinary');
  await server.cli('merchant', 'chargeback-fee', '--merchant', shop.id, '--fee', '1500');
  const paid = await shop.pay(1000, null, { tax: 0, currency: 'USD' });
  ok(await shop.simulate(paid.id, 'chargeback_lost'));
  const { data } = ok(await shop.get(`/merchants/${shop.id}/balances/USD/transactions`));
  assert.deepEqual(data.map((r) => r.type).filter((type) => type.startsWith('chargeback')), ['chargeback']);
});

// ---- the operator -----------------------------------------------------------------------------

test('the operator opens and ends disputes, and passes defences on', async () => {
  const shop = await server.merchant('ordinary');
  const paid = await shop.pay(1000, null, { tax: 0 }), other = await shop.pay(300, null, { tax: 0 });
  const open = (id, ...more) => server.cli('dispute', 'open', '--payment', id, ...more);
  const list = async () => (await server.cli('dispute', 'list')).filter((d) => d.merchant === shop.id);
  const [{ id, ...opened }] = await open(paid.id, '--reason-code', '10.4', '--reason', 'Other fraud');
  const shown = await show(shop, id);
  assert.deepEqual([shown.status, shown.reason_code, shown.reason], ['pending', '10.4', 'Other fraud']);
  assert.deepEqual(opened, { status: 'pending', due_date: shown.due_date });
  assert.deepEqual(await list(), [{ id, status: 'pending', payment: paid.id, merchant: shop.id, live: false,
    amount: 1000, currency: 'JPY', reason_code: '10.4', reason: 'Other fraud', created_at: shown.created_at,
    due_date: shown.due_date, defended_at: null }]);
  done(await defend(shop, id));
  assert.deepEqual((await server.cli('dispute', 'show', '--id', id))[0], await show(shop, id));
  const document = await run('dispute', 'document', '--db', server.db, '--id', id);
  assert.deepEqual([document.code, document.stdout], [0, PNG.toString('utf8')]);
  assert.deepEqual(await server.cli('dispute', 'end', '--id', id, '--outcome', 'lost'),
    [{ id, status: 'lost', due_date: shown.due_date }]);
  assert.deepEqual(await chargebacks(shop), [['chargeback', -1000]]);
  assert.deepEqual((await events(shop)).slice(-3).map((e) => e.type),
    ['payment.updated', 'payment.refund.created', 'payment.refunded']);
  const [second] = await open(other.id);
  const [won] = await server.cli('dispute', 'end', '--id', second.id, '--outcome', 'won');
  assert.equal(won.status, 'cancelled');
  assert.deepEqual(await list(), []);
  for (const [args, text] of [
    [['end', '--id', id, '--outcome', 'won'], /--id: .*ended already/],
    [['end', '--id', twist(id), '--outcome', 'won'], /--id: .*no such dispute/],
    [['open', '--payment', paid.id], /not captured/],
    [['open', '--payment', twist(paid.id)], /--payment: .*no such payment/],
    [['document', '--id', second.id], /--id: .*not defended/],
  ]) {
    const { code, stderr } = await run('dispute', args[0], '--db', server.db, ...args.slice(1));
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, text);
  }
});

// Two servers see the same due date pass; only one of them runs the tenant's jobs at a time.
test('on two servers a dispute expires once', ONLY_POSTGRES, async () => {
  const second = await Server.start({ db: server.db });
  const shop = await server.merchant('ordinary');
  const there = new Merchant(second, { id: shop.id, secret_key: shop.key, publishable_key: shop.publishable });
  const made = [];
  for (let i = 0; i < 12; i++) made.push(await disputed(i % 2 ? there : shop, 100 + i));
  done(await accept(there, made[0].dispute));
  await Promise.all([shop, there].map((m) => m.clock({ advance_s: 11 * DAY_S })));
  for (const m of [shop, there])
    assert.deepEqual((await requests(m, '?per_page=100')).data.map((d) => d.status).sort(),
      ['accepted', ...Array.from({ length: 11 }, () => 'expired')]);
  assert.equal((await chargebacks(shop)).length, 12);
  await second.stop();
});

// ---- whose it is ------------------------------------------------------------------------------

test('other keys see nothing of it and can do nothing to it', async () => {
  const shop = await server.merchant('ordinary'), other = await server.merchant('ordinary');
  const live = await server.merchant('ordinary', '--live');
  const { dispute } = await disputed(shop);
  for (const [who, id] of [[other, dispute], [live, dispute], [shop, twist(dispute)], [shop, 'x'], [shop, '0'.repeat(25)]]) {
    refused(await who.get(`/chargeback_requests/${id}`), 404, 'not_found');
    refused(await who.get(`/chargeback_requests/${id}/document`), 404, 'not_found');
    refused(await accept(who, id), 404, 'not_found');
    refused(await defend(who, id), 404, 'not_found');
  }
  for (const path of ['', `/${dispute}`, `/${dispute}/document`])
    refused(await shop.browser.get(`/chargeback_requests${path}`), 403, 'forbidden');
  refused(await accept(shop.browser, dispute), 403, 'forbidden');
  refused(await defend(shop.browser, dispute), 403, 'forbidden');
  assert.equal((await requests(other)).total, 0);
  assert.equal((await show(shop, dispute)).status, 'pending');
});

// ---- the list ---------------------------------------------------------------------------------

test('the list has pending ones first, then the rest, and can be filtered', async () => {
  const shop = await server.merchant('ordinary');
  const made = [];
  for (let i = 0; i < 5; i++) {
    made.push(await disputed(shop, 100 + i));
    await shop.clock({ advance_s: DAY_S });
  }
  done(await defend(shop, made[4].dispute));
  done(await accept(shop, made[3].dispute));
  ok(await shop.simulate(made[1].payment, 'chargeback_won'));
  const order = [2, 0, 4, 3, 1].map((i) => made[i].dispute);
  const ids = async (query) => (await requests(shop, query)).data.map((d) => d.id);
  assert.deepEqual(await ids(''), order);
  assert.deepEqual(await ids('?per_page=2&page=2'), order.slice(2, 4));
  assert.equal((await requests(shop, '?per_page=2&page=2')).last_page, 3);
  const of = (...numbers) => numbers.map((i) => made[i].dispute);
  assert.deepEqual(await ids('?status=pending'), of(2, 0));
  assert.deepEqual(await ids('?status=accepted,%20defended'), of(4, 3));
  assert.deepEqual(await ids('?status=lost'), []);
  assert.deepEqual(await ids(`?payment_id=${made[3].payment}`), of(3));
  assert.deepEqual(await ids(`?payment_id=${made[3].payment}&status=pending`), []);
  assert.deepEqual(await ids('?payment_id=unknown'), []);
  const { due_date: due, created_at: created } = await show(shop, made[2].dispute);
  const day = due.slice(0, 10); // its due date ends that day in Japan
  assert.deepEqual(await ids(`?due_date_start=${day}&due_date_end=${day}`), of(2));
  assert.deepEqual(await ids(`?due_date_start=${due}`), of(2, 4, 3));
  assert.deepEqual(await ids(`?due_date_end=${due}`), of(2, 0, 1), 'inclusive');
  const before = new Date((at(due) - 1) * 1000).toISOString();
  assert.deepEqual(await ids(`?due_date_end=${before}`), of(0, 1));
  const soon = new Date((at(created) + 3600) * 1000).toISOString();
  assert.deepEqual(await ids(`?end_time=${soon}`), of(2, 0, 1));
  assert.deepEqual(await ids(`?start_time=${soon}`), of(4, 3));
  for (const [query, param] of [['status=won', 'status'], ['due_date_start=soon', 'due_date_start'],
    ['due_date_end=2026-13-01', 'due_date_end'], ['page=0', 'page'], ['per_page=0', 'per_page']])
    refused(await shop.get(`/chargeback_requests?${query}`), 422, 'invalid_parameter', param);
});

test('only what a card scheme could take back can be disputed', async () => {
  const shop = await server.merchant('ordinary');
  const waiting = await shop.pay(1000, null, { capture: false });
  refused(await shop.simulate(waiting.id, 'chargeback_opened'), 422, 'not_chargebackable');
  const { id } = await shop.pay(1000);
  for (const [more, param] of [[{ reason_code: 'x'.repeat(33) }, 'reason_code'], [{ reason: 'x'.repeat(256) }, 'reason']])
    refused(await shop.simulate(id, 'chargeback_opened', more), 422, 'invalid_parameter', param);
  assert.equal((await requests(shop)).total, 0);
});

closes(server);
