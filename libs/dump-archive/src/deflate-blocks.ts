/** The order in which lengths of the codes for lengths are written (RFC 1951, 3.2.7). */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;
/** No header of a block with codes of its own is longer: 17 bits, 19 lengths, 316 codes with their extra bits. */
const longestHeaderBytes = 600;

/**
 * Finds the first bit in a piece of deflated data where a block with codes of its own (dynamic, not the last) seems to
 * begin; null when none begins in its first `searchBytes`. A block is told by codes that must fit without a gap, which
 * bits by chance do once in many millions; who uses the place checks what comes out.
 */
export function findBlock(bytes: Uint8Array, searchBytes: number): number | null {
  const end = Math.min(searchBytes, bytes.length - longestHeaderBytes);
  for (let at = 0; at < end; at += 1) {
    const word = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
    for (let shifts = dynamicAt[word & 0x3ff] as number; shifts !== 0; shifts &= shifts - 1) {
      const shift = 31 - Math.clz32(shifts & -shifts);
      const start = word >>> shift;
      if (((start >>> 3) & 31) > 29 || ((start >>> 8) & 31) > 29) continue;
      if (isDynamicHeader(bytes, at * 8 + shift)) return at * 8 + shift;
    }
  }
  return null;
}

/** At which of the next eight bits, by ten of them, three bits say: not the last block, codes of its own. */
const dynamicAt = Uint8Array.from({ length: 1024 }, (_, bits) => {
  let shifts = 0;
  for (let shift = 0; shift < 8; shift += 1) if (((bits >> shift) & 7) === 4) shifts |= 1 << shift;
  return shifts;
});
/** How much of the room of 128 three lengths of 3 bits take up. */
const roomOfThree = Uint8Array.from(
  { length: 512 },
  (_, bits) => roomOf(bits & 7) + roomOf((bits >> 3) & 7) + roomOf(bits >> 6),
);

function roomOf(length: number): number {
  return length === 0 ? 0 : 128 >> length;
}

/** Whether so many lengths of 3 bits are those of a code without a gap; most bits by chance fail here. */
function fillRoom(bytes: Uint8Array, from: number, count: number): boolean {
  let taken = 0;
  for (let done = 0; done < count && taken <= 128; done += 3)
    taken += roomOfThree[bitsAt(bytes, from + 3 * done, 3 * Math.min(3, count - done))] as number;
  return taken === 128;
}

function isDynamicHeader(bytes: Uint8Array, bit: number): boolean {
  const literals = bitsAt(bytes, bit + 3, 5) + 257;
  const distances = bitsAt(bytes, bit + 8, 5) + 1;
  const stated = bitsAt(bytes, bit + 13, 4) + 4;
  if (!fillRoom(bytes, bit + 17, stated)) return false;
  const lengths = new Uint8Array(19);
  for (let index = 0; index < stated; index += 1)
    lengths[order[index] as number] = bitsAt(bytes, bit + 17 + 3 * index, 3);
  const codes = readCodeLengths(bytes, bit + 17 + 3 * stated, lengths, literals + distances);
  // Code 256 ends a block; without it there is no end.
  if (codes === null || codes[256] === 0) return false;
  const distanceCodes = codes.subarray(literals);
  const used = distanceCodes.reduce((count, length) => count + (length > 0 ? 1 : 0), 0);
  return roomLeft(codes.subarray(0, literals)) === 0 && (used <= 1 || roomLeft(distanceCodes) === 0);
}

/** Codes of 15 bits at most fill this much room together. */
function roomLeft(lengths: Uint8Array): number {
  return lengths.reduce((room, length) => (length > 0 ? room - (32_768 >> length) : room), 32_768);
}

function readCodeLengths(bytes: Uint8Array, from: number, lengths: Uint8Array, count: number): Uint8Array | null {
  const symbols = symbolsByCode(lengths);
  const codes = new Uint8Array(count);
  let bit = from;
  let filled = 0;
  while (filled < count) {
    let code = 1;
    let symbol: number | undefined;
    while (symbol === undefined && code < 256) {
      code = (code << 1) | bitsAt(bytes, bit, 1);
      bit += 1;
      symbol = symbols.get(code);
    }
    if (symbol === undefined) return null;
    if (symbol < 16) {
      codes[filled] = symbol;
      filled += 1;
      continue;
    }
    const [extra, least] = symbol === 16 ? [2, 3] : symbol === 17 ? [3, 3] : [7, 11];
    const repeat = least + bitsAt(bytes, bit, extra);
    bit += extra;
    if (filled + repeat > count || (symbol === 16 && filled === 0)) return null;
    codes.fill(symbol === 16 ? (codes[filled - 1] as number) : 0, filled, filled + repeat);
    filled += repeat;
  }
  return codes;
}

/** Symbols by their code with a 1 before it, so that 0 and 00 differ. */
function symbolsByCode(lengths: Uint8Array): Map<number, number> {
  const symbols = new Map<number, number>();
  let code = 0;
  for (let length = 1; length <= 7; length += 1) {
    for (let symbol = 0; symbol < 19; symbol += 1) {
      if (lengths[symbol] !== length) continue;
      symbols.set((1 << length) | code, symbol);
      code += 1;
    }
    code <<= 1;
  }
  return symbols;
}

function bitsAt(bytes: Uint8Array, bit: number, count: number): number {
  const at = bit >>> 3;
  const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return (word >>> (bit & 7)) & ((1 << count) - 1);
}

/**
 * Deflated data that begins at any bit, as data that begins at a byte: before it come blocks that hold nothing and
 * together are as long as to move its first bit to where it stands in its byte. `first` is the byte it begins in.
 */
export function startAtBit(bit: number, first: number): Buffer {
  const bits = bit % 2 === 1 ? [...emptyDynamicBlock] : [];
  while (bits.length % 8 !== bit) bits.push(...emptyFixedBlock);
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
  bits.forEach((value, index) => (bytes[index >> 3] = (bytes[index >> 3] as number) | (value << (index & 7))));
  if (bit === 0) return Buffer.concat([bytes, Buffer.from([first])]);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] as number) | (first & (0xff << bit));
  return bytes;
}

/** 10 bits: not the last, fixed codes, and at once the end. */
const emptyFixedBlock = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0] as const;
/** 93 bits, an odd number: not the last, codes of its own, of which only that of the end is used. */
const emptyDynamicBlock = writeEmptyDynamicBlock();

function writeEmptyDynamicBlock(): readonly number[] {
  const bits: number[] = [];
  const put = (value: number, count: number): void => {
    for (let bit = 0; bit < count; bit += 1) bits.push((value >> bit) & 1);
  };
  // Not last, dynamic; 257 literal codes, one distance code, 18 lengths of codes.
  put(4, 3);
  put(0, 10);
  put(14, 4);
  const lengths: Readonly<Record<number, number>> = { 0: 1, 1: 2, 18: 2 };
  for (const symbol of order.slice(0, 18)) put(lengths[symbol] ?? 0, 3);
  // Codes, their first bit first: 0 is "no code", 10 "a code of one bit", 11 "many without a code" (11 and more).
  put(3, 2);
  put(138 - 11, 7);
  put(3, 2);
  put(118 - 11, 7);
  put(1, 2);
  put(0, 1);
  // The end of the block, in its code of one bit.
  put(0, 1);
  return bits;
}
