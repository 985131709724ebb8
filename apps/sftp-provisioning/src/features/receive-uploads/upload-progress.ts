import { sourceOf } from './end-uploads.js';
import type { Needs } from './receive-uploads.js';

/** Of an upload whose size is known its progress is told at these, in hundredths. */
const percents = [1, 5, 10, 25, 50, 75, 90];
/** Else whenever it has doubled, from here on, and each minute. */
const firstBytes = 16 * 2 ** 20;
const slowMilliseconds = 60_000;
/** By then the beginning says how large the whole is, where it says so at all. */
const headBytes = 64 * 1024;

interface Growing {
  readonly wholeBytes: number;
  read(offset: number, length: number): Promise<Buffer>;
}

export interface Progress {
  bytes: number;
  expectedBytes: number | null;
  bytesPerSecond: number;
}

/** Says when the progress of one upload is to be told: a few times in all, however long it takes. */
export class UploadProgress {
  private toldAt: number;
  /** Where speed is measured from. */
  private fromBytes: number;
  private isLookedAt = false;

  constructor(
    private told: number,
    private expected: number | null,
    bytesThere: number,
    private readonly needs: Pick<Needs, 'judgeWhole' | 'progressMilliseconds'>,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.toldAt = now();
    this.fromBytes = bytesThere;
  }

  /** The sender says how large it will be. */
  expect(bytes: number): void {
    this.expected = Math.max(bytes, this.expected ?? 0);
  }

  /** What is to be told after a write; null mostly. What it answers counts as told. */
  async after(file: Growing): Promise<Progress | null> {
    const bytes = file.wholeBytes;
    const since = this.now() - this.toldAt;
    if (since < this.needs.progressMilliseconds) return null;
    if (!this.isLookedAt && bytes >= headBytes) {
      this.isLookedAt = true;
      const { expectedBytes } = await this.needs.judgeWhole(sourceOf(file, bytes));
      if (expectedBytes !== null) this.expect(expectedBytes);
    }
    if (!this.isDue(bytes, since)) return null;
    const bytesPerSecond = Math.max(0, Math.round(((bytes - this.fromBytes) * 1000) / Math.max(1, since)));
    this.told = this.fromBytes = bytes;
    this.toldAt += since;
    return { bytes, expectedBytes: this.expected, bytesPerSecond };
  }

  private isDue(bytes: number, since: number): boolean {
    const { told, expected } = this;
    if (bytes <= told) return false;
    if (expected !== null && bytes <= expected)
      return percents.some((percent) => told < (expected * percent) / 100 && bytes >= (expected * percent) / 100);
    return bytes >= Math.max(firstBytes, 2 * told) || since >= slowMilliseconds;
  }
}
