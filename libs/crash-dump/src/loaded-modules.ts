import type { Module, UnloadedModule } from './dump-facts.js';
import { hex, utf16 } from './fields.js';
import { fileNameOf } from './module-map.js';
import { readCodeViewOf, readPeImage, readVersionOf, type PeImage } from './pe-image.js';
import type { VirtualMemory } from './virtual-memory.js';

/** A module of the kernel, and its image's header when that is in the dump. */
export interface LoadedModule {
  module: Module;
  image: PeImage | null;
  /** Of KLDR_DATA_TABLE_ENTRY: where `.pdata` is, known even when the image's first page is not in the dump. */
  functions: { rva: number; size: number } | null;
  /** Whether Driver Verifier watches it; left out where no kernel tells. */
  isVerified?: boolean;
}

export interface LoadedModules {
  list: LoadedModule[];
  /** Whether the list could be walked all the way round. */
  isWhole: boolean;
  notes: string[];
}

/** Flag of a driver that Driver Verifier watches (LDRP_IMAGE_VERIFYING). */
export const verifyingFlag = 0x02000000;
/** Systems have 150 to 400 modules. */
const maxModules = 2000;
const maxImageBytes = 0x40000000;

/** Offsets of KLDR_DATA_TABLE_ENTRY, 64 bit, as the real lists of triage dumps have them. */
const entry = {
  length: 0xa0,
  forward: 0,
  backward: 8,
  functions: 0x10,
  functionsSize: 0x18,
  base: 0x30,
  size: 0x40,
  fullName: 0x48,
  baseName: 0x58,
  flags: 0x68,
  checksum: 0x78,
} as const;

/**
 * Walks PsLoadedModuleList forward, and backward when it is broken: lists are often damaged in the dumps that matter.
 */
export async function readLoadedModules(memory: VirtualMemory, head: bigint): Promise<LoadedModules> {
  const forward = await walk(memory, head, entry.forward);
  const notes: string[] = [];
  const places = [...forward.places];
  if (!forward.isClosed) {
    const backward = await walk(memory, head, entry.backward);
    const known = new Set(places);
    const more = backward.places.filter((place) => !known.has(place)).reverse();
    places.push(...more);
    const after = `after ${forward.places.length} modules (${forward.why})`;
    notes.push(`the list of loaded modules breaks off ${after}; ${more.length} more were found from its other end`);
  }
  const list: LoadedModule[] = [];
  for (const place of places.slice(0, maxModules)) {
    const found = await moduleAt(memory, place);
    if (found) list.push(found);
  }
  if (list.length < places.length) notes.push(`${places.length - list.length} entries of the list make no sense`);
  return { list, isWhole: forward.isClosed, notes };
}

/** Whether a list head points to an entry that points back to it: the address space is the right one then. */
export async function isListHead(memory: VirtualMemory, head: bigint): Promise<boolean> {
  const view = await memory.read(head, 16);
  if (view.byteLength < 16) return false;
  const next = await memory.read(view.getBigUint64(0, true), 16);
  return next.byteLength === 16 && next.getBigUint64(8, true) === head;
}

async function walk(
  memory: VirtualMemory,
  head: bigint,
  direction: number,
): Promise<{ places: bigint[]; isClosed: boolean; why: string }> {
  const places: bigint[] = [];
  const seen = new Set<bigint>([head]);
  let at = head;
  while (places.length < maxModules) {
    const links = await memory.read(at, 16);
    if (links.byteLength < 16)
      return { places: places.slice(0, -1), isClosed: false, why: `${hex(at)} is not in the dump` };
    const next = links.getBigUint64(direction, true);
    if (next === head) return { places, isClosed: true, why: '' };
    if (!isKernelAddress(next) || next % 8n !== 0n)
      return { places, isClosed: false, why: `${hex(next)} is no address` };
    if (seen.has(next)) return { places, isClosed: false, why: 'it turns back into itself' };
    const back = await memory.read(next + BigInt(direction === 0 ? 8 : 0), 8);
    if (back.byteLength === 8 && back.getBigUint64(0, true) !== at) {
      return { places, isClosed: false, why: `${hex(next)} does not point back` };
    }
    seen.add(next);
    places.push(next);
    at = next;
  }
  return { places, isClosed: false, why: `more than ${maxModules} modules` };
}

