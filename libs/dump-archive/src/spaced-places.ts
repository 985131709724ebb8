/** How many bytes places lie apart at first. */
export const placesApart = 16 * 2 ** 20;

/** Places in what comes out, some megabytes apart: the more there are, the farther apart. */
export class SpacedPlaces<Place extends { offset: number }> {
  readonly list: Place[] = [];
  private last = 0;

  constructor(
    private span: number,
    private readonly most: number,
  ) {}

  wants(offset: number): boolean {
    return offset >= this.last + this.span;
  }

  /** One was found here, which may be kept later. */
  found(offset: number): void {
    this.last = offset;
  }

  keep(place: Place): void {
    this.list.push(place);
    if (this.list.length < this.most) return;
    this.span *= 2;
    const thinned = this.list.filter((_, index) => index % 2 === 1);
    this.list.splice(0, this.list.length, ...thinned);
  }

  /** Takes out a place that was none. */
  remove(place: Place): void {
    const index = this.list.indexOf(place);
    if (index >= 0) this.list.splice(index, 1);
  }

  /** The last place at or before an offset; null: only the beginning is. */
  before(offset: number): Place | null {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.list[middle] as Place).offset <= offset) low = middle + 1;
      else high = middle;
    }
    return this.list[low - 1] ?? null;
  }
}
