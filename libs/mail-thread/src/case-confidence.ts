import { fold } from './fold.js';
import { isReply } from './case-keys.js';

/** By what a mail names its case, in the order in which it is believed. */
export type NamedBy =
  'token' | 'number' | 'own-letter' | 'answered-mail' | 'token-in-text' | 'number-in-text' | 'likeness';

/** A case that a mail may belong to. `confidence` is between 0 and 1, `reason` is for people. */
export interface Proposal {
  caseId: string;
  by: NamedBy;
  confidence: number;
  reason: string;
}

/** From here on a mail goes to its case without a person. */
export const sureFrom = 0.7;
/** Two keys of this strength that name two cases leave it to a person. */
const strongFrom = 0.9;

const believed: Record<Exclude<NamedBy, 'likeness'>, [confidence: number, reason: string]> = {
  token: [0.99, 'its subject holds the tracking token'],
  number: [0.98, 'its subject holds the case number'],
  'own-letter': [0.97, 'it answers a letter of ours'],
  'answered-mail': [0.95, 'it answers a mail of the case'],
  'token-in-text': [0.8, 'its text holds the tracking token, and no other'],
  'number-in-text': [0.75, 'its text holds the case number, and no other'],
};

export function proposalBy(by: Exclude<NamedBy, 'likeness'>, caseId: string): Proposal {
  const [confidence, reason] = believed[by];
  return { caseId, by, confidence, reason };
}

/** What a mail without a key shares with a case. */
export interface Likeness {
  caseId: string;
  sameTopic: boolean;
  sameSender: boolean;
}

/** A guess for a person to look at: likeness alone, however great, never reaches `sureFrom`. */
export function proposalOfLikeness({ caseId, sameTopic, sameSender }: Likeness): Proposal {
  const confidence = sameTopic && sameSender ? 0.6 : sameTopic ? 0.4 : 0.3;
  const shared = [...(sameTopic ? ['subject'] : []), ...(sameSender ? ['sender'] : [])].join(' and ');
  return { caseId, by: 'likeness', confidence, reason: `the case has the same ${shared}` };
}

export type CaseOfMail = { sure: Proposal } | { sure: null; reason: string };

/** The case that a mail belongs to, out of those that its keys name; none when strong keys name two. */
export function caseAmong(named: readonly Proposal[]): CaseOfMail {
  const [best] = named;
  if (best === undefined || best.confidence < sureFrom)
    return { sure: null, reason: 'no key of it names a known case' };
  const against = named.find(({ caseId, confidence }) => caseId !== best.caseId && confidence >= strongFrom);
  if (against && best.confidence >= strongFrom)
    return { sure: null, reason: `it names two cases: of one ${best.reason}, of another ${against.reason}` };
  return { sure: best };
}

/** Why a mail looks like the answer to an earlier one, whose case should be found; null when it can begin a case. */
export function whyAnswer(mail: {
  subject: string;
  inReplyTo: string;
  references: readonly string[];
  kind: string;
}): string | null {
  if (isReply(mail.subject)) return `its subject begins with “${replyPrefixOf(mail.subject)}”`;
  if (mail.inReplyTo.trim() !== '' || mail.references.length > 0) return 'it answers a mail that is not known';
  if (['acknowledgement', 'upload-notice', 'answer', 'action-plan', 'reminder', 'closure-summary'].includes(mail.kind))
    return `it can only be about a case that exists (${mail.kind})`;
  return null;
}

function replyPrefixOf(subject: string): string {
  return (/^\s*[^:]{1,20}:/.exec(fold(subject.slice(0, 100)))?.[0] ?? '').trim();
}
