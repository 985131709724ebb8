import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { refusal, unreadable, type ArchivePart, type ReadOptions, type Spend } from './archive-part.js';
import { inflateMember } from './inflate-member.js';
import { memberName } from './member-name.js';
import { readWithoutDirectory } from './read-zip-without-directory.js';

/**
 * Reads the members of a ZIP as a stream, believing no size that it states. Nothing is written, and names are only
 * text. An archive without its table of contents, as after a broken upload, is read from its beginning.
 */
export async function* readZip(path: string, options: ReadOptions): AsyncGenerator<ArchivePart> {
  let left = options.maxBytes;
  const spend: Spend = (bytes) => (left -= bytes) > 0;
  let zip: ZipFile;
  try {
    zip = await openPromise(path, { autoClose: false, decodeStrings: false, validateEntrySizes: false });
  } catch (error) {
    if (isFileFault(error)) throw error;
    yield { kind: 'trouble', reason: `the ZIP archive is cut short or damaged (${messageOf(error)})` };
    yield* readWithoutDirectory(path, options, spend);
    return;
  }
  try {
    yield* readMembers(zip, options, spend);
  } finally {
    zip.close();
  }
}

async function* readMembers(zip: ZipFile, options: ReadOptions, spend: Spend): AsyncGenerator<ArchivePart> {
  let seen = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      // Without decoding, names come as bytes; a folder's name ends with a slash.
      const nameBytes = entry.fileNameRaw;
      if (nameBytes.at(-1) === 0x2f) continue;
      if (seen >= options.maxMembers) {
        yield { kind: 'limit-reached' };
        return;
      }
      seen += 1;
      const part = await readMember(zip, entry, memberName(nameBytes), options, spend);
      yield part;
      if (part.kind === 'member' && part.ending === 'too-large') {
        yield { kind: 'limit-reached' };
        return;
      }
    }
  } catch (error) {
    if (isFileFault(error) || options.signal.aborted) throw error;
    yield { kind: 'trouble', reason: `the table of contents of the archive is damaged (${messageOf(error)})` };
  }
}

async function readMember(
  zip: ZipFile,
  entry: Entry,
  name: string,
  options: ReadOptions,
  spend: Spend,
): Promise<ArchivePart> {
  const refused = refusal(entry.generalPurposeBitFlag, entry.compressionMethod);
  if (refused !== null) return unreadable(name, refused);
  let packed;
  try {
    packed = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  } catch (error) {
    if (isFileFault(error)) throw error;
    return unreadable(name, messageOf(error));
  }
  const inflated = await inflateMember(packed, { ...options, method: entry.compressionMethod === 8 ? 8 : 0, spend });
  const { head, bytes, ending, reason } = inflated;
  const whole = ending === 'whole' && bytes === entry.uncompressedSize;
  if (ending === 'whole' && !whole) {
    const found = `${bytes} bytes came out, ${entry.uncompressedSize} were announced`;
    return {
      kind: 'member',
      name,
      head,
      bytes,
      ending: bytes < entry.uncompressedSize ? 'broken' : 'damaged',
      reason: found,
      source: null,
    };
  }
  if (whole && inflated.crc32 !== entry.crc32 >>> 0) {
    return {
      kind: 'member',
      name,
      head,
      bytes,
      ending: 'damaged',
      reason: 'its checksum (CRC-32) does not fit its content',
      source: null,
    };
  }
  return { kind: 'member', name, head, bytes, ending, reason, source: null };
}

/** A fault of disk or system, as opposed to a defect of the archive. */
function isFileFault(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
