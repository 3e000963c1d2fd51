// SPDX-License-Identifier: Apache-2.0
// raw.mjs: a connection that sends exactly the bytes it is given, and reads whatever comes.
import net from 'node:net';

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

/** The answers in what came: [{status, head: [[name, value], ...], body}], cut by Content-Length. */
export function answers(bytes) {
  const found = [];
  let text = bytes.toString('latin1');
  while (text.length > 0) {
    const end = text.indexOf('\r\n\r\n');
    const line = /^HTTP\/1\.1 (\d{3}) /.exec(text);
    if (end < 0 || !line) return [...found, { status: 0, head: [], body: text }];
    const head = text.slice(0, end).split('\r\n').slice(1).map((row) => {
      const colon = row.indexOf(':');
      return [row.slice(0, colon).toLowerCase(), row.slice(colon + 1).trim()];
    });
    const length = Number(head.find(([name]) => name === 'content-length')?.[1] ?? 0);
    found.push({ status: Number(line[1]), head, body: text.slice(end + 4, end + 4 + length) });
    text = text.slice(end + 4 + length);
  }
  return found;
}

/** Sends bytes at once and waits for the end of the connection, or, with `count`, for so many whole answers. */
export async function exchange(server, bytes, { count = Infinity, ms = 30000 } = {}) {
  const link = connect(server);
  await link.opened;
  link.socket.write(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes, 'latin1'));
  const end = Date.now() + ms;
  while (!link.closed && answers(link.bytes).filter((a) => a.status > 0).length < count && Date.now() < end)
    await Promise.race([link.ended, new Promise((resolve) => setTimeout(resolve, 5))]);
  const closed = link.closed;
  link.socket.destroy();
  return { closed, answers: answers(link.bytes) };
}
