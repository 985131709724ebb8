import type { ByteSource } from '@caserelay/crash-dump';

/** A part of a source as a source of its own. */
export function part(source: ByteSource, start: number, size: number): ByteSource {
  const available = Math.max(0, Math.min(size, source.size - start));
  return {
    size: available,
    read(offset, length) {
      const from = Math.min(available, Math.max(0, offset));
      return source.read(start + from, Math.max(0, Math.min(length, available - from)));
    },
  };
}
