import { imageOf, type FunctionPlan, type ImagePlan, type PlacedFunction } from './synthetic-image.js';

/**
 * Kernel memory of a synthetic crash, page by page: page tables, loaded drivers with versions and unwind data, the stack
 * of a list corruption (0x139, 3) found by Ntfs.sys. Shares no layout code with the reader.
 */
export interface SyntheticMemory {
  /** By frame number. */
  pages: ReadonlyMap<number, Buffer>;
  directoryTableBase: bigint;
  loadedModules: bigint;
  debuggerData: bigint;
  parameters: readonly bigint[];
  /** CONTEXT at the bugcheck. */
  context: Buffer;
  exceptionRecord: Buffer;
  truth: MemoryTruth;
  /** Changes memory by virtual address, to damage it. */
  write(address: bigint, bytes: Uint8Array): void;
  /** Takes a page away as the memory manager does: `transition` leaves it in its frame, `absent` leaves nothing. */
  unmap(address: bigint, how: 'transition' | 'paged-out' | 'absent'): void;
  /** The frame that holds an address. */
  frameOf(address: bigint): number;
  /** Where the list of modules keeps a driver. */
  entryOf(name: string): bigint;
}

export interface MemoryTruth {
  modules: { name: string; base: bigint; size: number; version: string; company: string }[];
  unloaded: { name: string; from: bigint; to: bigint }[];
  /** From the bugcheck outwards. */
  frames: { address: bigint; stackPointer: bigint; module: string; function: string }[];
  /** How many of the frames only report the fault. */
  reportingFrames: number;
}

export interface MemoryPlan {
  /** Whether a filter driver of another company is on the stack; without it only Windows is. */
  withFilter?: boolean;
  /** Gives the frames that may be used, in order. */
  frames?: () => number;
}

const microsoft = 'Microsoft Corporation';
const kernelBase = 0xfffff80736a00000n;
const stackEnd = 0xfffff90a1234a000n;
const trapFrame = 0xfffff90a12346a80n;
const record = 0xfffff90a123469d8n;
const faultAddress = 0xfffff807376ef014n;
const loadedModules = 0xfffff807373f0310n;
const kernelData = 0xfffff807373f1000n;
const pool = 0xffffa48c1a200000n;
const number = { rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7, r12: 12, r14: 14, r15: 15 } as const;

