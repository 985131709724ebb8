import type { ByteSource } from '../byte-source.js';
import type { Completeness, DumpFacts, ExceptionFacts } from '../dump-facts.js';
import { hex, size64, u32, u64 } from '../fields.js';
import { statusName } from '../nt-status.js';
import { UnreadableDump } from '../unreadable-dump.js';
import { productName } from '../windows-builds.js';
import { say } from '../sentences.js';

const headerSize = 32;
const entrySize = 12;
/** Real dumps have 8 to 30 streams; fuzzed ones claim millions. */
const maxStreams = 1024;
/** Real full dumps of a process have thousands of ranges. */
export const maxRanges = 262_144;

const streamType = { memory: 5, exception: 6, system: 7, memory64: 9, misc: 15 } as const;

/** One part of a minidump and where it lies. */
export interface Stream {
  type: number;
  size: number;
  place: number;
}

/** Reads a minidump of one process (MDMP), as Windows, Breakpad and Crashpad write them. */
export async function readUserMinidump(source: ByteSource): Promise<DumpFacts> {
  const header = await source.read(0, headerSize);
  if (header.byteLength < headerSize) {
    throw new UnreadableDump(
      'damaged',
      say('minidump-ends-early', { size: source.size }),
      say('minidump-header', { size: 32 }),
    );
  }
  const version = header.getUint16(4, true);
  if (version !== 0xa793) {
    throw new UnreadableDump('damaged', say('minidump-of-version', { version: hex(version) }), say('minidump-version'));
  }
  const claimed = header.getUint32(8, true);
  const directory = header.getUint32(12, true);
  const streams = await readDirectory(source, directory, Math.min(claimed, maxStreams));
  const view = async (type: number, length: number): Promise<DataView | null> => {
    const stream = streams.find((one) => one.type === type);
    if (!stream) return null;
    return source.read(stream.place, Math.min(stream.size, length));
  };
  const seconds = header.getUint32(20, true);
  const system = readSystem(await view(streamType.system, 56));
  return {
    format: 'user-minidump',
    kind: 'user',
    bugcheck: null,
    exception: readException(await view(streamType.exception, 168), system.isWindows),
    machine: system.machine,
    osBuild: system.build,
    osName: system.name,
    processors: system.processors,
    crashedAt: seconds === 0 ? null : new Date(seconds * 1000).toISOString(),
    uptimeSeconds: processUptime(await view(streamType.misc, 24), seconds),
    completeness: await judge(source, { claimed, directory, streams }),
  };
}

/** The parts of a minidump that its directory lists; of absurd counts as many as are believed. */
export async function readStreams(source: ByteSource): Promise<Stream[]> {
  const header = await source.read(0, headerSize);
  if (header.byteLength < headerSize) return [];
  return readDirectory(source, header.getUint32(12, true), Math.min(header.getUint32(8, true), maxStreams));
}

async function readDirectory(source: ByteSource, place: number, count: number): Promise<Stream[]> {
  const view = await source.read(place, count * entrySize);
  const streams: Stream[] = [];
  for (let offset = 0; offset + entrySize <= view.byteLength; offset += entrySize) {
    const type = view.getUint32(offset, true);
    if (type === 0) continue;
    streams.push({ type, size: view.getUint32(offset + 4, true), place: view.getUint32(offset + 8, true) });
  }
  return streams;
}

const machines: Readonly<Record<number, string>> = {
  0: 'x86',
  5: 'ARM',
  6: 'IA64',
  9: 'AMD64',
  12: 'ARM64',
  0x8003: 'ARM64',
};

/** Platforms above 0x8000 are those of Breakpad and Crashpad. */
const otherPlatforms: Readonly<Record<number, string>> = {
  0x8101: 'macOS',
  0x8102: 'iOS',
  0x8201: 'Linux',
  0x8203: 'Android',
};

interface SystemFacts {
  machine: string;
  build: number | null;
  name: string | null;
  processors: number | null;
  isWindows: boolean;
}

function readSystem(view: DataView | null): SystemFacts {
  if (!view || view.byteLength < 24) {
    return { machine: 'unknown', build: null, name: null, processors: null, isWindows: true };
  }
  const architecture = view.getUint16(0, true);
  const processors = view.getUint8(6);
  const platform = view.getUint32(20, true);
  const isWindows = platform < 0x8000;
  const build = view.getUint32(16, true);
  const known = isWindows && build > 0 && build < 100_000 ? build : null;
  return {
    machine: machines[architecture] ?? `unknown (${hex(architecture)})`,
    build: known,
    name: isWindows ? productName(known, view.getUint8(7)) : (otherPlatforms[platform] ?? null),
    processors: processors === 0 ? null : processors,
    isWindows,
  };
}

