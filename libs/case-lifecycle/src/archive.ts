import type { EventOf } from '@caserelay/contracts';
import type { Case } from './case.js';
import { linkedWith } from './links.js';
import { itemsOf } from './plan.js';
import { dueIfStarted, startClock } from './run-clocks.js';
import { beginSurvey, surveyToCome } from './survey.js';
import type { Turn } from './turn.js';

type Archived = EventOf<'case.archived'>['data'];

/** Puts the case away with all that is known for the summary. */
export function archive(turn: Turn, because: Archived['because'], engineerSummary: string | null): void {
  const evidenceUntil = turn.policy.retention.evidence === null ? null : dueIfStarted(turn, 'retention');
  const survey = surveyToCome(turn);
  turn.say({
    type: 'case.archived',
    data: {
      ...factsForSummary(turn.state, turn.now),
      because,
      engineerSummary,
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

/** What a summary of a case rests on, as it stands at an instant. Throws when the case is not opened. */
export type SummaryFacts = Omit<Archived, 'because' | 'engineerSummary' | 'retention' | 'links' | 'survey'>;

export function factsForSummary(state: Case, now: string): SummaryFacts {
  if (state.phase === 'unopened') throw new RangeError('nobody opened this case; expected one with something to tell');
  const { file, openedAt, findings, steps, counts, plan, customerWords, clocks } = state.known;
  const watched = state.phase === 'observing' ? clocks.find(({ clock }) => clock === 'observation') : undefined;
  const lastHeard = customerWords.at(-1);
  return {
    file,
    openedAt,
    findings: findings.map(({ finding }) => finding),
    steps: [...steps],
    counts,
    ...(plan && { planItems: itemsOf(plan) }),
    ...(state.phase === 'observing' &&
      watched?.goal && {
        observation: { from: watched.startedAt, until: watched.dueAt ?? now, because: state.because },
      }),
    ...(lastHeard && { lastHeard }),
  };
}
