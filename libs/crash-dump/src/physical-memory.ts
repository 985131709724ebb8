import type { ByteSource } from './byte-source.js';
import type { MemoryHeld } from './dump-facts.js';
import { size64, u32 } from './fields.js';
import { headerSize } from './formats/kernel-completeness.js';
import { countPages } from './memory-held.js';
import { say } from './sentences.js';

/** The pages of a machine's memory that a dump holds, by frame number; read when they are asked for. */
export interface PhysicalMemory {
  /** The bytes of a page; null: it is not in this dump. */
  page(frame: number): Promise<DataView | null>;
  /** How many pages the dump tells of. */
  pages: number;
  /** How many pages its header counts, where it counts them beside their list. */
  countedPages: number | null;
  /** A summary of which memory it tells of. */
  held(): MemoryHeld;
  /** Frames from this one on are never in the dump. */
  endFrame: number;
  /** Where the last page ends in the file: other data may follow. */
  endPlace: number;
}

/** Finds where in the file a page lies; null: it is not in this dump. */
export interface PageIndex {
  placeOf(frame: number): number | null;
  pages: number;
  countedPages: number | null;
  held(): MemoryHeld;
  endFrame: number;
  endPlace: number;
}

const pageSize = 4096;
/** 16 MiB of pages are kept. */
const keptPages = 4096;
/** A map of 128 MiB stands for 4 TiB of memory. */
const maxMapBytes = 0x8000000;
/** A dump of a machine in long use has some ten thousand ranges. */
const maxRanges = 1_000_000;
/** More frames than any processor can address. */
const maxFrame = 2 ** 40;

/**
 * Opens the pages of a 64-bit kernel dump: runs (type 1), a map of pages (types 2, 5, 6, 7) or ranges (types 8, 9, 10).
 * Gives in words why when the dump has no pages that can be found.
 */
export async function openPhysicalMemory(
  source: ByteSource,
  header: DataView,
  dumpType: number,
): Promise<PhysicalMemory | string> {
  const index = await indexOf(source, header, dumpType);
  return typeof index === 'string' ? index : pagesThrough(source, index);
}

/** Reads pages where an index finds them, and keeps some. */
export function pagesThrough(source: ByteSource, index: PageIndex): PhysicalMemory {
  const kept = new Map<number, DataView>();
  return {
    pages: index.pages,
    countedPages: index.countedPages,
    held: () => index.held(),
    endFrame: index.endFrame,
    endPlace: index.endPlace,
    async page(frame) {
      const known = kept.get(frame);
      if (known) {
        kept.delete(frame);
        kept.set(frame, known);
        return known;
      }
      const place = index.placeOf(frame);
      if (place === null) return null;
      const page = await source.read(place, pageSize);
      if (page.byteLength < pageSize) return null;
      kept.set(frame, page);
      const oldest = kept.size > keptPages ? kept.keys().next() : null;
      if (oldest?.done === false) kept.delete(oldest.value);
      return page;
    },
  };
}

async function indexOf(source: ByteSource, header: DataView, dumpType: number): Promise<PageIndex | string> {
  if (dumpType === 1) return indexOfRuns(header);
  if (dumpType === 2) return (await indexOfSummary(source)) ?? (await indexOfMap(source));
  if (dumpType >= 5 && dumpType <= 7) return indexOfMap(source);
  if (dumpType >= 8 && dumpType <= 10) return indexOfRanges(source, dumpType);
  return say('no-pages');
}

/** A piece of memory without holes and where its first page lies in the file. */
export interface Run {
  frame: number;
  count: number;
  place: number;
}

/** PHYSICAL_MEMORY_DESCRIPTOR of the header; 42 runs fit before the next field. */
function indexOfRuns(header: DataView): PageIndex | string {
  const count = u32(header, 0x88);
  if (count === null || count === 0 || count > 42) return say('runs-untold');
  const runs: Run[] = [];
  let place = headerSize;
  for (let run = 0; run < count; run += 1) {
    const frame = size64(header, 0x98 + 16 * run);
    const pages = size64(header, 0xa0 + 16 * run);
    if (frame === null || pages === null || frame + pages > maxFrame) {
      return say('run-senseless', { run: run + 1, count });
    }
    runs.push({ frame, count: pages, place });
    place += pages * pageSize;
  }
  return indexOfSorted(runs, size64(header, 0x90));
}

/** `RDMP`: {u64 frame, u64 count} until a frame of 0 (types 8, 9) or until all pages are told (type 10). */
async function indexOfRanges(source: ByteSource, dumpType: number): Promise<PageIndex | string> {
  const start = await source.read(headerSize, 0x30);
  if (u32(start, 4) !== 0x504d4452) return say('page-list-missing');
  const first = size64(start, 0x18);
  if (first === null || first < headerSize + 0x30 || first - headerSize > maxRanges * 16) {
    return say('page-list-senseless');
  }
  const total = dumpType === 10 ? size64(start, 0x28) : null;
  const list = await source.read(headerSize + 0x30, first - headerSize - 0x30);
  const runs: Run[] = [];
  let pages = 0;
  for (let at = 0; at + 16 <= list.byteLength; at += 16) {
    const frame = size64(list, at);
    const count = size64(list, at + 8);
    if (frame === null || count === null || frame + count > maxFrame) break;
    if (total === null ? frame === 0 : pages >= total) break;
    runs.push({ frame, count, place: first + pages * pageSize });
    pages += count;
  }
  return runs.length === 0 ? say('page-list-empty') : indexOfSorted(runs, total);
}

