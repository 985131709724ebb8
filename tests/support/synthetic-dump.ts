import { crc32, deflateRawSync } from 'node:zlib';
import { kernelMemory, type SyntheticMemory } from './synthetic-memory.js';

/**
 * Builders of Windows dumps for tests and the demo. They share no layout code with the reader in libs/crash-dump, so
 * that a wrong offset there cannot be right here by the same mistake.
 */
export interface SyntheticDump {
  bugcheck?: number;
  parameters?: readonly bigint[];
  build?: number;
  crashedAt?: Date;
  uptimeSeconds?: number;
  processors?: number;
  machine?: 'AMD64' | 'ARM64';
  product?: 'workstation' | 'domain-controller' | 'server';
  /** Size of the dumped memory. */
  megabytes?: number;
  /** Cuts the file after so many bytes, as a broken transfer does. */
  truncateTo?: number;
  /**
   * What lies in the memory of a 64-bit kernel dump; by default, on AMD64, the crash that Ntfs.sys 10.0.17763.592 found.
   * Its frames must be those that the kind of dump keeps: see `framesOf`. Null: pages without meaning.
   */
  memory?: SyntheticMemory | null;
}

/** Which frames a kind of synthetic dump keeps, for `kernelMemory`. */
export function framesOf(kind: 'full' | 'map'): () => number {
  let next = kind === 'full' ? 0x100 : 0x40;
  return () => {
    const frame = next;
    next += kind === 'full' ? 1 : 2;
    return frame;
  };
}

/** A complete memory dump (type 1): header, then every page of two runs of memory with a hole between them. */
export function fullDump(options: SyntheticDump = {}): Buffer {
  const inside = insideOf('full', options);
  const header = kernelHeader(1, options, inside);
  const pages = pagesOf(options);
  const firstRun = Math.min(0x9e, pages - 1);
  header.writeUInt32LE(2, 0x88);
  header.writeBigUInt64LE(BigInt(pages), 0x90);
  header.writeBigUInt64LE(1n, 0x98);
  header.writeBigUInt64LE(BigInt(firstRun), 0xa0);
  header.writeBigUInt64LE(0x100n, 0xa8);
  header.writeBigUInt64LE(BigInt(pages - firstRun), 0xb0);
  const bytes = memory(pages);
  for (const [frame, page] of inside?.pages ?? []) page.copy(bytes, (firstRun + frame - 0x100) * 4096);
  return cut(Buffer.concat([header, bytes]), options);
}

/** A dump that WinDbg wrote (types 8, 9, 10): a list of ranges, then their pages. Only `memory` is in it. */
export function rangeDump(type: 8 | 9 | 10, options: SyntheticDump = {}): Buffer {
  const inside = options.memory ?? kernelMemory();
  const frames = [...inside.pages.keys()].sort((a, b) => a - b);
  const ranges: [first: number, count: number][] = [];
  for (const frame of frames) {
    const last = ranges[ranges.length - 1];
    if (last && last[0] + last[1] === frame) last[1] += 1;
    else ranges.push([frame, 1]);
  }
  // A range of 0 ends the list; what lies behind it is no range.
  const list = Buffer.alloc(ranges.length * 16 + 32, 1);
  list.fill(0, ranges.length * 16, ranges.length * 16 + 16);
  list.writeBigUInt64LE(BigInt(inside.pages.size + 0xff), ranges.length * 16 + 16);
  list.writeBigUInt64LE(1n, ranges.length * 16 + 24);
  ranges.forEach(([first, count], index) => {
    list.writeBigUInt64LE(BigInt(first), index * 16);
    list.writeBigUInt64LE(BigInt(count), index * 16 + 8);
  });
  const start = Buffer.alloc(0x30);
  start.writeUInt32LE(0x40, 0);
  start.write('RDMPDUMP', 4, 'latin1');
  start.writeBigUInt64LE(BigInt(list.length + 0x10), 0x10);
  start.writeBigUInt64LE(BigInt(0x2000 + 0x30 + list.length), 0x18);
  if (type === 10) {
    start.writeUInt32LE(ranges.length, 0x20);
    start.writeBigUInt64LE(BigInt(frames.length), 0x28);
  }
  const pages = frames.map((frame) => inside.pages.get(frame) ?? Buffer.alloc(4096));
  return cut(Buffer.concat([kernelHeader(type, options, inside), start, list, ...pages]), options);
}

/** A dump with a map of pages (types 2, 5, 6, 7) that holds the pages of `memory` and no others. */
export function mapDump(type: 2 | 5 | 6 | 7, memory: SyntheticMemory, options: SyntheticDump = {}): Buffer {
  const frames = [...memory.pages.keys()].sort((a, b) => a - b);
  const map = Buffer.alloc(Math.ceil(((frames[frames.length - 1] ?? 0) + 1) / 64) * 8);
  for (const frame of frames) map[frame >> 3]! |= 1 << (frame & 7);
  const start = Buffer.alloc(0x38);
  start.write(type === 5 ? 'FDMPDUMP' : 'SDMPDUMP', 0, 'latin1');
  start.writeBigUInt64LE(BigInt(0x2000 + start.length + map.length), 0x20);
  start.writeBigUInt64LE(BigInt(frames.length), 0x28);
  start.writeBigUInt64LE(BigInt(map.length * 8), 0x30);
  const pages = frames.map((frame) => memory.pages.get(frame) ?? Buffer.alloc(4096));
  return cut(Buffer.concat([kernelHeader(type, options, memory), start, map, ...pages]), options);
}

