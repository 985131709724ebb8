const mostBits = 15;
/** Codes up to this length are found with one look; longer ones are rare. */
const quickBits = 10;

/** A canonical Huffman code (RFC 1951, 3.2.2). */
export interface HuffmanCode {
  /** By the next 10 bits: the symbol above 4 bits of its length; 0 when its code is longer. */
  quick: Uint16Array;
  /** How many codes there are of each length. */
  counts: Uint16Array;
  /** Symbols in the order of their codes. */
  symbols: Uint16Array;
}

/** Makes the code that these lengths describe; null when they describe none, because there are too many short ones. */
export function huffmanCode(lengths: Uint8Array): HuffmanCode | null {
  const counts = new Uint16Array(mostBits + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  let free = 1;
  for (let length = 1; length <= mostBits; length += 1) {
    free = free * 2 - (counts[length] ?? 0);
    if (free < 0) return null;
  }
  const places = new Uint16Array(mostBits + 2);
  const codes = new Uint16Array(mostBits + 2);
  for (let length = 1; length <= mostBits; length += 1) {
    places[length + 1] = (places[length] ?? 0) + (counts[length] ?? 0);
    codes[length + 1] = ((codes[length] ?? 0) + (counts[length] ?? 0)) << 1;
  }
  const code: HuffmanCode = {
    quick: new Uint16Array(1 << quickBits),
    counts,
    symbols: new Uint16Array(lengths.length),
  };
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    code.symbols[places[length] ?? 0] = symbol;
    places[length] = (places[length] ?? 0) + 1;
    if (length <= quickBits) noteQuick(code.quick, codes[length] ?? 0, length, symbol);
    codes[length] = (codes[length] ?? 0) + 1;
  });
  return code;
}

/** The symbol (above 4 bits of its length) that these bits begin with; -1 when no code does. Needs 15 bits. */
export function symbolAt(code: HuffmanCode, bits: number): number {
  const quick = code.quick[bits & ((1 << quickBits) - 1)] ?? 0;
  if (quick !== 0) return quick;
  let value = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= mostBits; length += 1) {
    value |= (bits >> (length - 1)) & 1;
    const count = code.counts[length] ?? 0;
    if (value - count < first) return ((code.symbols[index + value - first] ?? 0) << 4) | length;
    index += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  return -1;
}

/** Codes stand in the stream with their first bit first, so whatever follows them are the upper bits. */
function noteQuick(quick: Uint16Array, code: number, length: number, symbol: number): void {
  let reversed = 0;
  for (let bit = 0; bit < length; bit += 1) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
  for (let bits = reversed; bits < quick.length; bits += 1 << length) quick[bits] = (symbol << 4) | length;
}
