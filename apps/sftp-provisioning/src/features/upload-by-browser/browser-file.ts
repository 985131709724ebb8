import { BrowserRefusal } from './browser-refusal.js';

export interface Intent {
  readonly read: boolean;
  readonly write: boolean;
  readonly create: boolean;
  readonly truncate: boolean;
  readonly exclusive: boolean;
  readonly modifiedAt?: Date | null;
}

/** A file of the space that is open for writing. */
export interface SpaceFile {
  entry(): Promise<{ bytes: number }>;
  write(offset: number, buffers: Buffer[], bytes: number): Promise<void>;
  close(): Promise<void>;
}

const mostBytesInFlight = 8 * 1024 * 1024;

/** An open file of a browser: takes bytes in order, with a bound on what waits for the disk, and notices silence. */
export class BrowserFile {
  private written: number;
  private sent: number;
  private failure: Error | null = null;
  private readonly writing = new Set<Promise<void>>();
  private taking = 0;
  private ending: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private silence: { milliseconds: number; onSilence: () => void } | null = null;

  constructor(
    readonly spaceId: string,
    private readonly files: { end(): Promise<void> },
    private readonly file: SpaceFile,
    bytes: number,
  ) {
    this.written = bytes;
    this.sent = bytes;
  }

  /** Bytes that are written, from the first on. */
  get offset(): number {
    return this.written;
  }

  /** A write failed, so what comes after it would leave a gap. */
  get isBroken(): boolean {
    return this.failure !== null;
  }

  async settledOffset(): Promise<number> {
    await Promise.allSettled(this.writing);
    return this.written;
  }

  /** Takes all pieces, but nothing beyond the announced end. */
  async take(pieces: AsyncIterable<Buffer>, end: number): Promise<void> {
    this.taking += 1;
    this.stopWatching();
    try {
      for await (const piece of pieces) {
        if (this.failure) break;
        if (this.sent + piece.length > end)
          throw new BrowserRefusal('bad-size', `more bytes came than the ${end} that were announced`);
        this.send(piece);
        while (this.sent - this.written > mostBytesInFlight && !this.failure) await Promise.race(this.writing);
      }
    } finally {
      await Promise.allSettled(this.writing);
      this.taking -= 1;
      this.listenForSilence();
    }
    if (this.failure) throw this.failure;
  }

  /** Calls once when nothing came for a while. */
  watch(milliseconds: number, onSilence: () => void): void {
    this.silence = { milliseconds, onSilence };
    this.listenForSilence();
  }

  async close(): Promise<void> {
    this.stopWatching();
    this.ending ??= this.file.close();
    await this.ending;
  }

  end(): Promise<void> {
    this.stopWatching();
    this.ending ??= this.drop();
    return this.ending;
  }

  /** The place among the open files of the space is given back by closing, also by one that comes too late to count. */
  private async drop(): Promise<void> {
    await this.files.end();
    await this.file.close().catch(() => undefined);
  }

  private send(piece: Buffer): void {
    const at = this.sent;
    this.sent += piece.length;
    const writing = this.file.write(at, [piece], piece.length).then(
      () => {
        this.written = Math.max(this.written, at + piece.length);
      },
      (error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      },
    );
    const done = writing.finally(() => this.writing.delete(done));
    this.writing.add(done);
  }

  private listenForSilence(): void {
    if (!this.silence || this.taking > 0 || this.ending) return;
    this.stopWatching();
    this.timer = setTimeout(this.silence.onSilence, this.silence.milliseconds);
    this.timer.unref();
  }

  private stopWatching(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
