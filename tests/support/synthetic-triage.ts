import { triageDump } from './synthetic-dump.js';
import type { SyntheticMemory } from './synthetic-memory.js';

const kernelAt = 0xffff_f807_3720_0000n;
const driverAt = 0xffff_f807_4a00_0000n;
const stackAt = 0xffff_9a0c_1234_0000n;
/** Where the driver crashed, and where its caller and the kernel's reporting return to. */
const [fault, caller, reporting] = [driverAt + 0x1250n, driverAt + 0x2345n, kernelAt + 0x1c2f9bn];

/** What the reader has to find in `triageDumpOfDriver`. */
export const triageTruth = {
  modules: [
    ['ntoskrnl.exe', '\\SystemRoot\\system32\\ntoskrnl.exe', kernelAt, 0xab7000, 0x5de00001],
    ['打包.sys', '\\??\\C:\\Drivers\\打包.sys', driverAt, 0x9000, 0x5de00002],
  ] as const,
  unloaded: { name: 'oldfilter.sy', base: 0xffff_f807_4b00_0000n, size: 0x8000 },
  broken: '打包.sys',
  process: { name: 'Packer.exe', id: 4404 },
  processor: { vendor: 'GenuineIntel', megahertz: 2904 },
  buildLab: '17763.1.amd64fre.rs5_release.180914-1434',
  fault,
  caller,
  reporting,
};

/**
 * A small memory dump of a driver that read freed memory (0xD1): drivers, an unloaded one, a driver that Windows notes as
 * broken, processor, process, a stack with the trap frame of the fault.
 */
export function triageDumpOfDriver(): Buffer {
  const dump = triageDump({ bugcheck: 0xd1, parameters: [0x10n, 2n, 0n, fault] });
  let free = 0x2080;
  const room = (bytes: number, inHeader?: number): number => {
    const place = free;
    free += (bytes + 15) & ~15;
    if (inHeader !== undefined) dump.writeUInt32LE(place, 0x2000 + inHeader);
    return place;
  };
  const text = (place: number, value: string): number => {
    dump.writeUInt32LE(value.length, place);
    dump.write(`${value}\0`, place + 4, 'utf16le');
    return place;
  };

  // The context of the header is that of the bugcheck.
  dump.writeBigUInt64LE(stackAt + 8n, 0x348 + 0x98);
  dump.writeBigUInt64LE(kernelAt + 0x1b0a80n, 0x348 + 0xf8);

  const { modules, unloaded, broken, process, processor, buildLab } = triageTruth;
  const drivers = room(modules.length * 0x90, 0x30);
  dump.writeUInt32LE(modules.length, 0x2034);
  const strings = room(0x200, 0x38);
  dump.writeUInt32LE(0x200, 0x203c);
  modules.forEach(([, path, base, size, stamp], index) => {
    const entry = drivers + index * 0x90;
    dump.writeUInt32LE(text(strings + index * 0x80, path), entry);
    dump.writeBigUInt64LE(base, entry + 0x38);
    dump.writeUInt32LE(size, entry + 0x48);
    dump.writeUInt32LE(0x1111 * (index + 1), entry + 0x80);
    dump.writeUInt32LE(stamp, entry + 0x88);
  });

  const list = room(8 + 0x38, 0x18);
  dump.writeUInt32LE(1, list);
  dump.writeUInt16LE(26, list + 8);
  dump.write(unloaded.name, list + 8 + 0x10, 'utf16le');
  dump.writeBigUInt64LE(unloaded.base, list + 8 + 0x28);
  dump.writeBigUInt64LE(unloaded.base + BigInt(unloaded.size), list + 8 + 0x30);

  text(room(0x80, 0x40), broken);

  const prcb = room(0x100, 0x1c);
  dump.writeUInt32LE(processor.megahertz, prcb + 0x44);
  dump.write(processor.vendor, prcb + 0x60, 'latin1');

  const eprocess = room(0x880, 0x20);
  dump.write('NotAName\x01\x02', eprocess + 0x200, 'latin1');
  dump.writeUInt32LE(process.id, eprocess + 0x2e0);
  dump.write(process.name, eprocess + 0x450, 'latin1');

  const stack = room(0x800, 0x28);
  dump.writeUInt32LE(0x800, 0x202c);
  dump.writeBigUInt64LE(stackAt, 0x2048);
  const push = (at: number, value: bigint): unknown => dump.writeBigUInt64LE(value, stack + at);
  push(0x48, reporting);
  push(0x100 + 0x168, fault);
  push(0x100 + 0x170, 0x10n);
  push(0x100 + 0x180, stackAt + 0x400n);
  push(0x428, caller);

  const kernel = room(0x380, 0x70);
  dump.writeUInt32LE(0x380, 0x2074);
  dump.write('KDBG', kernel + 0x10, 'latin1');
  dump.writeBigUInt64LE(kernelAt + 0x500n, kernel + 0x208);
  dump.writeUInt16LE(0x44, kernel + 0x2b6);
  dump.writeUInt16LE(0x60, kernel + 0x2ba);

  const lab = room(64);
  dump.write(`${buildLab}\0`, lab, 'latin1');
  const blocks = room(16, 0x78);
  dump.writeUInt32LE(1, 0x207c);
  dump.writeBigUInt64LE(kernelAt + 0x500n, blocks);
  dump.writeUInt32LE(lab, blocks + 8);
  dump.writeUInt32LE(64, blocks + 12);
  return dump;
}

