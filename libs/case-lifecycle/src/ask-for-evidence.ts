import type { Evidence } from '@caserelay/contracts';
import type { Turn } from './turn.js';

const firstWanted: Evidence[] = ['full-dump', 'os-version', 'reproduction-steps'];

/** Asks the customer for evidence, once there is a customer to ask and a space to put it. */
export function askForEvidence(turn: Turn): void {
  const { file, space } = turn.known;
  if (turn.state.phase !== 'reported' || file.contact === null || space === null) return;
  turn.say({
    type: 'case.evidence-requested',
    data: { file, space, wanted: firstWanted, because: 'first-response' },
  });
  awaitEvidence(turn, firstWanted);
}

/** Begins the ladder of reminders anew. Without a contact there is nobody to remind: the case stays as it is. */
export function awaitEvidence(turn: Turn, wanted: readonly Evidence[]): void {
  if (turn.known.file.contact === null) return;
  turn.say({ type: 'evidence.awaited', data: { wanted, nextAt: turn.morningIn(daysBeforeStep(turn, 0)) } });
}

/** Days of silence after `step` reminders. */
export function daysBeforeStep({ policy }: Turn, step: number): number {
  return policy.followUp.stepsInDays[step] ?? policy.followUp.lastWaitInDays;
}

/** After a word of the customer, or of ours to the customer, the clock of the present phase starts anew. */
export function startClockAnew(turn: Turn): void {
  const { state } = turn;
  const rest = state.phase === 'analysing' ? state.rest : state;
  const { policy } = turn;
  switch (rest.phase) {
    case 'awaiting-evidence':
      return moveTo(turn, daysBeforeStep(turn, rest.step));
    case 'escalated':
      return moveTo(turn, rest.answered ? policy.planCheckDays : policy.engineerDays);
    case 'action-planned':
      return moveTo(turn, policy.planCheckDays);
    case 'observing':
      return moveTo(turn, policy.observationDays);
    case 'unopened':
    case 'reported':
    case 'archived':
      return;
  }
}

function moveTo(turn: Turn, days: number): void {
  turn.say({ type: 'clock.moved', data: { to: turn.morningIn(days) } });
}
