import { linkedWith } from './links.js';
import { dueIfStarted, startClock } from './run-clocks.js';
import { beginSurvey, surveyToCome } from './survey.js';
import type { Turn } from './turn.js';

/** Puts the case away with all that is known for the summary. */
export function archive(
  turn: Turn,
  because: 'observed-without-news' | 'closed-by-engineer',
  engineerSummary: string | null,
): void {
  const { file, openedAt, findings, steps, counts } = turn.known;
  const evidenceUntil = turn.policy.retention.evidence === null ? null : dueIfStarted(turn, 'retention');
  const survey = surveyToCome(turn);
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
      ...linkedWith(turn.known),
      ...survey,
      retention: {
        readOnlyUntil: dueIfStarted(turn, 'grace'),
        evidenceUntil,
      },
    },
  });
  startClock(turn, 'grace');
  if (evidenceUntil !== null) startClock(turn, 'retention');
  beginSurvey(turn, survey);
}
