import { createHash } from 'node:crypto';

/** A name within a folder as a client sent it. */
export interface SentName {
  /** Tells it from all other names. */
  readonly bytes: Buffer;
  /** How it reads; other bytes may read the same. */
  readonly shown: string;
  /** UTF-8: perhaps somebody types what they saw of a name that has other bytes. */
  readonly isText: boolean;
}

type Decoder = InstanceType<typeof TextDecoder>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const gb18030 = new TextDecoder('gb18030', { fatal: true });
/** Signs that are not seen, that turn the direction of writing, or that no font has: they could disguise a name. */
const disguising = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** What only comes out where bytes are read in the wrong encoding. */
const implausible = /[\u0080-\u009f\p{Co}\p{Cn}]/u;

/** Bytes as characters U+0000 to U+00FF: ASCII, UTF-8 of two bytes, of three or four, or a byte that is none of them. */
const utf8Pieces =
  // eslint-disable-next-line no-control-regex -- bytes, not text
  /([\x00-\x7f]+|[\xc2-\xdf][\x80-\xbf])|(\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|([^])/g;
/** The same for the characters of GB2312, in which nearly all Chinese names are written. */
// eslint-disable-next-line no-control-regex -- bytes, not text
const gb2312Pieces = /([\x00-\x7f]+)|([\xa1-\xf7][\xa1-\xfe])|([^])/g;

export function sentName(bytes: Buffer): SentName {
  const text = decoded(utf8, bytes);
  return { bytes, isText: text !== null, shown: text === null ? guessed(bytes) : harmless(text) };
}

/** What a name may be shown as when another one reads the same, the best first; the last is nobody else's. */
export function othersToShow({ bytes, shown }: SentName): string[] {
  const numbers = Array.from({ length: 8 }, (_, index) => String(index + 2));
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return [...numbers, digest].map((sign) => withSign(shown, sign));
}

/** Each byte that is no plain letter, digit or `._-` as `%XX`: two names never give the same. */
export function percentEncoded(bytes: Buffer): string {
  return Array.from(bytes, (byte) => {
    const sign = String.fromCharCode(byte);
    return /[\w.-]/.test(sign) ? sign : percent(Buffer.of(byte));
  }).join('');
}

function withSign(name: string, sign: string): string {
  const dot = name.lastIndexOf('.');
  const end = dot > 0 ? dot : name.length;
  return `${name.slice(0, end)} (${sign})${name.slice(end)}`;
}

/**
 * What is no UTF-8 is UTF-8 with damage (a name that was cut in the middle of a sign) where most of it is; else GB18030,
 * the code page of Chinese Windows, if need be with damage; what cannot be read stands there as `%XX`.
 */
function guessed(bytes: Buffer): string {
  const asUtf8 = readInPieces(bytes, utf8, utf8Pieces);
  if (asUtf8.longBytes > asUtf8.broken) return asUtf8.text;
  const chinese = decoded(gb18030, bytes);
  if (chinese !== null && !implausible.test(chinese)) return harmless(chinese);
  const asChinese = readInPieces(bytes, gb18030, gb2312Pieces);
  return asChinese.broken < asUtf8.broken ? asChinese.text : asUtf8.text;
}

function readInPieces(bytes: Buffer, decoder: Decoder, pieces: RegExp) {
  let [text, longBytes, broken] = ['', 0, 0];
  for (const [piece, , long, other] of bytes.toString('latin1').matchAll(pieces)) {
    const raw = Buffer.from(piece, 'latin1');
    if (long !== undefined) longBytes += raw.length;
    if (other !== undefined) broken += 1;
    const read = other === undefined ? decoded(decoder, raw) : null;
    text += read === null ? percent(raw) : harmless(read);
  }
  return { text, longBytes, broken };
}

function decoded(decoder: Decoder, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Composed, since a letter with its accent as one sign or as two looks the same. */
function harmless(text: string): string {
  return text.normalize('NFC').replace(disguising, (sign) => percent(Buffer.from(sign)));
}

function percent(bytes: Buffer): string {
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
