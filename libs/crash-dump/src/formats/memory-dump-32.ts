import { translatedMemoryX86 } from '../address-translation-x86.js';
import type { TranslatedMemory } from '../address-translation.js';
import type { ByteSource } from '../byte-source.js';
import { findCrash, readExceptionRecord32 } from '../crash-context.js';
import type { DumpFacts, DumpInside, DumpReport } from '../dump-facts.js';
import { hex, printable, u32 } from '../fields.js';
import {
  isListHead,
  listLayout32,
  readLoadedModules,
  readUnloadedDrivers,
  type LoadedModule,
} from '../loaded-modules.js';
import { mapOfModules } from '../module-map.js';
import { openPhysicalMemory32 } from '../physical-memory-32.js';
import type { PhysicalMemory } from '../physical-memory.js';
import { say } from '../sentences.js';
import { processNameIn } from '../process-name.js';
import { readContext } from '../registers.js';
import { readSecondaryData } from '../secondary-data.js';
import { StackWalker } from '../walk-stack.js';
import { splitStack } from './split-stack.js';

/** Offsets of DUMP_HEADER32 (rekall, rizin). */
const at = {
  length: 0x1000,
  directoryTableBase: 0x10,
  loadedModules: 0x18,
  pae: 0x5c,
  debuggerData: 0x60,
  context: 0x320,
  contextLength: 0x2cc,
  exception: 0x7d0,
  exceptionLength: 0x50,
  dumpType: 0xf88,
} as const;

/** Offsets of KDDEBUGGER_DATA64, which 32-bit Windows fills too: addresses have 8 bytes there, extended by their sign. */
const kernel = {
  length: 0x2c0,
  tag: 0x10,
  base: 0x18,
  buildLab: 0x208,
  processors: 0x218,
  unloadedDrivers: 0x220,
  threadInitialStack: 0x29e,
  threadProcess: 0x2a0,
  prcbCurrentThread: 0x2b4,
} as const;

/** Larger than any kernel stack of x86, which has 12 KiB and 60 KiB for graphics. */
const maxStackBytes = 0x10000;
/** 32-bit Windows knows 32 processors. */
const maxProcessors = 32;
const firstKernelAddress = 0x80000000n;

interface Opened {
  memory: TranslatedMemory;
  header: DataView;
}

/** Reads the inside of a 32-bit kernel dump that holds pages of memory (types 1, 2, 5 and 6). */
export async function readMemoryDump32(source: ByteSource, facts: DumpFacts): Promise<DumpInside> {
  const header = await source.read(0, at.length);
  const pae = u32(header, at.pae);
  const usesPae = pae === null ? null : (pae & 0xff) === 1;
  const physical = await openPhysicalMemory32(source, header, u32(header, at.dumpType) ?? 0);
  if (typeof physical === 'string') return { usesPae, notes: [physical] };
  const secondary = await readSecondaryData(source, physical.endPlace);
  const outside = { usesPae, secondaryData: secondary.blobs, hardware: secondary.hardware };
  if (facts.machine !== 'x86') {
    return { ...outside, notes: [`how memory of ${facts.machine} is laid out is not known here`, ...secondary.notes] };
  }
  const memory = await addressSpace(physical, header, usesPae);
  if (typeof memory === 'string') return { ...outside, notes: [memory, ...secondary.notes] };
  const opened = { memory, header };
  const { list, notes } = await readLoadedModules(memory, BigInt(u32(header, at.loadedModules) ?? 0), listLayout32);
  const data = await readDebuggerData(opened, list);
  if (!data) notes.push(say('no-debugger-data'));
  return {
    ...outside,
    ...(await readCrashAndStack(opened, facts, list)),
    modules: list.map(({ module }) => module),
    unloadedModules: data
      ? await readUnloadedDrivers(memory, addressIn(data, kernel.unloadedDrivers), listLayout32)
      : [],
    process: data && (await currentProcess(opened, data)),
    buildLab: data && (await textAt(memory, addressIn(data, kernel.buildLab))),
    notes: [...notes, ...secondary.notes],
  };
}

