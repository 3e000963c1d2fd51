// SPDX-License-Identifier: Apache-2.0
// authentication.ts: an authentication (3-D Secure), as the server tells it, and what the issuer's frame says to the page
// around it. A word of the frame is a reason to ask the server, and nothing else.
import { call, type Answer } from './call';

export interface Authentication {
  verification_status: 'OK' | 'NEEDS_VERIFY' | 'SKIPPED' | 'ERRORED';
  step: 'method' | 'challenge' | 'ended';
  late: boolean;
  merchant_name: string | null;
  locale: string | null;
  amount: number;
  currency: string;
  card: { brand: string | null; last_four_digits: string };
  method: { data: string; wait_ms: number; simulated_return: boolean } | null;
  challenge: { creq: string; tries_left: number; resends_left: number } | null;
  payment_status: string | null;
  cres: string | null;
  redirect_url: string | null;
}

const SERVICE = '/three_d_secure_service';
const token = new URLSearchParams(location.search).get('token') ?? '';

/** The address of another page about the same authentication. */
export const pageOf = (name: 'offsite' | 'issuer' | 'issuer_method'): string => `${SERVICE}/${name}?token=${encodeURIComponent(token)}`;

export const readAuthentication = (): Promise<Answer<Authentication>> =>
  call('GET', `${SERVICE}/state?token=${encodeURIComponent(token)}`);

/** One step. Whoever loses the answer reads the state: a step is taken once. */
export const step = (name: 'method' | 'challenge' | 'finish', body: object): Promise<Answer<Authentication>> =>
  call('POST', `${SERVICE}/${name}`, { token, ...body });

/** method: its page has run; height: in pixels; cancel, ended: the holder has given up, the issuer knows enough. */
export type IssuerWord = { what: 'method' } | { what: 'height'; height: number } | { what: 'cancel' } | { what: 'ended'; cres: string | null };

/** Of the issuer's frame, to the page around it. */
export const tell = (word: IssuerWord): void => parent.postMessage(word, location.origin);

/** Calls back with what a frame of ours says. Returns how to stop that. */
export function hear(frame: () => Window | null | undefined, heard: (word: IssuerWord) => void): () => void {
  const take = (event: MessageEvent) => {
    if (event.origin === location.origin && event.source === frame()) heard(event.data as IssuerWord);
  };
  addEventListener('message', take);
  return () => removeEventListener('message', take);
}
