// SPDX-License-Identifier: Apache-2.0
// main.tsx: the frame of <kessai-fields>. It speaks with the page around it over one port, which it takes from that page only
// and only under the nonce in its own address (../fields/protocol.ts).
import { render } from 'preact';
import type { Start, ToElement, ToFrame } from '../fields/protocol';
import { Frame } from './frame';

const nonce = location.hash.slice(1);
const root = document.querySelector('komoju-host')!;

function begin(port: MessagePort): void {
  const tell = (message: ToElement): void => port.postMessage(message);
  const listeners = new Set<(message: ToFrame) => void>(), early: ToFrame[] = [];
  port.onmessage = (event: MessageEvent<ToFrame>) => {
    if (listeners.size === 0) early.push(event.data);
    for (const listener of listeners) listener(event.data);
  };
  const listen = (listener: (message: ToFrame) => void): (() => void) => {
    listeners.add(listener);
    for (const message of early.splice(0)) listener(message);
    return () => { listeners.delete(listener); };
  };
  new ResizeObserver(() => tell({ type: 'height', px: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
  render(<Frame tell={tell} listen={listen} />, root);
}

function hear(event: MessageEvent<Partial<Start> | null>): void {
  const port = event.ports[0];
  if (event.source !== parent || event.data?.kessai !== 'start' || event.data.nonce !== nonce || !port) return;
  removeEventListener('message', hear);
  begin(port);
}

if (parent !== window && /^[0-9a-f]{32}$/.test(nonce)) {
  addEventListener('message', hear);
  parent.postMessage({ kessai: 'ready', nonce }, '*'); // says nothing that the page around has not said itself
}
