import { crc32 } from 'node:zlib';
import type { Piece } from './flow.js';
import { Window, type Place } from './inflating.js';
import { placesApart, SpacedPlaces } from './spaced-places.js';

/** A place, and what must come out behind it. */
export interface CheckedPlace extends Place {
  check: { length: number; crc32: number };
}

/** 32 MiB of windows. */
const maxPlaces = 1024;
const checkedBytes = 4096;

/**
 * Notes places in inflated data to come back to. What is taken for a block may be chance; so the sum of what the whole
 * stream gives behind it is kept too.
 */
export class Places {
  private readonly kept: SpacedPlaces<CheckedPlace>;
  private readonly found: { bit: number; offset: number }[] = [];
  private readonly open: CheckedPlace[] = [];
  private readonly window = new Window();

  constructor(span = placesApart) {
    this.kept = new SpacedPlaces(span, maxPlaces);
  }

  get list(): readonly CheckedPlace[] {
    return this.kept.list;
  }

  wantsPlace(offset: number): boolean {
    return this.kept.wants(offset);
  }

  foundPlace(bit: number, offset: number): void {
    this.kept.found(offset);
    this.found.push({ bit, offset });
  }

  /** All that comes out, in order. */
  take({ bytes, offset }: Piece): void {
    let at = 0;
    for (let next = this.found[0]; next && next.offset < offset + bytes.length; next = this.found[0]) {
      const place = next.offset - offset;
      this.advance(bytes.subarray(at, place));
      at = place;
      this.found.shift();
      this.open.push({ ...next, window: this.window.copy(), check: { length: 0, crc32: 0 } });
    }
    this.advance(bytes.subarray(at));
  }

  /** Takes out a place that was none. */
  remove(place: CheckedPlace): void {
    this.kept.remove(place);
  }

  /** The last place at or before an offset; null: only the beginning is. */
  before(offset: number): CheckedPlace | null {
    return this.kept.before(offset);
  }

  private advance(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.window.add(bytes);
    for (const place of this.open) {
      const part = bytes.subarray(0, checkedBytes - place.check.length);
      place.check = { length: place.check.length + part.length, crc32: crc32(part, place.check.crc32) };
    }
    while (this.open[0]?.check.length === checkedBytes) this.kept.keep(this.open.shift() as CheckedPlace);
  }
}
