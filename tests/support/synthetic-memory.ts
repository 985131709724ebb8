import { AddressSpace, heapAt, numbers, type Heap } from './synthetic-address-space.js';
import { CallStack, frameSize, type Images, type SyntheticStack } from './synthetic-call-stack.js';
import { basicDrivers, deviceDrivers, kernelBase, unloadedDrivers } from './synthetic-drivers.js';
import { imageOf, type FunctionPlan, type ImagePlan } from './synthetic-image.js';
import { Arm64AddressSpace, Arm64CallStack, arm64Function, compileArm64 } from './synthetic-machine-arm64.js';
import { IoObjects } from './synthetic-objects.js';
import { listCorruption, scenarios, type Scene, type ScenarioName, type ScenarioPlan } from './synthetic-scenarios.js';
import type { CrashTruth } from './synthetic-truth.js';

/**
 * Kernel memory of a synthetic crash, page by page: page tables, loaded drivers with versions and unwind data, the stack
 * and the objects of a scenario. Shares no layout code with the reader.
 */
export interface SyntheticMemory {
  machine: 'AMD64' | 'ARM64';
  build: number;
  /** By frame number. */
  pages: ReadonlyMap<number, Buffer>;
  directoryTableBase: bigint;
  loadedModules: bigint;
  debuggerData: bigint;
  parameters: readonly bigint[];
  /** CONTEXT of the header. */
  context: Buffer;
  exceptionRecord: Buffer;
  truth: CrashTruth;
  /** Changes memory by virtual address, to damage it. */
  write(address: bigint, bytes: Uint8Array): void;
  /** Takes a page away as the memory manager does: `transition` leaves it in its frame, `absent` leaves nothing. */
  unmap(address: bigint, how: 'transition' | 'paged-out' | 'absent'): void;
  /** The frame that holds an address. */
  frameOf(address: bigint): number;
  /** Where the list of modules keeps a driver. */
  entryOf(name: string): bigint;
}

export interface MemoryPlan {
  /** What happened; by default a list corruption (0x139, 3) found by Ntfs.sys. */
  scenario?: ScenarioName;
  /** Whether a filter driver of another company is on the stack of the default; without it only Windows is. */
  withFilter?: boolean;
  machine?: 'AMD64' | 'ARM64';
  /** Gives the frames that may be used, in order. */
  frames?: () => number;
}

const stackEnd = 0xfffff90a1234a000n;
const loadedModules = 0xfffff807373f0310n;
const kernelData = 0xfffff807373f1000n;
const pool = 0xffffa48c1a200000n;

/** What differs between machines. EPROCESS lies differently on each, and only on AMD64 is the id's place known. */
const machines = {
  AMD64: {
    build: 17763,
    lab: '17763.1.amd64fre.rs5_release.180914-1434',
    process: { name: 0x450, id: 0x2e0 },
    space: (frames: () => number) => new AddressSpace(frames),
    image: (plan: ImagePlan) => imageOf(plan),
    stack: CallStack,
    trapFrameBytes: 0x190,
    /** What a call of a function takes from the stack, its return address too. */
    roomOf: (plan: FunctionPlan): number => frameSize(plan) + 8,
  },
  ARM64: {
    build: 22000,
    lab: '22000.1.arm64fre.co_release.210604-1628',
    process: { name: 0x560, id: 0x440 },
    // The kernel's first 2 MiB are mapped by a block.
    space: (frames: () => number) => new Arm64AddressSpace(frames, [{ address: kernelBase, frame: 0x400 }]),
    image: (plan: ImagePlan) => imageOf(plan, { number: 0xaa64, compile: compileArm64 }),
    stack: Arm64CallStack,
    trapFrameBytes: 0x150,
    roomOf: (plan: FunctionPlan): number =>
      arm64Function(plan).prolog.reduce((sum, one) => sum + ('bytes' in one ? one.bytes : 0), 0),
  },
} as const;

type MachineParts = (typeof machines)[keyof typeof machines];

