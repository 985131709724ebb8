import { beginsAsDump, readDump, UnreadableDump, type ByteSource } from '@caserelay/crash-dump';
import { Readable } from 'node:stream';
import { createGunzip, crc32 } from 'node:zlib';
import { containerKind } from './container-kind.js';
import { openArchive } from './open-archive.js';
import { judgeDirectory } from './read-zip.js';
import type { Wholeness } from './wholeness.js';

export interface JudgeOptions {
  /** How much may be unpacked to find out; what is larger is `untold`. */
  mostUnpackedBytes?: number;
  mostMilliseconds?: number;
}

const headBytes = 512;
/** The two headers of a kernel dump; one that ends inside them cannot tell its size. */
const kernelHeaderBytes = 0x2080;

/**
 * Says whether a file is whole from what it says about itself: the size its header calls for, or the mark that ends it.
 * Reads little, wherever it lies; only of gzip, which says nothing else, it unpacks as much as it may. What is inside an
 * archive is not judged: an archive may be whole and hold a dump that is not.
 */
export async function judgeWhole(source: ByteSource, options: JudgeOptions = {}): Promise<Wholeness> {
  const head = bytesOf(await source.read(0, headBytes));
  if (beginsAsDump(head)) return await judgeDump(source);
  switch (containerKind(head)) {
    case 'zip':
      return await judgeDirectory(source);
    case '7z':
      return judge7z(head, source.size);
    case 'cab':
      return head.length < 12
        ? cutShort('the header of the cabinet file is cut short')
        : judgeSize(source.size, head.readUInt32LE(8), 'the cabinet file');
    case 'rar5':
      return await judgeRar5(source, head);
    case 'rar4':
      return await judgeRar4(source);
    case 'xz':
      return await judgeXz(source, head);
    case 'tar':
      return await judgeTar(source);
    case 'gzip':
      return await judgeGzip(source, options);
    case 'bzip2':
    case 'zstd':
    case null:
      return untold('nothing in it says where it should end');
  }
}

async function judgeDump(source: ByteSource): Promise<Wholeness> {
  try {
    const { format, completeness } = await readDump(source);
    const { verdict, foundBytes, expectedBytes, reason } = completeness;
    // Also of a dump that Windows itself left incomplete all that was written is there.
    const isAllThere = verdict === 'complete' || (expectedBytes !== null && foundBytes >= expectedBytes);
    if (isAllThere) return { verdict: 'whole', expectedBytes, reason };
    const endsInHeaders = format !== 'user-minidump' && foundBytes < kernelHeaderBytes;
    return { verdict: verdict === 'truncated' || endsInHeaders ? 'cut-short' : 'untold', expectedBytes, reason };
  } catch (error) {
    if (!(error instanceof UnreadableDump)) throw error;
    return cutShort(error.message);
  }
}

/** The header at the beginning of a 7z archive says where the one at its end lies (7zFormat.txt: StartHeader at +12). */
function judge7z(head: Buffer, bytes: number): Wholeness {
  if (head.length < 32) return cutShort('the header of the 7z archive is cut short');
  const expected = 32 + Number(head.readBigUInt64LE(12)) + Number(head.readBigUInt64LE(20));
  // Written last: while it is empty, the archive was not finished by its own packer.
  if (expected === 32) return cutShort('the 7z archive was not finished by the program that packed it');
  return judgeSize(bytes, expected, 'the 7z archive');
}

function judgeSize(bytes: number, expected: number, what: string): Wholeness {
  if (!Number.isSafeInteger(expected) || expected === 0) return untold(`the header of ${what} makes no sense`);
  return bytes >= expected
    ? { verdict: 'whole', expectedBytes: expected, reason: `all ${expected} bytes of ${what} are there` }
    : {
        verdict: 'cut-short',
        expectedBytes: expected,
        reason: `${bytes} of the ${expected} bytes of ${what} are there`,
      };
}

