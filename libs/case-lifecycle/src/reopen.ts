import { askForEvidence, awaitEvidence } from './ask-for-evidence.js';
import type { Turn } from './turn.js';

/** An archived case lives again: who wrote is asked for evidence, who uploaded has brought some. */
export function reopen(turn: Turn, because: 'customer-wrote' | 'new-upload'): void {
  turn.say({ type: 'case.reopened', data: { file: turn.known.file, because } });
  if (because === 'customer-wrote') askForEvidence(turn);
  else awaitEvidence(turn, ['full-dump']);
}
