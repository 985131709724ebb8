import type { HandedOverThread, MailImported, ThreadImported } from '@caserelay/contracts';
import {
  caseKeysOf,
  isForward,
  kindOfMail,
  languageOf,
  newTextOf,
  subjectFacts,
  withoutPasswords,
  type CaseKeyPatterns,
} from '@caserelay/mail-thread';
import type { Tell } from '@caserelay/messaging';
import { newsFor, type CaseFacts, type CaseNames, type KnownCase } from '../../case-news.js';

/** A mail of the thread in the evidence store. */
export interface KeptMail {
  sha256: string;
  bytes: number;
  location: string;
}

export interface Records {
  findCase(names: CaseNames): Promise<KnownCase | null>;
  openCase(names: CaseNames, topic: string): Promise<KnownCase>;
  completeCase(caseId: string, facts: Partial<CaseFacts>): Promise<void>;
  /** Whether a mail with this Message-ID was taken before, whichever way it came. */
  knowsMail(messageId: string): Promise<boolean>;
  noteMail(mail: {
    mailId: string;
    messageId: string;
    contentSha256: string;
    sender: string;
    subject: string;
    location: string;
    takenAt: Date;
  }): Promise<boolean>;
  noteFiles(mailId: string, files: readonly (KeptMail & { kind: 'mail'; name: string })[]): Promise<void>;
  judgeMail(mailId: string, judged: { caseId: string; kind: string; kindReason: string }): Promise<void>;
}

/** What importing needs from the world. */
export interface Needs {
  /** Keeps a mail as it was handed over. */
  keepMail(mail: HandedOverMail & { messageId: string }): Promise<KeptMail>;
  /** With `dryRun` everything is looked at and nothing is kept. */
  inTransaction<Result>(
    work: (records: Records) => Promise<{ result: Result; tells: Tell[] }>,
    dryRun: boolean,
  ): Promise<Result>;
  sha256(text: string): string;
  newId(): string;
  now(): Date;
  patterns: CaseKeyPatterns;
  isColleague(address: string): boolean;
}

type HandedOverMail = HandedOverThread['mails'][number];

/** What became of a thread, or would become of it. */
export interface Imported {
  /** Null in a dry run of a case that is not there yet. */
  caseId: string | null;
  caseNumber: string | null;
  trackingToken: string | null;
  /** False when the case was known before: then its standing is as it was, and new mails are added to its history. */
  isNew: boolean;
  standing: HandedOverThread['standing'] | null;
  mails: { taken: number; knownBefore: number };
}

export type Outcome = { outcome: 'imported'; imported: Imported } | { outcome: 'conflict'; reason: string };

const longestTold = 50_000;

/**
 * Takes in a thread that was led elsewhere: opens its case under its own number and token, and tells of each mail once as
 * history. Done again it changes nothing.
 */
export async function importThread(thread: HandedOverThread, dryRun: boolean, needs: Needs): Promise<Outcome> {
  const mails = [...thread.mails].sort((one, other) => Date.parse(one.sentAt) - Date.parse(other.sentAt));
  const kept: Ready[] = [];
  for (const mail of mails) {
    const contentSha256 = contentOf(mail, needs);
    const whole = { ...mail, messageId: mail.messageId ?? `<${contentSha256}@no-message-id>` };
    kept.push({ mail: whole, contentSha256, file: dryRun ? null : await needs.keepMail(whole) });
  }
  return await needs.inTransaction((records) => count(thread, kept, records, needs), dryRun);
}

interface Ready {
  mail: HandedOverMail & { messageId: string };
  contentSha256: string;
  /** Null in a dry run. */
  file: KeptMail | null;
}

async function count(
  thread: HandedOverThread,
  mails: readonly Ready[],
  records: Records,
  needs: Needs,
): Promise<{ result: Outcome; tells: Tell[] }> {
  const names = namesOf(thread, needs.patterns);
  const found = await records.findCase(names);
  const clash = found && clashOf(found, names);
  if (clash) return { result: { outcome: 'conflict', reason: clash }, tells: [] };
  const topic = caseKeysOf({ subject: thread.topic }, needs.patterns).topic;
  const known = found ?? (await records.openCase(names, topic));
  const tells: Tell[] = [];
  let opens = found === null;
  for (const ready of mails) {
    if (await records.knowsMail(ready.mail.messageId)) continue;
    tells.push(await take(ready, known, opens, records, needs));
    opens = false;
  }
  if (found === null) tells.unshift(await opening(thread, known, mails, records, needs));
  const taken = tells.length - (found === null ? 1 : 0);
  const { caseId, caseNumber, trackingToken } = known;
  const imported: Imported = {
    ...{ caseId, caseNumber, trackingToken, isNew: found === null, standing: found === null ? thread.standing : null },
    mails: { taken, knownBefore: mails.length - taken },
  };
  return { result: { outcome: 'imported', imported }, tells };
}

