import type { MemoryHeld } from './dump-facts.js';
import { hex } from './fields.js';

/** Into how many equal parts physical memory is divided to say how full each is. */
const parts = 256;
const listed = 64;
const pageSize = 4096;

interface Piece {
  /** In pages or in bytes. */
  from: bigint;
  length: bigint;
}

/** Sums up pieces of physical memory, in pages, in the order of their frames; `endFrame` is past the last of them. */
export function countPages(endFrame: number): { add(frame: number, count: number): void; held(): MemoryHeld } {
  const pieces = countPieces();
  const width = Math.max(1, Math.ceil(endFrame / parts));
  const filled = new Array<number>(Math.ceil(endFrame / width)).fill(0);
  /** How many more pieces fill a whole part than filled the one before. */
  const whole = new Array<number>(filled.length + 1).fill(0);
  const put = (list: number[], at: number, count: number): void => {
    if (at < list.length) list[at] = (list[at] ?? 0) + count;
  };
  return {
    add(frame, count) {
      pieces.add(BigInt(frame), BigInt(count));
      const first = Math.floor(frame / width);
      const last = Math.floor((frame + count - 1) / width);
      if (first === last) return put(filled, first, count);
      put(filled, first, (first + 1) * width - frame);
      put(filled, last, frame + count - last * width);
      put(whole, first + 1, 1);
      put(whole, last, -1);
    },
    held() {
      let over = 0;
      const density = filled.map((count, at) => {
        over += whole[at] ?? 0;
        const size = Math.min(width, endFrame - at * width);
        return Math.round(Math.min(1, (count + over * size) / size) * 1000) / 1000;
      });
      return { space: 'physical', ...pieces.held(BigInt(pageSize)), endsAt: hex(BigInt(endFrame * pageSize)), density };
    },
  };
}

/** Sums up pieces of address spaces, such as those of a triage dump or a dump of a process. */
export function sumRanges(ranges: readonly { address: bigint; size: number }[]): MemoryHeld | null {
  const sorted = ranges.filter(({ size }) => size > 0).sort((a, b) => (a.address < b.address ? -1 : 1));
  if (sorted.length === 0) return null;
  const pieces = countPieces();
  for (const { address, size } of sorted) pieces.add(address, BigInt(size));
  return { space: 'virtual', ...pieces.held(1n), endsAt: null, density: [] };
}

/** Joins pieces that touch or overlap; keeps the largest of them. They come sorted by address. */
function countPieces(): {
  add(from: bigint, length: bigint): void;
  held(unit: bigint): Pick<MemoryHeld, 'bytes' | 'pieces' | 'largest'>;
} {
  let open: Piece | null = null;
  let total = 0n;
  let count = 0;
  let kept: Piece[] = [];
  const keepLargest = (): void => {
    kept = kept.sort((a, b) => (a.length > b.length ? -1 : a.length < b.length ? 1 : 0)).slice(0, listed);
  };
  const close = (): void => {
    if (!open) return;
    kept.push(open);
    total += open.length;
    count += 1;
    if (kept.length > listed * 64) keepLargest();
    open = null;
  };
  return {
    add(from, length) {
      if (open && from <= open.from + open.length) {
        const end = from + length;
        if (end > open.from + open.length) open.length = end - open.from;
        return;
      }
      close();
      open = { from, length };
    },
    held(unit) {
      close();
      keepLargest();
      const byAddress = [...kept].sort((a, b) => (a.from < b.from ? -1 : 1));
      return {
        bytes: Number(total * unit),
        pieces: count,
        largest: byAddress.map(({ from, length }) => ({ from: hex(from * unit), bytes: Number(length * unit) })),
      };
    },
  };
}
