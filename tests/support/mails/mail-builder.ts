import iconv from 'iconv-lite';

/** A mail made by code, and what its reader should find. Texts are compared without white space around lines. */
export interface MailSample {
  name: string;
  bytes: Buffer;
  expected: {
    from?: { name: string; address: string } | null;
    to?: string[];
    cc?: string[];
    subject?: string;
    /** The whole text. */
    text?: string;
    /** Pieces of the text, in any order. */
    says?: string[];
    doesNotSay?: string[];
    newText?: string;
    attachments?: { name: string; type?: string; content?: Uint8Array }[];
    automatic?: boolean;
    kind?: string;
    bounce?: {
      status?: string | null;
      recipient?: string | null;
      permanent?: boolean;
      originalMessageId?: string;
    } | null;
    damage?: string[];
    messageId?: string | null;
    date?: string | null;
  };
}

export const encoded = (text: string, charset: string): Buffer => iconv.encode(text, charset);

/** Bytes of pieces, texts as UTF-8 with `\n` turned into CRLF; buffers as they are. */
export function bytesOf(...pieces: (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece.replace(/\r?\n/g, '\r\n')) : piece)),
  );
}

/** An encoded word (RFC 2047). */
export function word(text: string, charset = 'utf-8', encoding: 'B' | 'Q' = 'B'): string {
  const bytes = encoded(text, charset);
  if (encoding === 'B') return `=?${charset}?B?${bytes.toString('base64')}?=`;
  return `=?${charset}?Q?${[...bytes].map((byte) => (byte === 0x20 ? '_' : /[A-Za-z0-9]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hex(byte))).join('')}?=`;
}

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** Base64 in lines of 76. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/.{76}/g, '$&\r\n');
}

/** Quoted-printable that keeps every byte: line ends are encoded too. */
export function quotedPrintable(bytes: Uint8Array, keepsLines = false): string {
  let line = '';
  let result = '';
  for (const [index, byte] of [...bytes].entries()) {
    if (keepsLines && byte === 0x0d && bytes[index + 1] === 0x0a) continue;
    if (keepsLines && byte === 0x0a) {
      result += `${line}\r\n`;
      line = '';
      continue;
    }
    const piece = byte >= 0x21 && byte <= 0x7e && byte !== 0x3d ? String.fromCharCode(byte) : hex(byte);
    if (line.length + piece.length > 73) {
      result += `${line}=\r\n`;
      line = '';
    }
    line += piece;
  }
  return result + line;
}

/** A file as uuencode writes it into a text. */
export function uuencoded(name: string, bytes: Uint8Array): string {
  const sign = (value: number): string => (value === 0 ? '`' : String.fromCharCode(0x20 + value));
  let result = `begin 644 ${name}\r\n`;
  for (let from = 0; from < bytes.length; from += 45) {
    const line = bytes.subarray(from, from + 45);
    result += sign(line.length);
    for (let at = 0; at < line.length; at += 3) {
      const group = ((line[at] ?? 0) << 16) | ((line[at + 1] ?? 0) << 8) | (line[at + 2] ?? 0);
      result += sign(group >> 18) + sign((group >> 12) & 63) + sign((group >> 6) & 63) + sign(group & 63);
    }
    result += '\r\n';
  }
  return `${result}\`\r\nend\r\n`;
}

/** Bytes of all kinds, among them line ends of every form, zeros, dashes and what looks like a boundary. */
export function binary(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 16;
  }
  bytes.write('\r\n--\r\n\n\r\r\n.\r\nFrom \0', Math.min(10, length));
  return bytes;
}

/** The usual headers of a mail to the support centre. */
export function head(subject: string, more = ''): string {
  return `From: "Jane Miller" <jane@contoso.example>\nTo: case@support.example\nSubject: ${subject}\nDate: Thu, 7 May 2020 09:47:29 +0800\nMessage-ID: <1@contoso.example>\nMIME-Version: 1.0\n${more}`;
}
