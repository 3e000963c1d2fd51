// SPDX-License-Identifier: Apache-2.0
// money.ts: amounts in minor units, as people write them.
import type { Locale } from './locale';

// Digits after the point (core/currency.def), where browsers do not agree; amounts are integers of these units.
const DIGITS: Record<string, number> = { IDR: 2, TWD: 2 };

export function digitsOf(currency: string): number {
  return DIGITS[currency] ?? new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** 3200 JPY is "￥3,200", 1999 USD "$19.99". */
export function moneyText(minor: number, currency: string, locale: Locale): string {
  const digits = digitsOf(currency);
  return new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits })
    .format(minor / 10 ** digits);
}