async function opening(
  thread: HandedOverThread,
  known: KnownCase,
  mails: readonly Ready[],
  records: Records,
  needs: Needs,
): Promise<Tell> {
  const said = subjectFacts(known.topic);
  const authors = mails.map(({ mail }) =>
    needs.isColleague(mail.from.address) ? ('colleague' as const) : ('customer' as const),
  );
  const firstOf = (author: 'customer' | 'colleague') => mails[authors.indexOf(author)]?.mail.from ?? null;
  const facts: CaseFacts = {
    partner: thread.partner ?? said.partner,
    endCustomer: thread.endCustomer ?? said.endCustomer,
    problem: thread.problem ?? said.problem,
    contact: thread.contact ?? firstOf('customer'),
    owner: thread.owner ?? firstOf('colleague'),
  };
  const news = newsFor(known, facts);
  if (news !== null) await records.completeCase(known.caseId, news);
  const { caseNumber, trackingToken, topic } = known;
  const span = thread.span ?? {
    firstMailAt: mails[0]?.mail.sentAt ?? needs.now().toISOString(),
    lastMailAt: mails.at(-1)?.mail.sentAt ?? needs.now().toISOString(),
  };
  const text = mails.map(({ mail }) => mail.text).join('\n');
  const data: ThreadImported['data'] = {
    ...{ caseNumber, trackingToken, topic, ...facts, ...span, standing: thread.standing },
    language: thread.language ?? languageOf(`${topic}\n${text}`),
    lastAuthor: lastAuthorOf(thread, mails, needs),
    ...(thread.priority && { priority: thread.priority }),
    ...(thread.contract && { contract: thread.contract }),
  };
  return { type: 'thread.imported', caseId: known.caseId, data };
}

function lastAuthorOf(
  { lastFrom }: HandedOverThread,
  mails: readonly Ready[],
  { isColleague }: Needs,
): ThreadImported['data']['lastAuthor'] {
  const last = lastFrom ?? mails.at(-1)?.mail.from.address;
  if (last === undefined) return null;
  return isColleague(last) ? 'colleague' : 'customer';
}

async function take(
  { mail, contentSha256, file }: Ready,
  { caseId }: KnownCase,
  opensCase: boolean,
  records: Records,
  needs: Needs,
): Promise<Tell> {
  const mailId = needs.newId();
  const location = file?.location ?? '';
  const { messageId, from, subject, sentAt } = mail;
  const sender = from.address;
  await records.noteMail({ mailId, messageId, contentSha256, sender, subject, location, takenAt: needs.now() });
  if (file) await records.noteFiles(mailId, [{ ...file, kind: 'mail', name: subject || messageId }]);
  const text = newTextOf(mail.text, { forwarded: isForward(subject) }).slice(0, longestTold);
  const author = needs.isColleague(from.address) ? 'colleague' : 'customer';
  const { kind, reason } = kindOfMail({
    ...{ author, subject, text, headers: {}, opensCase },
    reachedCustomer: mail.to.some(({ address }) => !needs.isColleague(address)),
  });
  await records.judgeMail(mailId, { caseId, kind, kindReason: reason });
  const data: MailImported['data'] = {
    ...{ mailId, messageId, from, author, subject, kind, kindReason: reason, sentAt, location },
    ...{ text: withoutPasswords(text), language: languageOf(text) },
  };
  return { type: 'mail.imported', caseId, data };
}

/** Number and token that two cases have, or of which the known case has another: which one is meant nobody can tell. */
function clashOf(found: KnownCase, { caseNumber, trackingToken }: CaseNames): string | null {
  const differs = (given: string | null, has: string): boolean => given !== null && given !== has;
  if (!differs(caseNumber, found.caseNumber) && !differs(trackingToken, found.trackingToken)) return null;
  return (
    `found ${[caseNumber, trackingToken].filter(Boolean).join(' with ')}, but the case that is known by one of them ` +
    `is ${found.caseNumber} with ${found.trackingToken}; expected both of one case`
  );
}

function namesOf(thread: HandedOverThread, patterns: CaseKeyPatterns): CaseNames {
  const normal = (given: string | undefined, key: 'trackingToken' | 'caseNumber'): string | null =>
    given === undefined ? null : (caseKeysOf({ subject: given }, patterns)[key] ?? given);
  return {
    ...{ caseIds: [], answers: [] },
    trackingToken: normal(thread.trackingToken, 'trackingToken'),
    caseNumber: normal(thread.caseNumber, 'caseNumber'),
    mentioned: { trackingToken: null, caseNumber: null },
  };
}

/** As take-mail counts it, so that the same mail that comes in once more is known. */
function contentOf({ from, subject, sentAt, text }: HandedOverMail, { sha256 }: Needs): string {
  return sha256(JSON.stringify([from.address.toLowerCase(), subject, new Date(sentAt).toISOString(), text, []]));
}
