import { dueIfStarted, startClock } from './run-clocks.js';
import { openItems, openSteps } from './task-list.js';
import type { Turn } from './turn.js';

/** From here on the case is only watched; silence archives it. */
export function observe(turn: Turn, because: 'no-evidence' | 'plan-carried-out'): void {
  const { file, space } = turn.known;
  const until = dueIfStarted(turn, 'observation');
  turn.say({
    type: 'case.observation-started',
    data: { file, space, until, because, ...openItems(turn.known), ...openSteps(turn.known) },
  });
  startClock(turn, 'observation');
}
