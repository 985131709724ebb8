import { describe, expect, it } from '@jest/globals';
import { UploadProgress, type Progress } from './upload-progress.js';

const mebibyte = 2 ** 20;

/** An upload that grows evenly; what was told of it on the way. */
async function toldOf(given: {
  bytes: number;
  seconds: number;
  expectedBytes: number | null;
  from?: number;
}): Promise<Progress[]> {
  const { bytes, seconds, expectedBytes, from = 0 } = given;
  let now = 0;
  const judgeWhole = () => Promise.resolve({ verdict: 'untold' as const, expectedBytes, reason: '' });
  const progress = new UploadProgress(from, null, from, { judgeWhole, progressMilliseconds: 1000 }, () => now);
  const told: Progress[] = [];
  for (let step = 1; step <= 1000; step += 1) {
    now = (seconds * 1000 * step) / 1000;
    const wholeBytes = from + Math.floor(((bytes - from) * step) / 1000);
    const one = await progress.after({ wholeBytes, read: () => Promise.resolve(Buffer.alloc(0)) });
    if (one) told.push(one);
  }
  return told;
}

describe('the progress of an upload', () => {
  it('whose size is known is told at seven places, with its speed', async () => {
    const told = await toldOf({ bytes: 1000 * mebibyte, seconds: 1000, expectedBytes: 1000 * mebibyte });
    expect(told.map(({ bytes }) => bytes / (10 * mebibyte))).toEqual([1, 5, 10, 25, 50, 75, 90]);
    for (const { bytesPerSecond, expectedBytes } of told) {
      expect(bytesPerSecond).toBeGreaterThan(0.9 * mebibyte);
      expect(bytesPerSecond).toBeLessThan(1.1 * mebibyte);
      expect(expectedBytes).toBe(1000 * mebibyte);
    }
  });

  it('whose size nobody knows is told when it has doubled, and each minute', async () => {
    const fast = await toldOf({ bytes: 1024 * mebibyte, seconds: 50, expectedBytes: null });
    expect(fast.map(({ bytes }) => Math.round(bytes / mebibyte))).toEqual([20, 41, 82, 164, 328, 655]);
    const slow = await toldOf({ bytes: 10 * mebibyte, seconds: 600, expectedBytes: null });
    expect(slow).toHaveLength(10);
  });

  it('is not told of what is over in a moment', async () => {
    expect(await toldOf({ bytes: 64 * mebibyte, seconds: 0.9, expectedBytes: 64 * mebibyte })).toEqual([]);
  });

  it('goes on after a resume where it was told last, with the speed of what comes now', async () => {
    const whole = 1000 * mebibyte;
    const told = await toldOf({ bytes: whole, from: whole / 2, seconds: 500, expectedBytes: whole });
    expect(told.map(({ bytes }) => Math.round((100 * bytes) / whole))).toEqual([75, 90]);
    expect(told[0]?.bytesPerSecond).toBeLessThan(1.1 * mebibyte);
  });
});
