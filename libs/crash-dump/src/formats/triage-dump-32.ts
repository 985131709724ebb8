import type { ByteSource } from '../byte-source.js';
import { readExceptionRecord32 } from '../crash-context.js';
import type { DumpFacts, DumpInside, Module, UnloadedModule } from '../dump-facts.js';
import { hex, printable, u32, utf16 } from '../fields.js';
import { sumRanges } from '../memory-held.js';
import { fileNameOf } from '../module-map.js';
import { processNameIn } from '../process-name.js';
import { readContext } from '../registers.js';
import { readSecondaryData } from '../secondary-data.js';
import { sparseMemory, type MemoryRange } from '../virtual-memory.js';
import { withFlaws } from './kernel-flaws.js';
import { poolString, readTriageStack, stringPool, type Pool } from './triage-dump-64.js';

/** Offsets of DUMP_HEADER32 and, from `start` on, of TRIAGE_DUMP32, as rizin has them; no real file was at hand. */
const header = { pae: 0x5c, context: 0x320, contextLength: 0x2cc, exception: 0x7d0, exceptionLength: 0x50 } as const;
const at = {
  ...{
    start: 0x1000,
    length: 0x68,
    sizeOfDump: 0x4,
    unloaded: 0x18,
    process: 0x20,
    callStack: 0x28,
    callStackSize: 0x2c,
  },
  ...{ drivers: 0x30, driverCount: 0x34, strings: 0x38, stringsSize: 0x3c, brokenDriver: 0x40, topOfStack: 0x48 },
  ...{ dataPageAddress: 0x4c, dataPage: 0x50, dataPageSize: 0x54, debuggerData: 0x58, debuggerDataSize: 0x5c },
  ...{ blocks: 0x60, blockCount: 0x64 },
} as const;
/** A driver entry: the place of its name, then KLDR_DATA_TABLE_ENTRY from +4 on. */
const driver = { length: 0x4c, base: 0x1c, size: 0x24, checksum: 0x44, timeDateStamp: 0x48 } as const;
/** An unloaded driver: UNICODE_STRING, a name of at most 12 characters, from and to. A count of 4 bytes heads the list. */
const unloaded = { head: 4, length: 0x28, name: 8, nameBytes: 24, from: 0x20, to: 0x24 } as const;
const block = { length: 12, place: 4, size: 8 } as const;
const debuggerData = { tag: 0x10, buildLab: 0x208, length: 0x2c0 } as const;

const maxDrivers = 4096;
const maxUnloaded = 256;
const maxBlocks = 65_536;
const maxStack = 0x20000;

/** Reads what a 32-bit triage dump ("small memory dump", type 4) holds beside its header. */
export async function readTriageDump32(source: ByteSource, facts: DumpFacts): Promise<DumpInside> {
  const pae = u32(await source.read(header.pae, 4), 0);
  const usesPae = pae === null ? null : (pae & 0xff) === 1;
  const triage = await source.read(at.start, at.length);
  if (triage.byteLength < at.length) {
    return { usesPae, notes: [`its triage header is cut short: ${triage.byteLength} of ${at.length} bytes`] };
  }
  const place = (offset: number): number => u32(triage, offset) ?? 0;
  const notes: string[] = [];
  const strings = await stringPool(source, place(at.strings), place(at.stringsSize));
  const modules = await readDrivers(
    source,
    { place: place(at.drivers), claimed: place(at.driverCount) },
    strings,
    notes,
  );
  const from = BigInt(place(at.topOfStack));
  const size = Math.min(place(at.callStackSize), maxStack);
  const ranges: MemoryRange[] = [
    ...(await readBlocks(source, place(at.blocks), place(at.blockCount), notes)),
    { address: from, size, place: place(at.callStack) },
    { address: BigInt(place(at.dataPageAddress)), size: place(at.dataPageSize), place: place(at.dataPage) },
  ];
  const memory = sparseMemory(source, ranges);
  const flaws = [...notes];
  const kernel = await source.read(place(at.debuggerData), Math.min(place(at.debuggerDataSize), 0x1000));
  const hasKernelData = kernel.byteLength >= debuggerData.length && u32(kernel, debuggerData.tag) === 0x4742444b;
  if (!hasKernelData) notes.push('the kernel’s debugger data (KDBG) is not in the dump, or is encoded');
  const lab = hasKernelData ? await memory.read(BigInt(kernel.getUint32(debuggerData.buildLab, true)), 128) : null;
  const secondary = await readSecondaryData(source, place(at.sizeOfDump));
  const process = await source.read(place(at.process), place(at.process) === 0 ? 0 : 0x400);
  const brokenDriver = place(at.brokenDriver);
  return {
    ...(await readTriageStack(facts, memory, modules, {
      ...{ from, to: from + BigInt(size) },
      header: readContext(await source.read(header.context, header.contextLength), 'x86'),
      headerException: readExceptionRecord32(await source.read(header.exception, header.exceptionLength)),
    })),
    completeness: withFlaws(facts.completeness, [...flaws, ...secondary.notes]),
    memory: sumRanges(ranges),
    ...{ usesPae, modules, secondaryData: secondary.blobs, hardware: secondary.hardware },
    unloadedModules: await readUnloaded(source, place(at.unloaded)),
    process: process.byteLength === 0 ? null : processNameIn(process, null, 4),
    buildLab: (lab && printable(lab, 0, lab.byteLength)) || null,
    blamedBySystem: brokenDriver === 0 ? null : (await poolString(source, strings, brokenDriver)) || null,
    notes: [...notes, ...secondary.notes],
  };
}

