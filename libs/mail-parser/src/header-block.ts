import { excerpt, type DamageNotes, type Limits } from './damage.js';

/** One header field: its name in lower case, its value unfolded, one character per byte. */
export interface HeaderField {
  name: string;
  raw: string;
}

const fieldLine = /^([!-9;-~]{1,200})[ \t]*:([^]*)$/;

/**
 * Reads the header fields that begin at an offset; `end` is where the body begins. A line that is no field belongs to the
 * field above when more fields follow, for some programs break long lines without indenting; else the body begins there.
 */
export function readHeaderBlock(
  bytes: Buffer,
  from: number,
  limits: Pick<Limits, 'headerBytes' | 'headerFields'>,
  notes: DamageNotes,
  isDelimiter: (line: string) => boolean,
): { headers: HeaderField[]; end: number } {
  const headers: HeaderField[] = [];
  let pieces: string[] = [];
  let name: string | null = null;
  let fields = 0;
  const endField = (): void => {
    if (name !== null) headers.push({ name, raw: pieces.join('').trim() });
    name = null;
    pieces = [];
  };
  let at = from;
  while (at < bytes.length) {
    const { text, next } = lineAt(bytes, at, limits.headerBytes);
    const isOver = next - from > limits.headerBytes;
    if (text === '') {
      at = next;
      break;
    }
    if (isDelimiter(text)) break;
    const isFolded = text.startsWith(' ') || text.startsWith('\t');
    const field = isFolded ? null : fieldLine.exec(text);
    if (field === null && !isFolded) {
      if (!fieldsFollow(bytes, next) || headers.length + (name === null ? 0 : 1) === 0) {
        notes.note({
          kind: headers.length === 0 && name === null ? 'no-header' : 'stray-header-line',
          found: excerpt(text),
        });
        break;
      }
      notes.note({ kind: 'stray-header-line', found: excerpt(text) });
    }
    at = next;
    if (field !== null) {
      endField();
      if (++fields > limits.headerFields || isOver) continue;
      name = (field[1] ?? '').toLowerCase();
      pieces = [field[2] ?? ''];
    } else if (name !== null && !isOver) pieces.push(isFolded ? ` ${text.trimStart()}` : text);
  }
  endField();
  if (fields > limits.headerFields) notes.over('headerFields', fields, limits.headerFields);
  if (at - from > limits.headerBytes) notes.over('headerBytes', at - from, limits.headerBytes);
  return { headers, end: at };
}

/** A line without its end. Gateways write `\r\r\n`; a carriage return alone and a zero byte are spaces of a header. */
function lineAt(bytes: Buffer, at: number, longest: number): { text: string; next: number } {
  const lineEnd = bytes.indexOf(0x0a, at);
  const next = lineEnd < 0 ? bytes.length : lineEnd + 1;
  const end = Math.min(lineEnd < 0 ? bytes.length : lineEnd, at + longest);
  return {
    text: bytes
      .toString('latin1', at, end)
      .replace(/\r+$/, '')
      .replace(/[\r\0]/g, ' '),
    next,
  };
}

/** Whether one of the next lines is a header field, before the first empty one. */
function fieldsFollow(bytes: Buffer, from: number): boolean {
  let at = from;
  for (let count = 0; count < 5 && at < bytes.length; count++) {
    const { text, next } = lineAt(bytes, at, 1_000);
    if (text === '') return false;
    if (/^(?:[A-Z][A-Za-z0-9-]{1,60}|[a-z]{2,20}(?:-[a-z]{1,20}){1,5}|from|to|cc|subject|date)[ \t]*:/.test(text))
      return true;
    at = next;
  }
  return false;
}
