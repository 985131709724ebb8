import { memoryThrough, type AddressState, type Frames, type TranslatedMemory } from './address-translation.js';

/** How addresses of x86 become frames. */
export interface TranslationX86 {
  /** CR3: a page of 1024 entries, or with PAE 4 entries of 8 bytes at a multiple of 32. */
  directoryTableBase: bigint;
  usesPae: boolean;
}

/** Reads memory by virtual address through the page tables of x86 (Intel SDM, volume 3, 4.3 and 4.4). */
export function translatedMemoryX86(physical: Frames, translation: TranslationX86): TranslatedMemory {
  const translate = translation.usesPae ? throughPae : throughTwo;
  return memoryThrough(physical, (address) =>
    address >= 0x100000000n
      ? Promise.resolve('not-mapped' as const)
      : translate(physical, Number(translation.directoryTableBase), Number(address)),
  );
}

/** Two levels of 1024 entries of 4 bytes; large pages have 4 MiB. */
async function throughTwo(physical: Frames, base: number, address: number): Promise<number | AddressState> {
  const directory = await physical.page(Math.floor(base / 4096));
  if (!directory) return 'not-in-dump';
  const entry = directory.getUint32((address >>> 22) * 4, true);
  if ((entry & 1) === 0) return ofInvalid(physical, BigInt(entry), 0xfffffn);
  // Bits 13 to 20 of a large page's entry are bits 32 to 39 of its address (PSE-36).
  if ((entry & 0x80) !== 0)
    return ((entry >>> 13) & 0xff) * 2 ** 20 + (entry >>> 22) * 1024 + ((address >>> 12) & 1023);
  const table = await physical.page(entry >>> 12);
  if (!table) return 'not-in-dump';
  const last = table.getUint32(((address >>> 12) & 1023) * 4, true);
  return (last & 1) === 1 ? last >>> 12 : ofInvalid(physical, BigInt(last), 0xfffffn);
}

/** Three levels of entries of 8 bytes: 4, 512, 512; large pages have 2 MiB. */
async function throughPae(physical: Frames, base: number, address: number): Promise<number | AddressState> {
  const pointers = await physical.page(Math.floor(base / 4096));
  if (!pointers) return 'not-in-dump';
  const first = pointers.getBigUint64((base & 0xfe0) + (address >>> 30) * 8, true);
  if ((first & 1n) === 0n) return 'not-mapped';
  const directory = await physical.page(frameIn(first));
  if (!directory) return 'not-in-dump';
  const entry = directory.getBigUint64(((address >>> 21) & 511) * 8, true);
  if ((entry & 1n) === 0n) return ofInvalid(physical, entry, 0xffffffn);
  if ((entry & 0x80n) !== 0n) return frameIn(entry) - (frameIn(entry) % 512) + ((address >>> 12) & 511);
  const table = await physical.page(frameIn(entry));
  if (!table) return 'not-in-dump';
  const last = table.getBigUint64(((address >>> 12) & 511) * 8, true);
  return (last & 1n) === 1n ? frameIn(last) : ofInvalid(physical, last, 0xffffffn);
}

/** Bits 12 to 35: x86 Windows has at most 64 GiB. */
function frameIn(entry: bigint): number {
  return Number((entry >> 12n) & 0xffffffn);
}

/** MMPTE_TRANSITION: bit 11 without bit 10; the page is still in its frame. MMPTE_PROTOTYPE has bit 10. */
function ofInvalid(physical: Frames, entry: bigint, frames: bigint): number | AddressState {
  if ((entry & 0xc00n) === 0x800n) {
    const frame = Number((entry >> 12n) & frames);
    return frame < physical.endFrame ? frame : 'not-in-dump';
  }
  return entry === 0n ? 'not-mapped' : 'paged-out';
}
