// SPDX-License-Identifier: Apache-2.0
// protocol.ts: what the element in the shop's page and the frame of our origin say to each other.
//
//     shop's page                                 frame (our origin)
//     <kessai-fields>      <----- Ready --------  asks for a port, under the nonce in its address
//     looks at window,     ------ Start ------->  looks at window and nonce, takes the port
//     origin and nonce     ====== port ========   everything else: ToFrame, ToElement
//
// What a buyer types never crosses: the frame sends it to our API itself. What crosses back is a token, or where to go.
import type { ApiError } from '../shared/call';
import type { Session } from './session';

export interface Ready { kessai: 'ready'; nonce: string }
export interface Start { kessai: 'start'; nonce: string }

/** The attributes of the element, as far as the frame needs them. Theme: see theme.ts. */
export interface Settings {
  publishableKey: string; sessionId: string; session: Session | null; paymentType: string | null; locale: string | null; isToken: boolean;
  theme: Record<string, string>; scheme: 'dark' | 'light' | '';
}

/** What is wrong with an input, by its id. */
export interface InputError { field: string; message: string }
export interface Token { id: string }

export type Outcome =
  | { kind: 'invalid'; errors: InputError[] }
  | { kind: 'error'; error: ApiError }
  | { kind: 'paid'; redirectUrl: string | null }
  | { kind: 'token'; token: Token };

export interface MethodName { type_slug: string; name_ja: string; name_en: string; name_ko: string }
/** What the picker draws: names by slug, and icons as SVG. */
export interface Methods { names: MethodName[]; icons: Record<string, string> }

export type ToFrame =
  | { type: 'set'; settings: Settings }
  | { type: 'submit'; id: number }
  | { type: 'methods'; id: number }
  | { type: 'show'; error: ApiError }
  | { type: 'focus' };

export type ToElement =
  | { type: 'session'; session: Session }
  | { type: 'height'; px: number }
  | { type: 'enter' }
  | { type: 'submitted'; id: number; outcome: Outcome }
  | { type: 'methods'; id: number; methods: Methods | null };
