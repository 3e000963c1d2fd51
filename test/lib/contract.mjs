// SPDX-License-Identifier: Apache-2.0
// contract.mjs: holds answers against the document that the program gives of itself (`kessai openapi`).
//
// server.mjs asks for every answer of every story, so an answer with a member that the tables do not know, or without one
// that they promise, or of another type, fails the story. The document tells clients to ignore members that they do not
// know; here there are none.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const EXTENSIONS = ['x-bytes-max', 'x-scope', 'x-rate', 'x-rate-defaults', 'x-texts'];

/** The document itself. */
export function documentOf(bin) {
  return JSON.parse(execFileSync(bin, ['openapi'], { maxBuffer: 1 << 24 }));
}

/** A copy in which no object has members that its schema does not name. */
function closed(document) {
  const copy = structuredClone(document);
  for (const schema of Object.values(copy.components.schemas))
    if (schema.type === 'object' && schema.properties) schema.additionalProperties ??= false;
  return copy;
}

const escaped = (text) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');

export class Contract {
  constructor(document) {
    this.document = closed(document);
    this.ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false,
      strictTypes: false });
    formats(this.ajv);
    this.ajv.addFormat('int64', true);
    for (const word of EXTENSIONS) this.ajv.addVocabulary([word]);
    this.ajv.addVocabulary(['openapi', 'info', 'tags', 'servers', 'paths', 'components']);
    this.ajv.addSchema({ $id: 'api:', components: this.document.components });
    this.validators = new Map();
    this.paths = Object.entries(this.document.paths).map(([pattern, verbs]) => ({ pattern, verbs,
      names: (pattern.match(/\{/g) ?? []).length,
      regex: new RegExp(`^${escaped(pattern).replace(/\{\w+\}/g, '[^/]+')}/?$`) }))
      .sort((a, b) => a.names - b.names); // a word before a name
  }

  /** The operation of a call, or undefined. */
  operation(method, target) {
    const path = target.split('?')[0];
    for (const { verbs, regex } of this.paths) {
      const it = verbs[method.toLowerCase()];
      if (it && regex.test(path)) return it;
    }
    return undefined;
  }

  /** A schema of the document as a function. */
  validator(schema) {
    const text = JSON.stringify(schema).replaceAll('"#/', '"api:#/');
    if (!this.validators.has(text)) this.validators.set(text, this.ajv.compile(JSON.parse(text)));
    return this.validators.get(text);
  }

  /** Fails unless the value is what the schema says. */
  fits(schema, value, what) {
    const validate = this.validator(schema);
    if (validate(value)) return;
    const said = validate.errors.slice(0, 12)
      .map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
    assert.fail(`${what} is not what the document says:\n${said.join('\n')}\n${JSON.stringify(value).slice(0, 2000)}`);
  }

  /** Fails unless the answer is one of those that the document promises for the call. */
  holds(method, target, reply) {
    if (method === 'OPTIONS' || method === 'HEAD') return;
    const what = `${method} ${target.slice(0, 200)}: ${reply.status}`;
    const operation = this.operation(method, target);
    if (!operation) { // no route of ours: a refusal
      assert.notEqual(reply.status, 200, `${what}: no such route in the document`);
      this.fits({ $ref: '#/components/schemas/Error' }, reply.body, what);
      return;
    }
    let promised = operation.responses[reply.status];
    assert.ok(promised, `${what}: the document has no such answer`);
    if (promised.$ref) promised = this.document.components.responses[promised.$ref.split('/').at(-1)];
    if (!promised.content) {
      assert.equal(reply.raw.length, 0, `${what}: a body that is not in the document`);
      return;
    }
    const type = (reply.headers['content-type'] ?? '').split(';')[0];
    assert.ok(promised.content[type], `${what}: ${type} is not in the document`);
    if (type === 'application/json') this.fits(promised.content[type].schema, reply.body, what);
  }
}
