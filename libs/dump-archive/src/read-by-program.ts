import { say, type ByteSource } from '@caserelay/crash-dump';
import { crc32 } from 'node:zlib';
import { unreadable, type ArchiveMember, type ArchivePart, type Reading } from './archive-part.js';
import type { Container } from './container-kind.js';
import type { ArchiveFile } from './file-source.js';
import { memberName } from './member-name.js';
import { nameWithoutEnding } from './read-gzip.js';
import { runSevenZip, type Running } from './seven-zip.js';
import { SpilledFile } from './spilled-source.js';

/** Names of 7-Zip for kinds of archive. */
const types: Readonly<Record<Exclude<Container, 'gzip' | 'tar'>, string>> = {
  zip: 'zip',
  '7z': '7z',
  rar4: 'rar',
  rar5: 'rar5',
  cab: 'cab',
  xz: 'xz',
  bzip2: 'bzip2',
  zstd: 'zstd',
};

const needsPassword = say('needs-password');
const wrongPassword = say('wrong-password');
/** Enough to tell what a file is. */
const markBytes = 512;
/** What is looked at of a member that is too large to be unpacked. */
const beginningBytes = 64 * 1024;
const maxListBytes = 64 * 2 ** 20;

interface Listed {
  name: string;
  /** Null when only reading it tells. */
  size: number | null;
  crc32: number | null;
  isEncrypted: boolean;
}

/**
 * Reads what 7-Zip unpacks: once lists the members, once lets all of them come out one behind the other. What is worth
 * it is kept in a file without a name; the rest is only looked at.
 */
export async function* readByProgram(
  kind: keyof typeof types,
  archive: ArchiveFile,
  reading: Reading,
): AsyncGenerator<ArchivePart> {
  const signal = AbortSignal.any([reading.signal, AbortSignal.timeout(reading.allowance.limits.maxSeconds * 1000)]);
  const spilled = archive.file ? null : await spill(archive.source, reading);
  if (typeof spilled === 'string') {
    yield { kind: 'trouble', reason: say('cannot-look-into', { why: spilled }) };
    return;
  }
  const run = (words: string[]): Promise<Running> =>
    runSevenZip({
      words: [...words, `-t${types[kind]}`, 'ARCHIVE'],
      archive: (archive.file ?? spilled?.file) as NonNullable<ArchiveFile['file']>,
      password: reading.password,
      needsRar: kind === 'rar4' || kind === 'rar5',
      onlyBundled: reading.onlyBundledProgram ?? false,
      memoryBytes: reading.allowance.limits.maxProgramBytes,
      signal,
    });
  try {
    const list = await listMembers(await run(['l', '-slt', '-ba']), reading);
    if (typeof list === 'string') {
      yield { kind: 'trouble', reason: list };
      return;
    }
    const locked = list.filter(({ isEncrypted }) => isEncrypted);
    if (locked.length > 0 && reading.password === undefined) {
      for (const { name } of locked.slice(0, reading.allowance.limits.maxMembers))
        yield unreadable(name, needsPassword);
      return;
    }
    yield* readMembers(await run(['e', '-so']), list, reading);
  } catch (error) {
    if (reading.signal.aborted) throw new Error('broken off: the service stops', { cause: error });
    if (!signal.aborted) throw error;
    yield {
      kind: 'limit-reached',
      limit: 'amount',
      reason: say('took-too-long', { most: reading.allowance.limits.maxSeconds }),
    };
  } finally {
    await spilled?.close();
  }
}

/** An archive in another one becomes a file, because the program has to go to and fro in it. */
async function spill(source: ByteSource, { allowance }: Reading): Promise<SpilledFile | string> {
  const file = await SpilledFile.make(allowance.limits.maxSpillBytes);
  for (let at = 0; at < source.size;) {
    const view = await source.read(at, 1024 * 1024);
    if (view.byteLength === 0) break;
    const full = await file.add(Buffer.from(view.buffer, view.byteOffset, view.byteLength));
    if (full !== null) {
      await file.close();
      return full;
    }
    at += view.byteLength;
  }
  await file.source();
  return file;
}

