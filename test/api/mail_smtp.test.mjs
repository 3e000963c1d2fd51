// SPDX-License-Identifier: Apache-2.0
// mail_smtp.test.mjs: e-mail to customers goes out by SMTP: whole, once, again when it was refused, and never to a header.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { closes, folder, Merchant, ok, run, Server, until } from '../lib/server.mjs';
import { MailServer } from '../lib/smtp.mjs';

const told = {}; // what the mail server says to an address: the reply to its RCPT, or of its message
let last = '';
const answer = (verb, line) => {
  if (verb === 'RCPT') { last = /<(.*)>/.exec(line)[1]; return told[last]?.RCPT?.shift(); }
  return verb === 'DATA-END' ? told[last]?.END?.shift() : undefined;
};
const post = await MailServer.start({ answer });
const server = await Server.start({ args: ['--smtp', `smtp://127.0.0.1:${post.port}`, '--mail-from', 'pay@kessai.example', '--smtp-test'] });
const NAME = 'タンポポ書房 本店 & "Dandelion" Books';
const [made] = await server.cli('merchant', 'create', '--name', NAME, '--kind', 'ordinary');
const books = new Merchant(server, made);
const shop = await server.merchant('ordinary');

const slip = async (of, email, more = {}) => ok(await of.post('/payments', { amount: 3200, currency: 'JPY',
  payment_details: { type: 'konbini', store: 'lawson', email }, ...more }));
const to = (email) => post.messages.filter((message) => message.to === email);
const arrives = async (email, count = 1) => {
  await until(`${count} to ${email}`, () => to(email).length >= count);
  return to(email);
};
const mailOf = async (payment) => ok(await shop.get('/test_helpers/mailbox?per_page=100')).data.find((mail) => mail.payment === payment.id);

test('what a customer gets is whole, in both forms', async () => {
  const payment = await slip(books, 'hana@shop.example', { locale: 'ja', external_order_num: 'B-1' });
  const [mail] = await arrives('hana@shop.example');
  assert.equal(mail.from, 'pay@kessai.example');
  const { headers, text, html } = mail;
  assert.equal(headers.from, `${NAME}\r\n <pay@kessai.example>`);
  assert.equal(headers.to, '<hana@shop.example>');
  assert.equal(headers.subject, `【${NAME}】お支払い方法のご案内`);
  assert.match(headers['message-id'], /^<[0-9a-z]{25}@kessai\.example>$/);
  assert.equal(headers['auto-submitted'], 'auto-generated');
  assert.ok(Math.abs(Date.parse(headers.date) - Date.now()) < 600e3, headers.date);
  for (const part of [payment.payment_details.receipt, payment.payment_details.instructions_url, 'ローソン', 'B-1'])
    assert.ok(text.includes(part) && html.replaceAll('<wbr>', '').includes(part), part);
  assert.ok(text.includes('\r\n') && !/[^\r]\n/.test(text), 'lines end with CRLF');
  assert.ok(html.includes('&amp; &quot;Dandelion&quot;'));
});

test('a long name is folded, not cut', async () => {
  const name = `${'長い名前の店'.repeat(9)} 🏬 ${'x'.repeat(60)}`;
  const [long] = await server.cli('merchant', 'create', '--name', name, '--kind', 'ordinary');
  await slip(new Merchant(server, long), 'long@shop.example', { locale: 'en' });
  const [{ headers }] = await arrives('long@shop.example'); // lines are measured where it arrives
  assert.equal(headers.from, `${name}\r\n <pay@kessai.example>`);
  assert.equal(headers.subject, `How to pay ${name}`);
});

test('each kind goes out once', async () => {
  const payment = await slip(shop, 'once@shop.example');
  await arrives('once@shop.example');
  ok(await shop.post('/test_helpers/clock', { to: new Date(Date.parse(payment.payment_deadline) - 80000e3).toISOString() }));
  assert.equal(to('once@shop.example').length, 2, 'the reminder is out when the clock answers');
  ok(await shop.post(`/test_helpers/payments/${payment.id}/simulate`, { outcome: 'captured' }));
  await arrives('once@shop.example', 3);
  ok(await shop.post('/test_helpers/clock', { advance_s: 2 * 86400 }));
  const mails = to('once@shop.example');
  assert.deepEqual(mails.map((mail) => /案内|近づいて|完了/.exec(mail.headers.subject)[0]), ['案内', '近づいて', '完了']);
  assert.equal(new Set(mails.map((mail) => mail.headers['message-id'])).size, 3);
});

