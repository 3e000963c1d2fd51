// SPDX-License-Identifier: Apache-2.0
// session.ts: the session of the page's address, as the server tells it (komoju-core 7.3 to 7.5).
import { attemptKey, call, type Answer } from '../shared/call';

export interface Method {
  type: string; amount?: number; currency?: string; exchange_rate?: number; customer_fee?: number; offsite?: boolean;
  additional_fields?: string[]; brands?: string[] | Record<string, { icon: string }>;
}
export interface Payment { id: string; status: string; total: number; currency: string; payment_deadline: string | null; payment_details: Record<string, unknown> }
export interface LineItem { description: string; amount?: number; quantity?: number }
export interface Session {
  id: string; mode: 'payment' | 'customer' | 'customer_payment'; amount: number; currency: string; status: 'pending' | 'completed' | 'cancelled';
  expired: boolean; default_locale: string; return_url: string | null; payment_methods: Method[]; merchant: { name: string };
  line_items?: LineItem[]; payment?: Payment | null; email?: string;
}
export interface Paid { status: 'completed' | 'pending'; redirect_url: string | null; payment?: Payment }

/** The id in /sessions/{id}. */
export const sessionId = location.pathname.split('/')[2] ?? '';

export const readSession = (): Promise<Answer<Session>> => call('GET', `/sessions/${sessionId}/state`);

/** One attempt to pay; under its key it happens once, so a lost answer can be asked for again. */
export async function paySession(details: object): Promise<Answer<Paid>> {
  const key = attemptKey();
  for (let tries = 1; ; tries++) {
    const answer = await call<Paid>('POST', `/sessions/${sessionId}/pay`, { payment_details: details }, { 'Idempotency-Key': key });
    const isOpen = !answer.ok && (answer.status === 0 || answer.error.code === 'conflict');
    if (!isOpen || tries === 4) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500 * tries));
  }
}