const plans: readonly ImagePlan[] = [
  {
    ...{ name: 'ntoskrnl.exe', path: '\\SystemRoot\\system32\\ntoskrnl.exe', base: kernelBase, size: 0xa6b000 },
    ...{ version: [10, 0, 17763, 592], company: microsoft, description: 'NT Kernel & System', stamp: 0x5cf1b2a3 },
    pdb: 'ntkrnlmp.pdb',
    exports: ['KeBugCheckEx', 'IofCallDriver'],
    functions: [
      { name: 'KeBugCheckEx', rva: 0x1b3ef0, steps: [['alloc', 0x28]] },
      {
        name: 'KiBugCheckDispatch',
        rva: 0x1c5000,
        steps: [
          ['alloc', 0x138],
          ['save', number.rbx, 0x28],
        ],
      },
      {
        name: 'KiFastFailDispatch',
        rva: 0x1c5400,
        steps: [
          ['alloc', 0x138],
          ['save', number.rbx, 0x28],
        ],
      },
      {
        ...{ name: 'KiRaiseSecurityCheckFailure', rva: 0x1c3500, machineFrame: 0 },
        steps: [
          ['alloc', 8],
          ['push', number.rbp],
          ['alloc', 0x158],
          ['frame', 0x80],
        ],
      },
      { name: 'IofCallDriver', rva: 0x29000, steps: [['alloc', 0x38]] },
      {
        ...{ name: 'IopSynchronousServiceTail', rva: 0x6a0000 },
        steps: [
          ['push', number.rbx],
          ['push', number.rsi],
          ['push', number.r14],
          ['alloc', 0x1068],
        ],
      },
      {
        ...{ name: 'NtReadFile', rva: 0x6ab000 },
        steps: [
          ['push', number.rbp],
          ['push', number.rbx],
          ['alloc', 0x98],
          ['frame', 0x60],
        ],
      },
      {
        name: 'PspSystemThreadStartup',
        rva: 0x105000,
        steps: [
          ['push', number.rbx],
          ['alloc', 0x40],
        ],
      },
      { name: 'KiStartSystemThread', rva: 0x1bb000, steps: [['alloc', 0x28]] },
    ],
  },
  {
    ...{ name: 'hal.dll', path: '\\SystemRoot\\system32\\hal.dll', base: 0xfffff80736800000n, size: 0x9f000 },
    ...{ version: [10, 0, 17763, 557], company: microsoft, description: 'Hardware Abstraction Layer DLL' },
    ...{ stamp: 0x1a2b3c4d, pdb: 'hal.pdb', functions: [{ name: 'HalpPause', rva: 0x1000, steps: [] }] },
  },
  {
    ...{ name: 'FLTMGR.SYS', path: '\\SystemRoot\\System32\\drivers\\FLTMGR.SYS' },
    ...{ base: 0xfffff80737480000n, size: 0x6f000, version: [10, 0, 17763, 379], company: microsoft },
    ...{ description: 'Microsoft Filesystem Filter Manager', stamp: 0x7d3a1c22, pdb: 'fltMgr.pdb' },
    functions: [
      {
        name: 'FltpDispatch',
        rva: 0x1000,
        steps: [
          ['push', number.rbx],
          ['alloc', 0x50],
        ],
      },
      {
        name: 'FltpPerformPreCallbacks',
        rva: 0x2000,
        steps: [
          ['push', number.rdi],
          ['push', number.r12],
          ['alloc', 0xa8],
        ],
      },
    ],
  },
  {
    ...{ name: 'Ntfs.sys', path: '\\SystemRoot\\System32\\drivers\\Ntfs.sys' },
    ...{ base: 0xfffff807375f0000n, size: 0x28d000, version: [10, 0, 17763, 592], company: microsoft },
    ...{ description: 'NT File System Driver', stamp: 0x3885b4cf, pdb: 'ntfs.pdb', isReproducible: true },
    functions: [
      {
        ...{ name: 'NtfsCommonRead', rva: 0x4e000, chainedFrom: 0x14 },
        steps: [
          ['push', number.rbp],
          ['push', number.rbx],
          ['push', number.r15],
          ['alloc', 0x2a8],
          ['frame', 0x80],
        ],
      },
      {
        name: 'NtfsFsdRead',
        rva: 0x8000,
        steps: [
          ['push', number.rsi],
          ['push', number.rdi],
          ['alloc', 0x150],
        ],
      },
      {
        name: 'NtfsRemoveScb',
        rva: 0xfefd0,
        steps: [
          ['push', number.rbx],
          ['push', number.rdi],
          ['alloc', 0x28],
        ],
      },
    ],
  },
  {
    ...{ name: 'acmeflt.sys', path: '\\SystemRoot\\system32\\DRIVERS\\acmeflt.sys' },
    ...{ base: 0xfffff80738a00000n, size: 0x1a000, version: [4, 2, 1, 77], company: 'Acme Storage GmbH' },
    ...{ description: 'Acme File System Filter Driver', stamp: 0x5b8d7e11, pdb: 'd:\\acme\\filter\\acmeflt.pdb' },
    functions: [
      {
        name: 'AcmePreRead',
        rva: 0x1000,
        steps: [
          ['push', number.rbx],
          ['push', number.rsi],
          ['alloc', 0x48],
        ],
      },
    ],
  },
];

const unloaded = [
  { name: 'acmescan.sys', from: 0xfffff80739200000n, to: 0xfffff80739218000n },
  { name: 'dump_stornvme.sys', from: 0xfffff80739300000n, to: 0xfffff80739329000n },
];

