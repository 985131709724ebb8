import { Refusal, type PersonCommand } from '@caserelay/contracts';
import type { Known } from './case.js';
import { startClockAnew } from './ask-for-evidence.js';
import { restOf } from './evolve.js';
import { observe } from './observe.js';
import { contactOf } from './report.js';
import { dueIfStarted, startClock } from './run-clocks.js';
import type { Turn } from './turn.js';

type Asked<Type extends PersonCommand['type']> = Extract<PersonCommand, { type: Type }>;

/** An engineer's plan, item by item; it takes the place of an earlier one. */
export function writePlan(turn: Turn, planId: string, { by, items }: Asked<'write-plan'>): void {
  contactOf(turn);
  const { file, space } = turn.known;
  const checkAt = dueIfStarted(turn, 'plan-check');
  turn.say({ type: 'case.plan-written', data: { file, planId, items, by, checkAt, space } });
  startClock(turn, 'plan-check');
}

/** The items of a plan with when each was done; none when nobody wrote one. */
export function itemsOf(plan: Known['plan']): { text: string; doneAt: string | null }[] {
  return (plan?.items ?? []).map(({ text, doneAt }) => ({ text, doneAt }));
}

/** Once the last item is done, the case is watched. */
export function tickItem(turn: Turn, { planId, item, isDone, by }: Asked<'tick-item'>): void {
  const { plan } = turn.known;
  if (plan?.planId !== planId)
    throw new Refusal(
      `found an item of the plan ${planId}; expected one of ${plan ? plan.planId : 'a plan, but nobody wrote one'}`,
      `找不到方案 ${planId} 的步骤；${plan ? `当前方案是 ${plan.planId}` : '案例还没有方案'}`,
    );
  const found = plan.items[item - 1];
  if (!found)
    throw new Refusal(
      `found item ${item}; expected one from 1 to ${plan.items.length}`,
      `方案没有第 ${item} 步；应为 1 到 ${plan.items.length}`,
    );
  if ((found.doneAt !== null) === isDone) return;
  turn.say({ type: 'item.ticked', data: { planId, item, isDone, by } });
  if (restOf(turn.state)?.phase !== 'action-planned') return;
  if (turn.known.plan?.items.every(({ doneAt }) => doneAt !== null)) observe(turn, 'plan-carried-out');
  else startClockAnew(turn);
}
