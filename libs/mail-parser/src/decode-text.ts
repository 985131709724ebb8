import iconv from 'iconv-lite';
import { encodingOf, type Encoding } from './charset-labels.js';
import { plausibilityOf, shareOfCommon, utf8LookOf, type Utf8Look } from './charset-plausibility.js';
import { decodeHz, decodeIso2022 } from './stateful-charsets.js';

/** A text, the encoding it was read in, and whether that is another one than was declared. */
export interface DecodedText {
  text: string;
  encoding: Encoding;
  wasGuessed: boolean;
}

/**
 * Reads bytes as text. The declared charset is believed unless the bytes deny it: mail programs in China label GBK as
 * `us-ascii`, `utf-8` or `iso-8859-1`, and UTF-8 as `gb2312`. `hint` is the charset of the text around it. Never throws.
 */
export function decodeText(bytes: Uint8Array, declared: string | null, hint: Encoding | null = null): DecodedText {
  const label = encodingOf(declared);
  const encoding = encodingBehind(bytes, label, hint);
  return { text: decodeAs(bytes, encoding), encoding, wasGuessed: encoding !== label };
}

/** Reads bytes in a known encoding. */
export function decodeAs(bytes: Uint8Array, encoding: Encoding): string {
  const text = decodeKnown(bytes, encoding);
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function decodeKnown(bytes: Uint8Array, encoding: Encoding): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (encoding === 'utf8') return view.toString('utf8');
  if (encoding === 'HZ') return decodeHz(bytes);
  if (encoding.startsWith('ISO-2022-')) return decodeIso2022(bytes);
  if (encoding === 'ascii' || encoding === 'unknown') return iconv.decode(view, 'windows1252');
  return iconv.decode(view, encoding);
}

function encodingBehind(bytes: Uint8Array, label: Encoding, hint: Encoding | null): Encoding {
  const isSevenBit = !bytes.some((byte) => byte >= 0x80);
  if (isSevenBit) return sevenBitEncoding(bytes, label);
  // Two bytes each: nothing that bytes could deny.
  if (label === 'utf16le' || label === 'utf16be') return hasZeroBytes(bytes) ? label : guess(bytes, hint);
  const utf8 = utf8LookOf(bytes);
  if (label === 'utf8') return isUtf8(utf8) ? 'utf8' : (plausible(bytes, hint, 0.7) ?? 'utf8');
  if (label === 'ascii' || label === 'unknown' || isSevenBitLabel(label)) return guess(bytes, hint);
  if (utf8.invalid === 0 && utf8.more >= 2 && !looksRight(bytes, label, 0.85)) return 'utf8';
  if (label === 'windows1252') return isWestern(bytes) ? label : (plausible(bytes, hint, 0.9) ?? label);
  if (looksRight(bytes, label, 0.4)) return label;
  const other = plausible(bytes, hint, 0.9);
  return other === null || other === label ? label : other;
}

