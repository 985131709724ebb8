import { say } from '@caserelay/crash-dump';

/** What reading an archive may cost. */
export interface Limits {
  /** How many files are looked at, those of archives inside archives included. */
  maxMembers: number;
  /** How many bytes come out in all. */
  maxBytes: number;
  /** How many times as many bytes may come out as the archive has. */
  maxRatio: number;
  /** How many archives may lie inside each other. */
  maxDepth: number;
  maxSeconds: number;
  /** How much may be written to disk for what cannot be read at any place else, such as a member of a 7z archive. */
  maxSpillBytes: number;
  /** Memory of the program that unpacks what is not unpacked here, such as a 7z archive; it needs its dictionary and 16 MiB. */
  maxProgramBytes: number;
}

const usual: Limits = {
  maxMembers: 1000,
  maxBytes: 256 * 2 ** 30,
  maxRatio: 2000,
  maxDepth: 4,
  maxSeconds: 4 * 3600,
  maxSpillBytes: 64 * 2 ** 30,
  maxProgramBytes: 1536 * 2 ** 20,
};

/** Below this a ratio tells nothing: a small text may be packed a thousandfold. */
const leastBytesForRatio = 64 * 2 ** 20;

/** What may still be unpacked of one upload, over all archives in it; says what was found and what is allowed. */
export class Allowance {
  readonly limits: Limits;
  private unpacked = 0;
  private members = 0;
  private readonly until: number;

  constructor(
    limits: Partial<Limits>,
    /** How large the archive is. */
    private readonly packedBytes: number,
  ) {
    const given = Object.entries(limits).filter(([name, value]) => name in usual && value !== undefined);
    this.limits = { ...usual, ...Object.fromEntries(given) };
    this.until = performance.now() + this.limits.maxSeconds * 1000;
  }

  /** Counts bytes that came out; the reason when they are too many. */
  spend(bytes: number): string | null {
    this.unpacked += bytes;
    const { maxBytes, maxRatio, maxSeconds } = this.limits;
    if (this.unpacked > maxBytes) {
      return say('too-many-bytes', { found: this.unpacked, most: maxBytes });
    }
    if (this.unpacked > leastBytesForRatio && this.unpacked > this.packedBytes * maxRatio) {
      return say('too-great-ratio', { found: this.unpacked, packed: this.packedBytes, most: maxRatio });
    }
    return performance.now() > this.until ? say('took-too-long', { most: maxSeconds }) : null;
  }

  /** The reason why so many bytes are not even begun with. */
  announced(bytes: number): string | null {
    const left = this.limits.maxBytes - this.unpacked;
    return bytes > left ? say('announces-too-much', { found: bytes, most: left }) : null;
  }

  /** Counts one more file; the reason when there are too many. */
  member(): string | null {
    this.members += 1;
    const { maxMembers } = this.limits;
    return this.members > maxMembers ? say('too-many-files', { most: maxMembers }) : null;
  }
}
