import { say, type ByteSource } from '@caserelay/crash-dump';
import type { ArchiveMember, ArchivePart, Reading } from './archive-part.js';
import { inflateMember } from './inflate-member.js';
import { memberName } from './member-name.js';
import { part } from './part-source.js';

/** Flags of a gzip header (RFC 1952). */
const flag = { checksum: 2, extra: 4, name: 8, comment: 16 } as const;
/** Names and comments of any length are allowed; none is longer than this. */
const longestText = 4096;

/** Reads the one file in a gzip file. What follows its first part (some tools write several) is said, not read. */
export async function* readGzip(source: ByteSource, reading: Reading): AsyncGenerator<ArchivePart> {
  const header = await readHeader(source);
  if (header === null) {
    yield { kind: 'trouble', reason: say('gzip-header-damaged') };
    return;
  }
  const tooMany = reading.allowance.member();
  if (tooMany !== null) {
    yield { kind: 'limit-reached', limit: 'members', reason: tooMany };
    return;
  }
  const name = header.name ?? nameWithoutEnding(reading.archiveName);
  const inflated = await inflateMember(part(source, header.dataAt, source.size), {
    ...reading,
    needsWhole: (head) => reading.needsWhole(head, name),
    method: 8,
  });
  try {
    const { head, bytes, ending, reason, source: content } = inflated;
    const member: ArchiveMember = { kind: 'member', name, head, bytes, ending, reason, source: content };
    yield ending === 'whole'
      ? { ...member, ...(await judgeEnd(source, header.dataAt + inflated.consumed, inflated)) }
      : member;
  } finally {
    inflated.close();
  }
}

async function readHeader(source: ByteSource): Promise<{ name: string | null; dataAt: number } | null> {
  const view = await source.read(0, 10 + 2 + 65_535 + 2 * longestText);
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  if (bytes.length < 18 || bytes[2] !== 8) return null;
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & flag.extra) !== 0) at += 2 + bytes.readUInt16LE(at);
  let name: string | null = null;
  for (const [present, isName] of [
    [flag.name, true],
    [flag.comment, false],
  ] as const) {
    if ((flags & present) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return null;
    if (isName) name = memberName(bytes.subarray(at, end));
    at = end + 1;
  }
  if ((flags & flag.checksum) !== 0) at += 2;
  return { name, dataAt: at };
}

/** Checksum and size, the last to 32 bits, follow the data. */
async function judgeEnd(
  source: ByteSource,
  at: number,
  { bytes, crc32 }: { bytes: number; crc32: number },
): Promise<Pick<ArchiveMember, 'ending' | 'reason'>> {
  const trailer = await source.read(at, 8);
  if (trailer.byteLength < 8) return { ending: 'broken', reason: say('gzip-ends-inside') };
  if (trailer.getUint32(0, true) !== crc32) {
    return { ending: 'damaged', reason: say('checksum-differs') };
  }
  if (trailer.getUint32(4, true) !== bytes % 2 ** 32) {
    const announced = trailer.getUint32(4, true);
    return { ending: 'damaged', reason: say('other-amount-modulo', { found: bytes, expected: announced }) };
  }
  const next = await source.read(at + 8, 2);
  const goesOn = next.byteLength === 2 && next.getUint16(0, false) === 0x1f8b;
  return goesOn
    ? { ending: 'broken', reason: say('gzip-has-more', { found: bytes }) }
    : { ending: 'whole', reason: null };
}

/** What is left of the name of a packed file: MEMORY.DMP of MEMORY.DMP.gz. */
export function nameWithoutEnding(name: string): string {
  const last = name.replace(/^.*\//, '');
  const short = last.replace(/\.tgz$|\.txz$|\.tbz2?$/i, '.tar').replace(/\.(gz|xz|bz2|zst|lzma)$/i, '');
  return short || '(no name)';
}
