import type { VirtualMemory } from './virtual-memory.js';
import { printable } from './fields.js';
import { readVersionResource, type VersionFacts } from './version-resource.js';

/** A part of an image that its header tells of. */
export interface Directory {
  rva: number;
  size: number;
}

/** The header of an image as it lies in memory. */
export interface PeImage {
  base: bigint;
  size: number;
  timeDateStamp: number;
  checksum: number;
  is64: boolean;
  exports: Directory | null;
  resources: Directory | null;
  /** `.pdata`: where its functions begin and end and how to unwind them. */
  functions: Directory | null;
  debug: Directory | null;
}

const maxResource = 0x4000;
const maxExports = 0x10000;

/** Reads the header of an image; null when it is not in the dump or is none. */
export async function readPeImage(memory: VirtualMemory, base: bigint): Promise<PeImage | null> {
  const view = await memory.read(base, 0x1000);
  if (view.byteLength < 0x40 || view.getUint16(0, true) !== 0x5a4d) return null;
  const start = view.getUint32(0x3c, true);
  if (start > view.byteLength - 0x90 || view.getUint32(start, true) !== 0x4550) return null;
  const optional = start + 24;
  const is64 = view.getUint16(optional, true) === 0x20b;
  const directories = optional + (is64 ? 112 : 96);
  const count = view.getUint32(directories - 4, true);
  const directory = (index: number): Directory | null => {
    const at = directories + 8 * index;
    if (index >= count || at + 8 > view.byteLength) return null;
    const rva = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    return rva === 0 || size === 0 ? null : { rva, size };
  };
  return {
    base,
    size: view.getUint32(optional + 56, true),
    timeDateStamp: view.getUint32(start + 8, true),
    checksum: view.getUint32(optional + 64, true),
    is64,
    exports: directory(0),
    resources: directory(2),
    functions: directory(3),
    debug: directory(6),
  };
}

/** The version resource of an image; null when it has none or its pages are not in the dump. */
export async function readVersionOf(memory: VirtualMemory, image: PeImage): Promise<VersionFacts | null> {
  const root = image.resources?.rva;
  if (root === undefined) return null;
  const types = await entriesAt(memory, image, root);
  const versions = types.find(({ id }) => id === 16);
  if (!versions?.isTable) return null;
  const name = (await entriesAt(memory, image, root + versions.offset))[0];
  if (!name?.isTable) return null;
  const language = (await entriesAt(memory, image, root + name.offset))[0];
  if (!language || language.isTable) return null;
  const leaf = await memory.read(image.base + BigInt(root + language.offset), 8);
  if (leaf.byteLength < 8) return null;
  const size = Math.min(leaf.getUint32(4, true), maxResource);
  return readVersionResource(await memory.read(image.base + BigInt(leaf.getUint32(0, true)), size));
}

interface ResourceEntry {
  id: number;
  isTable: boolean;
  offset: number;
}

async function entriesAt(memory: VirtualMemory, image: PeImage, rva: number): Promise<ResourceEntry[]> {
  const head = await memory.read(image.base + BigInt(rva), 16);
  if (head.byteLength < 16) return [];
  const count = Math.min(head.getUint16(12, true) + head.getUint16(14, true), 256);
  const view = await memory.read(image.base + BigInt(rva + 16), count * 8);
  const entries: ResourceEntry[] = [];
  for (let at = 0; at + 8 <= view.byteLength; at += 8) {
    const target = view.getUint32(at + 4, true);
    entries.push({ id: view.getUint32(at, true), isTable: target >= 0x80000000, offset: target & 0x7fffffff });
  }
  return entries;
}

/** Which symbol file belongs to an image: `RSDS`, GUID, age, path; the id as symbol servers write it. */
export async function readCodeViewOf(
  memory: VirtualMemory,
  image: PeImage,
): Promise<{ codeView: { file: string; id: string } | null; isReproducible: boolean }> {
  let codeView: { file: string; id: string } | null = null;
  let isReproducible = false;
  if (!image.debug) return { codeView, isReproducible };
  const table = await memory.read(image.base + BigInt(image.debug.rva), Math.min(image.debug.size, 28 * 16));
  for (let at = 0; at + 28 <= table.byteLength; at += 28) {
    const type = table.getUint32(at + 12, true);
    // IMAGE_DEBUG_TYPE_REPRO: the time stamp of the header is a hash of the content.
    if (type === 16) isReproducible = true;
    if (type !== 2 || codeView) continue;
    const rva = BigInt(table.getUint32(at + 20, true));
    codeView = codeViewIn(await memory.read(image.base + rva, Math.min(table.getUint32(at + 16, true), 0x200)));
  }
  return { codeView, isReproducible };
}

function codeViewIn(view: DataView): { file: string; id: string } | null {
  if (view.byteLength < 25 || view.getUint32(0, true) !== 0x53445352) return null;
  const digits = (value: number, length: number): string => value.toString(16).toUpperCase().padStart(length, '0');
  let id =
    digits(view.getUint32(4, true), 8) + digits(view.getUint16(8, true), 4) + digits(view.getUint16(10, true), 4);
  for (let at = 12; at < 20; at += 1) id += digits(view.getUint8(at), 2);
  id += view.getUint32(20, true).toString(16).toUpperCase();
  return { file: printable(view, 24, view.byteLength - 24), id };
}

/** The names that an image exports, by the place of what they name. */
export async function readExportsOf(memory: VirtualMemory, image: PeImage): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  if (!image.exports) return found;
  const head = await memory.read(image.base + BigInt(image.exports.rva), 40);
  if (head.byteLength < 40) return found;
  const read = (field: number, bytes: number): Promise<DataView> =>
    memory.read(image.base + BigInt(head.getUint32(field, true)), bytes);
  const count = Math.min(head.getUint32(24, true), maxExports);
  const functions = await read(28, Math.min(head.getUint32(20, true), maxExports) * 4);
  const names = await read(32, count * 4);
  const ordinals = await read(36, count * 2);
  // Names lie inside the directory, so they are read at once.
  const start = image.exports.rva;
  const texts = await memory.read(image.base + BigInt(start), Math.min(image.exports.size, 0x200000));
  for (let index = 0; index * 4 + 4 <= names.byteLength && index * 2 + 2 <= ordinals.byteLength; index += 1) {
    const ordinal = ordinals.getUint16(index * 2, true);
    if (ordinal * 4 + 4 > functions.byteLength) continue;
    const at = names.getUint32(index * 4, true) - start;
    if (at < 0 || at >= texts.byteLength) continue;
    const name = printable(texts, at, Math.min(128, texts.byteLength - at));
    if (name !== '') found.set(functions.getUint32(ordinal * 4, true), name);
  }
  return found;
}
