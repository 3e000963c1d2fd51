// SPDX-License-Identifier: Apache-2.0
// fields_element.ts: <kessai-fields>, and <komoju-fields> with the attributes, events and methods of komoju-core 17.2. It runs in
// the shop's page and holds nothing that a buyer types: that is in a frame of our origin, which calls our API itself.
import { LOST, type ApiError } from '../shared/call';
import type { Session } from './session';
import { isLink } from '../shared/link';
import { localeOf, type Texts } from '../shared/locale';
import type { Methods, Outcome, Settings, Start, ToElement, ToFrame, Token } from './protocol';
import { schemeOf, themeOf } from './theme';

const SCRIPT_ORIGIN = new URL(import.meta.url).origin;
const TITLES: Texts<string> = { ja: 'お支払い情報の入力', en: 'Payment details', ko: '결제 정보 입력' };
const ATTRIBUTES = ['kessai-api', 'komoju-api', 'session', 'session-id', 'publishable-key', 'payment-type', 'locale', 'theme', 'token', 'name'];

const OPEN_MS = 20000; // a frame that has not come by then is asked for again

const makeNonce = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const sheet = new CSSStyleSheet();
sheet.replaceSync(':host { display: block; } :host([hidden]) { display: none; }');

function parsed(text: string | null): Session | null {
  try {
    return text ? JSON.parse(text) as Session : null;
  } catch {
    console.warn('kessai-fields: the attribute "session" is not JSON');
    return null;
  }
}

