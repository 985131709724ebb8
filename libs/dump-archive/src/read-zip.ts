import { say, type ByteSource } from '@caserelay/crash-dump';
import { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { unreadable, type ArchiveMember, type ArchivePart, type Reading } from './archive-part.js';
import { inflateMember } from './inflate-member.js';
import { memberName } from './member-name.js';
import { part } from './part-source.js';
import { readWithoutDirectory } from './read-zip-without-directory.js';
import type { Wholeness } from './wholeness.js';
import { isUnpackedHere, refusal } from './zip-refusal.js';

/**
 * Reads the members of a ZIP as a stream, believing no size that it states. Nothing is written, and names are only
 * text. An archive without its table of contents, as after a broken upload, is read from its beginning.
 */
export async function* readZip(source: ByteSource, reading: Reading): AsyncGenerator<ArchivePart> {
  let zip: ZipFile;
  try {
    zip = await openZip(source);
  } catch (error) {
    if (isFault(error)) throw error;
    yield { kind: 'trouble', reason: say('zip-damaged', { why: messageOf(error) }) };
    yield* readWithoutDirectory(source, reading);
    return;
  }
  try {
    yield* readMembers(zip, source, reading);
  } finally {
    zip.close();
  }
}

/** Whether a member of this ZIP cannot be read here: it is encrypted, or packed by another method than Deflate and Deflate64. */
export async function needsProgram(source: ByteSource): Promise<boolean> {
  try {
    const zip = await openZip(source);
    try {
      for await (const entry of zip.eachEntry()) {
        if (refusal(entry.generalPurposeBitFlag, entry.compressionMethod) !== null) return true;
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    if (isFault(error)) throw error;
  }
  return false;
}

/** So many entries are followed; of a larger table its place and the first of them must do. */
const mostEntriesJudged = 10_000;

/** Whether the table of contents of a ZIP is there, and everything that it lists lies inside the file. */
export async function judgeDirectory(source: ByteSource): Promise<Wholeness> {
  const judged = (verdict: Wholeness['verdict'], reason: string): Wholeness => ({
    verdict,
    expectedBytes: null,
    reason,
  });
  let zip: ZipFile | null = null;
  let entries = 0;
  try {
    zip = await openZip(source);
    for await (const { relativeOffsetOfLocalHeader, compressedSize } of zip.eachEntry()) {
      if (relativeOffsetOfLocalHeader + localHeaderBytes + compressedSize > source.size)
        return judged('cut-short', `a file in the ZIP archive goes beyond its ${source.size} bytes`);
      entries += 1;
      if (entries >= mostEntriesJudged) break;
    }
    return judged('whole', `the table of contents of the ZIP archive is there, and its ${entries} files lie inside`);
  } catch (error) {
    if (isFault(error)) throw error;
    // Its parts, or what is encrypted, are not looked into; that says nothing about its end.
    const isStrange = /multi-disk|strong encryption/.test(messageOf(error));
    return isStrange
      ? judged('untold', messageOf(error))
      : judged('cut-short', `the ZIP archive does not end with its table of contents (${messageOf(error)})`);
  } finally {
    zip?.close();
  }
}

const localHeaderBytes = 30;

function openZip(source: ByteSource): Promise<ZipFile> {
  return fromRandomAccessReaderPromise(new SourceReader(source), source.size, {
    autoClose: false,
    decodeStrings: false,
    validateEntrySizes: false,
  });
}

async function* readMembers(zip: ZipFile, source: ByteSource, reading: Reading): AsyncGenerator<ArchivePart> {
  try {
    for await (const entry of zip.eachEntry()) {
      // Without decoding, names come as bytes; a folder's name ends with a slash.
      const nameBytes = entry.fileNameRaw;
      if (nameBytes.at(-1) === 0x2f) continue;
      const tooMany = reading.allowance.member();
      if (tooMany !== null) {
        yield { kind: 'limit-reached', limit: 'members', reason: tooMany };
        return;
      }
      const { member, isPassedOver, close } = await readMember(zip, source, entry, memberName(nameBytes), reading);
      try {
        yield member;
      } finally {
        close();
      }
      if (member.ending === 'too-large' && !isPassedOver) {
        yield { kind: 'limit-reached', limit: 'amount', reason: member.reason ?? '' };
        return;
      }
    }
  } catch (error) {
    if (isFault(error) || reading.signal.aborted) throw error;
    yield { kind: 'trouble', reason: say('directory-damaged', { why: messageOf(error) }) };
  }
}

interface ReadMember {
  member: ArchiveMember;
  /** Only its beginning was looked at, because it announces too much; others may still fit. */
  isPassedOver?: boolean;
  close(): void;
}

async function readMember(
  zip: ZipFile,
  source: ByteSource,
  entry: Entry,
  name: string,
  reading: Reading,
): Promise<ReadMember> {
  const nothing = (reason: string): ReadMember => ({ member: unreadable(name, reason), close: () => undefined });
  const refused = refusal(entry.generalPurposeBitFlag, entry.compressionMethod);
  if (refused !== null) return nothing(refused);
  let packed;
  try {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    packed = part(source, fileDataStart, entry.compressedSize);
  } catch (error) {
    if (isFault(error)) throw error;
    return nothing(messageOf(error));
  }
  const tooMuch = reading.allowance.announced(entry.uncompressedSize);
  const inflated = await inflateMember(packed, {
    ...reading,
    needsWhole: (beginning) => tooMuch === null && reading.needsWhole(beginning, name),
    method: isUnpackedHere(entry.compressionMethod) ? entry.compressionMethod : 0,
  });
  const { head, bytes, ending, reason } = inflated;
  const member: ArchiveMember = { kind: 'member', name, head, bytes, ending, reason, source: inflated.source };
  const close = (): void => inflated.close();
  if (tooMuch !== null) {
    const beginning: ArchiveMember = { ...member, ending: 'too-large', reason: tooMuch, source: null };
    return { member: beginning, isPassedOver: true, close };
  }
  if (ending !== 'whole') return { member, close };
  if (bytes !== entry.uncompressedSize) {
    const found = say('other-amount', { found: bytes, expected: entry.uncompressedSize });
    return {
      member: { ...member, ending: bytes < entry.uncompressedSize ? 'broken' : 'damaged', reason: found },
      close,
    };
  }
  if (inflated.crc32 !== entry.crc32 >>> 0) {
    return {
      member: { ...member, ending: 'damaged', reason: say('checksum-differs') },
      close,
    };
  }
  return { member, close };
}

/** Lets yauzl read a source. */
class SourceReader extends RandomAccessReader {
  constructor(private readonly source: ByteSource) {
    super();
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(pieces(this.source, start, end), { objectMode: false });
  }
}

async function* pieces(source: ByteSource, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end;) {
    const view = await source.read(at, Math.min(64 * 1024, end - at));
    if (view.byteLength === 0) return;
    yield Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    at += view.byteLength;
  }
}

/** A fault of disk or system, as opposed to a defect of the archive. */
function isFault(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
