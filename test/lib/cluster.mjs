// SPDX-License-Identifier: Apache-2.0
// cluster.mjs: a throw-away PostgreSQL of a test's own (script/postgres), and a proxy that stands before one.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { program, sql } from './database.mjs';

const SCRIPT = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../../script/postgres');

export class Cluster {
  static async make(args) {
    const cluster = new Cluster();
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'kessai-cluster-'));
    fs.chmodSync(parent, 0o711); // the database's own user passes through
    cluster.dir = path.join(parent, 'pg');
    after(async () => {
      await program(SCRIPT, ['stop', cluster.dir, 'immediate']).catch(() => {});
      fs.rmSync(parent, { recursive: true, force: true });
    });
    cluster.url = (await program(SCRIPT, args(cluster.dir))).trim();
    return cluster;
  }

  /** A new one; options as script/postgres takes them. */
  static start(...options) {
    return Cluster.make((dir) => ['start', dir, ...options]);
  }

  /** A streaming copy of this one, named `standby`. */
  standby() {
    return Cluster.make((dir) => ['standby', dir, this.dir]);
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  sql(text) {
    return sql(this.url, text);
  }

  stop(mode) {
    return program(SCRIPT, ['stop', this.dir, mode]);
  }

  again() {
    return program(SCRIPT, ['start', this.dir]);
  }

  promote() {
    return program(SCRIPT, ['promote', this.dir]);
  }
}

/** Ends every connection to a database, ours aside; how many there were. */
export const terminateBackends = async (url, name) => Number(await sql(url,
  `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
   WHERE datname = '${name}' AND pid <> pg_backend_pid()`));

const WRITES = Buffer.from('\0commit_mark_put\0'); // the prepared statement that every batch of a server ends with
const COMMIT = Buffer.from('COMMIT\0');

/**
 * Stands between a server and its database, cuts connections, and falls silent. cut(), asked at every commit of a
 * batch, gives what becomes of it: undefined (nothing), 'before' (the database never sees it), 'after' (it is done, and
 * its answer is lost) or 'with' (both sides are cut at once: nobody knows).
 *
 * Between hush() and speak() every byte, of either side, is swallowed, and so is the end of a connection: the other side
 * is told nothing. A connection that has lost something so stays silent after speak() too; new ones are heard.
 */
export class Proxy {
  static async start(host, port, cut = () => undefined) {
    const proxy = new Proxy();
    Object.assign(proxy, { host, port, cut, pairs: new Set(), cuts: { before: 0, after: 0, with: 0 },
      isHushed: false, swallowed: 0 });
    proxy.server = net.createServer((client) => proxy.take(client));
    await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    proxy.at = proxy.server.address().port;
    after(() => {
      proxy.server.close();
      proxy.cutAll();
    });
    return proxy;
  }

  take(client) {
    const upstream = net.connect(this.port, this.host);
    const pair = { client, upstream, wrote: false, isSwallowing: false, isLost: false };
    this.pairs.add(pair);
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    const end = () => this.isHeard(pair) && this.end(pair);
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('data', (bytes) => this.fromClient(pair, bytes));
    upstream.on('data', (bytes) => {
      if (!this.isHeard(pair)) return;
      if (pair.isSwallowing) this.end(pair); // the answer to the commit: nobody hears it
      else client.write(bytes);
    });
  }

  fromClient(pair, bytes) {
    if (pair.isSwallowing || !this.isHeard(pair)) return;
    pair.wrote ||= bytes.includes(WRITES);
    if (this.hushAt && bytes.includes(this.hushAt)) this.hush();
    const isCommit = pair.wrote && bytes.includes(COMMIT);
    if (isCommit) pair.wrote = false;
    const how = isCommit ? this.cut() : undefined;
    if (how) this.cuts[how]++;
    if (how === 'before') return this.end(pair);
    pair.isSwallowing = how === 'after';
    pair.upstream.write(bytes);
    if (how === 'with') this.end(pair);
  }

  /** From now on, or, with a text, from when a client says it. */
  hush(at) {
    if (at) {
      this.hushAt = at;
      return;
    }
    this.isHushed = true;
  }

  speak() {
    this.hushAt = undefined;
    this.isHushed = false;
  }

  /** Whether what happens on a connection now reaches its other side. */
  isHeard(pair) {
    pair.isLost ||= this.isHushed;
    if (pair.isLost) this.swallowed++;
    return !pair.isLost;
  }

  end(pair) {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.upstream.destroy();
  }

  cutAll() {
    for (const pair of [...this.pairs]) this.end(pair);
  }
}
