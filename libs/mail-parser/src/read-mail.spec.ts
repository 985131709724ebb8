import { describe, expect, test } from '@jest/globals';
import { defaultLimits, type Limits } from './damage.js';
import { readMail } from './read-mail.js';

const mail = (headers: string, body: string): Buffer =>
  Buffer.from(`From: a@x.example\r\nSubject: s\r\n${headers}\r\n${body}`, 'latin1');
const multipart = 'Content-Type: multipart/mixed; boundary=b0\r\n';

describe('a mail over a limit', () => {
  const nested = Array.from(
    { length: 3_000 },
    (_, depth) => `--b${depth}\r\nContent-Type: multipart/mixed; boundary=b${depth + 1}\r\n\r\n`,
  ).join('');
  const files = '--b0\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\nhi\r\n'.repeat(10_000);

  test.each<[keyof Limits, number, Buffer]>([
    ['depth', 31, mail(multipart, nested)],
    ['parts', 10_001, mail(multipart, `${files}--b0--`)],
    ['attachments', 999, mail(multipart, `${files}--b0--`)],
    ['headerBytes', 5_000_033, mail(`X-Long: ${'a'.repeat(5_000_000 - 10)}\r\n`, 'x')],
    ['headerFields', 300_002, mail('X-Many: b\r\n'.repeat(300_000), 'x')],
    ['recipients', 1_001, mail(`To: ${'a@x.example,'.repeat(10_000)}\r\n`, 'x')],
    ['textLength', 3_000_000, mail('', 'x'.repeat(3_000_000))],
    ['htmlLength', 3_000_000, mail('Content-Type: text/html\r\n', 'x'.repeat(3_000_000))],
  ])('in %s: says so with what was found, and is read as far as the limit goes', (limit, found, bytes) => {
    const read = readMail(bytes);
    expect(read.damage).toContainEqual({ kind: 'limit', limit, found, allowed: defaultLimits[limit] });
    expect(read).toMatchObject({ subject: 's', from: { address: 'a@x.example' } });
    expect(read.attachments.length).toBeLessThanOrEqual(defaultLimits.attachments);
    expect(read.to.length).toBeLessThanOrEqual(defaultLimits.recipients);
    expect(read.text.length).toBeLessThanOrEqual(defaultLimits.textLength);
  });

  test('in bytes is read to there', () => {
    const read = readMail(mail('', 'abcdef'), { limits: { bytes: 36 } });
    expect(read.damage).toEqual([{ kind: 'limit', limit: 'bytes', found: 39, allowed: 36 }]);
    expect(read.text).toBe('abc');
  });

  test('in time keeps what was read, and is not read on', () => {
    let now = 0;
    const read = readMail(mail(multipart, `--b0\r\n\r\ntext\r\n${files.slice(0, 700)}--b0--`), {
      now: () => (now += 1_000),
    });
    expect(read.damage).toContainEqual(
      expect.objectContaining({ kind: 'limit', limit: 'milliseconds', allowed: 10_000 }),
    );
    expect(read.subject).toBe('s');
  });
});

describe('a mail that is made to hurt', () => {
  const many = 200_000;
  test.each<[string, Buffer]>([
    ['opens elements', mail('Content-Type: text/html\r\n', '<div>'.repeat(many))],
    ['opens tables', mail('Content-Type: text/html\r\n', '<table><tr><td>'.repeat(many))],
    ['opens quotations', mail('Content-Type: text/html\r\n', '<blockquote type=cite>x'.repeat(many))],
    [
      'closes what was never opened',
      mail('Content-Type: text/html\r\n', `${'<a>'.repeat(many)}${'</b>'.repeat(many)}`),
    ],
    ['opens comments', mail('Content-Type: text/html\r\n', '<!--'.repeat(many))],
    ['opens styles', mail('Content-Type: text/html\r\n', '<style>'.repeat(many))],
    ['opens brackets', mail('Content-Type: text/html\r\n', '<'.repeat(many * 5))],
    ['opens tags with quotes', mail('Content-Type: text/html\r\n', '<a href="'.repeat(many))],
    ['writes entities', mail('Content-Type: text/html\r\n', '&'.repeat(many * 5))],
    ['writes spaces in HTML', mail('Content-Type: text/html\r\n', `<pre>${'中 '.repeat(3)}${' '.repeat(1_900_000)}x`)],
    ['writes spaces in text', mail('', `${' '.repeat(1_900_000)}x`)],
    ['opens comments in an address', mail(`Cc: ${'('.repeat(many)}\r\n`, '')],
    ['opens comments and brackets in an address', mail(`Cc: ${'(<'.repeat(many)}\r\n`, '')],
    ['opens quotes in an address', mail(`Cc: ${'"\\'.repeat(many)}\r\n`, '')],
    ['opens brackets in an address', mail(`Cc: ${'<,'.repeat(many)}\r\n`, '')],
    ['writes a route without end', mail(`To: ${'@'.repeat(1_000)},<${'@'.repeat(1_000)}>\r\n`, '')],
    ['opens encoded words', mail(`Subject: ${'=?utf-8?B?'.repeat(50_000)}\r\n`, '')],
    ['opens halves of encoded words', mail(`Subject: ${'=?'.repeat(many)}\r\n`, '')],
    ['names many parameters', mail(`Content-Type: text/plain${'; a*1*=x'.repeat(50_000)}\r\n`, '')],
    ['names a parameter with spaces', mail(`Content-Type: text/plain; name=${'a '.repeat(many)}\r\n`, '')],
    ['begins files in its text', mail('', 'begin 644 a\r\n#86)C\r\n'.repeat(many))],
    ['begins files in base64 in its text', mail('', 'begin-base64 644 a\r\n'.repeat(many))],
    ['writes delimiters', mail(multipart, '--b0\r\n'.repeat(many))],
    ['writes what looks like delimiters', mail(multipart, '--b1\r\n'.repeat(many))],
    [
      'declares boundaries that are nowhere',
      mail(multipart, '--b0\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n'.repeat(many / 10)),
    ],
    [
      'quotes in quoted-printable',
      mail('Content-Transfer-Encoding: quoted-printable\r\n', `=${' '.repeat(1_900_000)}x`),
    ],
    ['pads base64', mail('Content-Transfer-Encoding: base64\r\n', 'QQ=='.repeat(many))],
    ['is deep in flowed quotations', mail('Content-Type: text/plain; format=flowed\r\n', `${'>'.repeat(1_000_000)} `)],
    ['folds a header without end', mail(` x\r\n`.repeat(100_000), '')],
    ['has no header lines', Buffer.from('x\r\n'.repeat(many))],
    ['is one line', Buffer.from('x'.repeat(2_000_000))],
    ['is an empty file', Buffer.alloc(0)],
    ['is made of zeros', Buffer.alloc(2_000_000)],
  ])('%s: is read in little time', (_what, bytes) => {
    // Time of the processor, for others may be at work as well.
    const before = process.cpuUsage();
    readMail(bytes);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });
});
