import { huffmanCode, type HuffmanCode } from './huffman.js';

/** Also the farthest that Deflate64 looks back; Deflate looks back half of it. */
export const windowBytes = 65_536;

/** Lengths of repetitions by symbol from 257 on, and how many bits are added (RFC 1951, 3.2.5). */
const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
];
const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5];
export const lengths = { bases: [...lengthBases, 195, 227, 258], bits: [...lengthBits, 0] };
/** Deflate64: the last one is as long as 16 bits say (Info-ZIP, inflate.c). */
export const lengths64 = { bases: [...lengthBases, 195, 227, 3], bits: [...lengthBits, 16] };
/** Symbols 30 and 31 are those of Deflate64. */
export const distanceBits = Array.from({ length: 32 }, (_, symbol) => Math.max(0, (symbol >> 1) - 1));
export const distanceBases = distanceBits.map((bits, symbol) => (symbol < 2 ? symbol : (2 + (symbol & 1)) << bits) + 1);
/** In which order the lengths of the code of lengths stand. */
export const orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

export const fixedLiterals = huffmanCode(
  Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
) as HuffmanCode;
export const fixedDistances = huffmanCode(new Uint8Array(32).fill(5)) as HuffmanCode;

/** Repeats what came out `distance` bytes before; all of it must fit into the window. Returns where it ends. */
export function repeat(window: Uint8Array, at: number, distance: number, length: number): number {
  const end = at + length;
  let from = at - distance;
  if (distance === 1 && at > 0) window.fill(window[from] as number, at, end);
  else if (from >= 0 && distance >= length && length > 24) window.copyWithin(at, from, from + length);
  else if (from >= 0) for (let to = at; to < end;) window[to++] = window[from++] as number;
  else for (let to = at; to < end;) window[to++] = window[from++ & (windowBytes - 1)] as number;
  return end;
}