/** Pages of runs of memory. */
export function indexOfSorted(runs: Run[], countedPages: number | null): PageIndex {
  const sorted = runs.filter(({ count }) => count > 0).sort((a, b) => a.frame - b.frame);
  const last = sorted[sorted.length - 1];
  const endFrame = last ? last.frame + last.count : 0;
  return {
    pages: sorted.reduce((sum, { count }) => sum + count, 0),
    countedPages,
    endFrame,
    held() {
      const pages = countPages(sorted.reduce((end, { frame, count }) => Math.max(end, frame + count), 0));
      for (const { frame, count } of sorted) pages.add(frame, count);
      return pages.held();
    },
    endPlace: sorted.reduce((end, { place, count }) => Math.max(end, place + count * pageSize), headerSize),
    placeOf(frame) {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sorted[middle] as Run).frame <= frame) low = middle + 1;
        else high = middle;
      }
      const run = sorted[low - 1];
      return run && frame < run.frame + run.count ? run.place + (frame - run.frame) * pageSize : null;
    },
  };
}

/** SUMMARY_DUMP64 (WDK, as selene's headers have it), before Windows 8: numbers of 4 bytes, the map right behind its count. */
const summary = { firstPage: 0xc, bits: 0x10, pages: 0x14, map: 0x28 } as const;

/** Null: the map is none of those that Windows wrote before Windows 8. */
async function indexOfSummary(source: ByteSource): Promise<PageIndex | null> {
  const start = await source.read(headerSize, summary.map);
  const first = u32(start, summary.firstPage);
  const bits = u32(start, summary.bits);
  const mapEnd = headerSize + summary.map + Math.ceil((bits ?? 0) / 8);
  const isMarked = u32(start, 0) === 0x504d4453;
  if (!isMarked || first === null || bits === null || bits === 0 || bits > maxMapBytes * 8 || first < mapEnd)
    return null;
  const view = await source.read(headerSize + summary.map, Math.ceil(bits / 8));
  const map = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return indexOfBits(map, bits, first, u32(start, summary.pages));
}

/** `SDMP` or `FDMP`: one bit per frame; pages follow in the order of their frames. */
async function indexOfMap(source: ByteSource): Promise<PageIndex | string> {
  const start = await source.read(headerSize, 0x38);
  const signature = u32(start, 0);
  if (signature !== 0x504d4453 && signature !== 0x504d4446) {
    return say('map-missing');
  }
  const first = size64(start, 0x20);
  const bits = size64(start, 0x30);
  if (first === null || bits === null || bits > maxMapBytes * 8 || first < headerSize + 0x38) {
    return say('map-too-large');
  }
  const view = await source.read(headerSize + 0x38, Math.ceil(bits / 8));
  return indexOfBits(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), bits, first, size64(start, 0x28));
}

/** How many frames share one count: 64 bytes of the map. */
const framesPerCount = 512;

/** Pages of a map that has one bit for each frame. */
export function indexOfBits(map: Uint8Array, bits: number, first: number, countedPages: number | null): PageIndex {
  const before = new Uint32Array(Math.ceil(map.length / 64) + 1);
  let pages = 0;
  for (let at = 0; at < map.length; at += 1) {
    if (at % 64 === 0) before[at / 64] = pages;
    pages += ones(map[at] as number);
  }
  return {
    pages,
    countedPages,
    endFrame: Math.min(bits, map.length * 8),
    held: () => heldByMap(map),
    endPlace: first + pages * pageSize,
    placeOf(frame) {
      const byte = Math.floor(frame / 8);
      const bit = frame % 8;
      if (frame >= bits || byte >= map.length || (((map[byte] as number) >> bit) & 1) === 0) return null;
      const group = Math.floor(frame / framesPerCount);
      let rank = before[group] as number;
      for (let at = group * 64; at < byte; at += 1) rank += ones(map[at] as number);
      rank += ones((map[byte] as number) & ((1 << bit) - 1));
      return first + rank * pageSize;
    },
  };
}

/** Pieces of a map, found byte by byte: whole and empty bytes are the most. */
function heldByMap(map: Uint8Array): MemoryHeld {
  let length = map.length;
  while (length > 0 && map[length - 1] === 0) length -= 1;
  const end = length === 0 ? 0 : (length - 1) * 8 + 32 - Math.clz32(map[length - 1] as number);
  const pages = countPages(end);
  let from = -1;
  const close = (frame: number): void => {
    if (from >= 0) pages.add(from, frame - from);
    from = -1;
  };
  for (let at = 0; at < length; at += 1) {
    const byte = map[at] as number;
    if (byte === 0) close(at * 8);
    else if (byte === 0xff) from = from < 0 ? at * 8 : from;
    else {
      for (let bit = 0; bit < 8; bit += 1) {
        if (((byte >> bit) & 1) === 0) close(at * 8 + bit);
        else if (from < 0) from = at * 8 + bit;
      }
    }
  }
  close(end);
  return pages.held();
}

function ones(byte: number): number {
  const pairs = byte - ((byte >> 1) & 0x55);
  const fours = (pairs & 0x33) + ((pairs >> 2) & 0x33);
  return (fours + (fours >> 4)) & 0xf;
}