async function readDrivers(
  source: ByteSource,
  { place, claimed }: { place: number; claimed: number },
  strings: Pool,
  notes: string[],
): Promise<Module[]> {
  if (claimed === 0 || place === 0) return [];
  const between = (strings.place - place) / claimed;
  const length = Number.isInteger(between) && between >= driver.length && between <= 0x200 ? between : driver.length;
  const view = await source.read(place, Math.min(claimed, maxDrivers) * length);
  const modules: Module[] = [];
  for (let offset = 0; offset + driver.length <= view.byteLength; offset += length) {
    const base = u32(view, offset + driver.base) ?? 0;
    const size = u32(view, offset + driver.size) ?? 0;
    if (base === 0 || size === 0) continue;
    const path = await poolString(source, strings, view.getUint32(offset, true));
    modules.push({
      ...{ name: fileNameOf(path), path: path === '' ? null : path, base: hex(base), size, source: 'driver-list' },
      timeDateStamp: hex(view.getUint32(offset + driver.timeDateStamp, true)),
      checksum: hex(view.getUint32(offset + driver.checksum, true)),
      ...{ fileVersion: null, productVersion: null, product: null, company: null, codeView: null },
    });
  }
  if (modules.length < claimed) notes.push(`its list of drivers tells of ${claimed}, ${modules.length} could be read`);
  return modules;
}

async function readUnloaded(source: ByteSource, place: number): Promise<UnloadedModule[]> {
  if (place === 0) return [];
  const count = Math.min(u32(await source.read(place, 4), 0) ?? 0, maxUnloaded);
  const view = await source.read(place + unloaded.head, count * unloaded.length);
  const modules: UnloadedModule[] = [];
  for (let offset = 0; offset + unloaded.length <= view.byteLength; offset += unloaded.length) {
    const from = view.getUint32(offset + unloaded.from, true);
    const to = view.getUint32(offset + unloaded.to, true);
    if (from === 0 || to < from) continue;
    const bytes = Math.min(view.getUint16(offset, true), unloaded.nameBytes);
    const name = utf16(view, offset + unloaded.name, bytes);
    modules.push({ name, base: hex(from), size: to - from, timeDateStamp: null });
  }
  return modules;
}

/** Windows of memory: {u32 address, u32 place, u32 size}. */
async function readBlocks(source: ByteSource, place: number, claimed: number, notes: string[]): Promise<MemoryRange[]> {
  if (place === 0) return [];
  const view = await source.read(place, Math.min(claimed, maxBlocks) * block.length);
  const ranges: MemoryRange[] = [];
  for (let offset = 0; offset + block.length <= view.byteLength; offset += block.length) {
    ranges.push({
      address: BigInt(view.getUint32(offset, true)),
      place: view.getUint32(offset + block.place, true),
      size: view.getUint32(offset + block.size, true),
    });
  }
  if (ranges.length < claimed) notes.push(`its list of memory tells of ${claimed} blocks, ${ranges.length} were read`);
  return ranges;
}
