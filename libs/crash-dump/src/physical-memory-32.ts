import type { ByteSource } from './byte-source.js';
import { u32 } from './fields.js';
import {
  indexOfBits,
  indexOfSorted,
  pagesThrough,
  type PageIndex,
  type PhysicalMemory,
  type Run,
} from './physical-memory.js';

/** Size of DUMP_HEADER32. */
const headerSize = 0x1000;
const pageSize = 4096;
/** DUMP_HEADER32.PhysicalMemoryBlock: as many runs as fit before the context. */
const runs = { count: 0x64, pages: 0x68, first: 0x6c, most: 86 } as const;
/** SUMMARY_DUMP32 (WDK, as selene's headers and Ghidra have it): the bits themselves follow a count of them. */
const summary = { firstPage: 0xc, bits: 0x10, pages: 0x14, map: 0x20 } as const;

/**
 * Opens the pages of a 32-bit kernel dump: runs (type 1) or a map of pages (types 2, 5, 6). Gives in words why when the
 * dump has no pages that can be found.
 */
export async function openPhysicalMemory32(
  source: ByteSource,
  header: DataView,
  dumpType: number,
): Promise<PhysicalMemory | string> {
  const index = dumpType === 1 ? indexOfRuns(header) : await indexOfMap(source, dumpType);
  return typeof index === 'string' ? index : pagesThrough(source, index);
}

function indexOfRuns(header: DataView): PageIndex | string {
  const count = u32(header, runs.count);
  if (count === null || count === 0 || count > runs.most) return 'the header does not tell where its pages belong';
  const list: Run[] = [];
  let place = headerSize;
  for (let run = 0; run < count; run += 1) {
    const frame = u32(header, runs.first + 8 * run);
    const pages = u32(header, runs.first + 4 + 8 * run);
    if (frame === null || pages === null) return `run ${run + 1} of ${count} of memory makes no sense`;
    list.push({ frame, count: pages, place });
    place += pages * pageSize;
  }
  return indexOfSorted(list, u32(header, runs.pages));
}

async function indexOfMap(source: ByteSource, dumpType: number): Promise<PageIndex | string> {
  if (dumpType !== 2 && dumpType !== 5 && dumpType !== 6) return 'dumps of this type hold no pages of memory';
  const start = await source.read(headerSize, summary.map);
  const signature = u32(start, 0);
  if (signature !== 0x504d4453 && signature !== 0x504d4446) {
    return 'the map of its pages (SDMP or FDMP) is not where it should be';
  }
  const first = u32(start, summary.firstPage);
  const bits = u32(start, summary.bits);
  // 2^24 frames are 64 GiB, more than any 32-bit Windows has.
  if (first === null || bits === null || bits > 2 ** 24 || first < headerSize + summary.map) {
    return 'the map of its pages is cut short or larger than is believed';
  }
  const view = await source.read(headerSize + summary.map, Math.ceil(bits / 8));
  return indexOfBits(
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
    bits,
    first,
    u32(start, summary.pages),
  );
}
