// SPDX-License-Identifier: Apache-2.0
// storage.test.mjs: a disk that is full stops writes with a clear answer, and nothing else.
//
// A small file system can be mounted by root, or by anybody in a namespace of their own: then the file runs itself once
// more in there. Where neither is allowed the test fails, for nothing has been shown.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';

import { ONLY_SQLITE } from '../lib/database.mjs';
import { Server, ok, refused, split } from '../lib/server.mjs';

const DISK_MIB = 16;
const ROOM_BYTES = 256 << 10; // left when the server is to meet the end of the disk
const TRIES_MAX = 300;
const isRoot = process.getuid?.() === 0;

/** A file system of its own with so many MiB. */
function smallDisk(mebibytes) {
  const at = fs.mkdtempSync(path.join(os.tmpdir(), 'kessai-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', at]);
  after(() => {
    execFileSync('umount', ['-l', at]);
    fs.rmdirSync(at);
  });
  return at;
}

/** A file that takes all the room there is, but for so many bytes. */
function fill(disk, roomBytes) {
  const filler = path.join(disk, 'filler');
  const fd = fs.openSync(filler, 'a');
  const piece = Buffer.alloc(64 << 10);
  try {
    for (;;) fs.writeSync(fd, piece);
  } catch (error) {
    assert.equal(error.code, 'ENOSPC');
  }
  fs.ftruncateSync(fd, Math.max(0, fs.fstatSync(fd).size - roomBytes));
  fs.closeSync(fd);
  return filler;
}

const newKey = () => ({ 'X-KOMOJU-IDEMPOTENCY': crypto.randomUUID() });

/** Sends, each time under a new key, until the disk is full for it: what was answered before, and the key refused. */
async function untilFull(send) {
  const seen = { done: [], open: 0 };
  for (let i = 0; i < TRIES_MAX; i++) {
    const key = newKey();
    const reply = await send(key);
    if (reply.body?.error?.code === 'storage_full') {
      refused(reply, 503, 'storage_full');
      assert.ok(Number(reply.headers['retry-after']) > 0, 'the client is told when to come back');
      return { ...seen, key };
    }
    // Charged by the acquirer, and no room for the outcome: the inquiry job completes it later.
    if (reply.status === 503) seen.open++;
    else seen.done.push(ok(reply));
  }
  return assert.fail(`${TRIES_MAX} writes, and the disk is not full`);
}

// Goal:   a full disk refuses every kind of write with 503 storage_full, reads go on, and room lets writes go on without
//         a restart; what was answered has happened once, what was refused has not.
// Method: a tmpfs is filled up to a few pages; writes of every kind are sent until each is refused; then the filler
//         goes, and each is sent again under the key that was refused.
async function story() {
  const disk = smallDisk(DISK_MIB);
  const server = await Server.start({ db: path.join(disk, 'kessai.db') });
  const shop = await server.marketplace();
  const [sub] = await shop.payouts(1);
  await shop.fund(50000);
  const lines = [[sub, 1000, 100]];
  const first = await shop.pay(100000, [[sub, 100000, 0]]);
  const waiting = await shop.authorize(1000);
  const { pid } = server.child;
  const filler = fill(disk, ROOM_BYTES);

  const kinds = {
    charge: (key) => shop.create(1000, lines, {}, key),
    refund: (key) => shop.post(`/payments/${first.id}/refund`, { amount: 10, platform_details: split([sub, 10, 0]) }, key),
    transfer: (key) => shop.post(`/merchants/${shop.id}/balances/JPY/transfer`, { to: sub, amount: 10 }, key),
    update: (key) => shop.patch(`/payments/${first.id}`, { description: 'x'.repeat(3000) }, key),
  };
  const seen = {};
  for (const [kind, send] of Object.entries(kinds)) seen[kind] = await untilFull(send);
  assert.ok(seen.charge.done.length > 0, 'the disk was not full at once');

  const reads = async () => {
    assert.equal(ok(await shop.get(`/payments/${first.id}`)).amount, 100000);
    for (const payment of seen.charge.done)
      assert.equal(ok(await shop.get(`/payments/${payment.id}`)).status, 'captured');
    assert.ok(ok(await shop.get('/payments?per_page=100')).data.length > 0);
    assert.ok(ok(await shop.get('/events?per_page=10')).data.length > 0);
    return shop.balance(sub);
  };
  const before = await reads();
  assert.equal((await kinds.charge(newKey())).status, 503, 'still full');
  assert.equal(await reads(), before, 'what is refused changes nothing');

  fs.rmSync(filler);
  const charged = ok(await kinds.charge(seen.charge.key));
  assert.equal(charged.status, 'captured');
  assert.equal(ok(await kinds.charge(seen.charge.key)).id, charged.id, 'the same key, the same payment');
  for (const kind of ['refund', 'transfer', 'update']) ok(await kinds[kind](seen[kind].key));
  assert.equal(ok(await shop.post(`/payments/${waiting.id}/capture`, {
    platform_details: split([sub, 1000, 0]),
  }, newKey())).status, 'captured');
  assert.equal(server.child.pid, pid);
  assert.equal(server.child.exitCode, null, 'the server has not ended');

  const captured = new Set();
  for (let page = 1; ; page++) {
    const { data } = ok(await shop.get(`/payments?per_page=100&page=${page}&status=captured`));
    for (const { id, amount } of data) if (amount === 1000 && id !== waiting.id) captured.add(id);
    if (data.length < 100) break;
  }
  const wanted = seen.charge.done.length + 1;
  assert.ok(captured.size >= wanted && captured.size <= wanted + seen.charge.open + 1,
    `${captured.size} payments, ${wanted} were told and ${seen.charge.open} left open`);
  await server.stop();
  await server.audit();
}

/** Runs this file again where we are root: in a namespace of our own. */
function inNamespace() {
  const env = { ...process.env };
  delete env.NODE_TEST_CONTEXT;
  return new Promise((resolve) => {
    execFile('unshare', ['-rm', process.execPath, '--test', fileURLToPath(import.meta.url)], { env },
      (error, stdout, stderr) => resolve({ error, said: stdout + stderr }));
  });
}

test('a_full_disk_refuses_writes_answers_reads_and_recovers', ONLY_SQLITE, async () => {
  if (isRoot) return story();
  const { error, said } = await inNamespace();
  assert.equal(error, null, `no file system can be mounted, or the story failed: ${said}`);
  assert.match(said, /pass 1\b/);
  return undefined;
});
