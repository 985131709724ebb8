import type { Case, PolicyReason } from './case.js';
import type { ClockName } from './clock.js';
import { decide } from './decide.js';
import { evolve } from './evolve.js';
import type { Policy } from './policy.js';

/** A due time that another policy moves. */
export interface Move {
  readonly clock: ClockName;
  /** Null while the clock stands still. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What would become of the due times of a case if it lived by another policy: the rules themselves are asked. */
export function movesUnder(state: Case, policy: Policy, now: string): Move[] {
  const ask = { type: 'apply-policy' as const, now, because: 'policy-changed' as PolicyReason, by: null };
  return movesBetween(state, decide(state, ask, policy).reduce(evolve, state));
}

/** The due times that differ between two states of a case, clock by clock. */
export function movesBetween(before: Case, after: Case): Move[] {
  const [old, now] = [duesOf(before), duesOf(after)];
  return [...old].flatMap(([clock, due]) => {
    const next = now.get(clock) ?? null;
    return due === next ? [] : [{ clock, before: due, after: next }];
  });
}

function duesOf(state: Case): Map<ClockName, string | null> {
  const clocks = state.phase === 'unopened' ? [] : state.known.clocks;
  return new Map(clocks.map(({ clock, dueAt }) => [clock, dueAt]));
}
