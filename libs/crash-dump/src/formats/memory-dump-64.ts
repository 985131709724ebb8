import { translatedMemory, type TranslatedMemory } from '../address-translation.js';
import type { ByteSource } from '../byte-source.js';
import { withoutVariant } from '../bugcheck.js';
import { leadsOf } from '../bugcheck-leads.data.js';
import { findCrash, readExceptionRecord64 } from '../crash-context.js';
import type { DumpFacts, DumpInside, DumpReport } from '../dump-facts.js';
import { hex, printable, u32, u64 } from '../fields.js';
import {
  isKernelAddress,
  isListHead,
  listLayout64,
  readLoadedModules,
  readUnloadedDrivers,
  type LoadedModule,
} from '../loaded-modules.js';
import { readKernelObjects } from '../kernel-objects.js';
import { readKernelStack, readNamedThreads, type ThreadOffsets } from '../kernel-threads.js';
import { mapOfModules } from '../module-map.js';
import { openPhysicalMemory, type PhysicalMemory } from '../physical-memory.js';
import { processNameIn } from '../process-name.js';
import { readContext } from '../registers.js';
import { readSecondaryData } from '../secondary-data.js';
import { judgeVerifier, readVerifierLevel } from '../verifier.js';
import { StackWalker, type WalkedFrame } from '../walk-stack.js';
import { splitStack } from './split-stack.js';
import { headerSize } from './kernel-completeness.js';
import { judgeByPages, withFlaws } from './kernel-flaws.js';
import { say } from '../sentences.js';

/** Offsets of DUMP_HEADER64. */
const at = {
  directoryTableBase: 0x10,
  loadedModules: 0x20,
  debuggerData: 0x80,
  context: 0x348,
  exception: 0xf00,
  dumpType: 0xf98,
} as const;

/** Offsets of KDDEBUGGER_DATA64; from 0x298 on those of members of other structures, in 16 bits. */
const kernel = {
  length: 0x2c0,
  tag: 0x10,
  buildLab: 0x208,
  processors: 0x218,
  unloadedDrivers: 0x220,
  verifierData: 0x248,
  threadKernelStack: 0x29c,
  threadInitialStack: 0x29e,
  threadProcess: 0x2a0,
  prcbCurrentThread: 0x2b4,
} as const;

/** Larger than any kernel stack. */
const maxStackBytes = 0x20000;
const maxProcessors = 512;

/** What is at hand when pages are found and addresses can be translated. */
interface Opened {
  machine: 'AMD64' | 'ARM64';
  memory: TranslatedMemory;
  header: DataView;
}

/** Reads the inside of a kernel dump that holds pages of memory (types 1, 2 and 5 to 10). */
export async function readMemoryDump64(source: ByteSource, facts: DumpFacts): Promise<DumpInside> {
  const header = await source.read(0, headerSize);
  const physical = await openPhysicalMemory(source, header, u32(header, at.dumpType) ?? 0);
  if (typeof physical === 'string') {
    return { completeness: withFlaws(facts.completeness, [physical]), notes: [physical] };
  }
  const secondary = await readSecondaryData(source, physical.endPlace);
  const completeness = withFlaws(judgeByPages(facts.completeness, physical), secondary.notes);
  const outside = {
    ...{ completeness, memory: physical.held() },
    ...{ secondaryData: secondary.blobs, hardware: secondary.hardware },
  };
  if (facts.machine !== 'AMD64' && facts.machine !== 'ARM64') {
    return { ...outside, notes: [say('layout-unknown', { machine: facts.machine }), ...secondary.notes] };
  }
  const memory = await addressSpace(physical, header, facts.machine);
  if (typeof memory === 'string') {
    return { ...outside, completeness: withFlaws(completeness, [memory]), notes: [memory, ...secondary.notes] };
  }
  const opened: Opened = { machine: facts.machine, memory, header };
  const { list, notes } = await readLoadedModules(memory, u64(header, at.loadedModules) ?? 0n, listLayout64);
  const debuggerData = await readDebuggerData(opened, list);
  const flaws = [...notes];
  if (!debuggerData) notes.push(say('no-debugger-data'));
  const unloadedModules = debuggerData
    ? await readUnloadedDrivers(memory, debuggerData.getBigUint64(kernel.unloadedDrivers, true), listLayout64)
    : [];
  const modules = list.map(({ module }) => module);
  const code = withoutVariant(Number(facts.bugcheck?.code ?? 0));
  const parameters = facts.bugcheck?.parameters.map(({ value }) => BigInt(value)) ?? [];
  const leads = leadsOf(code, parameters);
  const crashed = await readCrashAndStack(opened, facts, list);
  const thread = debuggerData && (await currentThread(opened, debuggerData, stackPointersOf(crashed)));
  const offsets = debuggerData && threadOffsets(debuggerData);
  const objects = await readKernelObjects({
    ...{ memory, parameters, leads, build: facts.osBuild, modules: mapOfModules(modules) },
    names: [...modules, ...unloadedModules].map(({ name }) => name),
  });
  if (offsets) {
    const walker = new StackWalker(memory, list, facts.machine);
    objects.push(...(await readNamedThreads(memory, walker, leads, parameters, offsets)));
  }
  return {
    ...outside,
    completeness: withFlaws(completeness, flaws),
    ...crashed,
    modules,
    unloadedModules,
    objects,
    kernelStack: thread && offsets && (await readKernelStack(memory, thread.address, thread.stackPointer, offsets)),
    verifier: judgeVerifier(
      code,
      debuggerData && (await readVerifierLevel(memory, debuggerData.getBigUint64(kernel.verifierData, true))),
      list.filter(({ isVerified }) => isVerified).map(({ module }) => module.name),
    ),
    process: thread && offsets && (await processOf(opened, thread.address, offsets, facts.osBuild)),
    buildLab: debuggerData && (await textAt(memory, debuggerData.getBigUint64(kernel.buildLab, true))),
    notes: [...notes, ...secondary.notes],
  };
}

