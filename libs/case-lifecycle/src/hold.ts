import { Refusal, type PersonCommand } from '@caserelay/contracts';
import { isStandingStill } from './clock.js';
import { pauseClock, resumeClock } from './run-clocks.js';
import type { Turn } from './turn.js';

type Asked<Type extends PersonCommand['type']> = Extract<PersonCommand, { type: Type }>;

/** Nothing is put off for longer: a case must not be forgotten. */
const mostDays = 366;

/**
 * Lets the clocks of a case stand still. A hold is no phase: what comes meanwhile is read and answered as ever, only
 * silence leads to nothing. It ends on its own, so that no held case is forgotten.
 */
export function hold(turn: Turn, { by, reason, until: asked }: Asked<'hold'>): void {
  const until = new Date(asked).toISOString();
  const { file, hold: before } = turn.known;
  const days = (Date.parse(until) - Date.parse(turn.now)) / 86_400_000;
  if (days <= 0)
    throw new Refusal(
      `the hold would end at ${asked}, which is past; expected a time after ${turn.now}`,
      `暂停的结束时间 ${asked} 已经过去；应晚于 ${turn.now}`,
    );
  if (days > mostDays)
    throw new Refusal(
      `the hold would last ${Math.ceil(days)} days; expected at most ${mostDays}, then hold it again`,
      `暂停将持续 ${Math.ceil(days)} 天；最多 ${mostDays} 天，到期后可再次暂停`,
    );
  if (before?.until === until && before.reason === reason) return;
  if (before) goOn(turn);
  turn.say({ type: 'case.held', data: { file, by, reason, until } });
}

export function resume(turn: Turn, { by }: Asked<'resume'>): void {
  if (!turn.known.hold) throw new Refusal('the case is not on hold; expected one that is', '案例没有暂停，无法恢复');
  tellResumed(turn, 'asked-by-person', by);
}

/** Ends a hold whose time is over. */
export function endHold(turn: Turn): void {
  const { hold } = turn.known;
  if (hold && Date.parse(hold.until) <= Date.parse(turn.now)) tellResumed(turn, 'time-over', null);
}

/** Whatever started while the case is on hold stands still as well. */
export function keepHold(turn: Turn): void {
  if (turn.state.phase === 'unopened' || !turn.known.hold) return;
  for (const { clock } of turn.known.clocks) pauseClock(turn, clock, 'on-hold', null);
}

function tellResumed(turn: Turn, because: 'time-over' | 'asked-by-person', by: Asked<'resume'>['by'] | null): void {
  const { file, hold } = turn.known;
  if (!hold) return;
  const to = file.owner ?? turn.policy.duty;
  const { reason, since: heldSince } = hold;
  turn.say({ type: 'case.resumed', data: { file, because, by, to, reason, heldSince } });
  goOn(turn);
}

function goOn(turn: Turn): void {
  for (const clock of turn.known.clocks) if (isStandingStill(clock)) resumeClock(turn, clock.clock, 'on-hold');
}