/** Builds the memory; where nothing was written there is no page. */
export function kernelMemory(plan: MemoryPlan = {}): SyntheticMemory {
  let nextFrame = 0x100;
  const space = new AddressSpace(plan.frames ?? (() => nextFrame++));
  const images = new Map(plans.map((one) => [one.name, imageOf(one)]));
  for (const [name, { parts }] of images) for (const [rva, bytes] of parts) space.write(baseOf(name) + rva, bytes);
  space.write(faultAddress, Uint8Array.of(0xcd, 0x29));
  const heap = heapAt(space, pool);
  const entries = writeModuleList(space, heap, images);
  const stack = writeStack(space, images, plan.withFilter === true);
  writeKernelData(space, heap);
  return {
    ...{ pages: space.pages, directoryTableBase: BigInt(space.top) << 12n, loadedModules, debuggerData: kernelData },
    parameters: [3n, trapFrame, record, 0n],
    ...stack,
    truth: {
      modules: plans.map(({ name, base, size, version, company }) => ({
        name,
        base,
        size,
        version: version.join('.'),
        company,
      })),
      unloaded,
      frames: stack.frames,
      reportingFrames: 4,
    },
    write: (address, bytes) => space.write(address, bytes),
    unmap: (address, how) => space.unmap(address, how),
    frameOf: (address) => space.frameOf(address),
    entryOf: (name) => entries.get(name) ?? 0n,
  };
}

type Images = ReadonlyMap<string, ReturnType<typeof imageOf>>;

function baseOf(name: string): bigint {
  return plans.find((one) => one.name === name)?.base ?? 0n;
}

/** Four levels of tables; pages come into being when they are written. */
class AddressSpace {
  readonly pages = new Map<number, Buffer>();
  readonly top: number;

  constructor(private readonly nextFrame: () => number) {
    this.top = this.newPage();
  }

  write(address: bigint, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const at = address + BigInt(done);
      const inside = Number(at % 4096n);
      const count = Math.min(bytes.length - done, 4096 - inside);
      this.pageOf(at).set(bytes.subarray(done, done + count), inside);
      done += count;
    }
  }

  unmap(address: bigint, how: 'transition' | 'paged-out' | 'absent'): void {
    const { table, index } = this.entryFor(address);
    const entry = table.readBigUInt64LE(index);
    const others = { transition: (entry & ~0x8000000000000fffn) | 0x880n, 'paged-out': 0x123400000080n, absent: 0n };
    table.writeBigUInt64LE(others[how], index);
  }

  frameOf(address: bigint): number {
    const { table, index } = this.entryFor(address);
    return Number((table.readBigUInt64LE(index) >> 12n) & 0xfffffffffn);
  }

  private pageOf(address: bigint): Buffer {
    const { table, index } = this.entryFor(address);
    return this.follow(table, index);
  }

  private entryFor(address: bigint): { table: Buffer; index: number } {
    let table = this.pages.get(this.top) as Buffer;
    for (const shift of [39n, 30n, 21n]) table = this.follow(table, Number((address >> shift) % 512n) * 8);
    return { table, index: Number((address >> 12n) % 512n) * 8 };
  }

  private follow(table: Buffer, index: number): Buffer {
    const entry = table.readBigUInt64LE(index);
    if (entry % 2n === 1n) return this.pages.get(Number((entry >> 12n) & 0xfffffffffn)) as Buffer;
    const frame = this.newPage();
    table.writeBigUInt64LE((BigInt(frame) << 12n) | 0x8a00000000000063n, index);
    return this.pages.get(frame) as Buffer;
  }

  private newPage(): number {
    const frame = this.nextFrame();
    this.pages.set(frame, Buffer.alloc(4096));
    return frame;
  }
}

type Heap = (bytes: Uint8Array) => bigint;

function heapAt(space: AddressSpace, start: bigint): Heap {
  let next = start;
  return (bytes) => {
    const at = next;
    space.write(at, bytes);
    next += BigInt((bytes.length + 15) & ~15);
    return at;
  };
}

function numbers(...values: bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt.asUintN(64, value), index * 8));
  return bytes;
}

