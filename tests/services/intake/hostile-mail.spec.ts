import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { anIntake, type IntakeSystem } from './intake-system.js';

let intake: IntakeSystem;
beforeAll(async () => {
  intake = await anIntake();
});
afterAll(async () => {
  await intake.remove();
});

const greeting = 'EHLO mx.partner.example\r\n';
const envelope = 'MAIL FROM:<contact@partner.example>\r\nRCPT TO:<case@support.example>\r\n';

/** Says everything at once to the mail door; answers with all that it replied until it hung up. */
async function talk(said: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(Number(intake.system.environment['SMTP_PORT']), '127.0.0.1');
    let heard = '';
    socket.setTimeout(20_000, () => socket.destroy(new Error(`the door hangs after: ${heard.slice(-200)}`)));
    socket.once('data', () => socket.write(said));
    socket.on('data', (chunk) => (heard += chunk.toString('utf8')));
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });
}

/** A mail as the wire carries it, up to its last line. */
function aMail({ messageId = aMessageId(), headers = '', body = 'blue screen' } = {}): string {
  return `${envelope}DATA\r\nFrom: contact@partner.example\r\nMessage-ID: ${messageId}\r\nSubject: blue screen\r\n${headers}\r\n${body}`;
}

const aMessageId = (): string => `<${randomUUID()}@partner.example>`;
const end = '\r\n.\r\n';
const farewell = 'QUIT\r\n';

describe('a mail that is made to hurt', () => {
  const nested = Array.from(
    { length: 3_000 },
    (_, depth) => `--b${depth}\r\nContent-Type: multipart/mixed; boundary=b${depth + 1}\r\n\r\n`,
  ).join('');
  const files = '--b0\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\nhi\r\n'.repeat(10_000);

  test.each([
    ['nests 3,000 parts', { headers: 'Content-Type: multipart/mixed; boundary=b0\r\n', body: nested }],
    ['attaches 10,000 files', { headers: 'Content-Type: multipart/mixed; boundary=b0\r\n', body: `${files}--b0--` }],
    ['has a header of 5 MB', { headers: `X-Long: ${'a'.repeat(5_000_000)}\r\n` }],
    ['has 300,000 headers', { headers: 'X-Many: b\r\n'.repeat(300_000) }],
  ])('%s: is taken as far as the limits go, in time, and so is the next one', async (_what, mail) => {
    const started = Date.now();
    const heard = await talk(greeting + aMail(mail) + end + aMail() + end + farewell);
    expect(heard.match(/\r\n250 taken for case /g)).toHaveLength(2);
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  test.each([
    ['opens 300,000 elements', { headers: 'Content-Type: text/html\r\n', body: '<div>'.repeat(300_000) }],
    ['opens 20,000 tables', { headers: 'Content-Type: text/html\r\n', body: '<table><tr><td>'.repeat(20_000) }],
    ['opens 200,000 comments in an address', { headers: `Cc: ${'('.repeat(200_000)}\r\n` }],
    ['names a charset that nobody knows', { headers: 'Content-Type: text/plain; charset=x-99\r\n' }],
  ])('%s: is taken in time', async (_what, mail) => {
    const started = Date.now();
    expect(await talk(greeting + aMail(mail) + end + farewell)).toContain('250 taken for case ');
    expect(Date.now() - started).toBeLessThan(5_000);
  });
});

describe('a conversation', () => {
  test.each([
    ['\\n.\\n', '\n.\n'],
    ['\\n.\\r\\n', '\n.\r\n'],
    ['\\r\\n.\\n', '\r\n.\n'],
    ['\\r.\\r', '\r.\r'],
    ['\\r\\n.\\r', '\r\n.\r'],
  ])('cannot smuggle a second mail behind %s', async (_name, falseEnd) => {
    const [outer, inner] = [aMessageId(), aMessageId()];
    const heard = await talk(
      greeting + aMail({ messageId: outer }) + falseEnd + aMail({ messageId: inner }) + end + farewell,
    );
    expect(heard.match(/250 taken for case /g)).toHaveLength(1);
    await intake.received(outer);
    expect(await intake.rows('select 1 from {schema}.mail where message_id = $1', [inner])).toEqual([]);
  });

  test('that is begun anew and said in one breath leaves one mail for each end', async () => {
    const heard = await talk(`${greeting}${envelope}RSET\r\n${aMail()}${end}${aMail()}${end}${farewell}`);
    expect(heard.match(/250 taken for case /g)).toHaveLength(2);
  });

  test('that announces too large a mail is refused before the mail', async () => {
    const heard = await talk(`${greeting}MAIL FROM:<contact@partner.example> SIZE=999999999999\r\n${farewell}`);
    expect(heard).toContain('\r\n552 ');
  });

  test('is offered only what is kept: no address in other letters, which no event can hold', async () => {
    const heard = await talk(greeting + farewell);
    expect(heard).toContain('8BITMIME');
    expect(heard).not.toContain('SMTPUTF8');
  });
});
