import { Refusal, type PersonCommand } from '@caserelay/contracts';
import { askForPurge } from './take-purge.js';
import type { Turn } from './turn.js';

type Asked<Type extends PersonCommand['type']> = Extract<PersonCommand, { type: Type }>;

/** Lets nobody purge evidence of the case, whatever its phase; what is being removed at this moment stops. */
export function placeLegalHold(turn: Turn, { by, reason }: Asked<'place-legal-hold'>): void {
  const { file, legalHold } = turn.known;
  if (legalHold)
    throw new Refusal(`there is a legal hold since ${legalHold.since}, by ${legalHold.by.address}; expected none`);
  turn.say({ type: 'case.legal-hold-placed', data: { file, by, reason } });
}

/** What was asked for and stayed is asked for again; what falls due later is asked for then, and what fell due by now at once. */
export function liftLegalHold(turn: Turn, { by, reason }: Asked<'lift-legal-hold'>): void {
  const { file, legalHold, owesPurge } = turn.known;
  if (!legalHold) throw new Refusal('there is no legal hold on the case; expected one');
  turn.say({ type: 'case.legal-hold-lifted', data: { file, by, reason, heldSince: legalHold.since } });
  const isOver = turn.state.phase === 'archived' || turn.state.phase === 'merged';
  if (isOver && owesPurge) askForPurge(turn);
}
