import type { Known } from '@caserelay/case-lifecycle';
import type { Evidence, LinkKind } from '@caserelay/contracts';

/** What people asked of a case and what has come of it, without what they said. */
export interface AskedOfCase {
  hold: { since: string; until: string } | null;
  /** `isHeard` once the customer has written since; open until an engineer closes it. */
  questions: { questionId: string; askedAt: string; isHeard: boolean; isOpen: boolean }[];
  plan: { planId: string; writtenAt: string; items: { doneAt: string | null }[] } | null;
  links: { caseId: string; caseNumber: string; as: LinkKind; isOpen: boolean }[];
  /** What has come of what may be asked for in the present cycle, and by which upload or mail; neither when a person said so. */
  checklist: { evidence: Evidence; at: string; uploadId: string | null; mailId: string | null }[];
}

export function askedOf({ hold, questions = [], plan, links = [], answered = [] }: Known): AskedOfCase {
  return {
    hold: hold ? { since: hold.since, until: hold.until } : null,
    questions: questions.map(({ questionId, askedAt, heardIn, closed }) => ({
      ...{ questionId, askedAt, isHeard: heardIn !== null, isOpen: closed === null },
    })),
    plan: plan
      ? { planId: plan.planId, writtenAt: plan.writtenAt, items: plan.items.map(({ doneAt }) => ({ doneAt })) }
      : null,
    links: links.map(({ caseId, caseNumber, as, isOpen }) => ({ caseId, caseNumber, as, isOpen })),
    checklist: answered.map(({ evidence, at, uploadId = null, mailId = null }) => ({ evidence, at, uploadId, mailId })),
  };
}