export class FieldsElement extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;
  protected readonly prefixes: readonly string[] = ['komoju'];

  #frame: HTMLIFrameElement | null = null;
  #origin = '';
  #nonce = '';
  #port: MessagePort | null = null;
  #opened: Promise<MessagePort> = Promise.reject(new Error('not connected'));
  #open: (port: MessagePort) => void = () => {};
  #form: HTMLFormElement | null = null;
  #formRoot: Node | null = null;
  #link: HTMLLinkElement | null = null;
  #session: Session | null = null;
  #asked = new Map<number, (answer: ToElement | null) => void>();
  #askedLast = 0;
  #isPassing = false;
  #isSetting = false;
  #isLeaving = false; // it has been paid, and the next page is on its way
  #submitting: Promise<Token | undefined> | null = null;

  constructor() {
    super();
    this.#opened.catch(() => {});
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    root.append(document.createElement('slot'));
  }

  // ---- attributes ------------------------------------------------------------------------------------------------------

  get sessionId() { return this.getAttribute('session-id'); }
  set sessionId(value) { this.#set('session-id', value); }
  get publishableKey() { return this.getAttribute('publishable-key'); }
  set publishableKey(value) { this.#set('publishable-key', value); }
  get paymentType() { return this.getAttribute('payment-type'); }
  set paymentType(value) { this.#set('payment-type', value); }
  get locale() { return this.getAttribute('locale'); }
  set locale(value) { this.#set('locale', value); }
  get theme() { return this.getAttribute('theme'); }
  set theme(value) { this.#set('theme', value); }
  get name() { return this.getAttribute('name'); }
  set name(value) { this.#set('name', value); }
  get token(): boolean { return this.hasAttribute('token'); }
  set token(value: boolean | '') { this.toggleAttribute('token', value === '' || Boolean(value)); } // '' as an attribute has it
  get kessaiApi(): string { return this.getAttribute('kessai-api') ?? this.getAttribute('komoju-api') ?? SCRIPT_ORIGIN; }
  set kessaiApi(value: string) { this.#set('kessai-api', value); }
  get komojuApi(): string { return this.kessaiApi; }
  set komojuApi(value: string) { this.#set('komoju-api', value); }

  /** The session as it was loaded; may be set to one, as an object or as JSON. */
  get session(): Session | null { return this.#session; }
  set session(value: Session | string | null) {
    this.#set('session', value === null || typeof value === 'string' ? value : JSON.stringify(value));
  }

  #set(name: string, value: string | null | undefined): void {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected || !this.#frame) return;
    if (name === 'session' || name === 'session-id') this.#stay();
    if (name === 'kessai-api' || name === 'komoju-api') this.#makeFrame();
    else if (name === 'theme') this.#loadTheme();
    else this.#tell();
  }

  // ---- life ------------------------------------------------------------------------------------------------------------

  connectedCallback(): void {
    window.addEventListener('message', this.#hear);
    window.addEventListener('pageshow', this.#comeBack);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.#tell);
    this.#form = this.closest('form');
    this.#formRoot = this.#form?.getRootNode() ?? null;
    this.#formRoot?.addEventListener('submit', this.#takeOver, true); // before any listener of the form
    this.#makeFrame();
    this.#loadTheme();
  }

  disconnectedCallback(): void {
    window.removeEventListener('message', this.#hear);
    window.removeEventListener('pageshow', this.#comeBack);
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.#tell);
    this.#formRoot?.removeEventListener('submit', this.#takeOver, true);
    this.#dropFrame();
  }

  #dropFrame(): void {
    this.#port?.close();
    this.#port = null;
    for (const answer of this.#asked.values()) answer(null);
    this.#asked.clear();
    this.#frame?.remove();
    this.#frame = null;
  }

  #makeFrame(): void {
    this.#dropFrame();
    try {
      this.#origin = new URL(this.kessaiApi).origin;
    } catch (error) {
      this.#opened = Promise.reject(error);
      this.#opened.catch(() => console.warn(`kessai-fields: "${this.kessaiApi}" is not an origin`));
      return;
    }
    this.#opened = new Promise((resolve) => { this.#open = resolve; });
    this.#nonce = makeNonce();
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms');
    frame.referrerPolicy = 'no-referrer';
    frame.title = TITLES[localeOf(this.locale, navigator.language)];
    Object.assign(frame.style, { border: '0', display: 'block', width: '100%', height: '60px', background: 'transparent', colorScheme: 'inherit' });
    frame.src = `${this.#origin}/fields/frame#${this.#nonce}`;
    this.#frame = frame;
    this.append(frame);
  }

  // ---- the frame -------------------------------------------------------------------------------------------------------

  /** Only our own frame of our own origin, with the nonce that it was given, gets a port. */
  #hear = (event: MessageEvent): void => {
    const inside = this.#frame?.contentWindow;
    if (!inside || event.source !== inside || event.origin !== this.#origin) return;
    if (event.data?.kessai !== 'ready' || event.data.nonce !== this.#nonce) return;
    this.#port?.close(); // the frame has been loaded again
    for (const answer of this.#asked.values()) answer(null);
    this.#asked.clear();
    const channel = new MessageChannel();
    this.#port = channel.port1;
    this.#port.onmessage = (message: MessageEvent<ToElement>) => this.#told(message.data);
    const start: Start = { kessai: 'start', nonce: this.#nonce };
    inside.postMessage(start, this.#origin, [channel.port2]);
    this.#open(this.#port);
    this.#tell();
  };

  #told(message: ToElement): void {
    if (message.type === 'height') this.#frame!.style.height = `${Math.min(Math.max(message.px, 0), 4000)}px`;
    if (message.type === 'enter') this.#enter();
    if (message.type === 'submitted' || message.type === 'methods') {
      this.#asked.get(message.id)?.(message);
      this.#asked.delete(message.id);
    }
    if (message.type === 'session') {
      this.#session = message.session;
      this.#frame!.title = TITLES[localeOf(this.locale, message.session.default_locale, navigator.language)];
      this.#emit('session-change', { session: message.session });
    }
  }

  /** Tells the frame the attributes and the theme as they are, once for all changes of one turn. */
  #tell = (): void => {
    if (this.#isSetting) return;
    this.#isSetting = true;
    queueMicrotask(() => {
      this.#isSetting = false;
      const message: ToFrame = { type: 'set', settings: this.#settings() };
      this.#port?.postMessage(message);
    });
  };

  #settings(): Settings {
    const session = parsed(this.getAttribute('session')), style = getComputedStyle(this), ruled = this.#themeRules();
    return {
      publishableKey: this.publishableKey ?? '', sessionId: session?.id ?? this.sessionId ?? '', session, paymentType: this.paymentType,
      locale: this.locale, isToken: this.token, scheme: schemeOf(style.colorScheme),
      theme: themeOf((name) => style.getPropertyValue(name).trim() || (ruled[name] ?? '')),
    };
  }

  async #ask<T extends ToElement['type']>(message: { type: 'submit' | 'methods' }): Promise<(ToElement & { type: T }) | null> {
    const port = await Promise.race([this.#opened, new Promise<null>((late) => { setTimeout(() => late(null), OPEN_MS); })]);
    if (!port) {
      if (this.isConnected) this.#makeFrame();
      return null;
    }
    const id = ++this.#askedLast;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve as (answer: ToElement | null) => void);
      port.postMessage({ ...message, id });
    });
  }

  // ---- theme -----------------------------------------------------------------------------------------------------------

  /** The style sheet is for this element in the shop's page; of it the frame gets the properties of theme.ts. */
  #loadTheme(): void {
    this.#link?.remove();
    this.#link = null;
    if (this.theme) {
      this.#link = document.createElement('link');
      this.#link.rel = 'stylesheet';
      this.#link.href = this.theme;
      this.#link.addEventListener('load', this.#tell);
      this.shadowRoot!.append(this.#link);
    }
    this.#tell();
  }

  /** What the theme says of :root, which does not reach a shadow tree; unreadable when the sheet is of another origin. */
  #themeRules(): Record<string, string> {
    const found: Record<string, string> = {};
    try {
      for (const rule of this.#link?.sheet?.cssRules ?? []) {
        if (rule instanceof CSSStyleRule && rule.selectorText.split(',').some((one) => one.trim() === ':root'))
          for (const name of rule.style) found[name] = rule.style.getPropertyValue(name);
      }
    } catch { /* of another origin: its rules for :host hold */ }
    return found;
  }

  // ---- submit ----------------------------------------------------------------------------------------------------------

  /**
   * Checks what is typed, and pays with it or makes a token of it; a second call while one is under way, or the next page is, is the same one.
   * Gives the token in token mode; undefined when there was something wrong, of which an event tells, or it has been paid.
   */
  submit(): Promise<Token | undefined> {
    this.#submitting ??= this.#submitOnce().finally(() => { if (!this.#isLeaving) this.#submitting = null; });
    return this.#submitting;
  }

  async #submitOnce(): Promise<Token | undefined> {
    const answer = await this.#ask<'submitted'>({ type: 'submit' });
    const outcome: Outcome = answer?.outcome ?? { kind: 'error', error: LOST };
    if (outcome.kind === 'invalid') this.#emit('invalid', { errors: outcome.errors });
    if (outcome.kind === 'error') this.#fail(outcome.error);
    if (outcome.kind === 'paid' && outcome.redirectUrl) this.#leave(outcome.redirectUrl);
    return outcome.kind === 'token' ? outcome.token : undefined;
  }

  #fail(error: ApiError): void {
    if (!this.#emit('error', { error })) return; // the shop tells the buyer itself
    const message: ToFrame = { type: 'show', error };
    this.#port?.postMessage(message);
  }

  #leave(url: string): void {
    if (!isLink(url)) return;
    this.#isLeaving = true;
    window.location.assign(url);
  }

  /** There is something to submit again. */
  #stay(): void {
    if (this.#isLeaving) this.#submitting = null;
    this.#isLeaving = false;
  }

  #comeBack = (event: PageTransitionEvent): void => {
    if (event.persisted) this.#stay();
  };

  #enter(): void {
    if (this.#form) this.#form.requestSubmit();
    else void this.submit();
  }

  #takeOver = (event: Event): void => {
    const form = this.#form;
    if (!form || event.target !== form || this.#isPassing || this.getClientRects().length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void this.#submitForm(form, (event as SubmitEvent).submitter);
  };

  /** In token mode the form goes on to the shop, with the token in it. */
  async #submitForm(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    if (this.#submitting) return; // pressed twice
    const token = await this.submit();
    if (!token) return;
    const name = this.name ?? 'komoju_token';
    let input = [...form.elements].find((one) => one instanceof HTMLInputElement && one.type === 'hidden' && one.name === name) as HTMLInputElement | undefined;
    if (!input) {
      input = Object.assign(document.createElement('input'), { type: 'hidden', name });
      form.append(input);
    }
    input.value = token.id;
    this.submitParentForm(submitter);
  }

  /** Sends the form around to the shop as it is: what a shop does for a type that cannot be paid with a token. */
  submitParentForm(submitter: HTMLElement | null = null): void {
    this.#isPassing = true;
    try {
      this.#form?.requestSubmit(submitter?.isConnected ? submitter : null);
    } finally {
      this.#isPassing = false;
    }
  }

  /** Names and icons of what the merchant takes, for the picker. */
  async methods(): Promise<Methods | null> {
    return (await this.#ask<'methods'>({ type: 'methods' }))?.methods ?? null;
  }

  override focus(): void {
    this.#frame?.focus();
    const message: ToFrame = { type: 'focus' };
    this.#port?.postMessage(message);
  }

  /** False when a listener has prevented what would follow. */
  #emit(name: string, detail: object): boolean {
    return this.prefixes.map((prefix) => this.dispatchEvent(new CustomEvent(`${prefix}-${name}`,
      { detail, bubbles: true, composed: true, cancelable: true }))).every(Boolean);
  }
}
