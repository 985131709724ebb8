import type { ByteSource } from '../byte-source.js';

/** The beginning of what arrives, up to a limit; the memory for it grows with it. */
export class KeptBytes {
  /** How many bytes have come, also those that were not kept. */
  arrived = 0;
  private bytes = new Uint8Array(0);
  private kept = 0;

  constructor(private readonly limit: number) {}

  push(bytes: Uint8Array): void {
    this.arrived += bytes.byteLength;
    const part = bytes.subarray(0, this.limit - this.kept);
    if (part.byteLength === 0) return;
    this.reserve(this.kept + part.byteLength);
    this.bytes.set(part, this.kept);
    this.kept += part.byteLength;
  }

  /** The first bytes, at most so many. */
  head(length: number): Uint8Array {
    return this.bytes.subarray(0, Math.min(length, this.kept));
  }

  /**
   * A source that holds the first `length` bytes and says that it has `size`. `missed` is told of each read that asked
   * for more than that.
   */
  source(length: number, size: number, missed: (from: number, to: number) => void = () => undefined): ByteSource {
    const bytes = this.head(length);
    return {
      size,
      read(offset, wanted) {
        const start = Math.min(Math.max(0, offset), bytes.byteLength);
        const given = Math.min(Math.max(0, wanted), bytes.byteLength - start);
        if (given < wanted) missed(offset, offset + wanted);
        return Promise.resolve(new DataView(bytes.buffer, bytes.byteOffset + start, given));
      },
    };
  }

  private reserve(length: number): void {
    if (length <= this.bytes.byteLength) return;
    const grown = new Uint8Array(Math.min(this.limit, Math.max(length, 2 * this.bytes.byteLength, 16_384)));
    grown.set(this.head(this.kept));
    this.bytes = grown;
  }
}
