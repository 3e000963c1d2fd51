// SPDX-License-Identifier: Apache-2.0
// state.ts: the payment of the page's address, as the server tells it to who pays.
import { call, type Answer } from '../shared/call';

export type Status = 'pending' | 'authorized' | 'captured' | 'refunded' | 'cancelled' | 'expired' | 'failed';
export interface Slip {
  id: string; type: string; status: Status; amount: number; customer_fee: number; total: number; currency: string;
  payment_deadline: string | null; captured_at: string | null; locale: string; external_order_num: string | null;
  return_url: string | null; merchant: { name: string }; details: Record<string, string>;
}

// "/sessions/{id}/instructions" or "/{locale}/instructions/{payment id}"
const [, first = '', second = '', third = ''] = location.pathname.split('/');
const isOfSession = first === 'sessions';

/** The language that the address asks for, if it does. */
export const localeOfAddress = isOfSession ? null : first;
/** What the routes of this page begin with. */
export const holder = isOfSession ? `/sessions/${second}` : `/instructions/${third}`;

export const readSlip = (): Promise<Answer<Slip>> => call('GET', isOfSession ? `${holder}/instructions/state` : `${holder}/state`);

export interface Barcode { status: 'pending' | 'ready'; image?: string }

export const readBarcode = (payment: string): Promise<Answer<Barcode>> => call('GET', `/instructions/${payment}/barcode`);

/** It can still change by itself: somebody pays it, or its day passes. */
export const isOpen = (slip: Slip): boolean => slip.status === 'pending' || slip.status === 'authorized';

const FIRST_MS = 4000, LAST_MS = 60000, GROWTH = 1.3;

/** Asks again while the slip is open and the page is looked at: soon at first, once a minute later, at once when it is come
 * back to. */
export function follow(slip: Slip, onSlip: (slip: Slip) => void): void {
  let now = slip, wait = FIRST_MS, timer = 0, isAsking = false;
  const sleep = () => {
    clearTimeout(timer);
    if (isOpen(now) && !document.hidden) timer = window.setTimeout(ask, wait);
  };
  const ask = async () => {
    if (isAsking) return;
    isAsking = true;
    const answer = await readSlip();
    isAsking = false;
    wait = Math.min(wait * GROWTH, LAST_MS);
    if (answer.ok) {
      now = answer.value;
      onSlip(now);
    }
    sleep();
  };
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (document.hidden || !isOpen(now)) return;
    wait = FIRST_MS;
    void ask();
  });
  sleep();
}
