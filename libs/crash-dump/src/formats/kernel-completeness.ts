import type { ByteSource } from '../byte-source.js';
import type { Completeness } from '../dump-facts.js';
import { size64, u32 } from '../fields.js';
import { say } from '../sentences.js';

/** Size of DUMP_HEADER64; pages or a second header follow it. */
export const headerSize = 0x2000;
const pageSize = 4096;

/** DUMP_HEADER64.Attributes bit 2: Windows itself had no room for the whole dump. */
const attributesAt = 0x1050;
const insufficientDumpFile = 4;

/** Offsets of the physical memory descriptor; 42 runs fit before the next field. */
const memory = { numberOfRuns: 0x88, numberOfPages: 0x90, runs: 0x98, maxRuns: 42 } as const;

/** What the headers of a kernel dump say that its file should hold: bytes, and in words what they consist of. */
export interface Promised {
  expectedBytes: number;
  because: string;
}

/** Judges whether a kernel dump's file is as large as its headers say that it should be. */
export async function judgeKernelDump(
  source: ByteSource,
  header: DataView,
  dumpType: number | null,
): Promise<Completeness> {
  const foundBytes = source.size;
  if (foundBytes < headerSize) {
    return verdict('truncated', foundBytes, headerSize, say('ends-in-header', { size: headerSize }));
  }
  const promised = await promiseOf(source, header, dumpType);
  if (typeof promised === 'string') return verdict('unknown', foundBytes, null, promised);
  const { expectedBytes, because } = promised;
  if (foundBytes < expectedBytes) {
    return verdict(
      'truncated',
      foundBytes,
      expectedBytes,
      say('some-bytes-are-there', { found: foundBytes, expected: expectedBytes, because }),
    );
  }
  const attributes = u32(header, attributesAt);
  if (attributes !== null && attributes <= 0xffff && (attributes & insufficientDumpFile) !== 0) {
    return verdict('truncated', foundBytes, expectedBytes, say('no-room-to-write'));
  }
  if (dumpType === 4) return judgeTriageEnd(source, headerSize, expectedBytes, because);
  return verdict(
    'complete',
    foundBytes,
    expectedBytes,
    say('all-bytes-are-there', { expected: expectedBytes, because }),
  );
}

async function promiseOf(source: ByteSource, header: DataView, dumpType: number | null): Promise<Promised | string> {
  if (dumpType === 1) return fromMemoryRuns(header);
  if (dumpType === 3) return { expectedBytes: headerSize, because: say('header-is-all') };
  if (dumpType === 4) return await fromTriageHeader(source);
  if (dumpType === 2) return (await fromSummaryHeader(source)) ?? (await fromBitmapHeader(source));
  if (dumpType === 5 || dumpType === 6 || dumpType === 7) return await fromBitmapHeader(source);
  return say('size-untold');
}

/** Type 1: the pages of every run of memory follow the header. */
function fromMemoryRuns(header: DataView): Promised | string {
  return promisedByRuns({
    pages: size64(header, memory.numberOfPages),
    runs: u32(header, memory.numberOfRuns),
    maxRuns: memory.maxRuns,
    pagesOfRun: (run) => size64(header, memory.runs + 16 * run + 8),
    headerSize,
  });
}

/** Types 5 and 6: a second header tells where the pages begin and how many were kept. */
async function fromBitmapHeader(source: ByteSource): Promise<Promised | string> {
  const start = await source.read(headerSize, 0x38);
  return promisedByMap({
    signature: u32(start, 0),
    firstPage: size64(start, 0x20),
    pages: size64(start, 0x28),
    bits: size64(start, 0x30),
    leastFirstPage: headerSize + 0x38,
  });
}

/**
 * Type 2 as it was before Windows 8, SUMMARY_DUMP64 (WDK, as selene's headers have it): place of the first page +0xC, bits
 * +0x10, pages +0x14. Null: it is laid out as the newer types are.
 */
