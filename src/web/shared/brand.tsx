// SPDX-License-Identifier: Apache-2.0
// brand.tsx: whose page it is: the merchant's logo or name, and its colour. The colour is set through CSSOM, which the
// policy of the pages allows, as custom properties of the document:
//   --brand        what the main button is filled with
//   --on-brand     black or white, whichever is read better on it
//   --brand-edge-light, --brand-edge-dark   its edge: the colour where it is seen on that paper, else that of all edges
import { useEffect, useState } from 'preact/hooks';
import { call } from './call';
import type { Locale, Texts } from './locale';

export interface BrandLook { name: string; color: string | null; logo_url: string | null; contact?: string | null }

/** `holder` is what the routes of the page begin with: "/sessions/{id}". */
export const readBrand = async (holder: string): Promise<BrandLook | null> => {
  const answer = await call<BrandLook>('GET', `${holder}/brand`);
  return answer.ok ? answer.value : null;
};

// Papers of style.css, light and dark.
const PAPERS = { light: '#ffffff', dark: '#14161a' };
const SEEN = 3; // WCAG 2.2, 1.4.11

/** Relative luminance of "#rrggbb" (WCAG 2.2). */
export function luminanceOf(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 to 21. Of black and white, one has at least 4.5 against any colour. */
export function contrastOf(one: string, other: string): number {
  const [dark, light] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function paint(color: string | null): void {
  const { style } = document.documentElement;
  if (!color || !/^#[0-9a-f]{6}$/i.test(color)) return;
  const edge = (paper: string) => (contrastOf(color, paper) >= SEEN ? color : 'var(--line)');
  style.setProperty('--brand', color);
  style.setProperty('--on-brand', contrastOf(color, '#ffffff') >= contrastOf(color, '#000000') ? '#ffffff' : '#000000');
  style.setProperty('--brand-edge-light', edge(PAPERS.light));
  style.setProperty('--brand-edge-dark', edge(PAPERS.dark));
}

/** The head of a page. Its height is the same with and without a logo, so that nothing moves when that comes. */
export function Brand({ name, color, logo_url }: BrandLook) {
  const [isLost, setLost] = useState(false);
  useEffect(() => paint(color), [color]);
  return (
    <div class="shop">
      {logo_url && !isLost ? <img src={logo_url} alt={name} onError={() => setLost(true)} /> : <p>{name}</p>}
    </div>
  );
}

/** The same for a page that knows the name, and asks for the rest; `onLook`: what it is told. */
export function ShopBrand({ holder, name, onLook }: { holder: string; name: string; onLook?: (look: BrandLook) => void }) {
  const [look, setLook] = useState<BrandLook>({ name, color: null, logo_url: null });
  useEffect(() => { void readBrand(holder).then((found) => { if (found) { setLook(found); onLook?.(found); } }); }, [holder]);
  return <Brand {...look} />;
}

const TEXTS: Texts<string> = { ja: 'お問い合わせ', en: 'Questions', ko: '문의' };

/** Whom a buyer asks: what is an address or a number can be touched. */
export function Contact({ contact, locale }: { contact: string | null | undefined; locale: Locale }) {
  if (!contact) return null;
  const href = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(contact) ? `mailto:${contact}`
    : /^\+?[\d() -]{7,}$/.test(contact) ? `tel:${contact.replace(/[^\d+]/g, '')}`
      : /^https?:\/\/\S+$/.test(contact) ? contact : null;
  return <p class="contact">{TEXTS[locale]}: {href ? <a href={href}>{contact}</a> : contact}</p>;
}
