// SPDX-License-Identifier: Apache-2.0
// frame.tsx: shows the form of the chosen way to pay, sends what is typed, and tells the element around what came of it.
import { useEffect, useReducer, useRef } from 'preact/hooks';
import type { Method, Session } from '../fields/session';
import type { Outcome, Settings, ToElement, ToFrame } from '../fields/protocol';
import { THEME, themeOf } from '../fields/theme';
import type { ApiError } from '../shared/call';
import { CardForm } from '../shared/card_form';
import { Alert } from '../shared/form';
import { localeOf, speak, type Locale } from '../shared/locale';
import { moneyText } from '../shared/money';
import { makeToken, pay, readMethods, readSession } from './api';
import { cardPart, detailsOf, emailOf, errorsOf, formOf, inputOf, NOTHING, type Errors, type Typed } from './details';
import { KonbiniForm, MoreForm } from './forms';
import { FAILURES, fill, TEXTS } from './texts';

interface Props { tell: (message: ToElement) => void; listen: (listener: (message: ToFrame) => void) => () => void }

/** Under `session` what the fields are for; without one, a token can be made of what is typed. */
function methodOf(settings: Settings, session: Session | null): Method | null {
  const methods = session?.payment_methods ?? (settings.isToken ? [{ type: settings.paymentType ?? 'credit_card' }] : []);
  return (settings.paymentType ? methods.find((one) => one.type === settings.paymentType) : methods[0]) ?? null;
}

function dress(settings: Settings): void {
  const root = document.documentElement, theme = themeOf((name) => settings.theme[name] ?? '');
  if (settings.scheme) root.dataset.scheme = settings.scheme;
  else delete root.dataset.scheme;
  for (const { name, inside } of THEME) {
    if (theme[name]) root.style.setProperty(inside, theme[name]);
    else root.style.removeProperty(inside);
  }
}

/** Moves to the input of that id, or to the first of the radio buttons of that name. */
function focusOn(id: string | undefined): void {
  requestAnimationFrame(() => {
    if (id) (document.getElementById(id) ?? document.querySelector<HTMLElement>(`input[name="${id}"]`))?.focus();
  });
}

function Notes({ session, method, locale }: { session: Session; method: Method; locale: Locale }) {
  const t = TEXTS[locale], lines: string[] = [], { amount, currency } = method;
  if (amount !== undefined && currency && currency !== session.currency)
    lines.push(fill(t.converted, { currency, original: moneyText(session.amount, session.currency, locale), converted: moneyText(amount, currency, locale) }));
  if (amount !== undefined && currency && method.customer_fee)
    lines.push(fill(t.fee, { fee: moneyText(method.customer_fee, currency, locale), total: moneyText(amount + method.customer_fee, currency, locale) }));
  return <>{lines.map((line) => <p key={line} class="quiet notes">{line}</p>)}</>;
}

/** Why there is nothing to fill in; undefined: there is. */
function closedText(settings: Settings, session: Session | null, method: Method | null, isUnreadable: boolean, locale: Locale): string | undefined {
  const t = TEXTS[locale];
  if (isUnreadable) return t.unreadable;
  if (session && session.status !== 'pending') return t.over;
  if (session?.expired) return t.expired;
  if (!session && !settings.isToken) return '';
  return method ? undefined : t.unavailable;
}

/** What the frame knows; messages and renders come at any time, so it is one object and not a closure of a render. */
interface State {
  settings: Settings | null;
  session: Session | null;
  isUnreadable: boolean;
  typed: Typed;
  errors: Errors; // found here
  refused: Errors; // said by the server
  said: string;
  isPaid: boolean;
}
const NEW: State = { settings: null, session: null, isUnreadable: false, typed: NOTHING, errors: {}, refused: {}, said: '', isPaid: false };

