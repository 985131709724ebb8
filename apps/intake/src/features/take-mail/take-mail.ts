import { Person, type MailReceived } from '@caserelay/contracts';
import {
  automaticMailOf,
  bounceOf,
  caseAmong,
  caseKeysOf,
  isForward,
  separateReply,
  whyAnswer,
  withoutPasswords,
  type AutomaticMail,
  type CaseKeyPatterns,
  type CaseKeys,
  type InspectedMail,
  type Proposal,
} from '@caserelay/mail-thread';
import type { Tell } from '@caserelay/messaging';
import type { CaseFacts, CaseNames, KnownCase } from '../../case-news.js';
import { judge, newsOfMail, type Judged, type MailToTell } from '../../mail-news.js';

/** What taking mail needs from the world. */
export interface Needs {
  /** Keeps the mail as it comes in, to its end; null when it is too large; throws when it did not come whole. */
  keepMail(mail: Incoming): Promise<Kept | null>;
  keepAttachment(content: Uint8Array, name: string): Promise<Kept>;
  /** Reads a kept mail; throws when it is none. */
  readMail(kept: Kept): Promise<Letter>;
  checkSender(kept: Kept, envelope: Envelope, from: string): Promise<CheckedSender>;
  /** Runs work in one transaction together with what it tells. */
  inTransaction<Result>(work: (records: Records) => Promise<{ result: Result; tells: Tell[] }>): Promise<Result>;
  /** Whether a file is in the evidence store. */
  isThere(location: string): Promise<boolean>;
  noteRejected(rejected: Kept & Envelope & { reason: string; rejectedAt: Date }): Promise<void>;
  sha256(text: string): string;
  newId(): string;
  now(): Date;
  patterns: CaseKeyPatterns;
  /** Senders of these domains are colleagues. */
  colleagueDomains: readonly string[];
  /** The address of our own letters. */
  ownAddress: string;
}

/** What is noted of a mail, so that it counts once. */
export interface TakenMail {
  mailId: string;
  messageId: string;
  contentSha256: string;
  sender: string;
  subject: string;
  location: string;
  takenAt: Date;
}

export interface Records {
  /** The cases that a mail's names lead to, strongest first; the names stay locked. */
  casesNamed(names: CaseNames): Promise<Proposal[]>;
  /** Locks the row of a case, and lets it go by these names as well. */
  takeCase(caseId: string, names: CaseNames): Promise<KnownCase | null>;
  /** Cases that share topic or sender with a mail. */
  casesAlike(mail: { topic: string; sender: string }): Promise<Proposal[]>;
  openCase(names: CaseNames, topic: string): Promise<KnownCase>;
  completeCase(caseId: string, facts: Partial<CaseFacts>): Promise<void>;
  /** False when the same mail was taken before. */
  noteMail(mail: TakenMail): Promise<boolean>;
  /** Notes the files of a mail; nobody removes them until the transaction ends. */
  noteFiles(mailId: string, files: readonly KeptFile[]): Promise<void>;
  /** Notes one more copy of a mail that was taken before. */
  noteCopy(mail: Pick<TakenMail, 'messageId' | 'contentSha256'>, file: KeptFile): Promise<void>;
  judgeMail(mailId: string, judged: { caseId: string | null; kind: string; kindReason: string }): Promise<void>;
  letWait(waiting: WaitingMail): Promise<void>;
}

/** A mail whose case a person has to find. */
export interface WaitingMail {
  mailId: string;
  reason: string;
  /** Cases that it may belong to, likeliest first. */
  proposals: Proposal[];
  mail: MailToTell;
  waitingSince: Date;
}

/** A file of a mail in the evidence store. */
export interface KeptFile extends Kept {
  kind: 'mail' | 'attachment';
  name: string;
}

export type Incoming = AsyncIterable<Uint8Array> & { sizeExceeded: boolean };

export interface Envelope {
  sender: string;
  recipients: string[];
  address: string;
  greeting: string;
}

/** Whether a mail comes from whom its From names, and how that is known. */
export type CheckedSender = NonNullable<MailReceived['data']['sender']>;

export interface Kept {
  sha256: string;
  bytes: number;
  location: string;
}

/** A mail as the parser gives it. */
export interface Letter {
  messageId: string | null;
  from: { name: string; address: string } | null;
  /** Addresses in To and Cc. */
  addressees: string[];
  subject: string;
  date: Date | null;
  inReplyTo: string[];
  references: string[];
  text: string;
  /** Whether any of the text was rendered from HTML. */
  isFromHtml: boolean;
  /** What the sender wrote as HTML; null where there is none. */
  html: string | null;
  /** Header values by lower-case name. */
  headers: ReadonlyMap<string, string>;
  /** Reports of mail servers, and headers of mails that lie inside. */
  enclosed: InspectedMail['enclosed'];
  /** What is broken in the mail, or more than is read. */
  damage: readonly object[];
  attachments: { name: string; content: Uint8Array }[];
}