function sevenBitEncoding(bytes: Uint8Array, label: Encoding): Encoding {
  if (isSevenBitLabel(label)) return label;
  const escape = bytes.indexOf(0x1b);
  if (escape >= 0) {
    const after = String.fromCharCode(...bytes.subarray(escape + 1, escape + 4));
    if (/^\$(?:[@B]|\(D)|^\([IJ]/.test(after)) return 'ISO-2022-JP';
    if (after.startsWith('$)C')) return 'ISO-2022-KR';
    if (/^\$\)[AG]/.test(after)) return 'ISO-2022-CN';
  }
  return label === 'unknown' || (label.startsWith('utf16') && !hasZeroBytes(bytes)) ? 'ascii' : label;
}

function isSevenBitLabel(label: Encoding): boolean {
  return label === 'HZ' || label === 'utf7' || label.startsWith('ISO-2022-');
}

/** The encoding of bytes that nobody declared, or declared wrongly. */
function guess(bytes: Uint8Array, hint: Encoding | null): Encoding {
  if (isUtf8(utf8LookOf(bytes))) return 'utf8';
  const says = hint !== null && !['utf8', 'ascii', 'unknown'].includes(hint) ? hint : null;
  if (says === 'koi8r' || says === 'windows1251') return cyrillic(bytes) ?? says;
  if (says !== null && looksRight(bytes, says, 0.5)) return says;
  return plausible(bytes, hint, 0.6) ?? cyrillic(bytes) ?? (onlyFits(bytes) ? 'gb18030' : 'windows1252');
}

/** Some bad bytes in a long text, such as a character cut off in its middle, do not make it another encoding. */
function isUtf8({ two, more, invalid }: Utf8Look): boolean {
  return two + more > 0 ? invalid === 0 || (more > 0 && invalid * 8 < two + more * 2) : invalid === 0;
}

/** The two-byte encoding in which the bytes look most like text, at least by `least`; mainland China's when several do. */
function plausible(bytes: Uint8Array, hint: Encoding | null, least: number): Encoding | null {
  const share = (encoding: Encoding): number => {
    const seen = plausibilityOf(bytes, encoding);
    return seen === null ? 0 : shareOfCommon(seen);
  };
  const favoured = hint !== null && share(hint) >= least ? hint : null;
  const gb = share('gb18030');
  if (isKorean(bytes)) return 'euckr';
  const others = (['big5hkscs', 'eucjp', 'shiftjis'] as const)
    .map((encoding) => ({ encoding, share: share(encoding) }))
    // Japanese is a mixture of kana and characters.
    .map((seen) =>
      seen.encoding === 'big5hkscs' ? seen : { ...seen, share: seen.share > 0.35 ? seen.share + 0.4 : 0 },
    )
    .sort((one, other) => other.share - one.share);
  const best = others[0];
  if (best && best.share >= least && best.share > gb + 0.15) return favoured ?? best.encoding;
  return favoured ?? (gb >= least ? 'gb18030' : null);
}

/** Hangul leaves the upper half of the table alone, and Korean writes spaces; Chinese does neither. */
function isKorean(bytes: Uint8Array): boolean {
  const seen = plausibilityOf(bytes, 'euckr');
  if (seen === null || seen.common < 12 || shareOfCommon(seen) < 0.97) return false;
  const spaces = bytes.reduce((count, byte) => count + (byte === 0x20 ? 1 : 0), 0);
  return spaces * 8 > seen.common;
}

/** False only for the two-byte encodings, when bytes do not look like text in them. */
function looksRight(bytes: Uint8Array, encoding: Encoding, least: number): boolean {
  const seen = plausibilityOf(bytes, encoding);
  if (seen === null) return true;
  if (encoding === 'eucjp' || encoding === 'shiftjis') return seen.invalid * 50 <= seen.common + seen.rare;
  return shareOfCommon(seen) >= least;
}

/** In western texts letters over 0x7f stand alone between plain ones. */
function isWestern(bytes: Uint8Array): boolean {
  let alone = 0;
  let together = 0;
  for (let index = 0; index < bytes.length && index < 20_000; index++) {
    if ((bytes[index] ?? 0) < 0x80) continue;
    const start = index;
    while ((bytes[index + 1] ?? 0) >= 0x80) index++;
    if (index === start) alone++;
    else together += index - start + 1;
  }
  return alone * 2 >= together;
}

/** Russian words are runs of letters over 0xbf: small ones over 0xdf in windows-1251, below 0xe0 in KOI8-R. */
function cyrillic(bytes: Uint8Array): Encoding | null {
  if (isWestern(bytes)) return null;
  let upper = 0;
  let lower = 0;
  let other = 0;
  for (const byte of bytes.subarray(0, 20_000)) {
    if (byte >= 0xe0) upper++;
    else if (byte >= 0xc0) lower++;
    else if (byte >= 0x80) other++;
  }
  if (upper + lower < 6 || other * 8 > upper + lower) return null;
  if (upper > lower * 3) return 'windows1251';
  return lower > upper * 3 ? 'koi8r' : null;
}

/** Rare names: two or more characters that only mainland China's set gives a sense to. */
function onlyFits(bytes: Uint8Array): boolean {
  const seen = plausibilityOf(bytes, 'gb18030');
  return seen !== null && seen.invalid === 0 && seen.common > 0 && seen.rare <= seen.common * 2 && !isWestern(bytes);
}

function hasZeroBytes(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 4_000).includes(0);
}
