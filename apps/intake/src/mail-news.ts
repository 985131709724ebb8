import type { MailReceived } from '@caserelay/contracts';
import { kindOfMail, languageOf, subjectFacts, type KindOfMail } from '@caserelay/mail-thread';
import type { Tell } from '@caserelay/messaging';
import { newsFor, reportOf, type CaseFacts, type KnownCase } from './case-news.js';

/** A mail with all that telling of it needs, before anybody has said what it is for. No password is inside. */
export interface MailToTell {
  data: Omit<MailReceived['data'], 'kind' | 'kindReason' | 'waitsForCrash' | 'language'>;
  /** The subject without reply prefixes, case number and token. */
  topic: string;
  names: { trackingToken: string | null; caseNumber: string | null };
}

export type Judged = Pick<MailReceived['data'], 'kind' | 'kindReason' | 'waitsForCrash'>;

/** What a mail is for; `automatic` is why a machine wrote it, or null. Anybody can write a colleague's name into a mail: only a verified sender moves a case. */
export function judge({ data }: MailToTell, opensCase: boolean, automatic: string | null = null): Judged {
  const { author, subject, text, reachedCustomer, sender } = data;
  const judged: KindOfMail = kindOfMail({ author, subject, text, automatic, opensCase, reachedCustomer });
  const { kind, waitsForCrash } = judged;
  const isMoving = kind !== 'automatic-reply' && kind !== 'colleague-note';
  if (author === 'colleague' && sender?.is !== 'verified' && isMoving)
    return {
      kind: 'colleague-note',
      kindReason: `it moves nothing, for it is not verified to come from a colleague: ${sender?.reason ?? 'nobody looked'}`,
      waitsForCrash,
    };
  return { kind, kindReason: judged.reason, waitsForCrash };
}

/** What a mail tells of its case, and the facts that the case did not know before. */
export function newsOfMail(
  mail: MailToTell,
  judged: Judged,
  known: KnownCase,
  isNew: boolean,
): { news: Partial<CaseFacts> | null; tells: Tell[] } {
  const { author, from, sender, text } = mail.data;
  const language = languageOf(`${mail.topic}\n${text}`);
  const facts: CaseFacts = {
    ...subjectFacts(mail.topic),
    contact: author === 'customer' ? from : null,
    owner: author === 'colleague' && sender?.is === 'verified' ? from : null,
  };
  const news = judged.kind === 'automatic-reply' ? null : newsFor(known, facts);
  const report = isNew || news !== null ? [reportOf(known, news ?? {}, { language, channel: 'mail' })] : [];
  const received: Tell = {
    type: 'mail.received',
    caseId: known.caseId,
    data: { ...mail.data, ...judged, language },
  };
  return { news, tells: [...report, received] };
}
