import { resourcesOf } from './synthetic-image.js';
import type { CrashTruth, TrueFrame } from './synthetic-truth.js';

/**
 * Kernel memory of a crash of 32-bit Windows 7, page by page: page tables with or without PAE, drivers with versions, a
 * stack of functions with and without frame pointers. Shares no layout code with the reader.
 */
export interface SyntheticMemory32 {
  pages: ReadonlyMap<number, Buffer>;
  usesPae: boolean;
  directoryTableBase: number;
  loadedModules: number;
  debuggerData: number;
  context: Buffer;
  exceptionRecord: Buffer;
  truth: CrashTruth;
  read(address: number, length: number): Buffer;
  /** Takes a page away: `transition` leaves it in its frame, `prototype` leaves it elsewhere, `absent` nothing. */
  unmap(address: number, how: 'transition' | 'prototype' | 'absent'): void;
}

export type Scenario32 = 'kernel mode exception (0x1000008E)' | 'system thread (0x7E)' | 'paged data (0xD1)';

interface Driver32 {
  name: string;
  base: number;
  size: number;
  version: readonly number[];
  company: string;
  /** Place of each function; those with a frame keep ebp. */
  functions: Readonly<Record<string, { rva: number; hasFrame: boolean; room: number }>>;
}

const microsoft = 'Microsoft Corporation';
const framed = (rva: number, room = 0x40): Driver32['functions'][string] => ({ rva, hasFrame: true, room });
const drivers: readonly Driver32[] = [
  {
    ...{ name: 'ntkrnlpa.exe', base: 0x82a00000, size: 0x412000, version: [6, 1, 7601, 24545], company: microsoft },
    functions: {
      ...{
        KeBugCheckEx: framed(0x1000, 0x20),
        KiDispatchException: framed(0x2000, 0x1f0),
        KiTrap0E: framed(0x3000, 0),
      },
      ...{
        KiSystemServicePostCall: framed(0x4000, 8),
        NtReadFile: framed(0x5000),
        PspSystemThreadStartup: framed(0x7000),
      },
      IofCallDriver: { rva: 0x6000, hasFrame: false, room: 0x10 },
    },
  },
  {
    ...{ name: 'fltmgr.sys', base: 0x8b000000, size: 0x34000, version: [6, 1, 7601, 17514], company: microsoft },
    functions: { FltpDispatch: framed(0x1000), FltpPerformPreCallbacks: framed(0x2000, 0x80) },
  },
  {
    ...{ name: 'acmeold.sys', base: 0x92000000, size: 0x16000, version: [2, 7, 0, 31], company: 'Acme Storage GmbH' },
    functions: { AcmePreRead: framed(0x1000), AcmeWalk: { rva: 0x2000, hasFrame: false, room: 0x24 } },
  },
];
const unloaded = [{ name: 'acmescan.sys', from: 0x93000000n, to: 0x93008000n }];
const [loadedModules, kernelData, pool, stackEnd] = [0x82b70850, 0x82b45be8, 0x85000000, 0x9a1b4000];
const usedBytes = 0x3000;
const offsetOfCall = 0x20;

/** Tables of 32-bit x86; the first 4 MiB of the kernel lie in large pages. */
class AddressSpace32 {
  readonly pages = new Map<number, Buffer>();
  readonly base: number;

  constructor(
    private readonly usesPae: boolean,
    private next = 0x100,
  ) {
    const top = this.newPage();
    this.base = top * 4096 + (usesPae ? 0x60 : 0);
    if (usesPae) {
      for (let part = 0; part < 4; part += 1) {
        this.page(top).writeBigUInt64LE(BigInt(this.newPage()) * 4096n + 1n, 0x60 + part * 8);
      }
    }
    const bytes = usesPae ? 0x200000 : 0x400000;
    for (let at = 0; at < 0x400000; at += bytes) {
      const { table, index } = this.directoryEntry(0x82a00000 - (0x82a00000 % 0x400000) + at);
      this.put(table, index, 0x1000 * 4096 + at + 0xe3);
    }
  }

