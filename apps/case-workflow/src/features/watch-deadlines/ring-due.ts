import { decide, evolve, upgradeCase, wakeAt, type Case, type CaseEvent, type Policy } from '@caserelay/case-lifecycle';

/** A case whose instant has come. */
export interface DueCase {
  caseId: string;
  /** When it wanted to be looked at. */
  wakeAt: Date;
  /** How often in a row waking it has failed. */
  failures: number;
  /** As it was kept, perhaps by an older version. */
  state: Case;
}

/** What a case says when it is asked: in which state it was, what happens to it, and why asking it failed. */
export interface Answer {
  state: Case;
  events: CaseEvent[];
  failure: Failure | null;
}

export interface Failure {
  failures: number;
  error: string;
  failedAt: Date;
  /** When it is asked again; null: not before somebody, or a new start of the service, says so. */
  retryAt: Date | null;
}

/** Cases due by `now`, the most urgent first, after a place in that order. */
export interface Page {
  now: Date;
  after: Place | null;
  limit: number;
}
export interface Place {
  due: Date;
  caseId: string;
}

export interface Rung {
  caseId: string;
  wakeAt: Date;
  next: Date | null;
  failure: Failure | null;
}

/** What ringing due cases needs from around it. */
export interface Needs {
  now(): Date;
  /** The policy that a case lives by; throws when it is not kept. */
  policyOf(state: Case): Policy;
  /** Milliseconds of the case clock after each failure in a row; after the last one a case is stuck. */
  retryPauses: readonly number[];
  /** Asks a page of cases that nobody else has in hand, and keeps what they say, in one transaction. */
  ringPage(page: Page, ask: (due: DueCase) => Answer): Promise<{ rung: Rung[]; last: Place | null }>;
  /** The same for one case, if it is still due. */
  ringOne(caseId: string, now: Date, ask: (due: DueCase) => Answer): Promise<Rung[]>;
  /**
   * Notes that waking a case failed for a reason outside of its rules; answers false when somebody else has asked it
   * in the meantime.
   */
  keepFailure(caseId: string, failure: Failure): Promise<boolean>;
  /** Bells for what these cases wait for next. */
  ringLater(instants: readonly Date[]): void;
  /** More is due than one can do: others may take their share. */
  callOthers(): Promise<void>;
  observe(rung: readonly Rung[]): void;
  failed(caseId: string, failure: Failure): void;
  isStopping(): boolean;
}

/** How many cases share a transaction. */
export const casesPerPage = 100;

/**
 * A bell rang: asks every case whose instant has come what the passing of time means to it. It asks and does not order, and
 * what is due is read from the case rows: a late, early, doubled or lost bell changes nothing but the hour.
 */
export async function ringDue(needs: Needs): Promise<number> {
  let asked = 0;
  let after: Place | null = null;
  while (!needs.isStopping()) {
    const { rung, last, isFull } = await ringPage({ now: needs.now(), after, limit: casesPerPage }, needs);
    asked += rung.length;
    after = last;
    if (!isFull) break;
    if (asked <= casesPerPage) await needs.callOthers();
  }
  return asked;
}

interface RungPage {
  rung: Rung[];
  /** Where the next page begins; null: at the beginning again. */
  last: Place | null;
  isFull: boolean;
}

async function ringPage(page: Page, needs: Needs): Promise<RungPage> {
  const asked: DueCase[] = [];
  const ask = (due: DueCase): Answer => {
    asked.push(due);
    return answerOf(due, page.now, needs);
  };
  const isFull = (): boolean => asked.length >= page.limit;
  let result: RungPage;
  try {
    result = { ...(await needs.ringPage(page, ask)), isFull: isFull() };
  } catch (error) {
    // One of them cannot be kept. Alone, each stands or falls for itself.
    if (asked.length === 0) throw error;
    result = { rung: await ringEach(asked, needs), last: null, isFull: isFull() };
  }
  tellOf(result.rung, needs);
  return result;
}

async function ringEach(due: readonly DueCase[], needs: Needs): Promise<Rung[]> {
  const rung: Rung[] = [];
  for (const { caseId, wakeAt: wake, failures } of due) {
    const now = needs.now();
    try {
      rung.push(...(await needs.ringOne(caseId, now, (each) => answerOf(each, now, needs))));
    } catch (error) {
      const failure = failureOf(error, failures + 1, now, needs);
      // Throws when it is Postgres that cannot be reached, and no fault of the case.
      if (await needs.keepFailure(caseId, failure)) rung.push({ caseId, wakeAt: wake, next: null, failure });
    }
  }
  return rung;
}

function answerOf({ state: kept, wakeAt: wake, failures }: DueCase, now: Date, needs: Needs): Answer {
  try {
    const state = upgradeCase(kept);
    const events = decide(state, { type: 'let-time-pass', now: now.toISOString() }, needs.policyOf(state));
    const next = wakeAt(events.reduce(evolve, state));
    if (next === null || Date.parse(next) > now.getTime()) return { state, events, failure: null };
    // Asked again at once it would say the same again, without an end.
    const found = `asked at ${now.toISOString()} because of ${wake.toISOString()}, it wants to be asked at ${next}`;
    const stays = new Error(`time passes and the case stays due: ${found}; expected a later instant or none`);
    return { state, events, failure: failureOf(stays, failures + 1, now, needs) };
  } catch (error) {
    return { state: kept, events: [], failure: failureOf(error, failures + 1, now, needs) };
  }
}

function failureOf(error: unknown, failures: number, now: Date, { retryPauses }: Needs): Failure {
  const pause = retryPauses[failures - 1];
  return {
    failures,
    error: textOf(error),
    failedAt: now,
    retryAt: pause === undefined ? null : new Date(now.getTime() + pause),
  };
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text
    .replaceAll('\0', '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .slice(0, 2_000);
}

function tellOf(rung: readonly Rung[], needs: Needs): void {
  if (rung.length === 0) return;
  needs.observe(rung);
  for (const { caseId, failure } of rung) if (failure) needs.failed(caseId, failure);
  const next = rung.flatMap(({ next: instant, failure }) => (failure ? failure.retryAt : instant) ?? []);
  if (next.length > 0) needs.ringLater(next);
}