function readException(view: DataView | null, isWindows: boolean): ExceptionFacts | null {
  if (!view || view.byteLength < 32) return null;
  const code = view.getUint32(8, true);
  return { code: hex(code), name: isWindows ? statusName(code) : null, address: hex(view.getBigUint64(24, true)) };
}

/** MINIDUMP_MISC_INFO: flag 2 says that the time at which the process began is there. */
function processUptime(view: DataView | null, endedAt: number): number | null {
  if (!view || view.byteLength < 16 || (view.getUint32(4, true) & 2) === 0) return null;
  const beganAt = view.getUint32(12, true);
  return beganAt > 0 && endedAt >= beganAt ? endedAt - beganAt : null;
}

interface Outline {
  claimed: number;
  directory: number;
  streams: Stream[];
}

/** A minidump ends where its last stream or the last memory that it lists ends. */
async function judge(source: ByteSource, { claimed, directory, streams }: Outline): Promise<Completeness> {
  const foundBytes = source.size;
  if (claimed > maxStreams) {
    const reason = say('too-many-streams', { claimed, most: maxStreams });
    return { verdict: 'unknown', foundBytes, expectedBytes: null, reason };
  }
  const memory = await memoryEnd(source, streams);
  const expectedBytes = Math.max(
    headerSize,
    directory + claimed * entrySize,
    ...streams.map(({ place, size }) => place + size),
    memory ?? 0,
  );
  if (foundBytes < expectedBytes) {
    return {
      verdict: 'truncated',
      foundBytes,
      expectedBytes,
      reason: say('bytes-missing', { found: foundBytes, expected: expectedBytes }),
    };
  }
  if (memory === null) {
    return {
      verdict: 'unknown',
      foundBytes,
      expectedBytes,
      reason: say('memory-list-damaged'),
    };
  }
  if (streams.length === 0) {
    return { verdict: 'unknown', foundBytes, expectedBytes, reason: say('no-streams') };
  }
  return {
    verdict: 'complete',
    foundBytes,
    expectedBytes,
    reason: say('streams-and-memory-are-there', { expected: expectedBytes, streams: streams.length }),
  };
}

/** Where the last listed memory ends; 0 when none is listed, null when the lists make no sense. */
async function memoryEnd(source: ByteSource, streams: readonly Stream[]): Promise<number | null> {
  const list = await memoryListEnd(
    source,
    streams.find(({ type }) => type === streamType.memory),
  );
  const list64 = await memory64ListEnd(
    source,
    streams.find(({ type }) => type === streamType.memory64),
  );
  return list === null || list64 === null ? null : Math.max(list, list64);
}

/** MINIDUMP_MEMORY_LIST: a count, then {u64 address, u32 size, u32 place}. */
async function memoryListEnd(source: ByteSource, stream: Stream | undefined): Promise<number | null> {
  if (!stream) return 0;
  const count = u32(await source.read(stream.place, 4), 0);
  if (count === null || count > maxRanges || count * 16 > stream.size) return null;
  let end = 0;
  const whole = await forEachRange(source, stream.place + stream.size - count * 16, count, (range, offset) => {
    end = Math.max(end, range.getUint32(offset + 8, true) + range.getUint32(offset + 12, true));
  });
  return whole ? end : null;
}

/** MINIDUMP_MEMORY64_LIST: a count, the place of the first byte, then {u64 address, u64 size}; memory lies in a row. */
async function memory64ListEnd(source: ByteSource, stream: Stream | undefined): Promise<number | null> {
  if (!stream) return 0;
  const start = await source.read(stream.place, 16);
  const count = u64(start, 0);
  const base = size64(start, 8);
  if (count === null || base === null || count > BigInt(maxRanges)) return null;
  let end = BigInt(base);
  const whole = await forEachRange(source, stream.place + 16, Number(count), (range, offset) => {
    end += range.getBigUint64(offset + 8, true);
  });
  return whole && end <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(end) : null;
}

/** Visits descriptors of 16 bytes in reads of 64 KiB; false when the source ends before the last one. */
async function forEachRange(
  source: ByteSource,
  place: number,
  count: number,
  visit: (view: DataView, offset: number) => void,
): Promise<boolean> {
  const perRead = 4096;
  for (let done = 0; done < count; done += perRead) {
    const wanted = Math.min(perRead, count - done) * 16;
    const view = await source.read(place + done * 16, wanted);
    for (let offset = 0; offset + 16 <= view.byteLength; offset += 16) visit(view, offset);
    if (view.byteLength < wanted) return false;
  }
  return true;
}
