import { say, type ByteSource } from '@caserelay/crash-dump';
import { unreadable, type ArchivePart, type Reading } from './archive-part.js';
import { inflateMember } from './inflate-member.js';
import { memberName } from './member-name.js';
import { part } from './part-source.js';
import { isUnpackedHere, refusal } from './zip-refusal.js';

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
export async function* readWithoutDirectory(source: ByteSource, reading: Reading): AsyncGenerator<ArchivePart> {
  const { size } = source;
  let at = 0;
  for (;;) {
    const header = await readLocalHeader(source, at);
    if (header === null || header.dataAt >= size) return;
    const tooMany = reading.allowance.member();
    if (tooMany !== null) {
      yield { kind: 'limit-reached', limit: 'members', reason: tooMany };
      return;
    }
    const refused = refusal(header.flags, header.method);
    if (refused !== null) {
      yield unreadable(header.name, refused);
      return;
    }
    const inflated = await inflateMember(part(source, header.dataAt, header.packedBytes ?? size), {
      ...reading,
      method: isUnpackedHere(header.method) ? header.method : 0,
      // Where a member ends is only known by reading it when its header does not say.
      needsWhole: (head) => reading.needsWhole(head, header.name) || header.packedBytes === null,
    });
    try {
      const { head, bytes, source: content } = inflated;
      const cutShort =
        header.packedBytes === null
          ? header.dataAt + inflated.consumed >= size
          : header.dataAt + header.packedBytes > size;
      const breaksOff = cutShort && inflated.ending === 'whole';
      const ending = breaksOff ? 'broken' : inflated.ending;
      const reason = breaksOff ? say('archive-ends-inside') : inflated.reason;
      yield { kind: 'member', name: header.name, head, bytes, ending, reason, source: content };
      if (ending === 'broken' || ending === 'too-large') return;
    } finally {
      inflated.close();
    }
    at = await afterDescriptor(source, header.dataAt + (header.packedBytes ?? inflated.consumed), header);
  }
}

async function readLocalHeader(source: ByteSource, at: number): Promise<LocalHeader | null> {
  const view = await source.read(at, headerBytes);
  if (view.byteLength < headerBytes || view.getUint32(0, true) !== signature) return null;
  const flags = view.getUint16(6, true);
  const packed = view.getUint32(18, true);
  const nameBytes = view.getUint16(26, true);
  const name = await source.read(at + headerBytes, nameBytes);
  return {
    name: memberName(new Uint8Array(name.buffer, name.byteOffset, name.byteLength)),
    flags,
    method: view.getUint16(8, true),
    packedBytes: (flags & sizesFollow) !== 0 || packed === 0xffffffff ? null : packed,
    dataAt: at + headerBytes + nameBytes + view.getUint16(28, true),
  };
}

/** Data may be followed by sizes and checksum, 12 to 24 bytes. */
async function afterDescriptor(source: ByteSource, at: number, { flags }: LocalHeader): Promise<number> {
  if ((flags & sizesFollow) === 0) return at;
  const view = await source.read(at, 28);
  const next = Buffer.from(view.buffer, view.byteOffset, view.byteLength).indexOf('PK\x03\x04', 0, 'latin1');
  return next < 0 ? at + view.byteLength : at + next;
}
