import type { ByteSource } from '../byte-source.js';
import { readExceptionRecord64 } from '../crash-context.js';
import type {
  Crash,
  DumpFacts,
  DumpInside,
  DumpReport,
  Frame,
  Hardware,
  Module,
  Thread,
  UnloadedModule,
} from '../dump-facts.js';
import { hex, printable, u32, utf16 } from '../fields.js';
import type { LoadedModule } from '../loaded-modules.js';
import { sumRanges } from '../memory-held.js';
import { fileNameOf, mapOfModules, type ModuleMap } from '../module-map.js';
import { statusName } from '../nt-status.js';
import { readPeImage, readVersionOf } from '../pe-image.js';
import { contextLength, knownMachine, readContext, registerTexts, type Machine, type Registers } from '../registers.js';
import { scanWithFramePointers } from '../scan-stack.js';
import { guidAt } from '../secondary-data.js';
import { sparseMemory, type MemoryRange, type VirtualMemory } from '../virtual-memory.js';
import { StackWalker } from '../walk-stack.js';
import { withFlaws } from './kernel-flaws.js';
import { maxRanges, readStreams, type Stream } from './user-minidump.js';
import { say } from '../sentences.js';

/** Types of streams and their layouts are those of minidumpapiset.h of the Windows SDK. */
const streamType = {
  threads: 3,
  modules: 4,
  memory: 5,
  exception: 6,
  system: 7,
  memory64: 9,
  commentA: 10,
  commentW: 11,
  handles: 12,
  unloaded: 14,
  misc: 15,
  threadNames: 24,
} as const;

const maxModules = 8192;
const maxThreads = 16_384;
const maxHandles = 262_144;
const maxText = 2048;
const maxComment = 65_536;

/** Reads what a user minidump holds: modules, threads, the registers of the crash, memory, notes. */
export async function readUserMinidumpInside(source: ByteSource, facts: DumpFacts): Promise<DumpInside> {
  const streams = await readStreams(source);
  const stream = (type: number): Stream | undefined => streams.find((one) => one.type === type);
  const notes: string[] = [];
  const listed = await readModules(source, stream(streamType.modules), notes);
  const map = mapOfModules(listed);
  const ranges = await readRanges(source, stream, notes);
  const machine = knownMachine(facts.machine);
  const crashed = await readCrash(source, stream(streamType.exception), machine, map, facts);
  const threads = await readThreads(source, stream(streamType.threads), {
    machine,
    crashedId: crashed?.threadId,
    notes,
  });
  const names = await readThreadNames(source, stream(streamType.threadNames));
  const pieces = [...ranges, ...threads.map(({ stack }) => stack)];
  const memory = sparseMemory(source, pieces);
  const loaded = await withImages(memory, listed);
  const modules = loaded.map(({ module }) => module);
  const misc = await readMisc(source, stream(streamType.misc));
  return {
    crash: crashed?.crash ?? null,
    process:
      misc.processId === null && modules.length === 0 ? null : { name: modules[0]?.name ?? null, id: misc.processId },
    modules,
    unloadedModules: await readUnloaded(source, stream(streamType.unloaded), notes),
    threads: threads.map(({ thread }) => ({ ...thread, name: names.get(thread.id) ?? null })),
    stack: await crashedStack({ machine, map, loaded, crashed, threads, memory }),
    hardware: await readHardware(source, stream(streamType.system), misc.megahertz),
    comments: await readComments(source, stream),
    buildLab: misc.buildLab,
    handles: await readHandles(source, stream(streamType.handles)),
    completeness: withFlaws(facts.completeness, notes),
    memory: sumRanges(pieces.filter(({ place, size }) => place + size <= source.size)),
    notes,
  };
}

