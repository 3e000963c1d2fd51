// SPDX-License-Identifier: Apache-2.0
// storage.test.mjs: a disk that is full stops writes with a clear answer, and nothing else.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import { Server, ok, refused } from '../lib/server.mjs';

const canMount = process.getuid?.() === 0;

/** A file system of its own with so many MiB; undefined where the machine does not let us mount. */
function smallDisk(mebibytes) {
  const at = fs.mkdtempSync(path.join(os.tmpdir(), 'kessai-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', at], { stdio: 'ignore' });
  } catch {
    fs.rmdirSync(at);
    return undefined;
  }
  after(() => {
    execFileSync('umount', ['-l', at]);
    fs.rmdirSync(at);
  });
  return at;
}

// Goal:   a full disk refuses writes with 503 storage_full, reads go on, and room lets writes go on without a restart.
// Method: a tmpfs is filled up to a few pages, payments are sent until one is refused, then the filler goes.
test('a_full_disk_refuses_writes_answers_reads_and_recovers', { skip: canMount ? false : 'needs root to mount' },
  async (t) => {
    const disk = smallDisk(16);
    if (disk === undefined) return t.skip('this machine does not let us mount');
    const server = await Server.start({ db: path.join(disk, 'kessai.db') });
    const shop = await server.merchant('ordinary');
    const first = await shop.pay(1000);
    const filler = path.join(disk, 'filler');
    const { bavail, bsize } = fs.statfsSync ? fs.statfsSync(disk) : { bavail: 8 << 20, bsize: 1 };
    fs.writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - (256 << 10))));

    let taken = 1;
    let full;
    for (let i = 0; i < 500 && !full; i++) {
      const reply = await shop.create(1000);
      if (reply.status === 503) full = reply;
      else taken += ok(reply).status === 'captured' ? 1 : 0;
    }
    assert.ok(full, 'the disk became full');
    refused(full, 503, 'storage_full');
    assert.ok(Number(full.headers['retry-after']) > 0);
    assert.equal(ok(await shop.get(`/payments/${first.id}`)).status, 'captured');

    fs.rmSync(filler);
    assert.equal((await shop.pay(2000)).status, 'captured');
    const { data } = ok(await shop.get('/payments?per_page=100&status=captured'));
    assert.ok(data.length >= Math.min(taken + 1, 100));
    await server.stop();
    await server.audit();
    return undefined;
  });
