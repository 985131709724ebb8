import type { Case } from './case.js';

/**
 * When the clock should look at a case again: for a notice that is due, or for silence. Null when only people or services can move it: before it is asked for
 * evidence (contact or space are missing; intake or provisioning bring them), while an overdue upload is still being
 * read (a senior engineer knows), and when it is archived and its account is closed and its evidence removed.
 */
export function wakeAt(state: Case): string | null {
  const notices = state.phase === 'unopened' ? [] : state.known.arriving.map(({ noticeAt }) => noticeAt);
  return earliest([phaseClockOf(state), ...notices]);
}

/** When silence moves the case on. */
export function phaseClockOf(state: Case): string | null {
  switch (state.phase) {
    case 'unopened':
    case 'reported':
      return null;
    case 'archived':
      return earliest([state.closesAt ?? null, state.purgesAt ?? null]);
    case 'awaiting-evidence':
      return state.nextAt;
    case 'analysing':
      return state.dueAt;
    case 'escalated':
    case 'action-planned':
      return state.checkAt;
    case 'observing':
      return state.until;
  }
}

function earliest(instants: (string | null)[]): string | null {
  return instants.reduce(
    (first, next) => (next !== null && (first === null || Date.parse(next) < Date.parse(first)) ? next : first),
    null,
  );
}
