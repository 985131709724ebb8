import type { Case } from './case.js';
import { wakesAt, type ClockName } from './clock.js';
import { clockOfRest } from './keep-clocks.js';

/**
 * When somebody should look at a case again: for silence, for the next level of a clock, or for a notice or an alarm that is due.
 * Null when it is archived and its evidence is removed, and when only a person who has taken it on, or a service, can move it.
 */
export function wakeAt(state: Case): string | null {
  if (state.phase === 'unopened') return null;
  const { arriving, clocks, hold, purging } = state.known;
  const always = [purging?.alarmAt ?? null, ...arriving.map(({ noticeAt }) => noticeAt)];
  if (hold) return earliest([hold.until, ...always]);
  return earliest([silenceEndsAt(state), ...clocks.flatMap(wakesAt), ...always]);
}

const clocksOfArchive: readonly (ClockName | null)[] = ['grace', 'retention', 'survey', 'survey-answer'];

/** When silence moves the case on. While files are read it is listened to, but moves nothing. */
export function silenceEndsAt(state: Case): string | null {
  if (state.phase === 'unopened' || state.phase === 'analysing') return null;
  const isOver = state.phase === 'archived' || state.phase === 'merged';
  const ofPhase = isOver ? clocksOfArchive : [clockOfRest(state)];
  const { clocks, legalHold } = state.known;
  // Retention runs on under a legal hold, and leads to nothing.
  const counts = (clock: ClockName): boolean => ofPhase.includes(clock) && !(legalHold && clock === 'retention');
  return earliest(clocks.map(({ clock, dueAt }) => (counts(clock) ? dueAt : null)));
}

function earliest(instants: (string | null)[]): string | null {
  return instants.reduce(
    (first, next) => (next !== null && (first === null || Date.parse(next) < Date.parse(first)) ? next : first),
    null,
  );
}
