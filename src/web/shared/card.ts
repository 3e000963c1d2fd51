// SPDX-License-Identifier: Apache-2.0
// card.ts: what can be told of a card while its number is typed (bank-rails 12). The server decides; this only helps.
export type Brand = 'visa' | 'master' | 'jcb' | 'american_express' | 'diners_club' | 'discover';

export const BRAND_NAMES: Record<Brand, string> = { visa: 'Visa', master: 'Mastercard', jcb: 'JCB', american_express: 'American Express',
  diners_club: 'Diners Club', discover: 'Discover' };

interface BrandRow { brand: Brand; ranges: [number, number][]; lengths: number[]; groups: number[]; code: number }

// Ranges are of the first six digits.
const BRANDS: BrandRow[] = [
  { brand: 'visa', ranges: [[400000, 499999]], lengths: [13, 16, 19], groups: [4, 4, 4, 4, 3], code: 3 },
  { brand: 'master', ranges: [[510000, 559999], [222100, 272099]], lengths: [16], groups: [4, 4, 4, 4], code: 3 },
  { brand: 'jcb', ranges: [[352800, 358999]], lengths: [16, 17, 18, 19], groups: [4, 4, 4, 4, 3], code: 3 },
  { brand: 'american_express', ranges: [[340000, 349999], [370000, 379999]], lengths: [15], groups: [4, 6, 5], code: 4 },
  { brand: 'diners_club', ranges: [[300000, 305999], [309500, 309599], [360000, 369999], [380000, 399999]], lengths: [14, 16, 17, 18, 19], groups: [4, 6, 4, 5], code: 3 },
  { brand: 'discover', ranges: [[601100, 601199], [644000, 659999]], lengths: [16, 17, 18, 19], groups: [4, 4, 4, 4, 3], code: 3 },
];

/** Full-width digits are digits; what is no digit is left out. */
export const digitsIn = (text: string): string => text.normalize('NFKC').replace(/\D/g, '');

function rowOf(digits: string): BrandRow | undefined {
  if (digits === '') return undefined;
  const least = Number(digits.slice(0, 6).padEnd(6, '0')), most = Number(digits.slice(0, 6).padEnd(6, '9'));
  const fits = BRANDS.filter((row) => row.ranges.some(([from, to]) => least >= from && most <= to));
  return fits.length === 1 ? fits[0] : undefined;
}

/** The brand, as soon as it is certain. */
export const brandOf = (number: string): Brand | undefined => rowOf(digitsIn(number))?.brand;

export const codeDigitsOf = (number: string): number => rowOf(digitsIn(number))?.code ?? 3;

/** "4111 1111 1111 1111": in the groups that are printed on the card, at most as long as it can be. */
export function groupedNumber(text: string): string {
  const row = rowOf(digitsIn(text));
  const digits = digitsIn(text).slice(0, row ? Math.max(...row.lengths) : 19);
  const groups: string[] = [];
  let at = 0;
  for (const size of row?.groups ?? [4, 4, 4, 4, 3]) {
    if (at >= digits.length) break;
    groups.push(digits.slice(at, at + size));
    at += size;
  }
  return groups.join(' ');
}

/** ISO/IEC 7812-1 annex B. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  [...digits].reverse().forEach((digit, i) => {
    const twice = Number(digit) * (i % 2 === 1 ? 2 : 1);
    sum += twice > 9 ? twice - 9 : twice;
  });
  return digits !== '' && sum % 10 === 0;
}

export function isWholeNumber(text: string): boolean {
  const digits = digitsIn(text), row = rowOf(digits);
  return (row ? row.lengths.includes(digits.length) : digits.length >= 12 && digits.length <= 19) && passesLuhn(digits);
}

/** "1227" and "12/2027" are "12 / 27", while it is typed too. */
export function expiryText(text: string): string {
  const digits = digitsIn(text), padded = /^[2-9]/.test(digits) ? `0${digits}` : digits;
  const month = padded.slice(0, 2), year = padded.slice(2).replace(/^20(\d\d)$/, '$1').slice(0, 4);
  return padded.length > 2 ? `${month} / ${year}` : month;
}

export interface Expiry { month: string; year: string }

/** Month and year with two digits; undefined while there is no such month. */
export function expiryOf(text: string): Expiry | undefined {
  const found = /^(0[1-9]|1[0-2]) ?\/ ?(?:20)?(\d\d)$/.exec(expiryText(text));
  return found ? { month: found[1]!, year: found[2]! } : undefined;
}

/** Valid to the end of its month, by the browser's clock. */
export function isPast({ month, year }: Expiry): boolean {
  const now = new Date();
  return (2000 + Number(year)) * 12 + Number(month) < now.getFullYear() * 12 + now.getMonth() + 1;
}
