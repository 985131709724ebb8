import type { Language, Person, ProblemReported } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';

/** A case as intake knows it: enough to find it again and to tell what is new. */
export interface KnownCase {
  caseId: string;
  caseNumber: string;
  trackingToken: string;
  topic: string;
  partner: string | null;
  endCustomer: string | null;
  problem: string | null;
  contact: Person | null;
  owner: Person | null;
}

/** What a mail or a ticket says about its case. */
export type CaseFacts = Pick<KnownCase, 'partner' | 'endCustomer' | 'problem' | 'contact' | 'owner'>;

/** What names a case. */
export interface CaseNames {
  /** Cases whose own letters are answered, nearest first. */
  caseIds: string[];
  trackingToken: string | null;
  caseNumber: string | null;
  /** Message-IDs of mails that are answered, nearest first. */
  answers: string[];
  /** Weaker than all others: keys that only a body names. */
  mentioned: { trackingToken: string | null; caseNumber: string | null };
}

/** The facts that the case did not know yet; null when there are none. */
export function newsFor(known: KnownCase, facts: CaseFacts): Partial<CaseFacts> | null {
  const fresh = Object.entries(facts).filter(
    ([name, value]) => value !== null && known[name as keyof CaseFacts] === null,
  );
  return fresh.length === 0 ? null : Object.fromEntries(fresh);
}

/** A case's first report, or one that completes earlier ones. */
export function reportOf(
  known: KnownCase,
  facts: Partial<CaseFacts>,
  how: { language: Language } & Pick<ProblemReported['data'], 'channel' | 'priority' | 'contract'>,
): Tell {
  return {
    type: 'problem.reported',
    caseId: known.caseId,
    data: {
      caseNumber: known.caseNumber,
      trackingToken: known.trackingToken,
      topic: known.topic,
      partner: null,
      endCustomer: null,
      problem: null,
      contact: null,
      owner: null,
      ...facts,
      ...how,
    },
  };
}
