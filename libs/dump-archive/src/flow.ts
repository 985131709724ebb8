/** What came out, and where it begins. */
export interface Piece {
  bytes: Buffer;
  offset: number;
}

/** Pieces that come out of packed data, one after another. */
export interface Flow {
  /** Why it ended early; null when it did not. */
  readonly defect: string | null;
  /** How many packed bytes were used up. */
  readonly consumed: number;
  /** The next piece; null at the end. Faults of the source are thrown. */
  next(): Promise<Piece | null>;
  close(): void;
}

/** Packed data that can be unpacked from several places. */
export interface Reentry {
  /** Where the last place at or before an offset lies; 0 when only the beginning does. */
  placeBefore(offset: number): number;
  /** Unpacks on from there. */
  openBefore(offset: number): Promise<Reopened>;
}

export interface Reopened {
  flow: Flow;
  /** Where it began, and what came out already. */
  from: number;
  begun: Buffer;
}