/**
 * The small memory dump (type 4) that Windows writes of the same crash as `memory`: drivers, the stack of the bugcheck, its
 * data, and little windows of memory round what parameters and stack point to. No image is in it as a whole.
 */
export function triageOf(memory: SyntheticMemory): Buffer {
  const { truth, machine } = memory;
  const parts: Buffer[] = [];
  let next = 0x2080;
  const keep = (bytes: Buffer): number => {
    const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 15)]);
    const place = next;
    parts.push(padded);
    next += padded.length;
    return place;
  };
  const read = (address: bigint, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const at = address + BigInt(done);
      const page = memory.pages.get(memory.frameOf(at)) ?? Buffer.alloc(4096);
      const inside = Number(at % 4096n);
      done += page.copy(bytes, done, inside, Math.min(4096, inside + length - done));
    }
    return bytes;
  };
  const text = (value: string): Buffer => {
    const bytes = Buffer.alloc(4 + value.length * 2 + 2);
    bytes.writeUInt32LE(value.length, 0);
    bytes.write(value, 4, 'utf16le');
    return bytes;
  };
  const head = Buffer.alloc(0x80);
  const names = truth.modules.map(({ name }) => keep(text(`\\SystemRoot\\System32\\drivers\\${name}`)));
  const drivers = Buffer.alloc(truth.modules.length * 0x90);
  truth.modules.forEach(({ base, size }, index) => {
    drivers.writeUInt32LE(names[index] ?? 0, index * 0x90);
    drivers.writeBigUInt64LE(base, index * 0x90 + 0x38);
    drivers.writeUInt32LE(size, index * 0x90 + 0x48);
  });
  head.writeUInt32LE(keep(drivers), 0x30);
  head.writeUInt32LE(truth.modules.length, 0x34);
  const unloaded = Buffer.alloc(8 + truth.unloaded.length * 0x38);
  unloaded.writeUInt32LE(truth.unloaded.length, 0);
  truth.unloaded.forEach(({ name, from, to }, index) => {
    unloaded.writeUInt16LE(Math.min(24, name.length * 2), 8 + index * 0x38);
    unloaded.write(name.slice(0, 12), 0x18 + index * 0x38, 'utf16le');
    unloaded.writeBigUInt64LE(from, 0x30 + index * 0x38);
    unloaded.writeBigUInt64LE(to, 0x38 + index * 0x38);
  });
  head.writeUInt32LE(keep(unloaded), 0x18);
  const top = memory.context.readBigUInt64LE(machine === 'ARM64' ? 0x100 : 0x98);
  const stackBytes = Number((top | 0xfffn) + 1n - top) + 0x4000;
  const last = truth.frames[truth.frames.length - 1]?.stackPointer ?? top;
  const length = Math.min(stackBytes, Number(last + 0x100n - top));
  head.writeUInt32LE(keep(read(top, length)), 0x28);
  head.writeUInt32LE(length, 0x2c);
  head.writeBigUInt64LE(top, 0x48);
  head.writeUInt32LE(keep(read(memory.debuggerData, 0x380)), 0x70);
  head.writeUInt32LE(0x380, 0x74);
  const process = Buffer.alloc(0xc80);
  process.write('System', 0x560, 'latin1');
  head.writeUInt32LE(keep(process), 0x20);
  const windows = truth.bugcheck.parameters.filter((value) => value >= 0xffff800000000000n && isThere(memory, value));
  const blocks = windows.map((value): [bigint, number, number] => [value, keep(read(value, 0x400)), 0x400]);
  const list = Buffer.alloc(blocks.length * 16);
  blocks.forEach(([address, place, size], index) => {
    list.writeBigUInt64LE(address, index * 16);
    list.writeUInt32LE(place, index * 16 + 8);
    list.writeUInt32LE(size, index * 16 + 12);
  });
  head.writeUInt32LE(keep(list), 0x78);
  head.writeUInt32LE(blocks.length, 0x7c);
  head.writeUInt32LE(next + 4, 4);
  head.writeUInt32LE(next, 8);
  const { bugcheck } = truth;
  const options = { machine, build: memory.build, bugcheck: bugcheck.code, parameters: bugcheck.parameters };
  const header = triageDump(options).subarray(0, 0x2000);
  memory.context.copy(header, 0x348);
  memory.exceptionRecord.copy(header, 0xf00);
  return Buffer.concat([header, head, ...parts, Buffer.from('TRGD', 'latin1')]);
}

function isThere(memory: SyntheticMemory, address: bigint): boolean {
  return memory.pages.has(memory.frameOf(address));
}
