// SPDX-License-Identifier: Apache-2.0
// smtp.mjs: a mail server that takes messages and remembers them, or refuses them as it is told (RFC 5321, as much as is
// needed), and a reader of what it was given (RFC 5322, 2045, 2047).
import assert from 'node:assert/strict';
import net from 'node:net';
import tls from 'node:tls';
import { after } from 'node:test';

export class MailServer {
  /** answer(verb, line) gives the reply to a command, or undefined for the usual one; verb DATA-END: of a whole message,
   *  and '' takes it without a word.
   *  extensions: what EHLO tells; port: 0 is any; keys: {key, cert} of TLS; isTls: from the start */
  static async start({ answer = () => undefined, extensions = [], port = 0, keys, isTls = false } = {}) {
    const server = new MailServer();
    Object.assign(server, { answer, extensions, keys, messages: [], commands: [], sockets: new Set() });
    const talk = (socket) => server.talk(socket);
    server.listener = isTls ? tls.createServer(keys, talk) : net.createServer(talk);
    server.listener.on('tlsClientError', () => {});
    await new Promise((resolve) => server.listener.listen(port, '127.0.0.1', resolve));
    server.port = server.listener.address().port;
    after(() => server.stop());
    return server;
  }

  talk(socket, isGreeted = false) {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    let rest = '', envelope = {}, data;
    const say = (text) => socket.write(`${text}\r\n`);
    const take = (line) => {
      if (data !== undefined) {
        if (line !== '.') { data.push(line.startsWith('.') ? line.slice(1) : line); return; }
        const reply = this.answer('DATA-END', data.join('\r\n')) ?? '250 taken';
        if (reply === '' || reply.startsWith('250')) this.messages.push({ ...envelope, raw: data.join('\r\n'), ...read(data) });
        data = undefined;
        if (reply !== '') say(reply);
        return;
      }
      const verb = line.slice(0, 4).toUpperCase();
      this.commands.push(line);
      const told = this.answer(verb, line);
      if (told !== undefined) { say(told); return; }
      if (verb === 'STAR') {
        say('220 go ahead');
        socket.removeAllListeners('data');
        this.talk(new tls.TLSSocket(socket, { isServer: true, ...this.keys }), true);
      } else if (verb === 'EHLO') say(['250-mail.example', ...this.extensions.map((name) => `250-${name}`), '250 8BITMIME'].join('\r\n'));
      else if (verb === 'MAIL') { envelope = { from: /<(.*)>/.exec(line)[1], isSecret: socket instanceof tls.TLSSocket }; say('250 ok'); }
      else if (verb === 'RCPT') { envelope.to = /<(.*)>/.exec(line)[1]; say('250 ok'); }
      else if (verb === 'DATA') { data = []; say('354 go on'); }
      else if (verb === 'QUIT') { say('221 bye'); socket.end(); }
      else say('250 ok');
    };
    if (!isGreeted) say('220 mail.example ESMTP');
    socket.setEncoding('latin1').on('data', (text) => {
      rest += text;
      for (let end; (end = rest.indexOf('\r\n')) >= 0;) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        take(line);
      }
    });
  }

  stop() {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.listener.close(resolve));
  }
}

const utf8 = (base64) => Buffer.from(base64, 'base64').toString('utf8');
/** A header's value with its encoded words in clear. */
const decoded = (value) => value.replace(/=\?UTF-8\?B\?([^?]*)\?=(\s+(?==\?))?/g, (_, word) => utf8(word));

/** {headers, text, html} of the lines of a message; fails where they are not what mail servers take. */
function read(lines) {
  for (const line of lines) {
    assert.ok(line.length <= 78, `a line of ${line.length}: ${line}`);
    assert.match(line, /^[\x20-\x7e]*$/, 'nothing but ASCII');
  }
  const end = lines.indexOf('');
  const headers = {};
  let name;
  for (const line of lines.slice(0, end)) {
    if (/^\s/.test(line)) { headers[name] += `\r\n${line}`; continue; }
    name = line.slice(0, line.indexOf(':')).toLowerCase();
    assert.equal(headers[name], undefined, `${name} is there once`);
    headers[name] = line.slice(name.length + 2);
  }
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'])[1];
  const parts = {};
  for (const part of lines.slice(end + 1).join('\r\n').split(`--${boundary}`).slice(1, -1)) {
    const [head, ...body] = part.trim().split('\r\n\r\n');
    assert.match(head, /Content-Transfer-Encoding: base64/);
    parts[/Content-Type: text\/(\w+)/.exec(head)[1]] = utf8(body.join(''));
  }
  return { headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, decoded(value)])),
    text: parts.plain, html: parts.html };
}