/** Block type 5 ends a RAR 5 archive: its CRC-32, size 3, type 5, flags, and whether another volume follows. */
async function judgeRar5(source: ByteSource, head: Buffer): Promise<Wholeness> {
  const end = bytesOf(await source.read(Math.max(0, source.size - 8), 8));
  const isEnd = end.length === 8 && end[4] === 3 && end[5] === 5 && crc32(end.subarray(4)) === end.readUInt32LE(0);
  if (isEnd) return whole('the mark that ends the RAR archive is there');
  const firstBlock = head[13];
  return firstBlock === 1
    ? cutShort('the mark that ends the RAR archive is missing')
    : untold('the blocks of the RAR archive are encrypted');
}

/** RAR 4 ends with this block unless it was written by an old program or in volumes. */
async function judgeRar4(source: ByteSource): Promise<Wholeness> {
  const end = bytesOf(await source.read(Math.max(0, source.size - 7), 7));
  return end.equals(Buffer.from([0xc4, 0x3d, 0x7b, 0x00, 0x40, 0x07, 0x00]))
    ? whole('the mark that ends the RAR archive is there')
    : untold('the RAR archive does not say where it ends');
}

/** The stream footer: CRC-32 of the six bytes after it, size of the index, the flags of the header, "YZ". */
async function judgeXz(source: ByteSource, head: Buffer): Promise<Wholeness> {
  const end = bytesOf(await source.read(Math.max(0, source.size - 12), 12));
  const isEnd =
    end.length === 12 &&
    end.toString('latin1', 10) === 'YZ' &&
    end.subarray(8, 10).equals(head.subarray(6, 8)) &&
    crc32(end.subarray(4, 10)) === end.readUInt32LE(0);
  return isEnd ? whole('the footer of the xz file is there') : cutShort('the footer of the xz file is missing');
}

/** Walks from header to header. Zeros alone do not end a tar: a dump inside is full of them. */
async function judgeTar(source: ByteSource): Promise<Wholeness> {
  const end = bytesOf(await source.read(Math.max(0, source.size - 1024), 1024));
  const signal = AbortSignal.timeout(10_000);
  for await (const part of openArchive(source, { headBytes: 0, needsWhole: () => false, signal })) {
    if (part.kind === 'limit-reached') return untold(part.reason);
    if (part.kind === 'trouble') return cutShort(part.reason);
    if (part.ending === 'broken') return cutShort(part.reason ?? 'the tar archive breaks off');
  }
  return source.size % 512 === 0 && end.every((byte) => byte === 0)
    ? whole('the tar archive ends with its two empty blocks')
    : cutShort('the tar archive does not end with two empty blocks');
}

async function judgeGzip(
  source: ByteSource,
  { mostUnpackedBytes = 64 * 2 ** 20, mostMilliseconds = 1000 }: JudgeOptions,
): Promise<Wholeness> {
  const until = performance.now() + mostMilliseconds;
  const gunzip = createGunzip();
  const packed = Readable.from(piecesOf(source)).on('error', (error) => gunzip.destroy(error));
  let bytes = 0;
  try {
    for await (const piece of packed.pipe(gunzip) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > mostUnpackedBytes || performance.now() > until)
        return untold(`only unpacking more than ${bytes} bytes of the gzip file would tell`);
    }
    return whole(`all ${bytes} bytes came out of the gzip file`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') !== true) throw error;
    return code === 'Z_BUF_ERROR'
      ? cutShort(`the gzip file ends inside its content, after ${bytes} bytes came out`)
      : untold(`the gzip file is damaged (${message})`);
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
}

async function* piecesOf(source: ByteSource): AsyncGenerator<Buffer> {
  for (let at = 0; at < source.size;) {
    const piece = bytesOf(await source.read(at, 256 * 1024));
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}

function bytesOf(view: DataView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function whole(reason: string): Wholeness {
  return { verdict: 'whole', expectedBytes: null, reason };
}

function cutShort(reason: string): Wholeness {
  return { verdict: 'cut-short', expectedBytes: null, reason };
}

function untold(reason: string): Wholeness {
  return { verdict: 'untold', expectedBytes: null, reason };
}
