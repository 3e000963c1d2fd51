// SPDX-License-Identifier: Apache-2.0
// database.mjs: a fresh database for a test, on the store that KESSAI_STORE names: sqlite (the default) or postgres.
//
// With postgres, KESSAI_TEST_POSTGRES is the URL of a throw-away cluster (script/postgres) in which databases are made
// and dropped through psql. The vault's key lies beside an SQLite file; a PostgreSQL database gets a key file in a
// folder of its own, which every command that wants it is told (withKey).
import { execFile } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

export const STORE = process.env.KESSAI_STORE ?? 'sqlite';
export const ON_POSTGRES = STORE === 'postgres';
if (!['sqlite', 'postgres'].includes(STORE)) throw new Error(`KESSAI_STORE is ${STORE}`);
if (ON_POSTGRES && !process.env.KESSAI_TEST_POSTGRES) throw new Error('KESSAI_TEST_POSTGRES is not set');

/** Options of a test that is about one store only. */
export const ONLY_SQLITE = { skip: ON_POSTGRES ? 'about a file: SQLite only' : false };
export const ONLY_POSTGRES = { skip: ON_POSTGRES ? false : 'about a server of databases: PostgreSQL only' };

/** A folder that goes when the file's tests are done. */
export function folder() {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'kessai-test-'));
  after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Runs a program to its end: its standard output; rejects with what it said when it fails. */
export function program(name, args, options = {}) {
  return new Promise((resolve, reject) => {
    execFile(name, args, { maxBuffer: 1 << 28, timeout: 120000, ...options }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${name} ${args.join(' ')}: ${error.code ?? error.signal}: ${stderr}`));
      else resolve(stdout);
    });
  });
}

/** Runs SQL on a database of either kind; rows as text, columns parted by |, without headers. */
export function sql(db, text) {
  return isUrl(db) ? program('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-d', db, '-c', text])
    : program('sqlite3', ['-bail', db, text]);
}

export const isUrl = (db) => /^postgres(ql)?:\/\//.test(db);

/** The URL of another database of the same cluster. */
export function sibling(url, name) {
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

const keyFiles = new Map(); // database -> its key file, for those that are not files themselves

/** A name for a database that is not there yet, or an empty one where only the operator makes them. */
export async function freshDatabase({ at = folder(), cluster = process.env.KESSAI_TEST_POSTGRES, kind = STORE } = {}) {
  if (kind === 'sqlite') return path.join(at, 'kessai.db');
  const name = `kessai_${crypto.randomBytes(8).toString('hex')}`;
  await sql(cluster, `CREATE DATABASE ${name}`);
  after(() => sql(cluster, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).catch(() => {})); // the cluster may be gone
  const url = sibling(cluster, name);
  keyFiles.set(url, path.join(at, 'kessai.key'));
  return url;
}

/** Another way to the same database, through a proxy or with more hosts: same key file. */
export function alsoKnownAs(db, url) {
  keyFiles.set(url, keyFileOf(db));
  return url;
}

export const keyFileOf = (db) => keyFiles.get(db) ?? `${db}.key`;
export const railFileOf = (db) => keyFiles.has(db) ? keyFiles.get(db).replace(/\.key$/, '.rail') : `${db}.rail`;

/** The arguments of a command, completed by its key file when it needs one. */
export function withKey(args) {
  const db = args[args.indexOf('--db') + 1];
  const needs = args[0] === 'serve' || (args[0] === 'webhook' && args[1] === 'add') ||
    (args[0] === 'merchant' && args[1] === 'legacy') || (args[0] === 'key' && args[1] === 'roll') ||
    (args[0] === 'refund-request' && args[1] === 'list') ||
    (args[0] === 'dispute' && ['show', 'document'].includes(args[1])) ||
    (args[0] === 'screen' && ['block', 'allow', 'remove'].includes(args[1]));
  return needs && keyFiles.has(db) && !args.includes('--key-file') && !args.includes('--help')
    ? [...args, '--key-file', keyFiles.get(db)] : args;
}
