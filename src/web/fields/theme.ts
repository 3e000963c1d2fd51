// SPDX-License-Identifier: Apache-2.0
// theme.ts: the look that a shop can give the fields: a few custom properties of CSS, each with a form that its value must
// have. A style sheet of the shop is never loaded into the frame, because rules there could tell what is typed to others
// (doc/decisions/0014-fields-frame.md).
const COLOUR = /^(#[0-9a-f]{3,8}|[a-z]{3,24}|(rgb|hsl)a?\([0-9.,%/ deg]{3,40}\))$/i;
const LENGTH = /^\d{1,2}(\.\d{1,3})?(px|rem|em)$/;
const FONT = /^[\p{L}\p{N} ,'"_-]{1,200}$/u;

/** Property in the shop's CSS, property in the frame, form. */
export const THEME: readonly { name: string; inside: string; form: RegExp }[] = [
  { name: '--kessai-ink', inside: '--ink', form: COLOUR },
  { name: '--kessai-quiet', inside: '--quiet', form: COLOUR },
  { name: '--kessai-paper', inside: '--paper', form: COLOUR },
  { name: '--kessai-line', inside: '--line', form: COLOUR },
  { name: '--kessai-main', inside: '--main', form: COLOUR },
  { name: '--kessai-bad', inside: '--bad', form: COLOUR },
  { name: '--kessai-soft', inside: '--soft', form: COLOUR },
  { name: '--kessai-radius', inside: '--radius', form: LENGTH },
  { name: '--kessai-font-size', inside: '--font-size', form: LENGTH },
  { name: '--kessai-font', inside: '--font', form: FONT },
];

/** The properties that are in the list and have their form; anything else is left out. The frame asks this again. */
export function themeOf(read: (name: string) => string): Record<string, string> {
  const theme: Record<string, string> = {};
  for (const { name, form } of THEME) {
    const value = read(name).trim();
    if (form.test(value)) theme[name] = value;
  }
  return theme;
}

/** "dark" or "light" as the page around is, by its color-scheme; "" where the page follows the buyer's choice. */
export function schemeOf(colorScheme: string): 'dark' | 'light' | '' {
  const dark = /\bdark\b/.test(colorScheme), light = /\blight\b/.test(colorScheme);
  return dark && light ? '' : dark ? 'dark' : 'light';
}
