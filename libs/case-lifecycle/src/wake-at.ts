import type { Case } from './case.js';

/**
 * When the clock should look at a case again. Null when only people or services can move it: before it is asked for
 * evidence (contact or space are missing; intake or provisioning bring them), while an overdue upload is still being
 * read (a senior engineer knows), and when it is archived.
 */
export function wakeAt(state: Case): string | null {
  switch (state.phase) {
    case 'unopened':
    case 'reported':
    case 'archived':
      return null;
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
