import { textOfPiece, type BodyPiece } from './body-text.js';
import { encodingOf, type Encoding } from './charset-labels.js';
import { excerpt, type DamageNotes, type Limits } from './damage.js';
import { decodeText } from './decode-text.js';
import { decodeHeader } from './encoded-words.js';
import { nameOfMail, nameOfType, tidyName } from './file-names.js';
import { unflowed } from './flowed-text.js';
import { readHeaderBlock, type HeaderField } from './header-block.js';
import { attributeOf } from './html-tokens.js';
import { headerOf, type Part } from './mime-tree.js';
import { readParameters, type ParameterizedValue } from './parameters.js';
import { readTnef } from './tnef.js';
import { withWholeCharacters } from './whole-characters.js';
import { decodeBase64, decodeQuotedPrintable, uuencodedFilesIn } from './transfer-encoding.js';

/** A file of a mail, byte for byte as it was attached. */
export interface Attachment {
  /** One plain file name; never empty. */
  name: string;
  /** Its media type in lower case, without parameters. */
  type: string;
  content: Uint8Array;
  /** Whether the mail shows it within its text, such as a picture. */
  isInline: boolean;
  /** By which HTML names it, without brackets. */
  contentId: string | null;
}

/** A report of a mail server (`fields`: one map for each block, names in lower case) or the headers of a mail inside. */
export interface Enclosed {
  type: string;
  fields: ReadonlyMap<string, string>[];
}

interface Content {
  text: string;
  html: string | null;
  /** Whether any of the text was read from HTML. */
  isFromHtml: boolean;
  attachments: Attachment[];
  enclosed: Enclosed[];
}

/** Reads what the parts of a mail hold; `charset` is that of its first text that holds more than ASCII. */
export function readParts(
  raw: Buffer,
  root: Part,
  limits: Limits,
  notes: DamageNotes,
  isTimeOver: () => boolean,
): { content: Content; charset: Encoding | null } {
  const reader = new PartsReader(raw, limits, notes, isTimeOver);
  const pieces = reader.read(root);
  return { content: reader.contentOf(pieces), charset: reader.charset };
}

class PartsReader {
  charset: Encoding | null = null;
  private readonly attachments: Attachment[] = [];
  private readonly enclosed: Enclosed[] = [];
  private number = 0;

  constructor(
    private readonly raw: Buffer,
    private readonly limits: Limits,
    private readonly notes: DamageNotes,
    private readonly isTimeOver: () => boolean,
  ) {}

  read(root: Part): BodyPiece[] {
    this.charset = this.charsetAhead(root);
    return this.piecesOf(root, null);
  }

  contentOf(all: readonly BodyPiece[]): Content {
    const { textLength, htmlLength, attachments: mostAttachments } = this.limits;
    const own = all.filter(({ isSpare }) => isSpare !== true);
    const saysSomething = own.some(({ plain, html }) => plain?.trim() || html?.trim());
    const pieces = saysSomething ? own : all;
    const texts = pieces.map((piece) => {
      if ((piece.html?.length ?? 0) > htmlLength) this.notes.over('htmlLength', piece.html?.length ?? 0, htmlLength);
      return textOfPiece(piece, htmlLength);
    });
    const text = readable(texts.filter((one) => one.trim() !== '').join('\n'));
    if (text.length > textLength) this.notes.over('textLength', text.length, textLength);
    if (this.number > mostAttachments) this.notes.over('attachments', this.number, mostAttachments);
    const html = pieces.flatMap((piece) => piece.html ?? []).join('\n');
    return {
      text: text.slice(0, textLength),
      html: html === '' ? null : withWholeCharacters(html),
      isFromHtml: texts.some((one, index) => one.trim() !== '' && one !== pieces[index]?.plain),
      attachments: this.attachments,
      enclosed: this.enclosed,
    };
  }

  /** Headers before the text are guessed by the text. */
  private charsetAhead(part: Part): Encoding | null {
    for (const child of part.children) {
      const found = this.charsetAhead(child);
      if (found !== null) return found;
    }
    if (part.children.length > 0 || !isText(part.type)) return null;
    const declared = contentTypeOf(part).parameters.get('charset') ?? null;
    const label = encodingOf(declared);
    const content = this.decode(part).subarray(0, 50_000);
    if (!content.some((byte) => byte >= 0x80)) return label === 'ascii' || label === 'unknown' ? null : label;
    return decodeText(content, declared).encoding;
  }

  private piecesOf(part: Part, parent: Part | null): BodyPiece[] {
    if (part.children.length === 0) return this.leaf(part, parent);
    const pieces = part.children.map((child) => this.piecesOf(child, part));
    if (part.type !== 'multipart/alternative') return pieces.flat();
    // The same in several forms, each of which may consist of pieces.
    const all = pieces.flat();
    const joined = (form: 'plain' | 'html'): string | null => {
      const found = all.flatMap((piece) => piece[form] ?? []);
      return found.length === 0 ? null : found.join('\n');
    };
    return [{ plain: joined('plain'), html: joined('html') }];
  }