/** A list of a count and entries of one size; writers put 4 bytes between them when entries are to be aligned. */
async function readList(
  source: ByteSource,
  stream: Stream | undefined,
  {
    entry,
    most,
    missing,
    notes,
  }: {
    entry: number;
    most: number;
    missing: 'modules-missing' | 'threads-missing' | 'names-missing' | 'ranges-unread';
    notes: string[];
  },
): Promise<DataView[]> {
  if (!stream) return [];
  const claimed = u32(await source.read(stream.place, 4), 0) ?? 0;
  const fits = Math.min(claimed, most, Math.floor(Math.max(0, stream.size - 4) / entry));
  const padding = stream.size === 8 + claimed * entry ? 8 : 4;
  const view = await source.read(stream.place + padding, fits * entry);
  const entries: DataView[] = [];
  for (let offset = 0; offset + entry <= view.byteLength; offset += entry) {
    entries.push(new DataView(view.buffer, view.byteOffset + offset, entry));
  }
  if (entries.length < claimed) notes.push(say(missing, { claimed, read: entries.length }));
  return entries;
}

/** MINIDUMP_STRING: a count of bytes, then UTF-16. */
async function stringAt(source: ByteSource, place: number): Promise<string> {
  if (place === 0) return '';
  const bytes = u32(await source.read(place, 4), 0) ?? 0;
  const length = Math.min(bytes, maxText);
  return utf16(await source.read(place + 4, length), 0, length);
}

/** MINIDUMP_MODULE, 108 bytes: base +0, size +8, checksum +12, time stamp +16, name +20, VS_FIXEDFILEINFO +24, CodeView +76. */
async function readModules(source: ByteSource, stream: Stream | undefined, notes: string[]): Promise<Module[]> {
  const modules: Module[] = [];
  for (const entry of await readList(source, stream, {
    entry: 108,
    most: maxModules,
    missing: 'modules-missing',
    notes,
  })) {
    const path = await stringAt(source, entry.getUint32(20, true));
    modules.push({
      name: fileNameOf(path),
      path: path === '' ? null : path,
      base: hex(entry.getBigUint64(0, true)),
      size: entry.getUint32(8, true),
      timeDateStamp: hex(entry.getUint32(16, true)),
      checksum: hex(entry.getUint32(12, true)),
      fileVersion: versionAt(entry, 32),
      productVersion: versionAt(entry, 40),
      product: null,
      company: null,
      codeView: await readCodeView(source, entry.getUint32(80, true), entry.getUint32(76, true)),
      source: 'module-stream',
    });
  }
  return modules;
}

/** Images that are in the dump, as in full dumps of a process, tell more of their modules and how to unwind stacks. */
async function withImages(memory: VirtualMemory, modules: readonly Module[]): Promise<LoadedModule[]> {
  const loaded: LoadedModule[] = [];
  for (const module of modules) {
    const image = await readPeImage(memory, BigInt(module.base));
    const version = image && (await readVersionOf(memory, image));
    loaded.push({
      image,
      functions: image?.functions ?? null,
      module: version
        ? {
            ...module,
            fileVersion: module.fileVersion ?? version.fileVersion,
            productVersion: module.productVersion ?? version.productVersion,
            product: version.product,
            company: version.company,
            description: version.description,
          }
        : module,
    });
  }
  return loaded;
}

/** Two numbers of 32 bits in VS_FIXEDFILEINFO, whose signature is at +24; null when nothing was filled in. */
function versionAt(entry: DataView, offset: number): string | null {
  if (entry.getUint32(24, true) !== 0xfeef04bd) return null;
  const high = entry.getUint32(offset, true);
  const low = entry.getUint32(offset + 4, true);
  return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.');
}

/**
 * `RSDS` {GUID, u32 age, name}, `NB10` {u32 offset, u32 time stamp, u32 age, name}, or `LEpB` {build id} of Breakpad. The
 * id is written as symbol servers do: GUID in capitals without hyphens, age in hexadecimal.
 */