/** The kernel's address space as the header says, or the other way when the list of modules closes only then. */
async function addressSpace(
  physical: PhysicalMemory,
  header: DataView,
  usesPae: boolean | null,
): Promise<TranslatedMemory | string> {
  const directoryTableBase = u32(header, at.directoryTableBase);
  const head = u32(header, at.loadedModules);
  if (directoryTableBase === null || head === null) return 'the header does not tell where the page tables are';
  const ways = [usesPae ?? true, !(usesPae ?? true)].map((pae) =>
    translatedMemoryX86(physical, { directoryTableBase: BigInt(directoryTableBase), usesPae: pae }),
  );
  for (const memory of ways) if (await isListHead(memory, BigInt(head), listLayout32)) return memory;
  const [told] = ways;
  const state = told ? await told.stateOf(BigInt(head)) : 'not-mapped';
  if (told && state === 'present') return told;
  const why = { 'not-in-dump': 'not in the dump', 'paged-out': 'paged out', 'not-mapped': 'not mapped', present: '' }[
    state
  ];
  return `the list of loaded modules at ${hex(head)} cannot be read: its page, or a page table to it, is ${why}`;
}

async function readDebuggerData({ memory, header }: Opened, list: readonly LoadedModule[]): Promise<DataView | null> {
  const view = await memory.read(BigInt(u32(header, at.debuggerData) ?? 0), kernel.length);
  if (view.byteLength < kernel.length || u32(view, kernel.tag) !== 0x4742444b) return null;
  const base = addressIn(view, kernel.base);
  return list.length === 0 || list.some(({ module }) => BigInt(module.base) === base) ? view : null;
}

async function readCrashAndStack(
  { memory, header }: Opened,
  facts: DumpFacts,
  list: readonly LoadedModule[],
): Promise<Pick<DumpReport, 'crash' | 'stack' | 'reportingStack'>> {
  const machine = 'x86';
  const part = (offset: number, length: number): DataView =>
    new DataView(header.buffer, header.byteOffset + offset, Math.max(0, Math.min(length, header.byteLength - offset)));
  const context = readContext(part(at.context, at.contextLength), machine);
  const stack = context && (await stackAround(memory, context.stackPointer));
  const found = await findCrash(
    {
      machine,
      code: Number(facts.bugcheck?.code ?? 0),
      parameters: facts.bugcheck?.parameters.map(({ value }) => BigInt(value)) ?? [],
      memory,
      header: context,
      headerException: readExceptionRecord32(part(at.exception, at.exceptionLength)),
      stack,
    },
    mapOfModules(list.map(({ module }) => module)),
  );
  const crash = found && (({ found: _registers, ...rest }) => rest)(found);
  const walker = new StackWalker(memory, list, machine);
  const reporting = context ? await walker.walk(context) : [];
  const address = found ? BigInt(found.address) : null;
  return { crash, ...(await splitStack(walker, reporting, address, found?.found?.registers ?? null)) };
}

async function stackAround(memory: TranslatedMemory, pointer: bigint): Promise<{ from: bigint; to: bigint } | null> {
  if (pointer < firstKernelAddress) return null;
  const { byteLength } = await memory.read(pointer, maxStackBytes);
  return byteLength === 0 ? null : { from: pointer, to: pointer + BigInt(byteLength) };
}

/** The process of the thread on whose stack the bugcheck happened: the current thread of each processor is asked. */
async function currentProcess({ memory, header }: Opened, data: DataView): Promise<DumpReport['process']> {
  const offset = (place: number): bigint => BigInt(data.getUint16(place, true));
  const pointerAt = async (address: bigint): Promise<bigint> => BigInt(u32(await memory.read(address, 4), 0) ?? 0);
  const context = readContext(new DataView(header.buffer, header.byteOffset + at.context, at.contextLength), 'x86');
  const blocks = addressIn(data, kernel.processors);
  for (let processor = 0; processor < maxProcessors && context; processor += 1) {
    const block = await pointerAt(blocks + BigInt(processor * 4));
    if (block < firstKernelAddress) return null;
    const thread = await pointerAt(block + offset(kernel.prcbCurrentThread));
    const stack = await pointerAt(thread + offset(kernel.threadInitialStack));
    if (stack < context.stackPointer || stack - context.stackPointer > BigInt(maxStackBytes)) continue;
    const process = await memory.read(await pointerAt(thread + offset(kernel.threadProcess)), 0x400);
    // Where EPROCESS of 32-bit Windows has its name is not known here by build: it is looked for.
    return process.byteLength === 0 ? null : processNameIn(process, null, 4);
  }
  return null;
}

function addressIn(data: DataView, offset: number): bigint {
  return data.getBigUint64(offset, true) & 0xffffffffn;
}

async function textAt(memory: TranslatedMemory, address: bigint): Promise<string | null> {
  const text = printable(await memory.read(address, 128), 0, 128);
  return text === '' ? null : text;
}
