import type { MailReceived, Person } from '@caserelay/contracts';
import type { Proposal } from '@caserelay/mail-thread';
import type { Tell } from '@caserelay/messaging';
import type { CaseFacts, CaseNames, KnownCase } from '../../case-news.js';
import { judge, newsOfMail, type MailToTell } from '../../mail-news.js';

/** What a person says of a mail that waits: it belongs to a case, begins a new one, or to nothing. */
export type Decision = { by: Person; note: string | null } & (
  { as: 'case'; caseId: string } | { as: 'new' } | { as: 'nothing' }
);

/** A mail that waits, as people are shown it. */
export interface ListedMail extends Pick<MailReceived['data'], 'from' | 'author' | 'subject' | 'text'> {
  mailId: string;
  waitingSince: string;
  reason: string;
  proposals: (Proposal & { caseNumber: string | null })[];
}

/** A mail that waits, or has waited: then what was decided, and the case that it went to. */
export interface AssignedMail {
  mail: MailToTell | null;
  decision: Decision['as'] | null;
  caseId: string | null;
}

export interface Needs {
  inTransaction<Result>(work: (records: Records) => Promise<{ result: Result; tells: Tell[] }>): Promise<Result>;
  now(): Date;
}

export interface Records {
  lockWaiting(mailId: string): Promise<AssignedMail | null>;
  decide(mailId: string, decision: Decision, caseId: string | null, decidedAt: Date): Promise<void>;
  takeCase(caseId: string, names: Pick<CaseNames, 'trackingToken' | 'caseNumber'>): Promise<KnownCase | null>;
  openCase(names: CaseNames, topic: string): Promise<KnownCase>;
  completeCase(caseId: string, facts: Partial<CaseFacts>): Promise<void>;
  judgeMail(mailId: string, judged: { caseId: string | null; kind: string; kindReason: string }): Promise<void>;
}

export type Assigned =
  | { outcome: 'assigned'; as: Decision['as']; caseId: string | null; kind: string | null }
  | { outcome: 'repeated'; as: Decision['as']; caseId: string | null }
  | { outcome: 'unknown-mail' }
  | { outcome: 'unknown-case' }
  | { outcome: 'conflict'; as: Decision['as']; caseId: string | null };

/** Gives a mail that waits to its case and lets it speak there; once, whoever decides and how often. */
export async function assignMail(mailId: string, decision: Decision, needs: Needs): Promise<Assigned> {
  return await needs.inTransaction(async (records) => {
    const waiting = await records.lockWaiting(mailId);
    if (waiting === null) return { result: { outcome: 'unknown-mail' }, tells: [] };
    if (waiting.decision !== null) return { result: decidedBefore(waiting, waiting.decision, decision), tells: [] };
    const { mail } = waiting;
    if (mail === null || decision.as === 'nothing') {
      await records.decide(mailId, decision, null, needs.now());
      return { result: { outcome: 'assigned', as: decision.as, caseId: null, kind: null }, tells: [] };
    }
    const isNew = decision.as === 'new';
    const known =
      decision.as === 'new'
        ? await records.openCase(noNames, mail.topic)
        : await records.takeCase(decision.caseId, noNames);
    if (known === null) return { result: { outcome: 'unknown-case' }, tells: [] };
    const judged = judge(mail, isNew);
    // A person has looked: what looked like advertising is none.
    const kept = judged.kind === 'spam' ? { ...judged, kind: 'problem' as const } : judged;
    const { news, tells } = newsOfMail(mail, kept, known, isNew);
    if (news !== null) await records.completeCase(known.caseId, news);
    await records.judgeMail(mailId, { caseId: known.caseId, kind: kept.kind, kindReason: kept.kindReason });
    await records.decide(mailId, decision, known.caseId, needs.now());
    return { result: { outcome: 'assigned', as: decision.as, caseId: known.caseId, kind: kept.kind }, tells };
  });
}

function decidedBefore({ caseId }: AssignedMail, as: Decision['as'], decision: Decision): Assigned {
  const isSame = decision.as === as && (decision.as !== 'case' || decision.caseId === caseId);
  return { outcome: isSame ? 'repeated' : 'conflict', as, caseId };
}

/** A mail waits because it names no case, or two that are known: a new case gets names of its own. */
const noNames: CaseNames = {
  caseIds: [],
  answers: [],
  trackingToken: null,
  caseNumber: null,
  mentioned: { trackingToken: null, caseNumber: null },
};
