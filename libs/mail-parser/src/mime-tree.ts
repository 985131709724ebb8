import { DamageNotes, excerpt, type Limits } from './damage.js';
import { readHeaderBlock, type HeaderField } from './header-block.js';
import { readParameters } from './parameters.js';

/** One part of a mail; the mail itself is the first. Places are offsets into the bytes of the mail. */
export interface Part {
  headers: HeaderField[];
  /** Without parameters, in lower case: `text/plain`. */
  type: string;
  /** The boundary of a multipart; null for anything else, and where none is known. */
  boundary: string | null;
  bodyStart: number;
  bodyEnd: number;
  children: Part[];
  depth: number;
}

/** The first value of a header as it stands in the mail, one character per byte, unfolded. */
export function headerOf(part: Pick<Part, 'headers'>, name: string): string | null {
  return part.headers.find((field) => field.name === name)?.raw ?? null;
}

/**
 * Takes a mail apart (RFC 2046) in one pass over its lines, without copying. Never throws: where boundaries are missing or
 * wrong it goes by those that it finds, and what is over the limits is left out and noted.
 */
export function readMimeTree(bytes: Buffer, limits: Limits, notes: DamageNotes, isTimeOver: () => boolean): Part {
  return new TreeReader(bytes, limits, notes, isTimeOver).read();
}

interface OpenMultipart {
  part: Part;
  boundary: string;
  isClosed: boolean;
}

class TreeReader {
  private parts = 0;
  /** Bytes that may still be looked through for boundaries ahead of their parts. */
  private lookAhead: number;

  constructor(
    private readonly bytes: Buffer,
    private readonly limits: Limits,
    private readonly notes: DamageNotes,
    private readonly isTimeOver: () => boolean,
  ) {
    this.lookAhead = bytes.length * 4;
  }

  read(): Part {
    const root = this.readPart(startOfMail(this.bytes), 0, []);
    this.readBody(root, this.bytes.length);
    if (this.parts > this.limits.parts) this.notes.over('parts', this.parts, this.limits.parts);
    return root;
  }

  /** Reads a part's headers; its body is known once its end is. */
  private readPart(from: number, depth: number, outer: readonly OpenMultipart[], defaultType = 'text/plain'): Part {
    this.parts++;
    const { headers, end } = readHeaderBlock(this.bytes, from, this.limits, this.notes, (line) =>
      outer.some(({ boundary }) => line.startsWith(`--${boundary}`)),
    );
    const part: Part = {
      headers,
      type: defaultType,
      boundary: null,
      bodyStart: end,
      bodyEnd: this.bytes.length,
      children: [],
      depth,
    };
    const declared = headerOf(part, 'content-type');
    if (declared === null) return part;
    const { value, parameters } = readParameters(declared);
    part.type = typeOf(value) ?? defaultType;
    if (part.type.startsWith('multipart/')) part.boundary = parameters.get('boundary')?.trimEnd() || null;
    return part;
  }

  /** Reads what lies in a part up to an offset. */
  private readBody(part: Part, end: number): void {
    part.bodyEnd = end;
    if (!part.type.startsWith('multipart/')) return;
    if (part.boundary === null) this.notes.note({ kind: 'no-boundary', found: part.type });
    else this.readChildren(part, part.boundary, end);
    if (part.children.length > 0) return;
    const found = this.boundaryInside(part);
    if (found === null) {
      part.type = this.looksLikeHtml(part) ? 'text/html' : 'text/plain';
      return;
    }
    if (part.boundary !== null) this.notes.note({ kind: 'wrong-boundary', found: excerpt(found) });
    part.boundary = found;
    this.readChildren(part, found, end);
  }

