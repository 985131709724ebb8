import type { Module, UnloadedModule } from './dump-facts.js';
import { hex, utf16 } from './fields.js';
import { fileNameOf } from './module-map.js';
import { readCodeViewOf, readPeImage, readVersionOf, type PeImage } from './pe-image.js';
import type { VirtualMemory } from './virtual-memory.js';
import { say } from './sentences.js';

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

/** How the lists of modules are laid out. */
export interface ListLayout {
  /** Bytes of an address. */
  width: 4 | 8;
  /** Where the kernel's addresses begin. */
  firstAddress: bigint;
  /** Offsets of KLDR_DATA_TABLE_ENTRY. */
  entry: {
    flags: number;
    length: number;
    least: number;
    base: number;
    size: number;
    fullName: number;
    baseName: number;
    checksum: number;
  };
  /** Where `.pdata` is; null: there is none. */
  functions: { at: number; size: number } | null;
  /** An entry of MmUnloadedDrivers: its name, then from and to. */
  unloaded: { length: number; from: number; to: number };
}

/** As the real lists of triage dumps have them. */
export const listLayout64: ListLayout = {
  ...{ width: 8, firstAddress: 0xff00000000000000n },
  entry: {
    flags: 0x68,
    length: 0xa0,
    least: 0x70,
    base: 0x30,
    size: 0x40,
    fullName: 0x48,
    baseName: 0x58,
    checksum: 0x78,
  },
  functions: { at: 0x10, size: 0x18 },
  unloaded: { length: 0x28, from: 0x10, to: 0x18 },
};

/** As public symbols of Windows 7 and rizin have them; x86 has no `.pdata`. */
export const listLayout32: ListLayout = {
  ...{ width: 4, firstAddress: 0x80000000n },
  entry: {
    flags: 0x34,
    length: 0x50,
    least: 0x38,
    base: 0x18,
    size: 0x20,
    fullName: 0x24,
    baseName: 0x2c,
    checksum: 0x40,
  },
  functions: null,
  unloaded: { length: 0x18, from: 8, to: 0xc },
};

/**
 * Walks PsLoadedModuleList forward, and backward when it is broken: lists are often damaged in the dumps that matter.
 */
export async function readLoadedModules(
  memory: VirtualMemory,
  head: bigint,
  layout: ListLayout,
): Promise<LoadedModules> {
  const forward = await walk(memory, head, 'forward', layout);
  const notes: string[] = [];
  const places = [...forward.places];
  if (!forward.isClosed) {
    const backward = await walk(memory, head, 'backward', layout);
    const known = new Set(places);
    const more = backward.places.filter((place) => !known.has(place)).reverse();
    places.push(...more);
    const { length: read } = forward.places;
    notes.push(say('module-list-breaks-off', { read, why: forward.why, more: more.length }));
  }
  const list: LoadedModule[] = [];
  for (const place of places.slice(0, maxModules)) {
    const found = await moduleAt(memory, place, layout);
    if (found) list.push(found);
  }
  if (list.length < places.length) notes.push(say('entries-senseless', { count: places.length - list.length }));
  return { list, isWhole: forward.isClosed, notes };
}

/** Whether a list head points to an entry that points back to it: the address space is the right one then. */
export async function isListHead(memory: VirtualMemory, head: bigint, { width }: ListLayout): Promise<boolean> {
  const view = await memory.read(head, width * 2);
  if (view.byteLength < width * 2) return false;
  const next = await memory.read(addressAt(view, 0, width), width * 2);
  return next.byteLength === width * 2 && addressAt(next, width, width) === head;
}