  private leaf(part: Part, parent: Part | null): BodyPiece[] {
    if (part.bodyEnd <= part.bodyStart && part.headers.length === 0) return [];
    const contentType = contentTypeOf(part, this.charset);
    const disposition = readParameters(headerOf(part, 'content-disposition') ?? '', this.charset);
    const name = fileNameOf(contentType, disposition);
    if (isBody(part, parent, disposition.value, name)) return this.body(part, contentType);
    if (part.type === 'text/x-amp-html' || part.type === 'text/watch-html') return [];
    if (!this.mayTake()) return [];
    const content = this.decode(part);
    if (part.type === 'application/ms-tnef' || part.type === 'application/vnd.ms-tnef' || /^winmail\.dat$/i.test(name))
      return this.tnef(part, content, name);
    this.noteEnclosed(part.type, content);
    const isMail = part.type === 'message/rfc822' || part.type === 'message/global';
    this.attachments.push({
      name: name || (isMail ? this.nameOfInner(content) : nameOfType(part.type, this.number)),
      type: part.type,
      content,
      isInline: disposition.value !== 'attachment' && headerOf(part, 'content-id') !== null,
      contentId:
        headerOf(part, 'content-id')
          ?.replace(/^\s*<|>\s*$/g, '')
          .slice(0, 300) ?? null,
    });
    return [];
  }

  /** Counts one more attachment; false when there are too many already. */
  private mayTake(): boolean {
    this.number++;
    return this.attachments.length < this.limits.attachments && !this.isTimeOver();
  }

  private body(part: Part, { parameters }: ParameterizedValue): BodyPiece[] {
    if (this.isTimeOver()) return [];
    const content = this.decode(part);
    let isHtml = part.type === 'text/html' || part.type === 'application/xhtml+xml';
    const declared = parameters.get('charset') ?? (isHtml ? charsetOfHtml(content) : null);
    const withoutFiles = isHtml ? content : this.withoutUuencoded(content);
    const { text, encoding, wasGuessed } = decodeText(withoutFiles, declared, this.charset);
    if (wasGuessed && declared !== null)
      this.notes.note({ kind: 'wrong-charset', found: excerpt(declared), allowed: encoding });
    isHtml ||= /^\s*(?:<!doctype html|<html[\s>])/i.test(text.slice(0, 500));
    if (isHtml) return [{ plain: null, html: text }];
    const lines = text.replace(/\r+\n|\r/g, '\n');
    const isFlowed = parameters.get('format')?.toLowerCase() === 'flowed';
    return [
      { plain: isFlowed ? unflowed(lines, parameters.get('delsp')?.toLowerCase() === 'yes') : lines, html: null },
    ];
  }

  /** Files that stand in the text itself become attachments. */
  private withoutUuencoded(content: Uint8Array): Uint8Array {
    const bytes = asBuffer(content);
    if (!bytes.includes('\nbegin') && !bytes.subarray(0, 5).equals(Buffer.from('begin'))) return content;
    const text = bytes.toString('latin1');
    let rest = '';
    let from = 0;
    for (const file of uuencodedFilesIn(text)) {
      rest += text.slice(from, file.start);
      from = file.end;
      if (!this.mayTake()) continue;
      const name =
        tidyName(decodeHeader(file.name, this.charset)) || nameOfType('application/octet-stream', this.number);
      this.attachments.push({ name, type: typeOfName(name), content: file.content, isInline: false, contentId: null });
    }
    return from === 0 ? content : Buffer.from(rest + text.slice(from), 'latin1');
  }

  private tnef(part: Part, content: Uint8Array, name: string): BodyPiece[] {
    const opened = readTnef(content, this.limits.attachments);
    if (opened === null || opened.isDamaged)
      this.notes.note({
        kind: 'unreadable-tnef',
        found: excerpt(Buffer.from(content.subarray(0, 16)).toString('hex')),
      });
    if (opened === null) {
      this.attachments.push({
        name: name || 'winmail.dat',
        type: part.type,
        content,
        isInline: false,
        contentId: null,
      });
      return [];
    }
    this.number--;
    for (const file of opened.files) {
      if (!this.mayTake()) continue;
      const plain = tidyName(file.name) || nameOfType(file.type ?? 'application/octet-stream', this.number);
      this.attachments.push({
        name: plain,
        type: file.type ?? typeOfName(plain),
        content: file.content,
        isInline: file.contentId !== null,
        contentId: file.contentId,
      });
    }
    // Only where the mail itself says nothing: Outlook puts the same text beside it.
    return opened.text === null && opened.html === null
      ? []
      : [{ plain: opened.text, html: opened.html, isSpare: true }];
  }

