// SPDX-License-Identifier: Apache-2.0
// sample.mjs: bodies made from the document: what a call must say, and nothing else.
import { CARD } from './server.mjs';

/** A schema, or the component that it refers to. */
export const found = (api, schema) => (schema?.$ref ? api.components.schemas[schema.$ref.split('/').at(-1)] : schema);

/** Members and required names of a body, those of what it is made of included. */
export function membersOf(api, schema) {
  const whole = found(api, schema) ?? {};
  const parts = (whole.allOf ?? []).map((part) => membersOf(api, part));
  return { properties: Object.assign({}, ...parts.map((p) => p.properties), whole.properties),
    required: [...parts.flatMap((p) => p.required), ...(whole.required ?? [])] };
}

/** Something that the schema allows. */
export function sample(api, name, schema) {
  const known = { payment_details: CARD, currency: 'JPY', account_number: '0012345', branch_number: '100', bank_code: '0562',
    customer_name: 'ﾀﾅｶ ﾊﾅ', token: 'tok_nothing' };
  if (name in known) return known[name];
  const type = found(api, schema);
  if (type.enum) return type.enum[0];
  if (type.type === 'integer') return Math.max(type.minimum ?? 1, 1);
  if (type.type === 'boolean') return true;
  if (type.type === 'object') {
    const { properties, required } = membersOf(api, type);
    return Object.fromEntries(required.map((key) => [key, sample(api, key, properties[key])]));
  }
  if (type.format === 'uri') return 'https://shop.example/return';
  return type.pattern ? '0123456789abcdefghijklmno' : 'x'.repeat(type.minLength ?? 1);
}

/** The least body that an operation of the document takes. */
export function bodyOf(api, operation) {
  const schema = operation.requestBody?.content['application/json'].schema;
  const { properties, required } = membersOf(api, schema);
  return Object.fromEntries(required.map((name) => [name, sample(api, name, properties[name])]));
}