/**
 * The kernel's address space: the one in which the list of modules closes, with four levels of tables and then with five,
 * because nothing in the header tells.
 */
async function addressSpace(
  physical: PhysicalMemory,
  header: DataView,
  machine: Opened['machine'],
): Promise<TranslatedMemory | string> {
  const directoryTableBase = u64(header, at.directoryTableBase);
  const head = u64(header, at.loadedModules);
  if (directoryTableBase === null || head === null) return say('page-tables-untold');
  const four = translatedMemory(physical, { machine, directoryTableBase, levels: 4 });
  if (await isListHead(four, head, listLayout64)) return four;
  const five = translatedMemory(physical, { machine, directoryTableBase, levels: 5 });
  if (machine === 'AMD64' && (await isListHead(five, head, listLayout64))) return five;
  const state = await four.stateOf(head);
  if (state === 'present') return four;
  const why = {
    'not-in-dump': 'list-not-in-dump',
    'paged-out': 'list-paged-out',
    'not-mapped': 'list-not-mapped',
  } as const;
  return say(why[state], { address: hex(head) });
}

/** KDDEBUGGER_DATA64 when it is plain; Windows keeps it encoded unless a debugger is attached or the dump decoded it. */
async function readDebuggerData({ memory, header }: Opened, list: readonly LoadedModule[]): Promise<DataView | null> {
  const view = await memory.read(u64(header, at.debuggerData) ?? 0n, kernel.length);
  if (view.byteLength < kernel.length || u32(view, kernel.tag) !== 0x4742444b) return null;
  const base = view.getBigUint64(0x18, true);
  return list.length === 0 || list.some(({ module }) => BigInt(module.base) === base) ? view : null;
}

async function readCrashAndStack(
  { machine, memory, header }: Opened,
  facts: DumpFacts,
  list: readonly LoadedModule[],
): Promise<Pick<DumpReport, 'crash' | 'stack' | 'reportingStack'>> {
  const modules = mapOfModules(list.map(({ module }) => module));
  const context = readContext(new DataView(header.buffer, header.byteOffset + at.context, 0x4d0), machine);
  const stack = context && (await stackAround(memory, context.stackPointer));
  const code = Number(facts.bugcheck?.code ?? 0);
  const found = await findCrash(
    {
      machine,
      code,
      parameters: facts.bugcheck?.parameters.map(({ value }) => BigInt(value)) ?? [],
      memory,
      header: context,
      headerException: readExceptionRecord64(new DataView(header.buffer, header.byteOffset + at.exception, 0x98)),
      stack,
    },
    modules,
  );
  const crash = found && (({ found: _registers, ...rest }) => rest)(found);
  const registers = found?.found?.registers ?? null;
  const walker = new StackWalker(memory, list, machine);
  const reporting = context ? await walker.walk(context) : [];
  const interrupted = endsInterruptedCode.has(withoutVariant(code)) ? interruptedIn(reporting, machine) : null;
  if (interrupted) return interrupted;
  return { crash, ...(await splitStack(walker, reporting, found ? BigInt(found.address) : null, registers)) };
}