  /** Goes through the lines of a multipart and of all multiparts in it. */
  private readChildren(multipart: Part, boundary: string, end: number): void {
    const open: OpenMultipart[] = [{ part: multipart, boundary, isClosed: false }];
    /** The part whose body is being passed; null in what stands before, between and after parts. */
    let leaf: Part | null = null;
    const unread: Part[] = [];
    const endLeaf = (at: number): void => {
      if (leaf === null) return;
      leaf.bodyEnd = Math.max(leaf.bodyStart, withoutLineEnd(this.bytes, leaf.bodyStart, at));
      if (leaf.type.startsWith('multipart/')) unread.push(leaf);
      leaf = null;
    };
    for (let at = multipart.bodyStart; at < end;) {
      const lineEnd = this.bytes.indexOf(0x0a, at);
      const next = lineEnd < 0 || lineEnd >= end ? end : lineEnd + 1;
      const delimiter =
        this.bytes[at] === 0x2d && this.bytes[at + 1] === 0x2d ? this.delimiterAt(at, next, open) : null;
      if (delimiter === null) {
        at = next;
        continue;
      }
      endLeaf(at);
      for (const ended of open.splice(delimiter.level + 1))
        if (!ended.isClosed) this.notes.note({ kind: 'not-closed', found: excerpt(ended.boundary) });
      const parent = open[delimiter.level] as OpenMultipart;
      parent.isClosed = delimiter.closes;
      at = next;
      if (delimiter.closes) continue;
      if (this.parts >= this.limits.parts || this.isTimeOver()) {
        this.parts++;
        continue;
      }
      const isDigest = parent.part.type === 'multipart/digest';
      leaf = this.readPart(at, parent.part.depth + 1, open, isDigest ? 'message/rfc822' : undefined);
      parent.part.children.push(leaf);
      at = Math.min(end, Math.max(at, leaf.bodyStart));
      if (leaf.boundary === null) continue;
      if (leaf.depth >= this.limits.depth) {
        this.notes.over('depth', leaf.depth + 1, this.limits.depth);
        leaf.type = 'application/octet-stream';
        continue;
      }
      if (this.isFound(leaf.boundary, at, end)) {
        leaf.bodyEnd = end;
        open.push({ part: leaf, boundary: leaf.boundary, isClosed: false });
        leaf = null;
      }
    }
    endLeaf(end);
    for (const { isClosed, boundary: name } of open)
      if (!isClosed && multipart.children.length > 0) this.notes.note({ kind: 'not-closed', found: excerpt(name) });
    // Their own boundary was nowhere, or none was declared.
    for (const part of unread) {
      if (part.depth >= this.limits.depth) continue;
      this.readBody(part, part.bodyEnd);
    }
  }

  private isFound(boundary: string, from: number, end: number): boolean {
    if (this.lookAhead <= 0) return true;
    const at = this.bytes.indexOf(`--${boundary}`, from, 'latin1');
    this.lookAhead -= (at < 0 ? end : at) - from;
    return at >= 0 && at < end;
  }

  /** Which open multipart a line delimits, the innermost first. */
  private delimiterAt(
    at: number,
    next: number,
    open: readonly OpenMultipart[],
  ): { level: number; closes: boolean } | null {
    if (next - at > 300) return null;
    const line = this.bytes.toString('latin1', at + 2, next).trimEnd();
    for (let level = open.length - 1; level >= 0; level--) {
      const { boundary } = open[level] as OpenMultipart;
      if (line === boundary) return { level, closes: false };
      if (line.startsWith(`${boundary}--`)) return { level, closes: true };
    }
    return null;
  }

  /** The boundary by which a multipart goes when its declared one is nowhere: that of a line above headers of a part. */
  private boundaryInside(part: Part): string | null {
    const text = this.bytes.toString('latin1', part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + 100_000));
    return (
      /(?:^|\n)--([^\s-][^\r\n]{0,199}?|-[^\r\n]{1,199}?)[ \t]*\r*\n(?=Content-[A-Za-z-]{1,40}[ \t]*:)/i.exec(
        text,
      )?.[1] ?? null
    );
  }

  private looksLikeHtml(part: Part): boolean {
    return /^\s*<(?:!doctype|html|head|body|div|p|meta)\b/i.test(
      this.bytes.toString('latin1', part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + 200)),
    );
  }
}

function typeOf(value: string): string | null {
  if (/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(value)) return value;
  // RFC 1049 and carelessness.
  if (value === 'text') return 'text/plain';
  return value === 'html' ? 'text/html' : null;
}

/** Passes over a byte order mark, empty lines and the separator of an mbox file. */
function startOfMail(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (;;) {
    while (bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
    const isSeparator = bytes
      .toString('latin1', at, at + 6)
      .replace(/^>/, '')
      .startsWith('From ');
    const lineEnd = isSeparator ? bytes.indexOf(0x0a, at) : -1;
    if (lineEnd < 0) return at;
    at = lineEnd + 1;
  }
}

/** The line end above a delimiter belongs to the delimiter. */
function withoutLineEnd(bytes: Buffer, from: number, at: number): number {
  if (at <= from || bytes[at - 1] !== 0x0a) return at;
  return at - 2 >= from && bytes[at - 2] === 0x0d ? at - 2 : at - 1;
}
