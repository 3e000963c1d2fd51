// SPDX-License-Identifier: Apache-2.0
// link.ts: which addresses of others a page leads to. A shop may be an app with a scheme of its own; what a browser would run
// or read itself is no shop. The browser's own reading of the address decides, which skips blanks and line ends.
const NEVER = ['javascript:', 'data:', 'vbscript:', 'blob:', 'file:'];

export function isLink(url: string): boolean {
  return URL.canParse(url, location.href) && !NEVER.includes(new URL(url, location.href).protocol);
}
