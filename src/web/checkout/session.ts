// SPDX-License-Identifier: Apache-2.0
// session.ts: the session of the page's address, as GET /sessions/{id}/state tells it, and attempts to pay it.
import { attemptKey, call, type Answer } from '../shared/call';
import type { Brand } from '../shared/card';
import type { Texts } from '../shared/locale';

export interface FieldSpec { name: string; required: boolean; min: number; max: number; values?: string[] }
export interface Method {
  type: string; flow: 'card' | 'prepaid' | 'login' | 'slip' | 'offsite'; name: Texts<string>; brands?: Brand[]; fields: FieldSpec[];
  amount?: number; currency?: string; exchange_rate?: number; customer_fee?: number; total?: number;
}
export interface LineItem { description?: string; amount?: number; quantity: number }
export interface Stored { type: string; brand?: Brand; last_four_digits?: string; month?: number; year?: number }
export interface Attempt { type: string; status: string; currency: string; total: number; short_amount: number; has_instructions: boolean }
export interface Session {
  id: string; mode: 'payment' | 'customer' | 'customer_payment'; status: 'pending' | 'completed' | 'cancelled'; expired: boolean;
  locale: string; amount: number; currency: string; test: boolean; merchant: { name: string }; return_url: string | null;
  line_items?: LineItem[]; methods: Method[]; stored?: Stored; payment?: Attempt;
}
/** Where the buyer goes now; without that the session tells what has become of it. */
export interface Done { redirect_url?: string | null }

/** The id in /sessions/{id}. */
export const sessionId = location.pathname.split('/')[2] ?? '';

export const readSession = (): Promise<Answer<Session>> => call('GET', `/sessions/${sessionId}/state`);

// After these the same request may be sent again at once; after OPEN nobody knows yet whether it has been done.
const AGAIN = ['connection_lost', 'conflict', 'locked', 'service_unavailable'];
const OPEN = [...AGAIN, 'internal_server_error'];
const TRIES = 4, PAUSE_MS = 500;

let open: { what: string; key: string } | undefined;

/** Sends a request that may move money. While its answer is not known the same request has the same key, so that it
 *  happens once, however often the buyer presses. */
async function attempt<T>(url: string, body: object): Promise<Answer<T>> {
  const what = url + JSON.stringify(body);
  if (open?.what !== what) open = { what, key: attemptKey() };
  const { key } = open;
  for (let tries = 1; ; tries++) {
    const answer = await call<T>('POST', url, body, { 'Idempotency-Key': key });
    if (answer.ok || !OPEN.includes(answer.error.code)) open = undefined;
    if (answer.ok || !AGAIN.includes(answer.error.code) || tries === TRIES) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries));
  }
}

export const paySession = (body: object): Promise<Answer<Done>> => attempt(`/sessions/${sessionId}/pay`, body);
export const addNumber = (body: object): Promise<Answer<Done>> => attempt(`/sessions/${sessionId}/number`, body);
