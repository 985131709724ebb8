import type { EventOf } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';

export interface Needs {
  /** Keeps the request; false when this upload is known already. */
  keep(request: EventOf<'case.analysis-requested'>): Promise<boolean>;
  /** Lets a worker look at once, after the request is safe. */
  hint(uploadId: string): void;
}

/** Takes note of an upload to be read. Asked twice, it is read once. */
export async function requestAnalysis(event: EventOf<'case.analysis-requested'>, needs: Needs): Promise<Tell[]> {
  if (await needs.keep(event)) needs.hint(event.data.uploadId);
  return [];
}
