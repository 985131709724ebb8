import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser';
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** One mail that was caught. Two equal mails are two of these. */
export interface CaughtMail {
  id: string;
  messageId: string | null;
  from: { name: string; address: string }[];
  /** Addresses of the header To. */
  to: string[];
  /** Whom the sender named to the mail server. */
  recipients: string[];
  subject: string;
  date: string | null;
  receivedAt: string;
  text: string;
  headers: { inReplyTo: string | null; references: string[]; autoSubmitted: string | null; replyTo: string | null };
}

const longestText = 20_000;

/** Keeps caught mails in a folder, one file each, and the newest of them in memory. */
export class CaughtMails {
  private mails: CaughtMail[] = [];

  private constructor(
    private readonly folder: string,
    private readonly mostInMemory: number,
  ) {}

  /** Opens the folder and reads the newest mails that lie in it. */
  static async open(folder: string, { mostInMemory = 5_000 } = {}): Promise<CaughtMails> {
    await mkdir(folder, { recursive: true });
    const names = (await readdir(folder)).sort();
    for (const half of names.filter((name) => name.endsWith('.part'))) await rm(join(folder, half), { force: true });
    const caught = new CaughtMails(folder, mostInMemory);
    for (const name of names.filter((each) => idPattern.test(each.replace(/\.eml$/, ''))).slice(-mostInMemory)) {
      const id = name.replace(/\.eml$/, '');
      caught.mails.push(await readMail(id, await readFile(join(folder, name))));
    }
    return caught;
  }

  /** Keeps a mail; when this resolves it survives a crash of the machine. */
  async keep(raw: Buffer, envelope: { from: string; recipients: string[] }): Promise<CaughtMail> {
    const id = `${String(Date.now()).padStart(14, '0')}-${randomUUID()}`;
    const whole = Buffer.concat([Buffer.from(traceOf(envelope), 'utf8'), raw]);
    const part = join(this.folder, `${id}.part`);
    const file = await open(part, 'wx');
    try {
      await file.writeFile(whole);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, join(this.folder, `${id}.eml`));
    const folder = await open(this.folder);
    await folder.sync().finally(() => folder.close());
    const mail = await readMail(id, whole);
    this.mails.push(mail);
    if (this.mails.length > this.mostInMemory) this.mails.splice(0, this.mails.length - this.mostInMemory);
    return mail;
  }

  /** The newest mails, oldest of them first. */
  newest(limit: number): CaughtMail[] {
    return this.mails.slice(-limit);
  }

  /** Every mail in memory with this Message-ID (with angle brackets). */
  withMessageId(messageId: string): CaughtMail[] {
    return this.mails.filter((mail) => mail.messageId === messageId);
  }

  find(id: string): CaughtMail | null {
    return this.mails.find((mail) => mail.id === id) ?? null;
  }

  /** The mail as it came, below the two trace lines that every mail server adds; null when there is none. */
  async raw(id: string): Promise<Buffer | null> {
    if (!idPattern.test(id)) return null;
    return await readFile(join(this.folder, `${id}.eml`)).catch(() => null);
  }
}

const idPattern = /^\d{14}-[0-9a-f-]{36}$/;

function traceOf({ from, recipients }: { from: string; recipients: string[] }): string {
  const plain = (address: string): string => address.replace(/[\r\n<>,]/g, '');
  return `Return-Path: <${plain(from)}>\r\nDelivered-To: ${recipients.map(plain).join(',\r\n ')}\r\n`;
}

async function readMail(id: string, raw: Buffer): Promise<CaughtMail> {
  const receivedAt = new Date(Number(id.slice(0, 14))).toISOString();
  const parsed = await simpleParser(raw, {
    skipTextToHtml: true,
    skipImageLinks: true,
    maxHtmlLengthToParse: 1_000_000,
  }).catch(() => null);
  return {
    id,
    messageId: parsed?.messageId ?? null,
    from: peopleIn(parsed?.from),
    to: peopleIn(parsed?.to).map(({ address }) => address),
    recipients: peopleIn(parsed?.headers.get('delivered-to') as AddressObject | undefined).map(
      ({ address }) => address,
    ),
    subject: parsed?.subject ?? '',
    date: parsed?.date?.toISOString() ?? null,
    receivedAt,
    text: (parsed?.text ?? (parsed ? '' : 'this mail cannot be parsed; see its raw form')).slice(0, longestText),
    headers: {
      inReplyTo: parsed?.inReplyTo ?? null,
      references: [parsed?.references ?? []].flat(),
      autoSubmitted: textOf(parsed, 'auto-submitted'),
      replyTo: parsed?.replyTo?.text ?? null,
    },
  };
}

function peopleIn(addresses: AddressObject | AddressObject[] | undefined): { name: string; address: string }[] {
  return [addresses ?? []]
    .flat()
    .flatMap(({ value }) => value.map(({ name, address }) => ({ name, address: address ?? '' })));
}

function textOf(parsed: ParsedMail | null, header: string): string | null {
  const value = parsed?.headers.get(header);
  return typeof value === 'string' ? value : null;
}
