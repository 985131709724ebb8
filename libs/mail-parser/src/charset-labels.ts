import iconv from 'iconv-lite';

/**
 * How bytes become characters. Names with a capital are decoders of our own, the others are iconv-lite's; `unknown` is
 * what no table knows, `ascii` what says nothing about bytes over 0x7f.
 */
export type Encoding = string;

const aliases: Readonly<Record<string, Encoding>> = {
  // All of mainland China's sets are read as the largest of them; software labels GBK as GB2312 all the time.
  ...sameAs('gb18030', [
    ...['gbk', 'gb2312', 'cp936', 'ms936', 'xgbk', 'windows936', '936', 'gb231280', 'csgb2312', 'csgbk', 'chinese'],
    ...['euccn', 'xeuccn', 'cngb', 'isoir58', 'csiso58gb231280', 'gb18030', 'csgb18030', 'gb180302000', 'gb180302022'],
    ...['gb', 'gb2312charset', 'hzgb18030', 'zhcn', 'gbk2312', 'gb13000', 'gb130001'],
  ]),
  ...sameAs('HZ', ['hzgb2312', 'hz', 'cshzgb2312']),
  ...sameAs('big5hkscs', [
    ...['big5', 'big5hkscs', 'cnbig5', 'csbig5', 'xxbig5', 'xbig5', 'windows950', 'cp950', 'ms950', '950'],
    ...['big5eten', 'big5tw', 'zhtw'],
  ]),
  ...sameAs('ISO-2022-JP', ['iso2022jp', 'csiso2022jp', 'iso2022jp1', 'iso2022jp2', 'iso2022jpms', 'cp50220', 'jis']),
  ...sameAs('ISO-2022-KR', ['iso2022kr', 'csiso2022kr']),
  ...sameAs('ISO-2022-CN', ['iso2022cn', 'iso2022cnext']),
  ...sameAs('shiftjis', [
    'shiftjis',
    'sjis',
    'xsjis',
    'mskanji',
    'cp932',
    'windows31j',
    'cswindows31j',
    'windows932',
    'ms932',
  ]),
  ...sameAs('eucjp', ['eucjp', 'xeucjp', 'ujis', 'cseucpkdfmtjapanese', 'eucjpms', 'cp51932']),
  ...sameAs('euckr', [
    ...['euckr', 'cp949', 'ksc56011987', 'ksc5601', 'ksc56011989', 'windows949', 'uhc', 'korean', 'cseuckr', 'ms949'],
    ...['isoir149', 'ks5601'],
  ]),
  ...sameAs('utf8', ['utf8', 'utf8mb4', 'unicode11utf8', 'xutf8', 'utf8n', 'utf', 'cp65001', '65001', 'unicode']),
  ...sameAs('utf7', ['utf7', 'unicode11utf7', 'csunicode11utf7', 'xunicode11utf7', 'cp65000']),
  ...sameAs('utf16le', ['utf16le', 'ucs2', 'iso10646ucs2', 'utf16', 'csunicode']),
  ...sameAs('utf16be', ['utf16be']),
  // What servers write when they do not know.
  ...sameAs('ascii', [
    ...['usascii', 'ascii', 'ansix341968', 'ansix341986', 'iso646us', 'us', 'csascii', 'cp367', '7bit', '8bit'],
    ...['unknown8bit', 'xunknown', 'unknown', 'xuserdefined', 'default', 'defaultcharset', 'none', 'null', 'undefined'],
    ...['binary', 'ansi', '', 'auto', 'autodetect', 'autodetectall', 'plain', 'text'],
  ]),
  // As browsers do: the window of 0x80–0x9f is never meant as control characters.
  ...sameAs('windows1252', ['iso88591', 'latin1', 'l1', 'windows1252', 'cp1252', 'xcp1252', 'isoir100', 'cp819']),
  ...sameAs('windows874', ['tis620', 'iso885911', 'windows874']),
  ...sameAs('windows1254', ['iso88599', 'latin5', 'windows1254']),
  ...sameAs('iso88598', ['iso88598i', 'iso88598e', 'logical', 'visual', 'iso88598']),
};

/** Finds the encoding behind a label as mails write it: any case, quoted, with spaces, `x-` or `charset=` before it. */
export function encodingOf(label: string | null | undefined): Encoding {
  const bare = (label ?? '')
    .slice(0, 80)
    .toLowerCase()
    .replace(/^[\s"'=]*(?:charset\s*=)?/, '')
    .replace(/[^a-z0-9]/g, '');
  const known = aliases[bare] ?? aliases[bare.replace(/^x/, '')];
  if (known !== undefined) return known;
  return iconv.encodingExists(bare) && !internal.has(bare) ? bare : 'unknown';
}

/** Names that iconv-lite knows and no mail means. */
const internal = new Set(['hex', 'base64', 'internal', 'cesu8', 'utf7imap', 'utf32', 'ucs4']);

function sameAs(encoding: Encoding, labels: readonly string[]): Record<string, Encoding> {
  return Object.fromEntries(labels.map((label) => [label, encoding]));
}
