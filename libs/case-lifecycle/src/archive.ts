import type { Turn } from './turn.js';

/** Puts the case away with all that is known for the summary. */
export function archive(
  turn: Turn,
  because: 'observed-without-news' | 'closed-by-engineer',
  engineerSummary: string | null,
): void {
  const { file, openedAt, findings, steps, counts } = turn.known;
  const { readOnlyDays, evidenceDays } = turn.policy.retention;
  turn.say({
    type: 'case.archived',
    data: {
      file,
      because,
      openedAt,
      findings: findings.map(({ finding }) => finding),
      steps: [...steps],
      engineerSummary,
      counts,
      retention: {
        readOnlyUntil: turn.morningIn(readOnlyDays),
        evidenceUntil: evidenceDays === null ? null : turn.morningIn(evidenceDays),
      },
    },
  });
}
