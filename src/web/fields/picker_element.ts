// SPDX-License-Identifier: Apache-2.0
// picker_element.ts: <kessai-picker>, <komoju-picker>: the ways to pay of a session, as radio buttons in the shop's page. It asks
// the fields for names and icons, so that the page needs to allow no more than our script and our frame.
import { localeOf, type Texts } from '../shared/locale';
import { FieldsElement } from './fields_element';
import type { Methods } from './protocol';

const TITLES: Texts<string> = { ja: 'お支払い方法', en: 'How to pay', ko: '결제 수단' };

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host { display: block; margin-block-end: 1rem; }
fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: 0.4rem; }
legend { font-weight: 600; padding: 0 0 0.4rem; }
label { align-items: center; box-sizing: border-box; border: 1px solid var(--kessai-line, #767c8c); border-radius: var(--kessai-radius, 8px); cursor: pointer;
  display: flex; gap: 0.6rem; min-height: 2.9rem; padding: 0.4rem 0.75rem; }
label:has(:checked) { border-color: var(--kessai-main, #1a4fd0); box-shadow: 0 0 0 1px var(--kessai-main, #1a4fd0); }
label:has(:focus-visible) { outline: 3px solid var(--kessai-main, #1a4fd0); outline-offset: 2px; }
input { accent-color: var(--kessai-main, #1a4fd0); flex: none; height: 1.2rem; margin: 0; outline: 0; width: 1.2rem; }
svg { flex: none; }
`);

export class PickerElement extends HTMLElement {
  #methods: Methods | null = null;
  #root: ShadowRoot;

  constructor() {
    super();
    this.#root = this.attachShadow({ mode: 'open' });
    this.#root.adoptedStyleSheets = [sheet];
  }

  get fields() { return this.getAttribute('fields'); }
  set fields(value) { if (value === null) this.removeAttribute('fields'); else this.setAttribute('fields', value); }

  /** The element that is picked for: the one with that id, or else the first. */
  get fieldsElement(): FieldsElement | null {
    const found = this.fields ? document.getElementById(this.fields) : document.querySelector('kessai-fields, komoju-fields');
    return found instanceof FieldsElement ? found : null;
  }

  connectedCallback(): void {
    document.addEventListener('komoju-session-change', this.#changed);
    const theme = this.getAttribute('theme');
    if (theme) this.#root.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: theme }));
    if (this.fieldsElement?.session) void this.#load(this.fieldsElement);
  }

  disconnectedCallback(): void {
    document.removeEventListener('komoju-session-change', this.#changed);
  }

  #changed = (event: Event): void => {
    const fields = this.fieldsElement;
    if (fields && event.composedPath()[0] === fields) void this.#load(fields);
  };

  async #load(fields: FieldsElement): Promise<void> {
    this.#methods ??= await fields.methods();
    if (this.isConnected) this.#draw(fields);
  }

  #draw(fields: FieldsElement): void {
    const session = fields.session, locale = localeOf(fields.locale, session?.default_locale, navigator.language);
    const set = document.createElement('fieldset'), legend = document.createElement('legend');
    legend.textContent = TITLES[locale];
    set.append(legend);
    for (const [index, { type }] of (session?.payment_methods ?? []).entries()) {
      const label = document.createElement('label'), input = document.createElement('input'), text = document.createElement('span');
      Object.assign(input, { type: 'radio', name: 'payment-type', value: type, checked: fields.paymentType ? fields.paymentType === type : index === 0 });
      input.addEventListener('change', () => { fields.paymentType = type; });
      text.textContent = this.#methods?.names.find((one) => one.type_slug === type)?.[`name_${locale}`] ?? type;
      label.append(input, ...this.#icon(type), text);
      set.append(label);
    }
    this.#root.querySelector('fieldset')?.remove();
    this.#root.append(set);
  }

  /** The icon as an element of the page: a policy without our images allows it. */
  #icon(type: string): Element[] {
    const text = this.#methods?.icons[type];
    if (!text) return [];
    try {
      const svg = document.importNode(new DOMParser().parseFromString(text, 'image/svg+xml').documentElement, true);
      svg.setAttribute('aria-hidden', 'true');
      return svg.nodeName === 'svg' ? [svg] : [];
    } catch { // a page that wants trusted types: names without icons
      return [];
    }
  }
}
