// SPDX-License-Identifier: Apache-2.0
// icons.mjs: the icons of payment types, brands of cards and convenience stores, as SVG: a rounded sheet with a short name or
// a plain drawing of a card, a shop, a bank. They are ours and copy nobody's trademark. build.mjs makes the files.
import fs from 'node:fs';

/** Order of core/card.h, by which a picture of several is named. */
export const BRANDS = { visa: 'VISA', master: 'Mastercard', jcb: 'JCB', american_express: 'American Express', diners_club: 'Diners Club', discover: 'Discover' };

/** komoju-core 15.3. */
export const STORES = { 'seven-eleven': 'Seven Eleven', lawson: 'Lawson', 'family-mart': 'Family Mart', ministop: 'Mini stop',
  'daily-yamazaki': 'Daily Yamazaki', seicomart: 'Seico mart' };

const WIDTH = 38, HEIGHT = 24, GAP = 4, INSIDE = 32;
const INK = '#1b1d22', LINE = '#8b92a3', PAPER = '#ffffff';

const CARD = `<rect x="8" y="6" width="22" height="13" rx="2" fill="none" stroke="${INK}" stroke-width="1.6"/><path d="M8 10.5h22" stroke="${INK}" stroke-width="2.4"/><path d="M11 15.5h6" stroke="${INK}" stroke-width="1.4"/>`;
const SHOP = `<path d="M10 11v8h18v-8M8 11l2-6h18l2 6z M16 19v-5h6v5" fill="none" stroke="${INK}" stroke-width="1.6" stroke-linejoin="round"/>`;
const BANK = `<path d="M9 10l10-5 10 5zM12 11v6M17 11v6M21 11v6M26 11v6M9 18.5h20" fill="none" stroke="${INK}" stroke-width="1.6" stroke-linejoin="round"/>`;
const DRAWN = { credit_card: CARD, credit_card_korea: CARD, credit_card_brazil: CARD, konbini: SHOP, cvs: SHOP, bank_transfer: BANK };

const escaped = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Two lines of about equal length, or one. */
function linesOf(name) {
  const words = name.split(' ');
  if (words.length === 1) return [name];
  let best;
  for (let i = 1; i < words.length; i++) {
    const two = [words.slice(0, i).join(' '), words.slice(i).join(' ')], longest = Math.max(...two.map((line) => line.length));
    if (!best || longest < best.longest) best = { two, longest };
  }
  return best.two;
}

/** About how wide it is, in a wide bold font. */
const widthOf = (line, size) => size * [...line].reduce((sum, c) => sum + (/[iljtfrI' .-]/.test(c) ? 0.4 : /[mwMW]/.test(c) ? 1 : /[A-Z]/.test(c) ? 0.76 : 0.68), 0);

function lettersOf(name) {
  const lines = linesOf(name), size = lines.length === 2 ? 7.5 : name.length > 6 ? 7.5 : 9.5;
  return lines.map((line, i) => {
    const y = lines.length === 2 ? 10.8 + 8 * i : 12 + size * 0.36;
    const squeezed = widthOf(line, size) > INSIDE ? ` textLength="${INSIDE}" lengthAdjust="spacingAndGlyphs"` : '';
    return `<text x="19" y="${y.toFixed(1)}" font-size="${size}"${squeezed}>${escaped(line)}</text>`;
  }).join('');
}

const sheet = (inner, x = 0) => `<g transform="translate(${x})"><rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="4" fill="${PAPER}" stroke="${LINE}"/>${inner}</g>`;

/** Icons side by side. */
function drawing(inners) {
  const width = inners.length * (WIDTH + GAP) - GAP;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}" font-family="Arial, Helvetica, sans-serif" font-weight="700" text-anchor="middle" fill="${INK}">${
    inners.map((inner, i) => sheet(inner, i * (WIDTH + GAP))).join('')}</svg>\n`;
}

/** Slug and English name of every payment type, from core/method.def. */
export function methodsOf(file) {
  return [...fs.readFileSync(file, 'utf8').matchAll(/^METHOD\(\w+, *\d+, "(\w+)", .*, "([^"]+)", "[^"]+", "[^"]+"\)$/gm)].map(([, slug, name]) => [slug, name]);
}

/** Every picture: [name, text]. Those of several brands are "credit_card-visa-master.svg". */
export function icons(methods) {
  const all = methods.map(([slug, name]) => [`payment_methods/${slug}.svg`, drawing([DRAWN[slug] ?? lettersOf(name)])]);
  const brands = Object.keys(BRANDS);
  for (let set = 1; set < 1 << brands.length; set++) {
    const some = brands.filter((_, i) => set >> i & 1);
    all.push([`payment_methods/credit_card-${some.join('-')}.svg`, drawing(some.map((brand) => lettersOf(BRANDS[brand])))]);
  }
  for (const [slug, name] of Object.entries(STORES)) all.push([`assets/konbini/${slug}.svg`, drawing([lettersOf(name)])]);
  return all;
}
