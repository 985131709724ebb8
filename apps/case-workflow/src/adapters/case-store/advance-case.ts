import { evolve, isTold, unopened, upgradeCase, wakeAt, type Case, type CaseEvent } from '@caserelay/case-lifecycle';
import type { Tell } from '@caserelay/messaging';
import type { EntityManager } from 'typeorm';

/** What one step of a case tells everybody, and when to look at it again. */
export interface Advance {
  tells: Tell[];
  wakeAt: Date | null;
}

interface Kept {
  state: Case;
  positions: number;
  told: number;
}

/**
 * Loads, changes and keeps one case as a single step inside the transaction. The case is locked until its end, so that
 * what it tells is kept in the order of its sequence.
 */
export async function advanceCase(
  tx: EntityManager,
  caseId: string,
  next: (state: Case) => CaseEvent[],
  causationId: string | null = null,
): Promise<Advance> {
  const kept = await lock(tx, caseId);
  if (kept) return await append(tx, caseId, kept, next(kept.state), causationId);
  const events = next(unopened);
  if (events.length === 0) return { tells: [], wakeAt: null };
  if (await insert(tx, caseId, events)) {
    return await append(tx, caseId, { state: unopened, positions: 0, told: 0 }, events, causationId);
  }
  // Somebody else opened it in this moment; the insert has waited for them.
  const opened = await lock(tx, caseId);
  if (!opened) throw new Error(`case ${caseId} could neither be inserted nor found; expected one of both`);
  return await append(tx, caseId, opened, next(opened.state), causationId);
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

async function append(
  tx: EntityManager,
  caseId: string,
  before: Kept,
  events: CaseEvent[],
  causationId: string | null,
): Promise<Advance> {
  const state = events.reduce(evolve, before.state);
  const wake = wakeAt(state);
  const due = wake === null ? null : new Date(wake);
  if (events.length === 0) return { tells: [], wakeAt: due };
  let { told } = before;
  const sequences = events.map((event) => (isTold(event) ? (told += 1) : null));
  await tx.query(
    `with kept as (
       insert into case_history (case_id, position, sequence, type, data, at, causation_id)
       select $1, $2::int + line, sequence, type, data, at, $3::uuid
       from unnest($4::int[], $5::text[], $6::jsonb[], $7::timestamptz[]) with ordinality
         as happened (sequence, type, data, at, line)
     )
     update cases set state = $8, phase = $9, wake_at = $10, changed_at = $11, positions = $2::int + $12, told = $13,
       policy_version = coalesce($14, policy_version)
     where id = $1`,
    [
      caseId,
      before.positions,
      causationId,
      sequences,
      events.map(({ type }) => type),
      events.map(({ data }) => JSON.stringify(data)),
      events.map(({ at }) => at),
      JSON.stringify(state),
      state.phase,
      due,
      events.at(-1)?.at,
      events.length,
      told,
      state.phase === 'unopened' ? null : state.known.policy,
    ],
  );
  return { tells: tellsOf(caseId, events, sequences), wakeAt: due };
}

function tellsOf(caseId: string, events: CaseEvent[], sequences: (number | null)[]): Tell[] {
  return events.flatMap((event, index) => {
    const sequence = sequences[index];
    if (!isTold(event) || sequence === null || sequence === undefined) return [];
    const { at: _, ...told } = event;
    return [{ ...told, caseId, sequence }];
  });
}
