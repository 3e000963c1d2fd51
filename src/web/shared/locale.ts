// SPDX-License-Identifier: Apache-2.0
// locale.ts: the languages of the pages. A page's texts are a table with a column for each, so that a text that is
// missing in one of them does not compile. A further language is a name here and a column in each table.
export const LOCALES = ['ja', 'en', 'ko'] as const;
export type Locale = (typeof LOCALES)[number];
export type Texts<T> = Record<Locale, T>;

const isLocale = (name: string): name is Locale => (LOCALES as readonly string[]).includes(name);

/** The first of the names that is a language of ours; "en-GB" is en. */
export function localeOf(...names: (string | null | undefined)[]): Locale {
  for (const name of names) {
    const short = (name ?? '').slice(0, 2).toLowerCase();
    if (isLocale(short)) return short;
  }
  return 'ja';
}

/** Sets the language of the document, for readers of screens and for fonts. */
export function speak(locale: Locale, title: string): void {
  document.documentElement.lang = locale;
  document.title = title;
}

/** A moment as a date and a time of Japan, in the Gregorian calendar, which every language here can read. */
export function momentText(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(`${locale}-u-ca-gregory`, { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' })
    .format(new Date(iso));
}
