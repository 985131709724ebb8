/**
 * The places for readings side by side. Large uploads take at most all but one, so that small ones are never held up by
 * them; a single place serves both.
 */
export class ReadingPlaces {
  private readonly placesForLarge: number;
  private largeInHand = 0;

  constructor(
    parallel: number,
    private readonly largeFromBytes: number,
  ) {
    this.placesForLarge = Math.max(1, parallel - 1);
  }

  /** Takes a place and says how to leave it; null when none is free for an upload of this size. */
  enter(bytes: number): (() => void) | null {
    if (bytes < this.largeFromBytes) return () => undefined;
    if (this.largeInHand >= this.placesForLarge) return null;
    this.largeInHand += 1;
    let hasLeft = false;
    return () => {
      if (!hasLeft) this.largeInHand -= 1;
      hasLeft = true;
    };
  }
}
