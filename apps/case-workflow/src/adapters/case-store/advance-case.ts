import { evolve, isTold, unopened, upgradeCase, wakeAt, type Case, type CaseEvent } from '@caserelay/case-lifecycle';
import type { Tell } from '@caserelay/messaging';
import type { EntityManager } from 'typeorm';
import type { Failure } from '../../features/watch-deadlines/ring-due.js';

/** What one step of a case tells everybody, and when to look at it again. */
export interface Advance {
  tells: Tell[];
  wakeAt: Date | null;
}

/** A case that is locked until the end of the transaction. */
export interface Kept {
  state: Case;
  positions: number;
  told: number;
}

/** What happens to a case in one transaction. */
export interface Step {
  caseId: string;
  before: Kept;
  events: CaseEvent[];
  causationId: string | null;
  /** Why waking it failed; null takes earlier failures back. */
  failure: Failure | null;
}

/**
 * Loads, changes and keeps one case as a single step inside the transaction. The case is locked until its end, so that
 * what it tells is kept in the order of its sequence.
 */
export async function advanceCase(
  tx: EntityManager,
  caseId: string,
  next: (state: Case) => CaseEvent[] | Promise<CaseEvent[]>,
  causationId: string | null = null,
): Promise<Advance> {
  const kept = await lock(tx, caseId);
  if (kept) return await advance(tx, caseId, kept, await next(kept.state), causationId);
  const events = await next(unopened);
  if (events.length === 0) return { tells: [], wakeAt: null };
  if (await insert(tx, caseId, events)) {
    return await advance(tx, caseId, { state: unopened, positions: 0, told: 0 }, events, causationId);
  }
  // Somebody else opened it in this moment; the insert has waited for them.
  const opened = await lock(tx, caseId);
  if (!opened) throw new Error(`case ${caseId} could neither be inserted nor found; expected one of both`);
  return await advance(tx, caseId, opened, await next(opened.state), causationId);
}

/** Keeps steps of several locked cases by one statement, each with its history and its next instant. */
export async function keepSteps(tx: EntityManager, steps: readonly Step[]): Promise<Advance[]> {
  if (steps.length === 0) return [];
  const kept = steps.map((step) => resultOf(step));
  const happened = kept.flatMap(({ step: { caseId, causationId }, lines }) =>
    lines.map(({ event: { type, data, at }, position, sequence }) => ({
      ...{ case_id: caseId, position, sequence, type, data, at },
      causation_id: causationId,
    })),
  );
  const next = kept.map(({ step: { caseId, before, events, failure }, state, lines, told, wakeAt: due }) => ({
    ...{ id: caseId, state, phase: state.phase, wake_at: due, changed_at: events.at(-1)?.at ?? null },
    ...{ positions: before.positions + lines.length, told, failures: failure?.failures ?? 0 },
    ...{ error: failure?.error ?? null, failed_at: failure?.failedAt ?? null, retry_at: retryOf(failure) },
    policy: state.phase === 'unopened' ? null : state.known.policy,
  }));
  // One text for all rows: arrays of JSON would be quoted once more, element by element.
  await tx.query(
    `with happened as (
       insert into case_history (case_id, position, sequence, type, data, at, causation_id)
       select * from jsonb_to_recordset($1) as happened (case_id uuid, position int, sequence int, type text,
         data jsonb, at timestamptz, causation_id uuid)
     )
     update cases set state = next.state, phase = next.phase, wake_at = next.wake_at,
       changed_at = coalesce(next.changed_at, cases.changed_at), positions = next.positions, told = next.told,
       wake_failures = next.failures, wake_error = next.error, wake_failed_at = next.failed_at,
       wake_retry_at = next.retry_at, policy_version = coalesce(next.policy, cases.policy_version)
     from jsonb_to_recordset($2) as next (id uuid, state jsonb, phase text, wake_at timestamptz,
       changed_at timestamptz, positions int, told int, failures int, error text, failed_at timestamptz,
       retry_at timestamptz, policy text)
     where cases.id = next.id`,
    [JSON.stringify(happened), JSON.stringify(next)],
  );
  return kept.map(({ step, lines, wakeAt: due }) => ({ tells: tellsOf(step.caseId, lines), wakeAt: due }));
}

/** Postgres keeps "never again" as an instant after all others. */
export function retryOf(failure: Failure | null): Date | 'infinity' | null {
  if (failure === null) return null;
  return failure.retryAt ?? 'infinity';
}

/** Cases that there are, locked until the end of the transaction in the order of their ids. */
export async function lockCases(tx: EntityManager, caseIds: readonly string[]): Promise<Map<string, Case>> {
  const rows: { id: string; state: Case }[] = await tx.query(
    'select id, state from cases where id = any($1::uuid[]) order by id for update',
    [caseIds],
  );
  return new Map(rows.map(({ id, state }) => [id, upgradeCase(state)]));
}

async function lock(tx: EntityManager, caseId: string): Promise<Kept | null> {
  const rows: Kept[] = await tx.query('select state, positions, told from cases where id = $1 for update', [caseId]);
  const [kept] = rows;
  return kept ? { ...kept, state: upgradeCase(kept.state) } : null;
}

async function insert(tx: EntityManager, caseId: string, events: CaseEvent[]): Promise<boolean> {
  const state = events.reduce(evolve, unopened);
  if (state.phase === 'unopened') throw new Error(`the history of case ${caseId} does not begin with case.opened`);
  const { file, policy, openedAt } = state.known;
  const rows: unknown[] = await tx.query(
    `insert into cases (id, case_number, tracking_token, phase, state, policy_version, opened_at, changed_at, positions, told)
     values ($1, $2, $3, $4, $5, $6, $7, $7, 0, 0) on conflict (id) do nothing returning id`,
    [caseId, file.caseNumber, file.trackingToken, state.phase, JSON.stringify(state), policy, openedAt],
  );
  return rows.length > 0;
}

async function advance(
  tx: EntityManager,
  caseId: string,
  before: Kept,
  events: CaseEvent[],
  causationId: string | null,
): Promise<Advance> {
  if (events.length === 0) return { tells: [], wakeAt: dateOf(wakeAt(before.state)) };
  const [kept] = await keepSteps(tx, [{ caseId, before, events, causationId, failure: null }]);
  if (!kept) throw new Error(`case ${caseId} was not kept; expected one result for one step`);
  return kept;
}

interface Line {
  event: CaseEvent;
  position: number;
  /** Null for what a case only noted for itself. */
  sequence: number | null;
}

function resultOf(step: Step) {
  const state = step.events.reduce(evolve, step.before.state);
  let { told } = step.before;
  const lines = step.events.map((event, index): Line => {
    const position = step.before.positions + index + 1;
    return { event, position, sequence: isTold(event) ? (told += 1) : null };
  });
  return { step, state, lines, told, wakeAt: dateOf(wakeAt(state)) };
}

function dateOf(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant);
}

function tellsOf(caseId: string, lines: readonly Line[]): Tell[] {
  return lines.flatMap(({ event, sequence }) => {
    if (!isTold(event) || sequence === null) return [];
    const { at: _, ...told } = event;
    return [{ ...told, caseId, sequence }];
  });
}
