import type { Person } from '@caserelay/contracts';
import { startClockAnew } from './ask-for-evidence.js';
import { restOf } from './evolve.js';
import { completeOwner } from './report.js';
import { dueIfStarted, pauseClock, startClock } from './run-clocks.js';
import type { Turn } from './turn.js';

/**
 * An engineer's word has gone to the customer: now theirs is waited for. Where a plan was thought to be carried out it
 * is not: what the engineer wrote has to be tried first.
 */
export function ourWord(turn: Turn, engineer: Person): void {
  const rest = restOf(turn.state);
  if (rest?.phase === 'escalated') {
    turn.say({ type: 'engineer.answered', data: {} });
    startClock(turn, 'plan-check');
  } else if (rest?.phase === 'observing' && rest.because === 'plan-carried-out') {
    const checkAt = dueIfStarted(turn, 'plan-check');
    turn.say({ type: 'case.observation-interrupted', data: { file: turn.known.file, checkAt } });
    startClock(turn, 'plan-check');
  } else startClockAnew(turn);
  if (turn.state.phase === 'analysing') letAnalysisWait(turn, engineer);
}

/** Until their word, or the first reminder that their silence would bring, no time to read counts. */
function letAnalysisWait(turn: Turn, engineer: Person): void {
  completeOwner(turn, engineer);
  pauseClock(turn, 'analysis', 'awaiting-customer', dueIfStarted(turn, 'follow-up'));
}
