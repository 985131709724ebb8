import { describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { readMail } from './read-mail.js';
import { readTnef } from './tnef.js';

const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u16 = (value: number): Buffer => Buffer.from(Uint16Array.of(value).buffer);
const padded = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

/** An attribute of [MS-OXTNEF], section 2.1.3: level, identifier with type, length, data, checksum. */
const attribute = (level: 1 | 2, id: number, data: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.of(level),
    u32(id),
    u32(data.length),
    data,
    u16(data.reduce((sum, byte) => (sum + byte) & 0xffff, 0)),
  ]);
const unicode = (id: number, text: string): Buffer => {
  const bytes = Buffer.from(`${text}\0`, 'utf16le');
  return Buffer.concat([u32((id << 16) | 0x1f), u32(1), u32(bytes.length), padded(bytes)]);
};
const binary = (id: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([u32((id << 16) | 0x102), u32(1), u32(bytes.length), padded(bytes)]);
const long = (id: number, value: number): Buffer => Buffer.concat([u32((id << 16) | 3), u32(value)]);
const named = (text: string): Buffer =>
  Buffer.concat([
    u32(0x80010000 | 0x1f),
    Buffer.alloc(16, 7),
    u32(1),
    u32(6),
    padded(Buffer.from('ab\0', 'utf16le')),
    u32(1),
    u32(text.length * 2),
    padded(Buffer.from(text, 'utf16le')),
  ]);
const properties = (...all: Buffer[]): Buffer => Buffer.concat([u32(all.length), ...all]);
const tnef = (...attributes: Buffer[]): Buffer =>
  Buffer.concat([
    u32(0x223e9f78),
    u16(1),
    attribute(1, 0x00089006, u32(0x10000)),
    attribute(1, 0x00069007, Buffer.concat([u32(936), u32(0)])),
    ...attributes,
  ]);
const file = (title: string, data: Uint8Array, ...more: Buffer[]): Buffer =>
  Buffer.concat([
    attribute(2, 0x00069002, Buffer.alloc(14)),
    attribute(2, 0x00018010, Buffer.concat([iconv.encode(title, 'gbk'), Buffer.of(0)])),
    attribute(2, 0x0006800f, data),
    ...(more.length > 0 ? [attribute(2, 0x00069005, properties(...more))] : []),
  ]);
/** PidTagRtfCompressed without compression ([MS-OXRTFCP], section 2.1.3.1.5). */
const uncompressedRtf = (rtf: string): Buffer =>
  Buffer.concat([u32(rtf.length + 12), u32(rtf.length), Buffer.from('MELA'), u32(0), Buffer.from(rtf, 'latin1')]);

const dump = Buffer.from('PAGEDU64\r\n\0\xff', 'latin1');
const whole = tnef(
  attribute(1, 0x00069003, properties(long(0x0e07, 1), named('x'), unicode(0x1000, '您好，见附件'))),
  file(
    'DUMP~1.DMP',
    dump,
    long(0x3705, 1),
    unicode(0x3707, '内存转储 2020-05-07（很长的名字）.dmp'),
    unicode(0x370e, 'application/x-dmp'),
  ),
  file('日志.txt', Buffer.from('log')),
);
const mailWith = (content: Buffer, text = ''): Buffer =>
  Buffer.from(
    `From: a@x.example\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n${text}\r\n--b\r\nContent-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="winmail.dat"\r\n\r\n${content.toString('base64')}\r\n--b--\r\n`,
  );

describe('a winmail.dat', () => {
  test('gives its files by their long names, byte for byte, and its text', () => {
    const mail = readMail(mailWith(whole));
    expect(mail.attachments.map(({ name, type, content }) => [name, type, Buffer.from(content)])).toEqual([
      ['内存转储 2020-05-07（很长的名字）.dmp', 'application/x-dmp', dump],
      ['日志.txt', 'text/plain', Buffer.from('log')],
    ]);
    expect(mail.text).toBe('您好，见附件');
    expect(mail.damage).toEqual([]);
  });

  test('says nothing more where the mail has the same text', () => {
    expect(readMail(mailWith(whole, '您好')).text.trim()).toBe('您好');
  });

  test.each([
    ['HTML', binary(0x1013, Buffer.from('<p>Hello</p>')), 'Hello'],
    [
      'RTF',
      binary(
        0x1009,
        uncompressedRtf(
          "{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0 Arial;}}\\f0 \\'c4\\'e3\\'ba\\'c3\\par \\u20320?x\\par}",
        ),
      ),
      '你好\n你x',
    ],
    [
      'HTML inside of RTF',
      binary(
        0x1009,
        uncompressedRtf(
          "{\\rtf1\\ansi\\ansicpg936\\fromhtml1 {\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 A \\'c4\\'e3{\\*\\htmltag72 </p>}\\htmlrtf\\par}\\htmlrtf0}",
        ),
      ),
      'A 你',
    ],
  ])('gives its text from %s', (_form, property, text) => {
    expect(readMail(mailWith(tnef(attribute(1, 0x00069003, properties(property))))).text).toBe(text);
  });

  test('unpacks compressed RTF: the example of [MS-OXRTFCP], section 4.1.1', () => {
    const packed = Buffer.from(
      '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0',
      'hex',
    );
    const mail = readMail(mailWith(tnef(attribute(1, 0x00069003, properties(binary(0x1009, packed))))));
    expect(mail.text).toBe('hello world');
  });

  test('that is cut off gives what is whole, and says so', () => {
    const mail = readMail(mailWith(whole.subarray(0, whole.length - 20)));
    expect(mail.attachments[0]?.name).toBe('内存转储 2020-05-07（很长的名字）.dmp');
    expect(mail.damage).toContainEqual(expect.objectContaining({ kind: 'unreadable-tnef' }));
  });

  test('that is none stays an attachment', () => {
    const mail = readMail(mailWith(Buffer.from('something else')));
    expect(mail.attachments.map(({ name }) => name)).toEqual(['winmail.dat']);
    expect(mail.damage).toContainEqual(expect.objectContaining({ kind: 'unreadable-tnef' }));
  });

  test('cut at any place, or with any length in it, is read in bounds', () => {
    for (let length = 0; length < whole.length; length += 3) readTnef(whole.subarray(0, length), 10);
    for (let at = 6; at + 4 < whole.length; at++) {
      const wrong = Buffer.from(whole);
      wrong.writeUInt32LE(0xffffffff, at);
      readTnef(wrong, 10);
    }
  });
});
