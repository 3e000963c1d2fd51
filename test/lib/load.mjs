// SPDX-License-Identifier: Apache-2.0
// load.mjs: what the race and crash tests share: seeded randomness, a client that survives a dying
// server, and a naive model of the books that knows nothing of the server's own sums.
import http from 'node:http';
import assert from 'node:assert/strict';

export const SEED = Number(process.env.KESSAI_SEED ?? Date.now() % 1_000_000_000);
export const CARD = {
  type: 'credit_card', name: 'Taro Yamada', number: '4111111111111111',
  month: '12', year: '2035', verification_value: '123',
};

// A small generator (mulberry32): the same seed gives the same choices.
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (percent) => next() * 100 < percent,
    pick: (list) => list[below(list.length)],
    // table: [[what, weight], ...]
    weighted(table) {
      let at = below(table.reduce((sum, [, weight]) => sum + weight, 0));
      return table.find(([, weight]) => (at -= weight) < 0)[0];
    },
  };
}

// A client of one merchant over kept connections. call() never throws: status 0 means that no
// whole answer came. `target` is a function that gives the port, so that a client outlives a server.
export function client(target, secret, { connections = 64 } = {}) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  const auth = 'Basic ' + Buffer.from(secret + ':').toString('base64');
  const call = (method, path, body, { key, scenario, timeout_ms = 60000 } = {}) =>
    new Promise((done) => {
      const text = body === undefined ? undefined
        : typeof body === 'string' ? body : JSON.stringify(body);
      const headers = { Authorization: auth };
      if (text !== undefined) {
        headers['Content-Type'] = 'application/json';
        headers['Content-Length'] = Buffer.byteLength(text);
      }
      if (key !== undefined) headers['X-KOMOJU-IDEMPOTENCY'] = key;
      if (scenario !== undefined) headers['Komoju-Scenario'] = scenario;
      const lost = (error) => done({ status: 0, text: String(error), json: null });
      const options = { host: '127.0.0.1', port: target(), path: '/api/v1' + path, method, headers,
        agent, timeout: timeout_ms };
      const rq = http.request(options, (rp) => {
        const parts = [];
        rp.on('data', (part) => parts.push(part));
        rp.on('error', lost);
        rp.on('aborted', () => lost('aborted'));
        rp.on('end', () => {
          if (!rp.complete) return lost('cut short');
          const answer = Buffer.concat(parts).toString();
          let json = null;
          try { json = JSON.parse(answer); } catch { /* the caller sees null */ }
          done({ status: rp.statusCode, text: answer, json });
        });
      });
      rq.on('error', lost);
      rq.on('timeout', () => rq.destroy(new Error('timeout')));
      rq.end(text);
    });
  const get = async (path) => {
    const r = await call('GET', path);
    assert.equal(r.status, 200, `GET ${path}: ${r.status} ${r.text}`);
    return r.json;
  };
  // Every row of a list, oldest first, while nobody writes.
  const all = async (path) => {
    const rows = [], sign = path.includes('?') ? '&' : '?';
    let page = 1, last = 1;
    for (; page <= last; page++) {
      const list = await get(`${path}${sign}per_page=100&page=${page}`);
      last = list.last_page;
      rows.push(...list.data);
    }
    return rows.reverse();
  };
  return { call, get, all, close: () => agent.destroy() };
}

// Runs `lanes` copies of work(lane) side by side and waits for all.
export const beside = (lanes, work) =>
  Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));

