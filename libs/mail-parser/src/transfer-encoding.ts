/** What a byte is in base64; 64 for the padding, 255 for what does not belong. `-` and `_` are base64url's. */
const base64Values = new Uint8Array(256).fill(255);
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let index = 0; index < alphabet.length; index++) base64Values[alphabet.charCodeAt(index)] = index;
base64Values[0x2d] = 62;
base64Values[0x5f] = 63;
base64Values[0x3d] = 64;

/**
 * Decodes base64 (RFC 2045, section 6.8): what does not belong is passed over, missing padding is no error, and padding
 * in the middle, where encoded pieces were put together, begins a new group.
 */
export function decodeBase64(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.floor((bytes.length * 3) / 4) + 3);
  let length = 0;
  let group = 0;
  let count = 0;
  for (const byte of bytes) {
    const value = base64Values[byte] as number;
    if (value < 64) {
      group = (group << 6) | value;
      if (++count === 4) {
        result[length++] = (group >> 16) & 0xff;
        result[length++] = (group >> 8) & 0xff;
        result[length++] = group & 0xff;
        group = 0;
        count = 0;
      }
    } else if (value === 64 && count > 0) {
      length = endGroup(result, length, group, count);
      group = 0;
      count = 0;
    }
  }
  return result.subarray(0, endGroup(result, length, group, count));
}

function endGroup(result: Uint8Array, length: number, group: number, count: number): number {
  if (count === 2) result[length++] = (group >> 4) & 0xff;
  if (count === 3) {
    result[length++] = (group >> 10) & 0xff;
    result[length++] = (group >> 2) & 0xff;
  }
  return length;
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}

/**
 * Decodes quoted-printable (RFC 2045, section 6.7). A `=` that begins nothing stays; white space at line ends, which only
 * transport puts there, goes. In encoded words (`inHeader`) there are no lines.
 */
export function decodeQuotedPrintable(bytes: Uint8Array, inHeader = false): Uint8Array {
  const result = new Uint8Array(bytes.length);
  let length = 0;
  // Where white space ended last that the encoder meant: encoded, or before anything else than a line end.
  let meant = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    if (byte === 0x3d) {
      const high = hexValue(bytes[index + 1]);
      const low = hexValue(bytes[index + 2]);
      if (high >= 0 && low >= 0) {
        result[length++] = high * 16 + low;
        meant = length;
        index += 2;
        continue;
      }
      const end = inHeader ? -1 : softLineEnd(bytes, index + 1);
      if (end >= 0) {
        meant = length;
        index = end;
        continue;
      }
    }
    if (!inHeader && (byte === 0x0a || (byte === 0x0d && bytes[index + 1] === 0x0a))) {
      while (length > meant && (result[length - 1] === 0x20 || result[length - 1] === 0x09)) length--;
    }
    result[length++] = byte;
    if (byte !== 0x20 && byte !== 0x09) meant = length;
  }
  return result.subarray(0, length);
}

/** The index of a soft line break's last byte when one begins here; -1 else. A `=` at the very end is one too. */
function softLineEnd(bytes: Uint8Array, from: number): number {
  let index = from;
  while (bytes[index] === 0x20 || bytes[index] === 0x09) index++;
  if (index >= bytes.length) return bytes.length - 1;
  if (bytes[index] === 0x0a) return index;
  if (bytes[index] !== 0x0d) return -1;
  return bytes[index + 1] === 0x0a ? index + 1 : index;
}

/** A file in a text (uuencode, POSIX.1-2008), and where its lines stand. */
export interface UuencodedFile {
  name: string;
  content: Uint8Array;
  start: number;
  end: number;
}

type FileBody = Pick<UuencodedFile, 'content' | 'end'>;

const mostUuencoded = 100;

/** Finds the files in a text that is given as one character per byte. What has no line of data or no end is none. */
export function uuencodedFilesIn(text: string): UuencodedFile[] {
  const files: UuencodedFile[] = [];
  const begin = /^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,300})\r?\n/gm;
  let hasBase64End = true;
  for (let found = begin.exec(text); found !== null && files.length < mostUuencoded; found = begin.exec(text)) {
    const start = found.index;
    const data = start + found[0].length;
    const isBase64 = found[0].startsWith('begin-');
    const file: FileBody | null = !isBase64
      ? uuencodedLines(text, data)
      : hasBase64End
        ? base64Lines(text, data)
        : null;
    if (isBase64) hasBase64End = file !== null;
    if (file === null) continue;
    files.push({ name: (found[1] ?? '').trim(), start, ...file });
    begin.lastIndex = file.end;
  }
  return files;
}

function uuencodedLines(text: string, data: number): FileBody | null {
  const pieces: Uint8Array[] = [];
  for (let from = data; from < text.length;) {
    const lineEnd = text.indexOf('\n', from);
    const next = lineEnd < 0 ? text.length : lineEnd + 1;
    const line = text.slice(from, lineEnd < 0 ? text.length : lineEnd).replace(/\r$/, '');
    if (/^end[ \t]*$/.test(line)) return pieces.length === 0 ? null : { content: Buffer.concat(pieces), end: next };
    const length = (line.charCodeAt(0) - 0x20) & 0x3f;
    const isData = /^[\x20-\x60]{1,90}$/.test(line) && line.length - 1 >= Math.ceil((length * 4) / 3) - 4;
    if (line.trim() !== '' && !isData) return null;
    if (length > 0 && line !== '') pieces.push(uudecode(line, length));
    from = next;
  }
  return null;
}

function uudecode(line: string, length: number): Uint8Array {
  const result = new Uint8Array(Math.ceil(length / 3) * 3);
  const value = (index: number): number => ((index < line.length ? line.charCodeAt(index) : 0x20) - 0x20) & 0x3f;
  for (let from = 1, to = 0; to < length; from += 4, to += 3) {
    const group = (value(from) << 18) | (value(from + 1) << 12) | (value(from + 2) << 6) | value(from + 3);
    result[to] = group >> 16;
    result[to + 1] = (group >> 8) & 0xff;
    result[to + 2] = group & 0xff;
  }
  return result.subarray(0, length);
}

function base64Lines(text: string, data: number): FileBody | null {
  const end = /^====[ \t]{0,10}\r?\n?/gm;
  end.lastIndex = data;
  const found = end.exec(text);
  if (found === null) return null;
  const content = decodeBase64(Buffer.from(text.slice(data, found.index), 'latin1'));
  return { content, end: end.lastIndex };
}
