import { seeded } from '../mutated-dump.js';

/** Pieces that mean something to a reader of mails, put where they do not belong. */
const pieces = [
  ...[
    '--b\r\n',
    '--b--\r\n',
    '--sep\r\n',
    '--r\r\n',
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    '\r\n ',
    '.\r\n',
  ],
  ...['Content-Type: multipart/mixed; boundary=b\r\n', 'Content-Type: multipart/alternative; boundary="sep"\r\n'],
  ...[
    'Content-Type: message/rfc822\r\n',
    'Content-Type: multipart/digest; boundary=b\r\n',
    'Content-Type: text/html\r\n',
  ],
  ...[
    'Content-Type: application/ms-tnef\r\n',
    'Content-Type: message/delivery-status\r\n',
    'Content-Type: multipart/\r\n',
  ],
  ...[
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Transfer-Encoding: quoted-printable\r\n',
    'Content-Transfer-Encoding: x-uue\r\n',
  ],
  ...[
    '; charset=utf-7',
    '; charset=hz-gb-2312',
    '; charset=iso-2022-jp',
    '; charset=utf-16',
    '; charset=big5',
    '; charset=',
  ],
  ...[
    '; format=flowed; delsp=yes',
    "; filename*0*=gb2312'zh'%C4%DA",
    '; filename*1*=%D7%AA',
    '; name="',
    '; filename*=',
  ],
  ...[
    '=?utf-8?B?',
    '=?gb2312?Q?',
    '?=',
    '=?',
    '=?x?b?====?=',
    '=\r\n',
    '=3D',
    '=FF',
    '+AGE-',
    '~{',
    '~}',
    '\x1b$B',
    '\x1b(B',
  ],
  ...['"', '\\', '(', ')', '<', '>', ',', ';', ':', '@', '<<', 'a@b.example', 'undisclosed-recipients:;'],
  ...[
    'begin 644 a\r\n',
    'end\r\n',
    '#86)C\r\n',
    '<table><tr><td>',
    '</table>',
    '<blockquote type=cite>',
    '<!--',
    '-->',
    '<style>',
  ],
  ...['<div style="display:none">', '&#x10ffff;', '&amp', '<pre>', '<a href="http://x.example">', '<o:p>&nbsp;</o:p>'],
  ...[
    'Hi. This is the qmail-send program at x.example.\r\n',
    '550 5.1.1 ',
    'Final-Recipient: rfc822; a@b.example\r\n',
    'Status: 5.0.0\r\n',
  ],
  ...['\xb0\xa1\xc4\xe3', '\xe4\xbd', '\xff\xfe', '\xef\xbb\xbf', '\x81\x30\x81\x30', '\xa4', '自动回复:'],
].map((piece) => Buffer.from(piece, 'latin1'));

const longest = 600_000;

/**
 * A mail changed at random, the same for the same seed: lines left out, doubled, moved, repeated a thousand times or taken
 * from another mail; pieces that mean something put anywhere; bits turned; the end cut off.
 */
export function mutatedMail(samples: readonly Buffer[], seed: number): Buffer {
  const random = seeded(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const sample = (): Buffer => samples[below(samples.length)] as Buffer;
  let bytes = sample();
  const place = (): number => (random() < 0.4 ? below(Math.min(bytes.length, 600)) : below(bytes.length + 1));
  const line = (of: Buffer): [from: number, to: number] => {
    const from = of.lastIndexOf(0x0a, below(of.length + 1)) + 1;
    const end = of.indexOf(0x0a, from);
    return [from, end < 0 ? of.length : end + 1];
  };
  const put = (at: number, what: Uint8Array, instead = 0): void => {
    bytes = Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at + instead)]).subarray(0, longest);
  };
  for (let change = 1 + below(6); change > 0; change--) {
    const kind = random();
    if (kind < 0.3) put(place(), pieces[below(pieces.length)] as Buffer);
    else if (kind < 0.4) {
      const [from, to] = line(bytes);
      put(from, Buffer.alloc(0), to - from);
    } else if (kind < 0.5) {
      const [from, to] = line(bytes);
      const copy = Buffer.from(bytes.subarray(from, to));
      put(random() < 0.5 ? from : place(), copy);
    } else if (kind < 0.6) {
      const other = sample();
      const [from] = line(other);
      put(place(), other.subarray(from, from + below(2_000)));
    } else if (kind < 0.68) {
      const piece = random() < 0.5 ? (pieces[below(pieces.length)] as Buffer) : bytes.subarray(...line(bytes));
      const times = Math.min(1 + below(5_000), Math.ceil(200_000 / Math.max(1, piece.length)));
      put(place(), Buffer.concat(Array.from({ length: times }, () => piece)));
    } else if (kind < 0.78) {
      const copy = Buffer.from(bytes);
      for (let bit = 1 + below(8); bit > 0 && copy.length > 0; bit--) {
        const at = below(copy.length);
        copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
      }
      bytes = copy;
    } else if (kind < 0.86) bytes = bytes.subarray(0, below(bytes.length + 1));
    else if (kind < 0.92) {
      const from = place();
      put(from, Buffer.alloc(0), below(200));
    } else if (kind < 0.96) bytes = nested(bytes, 1 + below(40));
    else put(place(), Buffer.from(Array.from({ length: below(200) }, () => below(256))));
  }
  return bytes;
}

/** The mail inside of multiparts or mails, several times. */
function nested(bytes: Buffer, times: number): Buffer {
  const heads = Array.from(
    { length: times },
    (_, depth) => `Content-Type: multipart/mixed; boundary=n${depth}\r\n\r\n--n${depth}\r\n`,
  );
  return Buffer.concat([Buffer.from(`From: a@b.example\r\n${heads.join('')}`), bytes]).subarray(0, longest);
}
