// SPDX-License-Identifier: Apache-2.0
// raw.mjs: a connection that sends exactly the bytes it is given, and reads whatever comes.
import net from 'node:net';
import { DEADLINE_MS } from './server.mjs';

/** Opens a connection to a server of server.mjs. */
export function connect(server) {
  const { port } = new URL(server.base);
  const socket = net.connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
  const link = { socket, bytes: Buffer.alloc(0), closed: false };
  link.opened = new Promise((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', resolve);
  });
  link.ended = new Promise((resolve) => {
    socket.on('data', (piece) => (link.bytes = Buffer.concat([link.bytes, piece])));
    socket.on('error', () => {}); // a reset is a close
    socket.on('close', () => {
      link.closed = true;
      resolve(link);
    });
  });
  return link;
}

/**
 * The answers in what came: [{status, head: [[name, value], ...], body}], parted by Content-Length. What is no answer, or
 * not a whole one yet, comes last, with status 0, an empty head and all its text as body.
 */
export function answers(bytes) {
  const found = [];
  let text = bytes.toString('latin1');
  while (text.length > 0) {
    const rest = [...found, { status: 0, head: [], body: text }];
    const end = text.indexOf('\r\n\r\n');
    const line = /^HTTP\/1\.1 (\d{3}) /.exec(text);
    if (end < 0 || !line) return rest;
    const head = text.slice(0, end).split('\r\n').slice(1).map((row) => {
      const colon = row.indexOf(':');
      return [row.slice(0, colon).toLowerCase(), row.slice(colon + 1).trim()];
    });
    const length = Number(head.find(([name]) => name === 'content-length')?.[1] ?? 0);
    if (text.length < end + 4 + length) return rest;
    found.push({ status: Number(line[1]), head, body: text.slice(end + 4, end + 4 + length) });
    text = text.slice(end + 4 + length);
  }
  return found;
}

/** Those of the answers that are whole. */
export const whole = (bytes) => answers(bytes).filter(({ status }) => status > 0);

/** Waits until `claim` holds of what a connection has got; fails with `what` when the deadline has passed. */
function arrival(link, what, claim) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`in time: ${what}`)), DEADLINE_MS);
    const look = () => {
      if (!claim()) return;
      clearTimeout(timer);
      resolve();
    };
    link.socket.on('data', look).on('close', look);
    look();
  });
}

/**
 * Sends bytes at once and waits for the end of the connection, or, with `count`, for so many whole answers; fails when
 * neither comes. {closed, answers}, as answers() gives them.
 */
export async function exchange(server, bytes, { count = Infinity } = {}) {
  const link = connect(server);
  await link.opened;
  link.socket.write(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes, 'latin1'));
  try {
    await arrival(link, `an answer to ${JSON.stringify(bytes.slice(0, 80))}`,
      () => link.closed || whole(link.bytes).length >= count);
    return { closed: link.closed, answers: answers(link.bytes) };
  } finally {
    link.socket.destroy();
  }
}
