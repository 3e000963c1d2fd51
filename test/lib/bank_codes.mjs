// SPDX-License-Identifier: Apache-2.0
// bank_codes.mjs OUTPUT: writes what the npm package zengin-code holds as rows of C, in its own characters:
// BANK("0001", "みずほ", "ミズホ") and, behind it, BRANCH("001", "東京営業部", "トウキヨウ").
import fs from 'node:fs';
import banks from 'zengin-code';

const row = (kind, { code, name, kana }) => `${kind}("${code}", "${name}", "${kana}")\n`;
const rows = Object.values(banks).sort((a, b) => (a.code < b.code ? -1 : 1)).flatMap((bank) => [row('BANK', bank),
  ...Object.values(bank.branches).sort((a, b) => (a.code < b.code ? -1 : 1)).map((branch) => row('BRANCH', branch))]);
fs.writeFileSync(process.argv[2], `/* SPDX-License-Identifier: Apache-2.0 */
/* Made by test/lib/bank_codes.mjs. */
${rows.join('')}`);
