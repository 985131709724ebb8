/** Collects the few bytes of a header that come in pieces. */
export class GatheredBytes {
  private room = new Uint8Array(64);
  private count = 0;

  get bytes(): Uint8Array {
    return this.room.subarray(0, this.count);
  }

  get view(): DataView {
    return new DataView(this.room.buffer, this.room.byteOffset, this.count);
  }

  /** Takes as many bytes as are missing to `wanted`; gives back the others. */
  take(bytes: Uint8Array, wanted: number): Uint8Array {
    const part = bytes.subarray(0, Math.max(0, wanted - this.count));
    if (this.count + part.byteLength > this.room.byteLength) {
      const grown = new Uint8Array(2 * (this.count + part.byteLength));
      grown.set(this.bytes);
      this.room = grown;
    }
    this.room.set(part, this.count);
    this.count += part.byteLength;
    return bytes.subarray(part.byteLength);
  }

  clear(): void {
    this.count = 0;
  }
}
