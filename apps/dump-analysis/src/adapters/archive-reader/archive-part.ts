import type { ArchivePart } from '../../features/analyse-upload/read-upload.js';

export interface ReadOptions {
  maxMembers: number;
  maxBytes: number;
  headBytes: number;
  /** Whether all of a member is worth unpacking, judged by its beginning; else it is left after that. */
  needsWhole(head: Uint8Array): boolean;
  signal: AbortSignal;
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

export function unreadable(name: string, reason: string): ArchivePart {
  return { kind: 'member', name, head: new Uint8Array(0), bytes: 0, ending: 'unreadable', reason };
}