async function readCodeView(source: ByteSource, place: number, size: number): Promise<Module['codeView']> {
  if (place === 0 || size < 4) return null;
  const view = await source.read(place, Math.min(size, 24 + 1024));
  const signature = u32(view, 0);
  if (signature === 0x53445352 && view.byteLength > 24) {
    const guid = guidAt(view, 4).replaceAll('-', '').toUpperCase();
    return { file: fileNameOf(pdbName(view, 24)), id: `${guid}${view.getUint32(20, true).toString(16).toUpperCase()}` };
  }
  if (signature === 0x3031424e && view.byteLength > 16) {
    const stamp = view.getUint32(8, true).toString(16).toUpperCase().padStart(8, '0');
    return {
      file: fileNameOf(pdbName(view, 16)),
      id: `${stamp}${view.getUint32(12, true).toString(16).toUpperCase()}`,
    };
  }
  if (signature === 0x4270454c) {
    const bytes = Array.from({ length: Math.min(view.byteLength - 4, 32) }, (_, index) => view.getUint8(4 + index));
    return { file: '', id: bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('') };
  }
  return null;
}

/** The name of a symbol file is UTF-8. */
function pdbName(view: DataView, offset: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, view.byteLength - offset);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end)).replace(/\p{Cc}/gu, '\ufffd');
}

/** Header {u32 size, u32 entry size, u32 count}, then {u64 base, u32 size, u32 checksum, u32 time stamp, u32 name}. */
async function readUnloaded(
  source: ByteSource,
  stream: Stream | undefined,
  notes: string[],
): Promise<UnloadedModule[]> {
  if (!stream) return [];
  const header = await source.read(stream.place, 12);
  const [start, entry, claimed] = [u32(header, 0) ?? 0, u32(header, 4) ?? 0, u32(header, 8) ?? 0];
  if (start < 12 || start > 256 || entry < 24 || entry > 256) return [];
  const count = Math.min(claimed, maxModules, Math.floor(Math.max(0, stream.size - start) / entry));
  const view = await source.read(stream.place + start, count * entry);
  const modules: UnloadedModule[] = [];
  for (let offset = 0; offset + 24 <= view.byteLength; offset += entry) {
    modules.push({
      name: fileNameOf(await stringAt(source, view.getUint32(offset + 20, true))),
      base: hex(view.getBigUint64(offset, true)),
      size: view.getUint32(offset + 8, true),
      timeDateStamp: hex(view.getUint32(offset + 16, true)),
    });
  }
  if (modules.length < claimed) {
    notes.push(say('unloaded-missing', { claimed, read: modules.length }));
  }
  return modules;
}

interface ReadThread {
  thread: Thread;
  stack: MemoryRange;
  registers: Registers | null;
}

/** MINIDUMP_THREAD, 48 bytes: id +0, stack {u64 start +24, u32 size +32, u32 place +36}, context {u32 size +40, place +44}. */
async function readThreads(
  source: ByteSource,
  stream: Stream | undefined,
  { machine, crashedId, notes }: { machine: Machine | null; crashedId: number | undefined; notes: string[] },
): Promise<ReadThread[]> {
  const threads: ReadThread[] = [];
  for (const entry of await readList(source, stream, {
    entry: 48,
    most: maxThreads,
    missing: 'threads-missing',
    notes,
  })) {
    const id = entry.getUint32(0, true);
    const size = entry.getUint32(32, true);
    const registers = await contextAt(source, machine, entry.getUint32(44, true), entry.getUint32(40, true));
    threads.push({
      thread: {
        id,
        name: null,
        instructionPointer: registers && hex(registers.instructionPointer),
        stackPointer: registers && hex(registers.stackPointer),
        stackBytes: size,
        crashed: id === crashedId,
      },
      stack: { address: entry.getBigUint64(24, true), size, place: entry.getUint32(36, true) },
      registers,
    });
  }
  return threads;
}

async function contextAt(
  source: ByteSource,
  machine: Machine | null,
  place: number,
  size: number,
): Promise<Registers | null> {
  if (!machine || place === 0) return null;
  return readContext(await source.read(place, Math.min(size, contextLength(machine))), machine);
}

/** {u32 thread, u64 place of the name} without a gap. */
async function readThreadNames(source: ByteSource, stream: Stream | undefined): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for (const entry of await readList(source, stream, {
    entry: 12,
    most: maxThreads,
    missing: 'names-missing',
    notes: [],
  })) {
    const place = entry.getBigUint64(4, true);
    const name = place < BigInt(source.size) ? await stringAt(source, Number(place)) : '';
    if (name !== '') names.set(entry.getUint32(0, true), name);
  }
  return names;
}

