import type { ByteSource } from '@caserelay/crash-dump';

/** One file inside an archive. */
export interface ArchiveMember {
  kind: 'member';
  /** Text to show, never a path. */
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
export type ArchivePart = ArchiveMember | { kind: 'trouble'; reason: string } | { kind: 'limit-reached' };

export interface ReadOptions {
  maxMembers: number;
  maxBytes: number;
  headBytes: number;
  /** Whether all of a member is worth unpacking, judged by its beginning; else it is left after that. */
  needsWhole(head: Uint8Array): boolean;
  signal: AbortSignal;
  /** Told of each piece of the archive that was used up, for those who show how far it has come. */
  onRead?(packedBytes: number): void;
}

/** What is unpacked of one archive, over all its members. */
export type Spend = (bytes: number) => boolean;

/** Why a member cannot be unpacked; null when it can. */
export function refusal(flags: number, method: number): string | null {
  if ((flags & 1) !== 0) return 'it is encrypted; please upload the archive without a password';
  if (method === 0 || method === 8) return null;
  const name = { 9: 'Deflate64', 12: 'bzip2', 14: 'LZMA', 93: 'Zstandard', 95: 'xz', 98: 'PPMd' }[method];
  return `it is packed with method ${method}${name === undefined ? '' : ` (${name})`}; expected Deflate (8) or stored (0)`;
}

export function unreadable(name: string, reason: string): ArchiveMember {
  return { kind: 'member', name, head: new Uint8Array(0), bytes: 0, ending: 'unreadable', reason, source: null };
}
