import type { Completeness, DumpFacts, DumpReport } from '../dump-facts.js';
import type { Unreadable } from '../unreadable-dump.js';

/** The facts of a dump's beginning. Whether the dump is whole cannot be said while it arrives. */
export interface ArrivingFacts extends Omit<DumpFacts, 'completeness'> {
  /** Least size of the whole dump, unpacked; null when what has arrived does not tell. */
  expectedBytes: number | null;
}

/** What was read of a dump's inside so far. What is missing in it may be on its way. */
export type ArrivingReport = Omit<DumpReport, 'completeness' | 'notes'>;

/**
 * What is known of an arriving file, told once it is. `member` is the name inside an archive, behind the names of the
 * archives inside archives; null when the file itself is meant.
 */
export type DumpNews =
  /** Here a dump begins, packed as said. */
  | { news: 'recognised'; member: string | null; container: Container; format: DumpFacts['format'] }
  /** Told again when more of a user minidump's facts have come, whose parts may lie anywhere. */
  | { news: 'facts'; member: string | null; facts: ArrivingFacts }
  /** Takes the place of what was told of the inside before. */
  | { news: 'inside'; member: string | null; report: ArrivingReport }
  /** No dump, or none that can be read, or packed in a way that cannot be looked into while it arrives. */
  | { news: 'unreadable'; member: string | null; what: Unreadable; found: string }
  /** The dump's last byte has come, or the last one that will come. */
  | { news: 'ended'; member: string | null; completeness: Completeness };

/** What a dump is packed in, from the outside; empty: in nothing. */
export type Container = readonly ('zip' | 'gzip')[];

/** What all parts of one arriving file share. */
export interface Arrival {
  tell(news: DumpNews): void;
  /** Counts what came out of archives; false when that is more than is looked at. */
  spend(bytes: number): boolean;
  /** Counts files inside archives; false when there are more than are looked at. */
  countMember(): boolean;
  readonly keptBytes: number;
}

/** Where in an arriving file something lies. */
export interface Place {
  member: string | null;
  container: Container;
}

/** A part of an arriving file, to which bytes are given in their order. */
export interface Content {
  /** Nothing more will be told of it, whatever comes. */
  readonly isSettled: boolean;
  push(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** How an archive begins with a file that it has found. */
export type OpenContent = (place: Place, arrival: Arrival) => Content;
