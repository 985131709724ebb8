import type { Arrival, Content } from './dump-news.js';
import { DamagedStream, Inflate } from './inflate.js';

/** Small enough that even what is packed a thousandfold comes out in digestible portions. */
const portionBytes = 16_384;

/** How far one portion of packed bytes led. */
export type Unpacked =
  | { state: 'goes-on' }
  /** The packed stream has ended; so many of the bytes given last lie behind it. */
  | { state: 'ended'; unused: number }
  | { state: 'damaged'; reason: string }
  /** More came out than is looked at. */
  | { state: 'too-much' };

/** A content that is packed with Deflate or Deflate64, while its packed bytes arrive. */
export class PackedBytes {
  private readonly inflate: Inflate;

  constructor(
    private readonly content: Content,
    private readonly arrival: Arrival,
    is64: boolean,
  ) {
    this.inflate = new Inflate(is64);
  }

  async push(bytes: Uint8Array): Promise<Unpacked> {
    for (let at = 0; at < bytes.byteLength; at += portionBytes) {
      const portion = bytes.subarray(at, at + portionBytes);
      try {
        for (const piece of this.inflate.push(portion)) {
          if (!this.arrival.spend(piece.byteLength)) return { state: 'too-much' };
          await this.content.push(piece);
        }
      } catch (error) {
        if (!(error instanceof DamagedStream)) throw error;
        return { state: 'damaged', reason: error.message };
      }
      if (this.inflate.ended)
        return { state: 'ended', unused: this.inflate.unused + bytes.byteLength - at - portion.byteLength };
    }
    return { state: 'goes-on' };
  }
}
