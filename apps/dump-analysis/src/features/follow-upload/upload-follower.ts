import { ArrivingDump, type ArrivingFacts, type ByteSource, type DumpNews } from '@caserelay/crash-dump';
import { createHash } from 'node:crypto';
import { sureBytes } from './sure-bytes.js';

/** Small, because others have their turn only between pieces, and one may unpack to a thousand times its size. */
const pieceBytes = 32 * 1024;
const limits = { keptBytes: 1024 * 1024, mostUnpackedBytes: 16 * 2 ** 30, mostMembers: 10_000 };

/** What is known of an upload after some more of it was read. */
export type Look =
  | { found: 'nothing-yet' }
  | { found: 'dump'; member: string | null; facts: ArrivingFacts }
  /** Nothing will be found, whatever comes. */
  | { found: 'no-dump'; why: string };

/** Reads a growing file on from where it last was. All of it is in memory: who loses it begins anew. */
export class UploadFollower {
  /** How many bytes were read. */
  bytes = 0;
  private readonly arriving = new ArrivingDump(limits);
  private readonly digest = createHash('sha256');

  /** Reads what has come since, at most so much. */
  async readOn(source: ByteSource, mostBytes: number): Promise<Look> {
    for (let read = 0; read < mostBytes;) {
      const view = await source.read(this.bytes, Math.min(pieceBytes, mostBytes - read));
      const all = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const piece = all.subarray(0, sureBytes(all, this.bytes, source.size));
      if (piece.byteLength === 0) break;
      this.digest.update(piece);
      this.bytes += piece.byteLength;
      read += piece.byteLength;
      const look = conclusion(await this.arriving.push(piece));
      if (look.found !== 'nothing-yet') return look;
      if (this.arriving.isSettled) return { found: 'no-dump', why: 'nothing that can be followed any farther' };
    }
    return { found: 'nothing-yet' };
  }

  /** Whether the file still begins with the bytes that were read: it may have been cut and sent anew. */
  async stillHolds(source: ByteSource): Promise<boolean> {
    if (source.size < this.bytes) return false;
    const digest = createHash('sha256');
    for (let at = 0; at < this.bytes;) {
      const view = await source.read(at, Math.min(pieceBytes, this.bytes - at));
      if (view.byteLength === 0) return false;
      digest.update(view);
      at += view.byteLength;
    }
    return digest.digest().equals(this.digest.copy().digest());
  }
}

function conclusion(news: readonly DumpNews[]): Look {
  for (const one of news) {
    if (one.news === 'facts' && speaksForUpload(one.member, one.facts))
      return { found: 'dump', member: one.member, facts: one.facts };
    if (one.news === 'unreadable' && one.member === null) return { found: 'no-dump', why: one.found };
  }
  return { found: 'nothing-yet' };
}

/** Beside the small dumps in an archive the large one often comes later; nobody shall be told that it is missing. */
function speaksForUpload(member: string | null, { kind }: ArrivingFacts): boolean {
  return member === null || kind === 'full' || kind === 'active' || kind === 'kernel';
}