// Runs work(item) over all items, `width` at a time.
export async function over(items, width, work) {
  let at = 0;
  await beside(Math.min(width, items.length), async () => {
    while (at < items.length) await work(items[at++]);
  });
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const NOT_FINAL = [0, 409, 423, 503, 504];

// Sends a call again, under the same key, until it has a final answer; `again` names statuses that are not final either.
export async function insist(send, { until_ms = 60000, again = [] } = {}) {
  const end = Date.now() + until_ms;
  for (let pause = 5; ; pause = Math.min(pause * 2, 200)) {
    const r = await send();
    if (![...NOT_FINAL, ...again].includes(r.status) || Date.now() > end) return r;
    await sleep(pause);
  }
}

// The key inside an id: for events and ledger transactions the sequence number.
export function idKey(id) {
  let value = 0n;
  for (const digit of id) value = value * 36n + BigInt(parseInt(digit, 36));
  return Number(value >> 64n);
}

// ---- the model of the books (komoju-platform 8, 10, 11) --------------------------------------

const FEE_E4 = 325; // 3.25 %, the credit card rate of a new merchant
export const feeOf = (base) => Math.floor((base * FEE_E4 + 5000) / 10000);
export const feeTaxOf = (fee) => Math.floor((fee * 10 + 50) / 100);

// What every account of a platform with payout merchants holds, from payments as shown and from
// transfers [{from, to, amount}].
export function modelBalances(root, payments, transfers) {
  const held = new Map();
  const add = (account, amount) => held.set(account, (held.get(account) ?? 0) + amount);
  for (const p of payments) {
    if (p.captured_at === null) continue;
    const lines = p.platform_details.submerchants, base = p.amount + p.tax, fee = feeOf(base);
    add(root, base - fee - feeTaxOf(fee));
    for (const line of lines) {
      add(root, line.platform_fee - line.amount);
      add(line.submerchant_id, line.amount - line.platform_fee);
    }
    for (const refund of p.refunds) {
      add(root, -refund.amount);
      if (refund.chargeback) continue;
      const back = refund.platform_details
        ? refund.platform_details.submerchants.map((l) => [l.submerchant_id, l.amount])
        : lines.map((l) => [l.submerchant_id, l.amount - l.platform_fee]);
      for (const [account, amount] of back) {
        add(account, -amount);
        add(root, amount);
      }
    }
  }
  for (const { from, to, amount } of transfers) {
    add(from, -amount);
    add(to, amount);
  }
  return held;
}

// What must hold of any payment, whatever happened to it.
export function checkPayment(p) {
  const name = `payment ${p.id} (${p.status})`, base = p.amount + p.tax;
  const refunded = p.refunds.reduce((sum, refund) => sum + refund.amount, 0);
  const is_captured = p.status === 'captured' || p.status === 'refunded';
  assert.equal(p.amount_refunded, refunded, `${name}: amount_refunded is not the sum of refunds`);
  assert.ok(refunded <= base, `${name}: ${refunded} refunded of ${base}`);
  assert.equal(p.captured_at !== null, is_captured, `${name}: captured_at ${p.captured_at}`);
  assert.ok(is_captured || refunded === 0, `${name}: refunded without a capture`);
  assert.equal(p.status === 'refunded', is_captured && refunded === base, `${name}: ${refunded}`);
  assert.ok(p.refunds.filter((r) => r.chargeback).length <= 1, `${name}: charged back twice`);
  assert.equal(new Set(p.refunds.map((r) => r.id)).size, p.refunds.length, `${name}: twice the id`);
  if (is_captured) {
    const split = p.platform_details.submerchants.reduce((sum, line) => sum + line.amount, 0);
    assert.equal(split, base, `${name}: its split adds up to ${split}, not ${base}`);
  }
}

// Compares every account with the model; the accounts are the root and its sub-merchants.
export async function checkBalances(api, root, subs, transfers) {
  const payments = await api.all('/payments');
  payments.forEach(checkPayment);
  const model = modelBalances(root, payments, transfers);
  for (const account of [root, ...subs]) {
    const balance = await api.get(`/merchants/${account}/balances/JPY`);
    assert.equal(balance.total_balance_cents, model.get(account) ?? 0,
      `balance of ${account === root ? 'the platform' : account}`);
    if (account !== root) assert.ok(balance.total_balance_cents >= 0, `${account} is negative`);
  }
  return payments;
}

// The account's ledger as [{id, net, types}], oldest first, one row per transaction.
export async function ledgerOf(api, account) {
  const rows = [];
  for (const record of await api.all(`/merchants/${account}/balances/JPY/transactions`)) {
    if (rows.at(-1)?.id !== record.id) rows.push({ id: record.id, net: 0, types: [] });
    rows.at(-1).net += record.amount_cents;
    rows.at(-1).types.push(record.type);
  }
  return rows;
}
