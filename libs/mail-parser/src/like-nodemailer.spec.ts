import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { readMail } from './read-mail.js';

const words = fc.stringMatching(/^[A-Za-z0-9 ,;:"'<>()@=?_.%\\\u4e00-\u4fff\u3041-\u3090äöüß😀-]{0,60}$/u);
const oneLine = words.map((text) => text.replace(/\s+/g, ' ').trim());
const name = oneLine.map((text) =>
  text
    .replace(/[<>"'\\,;:@()=?]/g, '')
    .replace(/ +/g, ' ')
    .trim(),
);
const address = fc
  .stringMatching(/^[a-z][a-z0-9.]{0,10}[a-z]$/)
  .map((local) => `${local.replace(/\.+/g, '.')}@x.example`);
const mailbox = fc.record({ name, address });
const file = fc.record({
  filename: name.map((text) => `${text.replace(/[/%*'.]/g, '').trim() || 'a'}.bin`),
  content: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
});
const mail = fc.record({
  from: mailbox,
  to: fc.array(mailbox, { maxLength: 4 }),
  subject: oneLine,
  text: fc.array(words, { maxLength: 8 }).map((lines) => ['Words', ...lines].join('\n')),
  html: fc.constantFrom(undefined, '<p>also <b>HTML</b></p>'),
  attachments: fc.array(file, { maxLength: 3 }),
  date: fc.constantFrom(new Date('2020-05-07T01:47:29Z')),
});

test('what nodemailer builds is read as it was meant, and as mailparser reads it', async () => {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  await fc.assert(
    fc.asyncProperty(mail, async (meant) => {
      const { message } = await transport.sendMail(meant);
      const bytes = message as Buffer;
      const read = readMail(bytes);
      const other = await simpleParser(bytes, { skipTextToHtml: true });
      expect(read.damage).toEqual([]);
      expect(read.from).toEqual(meant.from);
      expect(read.to).toEqual(meant.to);
      expect(read.subject).toBe(meant.subject);
      expect(read.date).toEqual(meant.date);
      expect(read.text.trim()).toBe(meant.text.trim());
      const files = read.attachments.map(({ name: filename, content }) => ({
        filename,
        content: Buffer.from(content),
      }));
      expect(files).toEqual(meant.attachments);
      expect(read.messageId).toBe(other.messageId);
      expect(files.map(({ content }) => content)).toEqual(other.attachments.map(({ content }) => content));
      expect(read.text.trim()).toBe((other.text ?? '').trim());
    }),
    { numRuns: 300, seed: 42 },
  );
});
