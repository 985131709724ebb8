import { withoutVariant } from '../bugcheck.js';
import { leadsOf } from '../bugcheck-leads.data.js';
import type { ByteSource } from '../byte-source.js';
import { findCrash, readExceptionRecord64, type ExceptionRecord } from '../crash-context.js';
import type { DumpFacts, DumpInside, Frame, Module, UnloadedModule } from '../dump-facts.js';
import { hex, printable, u32, u64, utf16 } from '../fields.js';
import { readKernelObjects } from '../kernel-objects.js';
import { verifyingFlag } from '../loaded-modules.js';
import { fileNameOf, mapOfModules } from '../module-map.js';
import { processNameIn } from '../process-name.js';
import { knownMachine, readContext, type Registers } from '../registers.js';
import { scanWithFramePointers } from '../scan-stack.js';
import { readSecondaryData } from '../secondary-data.js';
import { sumRanges } from '../memory-held.js';
import { judgeVerifier, readVerifierLevel } from '../verifier.js';
import { sparseMemory, type MemoryRange, type VirtualMemory } from '../virtual-memory.js';
import { withFlaws } from './kernel-flaws.js';
import { say } from '../sentences.js';

/**
 * Offsets of TRIAGE_DUMP64, from 0x2000 on, checked byte by byte on dumps of Windows 10 19041 (x64) and Windows 11 22000
 * (ARM64).
 */
const at = {
  start: 0x2000,
  length: 0x80,
  sizeOfDump: 0x4,
  unloaded: 0x18,
  prcb: 0x1c,
  process: 0x20,
  thread: 0x24,
  callStack: 0x28,
  callStackSize: 0x2c,
  drivers: 0x30,
  driverCount: 0x34,
  strings: 0x38,
  stringsSize: 0x3c,
  brokenDriver: 0x40,
  topOfStack: 0x48,
  dataPageAddress: 0x60,
  dataPage: 0x68,
  dataPageSize: 0x6c,
  debuggerData: 0x70,
  debuggerDataSize: 0x74,
  blocks: 0x78,
  blockCount: 0x7c,
} as const;

/** A driver entry: the place of its name, then KLDR_DATA_TABLE_ENTRY from +8 on. */
const driver = { length: 0x90, base: 0x38, size: 0x48, flags: 0x70, checksum: 0x80, timeDateStamp: 0x88 } as const;
/** An unloaded driver: a name of at most 12 characters inside the entry. */
const unloaded = { length: 0x38, name: 0x10, nameBytes: 24, from: 0x28, to: 0x30 } as const;
/** Offsets inside the copy of KDDEBUGGER_DATA64; those of members of the PRCB are 16-bit values there. */
const debuggerData = {
  tag: 0x10,
  buildLab: 0x208,
  verifierData: 0x248,
  prcbMegahertz: 0x2b6,
  prcbVendor: 0x2ba,
  length: 0x2c0,
} as const;

const maxDrivers = 4096;
/** Windows keeps 50. */
const maxUnloaded = 256;
const maxBlocks = 65_536;
const maxStrings = 0x100000;
const maxStack = 0x20000;
const maxNameCharacters = 1024;

/** Reads what a triage dump ("small memory dump", type 4) holds beside its header. */
export async function readTriageDump64(source: ByteSource, facts: DumpFacts): Promise<DumpInside> {
  const triage = await source.read(at.start, at.length);
  const place = (offset: number): number => u32(triage, offset) ?? 0;
  const notes: string[] = [];
  if (triage.byteLength < at.length) {
    // The verdict says so already.
    return { notes: [say('triage-header-short', { found: triage.byteLength, expected: at.length })] };
  }
  const strings = await stringPool(source, place(at.strings), place(at.stringsSize));
  const { modules, verified } = await readDrivers(source, triage, strings, notes);
  const unloadedModules = await readUnloaded(source, place(at.unloaded));
  const stack = {
    from: u64(triage, at.topOfStack) ?? 0n,
    size: Math.min(place(at.callStackSize), maxStack),
    place: place(at.callStack),
  };
  const ranges: MemoryRange[] = [
    ...(await readBlocks(source, place(at.blocks), place(at.blockCount), notes)),
    { address: stack.from, size: stack.size, place: stack.place },
    { address: u64(triage, at.dataPageAddress) ?? 0n, size: place(at.dataPageSize), place: place(at.dataPage) },
  ];
  const memory = sparseMemory(source, ranges);
  const flaws = [...notes];
  const kernel = await source.read(place(at.debuggerData), Math.min(place(at.debuggerDataSize), 0x1000));
  const hasKernelData = kernel.byteLength >= debuggerData.length && u32(kernel, debuggerData.tag) === 0x4742444b;
  if (!hasKernelData) notes.push(say('no-debugger-data'));
  const process = await source.read(place(at.process), place(at.process) === 0 ? 0 : 0x1000);
  const brokenDriver = place(at.brokenDriver);
  const secondary = await readSecondaryData(source, place(at.sizeOfDump));
  const machine = knownMachine(facts.machine);
  const {
    crash,
    stack: frames,
    reportingStack,
  } = await readTriageStack(facts, memory, modules, {
    from: stack.from,
    to: stack.from + BigInt(stack.size),
    header: machine && readContext(await source.read(0x348, 0x4d0), machine),
    headerException: readExceptionRecord64(await source.read(0xf00, 0x98)),
  });
  const processor = hasKernelData ? await readProcessor(source, place(at.prcb), kernel) : null;
  const known = secondary.hardware;
  return {
    completeness: withFlaws(facts.completeness, [...flaws, ...secondary.notes]),
    memory: sumRanges(ranges),
    crash,
    stack: frames,
    reportingStack,
    modules,
    unloadedModules,
    ...(await readLeads(facts, memory, modules, unloadedModules)),
    verifier: judgeVerifier(
      withoutVariant(Number(facts.bugcheck?.code ?? 0)),
      hasKernelData ? await readVerifierLevel(memory, u64(kernel, debuggerData.verifierData) ?? 0n) : null,
      verified,
    ),
    process: processNameIn(process, facts.osBuild),
    buildLab: hasKernelData ? await textAt(memory, u64(kernel, debuggerData.buildLab)) : null,
    blamedBySystem: brokenDriver === 0 ? null : nameOrNull(await poolString(source, strings, brokenDriver)),
    hardware:
      known || processor
        ? {
            ...{ system: null, board: null, bios: null, memory: [] },
            ...known,
            processor: {
              vendor: known?.processor?.vendor ?? processor?.vendor ?? null,
              name: known?.processor?.name ?? null,
              megahertz: known?.processor?.megahertz ?? processor?.megahertz ?? null,
              microcode: known?.processor?.microcode ?? null,
            },
          }
        : null,
    secondaryData: secondary.blobs,
    notes: [...notes, ...secondary.notes],
  };
}