  write(address: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const at = address + done;
      const count = Math.min(bytes.length - done, 4096 - (at % 4096));
      this.pageOf(at).set(bytes.subarray(done, done + count), at % 4096);
      done += count;
    }
  }

  read(address: number, length: number): Buffer {
    const parts: Buffer[] = [];
    for (let done = 0; done < length;) {
      const at = address + done;
      const count = Math.min(length - done, 4096 - (at % 4096));
      parts.push(Buffer.from(this.pageOf(at).subarray(at % 4096, (at % 4096) + count)));
      done += count;
    }
    return Buffer.concat(parts);
  }

  unmap(address: number, how: 'transition' | 'prototype' | 'absent'): void {
    const { table, index } = this.tableEntry(address);
    const entry = this.get(table, index);
    this.put(table, index, { transition: entry - (entry % 4096) + 0x880, prototype: 0x12345400, absent: 0 }[how]);
  }

  private pageOf(address: number): Buffer {
    const directory = this.directoryEntry(address);
    const large = this.get(directory.table, directory.index);
    if ((large & 0x80) !== 0) {
      const span = this.usesPae ? 0x200000 : 0x400000;
      return this.page(
        Math.floor(large / 4096) - (Math.floor(large / 4096) % (span / 4096)) + Math.floor((address % span) / 4096),
      );
    }
    const { table, index } = this.tableEntry(address);
    return this.follow(table, index);
  }

  private directoryEntry(address: number): { table: Buffer; index: number } {
    const top = this.page(Math.floor(this.base / 4096));
    if (!this.usesPae) return { table: top, index: Math.floor(address / 0x400000) };
    const frame = Number(top.readBigUInt64LE(0x60 + Math.floor(address / 0x40000000) * 8) >> 12n);
    return { table: this.page(frame), index: Math.floor(address / 0x200000) % 512 };
  }

  private tableEntry(address: number): { table: Buffer; index: number } {
    const { table, index } = this.directoryEntry(address);
    return { table: this.follow(table, index), index: Math.floor(address / 4096) % (this.usesPae ? 512 : 1024) };
  }

  private follow(table: Buffer, index: number): Buffer {
    const entry = this.get(table, index);
    if (entry % 2 === 1) return this.page(Math.floor(entry / 4096));
    const frame = this.newPage();
    this.put(table, index, frame * 4096 + 0x63);
    return this.page(frame);
  }

  private get(table: Buffer, index: number): number {
    return this.usesPae ? Number(table.readBigUInt64LE(index * 8) & 0xfffffffffn) : table.readUInt32LE(index * 4);
  }

  private put(table: Buffer, index: number, entry: number): void {
    // With PAE bit 63 forbids execution.
    if (this.usesPae) table.writeBigUInt64LE(BigInt(entry) | 0x8000000000000000n, index * 8);
    else table.writeUInt32LE(entry, index * 4);
  }

  private newPage(): number {
    const frame = this.next;
    this.next += 1;
    this.page(frame);
    return frame;
  }

  private page(frame: number): Buffer {
    const page = this.pages.get(frame) ?? Buffer.alloc(4096);
    this.pages.set(frame, page);
    return page;
  }
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
  return bytes;
}

function imageOf32({ name, size, version, company, functions }: Driver32): [rva: number, bytes: Buffer][] {
  const header = Buffer.alloc(0x300);
  header.write('MZ', 0, 'latin1');
  header.writeUInt32LE(0xd0, 0x3c);
  header.write('PE\0\0', 0xd0, 'latin1');
  header.writeUInt16LE(0x14c, 0xd4);
  header.writeUInt32LE(0x4ce78a09, 0xd8);
  header.writeUInt16LE(0xe0, 0xe4);
  header.writeUInt16LE(0x10b, 0xe8);
  header.writeUInt32LE(size, 0x120);
  header.writeUInt32LE(0x12345, 0x128);
  header.writeUInt32LE(16, 0x144);
  const resources = resourcesOf({ version, company, description: `${name} for tests`, name }, size - 0x2000);
  words(size - 0x2000, resources.length).copy(header, 0x158);
  const code = Object.values(functions).map(({ rva, hasFrame, room }): [number, Buffer] => {
    const bytes = Buffer.alloc(0x80, 0x90);
    Buffer.from(hasFrame ? [0x8b, 0xff, 0x55, 0x8b, 0xec, 0x81, 0xec] : [0x81, 0xec]).copy(bytes);
    words(room).copy(bytes, hasFrame ? 7 : 2);
    return [rva, bytes];
  });
  return [[0, header], ...code, [size - 0x2000, resources]];
}

/** The stack of a thread, grown downwards as calls and a trap leave it. */
class CallStack32 {
  readonly entered: TrueFrame[] = [];
  private ebp = 0;
  private back = 0;
  private caller: { driver: Driver32; rva: number } | null = null;

  constructor(
    private readonly space: AddressSpace32,
    public esp: number,
  ) {}

  get frames(): TrueFrame[] {
    return [...this.entered].reverse();
  }

