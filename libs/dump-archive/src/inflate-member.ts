import { fromBytes, say, type ByteSource } from '@caserelay/crash-dump';
import { crc32 } from 'node:zlib';
import type { Allowance } from './allowance.js';
import { Deflated } from './deflated.js';
import { Deflated64 } from './deflated64.js';
import type { Flow, Piece, Reentry } from './flow.js';
import { InflatedSource } from './inflated-source.js';
import { Inflating } from './inflating.js';
import { part } from './part-source.js';
import { Places } from './places.js';
import { placesApart } from './spaced-places.js';

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
  /** All that came out. */
  source: ByteSource;
  close(): void;
}

/** Methods of ZIP that are unpacked here: stored, Deflate, Deflate64. */
export type ZipMethod = 0 | 8 | 9;

export interface InflateOptions {
  method: ZipMethod;
  /** How much of the beginning is kept. */
  headBytes: number;
  /** Whether the rest is worth counting, asked once when the beginning is known. */
  needsWhole(head: Buffer): boolean;
  allowance: Allowance;
  signal: AbortSignal;
  /** Told how many packed bytes each piece has used up. */
  onRead?(packedBytes: number): void;
}

const storedPieceBytes = 1024 * 1024;
const decidingBytes = 64 * 1024;

/**
 * Unpacks one member of an archive once: keeps its beginning, counts and sums up the rest, and notes places from which
 * it can be inflated again; writes nothing. Pieces are taken as they come out, so that what came before a defect is not
 * lost with it.
 */
export async function inflateMember(packed: ByteSource, options: InflateOptions): Promise<Inflated> {
  const taker = new Taker(options);
  const { flow, reentry, take } = passageThrough(packed, options.method);
  let told = 0;
  try {
    for (let piece = await flow.next(); piece !== null; piece = await flow.next()) {
      if (options.signal.aborted) throw new Error('broken off: the service stops');
      take?.(piece);
      options.onRead?.(flow.consumed - told);
      told = flow.consumed;
      if (!taker.take(piece.bytes)) break;
    }
    if (taker.ending === null && flow.defect !== null) taker.end('broken', say('damaged-stream', { why: flow.defect }));
    const { head, bytes } = taker;
    const inflated = reentry && new InflatedSource(reentry, bytes);
    return {
      head,
      bytes,
      consumed: flow.consumed,
      crc32: taker.crc32,
      ending: taker.ending ?? 'whole',
      reason: taker.reason,
      source: head.length === bytes ? fromBytes(head) : (inflated ?? part(packed, 0, bytes)),
      close: () => inflated?.close(),
    };
  } finally {
    flow.close();
  }
}

/** The one passage through all that is packed. */
interface Passage {
  flow: Flow;
  /** How to come back to what came out; null where it lies as it is. */
  reentry: Reentry | null;
  /** To be given all that comes out. */
  take?(piece: Piece): void;
}

function passageThrough(packed: ByteSource, method: ZipMethod): Passage {
  if (method === 0) return { flow: new Copying(packed), reentry: null };
  if (method === 9) {
    const deflated = new Deflated64(packed);
    return { flow: deflated.unpack(), reentry: deflated };
  }
  const places = new Places();
  const flow = new Inflating(packed, {
    lookEvery: placesApart / 2,
    wantsPlace: (offset) => places.wantsPlace(offset),
    foundPlace: (bit, offset) => places.foundPlace(bit, offset),
  });
  return { flow, reentry: new Deflated(packed, places), take: (piece) => places.take(piece) };
}

/** What is not packed, piece by piece, the next one being read already. */
class Copying implements Flow {
  readonly defect = null;
  consumed = 0;
  private ahead: Promise<DataView>;

  constructor(private readonly stored: ByteSource) {
    this.ahead = stored.read(0, storedPieceBytes);
  }

  async next(): Promise<Piece | null> {
    const view = await this.ahead;
    const offset = this.consumed;
    this.consumed += view.byteLength;
    if (view.byteLength === 0) return null;
    this.ahead = this.stored.read(this.consumed, storedPieceBytes);
    return { bytes: Buffer.from(view.buffer, view.byteOffset, view.byteLength), offset };
  }

  close(): void {
    this.ahead.catch(() => undefined);
  }
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
      const beginning = piece.subarray(0, this.options.headBytes - this.kept);
      this.pieces.push(Buffer.from(beginning));
      this.kept += beginning.length;
    }
    if (this.kept >= Math.min(decidingBytes, this.options.headBytes)) this.decide();
    const tooMuch = this.options.allowance.spend(piece.length);
    if (this.ending === null && tooMuch !== null) this.end('too-large', tooMuch);
    return this.ending === null;
  }

  private decide(): void {
    if (this.decided) return;
    this.decided = true;
    if (!this.options.needsWhole(this.head)) this.end('not-needed', null);
  }
}
