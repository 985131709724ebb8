import type { ReadingPlaces } from './reading-places.js';

export interface Needs {
  places: Pick<ReadingPlaces, 'enter'>;
  /** How large an upload is that waits to be read; null when none of this id does. */
  bytesOf(uploadId: string): Promise<number | null>;
  /** Reads it and tells the outcome. */
  analyse(uploadId: string): Promise<void>;
}

/**
 * Reads an upload if there is a place for one of its size. Else nothing is begun and no attempt counted: it still waits,
 * and is hinted at again.
 */
export async function readInTurn(uploadId: string, needs: Needs): Promise<void> {
  const bytes = await needs.bytesOf(uploadId);
  if (bytes === null) return;
  const leave = needs.places.enter(bytes);
  if (!leave) return;
  try {
    await needs.analyse(uploadId);
  } finally {
    leave();
  }
}
