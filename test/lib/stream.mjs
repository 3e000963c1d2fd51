// SPDX-License-Identifier: Apache-2.0
// stream.mjs: a client of GET /events/stream.
import http from 'node:http';
import { after } from 'node:test';
import { basic } from './server.mjs';

export class Stream {
  /** Opens it; gives one that has its answer's head. Events gather in .events as {id, type, data}. */
  static open(server, key, query = '', headers = {}) {
    const stream = new Stream();
    stream.events = [];
    stream.raw = '';
    stream.begins = null; // the id it was greeted with
    stream.ended = false;
    after(() => stream.close());
    return new Promise((resolve, reject) => {
      stream.request = http.get(`${server.base}/api/v1/events/stream${query}`,
        { agent: false, headers: { Authorization: basic(`${key}:`), ...headers } }, (reply) => {
          stream.reply = reply;
          stream.status = reply.statusCode;
          reply.setEncoding('utf8').on('data', (text) => stream.take(text));
          reply.on('close', () => (stream.ended = true));
          reply.on('error', () => (stream.ended = true));
          resolve(stream);
        });
      stream.request.on('error', reject);
    });
  }

  take(text) {
    this.raw += text;
    const blocks = this.raw.split('\n\n');
    this.raw = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 2)]));
      if (fields.data === undefined) this.begins = this.begins ?? Number(fields.id);
      else this.events.push({ id: Number(fields.id), type: fields.event, data: fields.data });
    }
  }

  close() {
    this.request.destroy();
  }
}
