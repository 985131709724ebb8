import { crc32 } from 'node:zlib';
import { Window, type Piece, type Place } from './inflating.js';

/** A place, and what must come out behind it. */
export interface CheckedPlace extends Place {
  check: { length: number; crc32: number };
}

/** How many bytes places lie apart at first. */
export const placesApart = 16 * 2 ** 20;
/** 32 MiB of windows. */
const maxPlaces = 1024;
const checkedBytes = 4096;

/**
 * Notes places in inflated data to come back to, some megabytes apart: the more there are, the farther apart. What is
 * taken for a block may be chance; so the sum of what the whole stream gives behind it is kept too.
 */
export class Places {
  readonly list: CheckedPlace[] = [];
  private span: number;
  private last = 0;
  private readonly found: { bit: number; offset: number }[] = [];
  private readonly open: CheckedPlace[] = [];
  private readonly window = new Window();

  constructor(span = placesApart) {
    this.span = span;
  }

  wantsPlace(offset: number): boolean {
    return offset >= this.last + this.span;
  }

  foundPlace(bit: number, offset: number): void {
    this.last = offset;
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
    const index = this.list.indexOf(place);
    if (index >= 0) this.list.splice(index, 1);
  }

  /** The last place at or before an offset; null: only the beginning is. */
  before(offset: number): CheckedPlace | null {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.list[middle] as CheckedPlace).offset <= offset) low = middle + 1;
      else high = middle;
    }
    return this.list[low - 1] ?? null;
  }

  private advance(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.window.add(bytes);
    for (const place of this.open) {
      const part = bytes.subarray(0, checkedBytes - place.check.length);
      place.check = { length: place.check.length + part.length, crc32: crc32(part, place.check.crc32) };
    }
    while (this.open[0]?.check.length === checkedBytes) this.keep(this.open.shift() as CheckedPlace);
  }

  private keep(place: CheckedPlace): void {
    this.list.push(place);
    if (this.list.length < maxPlaces) return;
    this.span *= 2;
    const thinned = this.list.filter((_, index) => index % 2 === 1);
    this.list.splice(0, this.list.length, ...thinned);
  }
}