  private noteEnclosed(type: string, content: Uint8Array): void {
    if (this.enclosed.length >= 20) return;
    if (/^message\/(?:global-)?(?:delivery-status|disposition-notification)$|^message\/feedback-report$/.test(type))
      this.enclosed.push({ type, fields: this.blocksOf(content, 500) });
    if (/^(?:message\/(?:rfc822|global|global-headers)|text\/rfc822-headers)$/.test(type))
      this.enclosed.push({ type, fields: this.blocksOf(content, 1) });
  }

  private blocksOf(content: Uint8Array, most: number): Map<string, string>[] {
    const bytes = asBuffer(content);
    const blocks: Map<string, string>[] = [];
    const limits = { headerBytes: 100_000, headerFields: 500 };
    for (let at = 0; at < bytes.length && blocks.length < most;) {
      while (bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
      const { headers, end } = readHeaderBlock(bytes, at, limits, silent, () => false);
      if (headers.length > 0) blocks.push(mapOf(headers, this.charset));
      if (end <= at) break;
      at = end;
    }
    return blocks;
  }

  private nameOfInner(content: Uint8Array): string {
    const [fields] = this.blocksOf(content, 1);
    return nameOfMail(fields?.get('subject') ?? '');
  }

  private decode(part: Part): Uint8Array {
    const content = this.raw.subarray(part.bodyStart, part.bodyEnd);
    const encoding = (headerOf(part, 'content-transfer-encoding') ?? '')
      .trim()
      .toLowerCase()
      .replace(/[\s;(].*$/s, '');
    if (encoding === 'base64') return looksLikeBase64(content) ? decodeBase64(content) : content;
    if (encoding === 'quoted-printable') return decodeQuotedPrintable(content);
    if (/^(?:x-)?uu(?:e|encode|encoded)?$/.test(encoding)) {
      const [file] = uuencodedFilesIn(content.toString('latin1'));
      return file?.content ?? content;
    }
    return content;
  }
}

const silent: Pick<DamageNotes, 'note' | 'over' | 'all'> = { all: [], note: () => undefined, over: () => undefined };

function mapOf(headers: readonly HeaderField[], hint: Encoding | null): Map<string, string> {
  return new Map(
    [...headers]
      .reverse()
      .map(({ name, raw }) => [name, withWholeCharacters(decodeHeader(raw, hint)).replace(/\s+/g, ' ').trim()]),
  );
}

function contentTypeOf(part: Part, hint: Encoding | null = null): ParameterizedValue {
  return readParameters(headerOf(part, 'content-type') ?? '', hint);
}

function isText(type: string): boolean {
  return type === 'text/plain' || type === 'text/html' || type === 'application/xhtml+xml' || type === 'text/enriched';
}

function isBody(part: Part, parent: Part | null, disposition: string, name: string): boolean {
  if (!isText(part.type) || disposition === 'attachment') return false;
  // A text with a name is a file, unless the mail has no other part.
  return name === '' || parent === null || parent.type === 'multipart/alternative';
}

/** Of the names in both headers the one that came through whole. */
function fileNameOf(contentType: ParameterizedValue, disposition: ParameterizedValue): string {
  const names = [disposition.parameters.get('filename'), contentType.parameters.get('name')].map((name) =>
    tidyName(name ?? ''),
  );
  return names.find((name) => name !== '' && !/\ufffd|\?{2}/.test(name)) ?? names.find((name) => name !== '') ?? '';
}

function charsetOfHtml(content: Uint8Array): string | null {
  const head = asBuffer(content).toString('latin1', 0, 4_000);
  for (const [tag] of head.matchAll(/<meta\b[^>]{0,500}>/gi)) {
    const charset = attributeOf(tag, 'charset') ?? /charset\s*=\s*["']?([\w.:-]+)/i.exec(tag)?.[1];
    if (charset !== undefined) return charset;
  }
  return null;
}

/** Whether a part that is called base64 is: some programs say so and send the text as it is. */
function looksLikeBase64(content: Uint8Array): boolean {
  const sample = content.subarray(0, 2_000);
  const foreign = sample.filter((byte) => !isBase64Byte(byte)).length;
  return foreign * 20 <= sample.length;
}

function isBase64Byte(byte: number): boolean {
  return (
    (byte >= 0x2f && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x3d ||
    byte === 0x0a ||
    byte === 0x0d ||
    byte === 0x2d ||
    byte === 0x5f
  );
}

const typesByEnding: Readonly<Record<string, string>> = {
  ...{ txt: 'text/plain', log: 'text/plain', csv: 'text/csv', html: 'text/html', htm: 'text/html', xml: 'text/xml' },
  ...{ png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', bmp: 'image/bmp' },
  ...{ pdf: 'application/pdf', zip: 'application/zip', doc: 'application/msword', xls: 'application/vnd.ms-excel' },
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

function typeOfName(name: string): string {
  return typesByEnding[/\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

/** Without control characters, and without halves of characters. */
function readable(text: string): string {
  return withWholeCharacters(text.replace(/\r\n?/g, '\n').replace(/(?![\t\n])\p{Cc}/gu, ''));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
