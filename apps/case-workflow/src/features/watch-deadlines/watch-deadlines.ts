import { decide, type Case, type CaseEvent, type Policy } from '@caserelay/case-lifecycle';

interface Wake {
  caseId: string;
  wakeAt: Date;
}

/** What watching deadlines needs from around it. */
export interface Needs {
  now(): Date;
  policy: Policy;
  /** Loads, changes and keeps one case as a single step in a transaction of its own; answers when to look again. */
  advance(caseId: string, next: (state: Case) => CaseEvent[]): Promise<Date | null>;
  /** Cases that want to be looked at before an instant, the most urgent first. */
  dueBefore(instant: Date, limit: number): Promise<Wake[]>;
  /** The instant of the case clock that is an hour of the wall away. */
  inAnHour(): Date;
  timers: {
    /** Timers for their instants. */
    set(wakes: readonly Wake[]): Promise<void>;
    /** Timers that ring at once. */
    ring(wakes: readonly Wake[]): Promise<void>;
  };
}

/** More are left to the next sweep. */
export const mostPerSweep = 5_000;

/** A timer rang: it asks the case, it does not order. A late, early or doubled one changes nothing. */
export async function letTimePass(caseId: string, needs: Needs): Promise<void> {
  const now = needs.now();
  const wakeAt = await needs.advance(caseId, (state) =>
    decide(state, { type: 'let-time-pass', now: now.toISOString() }, needs.policy),
  );
  if (wakeAt) await needs.timers.set([{ caseId, wakeAt }]);
}

/** Sets the timers of the deadlines in Postgres again, so that a wiped Redis loses none. */
export async function sweepDeadlines(needs: Needs): Promise<void> {
  const wakes = await needs.dueBefore(needs.inAnHour(), mostPerSweep);
  const now = needs.now();
  await needs.timers.ring(wakes.filter(({ wakeAt }) => wakeAt <= now));
  await needs.timers.set(wakes.filter(({ wakeAt }) => wakeAt > now));
}