/** The pool of names of a triage dump, and where it lies. */
export interface Pool {
  place: number;
  view: DataView;
}

/** Reads the pool of names at once. */
export async function stringPool(source: ByteSource, place: number, size: number): Promise<Pool> {
  return { place, view: await source.read(place, Math.min(size, maxStrings)) };
}

/** DUMP_STRING: a count of UTF-16 characters, then those. Most lie in the pool that was read at once. */
export async function poolString(source: ByteSource, pool: Pool, place: number): Promise<string> {
  const inside = place - pool.place;
  const inPool = inside >= 0 && inside + 4 <= pool.view.byteLength;
  const count = u32(inPool ? pool.view : await source.read(place, 4), inPool ? inside : 0);
  if (count === null || count > maxNameCharacters) return '';
  const end = inside + 4 + count * 2;
  return inPool && end <= pool.view.byteLength
    ? utf16(pool.view, inside + 4, count * 2)
    : utf16(await source.read(place + 4, count * 2), 0, count * 2);
}

function nameOrNull(text: string): string | null {
  return text === '' ? null : text;
}

/** Windows puts objects that a bugcheck names into its triage dump, so their leads can be followed there too. */
async function readLeads(
  facts: DumpFacts,
  memory: VirtualMemory,
  modules: readonly Module[],
  unloadedModules: readonly UnloadedModule[],
): Promise<Pick<DumpInside, 'objects'>> {
  const parameters = facts.bugcheck?.parameters.map(({ value }) => BigInt(value)) ?? [];
  const objects = await readKernelObjects({
    ...{ memory, parameters, modules: mapOfModules(modules), build: facts.osBuild },
    leads: leadsOf(withoutVariant(Number(facts.bugcheck?.code ?? 0)), parameters),
    names: [...modules, ...unloadedModules].map(({ name }) => name),
  });
  return { objects };
}

async function readDrivers(
  source: ByteSource,
  triage: DataView,
  strings: Pool,
  notes: string[],
): Promise<{ modules: Module[]; verified: string[] }> {
  const claimed = u32(triage, at.driverCount) ?? 0;
  const place = u32(triage, at.drivers) ?? 0;
  if (claimed === 0 || place === 0) return { modules: [], verified: [] };
  const count = Math.min(claimed, maxDrivers);
  const between = (strings.place - place) / claimed;
  const length = Number.isInteger(between) && between >= driver.length && between <= 0x200 ? between : driver.length;
  const view = await source.read(place, count * length);
  const modules: Module[] = [];
  const verified: string[] = [];
  for (let offset = 0; offset + driver.length <= view.byteLength; offset += length) {
    const base = u64(view, offset + driver.base) ?? 0n;
    const size = u32(view, offset + driver.size) ?? 0;
    if (base === 0n || size === 0) continue;
    const path = await poolString(source, strings, view.getUint32(offset, true));
    if ((view.getUint32(offset + driver.flags, true) & verifyingFlag) !== 0) verified.push(fileNameOf(path));
    modules.push({
      name: fileNameOf(path),
      path: nameOrNull(path),
      base: hex(base),
      size,
      timeDateStamp: hex(view.getUint32(offset + driver.timeDateStamp, true)),
      checksum: hex(view.getUint32(offset + driver.checksum, true)),
      ...{ fileVersion: null, productVersion: null, product: null, company: null, codeView: null },
      source: 'driver-list',
    });
  }
  if (modules.length < claimed) notes.push(say('drivers-missing', { claimed, read: modules.length }));
  return { modules, verified };
}