interface ReadCrash {
  threadId: number;
  crash: Crash;
  registers: Registers | null;
}

/** MINIDUMP_EXCEPTION_STREAM: thread +0, EXCEPTION_RECORD64 +8, context {u32 size +160, u32 place +164}. */
async function readCrash(
  source: ByteSource,
  stream: Stream | undefined,
  machine: Machine | null,
  modules: ModuleMap,
  { osName }: DumpFacts,
): Promise<ReadCrash | null> {
  if (!stream) return null;
  const view = await source.read(stream.place, Math.min(stream.size, 168));
  if (view.byteLength < 168) return null;
  const record = readExceptionRecord64(new DataView(view.buffer, view.byteOffset + 8, 152));
  const registers = await contextAt(source, machine, view.getUint32(164, true), view.getUint32(160, true));
  const address = record?.address ?? registers?.instructionPointer;
  if (address === undefined) return null;
  const isWindows = osName === null || osName.startsWith('Windows');
  return {
    threadId: view.getUint32(0, true),
    registers,
    crash: {
      address: hex(address),
      ...modules.locate(address),
      from: registers ? say('context-of-exception') : say('exception-alone'),
      registers: registers ? registerTexts(registers) : {},
      exception: record && {
        code: hex(record.code),
        name: isWindows ? statusName(record.code) : null,
        address: hex(record.address),
        parameters: record.parameters.map(hex),
      },
    },
  };
}

/** The stack of the thread that crashed; of the first one when none is said to have. */
async function crashedStack({
  machine,
  map,
  loaded,
  crashed,
  threads,
  memory,
}: {
  machine: Machine | null;
  map: ModuleMap;
  loaded: readonly LoadedModule[];
  crashed: ReadCrash | null;
  threads: readonly ReadThread[];
  memory: ReturnType<typeof sparseMemory>;
}): Promise<Frame[]> {
  const thread = crashed ? threads.find(({ thread }) => thread.crashed) : threads[0];
  const registers = crashed?.registers ?? thread?.registers ?? null;
  if (!machine || !registers) return [];
  if ((machine === 'AMD64' || machine === 'ARM64') && loaded.some(({ functions }) => functions !== null)) {
    const walked = (await new StackWalker(memory, loaded, machine).walk(registers)).map(({ frame }) => frame);
    if (walked.some(({ trust }) => trust === 'unwind')) return walked;
  }
  const first: Frame = {
    address: hex(registers.instructionPointer),
    ...map.locate(registers.instructionPointer),
    trust: 'context',
    stackPointer: hex(registers.stackPointer),
    confidence: 1,
    symbol: null,
  };
  if (!thread) return [first];
  const { address, size } = thread.stack;
  const end = address + BigInt(size);
  const inside = registers.stackPointer >= address && registers.stackPointer < end;
  const from = inside ? registers.stackPointer : address;
  return [first, ...(await scanWithFramePointers({ machine, modules: map, memory, from, to: end }, registers))];
}

/** Memory lists: 5 {u64 address, u32 size, u32 place}, 9 {u64 address, u64 size} with all bytes in a row. */
async function readRanges(
  source: ByteSource,
  stream: (type: number) => Stream | undefined,
  notes: string[],
): Promise<MemoryRange[]> {
  const list = await readList(source, stream(streamType.memory), {
    ...{ entry: 16, most: maxRanges, missing: 'ranges-unread' as const },
    notes,
  });
  const ranges: MemoryRange[] = list.map((entry) => ({
    address: entry.getBigUint64(0, true),
    size: entry.getUint32(8, true),
    place: entry.getUint32(12, true),
  }));
  const list64 = stream(streamType.memory64);
  if (!list64) return ranges;
  const start = await source.read(list64.place, 16);
  if (start.byteLength < 16) return ranges;
  const claimed = start.getBigUint64(0, true);
  const count = claimed > BigInt(maxRanges) ? 0 : Number(claimed);
  const view = await source.read(list64.place + 16, count * 16);
  let place = start.getBigUint64(8, true);
  for (let offset = 0; offset + 16 <= view.byteLength && place < BigInt(source.size); offset += 16) {
    const size = view.getBigUint64(offset + 8, true);
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) break;
    ranges.push({ address: view.getBigUint64(offset, true), size: Number(size), place: Number(place) });
    place += size;
  }
  if (BigInt(Math.floor(view.byteLength / 16)) < claimed) {
    notes.push(say('ranges-missing', { claimed: String(claimed) }));
  }
  return ranges;
}

