// SPDX-License-Identifier: Apache-2.0
// holidays.mjs OUTPUT: writes the holidays of @holiday-jp/holiday_jp, all its years, as rows of C:
// HELD(year, month, day, "name") in the order of the dates. What it calls "休日" and
// "休日（祝日扱い）" is named as the law and the laws for single years name it.
import fs from 'node:fs';
import holidays from '@holiday-jp/holiday_jp';

const OF_ONE_YEAR = { '2019-05-01': '天皇の即位の日', '2019-10-22': '即位礼正殿の儀' };

const named = (date, name) => OF_ONE_YEAR[date]
  ?? (name.endsWith('振替休日') ? '振替休日' : name === '休日' ? '国民の休日' : name.replace(/（.*）$/, ''));

const rows = Object.entries(holidays.holidays).sort().map(([date, { name }]) => {
  const [year, month, day] = date.split('-').map(Number);
  return `HELD(${year}, ${month}, ${day}, "${named(date, name)}")\n`;
});
fs.writeFileSync(process.argv[2], `/* SPDX-License-Identifier: Apache-2.0 */
/* Made by test/lib/holidays.mjs. */
${rows.join('')}`);
