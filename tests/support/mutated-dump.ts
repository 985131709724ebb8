/** A small generator of repeatable randomness (mulberry32): numbers from 0 to below 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Values that break readers: none, all, signs, fillers, just past a limit, sizes near 2^64. */
const nastyWords = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x45474150, 0x2000, 0x10000000];
const nastyQuads = [
  ...[0n, 1n, 0xffffffffffffffffn, 0xfffffffffffff000n, 0x7fffffffffffffffn, 0x8000000000000000n],
  ...[0x4547415045474150n, 0xffff800000000000n, 0xfffff80000000000n, 0x10000000000n, 0x1000n],
];
/** Changes fall on the beginning, on the headers, or anywhere: lists lie all over the file. */
const regions = [0x400, 0x2100, 0x4000, Number.POSITIVE_INFINITY];
const furthestBlock = 0x1000;

/**
 * Gives changed views of one dump, one for each seed, and puts its bytes right again in between: words and quadwords that
 * break readers, pointers that lead elsewhere in the same file (lists with loops, runs that overlap), blocks moved, bits
 * turned, the end cut off. The same seed gives the same bytes.
 */
export class MutatedDump {
  private readonly bytes: Buffer;
  private readonly undone: [offset: number, before: Buffer][] = [];

  constructor(original: Buffer) {
    this.bytes = Buffer.from(original);
  }

  /** The bytes are good until the next call. */
  withSeed(seed: number): Buffer {
    for (const [offset, before] of this.undone.splice(0).reverse()) before.copy(this.bytes, offset);
    const random = seeded(seed);
    const length = random() < 0.2 ? Math.floor(random() * this.bytes.length) : this.bytes.length;
    if (length > 16) for (let change = 0; change < 1 + random() * 8; change += 1) this.change(length, random);
    return this.bytes.subarray(0, length);
  }

  private change(length: number, random: () => number): void {
    const place = (room: number, alignment: number): number => {
      const region = Math.min(length, pick(regions, random));
      const offset = Math.floor(random() * Math.max(1, region - room));
      return random() < 0.8 ? offset - (offset % alignment) : offset;
    };
    const kind = random();
    if (kind < 0.3) this.put(place(4, 4), wordOf(random() < 0.6 ? pick(nastyWords, random) : random() * 0x100000000));
    else if (kind < 0.5) this.put(place(8, 8), quadOf(pick(nastyQuads, random)));
    else if (kind < 0.75) {
      const from = place(8, 8);
      this.put(place(8, 8), Buffer.from(this.bytes.subarray(from, from + 8)));
    } else if (kind < 0.9) {
      const offset = place(1, 1);
      this.put(offset, Buffer.of((this.bytes[offset] ?? 0) ^ (1 << Math.floor(random() * 8))));
    } else {
      const from = place(furthestBlock, 8);
      const block = Math.floor(random() * furthestBlock);
      this.put(place(block, 8), Buffer.from(this.bytes.subarray(from, from + block)));
    }
  }

  private put(offset: number, value: Buffer): void {
    const fitting = value.subarray(0, this.bytes.length - offset);
    this.undone.push([offset, Buffer.from(this.bytes.subarray(offset, offset + fitting.length))]);
    fitting.copy(this.bytes, offset);
  }
}

function pick<Value>(values: readonly Value[], random: () => number): Value {
  return values[Math.floor(random() * values.length)] as Value;
}

function wordOf(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function quadOf(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
