import { awaitEvidence, firstWanted } from './ask-for-evidence.js';
import { linkedWith } from './links.js';
import { startClock } from './run-clocks.js';
import type { Turn } from './turn.js';

/**
 * An archived case lives again. The space was closed with it: who wrote is asked for evidence when it is open again;
 * who uploaded has brought some.
 */
export function reopen(turn: Turn, because: 'customer-wrote' | 'new-upload' | 'asked-by-person'): void {
  const neverHadSpace = turn.known.imported !== undefined && turn.known.space === null;
  turn.say({ type: 'case.reopened', data: { file: turn.known.file, because, ...linkedWith(turn.known) } });
  if (neverHadSpace) turn.say({ type: 'case.upload-space-requested', data: { file: turn.known.file } });
  startClock(turn, 'first-response');
  startClock(turn, 'upload-space');
  if (turn.known.space !== null) awaitEvidence(turn, because === 'new-upload' ? ['full-dump'] : firstWanted);
}
