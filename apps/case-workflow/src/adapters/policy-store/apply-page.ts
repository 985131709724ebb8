import { decide, evolve, movesBetween, type Case, type CaseEvent, type Policy } from '@caserelay/case-lifecycle';
import type { Tell } from '@caserelay/messaging';
import type { EntityManager } from 'typeorm';
import type { Change } from '../../features/change-policies/change-policies.js';
import { advanceCase } from '../case-store/advance-case.js';
import { countChange, type PolicyBook } from './policy-book.js';

interface Page {
  change: Change;
  policy: Policy;
  page: { after: string | null; limit: number };
  now: Date;
  policies: Pick<PolicyBook, 'openCases'>;
  failed(caseId: string, error: unknown): void;
}

interface Applied {
  /** Where the next page begins; null when this was the last one. */
  last: string | null;
  /** When the cases want to be looked at next. */
  instants: Date[];
}

/**
 * Lets a page of open cases live by another version, and counts it, inside the transaction. A case that the rules cannot
 * change stays as it is and is counted as failed.
 */
export async function applyPage(
  tx: EntityManager,
  { change, policy, page, now, policies, failed: tellFailed }: Page,
): Promise<{ result: Applied; tells: Tell[] }> {
  const cases = await policies.openCases({ name: policy.name, number: change.number }, page, tx);
  const counts = { cases: 0, moved: 0, failed: 0 };
  const tells: Tell[] = [];
  const instants: Date[] = [];
  for (const { caseId } of cases) {
    const next = (state: Case): CaseEvent[] => {
      const events = eventsOf(state);
      counts.cases += events.length > 0 ? 1 : 0;
      counts.moved += movesBetween(state, events.reduce(evolve, state)).length;
      return events;
    };
    const eventsOf = (state: Case): CaseEvent[] => {
      try {
        const { because, by } = change;
        return decide(state, { type: 'apply-policy', now: now.toISOString(), because, by }, policy);
      } catch (error) {
        counts.failed += 1;
        tellFailed(caseId, error);
        return [];
      }
    };
    const { tells: told, wakeAt } = await advanceCase(tx, caseId, next);
    tells.push(...told);
    if (wakeAt) instants.push(wakeAt);
  }
  await countChange(tx, change.id, counts);
  return { result: { last: cases.at(-1)?.caseId ?? null, instants }, tells };
}

/** Does work again that Postgres ended because two transactions waited for each other, a few times. */
export async function despiteDeadlocks<Result>(work: () => Promise<Result>, times = 5): Promise<Result> {
  for (let time = 1; ; time += 1) {
    try {
      return await work();
    } catch (error) {
      if (time >= times || !isDeadlock(error)) throw error;
    }
  }
}

function isDeadlock(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === '40P01' || code === '40001';
}
