/** As the upload service writes: no farther behind a gap than this, and never a single write larger than the second. */
const furthestAhead = 64 * 1024 * 1024;
const largestWrite = 1024 * 1024;
const blockBytes = 4096;

/**
 * How many of the bytes read at `offset` of a growing file are surely what its sender sent. Pieces may be written before
 * those in front of them, and the gap reads as zeros: so a block of zeros is taken for a gap, until the file has grown by
 * more than the upload service lets it grow behind one. Packed files and headers of dumps hold no such blocks.
 */
export function sureBytes(bytes: Uint8Array, offset: number, size: number): number {
  const doubtful = size - furthestAhead - largestWrite - offset;
  if (doubtful >= bytes.byteLength) return bytes.byteLength;
  // Blocks of the file, not of what was read of it.
  const firstBlock = (blockBytes - (offset % blockBytes)) % blockBytes;
  for (let at = firstBlock; at < bytes.byteLength; at += blockBytes) {
    if (at + blockBytes > doubtful && isZero(bytes.subarray(at, at + blockBytes)))
      return zerosBegin(bytes, at, Math.max(0, doubtful));
  }
  return bytes.byteLength;
}

/** A gap may have begun before its first whole block, but not where bytes are sure. */
function zerosBegin(bytes: Uint8Array, block: number, least: number): number {
  let at = Math.max(block, least);
  while (at > least && bytes[at - 1] === 0) at -= 1;
  return at;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
