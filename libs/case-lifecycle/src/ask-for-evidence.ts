import type { Evidence } from '@caserelay/contracts';
import { stillWanted } from './checklist.js';
import { restOf } from './evolve.js';
import { clockOfRest } from './keep-clocks.js';
import { startClock } from './run-clocks.js';
import type { Turn } from './turn.js';

/** What a customer is asked for who has sent nothing yet. */
export const firstWanted: Evidence[] = ['full-dump', 'os-version', 'reproduction-steps'];

/** Asks the customer for evidence, once there is a customer to ask and a space to put it. */
export function askForEvidence(turn: Turn): void {
  const { file, space } = turn.known;
  const isTime = turn.state.phase === 'reported' || (turn.state.phase === 'awaiting-evidence' && turn.known.asksAgain);
  // What a customer was asked for elsewhere, and what came of it, a person knows.
  if (!isTime || turn.known.imported || file.contact === null || space === null) return;
  // Who reports a problem often says already what would be asked.
  const missing = stillWanted(turn.known, firstWanted);
  const wanted = missing.length > 0 ? missing : firstWanted;
  turn.say({ type: 'case.evidence-requested', data: { file, space, wanted, because: 'first-response' } });
  awaitEvidence(turn, wanted);
}

/** A poorer dump does not undo a plan or an escalation that a full dump led to; in any other open phase one is wanted. */
export function asksForFullDump({ state }: Turn): boolean {
  const rest = restOf(state);
  return rest !== null && rest.phase !== 'action-planned' && rest.phase !== 'escalated';
}

/** Begins the ladder of reminders anew. Without a contact there is nobody to remind: the case stays as it is. */
export function awaitEvidence(turn: Turn, wanted: readonly Evidence[]): void {
  if (turn.known.file.contact === null) return;
  turn.say({ type: 'evidence.awaited', data: { wanted } });
  startClock(turn, 'follow-up');
}

/** After a word of the customer, or of ours to the customer, the clock of the present phase starts anew. */
export function startClockAnew(turn: Turn): void {
  const rest = restOf(turn.state);
  const clock = rest && clockOfRest(rest);
  if (clock) startClock(turn, clock);
}
