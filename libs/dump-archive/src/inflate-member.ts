import type { Readable } from 'node:stream';
import { constants, crc32, createInflateRaw, type InflateRaw } from 'node:zlib';

/** How a member's bytes came to their end. */
export type Ending = 'whole' | 'not-needed' | 'broken' | 'too-large';

export interface Inflated {
  head: Buffer;
  /** Bytes that came out; all of the member only when the ending is `whole`. */
  bytes: number;
  /** Compressed bytes that were used up. */
  consumed: number;
  crc32: number;
  ending: Ending;
  reason: string | null;
}

export interface InflateOptions {
  method: 0 | 8;
  /** How much of the beginning is kept. */
  headBytes: number;
  /** Whether the rest is worth counting, asked once when the beginning is known. */
  needsWhole(head: Buffer): boolean;
  /** Takes note of bytes that came out; false when no more are allowed. */
  spend(bytes: number): boolean;
  signal: AbortSignal;
  /** Told of each packed piece. */
  onRead?(packedBytes: number): void;
}

/** zlib is three times as fast with large pieces as with its default of 16 KiB. */
const pieceBytes = 1024 * 1024;
const decidingBytes = 64 * 1024;

/**
 * Unpacks one member of an archive: keeps its beginning, counts and sums up the rest, writes nothing. Pieces are taken
 * as they come out, so that what came before a defect is not lost with it.
 */
export async function inflateMember(packed: Readable, options: InflateOptions): Promise<Inflated> {
  const taker = new Taker(options);
  // A member that was cut short ends silently with Z_SYNC_FLUSH; whether it is whole is judged from what it consumed.
  const inflate =
    options.method === 8 ? createInflateRaw({ chunkSize: pieceBytes, finishFlush: constants.Z_SYNC_FLUSH }) : null;
  let fed = 0;
  packed.on('data', (piece: Buffer) => {
    fed += piece.length;
    options.onRead?.(piece.length);
  });
  const failure = await flow(packed, inflate, taker, options.signal);
  const consumed = inflate ? inflate.bytesWritten : fed;
  if (taker.ending === null && failure !== null) taker.end('broken', failure);
  return {
    head: taker.head,
    bytes: taker.bytes,
    consumed,
    crc32: taker.crc32,
    ending: taker.ending ?? 'whole',
    reason: taker.reason,
  };
}

/** Runs until the end, a defect (its text is the result) or the taker's wish. Faults of the disk are thrown. */
function flow(packed: Readable, inflate: InflateRaw | null, taker: Taker, signal: AbortSignal): Promise<string | null> {
  const source: Readable = inflate ? packed.pipe(inflate) : packed;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      signal.removeEventListener('abort', onAbort);
      packed.unpipe();
      packed.on('error', () => undefined);
      packed.destroy();
      inflate?.destroy();
    };
    const onAbort = (): void => {
      stop();
      reject(new Error('broken off: the service stops'));
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    source.on('data', (piece: Buffer) => {
      if (taker.ending === null && taker.take(piece)) return;
      stop();
      resolve(null);
    });
    source.on('end', () => {
      stop();
      resolve(null);
    });
    packed.on('error', (error) => {
      stop();
      reject(error);
    });
    inflate?.on('error', (error) => {
      stop();
      resolve(error.message);
    });
  });
}

class Taker {
  bytes = 0;
  crc32 = 0;
  ending: Ending | null = null;
  reason: string | null = null;
  private readonly pieces: Buffer[] = [];
  private kept = 0;
  private decided = false;

  constructor(private readonly options: InflateOptions) {}

  get head(): Buffer {
    return Buffer.concat(this.pieces);
  }

  end(ending: Ending, reason: string | null): void {
    this.ending = ending;
    this.reason = reason;
  }

  /** False when no more is wanted. */
  take(piece: Buffer): boolean {
    this.bytes += piece.length;
    this.crc32 = crc32(piece, this.crc32);
    if (this.kept < this.options.headBytes) {
      const part = piece.subarray(0, this.options.headBytes - this.kept);
      this.pieces.push(Buffer.from(part));
      this.kept += part.length;
    }
    if (!this.decided && this.kept >= Math.min(decidingBytes, this.options.headBytes)) {
      this.decided = true;
      if (!this.options.needsWhole(this.head)) this.end('not-needed', null);
    }
    if (this.ending === null && !this.options.spend(piece.length)) {
      this.end(
        'too-large',
        `more came out of the archive than is unpacked; ${this.bytes} bytes of this file were seen`,
      );
    }
    return this.ending === null;
  }
}
