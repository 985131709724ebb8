import { readAddresses, type MailAddress } from './addresses.js';
import { readParts, type Attachment, type Enclosed } from './mail-parts.js';
import { decodeHeader } from './encoded-words.js';
import type { Encoding } from './charset-labels.js';
import { DamageNotes, defaultLimits, excerpt, type Damage, type Limits } from './damage.js';
import { readDate } from './mail-date.js';
import { headerOf, readMimeTree, type Part } from './mime-tree.js';
import { mailBytes } from './mail-bytes.js';
import { withWholeCharacters } from './whole-characters.js';

/** A mail as its reader understands it. Text holds no control characters besides tabs and line feeds. */
export interface Mail {
  /** The first address that From gives; else that of Sender, Reply-To or Return-Path; null when none does. */
  from: MailAddress | null;
  to: MailAddress[];
  cc: MailAddress[];
  bcc: MailAddress[];
  replyTo: MailAddress[];
  subject: string;
  date: Date | null;
  /** With its angle brackets. */
  messageId: string | null;
  /** Message-IDs with their angle brackets. */
  inReplyTo: string[];
  references: string[];
  /** Values by lower-case name, decoded, the first of each name. */
  headers: ReadonlyMap<string, string>;
  /** What it says, from plain text or HTML, lines divided by `\n`; attachments and reports of mail servers are no part of it. */
  text: string;
  /** The HTML of the mail; null when it has none. */
  html: string | null;
  /** Whether any of the text was read from HTML, because there was no plain text that says something. */
  isFromHtml: boolean;
  attachments: Attachment[];
  /** Reports of mail servers and mails that lie inside; both are attachments as well. */
  enclosed: Enclosed[];
  /** What is wrong with it, or more than is read. */
  damage: Damage[];
}

/**
 * Reads a mail (RFC 5322, MIME). Never throws and takes time in proportion to the size: what is broken is read as far as it
 * goes, what is over the limits is left out, and both are told in `damage`. `milliseconds` is measured by `now`.
 */
export function readMail(
  bytes: Uint8Array,
  { limits: wanted = {}, now = () => performance.now() }: { limits?: Partial<Limits>; now?: () => number } = {},
): Mail {
  const limits = { ...defaultLimits, ...wanted };
  const notes = new DamageNotes();
  const started = now();
  const isTimeOver = (): boolean => {
    const isOver = now() - started > limits.milliseconds;
    if (isOver) notes.over('milliseconds', Math.round(now() - started), limits.milliseconds);
    return isOver;
  };
  const raw = mailBytes(bytes, limits, notes);
  const root = readMimeTree(raw, limits, notes, isTimeOver);
  const parts = readParts(raw, root, limits, notes, isTimeOver);
  return { ...readEnvelope(root, parts.charset, limits, notes), ...parts.content, damage: notes.all };
}

type Head = Omit<Mail, 'text' | 'html' | 'isFromHtml' | 'attachments' | 'enclosed' | 'damage'>;

/** What stands in the headers of a mail; `hint` is the charset of its text. */
export function readEnvelope(
  root: Pick<Part, 'headers'>,
  hint: Encoding | null,
  limits: Limits,
  notes: DamageNotes,
): Head {
  const addresses = (name: string): MailAddress[] => {
    const all = root.headers
      .filter((field) => field.name === name)
      .flatMap(({ raw }) => readAddresses(raw, hint, limits.recipients + 1));
    if (all.length > limits.recipients) notes.over('recipients', all.length, limits.recipients);
    return all.slice(0, limits.recipients);
  };
  const date = headerOf(root, 'date');
  const when = date === null ? null : readDate(date);
  if (date !== null && when === null) notes.note({ kind: 'bad-date', found: excerpt(date) });
  return {
    from: senderOf(root, addresses, notes),
    to: addresses('to'),
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    replyTo: addresses('reply-to'),
    subject: line(decodeHeader(headerOf(root, 'subject') ?? '', hint)),
    date: when,
    messageId: messageIdsOf(headerOf(root, 'message-id') ?? '')[0] ?? null,
    inReplyTo: messageIdsOf(headerOf(root, 'in-reply-to') ?? ''),
    references: messageIdsOf(headerOf(root, 'references') ?? ''),
    headers: new Map(
      root.headers
        .map(({ name, raw }): [string, string] => [name, raw])
        .reverse()
        .map(([name, raw]) => [name, line(decodeHeader(raw.slice(0, 20_000), hint))]),
    ),
  };
}

function senderOf(
  root: Pick<Part, 'headers'>,
  addresses: (name: string) => MailAddress[],
  notes: DamageNotes,
): MailAddress | null {
  const fields = root.headers.filter(({ name }) => name === 'from');
  const from = addresses('from');
  if (fields.length > 1) notes.note({ kind: 'several-from', found: excerpt(fields.map(({ raw }) => raw).join(' | ')) });
  const whole = from.find(({ address }) => address.includes('@'));
  if (whole !== undefined) return whole;
  notes.note({ kind: 'no-from', found: excerpt(fields[0]?.raw ?? '') });
  const named = from[0];
  const other = ['sender', 'reply-to', 'return-path'].flatMap(addresses).find(({ address }) => address.includes('@'));
  if (other === undefined) return named ?? null;
  return { name: other.name || (named?.name ?? ''), address: other.address };
}

/** Message-IDs, also without brackets or with white space that folding left inside. */
function messageIdsOf(raw: string): string[] {
  const text = raw.slice(0, 100_000);
  const inBrackets = text.match(/<[^<>]{1,1000}>/g)?.map((id) => id.replace(/\s+/g, '')) ?? [];
  const bare = inBrackets.length > 0 ? [] : text.split(/[\s,;]+/).filter((id) => /^[^\s<>]+@[^\s<>]+$/.test(id));
  return [...inBrackets, ...bare.map((id) => `<${id}>`)]
    .map((id) => id.replace(/[^\x21-\x7e]/g, ''))
    .filter((id) => id.length > 2)
    .slice(-200);
}

function line(text: string): string {
  return withWholeCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim();
}