async function listMembers({ output, ended, stop }: Running, reading: Reading): Promise<Listed[] | string> {
  let text = '';
  for await (const piece of output.setEncoding('utf8')) {
    text += String(piece);
    if (text.length <= maxListBytes) continue;
    stop();
    return say('contents-too-long', { most: maxListBytes });
  }
  const { code, errors } = await ended;
  const list = text
    .split(/\r?\n\r?\n/)
    .map((block) => listedIn(block, reading))
    .filter((listed) => listed !== null);
  // With names encrypted, nothing tells a wrong password from a damaged archive.
  const unopened = reading.password === undefined ? say('archive-unopened') : say('archive-unopened-by-password');
  return list.length === 0 && code !== 0 ? explain(errors, reading, unopened) : list;
}

/** One block of `7z l -slt`: lines such as "Size = 4096". Null for a folder. */
function listedIn(block: string, { archiveName }: Reading): Listed | null {
  const fields = new Map<string, string>();
  for (const line of block.split(/\r?\n/)) {
    const [, key, value] = /^([A-Z][A-Za-z ]*) = ?(.*)$/.exec(line) ?? [];
    if (key !== undefined && !fields.has(key)) fields.set(key, value ?? '');
  }
  const path = fields.get('Path');
  const isFolder = fields.get('Folder') === '+' || fields.get('Attributes')?.startsWith('D') === true;
  if (fields.size === 0 || isFolder) return null;
  const size = fields.get('Size') ?? '';
  const sum = fields.get('CRC') ?? '';
  return {
    name: path === undefined || path === '' ? nameWithoutEnding(archiveName) : memberName(Buffer.from(path, 'utf8')),
    size: /^\d+$/.test(size) ? Number(size) : null,
    crc32: /^[0-9A-F]{8}$/i.test(sum) ? Number.parseInt(sum, 16) : null,
    isEncrypted: fields.get('Encrypted') === '+',
  };
}

async function* readMembers(running: Running, list: readonly Listed[], reading: Reading): AsyncGenerator<ArchivePart> {
  const pieces = new Pieces(running.output);
  try {
    for (const listed of list) {
      const { allowance } = reading;
      const tooMany = allowance.member();
      if (tooMany !== null) {
        yield { kind: 'limit-reached', limit: 'members', reason: tooMany };
        return;
      }
      const tooMuch = allowance.announced(listed.size ?? 0);
      if (tooMuch !== null) {
        const head = await pieces.beginning(Math.min(beginningBytes, reading.headBytes));
        const { name } = listed;
        yield { kind: 'member', name, head, bytes: head.length, ending: 'too-large', reason: tooMuch, source: null };
        yield { kind: 'limit-reached', limit: 'amount', reason: say('named-trouble', { name, why: tooMuch }) };
        return;
      }
      if (reading.signal.aborted) throw new Error('broken off: the service stops');
      const taken = await takeMember(pieces, listed, reading);
      try {
        const why = taken.hasEnded ? await whyItEnded(running, listed, reading) : null;
        const member = judged(listed, taken, why, reading);
        yield { ...member, source: taken.spilled ? await taken.spilled.source() : null };
        if (member.ending === 'broken') return;
        if (member.ending === 'too-large') {
          yield { kind: 'limit-reached', limit: 'amount', reason: member.reason ?? '' };
          return;
        }
      } finally {
        await taken.spilled?.close();
      }
    }
  } finally {
    running.stop();
  }
}

interface Taken {
  head: Buffer;
  bytes: number;
  crc32: number;
  /** The program gave no more. */
  hasEnded: boolean;
  isNeeded: boolean;
  tooMuch: string | null;
  spilled: SpilledFile | null;
}

