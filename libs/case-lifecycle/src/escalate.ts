import type { EventOf, Person } from '@caserelay/contracts';
import { itemsOf } from './plan.js';
import { openQuestions } from './questions.js';
import type { Turn } from './turn.js';

/** Gives the senior engineer everything that is known about the case. */
export function escalate(
  turn: Turn,
  because: EventOf<'case.escalated'>['data']['because'],
  reason: string,
  to: Person = turn.policy.seniorEngineer,
): void {
  const { file, uploads, findings, comparison, customerWords, space, priority, plan } = turn.known;
  turn.say({
    type: 'case.escalated',
    data: {
      file,
      to,
      because,
      reason,
      uploads: uploads.map(({ uploadId, name, bytes, sha256 }) => ({ uploadId, name, bytes, sha256 })),
      findings: findings.map(({ finding }) => finding),
      ...(comparison && { comparison }),
      customerWords: [...customerWords],
      space,
      priority,
      openQuestions: openQuestions(turn.known)
        .slice(0, 20)
        .map(({ text, by, askedAt }) => ({ text, by, askedAt })),
      planItems: itemsOf(plan),
    },
  });
}
