// SPDX-License-Identifier: Apache-2.0
// mails.ts: e-mail to the customers of a test merchant, as the server tells it. The key is in memory, and in the request.
import { call, type Answer } from '../shared/call';

export type Kind = 'instruction' | 'receipt' | 'reminder' | 'refund';
export type Status = 'waiting' | 'sent' | 'given_up' | 'kept';
export interface Mail {
  id: string; kind: Kind; status: Status; created_at: string; payment: string; locale: string; to: string | null; subject: string;
  text: string; html: string; tries: number; error: string | null;
}
export interface Page { total: number; page: number; last_page: number; data: Mail[] }

/** A page of them, the newest first. */
export const readMails = (key: string, page: number): Promise<Answer<Page>> =>
  call('GET', `/api/v1/test_helpers/mailbox?per_page=20&page=${page}`, undefined, { Authorization: `Basic ${btoa(`${key}:`)}` });

/** Whether a text can be a secret key at all: it can stand in a header. */
export const isKey = (text: string): boolean => /^[\x21-\x7e]{8,200}$/.test(text);
