import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sureBytes } from './sure-bytes.js';

const mebibyte = 2 ** 20;

describe('bytes of a file into which pieces are written before those in front of them', () => {
  it('are sure up to a gap, wherever it is and wherever reading begins', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.integer({ min: 8191, max: 40_000 }), fc.nat(9000), (before, gap, offset) => {
        const file = Buffer.alloc(before + gap + 5000, 0xff);
        file.fill(0, before, before + gap);
        const read = file.subarray(Math.min(offset, before));
        expect(sureBytes(read, file.length - read.length, file.length)).toBe(read.length - gap - 5000);
      }),
    );
  });

  it('are all sure when none of their blocks is zero', () => {
    const bytes = Buffer.alloc(100_000, 0xff).fill(0, 5000, 9000);
    expect(sureBytes(bytes, 123, 200_000)).toBe(100_000);
  });

  it('at the end of what was read are not sure when they are zeros', () => {
    expect(sureBytes(Buffer.concat([Buffer.alloc(4096, 1), Buffer.alloc(100)]), 0, 4196)).toBe(4096);
  });

  it('are sure, zeros or not, when the file has grown farther than it may grow behind a gap', () => {
    const bytes = Buffer.alloc(50_000);
    expect(sureBytes(bytes, 0, 65 * mebibyte + 49_999)).toBe(49_999);
    expect(sureBytes(bytes, 0, 65 * mebibyte + 50_000)).toBe(50_000);
  });
});
