import type { ByteSource } from '@caserelay/crash-dump';
import { createInflateRaw, type InflateRaw } from 'node:zlib';
import { findBlock, startAtBit } from './deflate-blocks.js';
import type { Flow, Piece } from './flow.js';

/** A place in deflated data from which it can be inflated on. */
export interface Place {
  /** Where in the packed data its block begins. */
  bit: number;
  /** How many bytes came out before it. */
  offset: number;
  /** The 32 KiB before it, to which what follows may refer. */
  window: Uint8Array;
}

export interface InflatingOptions {
  /** Where to begin; the beginning when it is not given. */
  from?: Place;
  /**
   * All of it is to come out, not only a little, so that larger pieces go to and fro, and a place is looked for each time
   * about so many bytes came out.
   */
  lookEvery?: number;
  /** Looks for places to come back to: asked before each piece whether one is wanted by now. */
  wantsPlace?(offset: number): boolean;
  /** A block begins at this bit, after so many bytes that come out; their last 32 KiB are still to come out. */
  foundPlace?(bit: number, offset: number): void;
}

/** zlib is three times as fast with large pieces as with its default of 16 KiB; what holds little needs no room for them. */
const pieceBytes = 512 * 1024;
const passagePieceBytes = 1024 * 1024;
const leastPieceBytes = 4 * 1024;
/** Deflate packs no better: two bits for a repetition of 258 bytes (RFC 1951, 3.2.5). */
const bestRatio = 1032;
const usualFeedBytes = 256 * 1024;
const maxFeedBytes = 4 * 1024 * 1024;
const minFeedBytes = 8 * 1024;
/** Blocks are seldom longer, except in what cannot be packed, where looking on is in vain. */
const searchBytes = 64 * 1024;
const maxWaiting = 4;
const windowBytes = 32 * 1024;

/**
 * Inflates packed data piece by piece, a few pieces ahead of who takes them, so that both work at the same time. It ends
 * at the end of the packed stream, at a defect, or where the packed data ends.
 */
export class Inflating implements Flow {
  defect: string | null = null;
  private readonly inflate: InflateRaw;
  private readonly waiting: Buffer[] = [];
  private given = 0;
  private produced = 0;
  private wake: () => void = () => undefined;
  private isOver = false;
  private fault: Error | null = null;
  private readonly skipped: number;

  constructor(
    private readonly packed: ByteSource,
    private readonly options: InflatingOptions = {},
  ) {
    const { from } = options;
    this.given = this.produced = from?.offset ?? 0;
    this.skipped = from ? Math.floor(from.bit / 8) : 0;
    this.inflate = createInflateRaw({
      chunkSize: Math.max(
        leastPieceBytes,
        Math.min(options.lookEvery === undefined ? pieceBytes : passagePieceBytes, packed.size * bestRatio),
      ),
      ...(from && from.window.length > 0 ? { dictionary: from.window } : {}),
    });
    this.inflate.on('data', (bytes: Buffer) => {
      this.produced += bytes.length;
      this.waiting.push(bytes);
      if (this.waiting.length >= maxWaiting) this.inflate.pause();
      this.wake();
    });
    this.inflate.on('end', () => this.finish());
    this.inflate.on('error', (error) => {
      this.defect = error.message;
      this.finish();
    });
    this.feed(from).then(
      () => this.finish(),
      (error: unknown) => {
        this.fault = error instanceof Error ? error : new Error(String(error));
        this.finish();
      },
    );
  }

  get consumed(): number {
    return this.skipped + this.inflate.bytesWritten;
  }

  async next(): Promise<Piece | null> {
    while (this.waiting.length === 0 && !this.isOver) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const bytes = this.waiting.shift();
    if (this.waiting.length < maxWaiting / 2) this.inflate.resume();
    if (bytes) {
      const offset = this.given;
      this.given += bytes.length;
      return { bytes, offset };
    }
    if (this.fault !== null) throw this.fault;
    return null;
  }

  close(): void {
    this.finish();
    this.waiting.length = 0;
    this.inflate.destroy();
  }

  private finish(): void {
    this.isOver = true;
    this.wake();
  }

  private async feed(from?: Place): Promise<void> {
    let at = from ? Math.floor(from.bit / 8) : 0;
    if (from) {
      const first = await this.packed.read(at, 1);
      at += 1;
      if (first.byteLength === 1) await this.write(startAtBit(from.bit % 8, first.getUint8(0)));
    }
    let piece = await this.read(at);
    let split = this.placeIn(piece);
    while (piece.length > 0 && !this.isOver) {
      const here = piece;
      if (split !== null) {
        await this.write(here.subarray(0, Math.ceil(split / 8)));
        this.options.foundPlace?.(at * 8 + split, this.produced + this.inflate.readableLength);
      }
      const writing = this.write(split === null ? here : here.subarray(Math.ceil(split / 8)));
      at += here.length;
      // While zlib works on this piece.
      piece = await this.read(at);
      split = this.placeIn(piece);
      await writing;
    }
    while (this.inflate.readableLength > 0 && !this.isOver) await new Promise((resolve) => setImmediate(resolve));
  }

  private placeIn(piece: Buffer): number | null {
    const offset = this.produced + this.inflate.readableLength;
    return this.options.wantsPlace?.(offset) === true ? findBlock(piece, searchBytes) : null;
  }

  private async read(at: number): Promise<Buffer> {
    const view = await this.packed.read(at, this.feedBytes());
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  }

  /**
   * How many packed bytes are given at once. Places are looked for once in each, so it follows how much comes out of
   * them: where a megabyte holds a gigabyte of nothing, places would come to lie gigabytes apart.
   */
  private feedBytes(): number {
    const { lookEvery } = this.options;
    const { bytesWritten } = this.inflate;
    if (lookEvery === undefined) return usualFeedBytes;
    if (bytesWritten === 0) return minFeedBytes;
    const wanted = Math.ceil((lookEvery * bytesWritten) / (this.produced + 1));
    return Math.min(maxFeedBytes, Math.max(minFeedBytes, wanted));
  }

  /** Resolves when all of it was used up, or the stream has ended. */
  private write(bytes: Buffer): Promise<void> {
    if (this.isOver || bytes.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.inflate.off('end', done).off('close', done);
        resolve();
      };
      this.inflate.once('end', done).once('close', done);
      this.inflate.write(bytes, done);
    });
  }
}

/** Keeps the last 32 KiB of what came out. */
export class Window {
  private kept: Buffer = Buffer.alloc(0);

  /** What comes next. */
  add(bytes: Buffer): void {
    this.kept =
      bytes.length >= windowBytes
        ? bytes.subarray(-windowBytes)
        : Buffer.concat([this.kept.subarray(-(windowBytes - bytes.length)), bytes]);
  }

  /** A copy of it. */
  copy(): Uint8Array {
    return new Uint8Array(this.kept);
  }
}
