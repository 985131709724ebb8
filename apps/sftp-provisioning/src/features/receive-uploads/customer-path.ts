import { FileRefusal } from './file-refusal.js';

const longestPathBytes = 4096;
const longestNameBytes = 255;
const deepest = 16;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const gb18030 = new TextDecoder('gb18030', { fatal: true });
/** Control signs, and those that turn the direction of writing and so can disguise a name. */
// eslint-disable-next-line no-control-regex -- control signs are what is looked for
const disguising = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * The parts of a path that a customer's client sent, seen from the root of the customer's own tree. `.` and `..` are
 * resolved here and never leave the root. Names are UTF-8, or else GB18030 (the code page of Chinese Windows), or
 * else their bytes written as %XX.
 */
export function parsePath(path: Buffer): string[] {
  if (path.length > longestPathBytes)
    throw new FileRefusal('EINVAL', `the path has ${path.length} bytes; at most ${longestPathBytes} are possible`);
  if (path.includes(0)) throw new FileRefusal('EACCES', 'a name cannot hold a NUL byte');
  const parts: string[] = [];
  for (const bytes of segmentsOf(path)) {
    const name = decodeName(bytes);
    if (name === '' || name === '.') continue;
    if (name === '..') {
      parts.pop();
      continue;
    }
    const length = Buffer.byteLength(name);
    if (length > longestNameBytes)
      throw new FileRefusal('EINVAL', `a name has ${length} bytes; at most ${longestNameBytes} are possible`);
    parts.push(name);
  }
  if (parts.length > deepest)
    throw new FileRefusal('EINVAL', `the path is ${parts.length} folders deep; at most ${deepest} are possible`);
  return parts;
}

/** A name for the disk: harmless in any shell or program, without the suffix that clients give to unfinished files. */
export function safeName(name: string): string {
  const cleaned = withoutTemporarySuffix(name)
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]/gu, '_')
    .replace(/^[.-]+/u, '_');
  const extension = /\.[A-Za-z0-9]{1,10}$/u.exec(cleaned)?.[0] ?? '';
  let stem = cleaned.slice(0, cleaned.length - extension.length);
  while (Buffer.byteLength(stem) > 120) stem = [...stem].slice(0, -1).join('');
  return `${stem}${extension}` || 'file';
}

/** True for names under which clients keep a file that is still on its way. */
export function isTemporaryName(name: string): boolean {
  return withoutTemporarySuffix(name) !== name;
}

/** The file of which an empty one with this name says that all of it is here; null for any other name. */
export function nameMarkedComplete(name: string): string | null {
  return /^(.+)\.done$/iu.exec(name)?.[1] ?? null;
}

/**
 * WinSCP: NAME.filepart; ownCloud and many more: NAME.part; rclone: NAME.1a2b3c4d.partial; lftp: .in.NAME; Cyberduck:
 * NAME.DMP-aB3dE6gH with eight random signs, which are told from a word or a date by their mixture.
 */
function withoutTemporarySuffix(name: string): string {
  return name
    .replace(/(?<=.)(?:\.[0-9a-f]{8})?\.partial$/iu, '')
    .replace(/(?<=.)\.(?:filepart|part)$/iu, '')
    .replace(/^\.in\.(?=.)/iu, '')
    .replace(cyberduckSuffix, '');
}

const cyberduckSuffix =
  /(?<=.\.[A-Za-z0-9]{1,4})-(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{8}$/u;

function segmentsOf(path: Buffer): Buffer[] {
  const segments: Buffer[] = [];
  let from = 0;
  for (let slash = path.indexOf(0x2f); slash >= 0; slash = path.indexOf(0x2f, from)) {
    segments.push(path.subarray(from, slash));
    from = slash + 1;
  }
  segments.push(path.subarray(from));
  return segments;
}

function decodeName(bytes: Buffer): string {
  return decode(bytes).replace(disguising, (sign) => percent(Buffer.from(sign)));
}

function decode(bytes: Buffer): string {
  for (const decoder of [utf8, gb18030]) {
    try {
      return decoder.decode(bytes);
    } catch {
      continue;
    }
  }
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : percent(Buffer.of(byte)))).join('');
}

function percent(bytes: Buffer): string {
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
