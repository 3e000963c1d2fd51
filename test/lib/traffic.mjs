// SPDX-License-Identifier: Apache-2.0
// traffic.mjs: clients that want something done exactly once from servers that share a database, whatever happens to
// either, and the check that it was. Every call has an idempotency key and is sent again, to any of the servers, until
// it has an answer.
import assert from 'node:assert/strict';
import { CARD, beside, checkBalances, client, idKey, insist, ledgerOf, over, random } from './load.mjs';
import { until, split } from './server.mjs';

const PATIENCE_MS = 180000; // an acquirer may keep silent about a lost call for a minute
const lives = (server) => server.child.exitCode === null && server.child.signalCode === null;
const FINAL = new Set([200, 402, 422, 502]);

export class Traffic {
  /** @param servers as Server.start gives them; one that is killed or stands still does not answer
   *  @param timeout_ms after which a call is sent again, perhaps to another server
   *  @param again statuses after which it is sent again as well */
  static async start(servers, seed, { lanes = 8, timeout_ms = 20000, again = [] } = {}) {
    const traffic = new Traffic();
    const merchant = await servers[0].marketplace();
    const subs = await merchant.payouts(2);
    for (const sub of subs) await merchant.pay(400000, [[sub, 400000, 300000]]);
    Object.assign(traffic, { timeout_ms, again, servers, merchant, subs, seed, isOver: false, isClosed: false, calls: [], shown: [],
      tries: 0, unsure: 0 });
    traffic.apis = servers.map((server) =>
      client(() => Number(new URL(server.base).port), merchant.key, { connections: lanes * 2 }));
    traffic.running = beside(lanes, (lane) => traffic.shopper(lane));
    traffic.running.catch(() => { traffic.isOver = true; });
    return traffic;
  }

  /** Sends to a server at random, then to others. */
  async send(call, dice) {
    return insist(async () => {
      if (this.isClosed) return { status: -1, text: 'given up' };
      this.tries++;
      const answer = await dice.pick(this.apis).call('POST', call.path, call.body,
        { key: call.name, timeout_ms: this.timeout_ms });
      if (answer.status === 0 || answer.status === 503) this.unsure++;
      return answer;
    }, { until_ms: PATIENCE_MS, again: this.again });
  }

  next(dice, name) {
    const { subs, merchant } = this;
    const payment = this.shown.length > 0 ? dice.pick(this.shown) : undefined;
    const kind = dice.weighted([['charge', 60], ['refund', payment ? 25 : 0], ['transfer', 15]]);
    if (kind === 'refund') {
      const amount = dice.between(10, 90), back = dice.between(1, amount);
      return { kind, name, path: `/payments/${payment.id}/refund`,
        body: { amount, description: name, platform_details: split([dice.pick(subs), back, amount - back]) } };
    }
    if (kind === 'transfer') {
      const amount = dice.between(1, 500);
      const [from, to] = dice.chance(50) ? [merchant.id, subs[0]] : [subs[0], merchant.id];
      return { kind, name, path: `/merchants/${from}/balances/JPY/transfer`, body: { to, amount },
        transfer: { from, to, amount } };
    }
    const amount = dice.between(1000, 5000), first = dice.between(100, amount - 100);
    const lines = [[subs[0], first, Math.floor(first / 4)], [subs[1], amount - first, Math.floor((amount - first) / 4)]];
    return { kind, name, path: '/payments', body: { amount, tax: 0, currency: 'JPY', payment_details: CARD,
      platform_details: split(...lines), external_order_num: name } };
  }

  async shopper(lane) {
    const dice = random(this.seed + lane);
    for (let i = 0; !this.isOver; i++) {
      const call = this.next(dice, `${this.seed} ${lane}.${i}`);
      this.calls.push(call);
      const answer = await this.send(call, dice);
      assert.ok(FINAL.has(answer.status), `${call.kind} ${call.name}: ${answer.status} ${answer.text}`);
      call.answer = answer;
      if (call.kind === 'charge' && answer.status === 200) this.shown.push(answer.json);
      if (this.shown.length > 40) this.shown.shift();
    }
  }

  done() {
    return this.calls.filter((call) => call.answer).length;
  }

  /** Waits until that many more calls have been answered. */
  more(count) {
    const wanted = this.done() + count;
    return until(`${wanted} answers`, () => this.isOver || this.done() >= wanted, PATIENCE_MS);
  }

  async stop() {
    this.isOver = true;
    await this.running;
  }

  /** Everything that was told happened once, nothing else happened at all. Nobody writes any more. */
  async check() {
    const api = this.apis[this.servers.findIndex(lives)];
    const won = this.calls.filter((call) => call.answer.status === 200);
    await until('nothing is under way', async () =>
      (await api.get('/payments?status=pending&per_page=1')).total === 0);
    const transfers = won.filter((call) => call.transfer).map((call) => call.transfer);
    const payments = await checkBalances(api, this.merchant.id, this.subs, transfers);
    const there = payments.filter((p) => p.status !== 'failed').map((p) => p.external_order_num).filter(Boolean);
    const told = won.filter((call) => call.kind === 'charge').map((call) => call.name);
    assert.deepEqual(there.sort(), told.sort(), 'the payments are those that were told');
    const refunds = payments.flatMap((p) => p.refunds.map((r) => r.description));
    const toldRefunds = won.filter((call) => call.kind === 'refund').map((call) => call.name);
    assert.deepEqual(refunds.sort(), toldRefunds.sort(), 'the refunds are those that were told');
    const rows = await ledgerOf(api, this.subs[0]);
    const moved = rows.filter((row) => row.types[0] === 'balance_transfer').map((row) => row.net);
    const toldMoves = transfers.map((t) => (t.to === this.subs[0] ? t.amount : -t.amount));
    const rising = (a, b) => a - b;
    assert.deepEqual(moved.sort(rising), toldMoves.sort(rising), 'the transfers are those that were told');
    const events = await api.all('/events');
    events.forEach((event, at) => assert.equal(idKey(event.id), at + 1, 'events are numbered without a gap'));
    const captured = events.filter((e) => e.type === 'payment.captured').map((e) => e.data.id);
    assert.equal(new Set(captured).size, captured.length, 'no payment is captured twice');
    await over(won.slice(-200), 8, (call) => this.replay(call));
    return { calls: this.calls.length, won: won.length, tries: this.tries, unsure: this.unsure, events: events.length };
  }

  /** The same call, on each server, gives the same bytes. */
  async replay(call) {
    for (const [at, api] of this.apis.entries()) {
      if (!lives(this.servers[at])) continue;
      const again = await api.call('POST', call.path, call.body, { key: call.name });
      assert.equal(again.text, call.answer.text, `${call.kind} ${call.name} is answered otherwise`);
    }
  }

  /** Ends the connections; shoppers that still run give up. */
  close() {
    this.isOver = this.isClosed = true;
    this.apis.forEach((api) => api.close());
  }
}