async function walk(
  memory: VirtualMemory,
  head: bigint,
  direction: 'forward' | 'backward',
  { width, firstAddress }: ListLayout,
): Promise<{ places: bigint[]; isClosed: boolean; why: string }> {
  const places: bigint[] = [];
  const seen = new Set<bigint>([head]);
  const [to, from] = direction === 'forward' ? [0, width] : [width, 0];
  let at = head;
  while (places.length < maxModules) {
    const links = await memory.read(at, width * 2);
    if (links.byteLength < width * 2)
      return { places: places.slice(0, -1), isClosed: false, why: say('entry-not-in-dump', { address: hex(at) }) };
    const next = addressAt(links, to, width);
    if (next === head) return { places, isClosed: true, why: '' };
    if (next < firstAddress || next % BigInt(width) !== 0n)
      return { places, isClosed: false, why: say('entry-no-address', { address: hex(next) }) };
    if (seen.has(next)) return { places, isClosed: false, why: say('list-turns-back') };
    const back = await memory.read(next + BigInt(from), width);
    if (back.byteLength === width && addressAt(back, 0, width) !== at) {
      return { places, isClosed: false, why: say('entry-not-back', { address: hex(next) }) };
    }
    seen.add(next);
    places.push(next);
    at = next;
  }
  return { places, isClosed: false, why: say('too-many-modules', { most: maxModules }) };
}

async function moduleAt(memory: VirtualMemory, place: bigint, layout: ListLayout): Promise<LoadedModule | null> {
  const { entry, width, firstAddress } = layout;
  const view = await memory.read(place, entry.length);
  if (view.byteLength < entry.least) return null;
  const base = addressAt(view, entry.base, width);
  const size = view.getUint32(entry.size, true);
  if (base < firstAddress || base % 0x1000n !== 0n || size === 0 || size > maxImageBytes) return null;
  const path = await unicodeString(memory, view, entry.fullName, width);
  const name = (await unicodeString(memory, view, entry.baseName, width)) ?? (path === null ? null : fileNameOf(path));
  const image = await readPeImage(memory, base);
  const version = image && (await readVersionOf(memory, image));
  const { codeView, isReproducible } = image
    ? await readCodeViewOf(memory, image)
    : { codeView: null, isReproducible: false };
  const functions = image?.functions ?? functionsIn(view, base, size, layout);
  return {
    image,
    isVerified: (view.getUint32(entry.flags, true) & verifyingFlag) !== 0,
    functions: layout.functions && functions,
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

function functionsIn(view: DataView, base: bigint, size: number, { functions }: ListLayout): LoadedModule['functions'] {
  if (!functions) return null;
  const rva = view.getBigUint64(functions.at, true) - base;
  const bytes = view.getUint32(functions.size, true);
  return rva > 0n && bytes > 0 && rva + BigInt(bytes) <= BigInt(size) ? { rva: Number(rva), size: bytes } : null;
}

/** UNICODE_STRING: u16 bytes, u16 room, the address of the text. */
async function unicodeString(memory: VirtualMemory, view: DataView, at: number, width: 4 | 8): Promise<string | null> {
  const bytes = view.getUint16(at, true);
  const text =
    bytes === 0 || bytes > 1024 ? '' : utf16(await memory.read(addressAt(view, at + width, width), bytes), 0, bytes);
  return text === '' ? null : text;
}

/** Windows keeps 50 drivers that were unloaded. */
const maxUnloaded = 50;

/** MmUnloadedDrivers: `variable` is where the kernel keeps the address of the list. */
export async function readUnloadedDrivers(
  memory: VirtualMemory,
  variable: bigint,
  { width, firstAddress, unloaded }: ListLayout,
): Promise<UnloadedModule[]> {
  const pointer = await memory.read(variable, width);
  if (pointer.byteLength < width) return [];
  const view = await memory.read(addressAt(pointer, 0, width), maxUnloaded * unloaded.length);
  const list: UnloadedModule[] = [];
  for (let at = 0; at + unloaded.length <= view.byteLength; at += unloaded.length) {
    const from = addressAt(view, at + unloaded.from, width);
    const to = addressAt(view, at + unloaded.to, width);
    if (from < firstAddress || to <= from || to - from > BigInt(maxImageBytes)) continue;
    const name = await unicodeString(memory, view, at, width);
    if (name !== null) list.push({ name, base: hex(from), size: Number(to - from), timeDateStamp: null });
  }
  return list;
}

function addressAt(view: DataView, offset: number, width: 4 | 8): bigint {
  return width === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true));
}

/** The upper half of the address space, where the kernel lives. */
export function isKernelAddress(address: bigint): boolean {
  return address >= 0xff00000000000000n;
}
