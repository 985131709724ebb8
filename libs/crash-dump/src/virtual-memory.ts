import type { ByteSource } from './byte-source.js';

/**
 * Memory by virtual address. `read` never fails for what is not in the dump: it gives the bytes from `address` on that
 * are there without a gap, down to none.
 */
export interface VirtualMemory {
  read(address: bigint, length: number): Promise<DataView>;
}

/** A piece of memory and where it lies in the file. */
export interface MemoryRange {
  address: bigint;
  size: number;
  place: number;
}

/** How many ranges before the nearest one are looked at, because ranges of a triage dump overlap. */
const lookBack = 64;
const empty = new DataView(new ArrayBuffer(0));

/** Memory that is known in pieces, as in triage dumps and minidumps. */
export function sparseMemory(source: ByteSource, ranges: readonly MemoryRange[]): VirtualMemory {
  const sorted = ranges.filter(({ size }) => size > 0).sort((a, b) => compare(a.address, b.address));
  return {
    async read(address, length) {
      const parts: DataView[] = [];
      let found = 0;
      while (found < length && parts.length <= lookBack) {
        const range = rangeAt(sorted, address + BigInt(found));
        if (!range) break;
        const inside = Number(address + BigInt(found) - range.address);
        const part = await source.read(range.place + inside, Math.min(range.size - inside, length - found));
        if (part.byteLength === 0) break;
        parts.push(part);
        found += part.byteLength;
      }
      return joined(parts, found);
    },
  };
}

function rangeAt(sorted: readonly MemoryRange[], address: bigint): MemoryRange | null {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as MemoryRange).address <= address) low = middle + 1;
    else high = middle;
  }
  let best: MemoryRange | null = null;
  for (let index = low - 1; index >= Math.max(0, low - lookBack); index -= 1) {
    const range = sorted[index] as MemoryRange;
    const end = range.address + BigInt(range.size);
    if (end > address && (best === null || end > best.address + BigInt(best.size))) best = range;
  }
  return best;
}

/** Pieces of memory that follow each other as one. */
export function joined(parts: readonly DataView[], length: number): DataView {
  if (parts.length <= 1) return parts[0] ?? empty;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return new DataView(bytes.buffer);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
