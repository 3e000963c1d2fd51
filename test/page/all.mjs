// SPDX-License-Identifier: Apache-2.0
// all.mjs: every story of this folder in one program, and so in one browser, whose start is most of what a story costs. A file
// alone is run by itself.
import fs from 'node:fs';

for (const file of fs.readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.mjs')).sort())
  await import(`./${file}`);
