import type { PhysicalMemory } from './physical-memory.js';

/** What finding a page needs of the memory that a dump holds. */
export type Frames = Pick<PhysicalMemory, 'page' | 'endFrame'>;
import { joined, type VirtualMemory } from './virtual-memory.js';

/**
 * What became of an address. not-in-dump: the machine had it, but this dump left it out; paged-out: it was not in memory
 * at the crash; not-mapped: no page was there, so a pointer to it was wrong.
 */
export type AddressState = 'present' | 'not-in-dump' | 'paged-out' | 'not-mapped';

/** Memory of a kernel dump by virtual address. */
export interface TranslatedMemory extends VirtualMemory {
  stateOf(address: bigint): Promise<AddressState>;
}

/** How addresses become frames on a machine. */
export interface Translation {
  machine: 'AMD64' | 'ARM64';
  /** Physical address of the topmost table; its low 12 bits are no address. */
  directoryTableBase: bigint;
  /** 5 on servers with 57 bits of address. */
  levels: 4 | 5;
}

const pageSize = 4096;
/** How many translations are kept. */
const keptTranslations = 65_536;

/** Reads memory by virtual address through the page tables that are in the dump. */
export function translatedMemory(physical: Frames, translation: Translation): TranslatedMemory {
  return memoryThrough(physical, (address) => translate(physical, translation, address));
}

/** Memory whose addresses are translated in a machine's own way. */
export function memoryThrough(
  physical: Frames,
  translateOne: (address: bigint) => Promise<number | AddressState>,
): TranslatedMemory {
  const known = new Map<bigint, number | AddressState>();
  const frameOf = async (address: bigint): Promise<number | AddressState> => {
    const page = address >> 12n;
    const kept = known.get(page);
    if (kept !== undefined) return kept;
    const found = await translateOne(address);
    if (known.size >= keptTranslations) known.clear();
    known.set(page, found);
    return found;
  };
  const pageAt = async (address: bigint): Promise<DataView | AddressState> => {
    const frame = await frameOf(address);
    return typeof frame === 'number' ? ((await physical.page(frame)) ?? 'not-in-dump') : frame;
  };
  return {
    async stateOf(address) {
      const page = await pageAt(address);
      return typeof page === 'string' ? page : 'present';
    },
    async read(address, length) {
      const parts: DataView[] = [];
      let found = 0;
      while (found < length) {
        const at = BigInt.asUintN(64, address + BigInt(found));
        const page = await pageAt(at);
        if (typeof page === 'string') break;
        const inside = Number(at & 0xfffn);
        const count = Math.min(length - found, pageSize - inside);
        parts.push(new DataView(page.buffer, page.byteOffset + inside, count));
        found += count;
      }
      return joined(parts, found);
    },
  };
}

const shifts = { 4: [39n, 30n, 21n, 12n], 5: [48n, 39n, 30n, 21n, 12n] } as const;

async function translate(
  physical: Frames,
  { machine, directoryTableBase, levels }: Translation,
  address: bigint,
): Promise<number | AddressState> {
  const width = levels === 5 ? 57 : 48;
  if (BigInt.asUintN(64, BigInt.asIntN(width, address)) !== address) return 'not-mapped';
  let table = frameIn(directoryTableBase);
  for (const shift of shifts[levels]) {
    const page = await physical.page(table);
    if (!page) return 'not-in-dump';
    const entry = page.getBigUint64(Number((address >> shift) & 511n) * 8, true);
    const next = follow(physical, entry);
    if (typeof next === 'string') return next;
    if (shift === 12n) return next;
    if ((shift === 21n || shift === 30n) && isLarge(entry, machine)) {
      const pages = 2 ** Number(shift - 12n);
      return next - (next % pages) + Number((address >> 12n) & BigInt(pages - 1));
    }
    table = next;
  }
  return 'not-mapped';
}

/** Bits 12 to 47 of an entry; the bits above them are not part of the frame (no-execute, keys, software). */
function frameIn(entry: bigint): number {
  return Number((entry >> 12n) & 0xfffffffffn);
}

/** x64 marks a large page with bit 7, ARM64 a block by the lack of bit 1; entries in transition are never large. */
function isLarge(entry: bigint, machine: Translation['machine']): boolean {
  if ((entry & 1n) === 0n) return false;
  return machine === 'AMD64' ? (entry & 0x80n) !== 0n : (entry & 2n) === 0n;
}

/**
 * The frame of an entry. One that is not valid but in transition (bit 11, not bit 10) still names the frame that holds
 * the page. Since the L1TF fixes Windows may set high bits of the frame in such entries, so they are cut off when the
 * frame cannot be.
 */
function follow(physical: Frames, entry: bigint): number | AddressState {
  if ((entry & 1n) === 1n) return frameIn(entry);
  if ((entry & 0xc00n) === 0x800n) {
    const frame = frameIn(entry);
    if (frame < physical.endFrame) return frame;
    return frame % 2 ** Math.ceil(Math.log2(Math.max(physical.endFrame, 2)));
  }
  return entry === 0n ? 'not-mapped' : 'paged-out';
}
