import { Readable } from 'node:stream';
import type { EvidenceFile } from './evidence-file.js';

const pieceBytes = 256 * 1024;

/** A file from its beginning to its end; it is closed when all was read or nobody wants more. */
export function streamOf(file: EvidenceFile): Readable {
  return Readable.from(pieces(file), { objectMode: false });
}

async function* pieces(file: EvidenceFile): AsyncGenerator<Buffer> {
  try {
    for (let at = 0; ;) {
      const piece = await file.read(at, pieceBytes);
      if (piece.length === 0) return;
      yield piece;
      at += piece.length;
    }
  } finally {
    await file.close();
  }
}
