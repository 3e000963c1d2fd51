// SPDX-License-Identifier: Apache-2.0
// call.ts: requests to our own server. Nothing is kept in the browser, and nothing but our origin is called.
export interface ApiError { code: string; message: string; param: string | null }
export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; error: ApiError };

const TIMEOUT_MS = 60000;
export const LOST: ApiError = { code: 'connection_lost', message: '', param: null };

/** One request. A lost connection is an answer too: status 0. */
export async function call<T>(method: 'GET' | 'POST' | 'PATCH', url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
  try {
    const init: RequestInit = { method, headers: { Accept: 'application/json', ...headers }, credentials: 'omit', cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS) };
    if (body !== undefined) {
      init.headers = { ...init.headers, 'Content-Type': 'application/json' };
      init.body = JSON.stringify(body);
    }
    const reply = await fetch(url, init);
    const json = await reply.json();
    if (reply.ok) return { ok: true, value: json as T };
    return { ok: false, status: reply.status, error: { ...LOST, code: 'internal_server_error', ...json.error } };
  } catch {
    return { ok: false, status: 0, error: LOST };
  }
}

/** A name for an attempt: the same request under it happens once, however often it is sent. */
export function attemptKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