async function moduleAt(memory: VirtualMemory, place: bigint): Promise<LoadedModule | null> {
  const view = await memory.read(place, entry.length);
  if (view.byteLength < 0x70) return null;
  const base = view.getBigUint64(entry.base, true);
  const size = view.getUint32(entry.size, true);
  if (!isKernelAddress(base) || base % 0x1000n !== 0n || size === 0 || size > maxImageBytes) return null;
  const path = await unicodeString(memory, view, entry.fullName);
  const name = (await unicodeString(memory, view, entry.baseName)) ?? (path === null ? null : fileNameOf(path));
  const image = await readPeImage(memory, base);
  const version = image && (await readVersionOf(memory, image));
  const { codeView, isReproducible } = image
    ? await readCodeViewOf(memory, image)
    : { codeView: null, isReproducible: false };
  const functionsAt = view.getBigUint64(entry.functions, true) - base;
  const functionsSize = view.getUint32(entry.functionsSize, true);
  const hasFunctions = functionsAt > 0n && functionsSize > 0 && functionsAt + BigInt(functionsSize) <= BigInt(size);
  return {
    image,
    isVerified: (view.getUint32(entry.flags, true) & verifyingFlag) !== 0,
    functions: image?.functions ?? (hasFunctions ? { rva: Number(functionsAt), size: functionsSize } : null),
    module: {
      name: name ?? 'a module whose name is not in the dump',
      path,
      base: hex(base),
      size,
      timeDateStamp: image && hex(image.timeDateStamp),
      isBuildId: isReproducible,
      checksum: view.byteLength >= entry.checksum + 4 ? hex(view.getUint32(entry.checksum, true)) : null,
      fileVersion: version?.fileVersion ?? null,
      productVersion: version?.productVersion ?? null,
      product: version?.product ?? null,
      company: version?.company ?? null,
      description: version?.description ?? null,
      codeView,
      source: 'module-list',
    },
  };
}

/** UNICODE_STRING: u16 bytes, u16 room, u64 address of the text. */
async function unicodeString(memory: VirtualMemory, view: DataView, at: number): Promise<string | null> {
  const bytes = view.getUint16(at, true);
  const text =
    bytes === 0 || bytes > 1024 ? '' : utf16(await memory.read(view.getBigUint64(at + 8, true), bytes), 0, bytes);
  return text === '' ? null : text;
}

/** Windows keeps 50 drivers that were unloaded, in entries of 0x28 bytes. */
const unloaded = { count: 50, length: 0x28, from: 0x10, to: 0x18 } as const;

/** MmUnloadedDrivers: `variable` is where the kernel keeps the address of the list. */
export async function readUnloadedDrivers(memory: VirtualMemory, variable: bigint): Promise<UnloadedModule[]> {
  const pointer = await memory.read(variable, 8);
  if (pointer.byteLength < 8) return [];
  const view = await memory.read(pointer.getBigUint64(0, true), unloaded.count * unloaded.length);
  const list: UnloadedModule[] = [];
  for (let at = 0; at + unloaded.length <= view.byteLength; at += unloaded.length) {
    const from = view.getBigUint64(at + unloaded.from, true);
    const to = view.getBigUint64(at + unloaded.to, true);
    if (!isKernelAddress(from) || to <= from || to - from > BigInt(maxImageBytes)) continue;
    const name = await unicodeString(memory, view, at);
    if (name !== null) list.push({ name, base: hex(from), size: Number(to - from), timeDateStamp: null });
  }
  return list;
}

/** The upper half of the address space, where the kernel lives. */
export function isKernelAddress(address: bigint): boolean {
  return address >= 0xff00000000000000n;
}
