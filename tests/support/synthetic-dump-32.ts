import type { SyntheticMemory32 } from './synthetic-memory-32.js';

/**
 * Builders of 32-bit Windows kernel dumps for tests, after the layouts that rekall, rizin and Ghidra know. They share
 * no layout code with the reader in libs/crash-dump.
 */
export interface SyntheticDump32 {
  usesPae?: boolean;
  pages?: number;
  truncateTo?: number;
}

/** A complete memory dump (type 1): a header of one page, then the pages of two runs of memory. */
export function fullDump32(options: SyntheticDump32 = {}): Buffer {
  const pages = options.pages ?? 256;
  const header = header32(1, options);
  header.writeUInt32LE(2, 0x64);
  header.writeUInt32LE(pages, 0x68);
  header.writeUInt32LE(1, 0x6c);
  header.writeUInt32LE(100, 0x70);
  header.writeUInt32LE(0x1000, 0x74);
  header.writeUInt32LE(pages - 100, 0x78);
  return cut(Buffer.concat([header, Buffer.alloc(pages * 4096, 0x5a)]), options);
}

/** A kernel memory dump (type 2): header, map of the pages that were kept, those pages. */
export function kernelDump32(options: SyntheticDump32 = {}): Buffer {
  const pages = options.pages ?? 256;
  const map = Buffer.alloc(0x1000);
  map.write('SDMPDUMP', 0, 'latin1');
  map.writeUInt32LE(0x2000, 0xc);
  map.writeUInt32LE(0x4000, 0x10);
  map.writeUInt32LE(pages, 0x14);
  return cut(Buffer.concat([header32(2, options), map, Buffer.alloc(pages * 4096, 0x5a)]), options);
}

/** A small memory dump (type 4), closed by `TRGD`. */
export function triageDump32(options: SyntheticDump32 = {}): Buffer {
  const body = Buffer.alloc(0xf000);
  body.writeUInt32LE(0x10000, 4);
  body.writeUInt32LE(0xfffc, 8);
  body.write('TRGD', body.length - 4, 'latin1');
  return cut(Buffer.concat([header32(4, options), body]), options);
}

/** A complete memory dump (type 1) of a crash: two runs of memory, with all frames between the first and the last of each. */
export function fullDumpOf32(memory: SyntheticMemory32): Buffer {
  const frames = [...memory.pages.keys()].sort((a, b) => a - b);
  const low = frames.filter((frame) => frame < 0x1000);
  const runs = [low, frames.filter((frame) => frame >= 0x1000)].map((list): [number, number] => [
    list[0] ?? 0,
    (list[list.length - 1] ?? 0) - (list[0] ?? 0) + 1,
  ]);
  const header = header32(1, {}, memory);
  header.writeUInt32LE(runs.length, 0x64);
  header.writeUInt32LE(
    runs.reduce((sum, [, count]) => sum + count, 0),
    0x68,
  );
  runs.flat().forEach((value, index) => header.writeUInt32LE(value, 0x6c + 4 * index));
  const pages = runs.flatMap(([first, count]) =>
    Array.from({ length: count }, (_, index) => memory.pages.get(first + index) ?? Buffer.alloc(4096)),
  );
  return Buffer.concat([header, ...pages]);
}

/** A dump of a crash with a map of pages (types 2, 5, 6). */
export function mapDumpOf32(type: 2 | 5 | 6, memory: SyntheticMemory32): Buffer {
  const frames = [...memory.pages.keys()].sort((a, b) => a - b);
  const bits = Math.ceil(((frames[frames.length - 1] ?? 0) + 1) / 32) * 32;
  const start = Buffer.alloc(0x20 + bits / 8);
  start.write(type === 5 ? 'FDMPDUMP' : 'SDMPDUMP', 0, 'latin1');
  start.writeUInt32LE(0x1000 + start.length, 0xc);
  start.writeUInt32LE(bits, 0x10);
  start.writeUInt32LE(frames.length, 0x14);
  start.writeUInt32LE(bits, 0x18);
  for (const frame of frames) start[0x20 + (frame >> 3)]! |= 1 << (frame & 7);
  const pages = frames.map((frame) => memory.pages.get(frame) ?? Buffer.alloc(4096));
  return Buffer.concat([header32(type, {}, memory), start, ...pages]);
}

function header32(type: number, { usesPae = true }: SyntheticDump32, inside?: SyntheticMemory32): Buffer {
  const header = Buffer.alloc(0x1000, 'PAGE', 'latin1');
  header.write('PAGEDUMP', 0, 'latin1');
  header.writeUInt32LE(0xf, 8);
  header.writeUInt32LE(7601, 0xc);
  header.writeUInt32LE(0x185000, 0x10);
  header.writeUInt32LE(0x14c, 0x20);
  header.writeUInt32LE(4, 0x24);
  header.writeUInt32LE(0x1000008e, 0x28);
  [0xc0000005, 0x8f123456, 0x9a1b2c3c, 0].forEach((value, index) => header.writeUInt32LE(value, 0x2c + 4 * index));
  header[0x5c] = usesPae ? 1 : 0;
  header.fill(0, 0x5d, 0x60);
  header.writeUInt32LE(type, 0xf88);
  header.writeUInt32LE(1, 0xf94);
  header.writeBigUInt64LE(36_000_000_000n, 0xfb8);
  header.writeBigUInt64LE((BigInt(Date.UTC(2019, 11, 24, 14, 40)) + 11_644_473_600_000n) * 10_000n, 0xfc0);
  if (inside) {
    const { code, parameters } = inside.truth.bugcheck;
    header.writeUInt32LE(inside.directoryTableBase, 0x10);
    header.writeUInt32LE(inside.loadedModules, 0x18);
    header.writeUInt32LE(code, 0x28);
    parameters.forEach((value, index) => header.writeUInt32LE(Number(value), 0x2c + 4 * index));
    header[0x5c] = inside.usesPae ? 1 : 0;
    header.writeUInt32LE(inside.debuggerData, 0x60);
    inside.context.copy(header, 0x320);
    inside.exceptionRecord.copy(header, 0x7d0);
  }
  return header;
}

function cut(file: Buffer, { truncateTo }: SyntheticDump32): Buffer {
  return truncateTo === undefined ? file : file.subarray(0, truncateTo);
}
