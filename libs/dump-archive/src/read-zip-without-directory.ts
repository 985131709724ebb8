import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { refusal, unreadable, type ArchivePart, type ReadOptions, type Spend } from './archive-part.js';
import { inflateMember } from './inflate-member.js';
import { memberName } from './member-name.js';

const headerBytes = 30;
const signature = 0x04034b50;
/** Flag: sizes and checksum follow the data, because they were not known before it. */
const sizesFollow = 8;

interface LocalHeader {
  name: string;
  flags: number;
  method: number;
  /** Null when not stated here. */
  packedBytes: number | null;
  dataAt: number;
}

/**
 * Reads members one after another from the beginning, by the small header before each. The last one usually breaks
 * off; what came before tells what it is.
 */
export async function* readWithoutDirectory(
  path: string,
  options: ReadOptions,
  spend: Spend,
): AsyncGenerator<ArchivePart> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let at = 0;
    for (let seen = 0; seen < options.maxMembers; seen += 1) {
      const header = await readLocalHeader(file, at);
      if (header === null || header.dataAt >= size) return;
      const refused = refusal(header.flags, header.method);
      if (refused !== null) {
        yield unreadable(header.name, refused);
        return;
      }
      const end = header.packedBytes === null ? size : Math.min(size, header.dataAt + header.packedBytes);
      const inflated = await inflateMember(createReadStream(path, { start: header.dataAt, end: end - 1 }), {
        method: header.method === 8 ? 8 : 0,
        headBytes: options.headBytes,
        // Where a member ends is only known by reading it when its header does not say.
        needsWhole: (head) => header.packedBytes === null || options.needsWhole(head),
        spend,
        signal: options.signal,
        ...(options.onRead && { onRead: options.onRead }),
      });
      const next = header.dataAt + (header.packedBytes ?? inflated.consumed);
      const cutShort =
        header.packedBytes === null
          ? header.dataAt + inflated.consumed >= size
          : header.dataAt + header.packedBytes > size;
      const { head, bytes, reason } = inflated;
      if (cutShort && inflated.ending === 'whole') {
        yield {
          kind: 'member',
          name: header.name,
          head,
          bytes,
          ending: 'broken',
          reason: 'the archive ends inside it',
          source: null,
        };
        return;
      }
      yield { kind: 'member', name: header.name, head, bytes, ending: inflated.ending, reason, source: null };
      if (inflated.ending === 'broken' || inflated.ending === 'too-large') return;
      at = await afterDescriptor(file, next, header);
    }
  } finally {
    await file.close();
  }
}

async function readLocalHeader(file: FileHandle, at: number): Promise<LocalHeader | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, at);
  if (bytesRead < headerBytes || buffer.readUInt32LE(0) !== signature) return null;
  const flags = buffer.readUInt16LE(6);
  const packed = buffer.readUInt32LE(18);
  const nameBytes = buffer.readUInt16LE(26);
  const name = await file.read(Buffer.alloc(nameBytes), 0, nameBytes, at + headerBytes);
  return {
    name: memberName(name.buffer.subarray(0, name.bytesRead)),
    flags,
    method: buffer.readUInt16LE(8),
    packedBytes: (flags & sizesFollow) !== 0 || packed === 0xffffffff ? null : packed,
    dataAt: at + headerBytes + nameBytes + buffer.readUInt16LE(28),
  };
}

/** Data may be followed by sizes and checksum, 12 to 24 bytes. */
async function afterDescriptor(file: FileHandle, at: number, { flags }: LocalHeader): Promise<number> {
  if ((flags & sizesFollow) === 0) return at;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(28), 0, 28, at);
  const next = buffer.subarray(0, bytesRead).indexOf('PK\x03\x04', 0, 'latin1');
  return next < 0 ? at + bytesRead : at + next;
}
