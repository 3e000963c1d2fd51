// SPDX-License-Identifier: Apache-2.0
// shop.ts: which shop asks to be connected, and the calls that do it with the merchant's secret key.
import { call, type Answer } from '../shared/call';

export interface Shop { postUrl: URL; webhookUrl: URL; nonce: string }
export interface Merchant { id: string; name: string; live: boolean; publishable_key: string }
interface Webhook { id: string; url: string; active: boolean; secret?: string }

const NONCE_CHARACTERS_MAX = 200;

/** A shop on the merchant's own machine is written as "local": web servers refuse its real name in a query. */
function urlOf(text: string | null): URL | undefined {
  try {
    const url = new URL((text ?? '').replace(/^http:\/\/local:/, 'http://localhost:'));
    const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
    return isWeb && url.username === '' && url.password === '' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** What the address of the page says; or the parameter that is missing or wrong. */
export function readShop(search: string): Shop | string {
  const query = new URLSearchParams(search), nonce = query.get('nonce') ?? '';
  const postUrl = urlOf(query.get('post_url')), webhookUrl = urlOf(query.get('webhook_url'));
  if (!postUrl) return 'post_url';
  if (!webhookUrl || webhookUrl.origin !== postUrl.origin) return 'webhook_url';
  return nonce === '' || nonce.length > NONCE_CHARACTERS_MAX ? 'nonce' : { postUrl, webhookUrl, nonce };
}

/** Whether a live key may go there: it is encrypted on the way, or never leaves the machine. */
export const isSafe = (shop: Shop): boolean =>
  shop.postUrl.protocol === 'https:' || shop.postUrl.hostname === 'localhost' || shop.postUrl.hostname === '127.0.0.1';

export const isSecretKey = (text: string): boolean => /^sk_(test|live)_[0-9a-z]{40}$/.test(text);

const withKey = (key: string) => ({ Authorization: `Basic ${btoa(`${key}:`)}` });

export const readMerchant = (key: string): Promise<Answer<Merchant>> => call('GET', '/plugin/merchant', undefined, withKey(key));

/** The webhook of this address that is there already: it is switched on and gets a new secret, which nobody else knows. */
async function renewWebhook(key: string, url: string): Promise<Answer<Webhook>> {
  const list = await call<{ data: Webhook[] }>('GET', '/api/v1/webhooks?per_page=100', undefined, withKey(key));
  if (!list.ok) return list;
  const found = list.value.data.find((webhook) => webhook.url === url);
  if (!found) return { ok: false, status: 404, error: { code: 'not_found', message: '', param: null } };
  if (!found.active) {
    const changed = await call<Webhook>('PATCH', `/api/v1/webhooks/${found.id}`, { active: true }, withKey(key));
    if (!changed.ok) return changed;
  }
  return call<Webhook>('POST', `/api/v1/webhooks/${found.id}/rotate_secret`, { overlap_seconds: 0 }, withKey(key));
}

/** Makes the webhook, and gives its secret. */
export async function makeWebhook(key: string, shop: Shop): Promise<Answer<string>> {
  const url = shop.webhookUrl.href;
  let answer = await call<Webhook>('POST', '/api/v1/webhooks', { url }, withKey(key));
  if (!answer.ok && answer.error.param === 'url') answer = await renewWebhook(key, url); // there already
  return answer.ok ? { ok: true, value: answer.value.secret ?? '' } : answer;
}

/** Sends the browser to the shop with the keys, in the body of a form. */
export function sendToShop(shop: Shop, key: string, merchant: Merchant, webhookSecret: string): void {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = shop.postUrl.href;
  const values = { secret_key: key, publishable_key: merchant.publishable_key, webhook_secret: webhookSecret, merchant_name: merchant.name, nonce: shop.nonce };
  for (const [name, value] of Object.entries(values)) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}