/** What became of a mail. */
export type Outcome =
  | { outcome: 'taken'; caseId: string | null; kind: string; damage: readonly object[] }
  | { outcome: 'waiting'; mailId: string; reason: string; damage: readonly object[] }
  | { outcome: 'repeated' }
  | { outcome: 'too-large' }
  | { outcome: 'rejected'; reason: string };

const longestTold = 50_000;

/**
 * Keeps a mail, finds or opens its case and tells of it. Whatever throws here is a fault of ours: the sender keeps the
 * mail and tries again, and a mail that was half taken counts as not taken.
 */
export async function takeMail(incoming: Incoming, envelope: Envelope, needs: Needs): Promise<Outcome> {
  const kept = await needs.keepMail(incoming);
  if (kept === null) return { outcome: 'too-large' };
  const read = await readLetter(kept, envelope, needs);
  if ('reason' in read) {
    await needs.noteRejected({ ...kept, ...envelope, reason: read.reason, rejectedAt: needs.now() });
    return { outcome: 'rejected', reason: read.reason };
  }
  const sender = await needs.checkSender(kept, envelope, read.from.address);
  const attachments = await keepAttachments(read.letter, needs);
  const whole = { ...read, envelope, sender, kept, attachments };
  return await needs.inTransaction((records) => count(whole, records, needs));
}

interface Whole {
  letter: Letter;
  from: Person;
  envelope: Envelope;
  sender: CheckedSender;
  kept: Kept;
  attachments: MailReceived['data']['attachments'];
}

/** Counts the mail once and lets its case speak. */
async function count(whole: Whole, records: Records, needs: Needs): Promise<{ result: Outcome; tells: Tell[] }> {
  const { letter, from, envelope, kept, attachments } = whole;
  const contentSha256 = contentOf(whole, needs);
  const messageId = letter.messageId ?? `<${contentSha256}@no-message-id>`;
  const mailId = needs.newId();
  const subject = letter.subject;
  const isNew = await records.noteMail({
    mailId,
    messageId,
    contentSha256,
    sender: from.address,
    subject,
    location: kept.location,
    takenAt: needs.now(),
  });
  const raw: KeptFile = { ...kept, kind: 'mail', name: subject || messageId };
  if (!isNew) {
    await records.noteCopy({ messageId, contentSha256 }, raw);
    return { result: { outcome: 'repeated' }, tells: [] };
  }
  const files = attachments.map((file): KeptFile => ({ ...file, kind: 'attachment' }));
  await noteFiles(mailId, [raw, ...files], records, needs);

  const text = newTextOfLetter(letter);
  const inspected: InspectedMail = { ...letter, from, newText: text, envelopeSender: envelope.sender };
  // A bounce answers the letter that it is about.
  const about = bounceOf(inspected)?.originalMessageId ?? '';
  const keys = caseKeysOf({ ...letter, inReplyTo: [about, ...letter.inReplyTo].join(' ') }, needs.patterns);
  const mail = mailToTell(mailId, messageId, text, whole, keys, needs);
  const named = await records.casesNamed(keys);
  const among = caseAmong(named);
  const found = among.sure === null ? null : await records.takeCase(among.sure.caseId, keys);
  const said = automaticMailOf(inspected, { addresses: [needs.ownAddress] });
  const automatic = said !== null && isByPersonOnList(said, letter, found !== null, needs) ? null : said;
  const judged = judge(mail, found === null, automatic === null ? null : reasonOf(automatic, inspected));
  const noted = { kind: judged.kind, kindReason: judged.kindReason };

  // Machines answer machines; only what people write to us opens a case.
  if (found === null && judged.kind === 'automatic-reply') {
    await records.judgeMail(mailId, { caseId: null, ...noted });
    return { result: { outcome: 'taken', caseId: null, kind: judged.kind, damage: letter.damage }, tells: [] };
  }
  const reason = found !== null || among.sure !== null ? null : whyWait(named, among.reason, mail, judged, letter);
  if (reason !== null) {
    await records.judgeMail(mailId, { caseId: null, ...noted });
    const alike = await records.casesAlike({ topic: keys.topic, sender: from.address });
    const proposals = [...named, ...alike].filter(
      ({ caseId }, index, all) => all.findIndex((other) => other.caseId === caseId) === index,
    );
    await records.letWait({ mailId, reason, proposals, mail, waitingSince: needs.now() });
    return { result: { outcome: 'waiting', mailId, reason, damage: letter.damage }, tells: [] };
  }
  const known = found ?? (await records.openCase(keys, keys.topic));
  await records.judgeMail(mailId, { caseId: known.caseId, ...noted });
  const { news, tells } = newsOfMail(mail, judged, known, found === null);
  if (news !== null) await records.completeCase(known.caseId, news);
  return { result: { outcome: 'taken', caseId: known.caseId, kind: judged.kind, damage: letter.damage }, tells };
}

