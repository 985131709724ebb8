import { Refusal } from '@caserelay/contracts';
import { startClockAnew } from './ask-for-evidence.js';
import type { CaseCommand } from './case.js';
import { restOf } from './evolve.js';
import { observe } from './observe.js';
import { contactOf } from './report.js';
import { resumeClock } from './run-clocks.js';
import { taskListOf } from './task-list.js';
import type { Turn } from './turn.js';

type Ask = Extract<CaseCommand, { type: 'take-ticks' }>;

/**
 * The contact says what of the plan is done. It counts as any word of a customer: whoever waits for them waits anew. Once
 * nothing is open any more, the case is watched. What is known already is not said again.
 */
export function takeTicks(turn: Turn, { listId, ticks }: Ask): void {
  const by = contactOf(turn);
  if (turn.state.phase === 'archived')
    throw new Refusal(
      'the case is archived, found ticks of its plan; expected an open case',
      '案例已归档，不能再勾选方案的步骤',
    );
  const list = taskListOf(turn.known);
  if (list?.listId !== listId)
    throw new Refusal(
      `found ticks of the plan ${listId}; expected the present one, ${list?.listId ?? 'but there is none'}`,
      '方案已变更，不能按以前的方案勾选',
    );
  const items = ticks.flatMap(({ item, isDone, words }) => {
    const task = list.tasks[item - 1];
    if (!task)
      throw new Refusal(
        `found item ${item}; expected one from 1 to ${list.tasks.length}`,
        `方案没有第 ${item} 步；应为 1 到 ${list.tasks.length}`,
      );
    const wasDone = task.doneAt !== null;
    const fresh = words !== null && words !== task.words ? words : null;
    if ((isDone ?? wasDone) === wasDone && fresh === null) return [];
    return [{ item, text: task.text, step: task.step, isDone: isDone ?? wasDone, words: fresh }];
  });
  if (items.length === 0) return;
  const isDoneAfter = (item: number, before: boolean): boolean =>
    items.find((one) => one.item === item)?.isDone ?? before;
  const openItems = list.tasks.filter(({ item, doneAt }) => !isDoneAfter(item, doneAt !== null)).length;
  const { file } = turn.known;
  const counts = { openItems, ofItems: list.tasks.length };
  turn.say({ type: 'case.plan-ticked', data: { file, planId: list.planId, items, ...counts, by } });
  resumeClock(turn, 'analysis', 'awaiting-customer');
  if (openItems === 0 && restOf(turn.state)?.phase === 'action-planned') observe(turn, 'plan-carried-out');
  else startClockAnew(turn);
}