  call(module: string, name: string): void {
    const { driver, plan } = this.find(module, name);
    if (this.caller) {
      // A direct call, or through a register where the callee is of another driver.
      const place = this.caller.driver.base + this.caller.rva + offsetOfCall;
      const isDirect = this.caller.driver === driver;
      this.space.write(
        place - 5,
        isDirect
          ? Buffer.concat([Buffer.from([0xe8]), words(driver.base + plan.rva - place)])
          : Buffer.from([0x90, 0x90, 0x90, 0xff, 0xd0]),
      );
    }
    this.push(this.back);
    if (plan.hasFrame) {
      this.push(this.ebp);
      this.ebp = this.esp;
    }
    this.esp -= plan.room;
    // What an earlier call left behind: it looks like a return address and is none of this stack.
    if (plan.room >= 0x40) this.space.write(this.esp + 0x1c, words(0x8b001000 + offsetOfCall));
    this.caller = { driver, rva: plan.rva };
    this.back = driver.base + plan.rva + offsetOfCall;
    this.entered.push({ address: BigInt(this.back), stackPointer: BigInt(this.esp), module, function: name });
  }

  /** A fault in the middle of the innermost function; gives where KTRAP_FRAME lies. */
  trap(): { frame: number; eip: number; esp: number; context: Buffer } {
    const innermost = this.entered[this.entered.length - 1]!;
    const eip = Number(innermost.address) + 0x13;
    innermost.address = BigInt(eip);
    const [esp, ebp] = [this.esp, this.ebp];
    const context = this.context();
    const frame = esp - 0x74;
    const bytes = Buffer.alloc(0x74);
    words(ebp, eip, 0xbadb0d00, 0).copy(bytes, 0);
    words(0xdd, 0xcc, 0xaa).copy(bytes, 0x3c);
    words(0xd1, 0x51, 0xbb, ebp, 0, eip, 8, 0x10246).copy(bytes, 0x54);
    this.space.write(frame, bytes);
    this.esp = frame;
    this.ebp = frame;
    const { driver, plan } = this.find('ntkrnlpa.exe', 'KiTrap0E');
    this.caller = { driver, rva: plan.rva };
    this.back = driver.base + plan.rva + offsetOfCall;
    this.entered.push({
      address: BigInt(this.back),
      stackPointer: BigInt(frame),
      module: driver.name,
      function: 'KiTrap0E',
    });
    return { frame, eip, esp, context };
  }

  context(): Buffer {
    const context = Buffer.alloc(0x2cc);
    context.writeUInt32LE(0x1001f, 0);
    const eip = Number(this.entered[this.entered.length - 1]!.address);
    words(0xd1, 0x51, 0xbb, 0xdd, 0xcc, 0xaa, this.ebp, eip, 8, 0x10246, this.esp, 0x10).copy(context, 0x9c);
    return context;
  }

  private push(value: number): void {
    this.esp -= 4;
    this.space.write(this.esp, words(value));
  }

  private find(module: string, name: string): { driver: Driver32; plan: Driver32['functions'][string] } {
    const driver = drivers.find((one) => one.name === module);
    const plan = driver?.functions[name];
    if (!driver || !plan) throw new Error(`${module} has no function ${name}`);
    return { driver, plan };
  }
}

