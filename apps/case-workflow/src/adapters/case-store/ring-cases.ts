import type { Case } from '@caserelay/case-lifecycle';
import type { Tell } from '@caserelay/messaging';
import type { EntityManager } from 'typeorm';
import type { Answer, DueCase, Failure, Page, Place, Rung } from '../../features/watch-deadlines/ring-due.js';
import { keepSteps, retryOf, type Kept } from './advance-case.js';

/** When a case is due: what it waits for, put off after failures. The words of the index `cases_due`. */
export const dueAt = 'coalesce(wake_retry_at, wake_at)';

interface Row extends Kept {
  caseId: string;
  wakeAt: Date;
  due: Date;
  failures: number;
}

type Ask = (due: DueCase) => Answer;

/** Makes ready what cases are asked by, before they are asked. */
type Learn = (tx: EntityManager, states: readonly Case[]) => Promise<void>;

const columns = `id as "caseId", wake_at as "wakeAt", ${dueAt} as due, wake_failures as failures, state, positions, told`;

/**
 * Asks cases that are due, the most urgent first, and keeps what they say inside the transaction. A case that another
 * transaction has in hand is left to it.
 */
export async function ringPage(
  tx: EntityManager,
  { now, after, limit }: Page,
  learn: Learn,
  ask: Ask,
): Promise<{ rung: Rung[]; last: Place | null; tells: Tell[] }> {
  const place = after === null ? '' : `and (${dueAt}, id) > ($3, $4)`;
  const rows: Row[] = await tx.query(
    `select ${columns} from cases where wake_at is not null and ${dueAt} <= $1 ${place}
     order by ${dueAt}, id limit $2 for update skip locked`,
    [now, limit, ...(after === null ? [] : [after.due, after.caseId])],
  );
  const last = rows.at(-1);
  return { ...(await ringRows(tx, rows, learn, ask)), last: last ? { due: last.due, caseId: last.caseId } : null };
}

/** Asks one case, if it is due and nobody else has it in hand. */
export async function ringOne(
  tx: EntityManager,
  caseId: string,
  now: Date,
  learn: Learn,
  ask: Ask,
): Promise<{ rung: Rung[]; tells: Tell[] }> {
  const rows: Row[] = await tx.query(
    `select ${columns} from cases where id = $1 and wake_at is not null and ${dueAt} <= $2 for update skip locked`,
    [caseId, now],
  );
  return await ringRows(tx, rows, learn, ask);
}

/** Notes that waking a case failed, if it is as it was when it was asked: still due, and as often failed before. */
export async function keepFailure(
  tx: Pick<EntityManager, 'query'>,
  caseId: string,
  failure: Failure,
): Promise<boolean> {
  const [, kept]: [unknown, number] = await tx.query(
    `update cases set wake_failures = $2, wake_error = $3, wake_failed_at = $4, wake_retry_at = $5
     where id = $1 and wake_failures = $2 - 1 and ${dueAt} <= $4`,
    [caseId, failure.failures, failure.error, failure.failedAt, retryOf(failure)],
  );
  return kept > 0;
}

async function ringRows(
  tx: EntityManager,
  rows: readonly Row[],
  learn: Learn,
  ask: Ask,
): Promise<{ rung: Rung[]; tells: Tell[] }> {
  await learn(
    tx,
    rows.map(({ state }) => state),
  );
  const steps = rows.map(({ caseId, wakeAt, failures, state: before, positions, told }) => {
    const { state, events, failure } = ask({ caseId, wakeAt, failures, state: before });
    return { caseId, before: { state, positions, told }, events, causationId: null, failure, wakeAt };
  });
  const rung: Rung[] = [];
  // A case that said nothing because it could not be asked stays as it is: perhaps it cannot be read either.
  for (const { caseId, events, failure, wakeAt } of steps)
    if (failure && events.length === 0 && (await keepFailure(tx, caseId, failure)))
      rung.push({ caseId, wakeAt, next: null, failure });
  const moved = steps.filter(({ events, failure }) => !failure || events.length > 0);
  const kept = await keepSteps(tx, moved);
  moved.forEach(({ caseId, wakeAt, failure }, index) =>
    rung.push({ caseId, wakeAt, next: kept[index]?.wakeAt ?? null, failure }),
  );
  return { rung, tells: kept.flatMap(({ tells }) => tells) };
}
