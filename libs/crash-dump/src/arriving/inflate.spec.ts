import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { constants, deflateRawSync } from 'node:zlib';
import { DamagedStream, Inflate } from './inflate.js';

function nineteenShortCodes(): Uint8Array {
  const bits = new Bits('dynamic');
  bits.value(0, 10);
  bits.value(15, 4);
  for (let code = 0; code < 19; code += 1) bits.value(1, 3);
  return bits.bytes();
}

/** Writes one last block (RFC 1951, 3.2.3). */
class Bits {
  private readonly bits: number[];

  constructor(codes: 'fixed' | 'dynamic') {
    this.bits = codes === 'fixed' ? [1, 1, 0] : [1, 0, 1];
  }

  value(value: number, count: number): void {
    for (let bit = 0; bit < count; bit += 1) this.bits.push((value >> bit) & 1);
  }

  code(code: number, length: number): void {
    for (let bit = length - 1; bit >= 0; bit -= 1) this.bits.push((code >> bit) & 1);
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.bits.length / 8));
    this.bits.forEach((bit, index) => (bytes[index >> 3]! |= bit << (index & 7)));
    return bytes;
  }
}

/** Unpacks in pieces of these sizes, in turn, and says what came and what came behind. */
function unpack(packed: Uint8Array, sizes: readonly number[] = [packed.byteLength], is64 = false) {
  const inflate = new Inflate(is64);
  const pieces: Buffer[] = [];
  let at = 0;
  for (let turn = 0; at < packed.byteLength && !inflate.ended; turn += 1) {
    // Copied and overwritten after use, as a caller's buffer may be.
    const given = Buffer.from(packed.subarray(at, at + (sizes[turn % sizes.length] ?? 1)));
    at += given.byteLength;
    for (const piece of inflate.push(given)) pieces.push(Buffer.from(piece));
    given.fill(0xaa);
  }
  return { bytes: Buffer.concat(pieces), ended: inflate.ended, used: at - inflate.unused };
}

/** Text-like, random and repeating bytes, so that all kinds of block and length occur. */
const contents = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(4000)).map(([bytes, times]) => {
        return new Uint8Array(bytes.length * times).map((_, index) => bytes[index % bytes.length] ?? 0);
      }),
      fc.string({ maxLength: 400 }).map((text) => new TextEncoder().encode(text)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

const strategies = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FIXED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FILTERED,
];

describe('what zlib has packed', () => {
  it('comes out the same, in whatever pieces it is given, and ends to the byte', () => {
    fc.assert(
      fc.property(
        contents,
        fc.constantFrom(...strategies),
        fc.integer({ min: 0, max: 9 }),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }),
        fc.nat(40),
        (content, strategy, level, sizes, behind) => {
          const packed = deflateRawSync(content, { strategy, level });
          const found = unpack(Buffer.concat([packed, Buffer.alloc(behind, 0x50)]), sizes);
          expect(found.bytes.equals(content)).toBe(true);
          expect(found).toMatchObject({ ended: true, used: packed.byteLength });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('comes out as far as it goes, byte by byte', () => {
    const content = Buffer.from(Array.from({ length: 4000 }, (_, index) => `word ${index * 7919} `).join(''));
    const packed = deflateRawSync(content);
    const { bytes, ended } = unpack(packed.subarray(0, packed.byteLength >> 1), [1]);
    expect(ended).toBe(false);
    expect(bytes.byteLength).toBeGreaterThan(1000);
    expect(content.subarray(0, bytes.byteLength).equals(bytes)).toBe(true);
  });

  it('of several windows, with repetitions far back, comes out the same', () => {
    const random = Buffer.from(Array.from({ length: 30_000 }, (_, index) => (index * index * 7919) >> 5));
    const content = Buffer.concat([random, random, Buffer.alloc(300_000), random]);
    expect(unpack(deflateRawSync(content, { level: 9 }), [777]).bytes.equals(content)).toBe(true);
  });
});

describe('a copy', () => {
  it('made anywhere goes on by itself from the packed bytes that were used up', () => {
    fc.assert(
      fc.property(
        contents,
        fc.constantFrom(...strategies),
        fc.integer({ min: 1, max: 3000 }),
        fc.nat(1000),
        (content, strategy, size, place) => {
          const packed = deflateRawSync(content, { strategy });
          const inflate = new Inflate();
          const copies: { copy: Inflate; from: number; offset: number }[] = [];
          let offset = 0;
          for (let at = 0; at < packed.byteLength; at += size) {
            for (const piece of inflate.push(packed.subarray(at, at + size))) {
              offset += piece.byteLength;
              copies.push({ copy: inflate.copy(), from: inflate.consumed, offset });
            }
          }
          const chosen = copies[place % Math.max(1, copies.length)];
          if (chosen === undefined) return;
          const rest: Buffer[] = [];
          for (const piece of chosen.copy.push(Buffer.concat([packed.subarray(chosen.from), Buffer.alloc(9)])))
            rest.push(Buffer.from(piece));
          expect(Buffer.concat(rest).equals(content.subarray(chosen.offset))).toBe(true);
          expect(chosen.copy.consumed).toBe(packed.byteLength);
        },
      ),
    );
  });
});

describe('bytes that nobody packed', () => {
  it.each([
    ['a block of type 3', [0x07]],
    ['a stored block whose length contradicts itself', [0x01, 0x01, 0x00, 0x00, 0x00]],
    ['a distance before the beginning', [0x03, 0x02, 0x00, 0x00]],
    ['nineteen codes of one bit', nineteenShortCodes()],
  ])('%s are called damaged', (_, bytes) => {
    expect(() => unpack(Uint8Array.from(bytes))).toThrow(DamagedStream);
  });

  it('are called damaged after what came before them', () => {
    const content = Buffer.from(Array.from({ length: 4000 }, (_, index) => `word ${index * 7919} `).join(''));
    const goesOn = deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH });
    const packed = Buffer.concat([goesOn, Buffer.from([0x07])]);
    const came: Buffer[] = [];
    const inflate = new Inflate();
    const all = (): void => {
      for (const piece of inflate.push(packed)) came.push(Buffer.from(piece));
    };
    expect(all).toThrow(DamagedStream);
    expect(Buffer.concat(came).equals(content)).toBe(true);
  });

  it('at random are unpacked or called damaged, never more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, is64) => {
        try {
          unpack(bytes, [13], is64);
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedStream);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Deflate64', () => {
  it('repeats up to 65,538 bytes at once and looks back 64 KiB', () => {
    // By hand after Info-ZIP's inflate.c: fixed codes; 'a'; length symbol 285 with 16 bits, distance 1; end.
    const bits = new Bits('fixed');
    bits.code(0x30 + 0x61, 8);
    bits.code(0b11000101, 8);
    bits.value(0xffff, 16);
    bits.code(0, 5);
    bits.code(0, 7);
    const { bytes, ended } = unpack(bits.bytes(), [1], true);
    expect(ended).toBe(true);
    expect(bytes.equals(Buffer.alloc(1 + 65_538, 'a'))).toBe(true);
  });
});