/** Builds the memory of a crash of `acmeold.sys`. */
export function kernelMemory32({
  usesPae = true,
  scenario = 'kernel mode exception (0x1000008E)',
}: { usesPae?: boolean; scenario?: Scenario32 } = {}): SyntheticMemory32 {
  const space = new AddressSpace32(usesPae);
  let free = pool;
  const heap = (bytes: Buffer): number => {
    const at = free;
    space.write(at, bytes);
    free += (bytes.length + 15) & ~15;
    return at;
  };
  for (const driver of drivers) for (const [rva, bytes] of imageOf32(driver)) space.write(driver.base + rva, bytes);
  writeModuleList32(space, heap);
  space.write(stackEnd - usedBytes, Buffer.alloc(usedBytes));
  const stack = new CallStack32(space, stackEnd - 0x20);
  const nt = 'ntkrnlpa.exe';
  if (scenario === 'system thread (0x7E)') stack.call(nt, 'PspSystemThreadStartup');
  else for (const name of ['KiSystemServicePostCall', 'NtReadFile', 'IofCallDriver']) stack.call(nt, name);
  if (scenario !== 'system thread (0x7E)') {
    stack.call('fltmgr.sys', 'FltpDispatch');
    stack.call('fltmgr.sys', 'FltpPerformPreCallbacks');
  }
  stack.call('acmeold.sys', 'AcmePreRead');
  stack.call('acmeold.sys', 'AcmeWalk');
  const { frame, eip, esp, context } = stack.trap();
  const exceptionRecord = Buffer.concat([words(0xc0000005, 0, 0, eip, 2, 0, 0x10), Buffer.alloc(0x34)]);
  const isDirect = scenario === 'paged data (0xD1)';
  if (!isDirect) stack.call(nt, 'KiDispatchException');
  stack.call(nt, 'KeBugCheckEx');
  const parameters = {
    'kernel mode exception (0x1000008E)': [0xc0000005, eip, frame, 0],
    'system thread (0x7E)': [0xc0000005, eip, heap(exceptionRecord), heap(context)],
    'paged data (0xD1)': [0x10, 2, 0, eip],
  }[scenario];
  const code = {
    'kernel mode exception (0x1000008E)': 0x1000008e,
    'system thread (0x7E)': 0x7e,
    'paged data (0xD1)': 0xd1,
  };
  writeKernelData32(space, heap);
  return {
    ...{ pages: space.pages, usesPae, directoryTableBase: space.base, loadedModules, debuggerData: kernelData },
    ...{ context: stack.context(), exceptionRecord },
    read: (address, length) => space.read(address, length),
    unmap: (address, how) => space.unmap(address, how),
    truth: {
      bugcheck: { code: code[scenario], parameters: parameters.map(BigInt) },
      modules: drivers.map(({ name, base, size, version, company }) => ({
        ...{ name, base: BigInt(base), size, company },
        version: version.join('.'),
      })),
      unloaded,
      context: { instructionPointer: BigInt(eip), stackPointer: BigInt(esp) },
      frames: stack.frames,
      reportingFrames: isDirect ? 2 : 3,
      culprit: { name: 'acmeold.sys', confidence: 'high' },
      objects: [],
    },
  };
}

function writeModuleList32(space: AddressSpace32, heap: (bytes: Buffer) => number): void {
  const places = drivers.map(() => heap(Buffer.alloc(0x50)));
  const ring = [loadedModules, ...places];
  const neighbour = (index: number): number => ring[(index + ring.length) % ring.length] ?? 0;
  space.write(loadedModules, words(neighbour(1), neighbour(-1)));
  drivers.forEach(({ name, base, size }, index) => {
    const entry = Buffer.alloc(0x50);
    words(neighbour(index + 2), neighbour(index)).copy(entry, 0);
    words(base, base + 0x1000, size).copy(entry, 0x18);
    [`\\SystemRoot\\system32\\DRIVERS\\${name}`, name].forEach((text, which) => {
      const bytes = Buffer.from(text, 'utf16le');
      entry.writeUInt16LE(bytes.length, 0x24 + which * 8);
      entry.writeUInt16LE(bytes.length + 2, 0x26 + which * 8);
      words(heap(bytes)).copy(entry, 0x28 + which * 8);
    });
    words(0x12345, 0x4ce78a09).copy(entry, 0x40);
    space.write(places[index] ?? 0, entry);
  });
}

function writeKernelData32(space: AddressSpace32, heap: (bytes: Buffer) => number): void {
  const process = Buffer.alloc(0x2c0);
  process.write('System', 0x16c, 'latin1');
  const thread = Buffer.alloc(0x200);
  words(stackEnd).copy(thread, 0x28);
  words(heap(process)).copy(thread, 0x50);
  const processor = heap(words(0, heap(thread)));
  const list = Buffer.alloc(50 * 0x18);
  unloaded.forEach(({ name, from, to }, index) => {
    const text = Buffer.from(name, 'utf16le');
    list.writeUInt16LE(text.length, index * 0x18);
    list.writeUInt16LE(text.length, index * 0x18 + 2);
    words(heap(text), Number(from), Number(to)).copy(list, index * 0x18 + 4);
  });
  const data = Buffer.alloc(0x340);
  const extended = (value: number): Buffer => words(value, 0xffffffff);
  data.write('KDBG', 0x10, 'latin1');
  data.writeUInt32LE(0x340, 0x14);
  extended(drivers[0]!.base).copy(data, 0x18);
  extended(heap(Buffer.from('7601.24545.x86fre.win7sp1_ldr.180820-0600\0', 'latin1'))).copy(data, 0x208);
  extended(heap(words(processor, 0))).copy(data, 0x218);
  extended(heap(words(heap(list)))).copy(data, 0x220);
  data.writeUInt16LE(0x28, 0x29e);
  data.writeUInt16LE(0x50, 0x2a0);
  data.writeUInt16LE(4, 0x2b4);
  space.write(kernelData, data);
}