interface Misc {
  processId: number | null;
  megahertz: number | null;
  buildLab: string | null;
}

/** MINIDUMP_MISC_INFO_4: size +0, flags +4 (1 process id, 4 processor, 0x100 build), id +8, MHz +24, build text +232. */
async function readMisc(source: ByteSource, stream: Stream | undefined): Promise<Misc> {
  const view = stream ? await source.read(stream.place, Math.min(stream.size, 752)) : new DataView(new ArrayBuffer(0));
  const flags = u32(view, 4) ?? 0;
  const megahertz = u32(view, 24) ?? 0;
  const buildLab = (flags & 0x100) !== 0 && view.byteLength >= 752 ? utf16(view, 232, 520) : '';
  return {
    processId: (flags & 1) === 0 ? null : u32(view, 8),
    megahertz: (flags & 4) !== 0 && megahertz > 0 && megahertz < 20_000 ? megahertz : null,
    buildLab: buildLab === '' ? null : buildLab,
  };
}

/** MINIDUMP_SYSTEM_INFO: level +2, revision +4 (model and stepping), on x86 the vendor's 12 characters +32. */
async function readHardware(
  source: ByteSource,
  stream: Stream | undefined,
  megahertz: number | null,
): Promise<Hardware | null> {
  if (!stream) return null;
  const view = await source.read(stream.place, Math.min(stream.size, 56));
  if (view.byteLength < 48) return null;
  const architecture = view.getUint16(0, true);
  const vendor = architecture === 0 ? printable(view, 32, 12) : '';
  const revision = view.getUint16(4, true);
  return {
    ...{ system: null, board: null, bios: null, memory: [] },
    processor: {
      vendor: vendor === '' ? null : vendor,
      name:
        architecture === 0 || architecture === 9
          ? `family ${view.getUint16(2, true)} model ${revision >> 8} stepping ${revision & 0xff}`
          : null,
      megahertz,
      microcode: null,
    },
  };
}

async function readComments(source: ByteSource, stream: (type: number) => Stream | undefined): Promise<string[]> {
  const comments: string[] = [];
  for (const [type, decode] of [
    [streamType.commentA, printable],
    [streamType.commentW, utf16],
  ] as const) {
    const found = stream(type);
    if (!found) continue;
    const length = Math.min(found.size, maxComment);
    const text = decode(await source.read(found.place, length), 0, length);
    if (text !== '') comments.push(text);
  }
  return comments;
}

/** Header {u32 size, u32 entry size, u32 count, u32}, then {u64 handle, u32 place of the type's name, …}. */
async function readHandles(source: ByteSource, stream: Stream | undefined): Promise<DumpReport['handles']> {
  if (!stream) return [];
  const header = await source.read(stream.place, 12);
  const [start, entry, claimed] = [u32(header, 0) ?? 0, u32(header, 4) ?? 0, u32(header, 8) ?? 0];
  if (start < 12 || start > 256 || entry < 32 || entry > 256) return [];
  const count = Math.min(claimed, maxHandles, Math.floor(Math.max(0, stream.size - start) / entry));
  const view = await source.read(stream.place + start, count * entry);
  const byPlace = new Map<number, number>();
  for (let offset = 0; offset + entry <= view.byteLength; offset += entry) {
    const place = view.getUint32(offset + 8, true);
    byPlace.set(place, (byPlace.get(place) ?? 0) + 1);
  }
  const byType = new Map<string, number>();
  let looked = 0;
  for (const [place, handles] of byPlace) {
    looked += 1;
    const type = looked > 1024 ? 'others' : (await stringAt(source, place)) || 'unknown';
    byType.set(type, (byType.get(type) ?? 0) + handles);
  }
  return [...byType].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count);
}
