const pieceBytes = 1_048_576;

/** A file in the engine's folder, opened for reading. */
export interface TheirFile {
  stamp(): Promise<{ bytes: number; changedAt: number }>;
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

interface OurFile {
  read(offset: number, length: number): Promise<Buffer>;
  write(offset: number, buffers: Buffer[], bytes: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
}

/** Takes in what came behind the bytes that are here; answers how many are here now. */
export async function growWith(theirs: TheirFile, ours: OurFile, bytesHere: number): Promise<number> {
  const { bytes } = await theirs.stamp();
  if (bytes < bytesHere) await ours.truncate(bytes);
  let here = Math.min(bytes, bytesHere);
  while (here < bytes) {
    const piece = await theirs.read(here, Math.min(pieceBytes, bytes - here));
    if (piece.length === 0) break;
    await ours.write(here, [piece], piece.length);
    here += piece.length;
  }
  return here;
}

/**
 * Makes ours equal to theirs. Bytes that came earlier may have changed since: clients write out of order, and what was
 * not there yet read as zeros. A piece that is equal is not written again.
 */
export async function alignWith(theirs: TheirFile, ours: OurFile, bytesHere: number): Promise<void> {
  const { bytes } = await theirs.stamp();
  for (let at = 0; at < bytes;) {
    const piece = await theirs.read(at, Math.min(pieceBytes, bytes - at));
    if (piece.length === 0) break;
    const here = at < bytesHere ? await ours.read(at, piece.length) : null;
    if (!here?.equals(piece)) await ours.write(at, [piece], piece.length);
    at += piece.length;
  }
  if (bytes < bytesHere) await ours.truncate(bytes);
}
