import { encodingOf, type Encoding } from './charset-labels.js';
import { decodeText } from './decode-text.js';
import { decodeBase64, decodeQuotedPrintable } from './transfer-encoding.js';

/**
 * Reads the value of a header (RFC 2047). `raw` holds one character per byte, or plain Unicode. Beyond the RFC: a character
 * split over two encoded words, spaces inside words, words side by side without a space or within quotes, base64 without its
 * padding or cut at any place, a wrong charset label, no end mark, and bytes over 0x7f without any encoding, which are read
 * like the mail's text (`hint`).
 */
export function decodeHeader(raw: string, hint: Encoding | null = null): string {
  const value = raw.length > longestHeader ? raw.slice(0, longestHeader) : raw;
  return decodeWords(decodeRaw(value, hint), hint);
}

/** Longer values of a header are cut: nothing that people read is as long. */
const longestHeader = 100_000;

/** Reads bytes over 0x7f that stand in a header as they are. */
export function decodeRaw(raw: string, hint: Encoding | null): string {
  const holdsBytes = /[\x80-\xff]/.test(raw) && !/[^\0-\xff]/.test(raw);
  if (holdsBytes) return decodeText(Buffer.from(raw, 'latin1'), null, hint).text;
  // RFC 1468: Japanese mails of old wrote ISO-2022-JP into headers.
  return raw.includes('\x1b$') ? decodeText(Buffer.from(raw, 'latin1'), null).text : raw;
}

interface Word {
  charset: string;
  isBase64: boolean;
  content: string;
}

const word =
  /=\?\s*([^\s?=*]{1,60})(?:\*[^?\s]{0,40})?\s*\?\s*([bq])\s*\?([^]*?)(?:\?=|(?==\?[^\s?=]{1,60}\?[bq]\?)|$)/giy;

/** Decodes the encoded words in a text; what is between them stays, except white space between two of them. */
export function decodeWords(text: string, hint: Encoding | null = null): string {
  if (!text.includes('=?')) return text;
  let result = '';
  let run: Word[] = [];
  let from = 0;
  const flush = (): void => {
    if (run.length > 0) result += decodeRun(run, hint);
    run = [];
  };
  while (from < text.length) {
    const start = text.indexOf('=?', from);
    if (start < 0) break;
    word.lastIndex = start;
    const found = word.exec(text);
    const between = text.slice(from, start);
    if (run.length > 0 && between.trim() !== '') flush();
    if (run.length === 0) result += between;
    const isEnded = found?.[0].endsWith('?=') ?? false;
    if (found === null || (!isEnded && /\s/.test(found[3] ?? ''))) {
      flush();
      result += '=?';
      from = start + 2;
      continue;
    }
    const next: Word = {
      charset: found[1] ?? '',
      isBase64: (found[2] ?? '').toLowerCase() === 'b',
      content: found[3] ?? '',
    };
    const last = run.at(-1);
    if (last !== undefined && encodingOf(last.charset) !== encodingOf(next.charset)) flush();
    run.push(next);
    from = start + found[0].length;
  }
  flush();
  return result + text.slice(from);
}

/** Words of one charset side by side are one text: many programs split a character between them. */
function decodeRun(run: readonly Word[], hint: Encoding | null): string {
  const charset = run[0]?.charset ?? '';
  const apart = decodeText(Buffer.concat(run.map(bytesOf)), charset, hint).text;
  const isCutAnywhere = run.length > 1 && run.every(({ isBase64 }) => isBase64) && run.some(endsInsideGroup);
  if (!isCutAnywhere) return apart;
  // Some cut the base64 text itself, at any place, instead of encoding each word.
  const whole = bytesOf({ charset, isBase64: true, content: run.map(({ content }) => content).join('') });
  const together = decodeText(whole, charset, hint).text;
  return oddities(together) < oddities(apart) ? together : apart;
}

function endsInsideGroup({ content }: Word): boolean {
  const significant = content.replace(/[^A-Za-z0-9+/]/g, '').length;
  return significant % 4 !== 0 && !content.includes('=');
}

function oddities(text: string): number {
  return text.match(/[\ufffd\p{Co}]|(?![\t\n\r])\p{Cc}/gu)?.length ?? 0;
}

function bytesOf({ isBase64, content }: Word): Uint8Array {
  const bytes = Buffer.from(content, 'latin1');
  if (isBase64) return decodeBase64(bytes);
  // Spaces inside a word are meant, `_` is one too; a line end inside is folding.
  return decodeQuotedPrintable(Buffer.from(content.replace(/[\r\n]+[ \t]*/g, '').replaceAll('_', ' '), 'latin1'), true);
}