test('refused for now, it is tried again after a while, under the same Message-ID', async () => {
  told['later@shop.example'] = { RCPT: ['451 later'], END: ['452 full'] };
  const payment = await slip(shop, 'later@shop.example');
  const failed = await until('the first attempt', async () => (await mailOf(payment)));
  assert.deepEqual([failed.status, failed.tries, failed.error], ['waiting', 1, 'the mail server does not take it now']);
  ok(await shop.post('/test_helpers/clock', { advance_s: 13 }));
  const again = await mailOf(payment);
  assert.deepEqual([again.status, again.tries], ['waiting', 2]);
  assert.deepEqual(to('later@shop.example'), []);
  ok(await shop.post('/test_helpers/clock', { advance_s: 37 }));
  const sent = await mailOf(payment);
  assert.deepEqual([sent.status, sent.tries, sent.error], ['sent', 3, null]);
  const [mail] = to('later@shop.example');
  assert.equal(mail.headers['message-id'], `<${sent.id}@kessai.example>`);
});

test('an address that there is not is given up at once; one that is never taken, after a day', async () => {
  told['nobody@shop.example'] = { RCPT: ['550 no such user'] };
  const gone = await slip(shop, 'nobody@shop.example');
  const mail = await until('an end', async () => mailOf(gone));
  assert.deepEqual([mail.status, mail.tries, mail.error], ['given_up', 1, 'the mail server refuses the address']);

  told['busy@shop.example'] = { END: Array(40).fill('451 later') };
  const busy = await slip(shop, 'busy@shop.example');
  const first = await until('the first attempt', async () => mailOf(busy));
  assert.equal(first.status, 'waiting');
  for (let step = 0; step < 30; step++) ok(await shop.post('/test_helpers/clock', { advance_s: 3600 }));
  const end = (await ok(await shop.get('/test_helpers/mailbox?per_page=100')).data).find((one) => one.id === first.id);
  assert.equal(end.status, 'given_up');
  assert.ok(end.tries > 5 && end.tries < 20, `${end.tries} tries`);
  assert.deepEqual(to('busy@shop.example'), []);
});

test('no address ends a line, names two, or leaves the envelope', async () => {
  const before = post.commands.length;
  const bad = ['a,b@shop.example', 'a>@shop.example', '"a b"@shop.example', 'ü@shop.example', 'a@b@shop.example', 'a\r\nRSET@shop.example', 'a\u0000@shop.example'];
  for (const email of bad) {
    const reply = await shop.post('/payments', { amount: 100, currency: 'JPY', payment_details: { type: 'konbini', store: 'lawson', email } });
    if (reply.status !== 200) continue; // it is no address at all
    const mail = await until('an end', async () => mailOf(reply.body));
    assert.deepEqual([mail.status, mail.error], ['given_up', 'the address cannot be written to'], email);
  }
  assert.equal(post.commands.length, before, 'the mail server hears nothing of them');
  assert.ok(!post.messages.some((message) => /^Bcc/im.test(message.raw)));
});

test('a server that is down loses nothing', async () => {
  const port = post.port;
  await post.stop();
  const payments = [];
  for (let n = 0; n < 5; n++) payments.push(await slip(shop, `down${n}@shop.example`));
  const first = await until('an attempt', async () => (await Promise.all(payments.map(mailOf))).find(Boolean));
  assert.deepEqual([first.status, first.error], ['waiting', 'the mail server cannot be reached']);
  const up = await MailServer.start({ port });
  ok(await shop.post('/test_helpers/clock', { advance_s: 60 }));
  await until('all of them', () => up.messages.length >= 5);
  assert.deepEqual(up.messages.map((message) => message.to).sort(), [0, 1, 2, 3, 4].map((n) => `down${n}@shop.example`));
  await server.stop();
  await server.begin();
  ok(await shop.post('/test_helpers/clock', { advance_s: 60 }));
  assert.equal(up.messages.length, 5, 'nothing goes out again after a restart');
  const seen = await slip(shop, 'after@shop.example');
  await until('the next', () => up.messages.some((message) => message.to === 'after@shop.example'));
  assert.equal((await until('sent', async () => { const mail = await mailOf(seen); return mail?.status === 'sent' && mail; })).tries, 1);
});

test('nothing of it is in the log', () => {
  assert.doesNotMatch(server.stderr, /shop\.example|タンポポ/);
  assert.match(server.stderr, /email.failed/i);
  assert.doesNotMatch(server.stderr, /email.off/i);
});

