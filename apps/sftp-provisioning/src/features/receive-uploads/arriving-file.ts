import { createHash, type Hash } from 'node:crypto';
import { FileRefusal } from './file-refusal.js';

/** An open file on the disk. */
export interface StoredFile {
  write(pieces: readonly Buffer[], offset: number): Promise<void>;
  read(offset: number, length: number): Promise<Buffer>;
  truncate(bytes: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface Piece {
  offset: number;
  bytes: number;
  buffers: Buffer[];
  done(error?: Error): void;
}

/** Clients send ahead of a gap by what they have in flight; far more than that is an attempt to make a sparse file. */
const furthestAhead = 64 * 1024 * 1024;
const mostGaps = 10_000;
/** A vectored write takes at most 1024 buffers (IOV_MAX of Linux). */
const mostBuffers = 1000;
/**
 * Larger writes make Linux (from 6.16 on) take large pages for its cache. Those are rarely warm: in virtual machines that
 * give free memory back, a write of 2 MiB costs eight times the time per byte.
 */
const mostBytesPerWrite = 256 * 1024;
const rereadBytes = 1024 * 1024;
/** So much at the most is left to be made durable when the client closes the file and waits. */
const mostBytesUnsynced = 64 * 1024 * 1024;

/**
 * A file while it arrives. One writer takes what waits in the order of its place in the file and joins neighbours,
 * so that thousands of small packets become few writes. Knows up to where the file is whole (`wholeBytes`) and hashes
 * it on the way: what comes in order from memory, the rest by reading behind the writer.
 */
export class ArrivingFile {
  private waiting: Piece[] = [];
  private writing: Promise<void> | null = null;
  private failure: Error | null = null;
  /** Written ranges beyond the first gap: start to end. */
  private readonly ahead = new Map<number, number>();
  private end: number;
  private isClosed = false;
  private whole: number;
  private notedGap: number | null = null;
  private unsynced = 0;
  private syncing: Promise<void> | null = null;
  /** Up to here the file was whole when the disk last said that it has everything. */
  private durable: number;
  private hasLostBytes = false;
  private readonly digest: TrailingDigest;

  constructor(
    private readonly file: StoredFile,
    bytesThere: number,
    /** Keeps for the time after a crash that the file is whole up to here only, or (null) that its size is true. */
    private readonly noteGap: (wholeBytes: number | null) => Promise<void>,
  ) {
    this.whole = bytesThere;
    this.end = bytesThere;
    this.durable = bytesThere;
    this.digest = new TrailingDigest(file, () => this.whole);
    this.digest.follow();
  }

  get wholeBytes(): number {
    return this.whole;
  }

  get bytes(): number {
    return this.end;
  }

  write(offset: number, buffers: Buffer[], bytes: number): Promise<void> {
    if (offset > this.whole + furthestAhead)
      throw new FileRefusal(
        'EINVAL',
        `byte ${offset} comes before the bytes from ${this.whole} on; send the file in order`,
      );
    if (bytes === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiting.push({
        offset,
        bytes,
        buffers,
        done: (error) => (error === undefined ? resolve() : reject(error)),
      });
      this.writing ??= this.writeAll();
    });
  }

  read(offset: number, length: number): Promise<Buffer> {
    return this.file.read(offset, length);
  }

  /** Resolves when nothing waits to be written; throws when a write failed. */
  async settled(): Promise<void> {
    while (this.writing) await this.writing;
    await this.syncing;
    if (this.failure) throw this.failure;
  }

  async truncate(bytes: number): Promise<void> {
    await this.settled();
    if (bytes >= this.end) return;
    await this.file.truncate(bytes);
    this.end = bytes;
    this.whole = Math.min(this.whole, bytes);
    this.durable = Math.min(this.durable, bytes);
    this.ahead.clear();
    this.digest.changed(bytes);
  }

  async sync(): Promise<void> {
    await this.settled();
    await this.makeDurable();
  }

  /** Makes the file durable and closes it; tells the hash of all its bytes. Only for a file without gaps. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.sync();
    const sha256 = await this.digest.ofAll();
    this.isClosed = true;
    await this.file.close();
    return { bytes: this.whole, sha256 };
  }

  /** Closes the file as it is, cut to what is whole, so that its size says where to resume. */
  async abandon(): Promise<{ bytes: number }> {
    while (this.writing) await this.writing;
    await this.syncing;
    if (this.isClosed) return { bytes: this.whole };
    this.isClosed = true;
    this.digest.stop();
    await this.digest.idle();
    try {
      if (this.hasLostBytes) this.whole = this.durable;
      if (this.end > this.whole) await this.file.truncate(this.whole);
      await this.file.sync();
    } finally {
      await this.file.close();
    }
    if (this.notedGap !== null) await this.noteGap(null);
    return { bytes: this.whole };
  }

  /** What goes on where the last write ends is begun beside it: one is prepared and hashed while the other is written. */
  private async writeAll(): Promise<void> {
    let last: { to: number; done: Promise<void> } = { to: -1, done: Promise.resolve() };
    for (;;) {
      if (this.waiting.length === 0) await last.done;
      // In the same step as the end of the writer: whoever writes next must find no writer that has ended.
      if (this.waiting.length === 0) break;
      const run = this.takeRun();
      const first = run[0] as Piece;
      const goesOn = first.offset === last.to;
      const { done } = last;
      if (!goesOn) await done;
      const writing = this.begin(run, goesOn);
      last = { to: endOf(run), done: this.finishRun(run, writing, done) };
      // One at a time beside the one that is prepared.
      await done;
    }
    this.writing = null;
  }

  private async begin(run: readonly Piece[], goesOn: boolean): Promise<void> {
    const { offset } = run[0] as Piece;
    if (!goesOn && offset > this.whole) await this.beforeGap();
    await this.file.write(
      run.flatMap(({ buffers }) => buffers),
      offset,
    );
  }

  /** In the order of their beginnings, so that the file is known to be whole up to where it is. */
  private async finishRun(run: Piece[], writing: Promise<void>, before: Promise<void>): Promise<void> {
    const { offset } = run[0] as Piece;
    writing.catch(() => undefined);
    await before;
    try {
      await writing;
      // The one before failed, and this one lies behind a gap that nobody has noted.
      if (offset > this.whole) await this.beforeGap();
      this.note(
        offset,
        run.flatMap(({ buffers }) => buffers),
      );
      this.syncNowAndThen(run);
      for (const piece of run) piece.done();
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      this.failure ??= failure;
      for (const piece of run) piece.done(failure);
    }
  }

  /** Beside the writes, so that CLOSE need not wait for the disk to take all of the file at once. */
  private syncNowAndThen(written: Piece[]): void {
    for (const { bytes } of written) this.unsynced += bytes;
    if (this.syncing || this.unsynced < mostBytesUnsynced) return;
    this.unsynced = 0;
    this.syncing = this.makeDurable()
      // Told where the file is settled.
      .catch(() => undefined)
      .finally(() => (this.syncing = null));
  }

  /**
   * The system tells once that bytes could not be written back, and the next sync succeeds without them: after a
   * failure nothing counts that came since the last success.
   */
  private async makeDurable(): Promise<void> {
    const { whole } = this;
    try {
      await this.file.sync();
      if (!this.hasLostBytes) this.durable = Math.max(this.durable, whole);
    } catch (error) {
      this.hasLostBytes = true;
      this.failure ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  /** After a crash the size of the file would hide the gap, so it is noted before anything is written behind it. */
  private async beforeGap(): Promise<void> {
    const noted = this.notedGap;
    if (noted !== null && noted <= this.whole && this.whole < noted + furthestAhead) return;
    this.notedGap = this.whole;
    await this.noteGap(this.whole);
  }

  private takeRun(): Piece[] {
    if (this.waiting.length > 1) this.waiting.sort((a, b) => a.offset - b.offset);
    let count = 0;
    let buffers = 0;
    let bytes = 0;
    let next = this.waiting[0]?.offset;
    for (const piece of this.waiting) {
      const isTooMuch = buffers + piece.buffers.length > mostBuffers || bytes + piece.bytes > mostBytesPerWrite;
      if (piece.offset !== next || (count > 0 && isTooMuch)) break;
      count += 1;
      bytes += piece.bytes;
      buffers += piece.buffers.length;
      next = piece.offset + piece.bytes;
    }
    return this.waiting.splice(0, count);
  }

  private note(from: number, buffers: Buffer[]): void {
    const to = buffers.reduce((sum, buffer) => sum + buffer.length, from);
    this.end = Math.max(this.end, to);
    if (from > this.whole) {
      this.ahead.set(from, Math.max(to, this.ahead.get(from) ?? 0));
      if (this.ahead.size > mostGaps)
        throw new FileRefusal('EINVAL', `the file has more than ${mostGaps} gaps; send it in order`);
      return;
    }
    this.digest.written(from, buffers);
    this.whole = Math.max(this.whole, to);
    for (const [start, end] of [...this.ahead].sort(([a], [b]) => a - b)) {
      if (start > this.whole) break;
      this.ahead.delete(start);
      this.whole = Math.max(this.whole, end);
    }
    this.digest.follow();
  }
}

function endOf(run: readonly Piece[]): number {
  return run.reduce((end, { offset, bytes }) => Math.max(end, offset + bytes), 0);
}

/** Hashes a growing file from its start, a step behind its writer. */
class TrailingDigest {
  private hash: Hash = createHash('sha256');
  private position = 0;
  private readingTo = 0;
  private reading: Promise<void> | null = null;
  private failure: unknown;
  private stopped = false;

  constructor(
    private readonly file: StoredFile,
    private readonly wholeBytes: () => number,
  ) {}

  written(offset: number, buffers: Buffer[]): void {
    if (!this.reading && offset === this.position) {
      for (const buffer of buffers) this.hash.update(buffer);
      this.position = buffers.reduce((sum, buffer) => sum + buffer.length, offset);
      return;
    }
    this.changed(offset);
  }

  /** Bytes from here on may be others than those hashed. */
  changed(offset: number): void {
    if (offset >= Math.max(this.position, this.readingTo)) return;
    this.hash = createHash('sha256');
    this.position = 0;
    this.readingTo = 0;
  }

  follow(): void {
    if (this.reading || this.stopped || this.position >= this.wholeBytes()) return;
    this.reading = this.readOn();
  }

  stop(): void {
    this.stopped = true;
  }

  async idle(): Promise<void> {
    while (this.reading) await this.reading;
  }

  async ofAll(): Promise<string> {
    while (this.position < this.wholeBytes()) {
      this.follow();
      await this.idle();
      if (this.failure !== undefined) throw this.failure as Error;
    }
    return this.hash.digest('hex');
  }

  private async readOn(): Promise<void> {
    try {
      while (!this.stopped && this.position < this.wholeBytes()) {
        const { hash, position } = this;
        this.readingTo = Math.min(position + rereadBytes, this.wholeBytes());
        const bytes = await this.file.read(position, this.readingTo - position);
        if (hash !== this.hash) continue;
        if (bytes.length === 0) throw new Error(`the file ends at byte ${position}; ${this.wholeBytes()} were written`);
        hash.update(bytes);
        this.position = position + bytes.length;
      }
    } catch (error) {
      this.failure = error;
    }
    this.reading = null;
    this.readingTo = 0;
  }
}
