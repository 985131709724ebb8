import { say } from './sentences.js';

/** What a file is that cannot be read as a dump. */
export type Unreadable =
  /** A dump of a kind that this reader does not know the inside of. */
  | 'other-dump'
  /** An archive; the dump may be inside. */
  | 'container'
  /** A dump of a known kind, but even the facts at its beginning are missing or make no sense. */
  | 'damaged'
  /** Nothing that looks like a dump. */
  | 'no-dump';

/** Thrown for a file of which not even the header of a dump can be read; says what was found and what was expected. */
export class UnreadableDump extends Error {
  override readonly name = 'UnreadableDump';
  constructor(
    readonly what: Unreadable,
    /** What was found, such as `a 7z archive`. */
    readonly found: string,
    readonly expected = say('readable-dump'),
  ) {
    super(say('found-and-expected', { found, expected }));
  }
}
