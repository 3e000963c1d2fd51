// SPDX-License-Identifier: Apache-2.0
// conformance.test.mjs: doc/conformance.md names stories that are there, for every section, and says what is so.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CARD, closes, ok, refused, Server, TOP } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.merchant('ordinary');
const SECTIONS = 18;

test('each section has its stories, and they are there', () => {
  const text = fs.readFileSync(path.join(TOP, 'doc/conformance.md'), 'utf8');
  const rows = [...text.matchAll(/^\| (\d[\d., to]*) \|.*\| (`.*`) \|$/gm)];
  const sections = new Set(rows.flatMap(([, of]) => of.split(/, | to /).map((number) => parseInt(number, 10))));
  assert.deepEqual([...sections].sort((a, b) => a - b), Array.from({ length: SECTIONS }, (_, i) => i + 1));
  for (const [, of, stories] of rows)
    for (const [, story] of stories.matchAll(/`([\w-]+)`/g))
      assert.ok(fs.existsSync(path.join(TOP, `test/api/${story}.test.mjs`)), `${of}: ${story}`);
});

test('what is passed over, and what is refused', async () => {
  const card = (more) => ({ payment_details: { ...CARD, ...more } });
  for (const [more, headers] of [[card({ three_d_secure: true })], [{ fraud_details: { customer_email: 'nobody' } }],
    [card({ year: 2020 })], [{}, { 'Komoju-Scenario': 'nonsense' }]])
    assert.equal(ok(await shop.create(1000, null, more, headers)).status, 'captured');
  refused(await shop.create(1000, null, { webhooks: [{ url: 'https://shop.example/' }] }), 422, 'invalid_parameter', 'webhooks');
  for (const [param, what] of [['platform_details', { platform_details: [] }], ['payment_details', { payment_details: [] }]])
    refused(await shop.create(1000, null, what), 422, 'invalid_parameter', param);
  refused(await shop.get('/schema.json'), 404, 'not_found');
  assert.equal(ok(await shop.get('/payments?per_page=1000')).per_page, 100);
  const { id } = ok(await shop.create(1000, null, { description: 'tea', metadata: { a: 'b' } }));
  const changed = ok(await shop.patch(`/payments/${id}`, { description: null, metadata: {} }));
  assert.deepEqual([changed.description, changed.metadata], ['tea', {}]);
});

closes(server);
