// SPDX-License-Identifier: Apache-2.0
// kana.ts: Japanese as people type it, in the form that is asked for. The server writes what banks read.

/** Half-width and combined forms become ordinary ones, blanks one each. */
export const plain = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim();

const shifted = (text: string, from: RegExp, by: number): string =>
  text.replace(from, (kana) => String.fromCharCode(kana.charCodeAt(0) + by));

/** "たなか", "ﾀﾅｶ": "タナカ". */
export const katakana = (text: string): string => shifted(plain(text), /[ぁ-ゖ]/g, 0x60);

/** "アイウ", "ｱｲｳ": "あいう". */
export const hiragana = (text: string): string => shifted(plain(text), /[ァ-ヶ]/g, -0x60);

/** What a bank can write of a name: katakana, digits, capitals and a few marks; no kanji. */
export const isBankName = (text: string): boolean => /^[ァ-ヴヵヶー・A-Za-z0-9().,/「」 -]+$/.test(katakana(text));