async function readUnloaded(source: ByteSource, place: number): Promise<UnloadedModule[]> {
  if (place === 0) return [];
  const count = Math.min(u32(await source.read(place, 4), 0) ?? 0, maxUnloaded);
  const view = await source.read(place + 8, count * unloaded.length);
  const modules: UnloadedModule[] = [];
  for (let offset = 0; offset + unloaded.length <= view.byteLength; offset += unloaded.length) {
    const from = view.getBigUint64(offset + unloaded.from, true);
    const to = view.getBigUint64(offset + unloaded.to, true);
    if (from === 0n || to < from || to - from > 0xffffffffn) continue;
    const bytes = Math.min(view.getUint16(offset, true), unloaded.nameBytes);
    modules.push({
      name: utf16(view, offset + unloaded.name, bytes),
      base: hex(from),
      size: Number(to - from),
      timeDateStamp: null,
    });
  }
  return modules;
}

/** Windows of memory around what registers and stack point to: {u64 address, u32 place, u32 size}. */
async function readBlocks(source: ByteSource, place: number, claimed: number, notes: string[]): Promise<MemoryRange[]> {
  if (place === 0) return [];
  const view = await source.read(place, Math.min(claimed, maxBlocks) * 16);
  const ranges: MemoryRange[] = [];
  for (let offset = 0; offset + 16 <= view.byteLength; offset += 16) {
    ranges.push({
      address: view.getBigUint64(offset, true),
      place: view.getUint32(offset + 8, true),
      size: view.getUint32(offset + 12, true),
    });
  }
  if (ranges.length < claimed) notes.push(say('blocks-missing', { claimed, read: ranges.length }));
  return ranges;
}

/** Text of one byte per character in the dumped memory, ended by NUL. */
async function textAt(memory: VirtualMemory, address: bigint | null): Promise<string | null> {
  if (address === null || address === 0n) return null;
  return nameOrNull(printable(await memory.read(address, 128), 0, 128));
}

/** The PRCB is a raw copy; KDBG tells where vendor and speed lie in it. */
async function readProcessor(
  source: ByteSource,
  prcb: number,
  kernel: DataView,
): Promise<{ vendor: string | null; megahertz: number | null } | null> {
  if (prcb === 0) return null;
  const vendorAt = kernel.getUint16(debuggerData.prcbVendor, true);
  const megahertzAt = kernel.getUint16(debuggerData.prcbMegahertz, true);
  const vendor = vendorAt === 0 ? '' : printable(await source.read(prcb + vendorAt, 12), 0, 12);
  const megahertz = megahertzAt === 0 ? null : u32(await source.read(prcb + megahertzAt, 4), 0);
  return {
    vendor: nameOrNull(vendor),
    megahertz: megahertz !== null && megahertz > 0 && megahertz < 20_000 ? megahertz : null,
  };
}

/** The stack that is in a triage dump, and what its header has of the processor. */
export interface TriageStack {
  from: bigint;
  to: bigint;
  header: Registers | null;
  headerException: ExceptionRecord | null;
}

/** A triage dump holds no unwind data, so its stack is scanned: from the crash outwards, and what lies before it. */
export async function readTriageStack(
  facts: DumpFacts,
  memory: VirtualMemory,
  list: readonly Module[],
  { header, headerException, ...stack }: TriageStack,
): Promise<Pick<Required<DumpInside>, 'crash' | 'stack' | 'reportingStack'>> {
  const machine = knownMachine(facts.machine);
  if (!machine) return { crash: null, stack: [], reportingStack: [] };
  const modules = mapOfModules(list);
  const found = await findCrash(
    {
      machine,
      code: Number(facts.bugcheck?.code ?? 0),
      parameters: facts.bugcheck?.parameters.map(({ value }) => BigInt(value)) ?? [],
      memory,
      header,
      headerException,
      stack,
      isWithoutImages: true,
    },
    modules,
  );
  const scan = (from: bigint, to: bigint, registers: Registers | null): Promise<Frame[]> =>
    scanWithFramePointers({ machine, modules, memory, from, to }, registers);
  if (!found) return { crash: null, stack: await scan(stack.from, stack.to, header), reportingStack: [] };
  const { found: at, ...crash } = found;
  const stackPointer = at?.registers.stackPointer;
  const from =
    stackPointer !== undefined && stackPointer >= stack.from && stackPointer <= stack.to ? stackPointer : stack.from;
  const { address, module, offset } = crash;
  const first: Frame = {
    ...{ address, module, offset, trust: 'context', confidence: at ? 1 : 0.8, symbol: null },
    stackPointer: stackPointer === undefined ? null : hex(stackPointer),
  };
  return {
    crash,
    stack: [first, ...(await scan(from, stack.to, at?.registers ?? null))],
    reportingStack: await scan(stack.from, from, header),
  };
}
