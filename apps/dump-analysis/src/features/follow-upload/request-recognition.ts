import type { EventOf } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';

export interface Needs {
  /** Keeps the request; false when this upload is known already. */
  keep(request: EventOf<'case.recognition-requested'>): Promise<boolean>;
  /** Lets somebody look at once, after the request is safe. */
  wake(): void;
}

/** Takes note of an upload to be followed. Asked twice, it is followed once. */
export async function requestRecognition(event: EventOf<'case.recognition-requested'>, needs: Needs): Promise<Tell[]> {
  if (await needs.keep(event)) needs.wake();
  return [];
}