function writeModuleList(space: AddressSpace, heap: Heap, images: Images): ReadonlyMap<string, bigint> {
  const places = plans.map(() => heap(Buffer.alloc(0xa0)));
  const ring = [loadedModules, ...places];
  const neighbour = (index: number): bigint => ring[(index + ring.length) % ring.length] ?? 0n;
  space.write(loadedModules, numbers(neighbour(1), neighbour(-1)));
  plans.forEach((plan, index) => {
    const entry = Buffer.alloc(0xa0);
    numbers(neighbour(index + 2), neighbour(index)).copy(entry, 0);
    numbers(plan.base + BigInt(plan.size - 0x3000)).copy(entry, 0x10);
    entry.writeUInt32LE(images.get(plan.name)?.functionBytes ?? 0, 0x18);
    numbers(plan.base, plan.base + 0x1000n).copy(entry, 0x30);
    entry.writeUInt32LE(plan.size, 0x40);
    [plan.path, plan.name].forEach((text, which) => {
      const bytes = Buffer.from(text, 'utf16le');
      entry.writeUInt16LE(bytes.length, 0x48 + which * 16);
      entry.writeUInt16LE(bytes.length + 2, 0x4a + which * 16);
      numbers(heap(bytes)).copy(entry, 0x50 + which * 16);
    });
    entry.writeUInt32LE(0x49104000, 0x68);
    entry.writeUInt32LE(plan.stamp % 0xfffff, 0x78);
    entry.writeUInt32LE(plan.stamp, 0x80);
    space.write(places[index] ?? 0n, entry);
  });
  return new Map(plans.map(({ name }, index) => [name, places[index] ?? 0n]));
}

type Call = readonly [module: string, name: string];

function writeStack(
  space: AddressSpace,
  images: Images,
  withFilter: boolean,
): Pick<SyntheticMemory, 'context' | 'exceptionRecord'> & { frames: MemoryTruth['frames'] } {
  const nt = 'ntoskrnl.exe';
  const before: Call[] = [
    ...[[nt, 'KiStartSystemThread'] as const, [nt, 'PspSystemThreadStartup'] as const, [nt, 'NtReadFile'] as const],
    ...[
      [nt, 'IopSynchronousServiceTail'] as const,
      [nt, 'IofCallDriver'] as const,
      ['FLTMGR.SYS', 'FltpDispatch'] as const,
    ],
    ['FLTMGR.SYS', 'FltpPerformPreCallbacks'],
    ...(withFilter ? [['acmeflt.sys', 'AcmePreRead'] as const] : []),
    ...[[nt, 'IofCallDriver'] as const, ['Ntfs.sys', 'NtfsFsdRead'] as const, ['Ntfs.sys', 'NtfsCommonRead'] as const],
    ['Ntfs.sys', 'NtfsRemoveScb'],
  ];
  const find = ([module, name]: Call): PlacedFunction => {
    const found = images.get(module)?.functions.get(name);
    if (!found) throw new Error(`${module} has no function ${name}`);
    return found;
  };
  const size = before.reduce((sum, call) => sum + frameSize(find(call)) + 8, -8);
  const registers = Array.from({ length: 16 }, (_, index) => 0xffffa48c00000000n + BigInt(index * 256));
  // The machine frame lies right below the stack pointer of the fault.
  let stack = trapFrame + 0x190n + BigInt(size);
  space.write(stackEnd - 0x9000n, Buffer.alloc(0x9000));
  const frames: MemoryTruth['frames'] = [];
  const push = (value: bigint): void => {
    stack -= 8n;
    space.write(stack, numbers(value));
  };
  const enter = (call: Call): bigint => {
    const placed = find(call);
    for (const [kind, value, offset] of placed.steps) {
      if (kind === 'push') {
        push(registers[value] ?? 0n);
        registers[value] = 0xffffa48c1a300000n + (stack % 0x10000n);
      } else if (kind === 'alloc') {
        stack -= BigInt(value);
        // What an earlier call left behind: a return address into the filter, which a scan believes.
        if (value >= 0x50 && value < 0x130) space.write(stack + 0x38n, numbers(staleReturn(images)));
      } else if (kind === 'save') {
        space.write(stack + BigInt(offset ?? 0), numbers(registers[value] ?? 0n));
        registers[value] = 0xffffa48c1a400000n;
      } else registers[number.rbp] = stack + BigInt(value);
    }
    const address = baseOf(call[0]) + BigInt(placed.returnRva);
    frames.push({ address, stackPointer: stack, module: call[0], function: call[1] });
    return address;
  };
  let back = 0n;
  before.forEach((call, index) => {
    if (index > 0) push(back);
    else space.write(stack, numbers(0n));
    back = enter(call);
  });
  const fault = frames[frames.length - 1];
  if (fault) fault.address = faultAddress;
  const faultStack = stack;
  for (const value of [0x18n, faultStack, 0x50246n, 0x10n, faultAddress]) push(value);
  back = enter([nt, 'KiRaiseSecurityCheckFailure']);
  if (stack !== trapFrame)
    throw new Error(`the trap frame is at ${stack.toString(16)}, not at ${trapFrame.toString(16)}`);
  space.write(trapFrame + 0x30n, numbers(0x11n, 3n, 0x22n, 0x33n, 0x44n, 0x55n, 0x66n));
  for (const name of ['KiFastFailDispatch', 'KiBugCheckDispatch']) {
    push(back);
    back = enter([nt, name]);
  }
  const exceptionRecord = Buffer.alloc(0x98);
  exceptionRecord.writeUInt32LE(0xc0000409, 0);
  exceptionRecord.writeUInt32LE(1, 4);
  numbers(faultAddress).copy(exceptionRecord, 0x10);
  exceptionRecord.writeUInt32LE(1, 0x18);
  exceptionRecord.writeUInt32LE(3, 0x20);
  space.write(record, exceptionRecord);
  push(back);
  const bugcheck = find([nt, 'KeBugCheckEx']);
  const address = kernelBase + BigInt(bugcheck.rva);
  frames.push({ address, stackPointer: stack, module: nt, function: 'KeBugCheckEx' });
  const context = Buffer.alloc(0x4d0);
  context.writeUInt32LE(0x10005f, 0x30);
  registers[number.rsp] = stack;
  numbers(...registers, address).copy(context, 0x78);
  return { context, exceptionRecord, frames: frames.reverse() };
}