async function takeMember(pieces: Pieces, { name, size }: Listed, reading: Reading): Promise<Taken> {
  const { allowance, headBytes } = reading;
  const taken: Taken = {
    head: Buffer.alloc(0),
    bytes: 0,
    crc32: 0,
    hasEnded: false,
    isNeeded: false,
    tooMuch: null,
    spilled: null,
  };
  const decidingBytes = Math.min(markBytes, headBytes, size ?? Infinity);
  let isDecided = false;
  while (taken.tooMuch === null && (size === null || taken.bytes < size)) {
    const piece = await pieces.next((size ?? Infinity) - taken.bytes);
    if (piece === null) {
      taken.hasEnded = true;
      break;
    }
    taken.tooMuch = allowance.spend(piece.length);
    // How much of the archive was used up for it only the program knows.
    reading.onRead?.(0);
    taken.crc32 = crc32(piece, taken.crc32);
    taken.bytes += piece.length;
    if (taken.head.length < headBytes && (!isDecided || taken.isNeeded)) {
      taken.head = Buffer.concat([taken.head, piece.subarray(0, headBytes - taken.head.length)]);
    }
    if (isDecided) taken.tooMuch ??= (await taken.spilled?.add(piece)) ?? null;
    else if (taken.bytes >= decidingBytes) {
      isDecided = true;
      taken.isNeeded = reading.needsWhole(taken.head, name);
      if (!taken.isNeeded) continue;
      taken.spilled = await SpilledFile.make(allowance.limits.maxSpillBytes);
      // Until it was decided, pieces were small and the head held all of them, but perhaps the end of the last.
      taken.tooMuch ??= await taken.spilled.add(Buffer.concat([taken.head, ...pastHead(taken, piece)]));
    }
  }
  return taken;
}

/** A file whose size nobody knew ends with the program, if that is content; any other one should not. */
async function whyItEnded({ ended }: Running, { size }: Listed, reading: Reading): Promise<string | null> {
  const { code, errors } = await ended;
  return size === null && code === 0 ? null : explain(errors, reading, say('archive-ends-inside'));
}

/** What of the last piece did not fit into the head. */
function pastHead({ head, bytes }: Taken, piece: Buffer): Buffer[] {
  return bytes > head.length ? [piece.subarray(piece.length - (bytes - head.length))] : [];
}

function judged(listed: Listed, taken: Taken, why: string | null, reading: Reading): ArchiveMember {
  const { head, bytes, tooMuch, isNeeded } = taken;
  const member = { kind: 'member', name: listed.name, head, bytes, source: null } as const;
  const sumIsWrong = listed.crc32 !== null && listed.crc32 !== taken.crc32;
  if (tooMuch !== null) return { ...member, ending: 'too-large', reason: tooMuch };
  if (listed.isEncrypted && reading.password !== undefined && (sumIsWrong || (why !== null && bytes === 0))) {
    return unreadable(listed.name, wrongPassword);
  }
  if (why !== null) return { ...member, ending: 'broken', reason: why };
  if (sumIsWrong) return { ...member, ending: 'damaged', reason: say('checksum-differs') };
  return { ...member, ending: isNeeded || bytes === head.length ? 'whole' : 'not-needed', reason: null };
}

/** What 7-Zip complains of, in our words where they are known. */
function explain(errors: string, { password }: Reading, otherwise: string): string {
  if (/wrong password|enter password|encrypted/i.test(errors))
    return password === undefined ? needsPassword : wrongPassword;
  if (/allocate|memory/i.test(errors)) return say('too-much-memory', { what: otherwise });
  const line = /^ERRORS?: *\S.*$/m.exec(errors)?.[0] ?? '';
  return line === '' ? otherwise : say('program-says', { what: otherwise, line: line.slice(0, 120) });
}

/** What a stream gives, cut as it is asked for. */
class Pieces {
  private readonly stream: AsyncIterator<Buffer>;
  private left: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.stream = stream[Symbol.asyncIterator]();
  }

  /** What comes first of what is left. */
  async beginning(most: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let bytes = 0; bytes < most;) {
      const piece = await this.next(most - bytes);
      if (piece === null) break;
      pieces.push(piece);
      bytes += piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** What comes next, at most so many bytes; null at the end. */
  async next(most: number): Promise<Buffer | null> {
    if (this.left.length === 0) {
      const next = await this.stream.next();
      if (next.done === true) return null;
      this.left = next.value;
    }
    const piece = this.left.subarray(0, Math.min(most, this.left.length));
    this.left = this.left.subarray(piece.length);
    return piece;
  }
}