/** The kernel memory dump (type 2) of Windows 7 and before: its map of pages is laid out in another way. */
export function summaryDump(memory: SyntheticMemory): Buffer {
  const frames = [...memory.pages.keys()].sort((a, b) => a - b);
  const bits = Math.ceil(((frames[frames.length - 1] ?? 0) + 1) / 64) * 64;
  const start = Buffer.alloc(0x28 + bits / 8);
  start.write('SDMPDUMP', 0, 'latin1');
  [0x2000 + start.length + 0x800, bits, frames.length, bits].forEach((value, index) =>
    start.writeUInt32LE(value, 0xc + 4 * index),
  );
  for (const frame of frames) start[0x28 + (frame >> 3)]! |= 1 << (frame & 7);
  const pages = frames.map((frame) => memory.pages.get(frame) ?? Buffer.alloc(4096));
  return Buffer.concat([kernelHeader(2, {}, memory), start, Buffer.alloc(0x800), ...pages]);
}

/** A kernel memory dump (type 6): header, map of the pages that were kept, those pages. */
export function kernelDump(options: SyntheticDump = {}): Buffer {
  return bitmapDump(6, 'SDMP', options);
}

/** An active memory dump (type 5 with a filtered map of pages). */
export function activeDump(options: SyntheticDump = {}): Buffer {
  return bitmapDump(5, 'FDMP', options);
}

/** A small memory dump (type 4): header, triage header, some data, its closing mark `TRGD`. */
export function triageDump(options: SyntheticDump = {}): Buffer {
  const size = 0x10000;
  const body = Buffer.alloc(size - 0x2000);
  body.writeUInt32LE(size, 4);
  body.writeUInt32LE(size - 4, 8);
  body.writeUInt32LE(0x348, 12);
  body.writeUInt32LE(0xf00, 16);
  body.write('TRGD', body.length - 4, 'latin1');
  return cut(Buffer.concat([kernelHeader(4, options), body]), options);
}

/** A dump of one process (MDMP) that died of an access violation at 0x401000. */
export function userDump(options: SyntheticDump = {}): Buffer {
  const crashedAt = options.crashedAt ?? new Date('2019-12-24T14:40:00Z');
  const file = Buffer.alloc(0x400);
  file.write('MDMP', 0, 'latin1');
  file.writeUInt32LE(0xa793, 4);
  file.writeUInt32LE(3, 8);
  file.writeUInt32LE(0x20, 12);
  file.writeUInt32LE(Math.floor(crashedAt.getTime() / 1000), 20);
  const streams = [
    [7, 56, 0x100],
    [6, 168, 0x140],
    [9, 32, 0x200],
  ] as const;
  streams.forEach(([type, size, place], index) => {
    file.writeUInt32LE(type, 0x20 + 12 * index);
    file.writeUInt32LE(size, 0x24 + 12 * index);
    file.writeUInt32LE(place, 0x28 + 12 * index);
  });
  file.writeUInt16LE(options.machine === 'ARM64' ? 12 : 9, 0x100);
  file[0x106] = options.processors ?? 8;
  file[0x107] = productNumber(options);
  file.writeUInt32LE(10, 0x108);
  file.writeUInt32LE(options.build ?? 17763, 0x110);
  file.writeUInt32LE(2, 0x114);
  file.writeUInt32LE(0xc0000005, 0x148);
  file.writeBigUInt64LE(0x401000n, 0x158);
  const memoryBytes = pagesOf(options) * 4096;
  file.writeBigUInt64LE(1n, 0x200);
  file.writeBigUInt64LE(BigInt(file.length), 0x208);
  file.writeBigUInt64LE(0x400000n, 0x210);
  file.writeBigUInt64LE(BigInt(memoryBytes), 0x218);
  return cut(Buffer.concat([file, memory(memoryBytes / 4096)]), options);
}

/** What stands before the pages of a kernel memory dump, however many they are. */
export function kernelDumpBeginning(options: SyntheticDump = {}): Buffer {
  return bitmapBeginning(6, 'SDMP', options);
}

function bitmapDump(type: 5 | 6, signature: 'SDMP' | 'FDMP', options: SyntheticDump): Buffer {
  const bytes = memory(pagesOf(options));
  for (const [frame, page] of insideOf('map', options)?.pages ?? []) page.copy(bytes, (frame / 2) * 4096);
  return cut(Buffer.concat([bitmapBeginning(type, signature, options), bytes]), options);
}

