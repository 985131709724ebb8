import { Person, type MailReceived } from '@caserelay/contracts';
import {
  automaticMailOf,
  bounceOf,
  caseKeysOf,
  isForward,
  kindOfMail,
  languageOf,
  separateReply,
  subjectFacts,
  withoutPasswords,
  type AutomaticMail,
  type CaseKeyPatterns,
  type InspectedMail,
  type KindOfMail,
} from '@caserelay/mail-thread';
import type { Tell } from '@caserelay/messaging';
import { newsFor, reportOf, type CaseFacts, type CaseNames, type KnownCase } from '../../case-news.js';

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
  findCase(names: CaseNames): Promise<KnownCase | null>;
  openCase(names: CaseNames, topic: string): Promise<KnownCase>;
  completeCase(caseId: string, facts: Partial<CaseFacts>): Promise<void>;
  /** False when the same mail was taken before. */
  noteMail(mail: TakenMail): Promise<boolean>;
  /** Notes the files of a mail; nobody removes them until the transaction ends. */
  noteFiles(mailId: string, files: readonly KeptFile[]): Promise<void>;
  /** Notes one more copy of a mail that was taken before. */
  noteCopy(mail: Pick<TakenMail, 'messageId' | 'contentSha256'>, file: KeptFile): Promise<void>;
  judgeMail(mailId: string, judged: { caseId: string | null; kind: string; kindReason: string }): Promise<void>;
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
  const { letter, from, envelope, sender, kept, attachments } = whole;
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

  const { newText } = separateReply({
    text: letter.isFromHtml ? null : letter.text,
    html: letter.html,
    forwarded: isForward(subject),
  });
  const text = newText.slice(0, longestTold);
  const inspected: InspectedMail = { ...letter, from, newText: text, envelopeSender: envelope.sender };
  // A bounce answers the letter that it is about.
  const about = bounceOf(inspected)?.originalMessageId ?? '';
  const keys = caseKeysOf({ ...letter, inReplyTo: [about, ...letter.inReplyTo].join(' ') }, needs.patterns);
  const author = isColleague(from.address, needs) ? 'colleague' : 'customer';
  const found = await records.findCase(keys);
  const said = automaticMailOf(inspected, { addresses: [needs.ownAddress] });
  const automatic = said !== null && isByPersonOnList(said, letter, found !== null, needs) ? null : said;
  const judged = kindOfMail({
    author,
    subject,
    text,
    automatic: automatic === null ? null : reasonOf(automatic, inspected),
    opensCase: found === null,
    reachedCustomer: letter.addressees.some((address) => !isColleague(address, needs)),
  });
  const { kind, kindReason } = kindOf(judged, whole, needs);

  // Machines answer machines; only what people write opens a case.
  if (found === null && kind === 'automatic-reply') {
    await records.judgeMail(mailId, { caseId: null, kind, kindReason });
    return { result: { outcome: 'taken', caseId: null, kind, damage: letter.damage }, tells: [] };
  }
  const known = found ?? (await records.openCase(keys, keys.topic));
  await records.judgeMail(mailId, { caseId: known.caseId, kind, kindReason });
  const language = languageOf(`${keys.topic}\n${text}`);
  const received: Tell = {
    type: 'mail.received',
    caseId: known.caseId,
    data: {
      mailId,
      messageId,
      from,
      author,
      subject,
      kind,
      kindReason,
      waitsForCrash: judged.waitsForCrash,
      text: withoutPasswords(text),
      language,
      location: kept.location,
      attachments,
      sender,
    },
  };
  const facts: CaseFacts = {
    ...subjectFacts(keys.topic),
    contact: author === 'customer' ? from : null,
    owner: author === 'colleague' && sender.is === 'verified' ? from : null,
  };
  const news = kind === 'automatic-reply' ? null : newsFor(known, facts);
  if (news !== null) await records.completeCase(known.caseId, news);
  const isReport = found === null || news !== null;
  const report = isReport ? [reportOf(known, news ?? {}, { language, channel: 'mail' })] : [];
  return {
    result: { outcome: 'taken', caseId: known.caseId, kind, damage: letter.damage },
    tells: [...report, received],
  };
}

/** Anybody can write a colleague's name into a mail: only one whose sender is verified moves a case. */
function kindOf(
  judged: KindOfMail,
  { from, sender }: Whole,
  needs: Needs,
): { kind: KindOfMail['kind']; kindReason: string } {
  const isMoving = judged.kind !== 'automatic-reply' && judged.kind !== 'colleague-note';
  if (isColleague(from.address, needs) && sender.is !== 'verified' && isMoving)
    return {
      kind: 'colleague-note',
      kindReason: `it moves nothing, for it is not verified to come from a colleague: ${sender.reason}`,
    };
  return { kind: judged.kind, kindReason: judged.reason };
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
