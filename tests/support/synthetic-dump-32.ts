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

/** The small memory dump (type 4) of a crash: drivers, stack, little windows of memory, closed by `TRGD`. */
export function triageOf32(memory: SyntheticMemory32): Buffer {
  const { truth, context, debuggerData } = memory;
  const parts: Buffer[] = [];
  let next = 0x1068;
  const keep = (bytes: Buffer): number => {
    const place = next;
    const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
    parts.push(padded);
    next += padded.length;
    return place;
  };
  const numbers = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
    return bytes;
  };
  const head = Buffer.alloc(0x68);
  const set = (offset: number, value: number): unknown => head.writeUInt32LE(value, offset);
  const names = truth.modules.map(({ name }) => {
    const path = `\\SystemRoot\\System32\\drivers\\${name}`;
    return keep(Buffer.concat([numbers(path.length), Buffer.from(`${path}\0`, 'utf16le')]));
  });
  const drivers = truth.modules.map(({ base, size }, index) => {
    const entry = Buffer.alloc(0x4c);
    entry.writeUInt32LE(names[index] ?? 0, 0);
    entry.writeUInt32LE(Number(base), 4 + 0x18);
    entry.writeUInt32LE(size, 4 + 0x20);
    entry.writeUInt32LE(0x4ce78a09, 4 + 0x44);
    return entry;
  });
  set(0x30, keep(Buffer.concat(drivers)));
  set(0x34, drivers.length);
  const unloaded = truth.unloaded.map(({ name, from, to }) => {
    const entry = Buffer.alloc(0x28);
    entry.writeUInt16LE(name.length * 2, 0);
    entry.write(name.slice(0, 12), 8, 'utf16le');
    numbers(Number(from), Number(to)).copy(entry, 0x20);
    return entry;
  });
  set(0x18, keep(Buffer.concat([numbers(unloaded.length), ...unloaded])));
  const top = context.readUInt32LE(0xc4);
  const length = Number(truth.frames[truth.frames.length - 1]?.stackPointer ?? 0n) + 0x18 - top;
  set(0x28, keep(memory.read(top, length)));
  set(0x2c, length);
  set(0x48, top);
  set(0x58, keep(memory.read(debuggerData, 0x340)));
  set(0x5c, 0x340);
  const process = Buffer.alloc(0x2c0);
  process.write('System', 0x16c, 'latin1');
  set(0x20, keep(process));
  const lab = memory.read(debuggerData + 0x208, 4).readUInt32LE(0);
  const places = [
    lab,
    ...truth.bugcheck.parameters.map(Number).filter((value) => value >= 0x85000000 && value < 0xc0000000),
  ];
  const blocks = places.map((address) => numbers(address, keep(memory.read(address, 0x300)), 0x300));
  set(0x60, keep(Buffer.concat(blocks)));
  set(0x64, blocks.length);
  set(4, next + 4);
  set(8, next);
  return Buffer.concat([header32(4, {}, memory), head, ...parts, Buffer.from('TRGD', 'latin1')]);
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