/** Builds the memory; where nothing was written there is no page. */
export function kernelMemory({
  scenario,
  withFilter = false,
  machine = 'AMD64',
  frames,
}: MemoryPlan = {}): SyntheticMemory {
  const parts = machines[machine];
  const plan: ScenarioPlan = scenario === undefined ? listCorruption(withFilter) : scenarios[scenario];
  const drivers = plan.withDevices ? [...basicDrivers, ...deviceDrivers] : basicDrivers;
  let nextFrame = 0x100;
  const space: AddressSpace = parts.space(frames ?? (() => nextFrame++));
  const images: Images = new Map(drivers.map((one) => [one.name, { ...parts.image(one), plan: one }]));
  for (const { parts: pieces, plan: one } of images.values()) {
    for (const [rva, bytes] of pieces) space.write(one.base + rva, bytes);
  }
  const heap = heapAt(space, pool);
  const entries = writeModuleList(space, heap, drivers, images, plan.verifier?.driver);
  space.write(stackEnd - 0x9000n, Buffer.alloc(0x9000));
  const objects = new IoObjects(heap, images, (address, bytes) => space.write(address, bytes));
  const ending = plan.happens({
    ...{ space, heap, images, objects },
    ...stacksOf(parts, space, images),
    thread(waiting) {
      const thread = threadOf(stackEnd - 0x10000n, heap(processOf(parts, 'System', 4)));
      numbers(waiting.stackPointer).copy(thread, 0x58);
      const address = heap(thread);
      objects.truth.push({ what: 'thread', address, driver: null, module: null });
      return address;
    },
    process: (name, id) => heap(processOf(parts, name, id)),
  });
  writeKernelData(parts, space, heap, plan.verifier?.flags ?? 0);
  const { stack, bugcheck, hiddenFrames = 0, context, culprit, reportingFrames } = ending;
  return {
    ...{ machine, build: parts.build },
    ...{ pages: space.pages, directoryTableBase: BigInt(space.top) << 12n, loadedModules, debuggerData: kernelData },
    ...{ parameters: bugcheck.parameters, context: ending.header, exceptionRecord: ending.exceptionRecord },
    truth: {
      ...{ bugcheck, context, culprit, reportingFrames, unloaded: unloadedDrivers, objects: objects.truth },
      frames: stack.frames.slice(hiddenFrames),
      modules: drivers.map(({ name, base, size, version, company }) => ({
        ...{ name, base, size, company },
        version: version.join('.'),
      })),
    },
    write: (address, bytes) => space.write(address, bytes),
    unmap: (address, how) => space.unmap(address, how),
    frameOf: (address) => space.frameOf(address),
    entryOf: (name) => entries.get(name) ?? 0n,
  };
}

function stacksOf(parts: MachineParts, space: AddressSpace, images: Images): Pick<Scene, 'stackAt' | 'stackBefore'> {
  const stackAt = (start = stackEnd - 0x208n): SyntheticStack =>
    new parts.stack(space, images, start, staleReturns(images));
  return {
    stackAt,
    stackBefore(trapFrame, path) {
      const placed = path.map(([module, name]) => images.get(module)?.functions.get(name));
      const room = placed.reduce((sum, one) => sum + (one ? parts.roomOf(one) : 0), 0);
      // Nobody called the outermost function.
      const first = parts === machines.AMD64 ? 8 : 0;
      return stackAt(trapFrame + BigInt(parts.trapFrameBytes + room - first));
    },
  };
}

function writeModuleList(
  space: AddressSpace,
  heap: Heap,
  plans: readonly ImagePlan[],
  images: Images,
  verified: string | undefined,
): ReadonlyMap<string, bigint> {
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
    // Bit 25 marks a driver that the verifier watches.
    entry.writeUInt32LE(plan.name === verified ? 0x4b104000 : 0x49104000, 0x68);
    entry.writeUInt32LE(plan.stamp % 0xfffff, 0x78);
    entry.writeUInt32LE(plan.stamp, 0x80);
    space.write(places[index] ?? 0n, entry);
  });
  return new Map(plans.map(({ name }, index) => [name, places[index] ?? 0n]));
}

/** Return addresses into a filter driver, whether or not it is on the stack now. */
function staleReturns(images: Images): bigint[] {
  const filter = images.get('acmeflt.sys');
  const returned = filter?.functions.get('AcmePreRead')?.returnRva;
  return filter && returned !== undefined ? [filter.plan.base + BigInt(returned)] : [];
}

function processOf({ process: at }: MachineParts, name: string, id: number): Buffer {
  const process = Buffer.alloc(0xa00);
  numbers(BigInt(id)).copy(process, at.id);
  process.write(name, at.name, 'latin1');
  return process;
}

/** KTHREAD: where its stack begins and ends, and its process. */
function threadOf(stackBase: bigint, process: bigint): Buffer {
  const thread = Buffer.alloc(0x600);
  numbers(stackBase, stackBase - 0x6000n).copy(thread, 0x28);
  numbers(process).copy(thread, 0xb8);
  return thread;
}

function writeKernelData(parts: MachineParts, space: AddressSpace, heap: Heap, verifierFlags: number): void {
  const processor = heap(numbers(0n, heap(threadOf(stackEnd, heap(processOf(parts, 'System', 4))))));
  const list = Buffer.alloc(50 * 0x28);
  unloadedDrivers.forEach(({ name, from, to }, index) => {
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
  numbers(heap(Buffer.from(`${parts.lab}\0`, 'latin1'))).copy(data, 0x208);
  numbers(heap(numbers(processor, 0n)), heap(numbers(heap(list)))).copy(data, 0x218);
  numbers(heap(numbers(BigInt(verifierFlags), 0n, 0n))).copy(data, 0x248);
  data.writeUInt16LE(0x58, 0x29c);
  data.writeUInt16LE(0x28, 0x29e);
  data.writeUInt16LE(0xb8, 0x2a0);
  data.writeUInt16LE(8, 0x2b4);
  space.write(kernelData, data);
}
