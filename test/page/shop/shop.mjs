// SPDX-License-Identifier: Apache-2.0
// shop.mjs: a shop of another origin with the fields in its pages. Its policy allows our script, our frame and its own files,
// and nothing more. Pages have {{names}}, which the address of the page fills.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };
const escaped = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const bodyOf = async (request) => {
  let text = '';
  for await (const piece of request) text += piece;
  return text;
};

export class Shop {
  /** @param origin of the payment server */
  static async start(origin) {
    const shop = new Shop();
    shop.origin = origin;
    shop.orders = []; // what its form has been sent with
    shop.server = http.createServer((request, reply) => shop.answer(request, reply));
    await new Promise((resolve) => shop.server.listen(0, '127.0.0.1', resolve));
    shop.base = `http://localhost:${shop.server.address().port}`; // another site than 127.0.0.1
    return shop;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** The address of a page, with what fills it. */
  page(name, values = {}) {
    return `${this.base}/${name}.html?${new URLSearchParams(values)}`;
  }

  async answer(request, reply) {
    const url = new URL(request.url, this.base);
    if (request.method === 'POST') {
      this.orders.push(Object.fromEntries(new URLSearchParams(await bodyOf(request))));
      reply.writeHead(303, { Location: '/ordered.html' }).end();
      return;
    }
    const name = path.basename(url.pathname), file = path.join(import.meta.dirname, name);
    if (!TYPES[path.extname(name)] || !fs.existsSync(file)) {
      reply.writeHead(204).end();
      return;
    }
    const values = { lang: 'ja', attributes: '', integrity: '', ...Object.fromEntries(url.searchParams), origin: this.origin };
    const text = fs.readFileSync(file, 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name_) => (
      name_ === 'attributes' ? values.attributes.replace(/[<>]/g, '') : escaped(values[name_] ?? '')));
    const policy = `default-src 'none'; script-src 'self' ${this.origin}; frame-src ${this.origin}; style-src 'self'; form-action 'self'; base-uri 'none'`;
    reply.writeHead(200, { 'Content-Type': TYPES[path.extname(name)], ...(name === 'bare.html' ? {} : { 'Content-Security-Policy': policy }) });
    reply.end(text);
  }
}
