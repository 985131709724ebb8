import type { Person } from '@caserelay/contracts';
import { startClockAnew } from './ask-for-evidence.js';
import { restOf } from './evolve.js';
import { completeOwner } from './report.js';
import { dueIfStarted, pauseClock, startClock } from './run-clocks.js';
import type { Turn } from './turn.js';

/** An engineer's word has gone to the customer: now theirs is waited for. */
export function ourWord(turn: Turn, engineer: Person): void {
  if (restOf(turn.state)?.phase === 'escalated') {
    turn.say({ type: 'engineer.answered', data: {} });
    startClock(turn, 'plan-check');
  } else startClockAnew(turn);
  if (turn.state.phase === 'analysing') letAnalysisWait(turn, engineer);
}

/** Until their word, or the first reminder that their silence would bring, no time to read counts. */
function letAnalysisWait(turn: Turn, engineer: Person): void {
  completeOwner(turn, engineer);
  pauseClock(turn, 'analysis', 'awaiting-customer', dueIfStarted(turn, 'follow-up'));
}
