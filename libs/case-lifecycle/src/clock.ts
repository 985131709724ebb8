import type { Person } from '@caserelay/contracts';
import type { Recipient } from './policy-document.js';

/** What is measured for a case. */
export type ClockName =
  | 'first-response'
  | 'upload-space'
  | 'analysis'
  | 'follow-up'
  | 'plan-check'
  | 'engineer'
  | 'observation'
  | 'grace'
  | 'retention'
  /** Until the customer of an archived case is asked for their opinion, and from then on until no answer counts any more. */
  | 'survey'
  | 'survey-answer';

/** How much time a clock has, and what counts as time. */
export type Goal =
  /** Exact to the millisecond: working time of a calendar, or plain time. */
  (
    | { readonly milliseconds: number; readonly calendar: string | null }
    /** Until an hour of the morning so many dates later; with a calendar only dates with hours count. */
    | { readonly days: number; readonly calendar: string | null; readonly zone: string; readonly hour: number }
  ) & {
    /** The calendar in whose hours it is due: outside of them at their next opening. Left out where any hour will do. */
    readonly within?: string;
  };

export type PauseReason = 'awaiting-customer' | 'on-hold';

/** Time that does not count. `to` is null while the clock stands still; `until` is when it goes on by itself. */
export interface Pause {
  readonly from: string;
  readonly to: string | null;
  readonly because: PauseReason;
  readonly until: string | null;
}

/** One level of a clock: whom it tells what, and when next. */
export interface ClockLevel {
  /** The part of the goal that has passed then; from 100 on the clock is breached. */
  readonly percent: number;
  readonly tell: readonly Recipient[];
  readonly with: 'letter' | 'package';
  /** What lies between two tellings; null for a level that tells once. */
  readonly every: Goal | null;
  /** When it tells next; null once there is nothing more to tell, and while the clock stands still. */
  readonly at: string | null;
  /** How often it has told. */
  readonly told: number;
}

/** One clock of a case: all that explains its due time, but for the calendar, which its policy version holds. */
export interface CaseClock {
  readonly clock: ClockName;
  /** Counts from 1; each reopening begins a new one. */
  readonly cycle: number;
  readonly startedAt: string;
  /** The version of the policy by which it was reckoned last. */
  readonly policy: string;
  /** Null for a clock of which only the due time was kept. */
  readonly goal: Goal | null;
  readonly pauses: readonly Pause[];
  /** Null while it stands still. */
  readonly dueAt: string | null;
  readonly levels: readonly ClockLevel[];
  /** The person who took it on: nobody is told any more. */
  readonly acknowledged: { readonly by: Person; readonly at: string } | null;
}

/** A clock that has ended. */
export type PastClock = CaseClock & { readonly endedAt: string };

/** The part of a clock that changes when it is reckoned anew. */
export type Reckoning = Pick<CaseClock, 'policy' | 'goal' | 'dueAt' | 'levels' | 'pauses'>;

/** The clocks that belong to a phase: they end with it, and what they lead to is the phase's own. */
const phaseClocks: readonly ClockName[] = ['follow-up', 'plan-check', 'engineer', 'observation'];

export const isOfPhase = (clock: ClockName): boolean => phaseClocks.includes(clock);

export const isStandingStill = ({ pauses }: Pick<CaseClock, 'pauses'>): boolean => pauses.at(-1)?.to === null;

/** When a clock wants to be looked at for its levels or the end of its pause. */
export function wakesAt(clock: CaseClock): (string | null)[] {
  if (isStandingStill(clock)) return [clock.pauses.at(-1)?.until ?? null];
  return clock.acknowledged ? [] : clock.levels.map(({ at }) => at);
}
