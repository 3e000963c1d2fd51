// SPDX-License-Identifier: Apache-2.0
// openapi.test.mjs: the document that the API gives of itself, and the page made from it.
//
// That answers are what it says is held by every story of every file here (test/lib/contract.mjs); here: that it is a valid
// document, that it has every route and every error, and that what it says of requests is what the server does.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';
import { Validator } from '@seriousme/openapi-schema-validator';
import { found, membersOf, sample } from '../lib/sample.mjs';
import { CARD, closes, ok, refused, run, Server, split, theContract, TOP } from '../lib/server.mjs';

const server = await Server.start();
const shop = await server.marketplace();
const served = await server.request('GET', '/api/v1/openapi.json');
const api = ok(served);
// All of it before the first test: the server is ended when the tests that are known by then are over.
const [seller] = await shop.payouts(1);
const payment = await shop.pay(1000, [[seller, 1000, 0]]);
const session = ok(await shop.post('/sessions', { amount: 1000, currency: 'JPY' }));
const link = ok(await shop.post('/payment_links', { amount: 1000, currency: 'JPY', platform_details: split([seller, 1000, 0]) }));
const customer = ok(await shop.post('/customers', { payment_details: CARD, email: 'hana@shop.example' }));
const webhook = ok(await shop.post('/webhooks', { url: 'https://shop.example/hook' }));
const event = ok(await shop.get('/events')).data[0];
const slip = await shop.pay(1000, [[seller, 1000, 0]],
  { payment_details: { type: 'konbini', store: 'lawson', email: 'hana@shop.example' } });
ok(await shop.simulate(slip.id, 'captured'));
await shop.fund(10000); // for what the refund costs
const refund = ok(await shop.post(`/payments/${slip.id}/refund_request`, { customer_name: 'ﾀﾅｶ ﾊﾅ', bank_name: 'みなと銀行',
  bank_code: '0562', branch_number: '100', account_type: 'normal', account_number: '0012345', include_payment_method_fee: false,
  amount: 10, platform_details: split([seller, 10, 0]) })).refund_requests[0];
ok(await shop.simulate(payment.id, 'chargeback_opened'));
const dispute = ok(await shop.get('/chargeback_requests')).data[0];
const IDS = { payments: payment.id, sessions: session.id, links: link.id, payment_links: link.id, customers: customer.id, webhooks: webhook.id, events: event.id,
  refund_requests: refund.id, chargeback_requests: dispute.id, merchants: seller, live_application: seller, balances: seller };
const page = await server.request('GET', '/api/v1/docs');
const script = await server.request('GET', '/api/v1/docs/docs.js');

const operations = Object.entries(api.paths).flatMap(([pattern, verbs]) =>
  Object.entries(verbs).map(([verb, it]) => ({ pattern, verb: verb.toUpperCase(), it })));

const table = (file, regex) => [...fs.readFileSync(path.join(TOP, file), 'utf8').matchAll(regex)];
const ROUTES = table('src/api/routes.def',
  /^ROUTE\((\w+),\s*"([^"]+)",\s*(\w+),\s*(\w+),\s*(\w+),\s*(?:KIB\((\d+)\)|0),\s*"([^"]*)"/gm)
  .map(([, verb, pattern, handler, scope, flags, kib, text]) => ({ verb, pattern, handler, scope, flags,
    bytes: Number(kib ?? 0) * 1024, text }));
const ERRORS = table('src/base/errors.def', /^ERR\((\w+),\s*"(\w+)",\s*\w+,\s*(\d+),/gm)
  .map(([, name, code, status]) => ({ name, code, status })).filter(({ name }) => name !== 'E_USAGE');

test('anybody may read it and keep it for a while; the program prints the same', async () => {
  assert.equal(served.headers['cache-control'], 'public, max-age=3600');
  assert.equal(served.headers['content-type'], 'application/json; charset=utf-8');
  assert.deepEqual((await server.request('GET', '/api/v1/openapi.json')).raw, served.raw);
  const printed = await run('openapi');
  assert.equal(printed.code, 0);
  assert.equal(printed.stdout, `${served.raw}\n`);
});

test('it is a valid OpenAPI 3.1 document, and so is every schema in it', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(api));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
  for (const name of Object.keys(api.components.schemas))
    theContract().validator({ $ref: `#/components/schemas/${name}` }); // strict: no word that means nothing
  for (const { it } of operations) // and those that stand in an operation
    for (const { schema } of Object.values(it.requestBody?.content ?? {})) theContract().validator(schema);
});

