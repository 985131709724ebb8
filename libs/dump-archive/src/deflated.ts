import type { ByteSource } from '@caserelay/crash-dump';
import { crc32 } from 'node:zlib';
import type { Reentry, Reopened } from './flow.js';
import { Inflating } from './inflating.js';
import type { CheckedPlace, Places } from './places.js';

/** Deflated data with the places that were noted in it; one that turns out to be none is dropped. */
export class Deflated implements Reentry {
  constructor(
    private readonly packed: ByteSource,
    private readonly places: Places,
  ) {}

  placeBefore(offset: number): number {
    return this.places.before(offset)?.offset ?? 0;
  }

  async openBefore(offset: number): Promise<Reopened> {
    for (;;) {
      const place = this.places.before(offset);
      const flow = new Inflating(this.packed, place ? { from: place } : {});
      if (!place) return { flow, from: 0, begun: Buffer.alloc(0) };
      const { matches, bytes } = await check(flow, place);
      if (matches) return { flow, from: place.offset, begun: bytes };
      flow.close();
      this.places.remove(place);
    }
  }
}

async function check(inflating: Inflating, { check }: CheckedPlace): Promise<{ matches: boolean; bytes: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0);
  while (bytes.length < check.length) {
    const piece = await inflating.next();
    if (!piece) break;
    bytes = Buffer.concat([bytes, piece.bytes]);
  }
  const matches = bytes.length >= check.length && crc32(bytes.subarray(0, check.length)) === check.crc32;
  return { matches, bytes };
}
