import { OutsideStore, type EvidenceStore } from '@caserelay/evidence-store';

/** How long a file of the evidence store is at this moment; null when there is none, or it would lie outside. */
export async function lengthOfFile(store: EvidenceStore, location: string): Promise<number | null> {
  try {
    return await store.sizeIfThere(location);
  } catch (error) {
    if (error instanceof OutsideStore) return null;
    throw error;
  }
}
