/**
 * Bytes that can be read at any place: a file, a buffer, the kept head of a stream. `read` never fails for reading too
 * far: it gives fewer bytes, down to none, when the source ends or does not hold that place.
 */
export interface ByteSource {
  /** How many bytes there are in all, also those that `read` can no longer give. */
  readonly size: number;
  read(offset: number, length: number): Promise<DataView>;
}

/** A source over bytes in memory. `size` is larger than the bytes when they are only the head of something. */
export function fromBytes(bytes: Uint8Array, size = bytes.byteLength): ByteSource {
  return {
    size,
    read(offset, length) {
      const start = Math.min(Math.max(0, offset), bytes.byteLength);
      const available = Math.min(Math.max(0, length), bytes.byteLength - start);
      return Promise.resolve(new DataView(bytes.buffer, bytes.byteOffset + start, available));
    },
  };
}
