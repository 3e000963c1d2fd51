// SPDX-License-Identifier: Apache-2.0
// api.ts: the requests of the frame, with the shop's publishable key, which is meant to be seen.
import type { Paid, Session } from '../fields/session';
import type { MethodName, Methods, Token } from '../fields/protocol';
import { attemptKey, call, type Answer } from '../shared/call';
import type { Locale } from '../shared/locale';

const authorization = (key: string): Record<string, string> => ({ Authorization: `Basic ${btoa(`${key}:`)}`, 'Komoju-Via': 'fields' });

export const readSession = (key: string, id: string): Promise<Answer<Session>> =>
  call('GET', `/api/v1/sessions/${encodeURIComponent(id)}`, undefined, authorization(key));

/** Under a name of its own it happens once, so it is asked again while its answer is lost. */
async function send<T>(key: string, url: string, body: object): Promise<Answer<T>> {
  const headers = { ...authorization(key), 'Idempotency-Key': attemptKey() };
  for (let tries = 1; ; tries++) {
    const answer = await call<T>('POST', url, body, headers);
    const isOpen = !answer.ok && (answer.status === 0 || answer.error.code === 'conflict');
    if (!isOpen || tries === 4) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500 * tries));
  }
}

export const pay = (key: string, id: string, details: object, locale: Locale): Promise<Answer<Paid>> =>
  send(key, `/api/v1/sessions/${encodeURIComponent(id)}/pay`, { payment_details: details, locale });

export const makeToken = (key: string, details: object): Promise<Answer<Token>> => send(key, '/api/v1/tokens', { payment_details: details });

async function iconOf(type: string): Promise<[string, string]> {
  try {
    const reply = await fetch(`/payment_methods/${encodeURIComponent(type)}.svg`, { credentials: 'omit' });
    return [type, reply.ok ? await reply.text() : ''];
  } catch {
    return [type, ''];
  }
}

/** Names of everything that the merchant takes, and the icons of these types; null when they cannot be read. */
export async function readMethods(key: string, types: string[]): Promise<Methods | null> {
  const [names, icons] = await Promise.all([
    call<MethodName[]>('GET', '/api/v1/payment_methods', undefined, authorization(key)), Promise.all(types.map(iconOf))]);
  return names.ok ? { names: names.value, icons: Object.fromEntries(icons) } : null;
}