test('a password is not said without TLS', async () => {
  const open = await MailServer.start({ extensions: ['AUTH PLAIN LOGIN'] });
  const file = path.join(folder(), 'password');
  fs.writeFileSync(file, 'correct horse\n', { mode: 0o600 });
  const careful = await Server.start({ args: ['--smtp', `smtp://pay%40kessai.example@127.0.0.1:${open.port}`, '--smtp-password-file', file,
    '--mail-from', 'pay@kessai.example', '--smtp-test'] });
  const own = await careful.merchant('ordinary');
  const payment = ok(await own.post('/payments', { amount: 100, currency: 'JPY', payment_details: { type: 'konbini', store: 'lawson', email: 'a@shop.example' } }));
  const mail = await until('an attempt', async () => ok(await own.get('/test_helpers/mailbox')).data.find((one) => one.payment === payment.id));
  assert.deepEqual([mail.status, mail.error], ['waiting', 'the mail server does not offer TLS']);
  assert.ok(open.commands.some((line) => line.startsWith('EHLO')));
  assert.ok(!open.commands.some((line) => /AUTH|MAIL/.test(line)), open.commands.join('\n'));
  assert.doesNotMatch(careful.stderr, /correct horse/);
  await careful.stop();
  await careful.audit();
});

const keys = await (async () => {
  const at = folder(), key = path.join(at, 'key.pem'), cert = path.join(at, 'cert.pem');
  await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]);
  return { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
})();

/** A server that sends by way of `url`, and the e-mail of one slip there once it has been tried. */
async function tried(url, more = []) {
  const own = await Server.start({ args: ['--smtp', url, '--mail-from', 'pay@kessai.example', '--smtp-test', ...more] });
  const of = await own.merchant('ordinary');
  await slip(of, 'a@shop.example');
  const mail = await until('an attempt', async () => ok(await of.get('/test_helpers/mailbox')).data[0]);
  await own.stop();
  await own.audit();
  return mail;
}

test('TLS is taken where it is offered, and is not trusted blindly where it was asked for', async () => {
  const offers = await MailServer.start({ keys, extensions: ['STARTTLS'] });
  assert.equal((await tried(`smtp://127.0.0.1:${offers.port}`)).status, 'sent');
  assert.deepEqual(offers.messages.map((message) => message.isSecret), [true]);

  const secret = path.join(folder(), 'password');
  fs.writeFileSync(secret, 'correct horse', { mode: 0o600 });
  const login = ['--smtp-password-file', secret];
  const tls = await MailServer.start({ keys, isTls: true });
  for (const [url, more] of [[`smtps://127.0.0.1:${tls.port}`, []], [`smtps://pay@127.0.0.1:${tls.port}`, login],
    [`smtp://pay@127.0.0.1:${offers.port}`, login]]) {
    const mail = await tried(url, more);
    assert.deepEqual([mail.status, mail.error], ['waiting', 'the mail server cannot be reached'], url);
  }
  assert.deepEqual([tls.commands, tls.messages, offers.messages.length], [[], [], 1], 'its certificate is nobody\'s');
  assert.ok(!offers.commands.some((line) => line.startsWith('AUTH')));
});

test('options that do not fit are told by name', async () => {
  const file = path.join(folder(), 'open');
  fs.writeFileSync(file, 'x\n', { mode: 0o644 });
  fs.chmodSync(file, 0o644);
  const db = path.join(folder(), 'none.db');
  const FROM = ['--mail-from', 'pay@kessai.example'];
  const cases = [
    [['--smtp', 'smtp://127.0.0.1:25'], '--mail-from'],
    [['--smtp', 'smtp://127.0.0.1:25', '--mail-from', 'a b@c.example'], '--mail-from'],
    [['--smtp', 'http://127.0.0.1:25', ...FROM], '--smtp'],
    [['--smtp', 'smtp://user:word@127.0.0.1:25', ...FROM], '--smtp'],
    [['--smtp', 'smtp://user@127.0.0.1:25', ...FROM], '--smtp'],
    [['--smtp', 'smtp://127.0.0.1:25/path', ...FROM], '--smtp'],
    [['--smtp', 'smtps://user@127.0.0.1', '--smtp-password-file', file, ...FROM], '--smtp-password-file'],
    [['--smtp', 'smtps://user@127.0.0.1', '--smtp-password-file', '/nowhere', ...FROM], '--smtp-password-file'],
    [['--smtp-test'], '--smtp'],
  ];
  for (const [args, name] of cases) {
    const { code, stderr } = await run('serve', '--db', db, '--listen', '127.0.0.1:0', ...args);
    assert.notEqual(code, 0, args.join(' '));
    assert.match(stderr, new RegExp(`${name}\\b`), args.join(' '));
    assert.doesNotMatch(stderr, /word@/);
  }
});

closes(server);