test('every reference leads somewhere, and every component is referred to', () => {
  const text = JSON.stringify(api);
  const named = new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1]));
  for (const name of named)
    assert.ok(name.split('/').reduce((at, key) => at?.[key], api), name);
  for (const kind of ['schemas', 'responses', 'parameters', 'headers'])
    for (const name of Object.keys(api.components[kind]))
      assert.ok(named.has(`components/${kind}/${name}`), `nothing refers to ${kind}/${name}`);
});

test('it has every route of the table and no other, with scope, limits, idempotency', () => {
  const said = new Map(operations.map(({ pattern, verb, it }) => [`${verb} ${pattern}`, it]));
  assert.ok(ROUTES.length > 60);
  assert.deepEqual([...said.keys()].sort(), ROUTES.map(({ verb, pattern }) => `${verb} ${pattern}`).sort());
  for (const route of ROUTES) {
    const it = said.get(`${route.verb} ${route.pattern}`);
    const what = `${route.verb} ${route.pattern}`;
    assert.notEqual(it.operationId.split('_')[0], 'unknown', `${what} has no row in src/api/operation.def`);
    assert.equal(it.summary, route.text, what);
    assert.equal(it['x-scope'], route.scope.toLowerCase(), what);
    assert.ok(it['x-rate'] in api['x-rate-defaults'], what);
    assert.deepEqual(it.security, ['OPEN', 'HOLDER'].includes(route.scope) ? [] : route.scope === 'CLIENT'
      ? [{ secret_key: [] }, { publishable_key: [] }] : route.scope === 'OPERATOR' ? [{ operator_key: [] }] : [{ secret_key: [] }], what);
    assert.equal(it.requestBody?.['x-bytes-max'] ?? 0, route.bytes, what);
    const isIdempotent = it.parameters.some((p) => p.$ref === '#/components/parameters/IdempotencyKey');
    assert.equal(isIdempotent, ['IDEM', 'MONEY'].includes(route.flags), what);
    const properties = JSON.stringify(it.requestBody?.content['application/json'].schema ?? {});
    assert.equal(properties.includes('"dry_run"'), ['MONEY', 'ROUTE_DRY'].includes(route.flags), what);
    assert.deepEqual(it.parameters.filter((p) => p.in === 'path').map((p) => `{${p.name}}`),
      route.pattern.match(/\{\w+\}/g) ?? [], what);
  }
  const ids = operations.map(({ it }) => it.operationId);
  assert.equal(new Set(ids).size, ids.length, 'operation ids are unique');
});

test('every error code stands under its status, and with nothing else there', () => {
  const bySaid = Object.fromEntries(Object.values(api.components.responses).map((response) => {
    const codes = response.content['application/json'].schema.allOf[1].properties.error.properties.code.enum;
    return [response['x-texts'][0].code + codes.length, codes];
  }));
  assert.ok(Object.keys(bySaid).length > 5);
  for (const status of new Set(ERRORS.map((error) => error.status))) {
    const response = api.components.responses[`E${status}`];
    const codes = response.content['application/json'].schema.allOf[1].properties.error.properties.code.enum;
    assert.deepEqual([...codes].sort(), [...new Set(ERRORS.filter((error) => error.status === status)
      .map((error) => error.code))].sort(), status);
  }
  assert.deepEqual([...api.components.schemas.ErrorCode.enum].sort(), [...new Set(ERRORS.map((e) => e.code))].sort());
});

// ---- what it says of requests is what the server does --------------------------------------------

/** What the schema does not allow: [what is wrong, value]. */
function wrong(schema) {
  const type = found(api, schema);
  const cases = [];
  if (type.type === 'integer') cases.push(['no integer', 'x'], ['a fraction', 1.5]);
  if (Number.isSafeInteger(type.minimum)) cases.push(['too small', type.minimum - 1]);
  if (Number.isSafeInteger(type.maximum)) cases.push(['too large', type.maximum + 1]);
  if (type.minLength > 1) cases.push(['too short', 'x'.repeat(type.minLength - 1)]);
  if (type.maxLength) cases.push(['too long', (type.format === 'uri' ? 'https://x.example/' : '') + 'x'.repeat(type.maxLength + 1)]);
  if (type.enum) cases.push(['not one of them', 'no-such-word']);
  if (type.type === 'boolean') cases.push(['no boolean', 'perhaps']);
  if (type.format === 'uri') cases.push(['no address', 'nothing']);
  if (type.format === 'date-time') cases.push(['no time', 'yesterday']);
  if (type.type === 'array') cases.push(['no array', 'x']);
  if (type.type === 'object') cases.push(['no object', 'x']);
  if (type.type === 'string' && !type.enum) cases.push(['no text', { x: 1 }]);
  return cases;
}