/** Bugchecks that no parameter leads back from: what they tell of is the code that a trap or a clock interrupted. */
const endsInterruptedCode = new Set([0x7f, 0x133]);

/** The innermost code that was interrupted, as the walk from the bugcheck's own registers finds it. */
function interruptedIn(
  walked: readonly WalkedFrame[],
  machine: Opened['machine'],
): Pick<DumpReport, 'crash' | 'stack' | 'reportingStack'> | null {
  const index = walked.findIndex(({ wasInterrupted, frame }) => wasInterrupted && frame.trust === 'unwind');
  const at = walked[index];
  if (!at) return null;
  const { address, module, offset } = at.frame;
  const [instruction, stack] = machine === 'AMD64' ? ['rip', 'rsp'] : ['pc', 'sp'];
  return {
    crash: {
      ...{ address, module, offset, exception: null, from: say('interrupted-code') },
      registers: { [instruction]: address, [stack]: hex(at.stackPointer) },
    },
    stack: walked.slice(index).map(({ frame }) => frame),
    reportingStack: walked.slice(0, index).map(({ frame }) => frame),
  };
}

async function stackAround(memory: TranslatedMemory, pointer: bigint): Promise<{ from: bigint; to: bigint } | null> {
  if (!isKernelAddress(pointer)) return null;
  const { byteLength } = await memory.read(pointer, maxStackBytes);
  return byteLength === 0 ? null : { from: pointer, to: pointer + BigInt(byteLength) };
}

/** Stack pointers of the crash and of what was called from it, innermost last. */
function stackPointersOf({
  crash,
  stack,
  reportingStack,
}: Pick<DumpReport, 'crash' | 'stack' | 'reportingStack'>): bigint[] {
  const ofCrash = crash?.registers['rsp'] ?? crash?.registers['sp'] ?? stack[0]?.stackPointer;
  return [ofCrash, reportingStack[0]?.stackPointer].flatMap((text) => (text ? [BigInt(text)] : []));
}

function threadOffsets(debuggerData: DataView): ThreadOffsets {
  return {
    kernelStack: debuggerData.getUint16(kernel.threadKernelStack, true),
    initialStack: debuggerData.getUint16(kernel.threadInitialStack, true),
    process: debuggerData.getUint16(kernel.threadProcess, true),
  };
}

/**
 * The thread on whose stack the crash or the bugcheck happened: the header does not tell which processor that was, so
 * the current thread of each is asked for its stack.
 */
async function currentThread(
  { memory }: Opened,
  debuggerData: DataView,
  stackPointers: readonly bigint[],
): Promise<{ address: bigint; stackPointer: bigint } | null> {
  const offset = (place: number): bigint => BigInt(debuggerData.getUint16(place, true));
  const pointerAt = async (address: bigint): Promise<bigint> => u64(await memory.read(address, 8), 0) ?? 0n;
  const blocks = debuggerData.getBigUint64(kernel.processors, true);
  for (let processor = 0; processor < maxProcessors; processor += 1) {
    const block = await pointerAt(blocks + BigInt(processor * 8));
    if (!isKernelAddress(block)) return null;
    const address = await pointerAt(block + offset(kernel.prcbCurrentThread));
    const base = await pointerAt(address + offset(kernel.threadInitialStack));
    const stackPointer = stackPointers.find((one) => base >= one && base - one <= BigInt(maxStackBytes));
    if (stackPointer !== undefined) return { address, stackPointer };
  }
  return null;
}

async function processOf(
  { memory }: Opened,
  thread: bigint,
  offsets: ThreadOffsets,
  build: number | null,
): Promise<DumpReport['process']> {
  const place = u64(await memory.read(thread + BigInt(offsets.process), 8), 0) ?? 0n;
  const process = await memory.read(place, 0xa00);
  return process.byteLength === 0 ? null : processNameIn(process, build);
}

async function textAt(memory: TranslatedMemory, address: bigint): Promise<string | null> {
  const text = printable(await memory.read(address, 128), 0, 128);
  return text === '' ? null : text;
}
