import type { Case } from '@caserelay/case-lifecycle';
import type { Evidence, LinkKind, NextStep, Person } from '@caserelay/contracts';

/** What people asked of a case and what has come of it, without what they said. */
export interface AskedOfCase {
  hold: { since: string; until: string } | null;
  /** Its evidence is not purged. */
  legalHold: { since: string } | null;
  /** `isHeard` once the customer has written since; open until an engineer closes it. */
  questions: { questionId: string; askedAt: string; isHeard: boolean; isOpen: boolean }[];
  plan: { planId: string; writtenAt: string; items: TickedItem[] } | null;
  /** Steps of a playbook that the customer was told to do; null when none were. */
  steps: { plannedAt: string; items: (TickedItem & { step: NextStep })[] } | null;
  /** What became of the survey of an archived case; null where the customer is not asked. */
  survey: { askedAt: string | null; closesAt: string | null; answeredAt: string | null; grade: number | null } | null;
  links: { caseId: string; caseNumber: string; as: LinkKind; isOpen: boolean }[];
  /** The case that this one goes on in. */
  mergedInto: { caseId: string; caseNumber: string; at: string } | null;
  /** Cases that go on in this one. */
  merged: { caseId: string; caseNumber: string; trackingToken: string; at: string }[];
  /** What has come of what may be asked for in the present cycle, and by which upload or mail; neither when a person said so. */
  checklist: { evidence: Evidence; at: string; uploadId: string | null; mailId: string | null }[];
}

interface TickedItem {
  doneAt: string | null;
  /** Whether the contact ticked it, and not a colleague. */
  byCustomer: boolean;
}

export function askedOf(state: Exclude<Case, { phase: 'unopened' }>): AskedOfCase {
  const {
    hold,
    legalHold,
    questions = [],
    plan,
    plannedSteps,
    survey,
    links = [],
    merged = [],
    answered = [],
    file,
  } = state.known;
  const ticked = ({ doneAt, doneBy }: { doneAt: string | null; doneBy: Person | null }): TickedItem => ({
    doneAt,
    byCustomer: doneBy !== null && doneBy.address === file.contact?.address,
  });
  return {
    hold: hold ? { since: hold.since, until: hold.until } : null,
    legalHold: legalHold ? { since: legalHold.since } : null,
    questions: questions.map(({ questionId, askedAt, heardIn, closed }) => ({
      ...{ questionId, askedAt, isHeard: heardIn !== null, isOpen: closed === null },
    })),
    plan: plan ? { planId: plan.planId, writtenAt: plan.writtenAt, items: plan.items.map(ticked) } : null,
    steps: plannedSteps
      ? {
          plannedAt: plannedSteps.plannedAt,
          items: plannedSteps.items.map((item) => ({ step: item.step, ...ticked(item) })),
        }
      : null,
    survey: survey
      ? {
          ...{ askedAt: survey.askedAt, closesAt: survey.closesAt },
          ...{ answeredAt: survey.answer?.at ?? null, grade: survey.answer?.grade ?? null },
        }
      : null,
    links: links.map(({ caseId, caseNumber, as, isOpen }) => ({ caseId, caseNumber, as, isOpen })),
    mergedInto:
      state.phase === 'merged'
        ? { caseId: state.into.caseId, caseNumber: state.into.file.caseNumber, at: state.mergedAt }
        : null,
    merged: merged.map(({ caseId, caseNumber, trackingToken, at }) => ({ caseId, caseNumber, trackingToken, at })),
    checklist: answered.map(({ evidence, at, uploadId = null, mailId = null }) => ({ evidence, at, uploadId, mailId })),
  };
}
