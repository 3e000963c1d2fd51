// SPDX-License-Identifier: Apache-2.0
// plans.test.mjs: no statement reads more as its tables grow.
//
// SQLite keeps no statistics here, so it takes every first column of an index for selective, though the first one is always
// the tenant. What it makes of each statement is held to two rules: a value that is asked for is searched as a value, never
// as a range; and a search by the tenant alone, or no search, is of a table that stays small or is meant.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ON_POSTGRES, sql } from '../lib/database.mjs';
import { closes, Server, TOP } from '../lib/server.mjs';

const server = await Server.start();

// What stays small: what an operator or a merchant sets up, and what is under way.
const SMALL = new Set(['tenant', 't', 'server', 's', 'job_lease', 'l', 'api_key', 'merchant', 'webhook_endpoint', 'exchange_rate', 'r', 'legacy_key', 'k', 'operator', 'CONSTANT', '2', '4']);
// What is meant, and why.
const MEANT = {
  customer_list: 'newest first by its index, a page at a time', customer_count: 'a total is counted',
  dispute_list: 'as customers', dispute_count: 'as customers', dispute_after: 'the operator goes through all of them',
  payment_link_list: 'as customers', payment_link_count: 'as customers',
  email_prune: 'the oldest by the key, so many at a time',
  subscription_list: 'as customers', subscription_count: 'as customers', subscription_waiting: 'for the clock of tests',
  figures_outbox: 'of partial indexes (metrics.test.mjs)', figures_operations: 'the same', figures_refused: 'the same',
  operation_adopt: 'of partial indexes, when a server has died',
  ledger_records_of_type: 'a filter without an index', ledger_count_of_type: 'the same',
  webhook_delivery_counts: 'for the operator', webhook_delivery_recent: 'newest first by the key, until there are enough',
};

const statements = fs.readdirSync(path.join(TOP, 'src/store/sql')).flatMap((file) =>
  fs.readFileSync(path.join(TOP, 'src/store/sql', file), 'utf8').split('-- name: ').slice(1).map((part) => {
    const [name] = part.split('\n', 1);
    const text = part.slice(name.length).replace(/^--.*$/gm, '').replace(/\/\*postgres .*?\*\//gs, '')
      .replace(/\/\*sqlite (.*?)\*\//gs, '$1').replaceAll('{{now_us}}', '0').trim();
    return { name, text };
  }));

test('a value is searched as a value, and nothing large is read from end to end', { skip: ON_POSTGRES && 'of SQLite' }, async () => {
  assert.ok(statements.length > 200);
  const found = [];
  for (const { name, text } of statements) {
    const plan = await sql(server.db, `EXPLAIN QUERY PLAN ${text.replace(/\$(\d+)/g, '?$1')}`);
    for (const step of plan.split('\n').filter((line) => /SCAN|SEARCH/.test(line))) {
      for (const [, column] of step.matchAll(/(\w+)[<>]\?/g))
        if (new RegExp(`\\b${column} = \\$\\d`).test(text)) found.push(`${name}: ${step}`);
      const [, what] = /(?:SCAN|SEARCH) (\w+)/.exec(step);
      if (/SCAN|\(tenant=\?\)/.test(step) && !SMALL.has(what) && !(name in MEANT)) found.push(`${name}: ${step}`);
    }
  }
  assert.deepEqual(found, []);
});

closes(server);
