import {
  base64,
  binary,
  bytesOf,
  encoded,
  head,
  quotedPrintable,
  uuencoded,
  word,
  type MailSample,
} from './mail-builder.js';

const data = binary(1_000, 3);
const gbk = (text: string): Buffer => encoded(text, 'gbk');
const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const long = '【紧急】服务器每天凌晨三点左右自动重启并出现蓝屏，需要协助分析转储文件';
const longUtf8 = Buffer.from(long);
const longGbk = gbk(long);

const mixed = (parts: (string | Uint8Array)[], more = ''): Buffer =>
  bytesOf(head('files', `Content-Type: multipart/mixed; boundary="sep"\n${more}`), '\n', ...parts, '\n--sep--\n');
const part = (headers: string, body: string | Uint8Array): (string | Uint8Array)[] => [
  '\n--sep\n',
  headers,
  '\n\n',
  body,
];
const text = part('Content-Type: text/plain; charset=utf-8', 'see files');
const fileHead = (encoding: string): string =>
  `Content-Type: application/octet-stream; name="a.bin"\nContent-Disposition: attachment; filename="a.bin"\nContent-Transfer-Encoding: ${encoding}`;

/** Mails that are broken, or at the edge of what the standards allow, as they are seen in China and elsewhere. */
export const brokenMails: MailSample[] = [
  // Encoded words
  {
    name: 'a character split over two encoded words, utf-8',
    bytes: bytesOf(
      head(`=?utf-8?B?${b64(longUtf8.subarray(0, 40))}?=\n =?utf-8?B?${b64(longUtf8.subarray(40))}?=`),
      '\nx',
    ),
    expected: { subject: long },
  },
  {
    name: 'a character split over two encoded words, gb2312, no space between',
    bytes: bytesOf(
      head(`=?gb2312?B?${b64(longGbk.subarray(0, 31))}?==?gb2312?B?${b64(longGbk.subarray(31))}?=`),
      '\nx',
    ),
    expected: { subject: long },
  },
  {
    name: 'base64 text cut at any place',
    bytes: bytesOf(head(`=?GBK?B?${b64(longGbk).slice(0, 50)}?=\n\t=?GBK?B?${b64(longGbk).slice(50)}?=`), '\nx'),
    expected: { subject: long },
  },
  {
    name: 'base64 without padding',
    bytes: bytesOf(head(`=?gb18030?B?${b64(gbk('蓝屏问题'.slice(0, 2))).replace(/=/g, '')}?= [1]`), '\nx'),
    expected: { subject: '蓝屏 [1]' },
  },
  {
    name: 'spaces inside an encoded word',
    bytes: bytesOf(head('=?gb2312?Q?=C0=B6=C6=C1 SQL01 report?='), '\nx'),
    expected: { subject: '蓝屏 SQL01 report' },
  },
  {
    name: 'a wrong label: gb2312 holds utf-8',
    bytes: bytesOf(head(`=?gb2312?B?${b64(Buffer.from('服务器蓝屏了'))}?=`), '\nx'),
    expected: { subject: '服务器蓝屏了' },
  },
  {
    name: 'a wrong label: utf-8 holds GBK',
    bytes: bytesOf(head(`=?UTF-8?B?${b64(gbk('服务器蓝屏了'))}?=`), '\nx'),
    expected: { subject: '服务器蓝屏了' },
  },
  {
    name: 'an unknown label',
    bytes: bytesOf(head(`=?x-unknown?B?${b64(gbk('服务器蓝屏了'))}?=`), '\nx'),
    expected: { subject: '服务器蓝屏了' },
  },
  {
    name: 'an encoded word that is folded inside',
    bytes: bytesOf(head(`=?utf-8?B?${b64(longUtf8).slice(0, 60)}\n ${b64(longUtf8).slice(60)}?=`), '\nx'),
    expected: { subject: long },
  },
  {
    name: 'words within quotes, in the name',
    bytes: bytesOf(`From: "=?GB2312?B?${b64(gbk('王 芳'))}?=" <w@x.example>\nSubject: x\n\nx`),
    expected: { from: { name: '王 芳', address: 'w@x.example' } },
  },
  {
    name: 'an underscore and a language tag',
    bytes: bytesOf(head('=?iso-8859-1*de?Q?Gr=FC=DFe_aus_K=F6ln?='), '\nx'),
    expected: { subject: 'Grüße aus Köln' },
  },
  {
    name: 'hz-gb-2312 in words and body',
    bytes: bytesOf(
      head('=?hz-gb-2312?Q?~{=40=36=46=41~}?=', 'Content-Type: text/plain; charset=hz-gb-2312\n'),
      '\nabc ~{@6FA~} ~~ end',
    ),
    expected: { subject: '蓝屏', text: 'abc 蓝屏 ~ end' },
  },
  {
    name: 'a comma and a bracket in an encoded name',
    bytes: bytesOf(
      `From: =?utf-8?Q?Miller,_Jane_<x>?= <jane@x.example>\nTo: =?utf-8?B?${b64(Buffer.from('甲,乙'))}?= <a@x.example>, b@x.example\nSubject: x\n\nx`,
    ),
    expected: { from: { name: 'Miller, Jane <x>', address: 'jane@x.example' }, to: ['a@x.example', 'b@x.example'] },
  },
  // Raw headers
  {
    name: 'raw GBK headers, body says GBK',
    bytes: bytesOf(
      'From: ',
      gbk('"李四" <li@x.example>'),
      '\nTo: ',
      gbk('技术支持'),
      ' <case@support.example>\nSubject: ',
      gbk('系统蓝屏'),
      '\nContent-Type: text/plain; charset=gb2312\n\n',
      gbk('正文'),
    ),
    expected: { from: { name: '李四', address: 'li@x.example' }, subject: '系统蓝屏', text: '正文' },
  },
  {
    name: 'raw GBK headers, body is ASCII',
    bytes: bytesOf('From: ', gbk('李四'), ' <li@x.example>\nSubject: ', gbk('请看附件中的日志'), '\n\nsee log'),
    expected: { from: { name: '李四', address: 'li@x.example' }, subject: '请看附件中的日志' },
  },
  {
    name: 'raw UTF-8 headers',
    bytes: bytesOf('From: 李四 <li@x.example>\nSubject: 系统蓝屏 – é\n\nx'),
    expected: { from: { name: '李四', address: 'li@x.example' }, subject: '系统蓝屏 – é' },
  },
  {
    name: 'raw GBK file name',
    bytes: mixed(
      [
        ...text,
        ...part('Content-Type: application/octet-stream;\n\tname="', ''),
        gbk('内存转储.dmp'),
        '"\nContent-Disposition: attachment; filename="',
        gbk('内存转储.dmp'),
        '"\nContent-Transfer-Encoding: base64\n\n',
        base64(data),
      ]
        .map((piece) => (piece === '\n\n' ? '' : piece))
        .filter((piece) => piece !== ''),
    ),
    expected: { attachments: [{ name: '内存转储.dmp', content: data }] },
  },
  // Charsets of bodies
  {
    name: 'declared us-ascii, is GBK',
    bytes: bytesOf(
      head('x', 'Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 8bit\n'),
      '\n',
      gbk('服务器蓝屏，请协助。'),
    ),
    expected: { text: '服务器蓝屏，请协助。', damage: ['wrong-charset'] },
  },
  {
    name: 'declared utf-8, is GBK',
    bytes: bytesOf(
      head('x', 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n'),
      '\n',
      gbk('服务器蓝屏，请协助。'),
    ),
    expected: { text: '服务器蓝屏，请协助。', damage: ['wrong-charset'] },
  },
  {
    name: 'declared gb2312, is UTF-8',
    bytes: bytesOf(
      head('x', 'Content-Type: text/plain; charset=gb2312\nContent-Transfer-Encoding: 8bit\n'),
      '\n服务器蓝屏，请协助。',
    ),
    expected: { text: '服务器蓝屏，请协助。' },
  },
  {
    name: 'declared iso-8859-1, is GBK',
    bytes: bytesOf(
      head('x', 'Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n'),
      '\n',
      gbk('<p>服务器蓝屏，请协助。</p>'),
    ),
    expected: { text: '服务器蓝屏，请协助。' },
  },
  {
    name: 'declared iso-8859-1 and is',
    bytes: bytesOf(
      head('x', 'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n'),
      '\n',
      encoded('Grüße aus Köln, schöne Straße – über', 'windows-1252'),
    ),
    expected: { text: 'Grüße aus Köln, schöne Straße – über', damage: [] },
  },
  {
    name: 'declared nothing, charset in the HTML',
    bytes: bytesOf(
      head('x', 'Content-Type: text/html\n'),
      '\n',
      gbk('<html><head><meta charset="gbk"></head><body>蓝屏</body></html>'),
    ),
    expected: { text: '蓝屏' },
  },
  {
    name: 'rare characters: GB2312 declared, GBK and GB18030 used',
    bytes: bytesOf(
      head('x', 'Content-Type: text/plain; charset=GB2312\nContent-Transfer-Encoding: 8bit\n'),
      '\n',
      encoded('朱镕基、喆、€、㐀', 'gb18030'),
    ),
    expected: { text: '朱镕基、喆、€、㐀' },
  },
  ...['x-gbk', 'windows-936', 'cp936', 'gb_2312-80', 'csGB2312', '"GBK"'].map((label): MailSample => ({
    name: `the label ${label}`,
    bytes: bytesOf(
      head('x', `Content-Type: text/plain; charset=${label}\nContent-Transfer-Encoding: 8bit\n`),
      '\n',
      gbk('镕 蓝屏'),
    ),
    expected: { text: '镕 蓝屏', damage: [] },
  })),
  // Attachments byte for byte
  ...(['base64', 'quoted-printable', '8bit', 'binary'] as const).map((encoding): MailSample => ({
    name: `an attachment in ${encoding}`,
    bytes: mixed([
      ...text,
      ...part(
        fileHead(encoding),
        encoding === 'base64' ? base64(data) : encoding === 'quoted-printable' ? quotedPrintable(data) : data,
      ),
    ]),
    expected: { text: 'see files', attachments: [{ name: 'a.bin', content: data }] },
  })),
  {
    name: 'a text file with line ends of both kinds in 8bit',
    bytes: mixed([
      ...text,
      ...part(
        'Content-Type: text/plain; charset=utf-8\nContent-Disposition: attachment; filename=a.log',
        Buffer.from('one\r\ntwo\nthree\r\n\r\n'),
      ),
    ]),
    expected: { attachments: [{ name: 'a.log', content: Buffer.from('one\r\ntwo\nthree\r\n\r\n') }] },
  },
  {
    name: 'an attachment in x-uuencode',
    bytes: mixed([...text, ...part(fileHead('x-uuencode'), uuencoded('a.bin', data))]),
    expected: { attachments: [{ name: 'a.bin', content: data }] },
  },
  {
    name: 'uuencode in the text',
    bytes: bytesOf(head('x'), '\nbefore\n\n', uuencoded('dump.zip', data), '\nafter\n'),
    expected: {
      says: ['before', 'after'],
      doesNotSay: ['begin 644', 'end\n'],
      attachments: [{ name: 'dump.zip', content: data }],
    },
  },
  {
    name: 'a sentence with begin is no uuencode',
    bytes: bytesOf(head('x'), '\nbegin 644 words here\nwe go on\nend\n'),
    expected: { text: 'begin 644 words here\nwe go on\nend', attachments: [] },
  },
  {
    name: 'base64 that was put together from pieces with padding of their own',
    bytes: mixed([
      ...text,
      ...part(
        fileHead('base64'),
        `${base64(data.subarray(0, 100))}\n${base64(data.subarray(100, 401))}\n${base64(data.subarray(401))}`,
      ),
    ]),
    expected: { attachments: [{ name: 'a.bin', content: data }] },
  },
  {
    name: 'an empty attachment',
    bytes: mixed([
      ...text,
      ...part('Content-Type: text/plain; name=empty.txt\nContent-Disposition: attachment; filename=empty.txt', ''),
    ]),
    expected: { attachments: [{ name: 'empty.txt', content: Buffer.alloc(0) }] },
  },
  // Names
  {
    name: 'a name with a path of Windows',
    bytes: mixed([
      ...text,
      ...part(
        'Content-Type: application/octet-stream; name="C:\\Temp\\new.dmp"\nContent-Disposition: attachment; filename="C:\\Temp\\new.dmp"',
        'x',
      ),
    ]),
    expected: { attachments: [{ name: 'new.dmp' }] },
  },
  {
    name: 'a name that climbs',
    bytes: mixed([...text, ...part('Content-Disposition: attachment; filename="../../etc/passwd"', 'x')]),
    expected: { attachments: [{ name: 'passwd' }] },
  },
  {
    name: 'a name without quotes that holds spaces',
    bytes: mixed([
      ...text,
      ...part(
        'Content-Type: application/zip; name=my dump file.zip\nContent-Disposition: attachment; filename=my dump file.zip',
        'x',
      ),
    ]),
    expected: { attachments: [{ name: 'my dump file.zip', type: 'application/zip' }] },
  },
  {
    name: 'one encoded name cut over two continuations',
    bytes: mixed([
      ...text,
      ...part(
        `Content-Disposition: attachment;\n filename*0="${word('很长的中文文件名字.zip', 'gbk').slice(0, 20)}";\n filename*1="${word('很长的中文文件名字.zip', 'gbk').slice(20)}"`,
        'x',
      ),
    ]),
    expected: { attachments: [{ name: '很长的中文文件名字.zip' }] },
  },
  {
    name: 'RFC 2231 in gb2312, in the wrong order',
    bytes: mixed([
      ...text,
      ...part(
        `Content-Disposition: attachment;\n filename*1*=%D7%AA%B4%A2.dmp;\n filename*0*=gb2312'zh'%C4%DA%B4%E6`,
        'x',
      ),
    ]),
    expected: { attachments: [{ name: '内存转储.dmp' }] },
  },
  {
    name: 'both forms of a name',
    bytes: mixed([
      ...text,
      ...part(`Content-Disposition: attachment; filename="_____.dmp"; filename*=UTF-8''%E8%BD%AC%E5%82%A8.dmp`, 'x'),
    ]),
    expected: { attachments: [{ name: '转储.dmp' }] },
  },
  {
    name: 'a name that lost its characters in one header',
    bytes: mixed([
      ...text,
      ...part(
        `Content-Type: application/octet-stream; name="${word('转储.dmp')}"\nContent-Disposition: attachment; filename="??.dmp"`,
        'x',
      ),
    ]),
    expected: { attachments: [{ name: '转储.dmp' }] },
  },
  {
    name: 'a name in percent signs',
    bytes: mixed([...text, ...part('Content-Disposition: attachment; filename="%E8%BD%AC%E5%82%A8.dmp"', 'x')]),
    expected: { attachments: [{ name: '转储.dmp' }] },
  },
  {
    name: 'no name at all',
    bytes: mixed([...text, ...part('Content-Type: application/pdf\nContent-Transfer-Encoding: base64', base64(data))]),
    expected: { attachments: [{ name: 'attachment-1.pdf', content: data }] },
  },
  // Structure
  {
    name: 'no closing boundary',
    bytes: bytesOf(
      head('x', 'Content-Type: multipart/mixed; boundary=b\n'),
      '\n--b\n\nhello\n--b\nContent-Disposition: attachment; filename=a.txt\n\nabc\n',
    ),
    expected: { text: 'hello', attachments: [{ name: 'a.txt' }], damage: ['not-closed'] },
  },
  {
    name: 'the declared boundary is nowhere',
    bytes: bytesOf(
      head('x', 'Content-Type: multipart/mixed; boundary="declared"\n'),
      '\n--real_1\nContent-Type: text/plain\n\nhello\n--real_1\nContent-Type: application/zip; name=a.zip\n\nPK\n--real_1--\n',
    ),
    expected: { text: 'hello', attachments: [{ name: 'a.zip' }], damage: ['wrong-boundary'] },
  },
  {
    name: 'no boundary parameter',
    bytes: bytesOf(
      head('x', 'Content-Type: multipart/alternative\n'),
      '\n--zzz\nContent-Type: text/plain\n\nhello\n--zzz--\n',
    ),
    expected: { text: 'hello', damage: ['no-boundary'] },
  },
  {
    name: 'a multipart that is none',
    bytes: bytesOf(head('x', 'Content-Type: multipart/mixed; boundary=b\n'), '\njust text\nmore\n'),
    expected: { text: 'just text\nmore', attachments: [] },
  },
  {
    name: 'an inner multipart that is not closed before the outer goes on',
    bytes: bytesOf(
      head('x', 'Content-Type: multipart/mixed; boundary=out\n'),
      '\n--out\nContent-Type: multipart/alternative; boundary=in\n\n--in\nContent-Type: text/plain\n\nhello\n--out\nContent-Type: application/zip; name=a.zip\n\nPK\n--out--\n',
    ),
    expected: { text: 'hello', attachments: [{ name: 'a.zip' }], damage: ['not-closed'] },
  },
  {
    name: 'a boundary that begins another',
    bytes: bytesOf(
      head('x', 'Content-Type: multipart/mixed; boundary=b\n'),
      '\n--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\nContent-Type: text/plain\n\nhello\n--bb--\n--b\nContent-Type: application/zip; name=a.zip\n\nPK\n--b--\n',
    ),
    expected: { text: 'hello', attachments: [{ name: 'a.zip' }], damage: [] },
  },
  {
    name: 'text is called base64 and is none',
    bytes: bytesOf(
      head('x', 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n'),
      '\nHello, this is plain. 你好！\n',
    ),
    expected: { text: 'Hello, this is plain. 你好！' },
  },
  {
    name: 'line feeds alone, no MIME',
    bytes: Buffer.from('From: a@x.example\nSubject: lf\n\none\ntwo\n'),
    expected: { subject: 'lf', text: 'one\ntwo' },
  },
  {
    name: 'carriage returns alone',
    bytes: Buffer.from('From: a@x.example\rSubject: cr\r\rone\rtwo\r'),
    expected: { subject: 'cr', text: 'one\ntwo' },
  },
  {
    name: 'doubled carriage returns',
    bytes: Buffer.from('From: a@x.example\r\r\nSubject: crcr\r\r\n\r\r\none\r\r\ntwo\r\r\n'),
    expected: { subject: 'crcr', text: 'one\ntwo' },
  },
  {
    name: 'zero bytes in header and body',
    bytes: Buffer.from('From: a@x.example\r\nSubject: n\0ul\r\n\r\no\0ne\r\n'),
    expected: { subject: 'n ul', text: 'one' },
  },
  {
    name: 'headers alone',
    bytes: Buffer.from('From: a@x.example\r\nSubject: alone'),
    expected: { subject: 'alone', text: '', from: { name: '', address: 'a@x.example' } },
  },
  {
    name: 'an mbox separator and a byte order mark',
    bytes: Buffer.concat([
      Buffer.from([0xef, 0xbb, 0xbf]),
      Buffer.from('From a@x.example Thu May  7 09:47:29 2020\nFrom: a@x.example\nSubject: mbox\n\nx'),
    ]),
    expected: { subject: 'mbox', from: { name: '', address: 'a@x.example' } },
  },
  {
    name: 'a folded header that lost its indent',
    bytes: bytesOf('From: a@x.example\nSubject: one two\nthree four\nTo: b@x.example\n\nbody'),
    expected: { subject: 'one twothree four', text: 'body', to: ['b@x.example'], damage: ['stray-header-line'] },
  },
  {
    name: 'no empty line above the body',
    bytes: bytesOf('From: a@x.example\nSubject: s\nHello there, this is\nthe body.\n'),
    expected: { subject: 's', text: 'Hello there, this is\nthe body.' },
  },
  // Addresses
  {
    name: 'two From headers',
    bytes: bytesOf('From: a@x.example\nFrom: b@x.example\nSubject: s\n\nx'),
    expected: { from: { name: '', address: 'a@x.example' }, damage: ['several-from'] },
  },
  {
    name: 'an empty From and a Sender',
    bytes: bytesOf('From: \nSender: Robot <r@x.example>\nSubject: s\n\nx'),
    expected: { from: { name: 'Robot', address: 'r@x.example' }, damage: ['no-from'] },
  },
  { name: 'no From at all', bytes: bytesOf('Subject: s\n\nx'), expected: { from: null, damage: ['no-from'] } },
  {
    name: 'groups, comments, semicolons, bare names',
    bytes: bytesOf(
      'From: jane@x.example (Jane (the) Miller)\nTo: Team: a@x.example, "B, C" <b@x.example>;, undisclosed-recipients:;\nCc: c@x.example; d@x.example;\nSubject: s\n\nx',
    ),
    expected: {
      from: { name: 'Jane (the) Miller', address: 'jane@x.example' },
      to: ['a@x.example', 'b@x.example'],
      cc: ['c@x.example', 'd@x.example'],
    },
  },
  {
    name: 'addresses with missing and doubled brackets',
    bytes: bytesOf(
      'From: Jane <jane@x.example\nTo: <<a@x.example>>, <mailto:b@x.example>, "x" c@x.example\nSubject: s\n\nx',
    ),
    expected: { from: { name: 'Jane', address: 'jane@x.example' }, to: ['a@x.example', 'b@x.example', 'c@x.example'] },
  },
  {
    name: 'a whole address in an encoded word',
    bytes: bytesOf(`From: ${word('"张三" <zhang@x.example>', 'gbk')}\nSubject: s\n\nx`),
    expected: { from: { name: '张三', address: 'zhang@x.example' } },
  },
  // Dates and identifiers
  {
    name: 'no Date, no Message-ID',
    bytes: bytesOf('From: a@x.example\nSubject: s\n\nx'),
    expected: { date: null, messageId: null },
  },
  {
    name: 'a broken date',
    bytes: bytesOf('From: a@x.example\nDate: 星期四 下午\nSubject: s\n\nx'),
    expected: { date: null, damage: ['bad-date'] },
  },
  {
    name: 'a date of another form',
    bytes: bytesOf('From: a@x.example\nDate: 2020-05-07 09:47:29 +0800\nSubject: s\n\nx'),
    expected: { date: '2020-05-07T01:47:29.000Z' },
  },
  {
    name: 'a date with two digits and a named zone',
    bytes: bytesOf('From: a@x.example\nDate: Thu, 07 May 20 09:47 EST\nSubject: s\n\nx'),
    expected: { date: '2020-05-07T14:47:00.000Z' },
  },
  {
    name: 'a Message-ID without brackets, a folded one in References',
    bytes: bytesOf(
      'From: a@x.example\nMessage-ID: abc@x.example\nReferences: <one@x\n .example>\n\t<two@x.example>\nSubject: s\n\nx',
    ),
    expected: { messageId: '<abc@x.example>' },
  },
  {
    name: 'content type in capitals and with odd punctuation',
    bytes: bytesOf(head('x', 'Content-Type: Text/HTML ; CHARSET = "UTF-8" ;\n'), '\n<b>Hi</b>'),
    expected: { text: 'Hi' },
  },
  {
    name: 'HTML in a part that says plain',
    bytes: bytesOf(
      head('x', 'Content-Type: text/plain; charset=utf-8\n'),
      '\n<!DOCTYPE html><html><body><p>Hi</p></body></html>',
    ),
    expected: { text: 'Hi' },
  },
];