function bitmapBeginning(type: 5 | 6, signature: 'SDMP' | 'FDMP', options: SyntheticDump): Buffer {
  const pages = pagesOf(options);
  const map = Buffer.alloc(pages / 4);
  for (let page = 0; page < pages * 2; page += 2) map[page >> 3]! |= 1 << (page & 7);
  const start = Buffer.alloc(0x38);
  start.write(`${signature}DUMP`, 0, 'latin1');
  start.writeBigUInt64LE(BigInt(0x2000 + start.length + map.length), 0x20);
  start.writeBigUInt64LE(BigInt(pages), 0x28);
  start.writeBigUInt64LE(BigInt(map.length * 8), 0x30);
  return Buffer.concat([kernelHeader(type, options, insideOf('map', options)), start, map]);
}

const built = new Map<string, SyntheticMemory>();

function insideOf(kind: 'full' | 'map', options: SyntheticDump): SyntheticMemory | null {
  if (options.memory !== undefined || options.machine === 'ARM64') return options.memory ?? null;
  const inside = built.get(kind) ?? kernelMemory({ frames: framesOf(kind) });
  built.set(kind, inside);
  const lastFrame = kind === 'full' ? pagesOf(options) + 0x100 - 0x9e : pagesOf(options) * 2;
  return Math.max(...inside.pages.keys()) < lastFrame ? inside : null;
}

function kernelHeader(type: number, options: SyntheticDump, inside: SyntheticMemory | null = null): Buffer {
  const header = Buffer.alloc(0x2000, 'PAGE', 'latin1');
  const truth = inside?.truth.bugcheck ?? {
    code: 0x139,
    parameters: [3n, 0xfffff90a12346a80n, 0xfffff90a123469d8n, 0n],
  };
  const parameters = options.parameters ?? truth.parameters;
  header.write('PAGEDU64', 0, 'latin1');
  header.writeUInt32LE(0xf, 8);
  header.writeUInt32LE(options.build ?? inside?.build ?? 17763, 0xc);
  // The low bits are no address: they are a mark of the processor for its own use.
  header.writeBigUInt64LE(inside ? inside.directoryTableBase | 2n : 0x1ad000n, 0x10);
  header.writeBigUInt64LE(inside?.loadedModules ?? 0xfffff807373f0310n, 0x20);
  if (inside) {
    header.writeBigUInt64LE(inside.debuggerData, 0x80);
    inside.context.copy(header, 0x348);
    inside.exceptionRecord.copy(header, 0xf00);
  }
  header.writeUInt32LE((options.machine ?? inside?.machine) === 'ARM64' ? 0xaa64 : 0x8664, 0x30);
  header.writeUInt32LE(options.processors ?? 8, 0x34);
  header.writeUInt32LE(options.bugcheck ?? truth.code, 0x38);
  for (let index = 0; index < 4; index += 1) header.writeBigUInt64LE(parameters[index] ?? 0n, 0x40 + 8 * index);
  header.writeUInt32LE(type, 0xf98);
  const crashedAt = options.crashedAt ?? new Date('2019-12-24T14:40:00Z');
  header.writeBigUInt64LE((BigInt(crashedAt.getTime()) + 11_644_473_600_000n) * 10_000n, 0xfa8);
  header.writeBigUInt64LE(BigInt(Math.round((options.uptimeSeconds ?? 45_000) * 1e7)), 0x1030);
  header.writeUInt32LE(productNumber(options), 0x1040);
  header.writeUInt32LE(0x110, 0x1044);
  header.writeUInt32LE(0, 0x1048);
  return header;
}

function productNumber({ product = 'workstation' }: SyntheticDump): number {
  return { workstation: 1, 'domain-controller': 2, server: 3 }[product];
}

function pagesOf({ megabytes = 2 }: SyntheticDump): number {
  return Math.max(1, Math.round(megabytes)) * 256;
}

/** Pages like those of real memory: some empty, some text, some numbers; they compress to about a third. */
function memory(pages: number): Buffer {
  const bytes = Buffer.alloc(pages * 4096);
  let state = 1809;
  for (let page = 0; page < pages; page += 1) {
    if (page % 4 === 0) continue;
    const start = page * 4096;
    if (page % 4 === 1) bytes.fill(`page ${page} of a synthetic dump; `, start, start + 4096, 'latin1');
    else
      for (let offset = start; offset < start + 4096; offset += 8) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        bytes.writeUInt32LE(state >>> 8, offset);
        bytes.writeUInt32LE(0xfffff807, offset + 4);
      }
  }
  return bytes;
}

function cut(dump: Buffer, { truncateTo }: SyntheticDump): Buffer {
  return truncateTo === undefined ? dump : dump.subarray(0, truncateTo);
}

/** Packs files into a ZIP (deflate), in the order given. */
export function zipOf(files: Readonly<Record<string, Uint8Array>>, options: { encrypted?: boolean } = {}): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const nameBytes = Buffer.from(name, 'utf8');
    const packed = deflateRawSync(content, { level: 6 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800 | (options.encrypted ? 1 : 0), 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(0x4f98, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, nameBytes]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
