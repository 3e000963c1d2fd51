// SPDX-License-Identifier: Apache-2.0
// build.mjs OUTPUT DEPFILE SCRATCH: builds the pages with Vite and writes them as C, compressed too.
//
// Every folder of src/web with an index.html is a page; what pages share is loaded once.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { build } from 'vite';
import { icons, methodsOf } from './icons.mjs';

const [output, depfile, scratch] = process.argv.slice(2).map((name) => path.resolve(name));
const root = import.meta.dirname;
const read = new Set();

/** Notes every file that the bundler reads. */
const note = {
  name: 'note',
  load(id) {
    const [file] = id.split('?');
    if (path.isAbsolute(file) && !file.includes('\0')) read.add(file);
    return null;
  },
};

// What the head of every page begins with.
const HEAD = `<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Kessai</title>
<link rel="stylesheet" href="../shared/style.css">`;
const heads = {
  name: 'heads',
  transformIndexHtml: { order: 'pre', handler: (html) => html.replace('<head>', `<head>\n${HEAD}`) },
};

const common = { root, configFile: false, logLevel: 'warn', publicDir: false, plugins: [note, heads] };
const pages = fs.readdirSync(root).filter((name) => fs.existsSync(path.join(root, name, 'index.html')));

await build({ ...common, base: '/', build: {
  outDir: path.join(scratch, 'pages'), emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false },
  target: 'es2022', rollupOptions: { input: Object.fromEntries(pages.map((name) =>
    [name, path.join(root, name, 'index.html')])) },
} });

// A script for pages of others: one file, under a name that stays.
await build({ ...common, base: '/', build: {
  outDir: path.join(scratch, 'fields'), emptyOutDir: true, modulePreload: { polyfill: false }, target: 'es2022',
  rollupOptions: { input: path.join(root, 'fields/element.ts'), output: { entryFileNames: 'fields.js' } },
} });

const methods = path.join(root, '../core/method.def');

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

/** Every file below a folder: [name, bytes]. */
const filesOf = (folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
  .sort().map((name) => [name, fs.readFileSync(path.join(folder, name))]);

const bytesOf = (name, bytes) => `static const unsigned char ${name}[] = {${bytes.join(',')}};\n`;
const brotliOf = (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });

let text = `/* SPDX-License-Identifier: Apache-2.0 */
/* pages.gen.c: made by src/web/build.mjs. */
#include "web/pages.h"
`;
const rows = [];
const files = [...filesOf(path.join(scratch, 'pages')), ...filesOf(path.join(scratch, 'fields')),
  ...icons(methodsOf(methods)).map(([name, content]) => [name, Buffer.from(content)])];
for (const [index, [name, bytes]] of files.entries()) {
  const brotli = brotliOf(bytes);
  const hash = crypto.createHash('sha384').update(bytes).digest('base64');
  text += bytesOf(`F${index}`, [...bytes]) + bytesOf(`B${index}`, [...brotli]);
  rows.push(`    {"${name}", "${TYPES[path.extname(name)]}", "sha384-${hash}", F${index}, B${index}, sizeof F${index}, sizeof B${index}},\n`);
}
text += `const struct web_file WEB_FILES[] = {\n${rows.join('')}    {0},\n};\n`;
fs.writeFileSync(output, text);
for (const name of pages) read.add(path.join(root, name, 'index.html'));
fs.writeFileSync(depfile, `${path.basename(output)}: ${[...read].filter((file) => !file.includes('node_modules')).join(' ')}\n`);
