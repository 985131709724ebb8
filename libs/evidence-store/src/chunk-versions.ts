interface Run {
  from: number;
  version: number;
}

const mostRuns = 256;
const runBytes = 10;

/**
 * Which version of each chunk counts, so that an earlier one cannot be put back in its place. A chunk that only grows
 * keeps its version, for its length tells; one that is written over gets the next. Kept as runs of equal versions; when
 * there are too many, or a crash has left them unknown, versions are compared no more.
 */
export class ChunkVersions {
  private constructor(
    private runs: Run[],
    /** Least version of what is written over, at random for each copy: copies of one file stay apart. */
    private readonly branch: number,
    private known: boolean,
  ) {}

  static ofNewFile(): ChunkVersions {
    return new ChunkVersions([], 1, true);
  }

  get areKnown(): boolean {
    return this.known;
  }

  at(index: number): number {
    let version = 0;
    for (const run of this.runs) {
      if (run.from > index) break;
      version = run.version;
    }
    return version;
  }

  /** The content of a chunk becomes another one. */
  rewrite(index: number): void {
    const before = this.at(index);
    const after = this.at(index + 1);
    const hasNext = this.runs.some(({ from }) => from === index + 1);
    this.runs = this.runs.filter(({ from }) => from !== index);
    this.add({ from: index, version: Math.max(before + 1, this.branch) });
    if (!hasNext) this.add({ from: index + 1, version: after });
    this.tidy();
  }

  /** All chunks from here on are gone; what comes in their place is something else. */
  cut(index: number): void {
    const latest = this.runs.reduce((most, { version }) => Math.max(most, version), 0);
    this.runs = this.runs.filter(({ from }) => from < index);
    this.add({ from: index, version: Math.max(latest + 1, this.branch) });
    this.tidy();
  }

  forget(): void {
    this.runs = [];
    this.known = false;
  }

  /** Those of a copy that goes its own way from a chunk on. */
  fork(index: number, branch: number): ChunkVersions {
    const copy = new ChunkVersions([...this.runs], branch, this.known);
    copy.cut(index);
    return copy;
  }

  encode(): Buffer {
    const bytes = Buffer.alloc(7 + this.runs.length * runBytes);
    bytes.writeUInt8(this.known ? 1 : 0, 0);
    bytes.writeUInt32BE(this.branch, 1);
    bytes.writeUInt16BE(this.runs.length, 5);
    this.runs.forEach(({ from, version }, place) => {
      bytes.writeUIntBE(from, 7 + place * runBytes, 6);
      bytes.writeUInt32BE(version, 13 + place * runBytes);
    });
    return bytes;
  }

  static decode(bytes: Buffer): ChunkVersions {
    const runs = Array.from({ length: bytes.readUInt16BE(5) }, (_, place) => ({
      from: bytes.readUIntBE(7 + place * runBytes, 6),
      version: bytes.readUInt32BE(13 + place * runBytes),
    }));
    return new ChunkVersions(runs, bytes.readUInt32BE(1), bytes.readUInt8(0) === 1);
  }

  private add(run: Run): void {
    this.runs.push(run);
    this.runs.sort((a, b) => a.from - b.from);
  }

  private tidy(): void {
    this.runs = this.runs.filter(({ version }, place) => version !== (this.runs[place - 1]?.version ?? 0));
    if (this.runs.length > mostRuns) this.forget();
  }
}

/** For a header that must not be believed about versions. */
export function unknownVersions(): ChunkVersions {
  const versions = ChunkVersions.ofNewFile();
  versions.forget();
  return versions;
}