export function Frame({ tell, listen }: Props) {
  const [, redraw] = useReducer((count: number, _: null) => count + 1, 0);
  const s = useRef<State>({ ...NEW }).current;
  const loading = useRef({ what: '', done: Promise.resolve() }).current;
  const update = (part: Partial<State>): void => { Object.assign(s, part); redraw(null); };
  const localeNow = (): Locale => localeOf(s.settings?.locale, s.session?.default_locale, navigator.language);
  const methodNow = (): Method | null => s.settings && methodOf(s.settings, s.session);
  const closedNow = (): string | undefined => (s.settings ? closedText(s.settings, s.session, methodNow(), s.isUnreadable, localeNow()) : '');

  const load = async (settings: Settings, what: string): Promise<void> => {
    let found = settings.session, isUnreadable = false;
    if (!found && settings.sessionId && settings.publishableKey) {
      const answer = await readSession(settings.publishableKey, settings.sessionId);
      if (what !== loading.what) return; // another one is wanted by now
      if (answer.ok) found = answer.value;
      else console.warn(`kessai-fields: the session cannot be read: ${answer.status} ${answer.error.code}`);
      isUnreadable = !answer.ok;
    }
    update({ session: found, isUnreadable, said: '', isPaid: false, errors: {}, refused: {} });
    if (found) tell({ type: 'session', session: found });
  };

  const set = (settings: Settings): void => {
    const isOther = settings.paymentType !== s.settings?.paymentType || settings.locale !== s.settings?.locale;
    update({ settings, ...(isOther ? { said: '', errors: {}, refused: {} } : {}) });
    dress(settings);
    const what = settings.session ? JSON.stringify(settings.session) : `${settings.publishableKey} ${settings.sessionId}`;
    if (what === loading.what) return;
    loading.what = what;
    loading.done = load(settings, what);
  };

  const submit = async (): Promise<Outcome> => {
    await loading.done;
    const { settings, session, typed } = s, method = methodNow(), locale = localeNow();
    if (!settings || !method || s.isPaid || closedNow() !== undefined)
      return { kind: 'error', error: { code: 'unprocessable_entity', message: 'There is nothing to submit.', param: null } };
    const errors = errorsOf(method, typed, session, locale), ids = Object.keys(errors);
    update({ errors, refused: {}, said: '' });
    focusOn(ids[0]);
    if (ids.length > 0) return { kind: 'invalid', errors: ids.map((field) => ({ field, message: errors[field]! })) };
    const details = detailsOf(method, typed, session);
    if (settings.isToken) {
      const made = await makeToken(settings.publishableKey, details);
      return made.ok ? { kind: 'token', token: made.value } : { kind: 'error', error: made.error };
    }
    const paid = await pay(settings.publishableKey, settings.sessionId, details, locale);
    if (!paid.ok) return { kind: 'error', error: paid.error };
    if (!paid.value.redirect_url) update({ isPaid: true });
    return { kind: 'paid', redirectUrl: paid.value.redirect_url };
  };

  const show = (error: ApiError): void => {
    const method = methodNow(), id = method ? inputOf(error, method) : undefined, texts = FAILURES[localeNow()], text = texts[error.code] ?? texts.other!;
    if (method && !formOf(method) && error.code === 'missing_parameter') return; // that is said already
    update(id ? { refused: { [id]: text } } : { said: text });
    focusOn(id);
  };

  const hear = async (message: ToFrame): Promise<void> => {
    if (message.type === 'set') set(message.settings);
    if (message.type === 'submit') tell({ type: 'submitted', id: message.id, outcome: await submit() });
    if (message.type === 'show') show(message.error);
    if (message.type === 'focus') document.querySelector<HTMLElement>('input')?.focus();
    if (message.type === 'methods') {
      await loading.done;
      const types = (s.session?.payment_methods ?? []).map((one) => one.type);
      tell({ type: 'methods', id: message.id, methods: await readMethods(s.settings?.publishableKey ?? '', types) });
    }
  };
  useEffect(() => listen((message) => { void hear(message); }), []);
  // Whoever comes back, out of the browser's cache, may be somebody else: nothing of a card is there, and the session is read again.
  useEffect(() => {
    const shown = (event: PageTransitionEvent) => {
      const { settings } = s;
      if (!event.persisted || !settings) return;
      update({ ...NEW, settings });
      loading.what = '';
      set(settings);
    };
    addEventListener('pageshow', shown);
    return () => removeEventListener('pageshow', shown);
  }, []);

  const locale = localeNow(), t = TEXTS[locale], method = methodNow(), closed = closedNow();
  useEffect(() => speak(locale, t.title), [locale]);

  if (s.isPaid) return <p role="status">{t.paid}</p>;
  if (closed !== undefined || !method) return closed ? <Alert>{closed}</Alert> : null;
  const change = (part: Partial<Typed>, id: string): void => {
    const without = (all: Errors): Errors => Object.fromEntries(Object.entries(all).filter(([one]) => one !== id));
    update({ typed: { ...s.typed, ...part }, errors: without(s.errors), refused: without(s.refused) });
  };
  const form = formOf(method);
  const common = { method, locale, typed: s.typed, errors: { ...s.errors, ...s.refused }, email: emailOf(s.typed, s.session), onTyped: change };
  return (
    <form noValidate onSubmit={(event) => event.preventDefault()} onKeyDown={(event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      tell({ type: 'enter' });
    }}>
      {s.session && <Notes session={s.session} method={method} locale={locale} />}
      {s.said && <Alert>{s.said}</Alert>}
      {form === 'card' && <CardForm locale={locale} card={s.typed.card} errors={cardPart(s.errors)} told={cardPart(s.refused)}
        onCard={(card) => update({ typed: { ...s.typed, card }, refused: {} })} />}
      {form === 'konbini' && <KonbiniForm {...common} />}
      {form === 'more' && <MoreForm {...common} />}
      {form === null && (s.settings?.isToken ? <p class="hint">{t.next}</p> : <Alert>{t.unavailable}</Alert>)}
    </form>
  );
}