function staleReturn(images: Images): bigint {
  return baseOf('acmeflt.sys') + BigInt(images.get('acmeflt.sys')?.functions.get('AcmePreRead')?.returnRva ?? 0);
}

function frameSize({ steps }: Pick<FunctionPlan, 'steps'>): number {
  return steps.reduce((sum, [kind, value]) => sum + (kind === 'push' ? 8 : kind === 'alloc' ? value : 0), 0);
}

function writeKernelData(space: AddressSpace, heap: Heap): void {
  const process = Buffer.alloc(0xa00);
  numbers(4n).copy(process, 0x2e0);
  process.write('System', 0x450, 'latin1');
  const thread = Buffer.alloc(0x600);
  numbers(stackEnd).copy(thread, 0x28);
  numbers(heap(process)).copy(thread, 0xb8);
  const processor = heap(numbers(0n, heap(thread)));
  const list = Buffer.alloc(50 * 0x28);
  unloaded.forEach(({ name, from, to }, index) => {
    const text = Buffer.from(name, 'utf16le');
    list.writeUInt16LE(text.length, index * 0x28);
    list.writeUInt16LE(text.length, index * 0x28 + 2);
    numbers(heap(text), from, to, 132048576000000000n).copy(list, index * 0x28 + 8);
  });
  const data = Buffer.alloc(0x380);
  numbers(kernelData, kernelData).copy(data, 0);
  data.write('KDBG', 0x10, 'latin1');
  data.writeUInt32LE(0x380, 0x14);
  numbers(kernelBase).copy(data, 0x18);
  numbers(loadedModules).copy(data, 0x48);
  numbers(heap(Buffer.from('17763.1.amd64fre.rs5_release.180914-1434\0', 'latin1'))).copy(data, 0x208);
  numbers(heap(numbers(processor, 0n)), heap(numbers(heap(list)))).copy(data, 0x218);
  data.writeUInt16LE(0x28, 0x29e);
  data.writeUInt16LE(0xb8, 0x2a0);
  data.writeUInt16LE(8, 0x2b4);
  space.write(kernelData, data);
}
