// SPDX-License-Identifier: Apache-2.0
// details.ts: from what is typed to payment_details (komoju-core 17.2), what is wrong with it, and where an error of the server
// belongs.
import type { Method, Session } from '../fields/session';
import type { ApiError } from '../shared/call';
import { CARD_EMPTY, cardDetails, cardErrors, type CardErrors, type CardInput } from '../shared/card_form';
import type { Locale } from '../shared/locale';
import { TEXTS } from './texts';

export interface Typed { card: CardInput; store: string; name: string; email: string | null; more: Record<string, string> }
export const NOTHING: Typed = { card: CARD_EMPTY, store: '', name: '', email: null, more: {} };

/** By the id of an input. */
export type Errors = Record<string, string>;

export const CARD_IDS: Record<keyof CardInput, string> = { number: 'cc-number', expiry: 'cc-exp', code: 'cc-cvc', name: 'cc-name' };
export const moreId = (name: string): string => `more-${name}`;

export const cardPart = (errors: Errors): CardErrors => Object.fromEntries(
  Object.entries(CARD_IDS).flatMap(([name, id]) => (errors[id] ? [[name, errors[id]]] : [])));

// The order in which people write them, whatever order the server names them in; no others are known here.
const MORE = ['customer_name', 'name', 'family_name', 'given_name', 'family_name_kana', 'given_name_kana', 'email', 'phone', 'brand'];

/** The additional fields of a type, in the order in which they are asked. */
export const moreOf = (method: Method): string[] => MORE.filter((name) => method.additional_fields?.includes(name));

/** How the fields ask for a type: cards and convenience stores have forms; another type has one if we know all its fields. */
export function formOf(method: Method): 'card' | 'konbini' | 'more' | null {
  if (method.type === 'credit_card') return 'card';
  if (method.type === 'konbini') return 'konbini';
  const names = method.additional_fields ?? [];
  return (method.offsite || names.length > 0) && names.every((name) => MORE.includes(name)) ? 'more' : null;
}

export const emailOf = (typed: Typed, session: Session | null): string => typed.email ?? session?.email ?? '';

const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text.trim());
const isPhone = (text: string): boolean => /^\+?[\d\s()-]{6,20}$/.test(text.normalize('NFKC').trim());
const isKana = (text: string): boolean => /^[\u3041-\u3096\u30a1-\u30fa\u30fc\s・.()-]+$/u.test(text.normalize('NFKC').trim());

function moreError(name: string, text: string, locale: Locale): string | undefined {
  const t = TEXTS[locale];
  if (text.trim() === '') return t.required;
  if (name === 'email' && !isEmail(text)) return t.badEmail;
  if (name === 'phone' && !isPhone(text)) return t.badPhone;
  return name.endsWith('_kana') && !isKana(text) ? t.badKana : undefined;
}

/** What is wrong with it, in the order in which it is asked; no members: nothing. */
export function errorsOf(method: Method, typed: Typed, session: Session | null, locale: Locale): Errors {
  const t = TEXTS[locale], errors: Errors = {}, form = formOf(method);
  if (form === 'card')
    for (const [name, message] of Object.entries(cardErrors(typed.card, locale))) errors[CARD_IDS[name as keyof CardInput]] = message;
  if (form === 'konbini') {
    if (typed.store === '') errors['kb-store'] = t.badStore;
    if (!isEmail(emailOf(typed, session))) errors['kb-email'] = t.badEmail;
  }
  for (const name of form === 'more' ? moreOf(method) : []) {
    const message = moreError(name, typed.more[name] ?? '', locale);
    if (message) errors[moreId(name)] = message;
  }
  return errors;
}

/** payment_details of what has no errors; of a type without a form its name, to which the server says what is missing. */
export function detailsOf(method: Method, typed: Typed, session: Session | null): object {
  const form = formOf(method), name = typed.name.normalize('NFKC').trim();
  if (form === 'card') return cardDetails(typed.card);
  if (form === 'konbini') return { type: 'konbini', store: typed.store, email: emailOf(typed, session).trim(), ...(name ? { name } : {}) };
  return { type: method.type, ...Object.fromEntries(moreOf(method).map((one) => [one, (typed.more[one] ?? '').normalize('NFKC').trim()])) };
}

const OF_CARD: Record<string, string> = { number: 'cc-number', month: 'cc-exp', year: 'cc-exp', verification_value: 'cc-cvc', name: 'cc-name' };
const OF_KONBINI: Record<string, string> = { store: 'kb-store', email: 'kb-email', name: 'kb-name' };

/** The id of the input that an error of the server is about; undefined: of none. */
export function inputOf(error: ApiError, method: Method): string | undefined {
  const form = formOf(method), name = /^payment_details[.[](\w+)\]?$/.exec(error.param ?? '')?.[1] ?? '';
  if (form === 'card') return OF_CARD[name];
  if (form === 'konbini') return OF_KONBINI[name];
  return moreOf(method).includes(name) ? moreId(name) : undefined;
}
