// SPDX-License-Identifier: Apache-2.0
// docs.js: shows openapi.json as a page. Texts become text nodes only, never markup.

/** An element with attributes and children; a text is a text. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) element.setAttribute(key, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const answer = await fetch('openapi.json');
if (!answer.ok) throw new Error(`openapi.json: ${answer.status}`);
const api = await answer.json();

const nameOf = (ref) => ref.slice(ref.lastIndexOf('/') + 1);
const found = (thing) => (thing.$ref
  ? thing.$ref.slice(2).split('/').reduce((at, key) => at[key], api) : thing);

/** A type in a few words, with links to components. */
function typeOf(schema) {
  if (schema.$ref) return [make('a', { href: `#schema-${nameOf(schema.$ref)}` }, nameOf(schema.$ref))];
  const many = schema.anyOf ?? schema.allOf;
  if (many)
    return many.flatMap((part, i) => [i > 0 ? (schema.anyOf ? ' or ' : ' and ') : '', ...typeOf(part)]);
  if ('const' in schema) return [make('code', {}, JSON.stringify(schema.const))];
  if (schema.enum)
    return schema.enum.flatMap((word, i) => [i > 0 ? ' ' : '', make('code', {}, String(word))]);
  if (schema.type === 'array' && schema.items) return ['array of ', ...typeOf(schema.items)];
  return [[schema.type ?? 'anything'].flat().join(' or ') + (schema.format ? ` (${schema.format})` : '')];
}

const LIMITS = { minimum: 'at least', maximum: 'at most', minLength: 'characters, at least',
  maxLength: 'characters, at most', maxItems: 'elements, at most', maxProperties: 'keys, at most' };

function limitsOf(schema) {
  return Object.entries(LIMITS).filter(([key]) => key in schema)
    .map(([key, words]) => `${words} ${schema[key]}`).join('; ');
}

function row(name, schema, isRequired, text) {
  return make('tr', {}, make('td', {}, make('code', {}, name)), make('td', {}, typeOf(schema)),
    make('td', {}, isRequired ? 'always' : ''),
    make('td', {}, [text ?? schema.description ?? '', limitsOf(schema)].filter(Boolean).join('. ')));
}

function table(caption, rows) {
  if (rows.length === 0) return null;
  return make('table', {}, make('caption', { class: 'note' }, caption),
    make('thead', {}, make('tr', {}, ...['name', 'type', 'there', 'meaning'].map((head) =>
      make('th', { scope: 'col' }, head)))), make('tbody', {}, rows));
}

/** The members of an object, those of what it is made of included. */
function members(schema) {
  const whole = found(schema);
  const own = Object.entries(whole.properties ?? {})
    .map(([name, type]) => row(name, type, (whole.required ?? []).includes(name)));
  return [...(whole.allOf ?? []).flatMap(members), ...own];
}

const WHO = { open: 'no key', holder: 'who has the id', client: 'secret or publishable key', secret: 'secret key',
  platform: 'secret key of a platform', test: 'secret key, test mode only' };

const isError = ([status]) => status >= '400';

/** What an answer is made of: its type, the media types that it can have, or nothing. */
function holds({ content = {} }) {
  const json = content['application/json'];
  return json ? typeOf(json.schema) : [Object.keys(content).join(', ') || 'nothing'];
}

function operation(verb, path, it) {
  const body = it.requestBody?.content['application/json'].schema;
  const answers = Object.entries(it.responses);
  const errors = answers.filter(isError).map(([status, ref]) =>
    make('tr', {}, make('td', {}, status), make('td', {}, found(ref).description), make('td', {},
      [...new Set(found(ref)['x-texts'].map((text) => text.code))].flatMap((code) =>
        [make('code', {}, code), ' ']))));
  return make('section', { id: it.operationId },
    make('h3', {}, make('span', { class: 'verb path' }, verb.toUpperCase()), make('span', { class: 'path' }, path)),
    make('p', {}, it.summary),
    make('p', { class: 'note' }, `${WHO[it['x-scope']]}; rates of class ${it['x-rate']}`,
      it.requestBody ? `; a body of at most ${it.requestBody['x-bytes-max']} bytes` : ''),
    table('parameters', it.parameters.map(found).map((p) => row(p.name, p.schema, p.required, p.description))),
    body ? table('body', members(body)) : null,
    ...answers.filter((answer) => !isError(answer)).map(([status, answer]) =>
      make('p', {}, `${status}, ${answer.description}: `, holds(answer), '.')),
    make('details', {}, make('summary', {}, 'errors'), make('table', {}, errors)));
}

function component(name, schema) {
  return make('section', { id: `schema-${name}` }, make('h3', {}, name),
    schema.description ? make('p', {}, schema.description) : null,
    table('members', members(schema)) ?? make('p', {}, typeOf(schema)));
}

const groups = new Map(api.tags.map((tag) => [tag.name, []]));
for (const [path, verbs] of Object.entries(api.paths))
  for (const [verb, it] of Object.entries(verbs)) {
    const [group] = it.tags;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push({ verb, path, it });
  }

const contents = [];
const reference = [];
for (const [group, list] of groups) {
  if (list.length === 0) continue;
  contents.push(make('h2', {}, group), make('ul', {}, list.map(({ verb, path, it }) => make('li', {},
    make('a', { href: `#${it.operationId}`, title: `${verb.toUpperCase()} ${path}` }, it.operationId)))));
  reference.push(make('h2', {}, group), ...list.map(({ verb, path, it }) => operation(verb, path, it)));
}
const schemas = Object.entries(api.components.schemas);
contents.push(make('h2', {}, make('a', { href: '#objects' }, 'Objects')));
reference.push(make('h2', { id: 'objects' }, 'Objects'), ...schemas.map(([name, schema]) => component(name, schema)));

document.getElementById('about').prepend(`${api.info.description} `);
document.getElementById('contents').replaceChildren(...contents);
document.getElementById('reference').replaceChildren(...reference);
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