async function fromSummaryHeader(source: ByteSource): Promise<Promised | string | null> {
  const start = await source.read(headerSize, 0x28);
  const [firstPage, bits] = [u32(start, 0xc), u32(start, 0x10)];
  if (firstPage === null || bits === null || bits === 0) return null;
  const leastFirstPage = headerSize + 0x28 + Math.ceil(bits / 8);
  if (firstPage < leastFirstPage) return null;
  return promisedByMap({ signature: u32(start, 0), firstPage, bits, pages: u32(start, 0x14), leastFirstPage });
}

/** What a list of memory runs promises; the reason when it promises nothing. Null: the header does not say. */
export function promisedByRuns(said: {
  pages: number | null;
  runs: number | null;
  /** More runs than this are not listed in the header. */
  maxRuns: number;
  pagesOfRun(run: number): number | null;
  headerSize: number;
}): Promised | string {
  const { pages, runs } = said;
  if (pages === null || runs === null || pages === 0) return say('memory-untold');
  const expectedBytes = said.headerSize + pages * pageSize;
  if (!Number.isSafeInteger(expectedBytes)) return say('too-many-pages', { pages });
  if (runs <= said.maxRuns) {
    let sum = 0;
    for (let run = 0; run < runs; run += 1) sum += said.pagesOfRun(run) ?? Number.NaN;
    if (sum !== pages) return say('runs-disagree', { pages, runs });
  }
  return { expectedBytes, because: say('header-and-pages', { pages }) };
}

/** What the map of kept pages (marked SDMP or FDMP) promises; the reason when it promises nothing. */
export function promisedByMap(said: {
  signature: number | null;
  firstPage: number | null;
  pages: number | null;
  bits: number | null;
  /** The map itself lies before the first page. */
  leastFirstPage: number;
}): Promised | string {
  const { signature, firstPage, pages, bits } = said;
  if (signature !== 0x504d4453 && signature !== 0x504d4446) {
    return say('map-missing');
  }
  if (firstPage === null || pages === null || bits === null) return say('map-cut');
  const expectedBytes = firstPage + pages * pageSize;
  if (firstPage < said.leastFirstPage || pages > bits || !Number.isSafeInteger(expectedBytes)) {
    return say('map-senseless', { pages, bits, first: firstPage });
  }
  return { expectedBytes, because: say('headers-and-pages', { pages }) };
}

/** TRIAGE_DUMP64: SizeOfDump, then ValidOffset, where the mark TRGD ends the dump. */
async function fromTriageHeader(source: ByteSource): Promise<Promised | string> {
  const triage = await source.read(headerSize, 0x10);
  const size = u32(triage, 4);
  if (size === null || size < headerSize + 0x80) return say('triage-header-cut');
  return { expectedBytes: size, because: say('triage-size') };
}

/** A triage dump ends with the mark TRGD, whose place its triage header (at `start`) tells. */
export async function judgeTriageEnd(
  source: ByteSource,
  start: number,
  expectedBytes: number,
  because: string,
): Promise<Completeness> {
  const validOffset = u32(await source.read(start, 0x10), 8);
  const mark = validOffset === null ? null : await source.read(validOffset, 4);
  if (mark?.byteLength !== 4) return verdict('unknown', source.size, expectedBytes, say('mark-out-of-reach'));
  if (u32(mark, 0) !== 0x44475254) {
    return verdict('unknown', source.size, expectedBytes, say('mark-missing'));
  }
  return verdict(
    'complete',
    source.size,
    expectedBytes,
    say('all-bytes-and-mark-are-there', { expected: expectedBytes, because }),
  );
}

/** A verdict of completeness. */
export function verdict(
  verdict: Completeness['verdict'],
  foundBytes: number,
  expectedBytes: number | null,
  reason: string,
): Completeness {
  return { verdict, foundBytes, expectedBytes, reason };
}
