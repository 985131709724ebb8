import { DamagedStream, Inflate, type ByteSource } from '@caserelay/crash-dump';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Flow, Piece, Reentry, Reopened } from './flow.js';
import { placesApart, SpacedPlaces } from './spaced-places.js';

/** 32 MiB of windows. */
const maxPlaces = 512;
const feedBytes = 256 * 1024;
/** Unpacking is work of this process: after so many bytes others have their turn. */
const bytesOfTurn = 8 * 2 ** 20;

interface Place {
  offset: number;
  /** As it stood there. */
  inflate: Inflate;
}

/** Data packed as Windows packs files of more than 2 GiB, which zlib does not read. */
export class Deflated64 implements Reentry {
  private readonly places: SpacedPlaces<Place>;

  constructor(
    private readonly packed: ByteSource,
    span = placesApart,
  ) {
    this.places = new SpacedPlaces(span, maxPlaces);
  }

  /** From the beginning, noting places to come back to. */
  unpack(): Flow {
    return new Inflating64(this.packed, new Inflate(true), 0, this.places);
  }

  placeBefore(offset: number): number {
    return this.places.before(offset)?.offset ?? 0;
  }

  openBefore(offset: number): Promise<Reopened> {
    const place = this.places.before(offset);
    const from = place?.offset ?? 0;
    const flow = new Inflating64(this.packed, place?.inflate.copy() ?? new Inflate(true), from, null);
    return Promise.resolve({ flow, from, begun: Buffer.alloc(0) });
  }
}

class Inflating64 implements Flow {
  defect: string | null = null;
  private pieces: Iterator<Uint8Array, void> | null = null;
  private ahead: Promise<DataView>;
  private readTo: number;
  private turnEnds: number;

  constructor(
    private readonly packed: ByteSource,
    private readonly inflate: Inflate,
    private offset: number,
    private readonly places: SpacedPlaces<Place> | null,
  ) {
    this.readTo = inflate.consumed;
    this.ahead = this.readAhead();
    this.turnEnds = offset + bytesOfTurn;
  }

  get consumed(): number {
    return this.inflate.consumed;
  }

  async next(): Promise<Piece | null> {
    if (this.offset >= this.turnEnds) {
      this.turnEnds = this.offset + bytesOfTurn;
      await nextTurn();
    }
    while (this.defect === null) {
      const piece = this.unpackPiece();
      if (piece !== null) return piece;
      if (this.inflate.ended || this.defect !== null || !(await this.feed())) break;
    }
    return null;
  }

  close(): void {
    this.ahead.catch(() => undefined);
  }

  private unpackPiece(): Piece | null {
    let given;
    try {
      given = this.pieces?.next();
    } catch (error) {
      if (!(error instanceof DamagedStream)) throw error;
      this.defect = error.message;
      return null;
    }
    if (given === undefined || given.done === true) return null;
    const piece = { bytes: Buffer.from(given.value), offset: this.offset };
    this.offset += piece.bytes.length;
    if (this.places?.wants(this.offset) === true) {
      this.places.found(this.offset);
      this.places.keep({ offset: this.offset, inflate: this.inflate.copy() });
    }
    return piece;
  }

  private async feed(): Promise<boolean> {
    const view = await this.ahead;
    if (view.byteLength === 0) return false;
    this.readTo += view.byteLength;
    this.ahead = this.readAhead();
    this.pieces = this.inflate.push(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return true;
  }

  private readAhead(): Promise<DataView> {
    const reading = this.packed.read(this.readTo, feedBytes);
    // Its fault is told when it is asked for, or to nobody.
    reading.catch(() => undefined);
    return reading;
  }
}
