import { FileRefusal } from './file-refusal.js';
import { percentEncoded, sentName, type SentName } from './shown-name.js';

const longestPathBytes = 4096;
const longestNameBytes = 255;
const deepest = 16;

/**
 * The parts of a path that a customer's client sent, seen from the root of the customer's own tree. `.` and `..` are
 * resolved here and never leave the root.
 */
export function parsePath(path: Buffer): SentName[] {
  return partsOf(path).map(sentName);
}

/** The same path from the root, without `.`, `..` and needless slashes, in the bytes that the client sent. */
export function resolvedPath(path: Buffer): Buffer {
  const slash = Buffer.from('/');
  const parts = partsOf(path);
  return parts.length === 0 ? slash : Buffer.concat(parts.flatMap((part) => [slash, part]));
}

/** A path for people; where its bytes say more than how it reads, they stand behind it. */
export function shownPath(path: Buffer): string {
  const parts = parsePath(path);
  const shown = `/${parts.map((part) => part.shown).join('/')}`;
  if (parts.every((part) => part.bytes.equals(Buffer.from(part.shown)))) return shown;
  return `${shown} (sent as /${parts.map((part) => percentEncoded(part.bytes)).join('/')})`;
}

function partsOf(path: Buffer): Buffer[] {
  if (path.length > longestPathBytes)
    throw new FileRefusal('EINVAL', `the path has ${path.length} bytes; at most ${longestPathBytes} are possible`);
  if (path.includes(0)) throw new FileRefusal('EACCES', 'a name cannot hold a NUL byte');
  const parts: Buffer[] = [];
  for (const part of segmentsOf(path)) {
    const name = part.toString('latin1');
    if (name === '' || name === '.') continue;
    if (name === '..') {
      parts.pop();
      continue;
    }
    if (part.length > longestNameBytes)
      throw new FileRefusal('EINVAL', `a name has ${part.length} bytes; at most ${longestNameBytes} are possible`);
    parts.push(part);
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
export function isTemporaryName(bytes: Buffer): boolean {
  const name = bytes.toString('latin1');
  return withoutTemporarySuffix(name) !== name;
}

/** The file of which an empty one with this name says that all of it is here; null for any other name. */
export function nameMarkedComplete(bytes: Buffer): SentName | null {
  const isMark = /.\.done$/isu.test(bytes.toString('latin1'));
  return isMark ? sentName(bytes.subarray(0, -'.done'.length)) : null;
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