function newTextOfLetter({ isFromHtml, text, html, subject }: Letter): string {
  const { newText } = separateReply({ text: isFromHtml ? null : text, html, forwarded: isForward(subject) });
  return newText.slice(0, longestTold);
}

function mailToTell(
  mailId: string,
  messageId: string,
  text: string,
  { letter, from, sender, kept, attachments }: Whole,
  keys: CaseKeys,
  needs: Needs,
): MailToTell {
  const { subject, addressees } = letter;
  const author = isColleague(from.address, needs) ? 'colleague' : 'customer';
  const reachedCustomer = author === 'colleague' && addressees.some((address) => !isColleague(address, needs));
  return {
    data: {
      ...{ mailId, messageId, from, author, subject, sender, attachments },
      ...(reachedCustomer && { reachedCustomer }),
      text: withoutPasswords(text),
      location: kept.location,
    },
    topic: keys.topic,
    names: { trackingToken: keys.trackingToken, caseNumber: keys.caseNumber },
  };
}

/** Why no case is opened for a mail that names none; null when it begins one. */
function whyWait(
  named: readonly Proposal[],
  reason: string,
  { names, data }: MailToTell,
  { kind, kindReason }: Judged,
  letter: Letter,
): string | null {
  if (named.length > 0) return reason;
  if (kind === 'spam') return kindReason;
  // A key that nobody knows yet is the name of the case that the mail begins.
  if (names.trackingToken !== null || names.caseNumber !== null) return null;
  return whyAnswer({
    ...letter,
    inReplyTo: letter.inReplyTo.join(' '),
    kind: data.author === 'customer' || data.sender?.is === 'verified' ? kind : '',
  });
}

/** An attachment may be one that another case had too, and that was removed with that one before it was noted here. */
async function noteFiles(mailId: string, files: readonly KeptFile[], records: Records, needs: Needs): Promise<void> {
  await records.noteFiles(mailId, files);
  for (const { location } of files)
    if (!(await needs.isThere(location)))
      throw new Error(`${location} was removed while a mail with it came in; its sender has to try again`);
}

async function readLetter(
  kept: Kept,
  { sender }: Envelope,
  needs: Needs,
): Promise<{ letter: Letter; from: Person } | { reason: string }> {
  let letter: Letter;
  try {
    letter = await needs.readMail(kept);
  } catch (error) {
    if (isFaultOfMachine(error)) throw error;
    return { reason: `it cannot be parsed as a mail: ${error instanceof Error ? error.message : String(error)}` };
  }
  // The mail server in front knows whom it heard, also when the mail does not say.
  const address = (letter.from?.address.includes('@') ? letter.from.address : sender) || (letter.from?.address ?? '');
  const from = Person.safeParse({ name: letter.from?.name || address, address });
  if (from.success) return { letter, from: from.data };
  return { reason: `its sender is unknown: a From with one mail address is wanted, found "${address.slice(0, 100)}"` };
}

/** Files that cannot be opened are no fault of the mail. */
function isFaultOfMachine(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

async function keepAttachments(letter: Letter, needs: Needs): Promise<MailReceived['data']['attachments']> {
  const kept: MailReceived['data']['attachments'] = [];
  for (const { name, content } of letter.attachments) {
    const { sha256, bytes, location } = await needs.keepAttachment(content, name);
    kept.push({ name, bytes, sha256, location });
  }
  return kept;
}

/** The same for every copy of a mail, whichever way it came; trace headers differ from way to way. */
function contentOf({ letter, from, attachments }: Whole, needs: Needs): string {
  return needs.sha256(
    JSON.stringify([
      from.address.toLowerCase(),
      letter.subject,
      letter.date?.toISOString() ?? null,
      letter.text,
      attachments.map(({ sha256 }) => sha256),
    ]),
  );
}

function isColleague(address: string, { colleagueDomains }: Needs): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return colleagueDomains.some((known) => domain === known.toLowerCase());
}

/** A support address may be a list of ours: what comes over it, or belongs to a case, is a person's mail. */
function isByPersonOnList(
  { kind }: AutomaticMail,
  { headers }: Letter,
  isOfCase: boolean,
  { colleagueDomains }: Needs,
): boolean {
  if (kind !== 'list' || /^(?:bulk|junk)/i.test(headers.get('precedence') ?? '')) return false;
  const list = ['list-id', 'list-post', 'mailing-list'].map((name) => headers.get(name) ?? '').join(' ');
  return isOfCase || colleagueDomains.some((domain) => list.toLowerCase().includes(domain.toLowerCase()));
}

/** Why a mail is automatic; of a bounce also what became of which address. */
function reasonOf({ reason }: AutomaticMail, inspected: InspectedMail): string {
  const bounce = bounceOf(inspected);
  if (bounce === null) return reason;
  const what = [bounce.action, bounce.status, bounce.recipient].filter((one) => one !== null).join(' ');
  return `${reason}: ${what}`.slice(0, 500);
}
