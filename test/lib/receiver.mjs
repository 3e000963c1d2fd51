// SPDX-License-Identifier: Apache-2.0
// receiver.mjs: an endpoint that takes webhooks and remembers them. Each must be what the document says of events.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import { after } from 'node:test';
import { theContract } from './server.mjs';

export class Receiver {
  /** answer(delivery) gives the status, at once or as a promise, or null to never answer. Without: 200. */
  static async start(answer = () => 200) {
    const receiver = new Receiver();
    receiver.answer = answer;
    receiver.wrong = []; // what was said of events that are none
    receiver.deliveries = []; // {method, path, headers, raw, event}, in the order they came
    receiver.http = http.createServer((request, reply) => receiver.take(request, reply));
    await new Promise((resolve) => receiver.http.listen(0, '127.0.0.1', resolve));
    receiver.url = `http://127.0.0.1:${receiver.http.address().port}/hook`;
    after(() => {
      receiver.stop();
      assert.deepEqual(receiver.wrong, []);
    });
    return receiver;
  }

  take(request, reply) {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('error', () => {});
    request.on('end', async () => {
      const raw = Buffer.concat(pieces);
      const delivery = { method: request.method, path: request.url, headers: request.headers, raw,
        event: JSON.parse(raw) };
      try {
        theContract().fits({ $ref: '#/components/schemas/Event' }, delivery.event, 'a webhook');
      } catch (error) {
        this.wrong.push(error.message);
      }
      this.deliveries.push(delivery);
      const status = await this.answer(delivery);
      if (status !== null) reply.writeHead(status).end();
    });
  }

  types() {
    return this.deliveries.map((delivery) => delivery.event.type);
  }

  stop() {
    this.http.close();
    this.http.closeAllConnections();
  }
}

export const signature = (secret, raw) => crypto.createHmac('sha256', secret).update(raw).digest('hex');
