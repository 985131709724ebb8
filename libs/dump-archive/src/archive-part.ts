import type { ByteSource } from '@caserelay/crash-dump';
import type { Allowance, Limits } from './allowance.js';

/** One file inside an archive. */
export interface ArchiveMember {
  kind: 'member';
  /** Text to show, never a path. That of a file in an archive in an archive has slashes between the names. */
  name: string;
  /** Its beginning. */
  head: Uint8Array;
  /** How many bytes came out; all of it only when the ending is `whole`. */
  bytes: number;
  ending: 'whole' | 'not-needed' | 'broken' | 'too-large' | 'damaged' | 'unreadable';
  reason: string | null;
  /** All that came out, to be read at any place until the next part is asked for; null when only the head is known. */
  source: ByteSource | null;
}

/** One file inside an archive, a trouble with the archive itself, or the note that not all of it was looked at. */
export type ArchivePart = ArchiveMember | { kind: 'trouble'; reason: string } | LimitReached;

/** Not all of the archive was looked at: it has too many members, or unpacking them takes too much. */
export interface LimitReached {
  kind: 'limit-reached';
  limit: 'members' | 'amount';
  reason: string;
}

export interface ReadOptions extends Partial<Limits> {
  headBytes: number;
  /** Whether all of a member is worth unpacking, judged by its beginning; else it is left after that. */
  needsWhole(head: Uint8Array, name: string): boolean;
  signal: AbortSignal;
  /** Told of each piece of the archive that was used up, for those who show how far it has come. */
  onRead?(packedBytes: number): void;
  /** What encrypted members are opened with. */
  password?: string;
  /** What the archive is called, where it is no path that says so. */
  archiveName?: string;
  /** Does not use a `7zz` or `7z` that is installed, but the one that comes along. */
  onlyBundledProgram?: boolean;
}

/** What readers of one kind of archive are given. */
export interface Reading extends ReadOptions {
  allowance: Allowance;
  /** The name of the archive itself. */
  archiveName: string;
}

/** Why a member cannot be unpacked; null when it can. */
export function unreadable(name: string, reason: string): ArchiveMember {
  return { kind: 'member', name, head: new Uint8Array(0), bytes: 0, ending: 'unreadable', reason, source: null };
}
