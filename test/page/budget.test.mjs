// SPDX-License-Identifier: Apache-2.0
// budget.test.mjs: what every page loads first is at most 60 kB as it is sent, and every page has the strict policy. Without a
// browser: what one loads is read off the page and its scripts; checkout.test.mjs and slip.test.mjs hold a browser against it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { closes, Server, TOP } from '../lib/server.mjs';

const BYTES_MAX = 60000;
const server = await Server.start();
const PAGES = [...fs.readFileSync(path.join(TOP, 'src/web/pages.def'), 'utf8').matchAll(/^PAGE\("([^"]+)", *"([\w-]+)", *(\w+)/gm)]
  .map(([, pattern, folder, framer]) => [pattern.replace('{locale}', 'ja').replace('{id}', '0'.repeat(25)), folder, framer]);

/** A file as it is sent: {bytes, text, headers}. */
async function loaded(address) {
  const [reply] = await once(http.get(server.base + address, { headers: { 'Accept-Encoding': 'br' } }), 'response');
  const pieces = [];
  for await (const piece of reply) pieces.push(piece);
  assert.deepEqual([reply.statusCode, reply.headers['content-encoding']], [200, 'br'], address);
  const raw = Buffer.concat(pieces);
  return { bytes: raw.length, text: zlib.brotliDecompressSync(raw).toString(), headers: reply.headers };
}

/** The files that a page or a script loads at once; what import() loads comes later. */
const within = (text, address) => [...text.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"|(?:from|import) ?"(\.{0,2}\/[^"]+\.js)"/g)]
  .map(([, tag, script]) => new URL(tag ?? script, `http://x${address}`).pathname);

async function sumOf(first) {
  const seen = new Set([first]), names = [first];
  let sum = 0;
  for (const name of names) {
    const { bytes, text } = await loaded(name);
    sum += bytes;
    for (const other of within(text, name)) if (!seen.has(other)) { seen.add(other); names.push(other); }
  }
  return [sum, names];
}

test('every page is there', () => assert.ok(PAGES.length >= 11));

for (const [address, folder, framer] of PAGES)
  test(`${address} (${folder})`, async () => {
    const [sum, names] = await sumOf(address);
    for (const kind of [/\.js$/, /\.css$/]) assert.ok(names.some((name) => kind.test(name)), `${kind}: ${names}`);
    assert.ok(sum > 5000 && sum <= BYTES_MAX, `${sum} bytes: ${names}`);
    assert.equal((await loaded(address)).headers['content-security-policy'], "default-src 'none'; script-src 'self'; style-src 'self'; "
      + "img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
      + `frame-ancestors ${framer === 'ANYBODY' ? '*' : "'none'"}`);
  });

test('fields.js', async () => {
  const [sum] = await sumOf('/fields.js');
  assert.ok(sum > 1000 && sum <= BYTES_MAX, `${sum} bytes`);
});

closes(server);
