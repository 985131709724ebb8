import type { ByteSource } from '../byte-source.js';
import type { Completeness } from '../dump-facts.js';
import { hex, u32, u64 } from '../fields.js';
import type { PhysicalMemory } from '../physical-memory.js';
import { say } from '../sentences.js';

/** Fields of DUMP_HEADER64 that Windows writes into every dump, and how wide they are. */
const alwaysWritten = [
  ['page table', 0x10, 8],
  ['list of modules', 0x20, 8],
  ['machine', 0x30, 4],
  ['number of processors', 0x34, 4],
  ['bugcheck', 0x38, 4],
  ['first parameter', 0x40, 8],
  ['time of the crash', 0xfa8, 8],
  ['uptime', 0x1030, 8],
] as const;

const at = { length: 0x1054, writerStatus: 0x1048, attributes: 0x1050 } as const;

/** DUMP_FILE_ATTRIBUTES, bit by bit (Bin2Dmp's dmp.h). */
const attributeNames = [
  'hibernation-crash',
  'dump-device-powered-off',
  'no-room-for-whole-dump',
  'triage-by-kernel',
  'live-dump',
  'written-offline',
  'filtered',
  'early-boot-crash',
  'encrypted',
  'decrypted',
] as const;

/** Adds flaws to a verdict of completeness; without any it stays as it is. */
export function withFlaws(completeness: Completeness, flaws: readonly string[]): Completeness {
  const all = [...new Set([...(completeness.flaws ?? []), ...flaws])];
  return all.length === 0 ? completeness : { ...completeness, flaws: all };
}

/** What the header of a 64-bit kernel dump itself shows of a dump that was not written as it should be. */
export function flawsOfHeader64(header: DataView): string[] {
  const unwritten = alwaysWritten.filter(([, offset, bytes]) => {
    if (offset + bytes > header.byteLength) return false;
    return (bytes === 4 ? u32(header, offset) : u64(header, offset)) === null;
  });
  const status = u32(header, at.writerStatus) ?? 0;
  return [
    ...(unwritten.length === 0
      ? []
      : [say('fields-unwritten', { fields: unwritten.map(([name]) => name).join(', ') })]),
    ...(status === 0 ? [] : [say('writer-status', { status: hex(status) })]),
    ...(attributesIn(header).includes('encrypted') ? [say('memory-encrypted')] : []),
  ];
}

/** What Windows noted about a 64-bit dump itself. */
export async function readAttributes64(source: ByteSource): Promise<string[]> {
  return attributesIn(await source.read(0, at.length));
}

function attributesIn(header: DataView): string[] {
  const bits = u32(header, at.attributes) ?? 0;
  if (bits > 0xffff) return [];
  const names = attributeNames.filter((_, bit) => ((bits >> bit) & 1) === 1);
  return names.includes('decrypted') ? names.filter((name) => name !== 'encrypted') : [...names];
}

/**
 * What the list of pages adds to the verdict: where the header does not tell how large the file should be, it ends with
 * the last page that is listed; and where it counts its pages, the count must be that of the list.
 */
export function judgeByPages(
  completeness: Completeness,
  { pages, countedPages, endPlace }: PhysicalMemory,
): Completeness {
  const { foundBytes, expectedBytes } = completeness;
  const flaws =
    countedPages === null || countedPages === pages
      ? []
      : [say('pages-disagree', { counted: countedPages, listed: pages })];
  if (expectedBytes !== null || flaws.length > 0) return withFlaws(completeness, flaws);
  const because = say('listed-pages', { pages });
  return foundBytes < endPlace
    ? {
        ...completeness,
        ...{ verdict: 'truncated', expectedBytes: endPlace },
        reason: say('some-bytes-are-there', { found: foundBytes, expected: endPlace, because }),
      }
    : {
        ...completeness,
        ...{ verdict: 'complete', expectedBytes: endPlace },
        reason: say('all-bytes-are-there', { expected: endPlace, because }),
      };
}