/** The path of an operation with ids of ours. */
const pathOf = (pattern) => pattern.replace(/(\w+)\/\{id\}/g, (_, kind) => `${kind}/${IDS[kind] ?? '0'.repeat(25)}`)
  .replace('{currency}', 'JPY').replace('{method}', 'credit_card').replace('{delivery}', '0'.repeat(25))
  .replace('{uuid}', '0'.repeat(25));

async function send({ verb, pattern }, query, body) {
  const target = pathOf(pattern) + (query ? `?${new URLSearchParams(query)}` : '');
  return server.request(verb, target, { headers: { Authorization: `Basic ${Buffer.from(`${shop.key}:`).toString('base64')}`,
    'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
}

function isRefusedFor(reply, name, what) {
  assert.equal(reply.status, 422, `${what}: ${reply.raw}`);
  const { param } = reply.body.error;
  assert.ok(param === name || param?.startsWith(`${name}.`) || param?.startsWith(`${name}[`), `${what}: ${reply.raw}`);
}

// What a good body needs beside what is always required.
const USUAL = {
  'POST /api/v1/payments': { payment_details: CARD },
  'POST /sessions/{id}/number': { payment_details: { type: 'web_money', prepaid_number: '2222333344445555' } },
  'POST /api/v1/secure_tokens': { payment_details: CARD },
  'POST /api/v1/sessions': { amount: 1000, currency: 'JPY' },
  'POST /api/v1/subscriptions': { customer: customer.id },
};
// Rules that the table cannot say: checked by what stands behind it, or not at all.
const SOFT = new Set(['PATCH /api/v1/payments/{id} payment_details',
  'POST /sessions/{id}/pay fraud_details']); // a browser's word is not read

for (const operation of operations.filter(({ it }) => it.requestBody)) {
  const { verb, pattern, it } = operation;
  const { properties, required } = membersOf(api, it.requestBody.content['application/json'].schema);
  test(`${verb} ${pattern}: every limit of its ${Object.keys(properties).length} fields`, async () => {
    const base = { ...Object.fromEntries(required.map((name) => [name, sample(api, name, properties[name])])),
      ...USUAL[`${verb} ${pattern}`] };
    for (const name of required) {
      const reply = await send(operation, null, { ...base, [name]: undefined });
      assert.equal(reply.status, 422, `without ${name}: ${reply.raw}`);
      assert.equal(reply.body.error.code, 'missing_parameter');
      assert.equal(reply.body.error.param, name);
    }
    for (const [name, schema] of Object.entries(properties)) {
      if (SOFT.has(`${verb} ${pattern} ${name}`)) continue;
      for (const [what, value] of wrong(schema))
        isRefusedFor(await send(operation, null, { ...base, [name]: value }), name, `${name}: ${what}`);
    }
  });
}

test('every limit of every parameter of a query', async () => {
  let count = 0;
  for (const operation of operations.filter(({ verb }) => verb === 'GET'))
    for (const { name, schema } of operation.it.parameters.filter((p) => p.in === 'query')) {
      for (const [what, value] of wrong(schema)) {
        if (typeof value === 'object' || (name === 'currency' && what === 'no text')) continue;
        isRefusedFor(await send(operation, { [name]: value }), name, `${operation.pattern} ${name}: ${what}`);
        count++;
      }
    }
  assert.ok(count > 60, `${count}`);
});

test('payment_details: every limit of every payment type', async () => {
  let count = 0;
  const kinds = api.components.schemas.PaymentDetailsIn.anyOf.filter((kind) => kind.$ref);
  assert.equal(kinds.length, api.components.schemas.PaymentType.enum.length);
  for (const kind of kinds) {
    const { properties, required } = membersOf(api, kind);
    const type = properties.type.const;
    const base = { type };
    for (const name of required.filter((n) => n !== 'type')) {
      const good = { email: 'hana@shop.example', phone: '09012345678', number: CARD.number, month: 12, year: 2035,
        verification_value: '123', customer_ip: '192.0.2.1', prepaid_number: '1111111111111111', given_name_kana: 'ハナ',
        family_name_kana: 'タナカ', first_two_digits_of_pin: '12' };
      base[name] = good[name] ?? sample(api, name, properties[name]);
    }
    for (const name of required) {
      refused(await shop.browser.post('/tokens', { payment_details: { ...base, [name]: undefined } }), 422,
        'missing_parameter', `payment_details.${name}`);
      count++;
    }
    if (type !== 'credit_card' && !(type in { konbini: 1, pay_easy: 1, paidy: 1, net_cash: 1, pix: 1 })) continue;
    for (const [name, schema] of Object.entries(properties).filter(([n]) => n !== 'type'))
      for (const [what, value] of wrong(schema)) {
        const reply = await shop.browser.post('/tokens', { payment_details: { ...base, [name]: value } });
        isRefusedFor(reply, `payment_details.${name}`, `${type} ${name}: ${what}`);
        count++;
      }
  }
  assert.ok(count > 300, `${count}`);
});

// ---- the page ------------------------------------------------------------------------------------

test('the page loads nothing from elsewhere and runs nothing that stands in it', async () => {
  assert.equal(page.status, 200);
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  for (const [reply, type] of [[page, 'text/html'], [script, 'text/javascript'],
    [await server.request('GET', '/api/v1/docs/docs.css'), 'text/css']]) {
    assert.equal(reply.status, 200);
    assert.ok(reply.headers['content-type'].startsWith(type));
    const policy = Object.fromEntries(reply.headers['content-security-policy'].split('; ')
      .map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]));
    assert.equal(policy['default-src'], "'none'");
    assert.equal(policy['script-src'], "'self'");
    assert.equal(policy['style-src'], "'self'");
    assert.equal(policy['frame-ancestors'], "'none'");
    assert.equal(reply.headers['x-content-type-options'], 'nosniff');
    assert.ok(!/https?:\/\/|innerHTML|eval\(/.test(reply.raw.toString()), 'no other origin, no markup from texts');
  }
  const html = page.raw.toString();
  assert.ok(!/<script(?![^>]*src=)|<style|\son\w+=|style=/i.test(html), 'nothing inline');
  for (const [, at] of html.matchAll(/(?:src|href)="([^"]+)"/g))
    assert.equal((await server.request('GET', new URL(at, 'http://x/api/v1/docs').pathname)).status, 200, at);
});

/** As much of a browser as the script asks for. */
class Element {
  constructor(name) {
    Object.assign(this, { name, attributes: {}, children: [] });
  }

  setAttribute(key, value) { this.attributes[key] = value; }

  append(...children) { this.children.push(...children); }

  prepend(...children) { this.children.unshift(...children); }

  replaceChildren(...children) { this.children = children; }

  /** This element and all below. */
  all() { return [this, ...this.children.flatMap((child) => (child instanceof Element ? child.all() : []))]; }

  text() { return this.children.map((child) => (child instanceof Element ? child.text() : child)).join(''); }
}

test('the page shows every call, every object and every error, and its links lead somewhere', async () => {
  const ids = ['about', 'contents', 'reference'];
  const byId = Object.fromEntries(ids.map((id) => [id, new Element('div')]));
  for (const id of ids) assert.ok(page.raw.toString().includes(`id="${id}"`), id);
  const context = vm.createContext({ location: { hash: '' },
    document: { createElement: (name) => new Element(name), getElementById: (id) => byId[id] },
    fetch: async (at) => (assert.equal(at, 'openapi.json'), { ok: true, json: async () => structuredClone(api) }) });
  await vm.runInContext(`(async () => {${script.raw}})()`, context);
  const shown = byId.reference.all();
  const text = byId.reference.text();
  for (const { pattern, it } of operations) {
    assert.ok(text.includes(pattern), pattern);
    assert.ok(shown.some((element) => element.attributes.id === it.operationId), it.operationId);
  }
  for (const name of Object.keys(api.components.schemas))
    assert.ok(shown.some((element) => element.attributes.id === `schema-${name}`), name);
  for (const { code } of ERRORS) assert.ok(text.includes(code), code);
  const links = [...shown, ...byId.contents.all()].map((element) => element.attributes.href).filter(Boolean);
  assert.ok(links.length > 300);
  for (const link of links)
    assert.ok(shown.some((element) => `#${element.attributes.id}` === link), link);
});

closes(server);
