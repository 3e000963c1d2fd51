// SPDX-License-Identifier: Apache-2.0
// server.mjs: a kessai of its own on a fresh database, for one file of tests.
//
// Port 0 and a folder of its own, so that files run side by side. Everything that used a database ends with
// closes(server): SIGTERM, exit status 0, and the auditor's `0 findings`.
// KESSAI_BIN is the program, build/kessai unless set; database.mjs says which store it is on.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { after, test } from 'node:test';
import { Contract, documentOf } from './contract.mjs';
import { folder, freshDatabase, isUrl, withKey } from './database.mjs';

export { folder };

export const TOP = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
export const BIN = path.resolve(TOP, process.env.KESSAI_BIN ?? 'build/kessai');
export const DEADLINE_MS = 60000; // for anything that is awaited; a sanitized program is ten times slower

/** Runs a command to its end: {code, stdout, stderr}. */
export function run(...args) {
  return new Promise((resolve) => {
    execFile(BIN, withKey(args), { timeout: DEADLINE_MS, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
  });
}

/** Polls until `claim` gives something true, and gives that; fails with `what` when the deadline has passed. */
export async function until(what, claim, deadlineMs = DEADLINE_MS) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const found = await claim();
    if (found) return found;
    assert.ok(Date.now() < end, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let contract;
/** What the program says of its answers; every answer is held against it. */
export const theContract = () => (contract ??= new Contract(documentOf(BIN)));

export const basic = (text) => `Basic ${Buffer.from(text).toString('base64')}`;

const sleepers = new Set();
after(() => {
  for (const child of sleepers) child.kill('SIGKILL'); // of a test that failed half-way
});

export class Server {
  /** @param options args: more arguments of serve; db: a database that is there already;
   *  shell: what a shell does before it becomes the server, such as setting a limit */
  static async start(options = {}) {
    const server = new Server();
    server.folder = options.db && !isUrl(options.db) ? path.dirname(options.db) : folder();
    server.db = options.db ?? await freshDatabase({ at: server.folder });
    server.args = options.args ?? [];
    server.shell = options.shell;
    server.stdout = '';
    server.stderr = '';
    await server.begin();
    return server;
  }

  /** What is run: program and arguments. */
  command() {
    return [BIN, ...withKey(['serve', '--db', this.db, '--listen', '127.0.0.1:0', ...this.args])];
  }

  /** Starts the program; again on the same database after stop(). */
  async begin() {
    const command = this.command();
    if (this.shell) command.unshift('bash', '-c', `${this.shell}; exec "$@"`, 'bash');
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    sleepers.add(child);
    child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        sleepers.delete(child);
        resolve(code ?? signal);
      });
    });
    let line = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      line += text;
      this.stdout += text;
    });
    await until('the server says where it listens', () => {
      assert.equal(child.exitCode, null, `the server ended at once: ${this.stderr}`);
      return line.includes('\n');
    });
    this.base = /^kessai \S+ listening on (http:\/\/\S+)\n$/.exec(line)?.[1];
    assert.ok(this.base, `the line of the server: ${line}`);
    this.agent = new http.Agent({ keepAlive: true });
  }

  /** SIGTERM; the server answers what is under way and ends with status 0. */
  async stop() {
    this.child.kill('SIGTERM');
    assert.equal(await this.ended, 0, `SIGTERM ends with status 0: ${this.stderr.slice(-4000)}`);
    this.agent.destroy();
  }

  async audit() {
    const { code, stdout, stderr } = await run('audit', '--db', this.db);
    assert.equal(stdout + stderr, '0 findings\n');
    assert.equal(code, 0);
  }

  /** A command that must succeed and prints JSON, one object a line; gives the objects. */
  async cli(...args) {
    const { code, stdout, stderr } = await run(...args, '--db', this.db);
    assert.equal(code, 0, `kessai ${args.join(' ')}: ${stderr}`);
    return stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  /** One exchange: {status, headers, raw (Buffer), body (parsed JSON or undefined)}. */
  request(method, target, { headers = {}, body } = {}) {
    return new Promise((resolve, reject) => {
      const url = new URL(this.base);
      const all = { ...headers };
      if (body !== undefined) all['Content-Length'] = Buffer.byteLength(body);
      const sent = http.request(
        { host: url.hostname, port: url.port, method, path: target, headers: all, agent: this.agent },
        (reply) => {
          const pieces = [];
          reply.on('data', (piece) => pieces.push(piece));
          reply.on('error', reject);
          reply.on('end', () => {
            const raw = Buffer.concat(pieces);
            const isJson = /json/.test(reply.headers['content-type'] ?? '') && raw.length > 0;
            const whole = { status: reply.statusCode, headers: reply.headers, raw,
              body: isJson ? JSON.parse(raw) : undefined };
            try {
              theContract().holds(method, target, whole);
              resolve(whole);
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** A merchant made on the command line, with a client of its secret key. */
  async merchant(kind, ...more) {
    const [made] = await this.cli('merchant', 'create', '--name', `A ${kind}`, '--kind', kind, ...more);
    return new Merchant(this, made);
  }

  marketplace(...more) {
    return this.merchant('marketplace', ...more);
  }
}

/** Last test of a file: the server stops as it should and its books are right. */
export function closes(server) {
  test('the server stops with status 0 and the auditor finds nothing', async () => {
    await server.stop();
    await server.audit();
  });
}

export class Client {
  constructor(server, key) {
    this.server = server;
    this.key = key;
  }

  /** body: an object is sent as JSON, URLSearchParams as a form, a text as it is (as JSON). */
  send(method, target, body, headers = {}) {
    const all = { Authorization: basic(`${this.key}:`), ...headers };
    if (body instanceof URLSearchParams) {
      all['Content-Type'] ??= 'application/x-www-form-urlencoded';
      body = body.toString();
    } else if (body !== undefined) {
      all['Content-Type'] ??= 'application/json';
      if (typeof body !== 'string' && !Buffer.isBuffer(body)) body = JSON.stringify(body);
    }
    return this.server.request(method, `/api/v1${target}`, { headers: all, body });
  }

  get(target, headers) {
    return this.send('GET', target, undefined, headers);
  }

  post(target, body = {}, headers) {
    return this.send('POST', target, body, headers);
  }

  patch(target, body = {}, headers) {
    return this.send('PATCH', target, body, headers);
  }
}

export const CARD = {
  type: 'credit_card', name: 'Taro Yamada', number: '4111111111111111', month: '12', year: '2035',
  verification_value: '123',
};

/** A root merchant and what tests do with one. */
export class Merchant extends Client {
  constructor(server, made) {
    super(server, made.secret_key);
    Object.assign(this, { id: made.id, publishable: made.publishable_key, live: made.live });
    this.browser = new Client(server, made.publishable_key);
  }

  /** A new sub-merchant; its whole object. */
  async sub(role, name = `A ${role}`) {
    return ok(await this.post('/merchants', { name, platform_role: role }));
  }

  /** Ids of new payout merchants. */
  async payouts(count) {
    const ids = [];
    for (let i = 0; i < count; i++) ids.push((await this.sub('payout', `Payout ${i + 1}`)).id);
    return ids;
  }

  /** The id of a seller that takes cards. */
  async seller() {
    const { id } = await this.sub('seller');
    ok(await this.patch(`/live_application/${id}/payment_methods/credit_card/simulate_status`,
      { status: 'accepted' }));
    ok(await this.patch(`/live_application/${id}/simulate_status`, { status: 'accepted' }));
    return id;
  }

  /** Creates a payment; `lines` [[id, amount, platform fee], ...]. The reply. */
  create(amount, lines, more = {}, headers) {
    return this.post('/payments', {
      amount, currency: 'JPY', payment_details: CARD,
      ...(lines ? { platform_details: split(...lines) } : {}), ...more,
    }, headers);
  }

  /** As create, and it works: the payment. */
  async pay(amount, lines, more, headers) {
    return ok(await this.create(amount, lines, more, headers));
  }

  /** An authorization that waits for its capture. */
  authorize(amount, more = {}) {
    return this.pay(amount, null, { capture: false, platform_details: {}, ...more });
  }

  async balance(id = this.id) {
    return ok(await this.get(`/merchants/${id}/balances/JPY`)).total_balance_cents;
  }

  /** The platform gets exactly `amount` more, from a sub-merchant of its own. */
  async fund(amount) {
    const [id] = await this.payouts(1);
    const before = await this.balance();
    await this.pay(2 * amount + 1000, [[id, 2 * amount + 1000, 0]]); // whose fee the platform pays
    ok(await this.post(`/merchants/${id}/balances/JPY/transfer`,
      { to: this.id, amount: amount + before - await this.balance() }));
  }

  async clock(move = {}) {
    return ok(await this.post('/test_helpers/clock', move)).now;
  }

  simulate(payment, outcome, more = {}) {
    return this.post(`/test_helpers/payments/${payment}/simulate`, { outcome, ...more });
  }
}

export const split = (...lines) => ({
  submerchants: lines.map(([submerchant_id, amount, platform_fee]) => ({ submerchant_id, amount, platform_fee })),
});

/** The body of a reply that must be 200. */
export function ok(reply) {
  assert.equal(reply.status, 200, reply.raw.toString());
  return reply.body;
}

/** Checks an error reply: status, code and parameter, and the envelope. */
export function refused(reply, status, code, param = null) {
  const { error } = reply.body ?? {};
  assert.deepEqual({ status: reply.status, code: error?.code, param: error?.param },
    { status, code, param }, reply.raw.toString());
  assert.equal(typeof error.message, 'string');
  assert.ok(error.message.length > 0);
  assert.equal(typeof error.details, 'object');
  assert.ok(!Array.isArray(error.details));
  return error;
}
