// SPDX-License-Identifier: Apache-2.0
// bank_codes.test.mjs: the list of Japan's banks on the command line: printed, checked, served with.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import banks from 'zengin-code';
import { freshDatabase } from '../lib/database.mjs';
import { closes, folder, run, Server } from '../lib/server.mjs';

const place = folder();
const server = await Server.start();

/** A list in a file of its own. */
function listOf(name, text) {
  const file = path.join(place, name);
  fs.writeFileSync(file, text);
  return file;
}

async function fails(words, ...args) {
  const { code, stdout, stderr } = await run(...args);
  assert.deepEqual([code, stdout], [1, '']);
  for (const word of words) assert.ok(stderr.includes(word), `${word} in: ${stderr}`);
}

test('the list that is built in is printed with its licence, and is a list', async () => {
  const { code, stdout } = await run('bank', 'codes');
  assert.equal(code, 0);
  assert.match(stdout, /^# Banks and branches/);
  assert.ok(stdout.includes('# The above copyright notice and this permission notice shall be included'));
  assert.ok(stdout.includes('\n0001\t001\tﾄｳｷﾖｳ\t東京営業部\t\t\n'));
  const checked = await run('bank', 'codes', '--file', listOf('builtin.tsv', stdout));
  assert.equal(checked.code, 0);
  const all = Object.values(banks);
  assert.deepEqual(JSON.parse(checked.stdout), { banks: all.length,
    branches: all.reduce((sum, { branches }) => sum + Object.keys(branches).length, 0) });
});

test('a list with an error is refused with its line', async () => {
  const good = '0001\t\tﾐｽﾞﾎ\tみずほ\n';
  await fails(['--file: line 2: a bank\'s code has 4 digits'], 'bank', 'codes', '--file', listOf('a', `${good}1\t\tA\tB\n`));
  await fails(['--file: the list is empty'], 'bank', 'codes', '--file', listOf('b', ''));
  await fails(['--file: the list has more than 8 MiB'], 'bank', 'codes', '--file', listOf('c', good + '#'.repeat(8 << 20)));
  await fails(['--file: this file cannot be read'], 'bank', 'codes', '--file', path.join(place, 'none'));
  await fails(['--file: this file cannot be read'], 'bank', 'codes', '--file', place);
});

test('a server starts with a newer list, and not with a spoiled one', async () => {
  const list = listOf('newer', '0001\t\tﾐｽﾞﾎ\tみずほ\n0001\t001\tﾄｳｷﾖｳ\t東京\n');
  const other = await Server.start({ args: ['--bank-codes', list] });
  const shop = await other.marketplace();
  assert.equal((await shop.get('/payments')).status, 200);
  await other.stop();
  await fails(['--bank-codes: line 1: '], 'serve', '--db', await freshDatabase(), '--listen', '127.0.0.1:0',
    '--bank-codes', listOf('spoiled', '0001\t\tミズホ\tみずほ\n'));
});

closes(server);
