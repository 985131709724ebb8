import fs from 'node:fs';
import readline from 'node:readline';
import path from 'node:path';
import { simpleParser } from 'mailparser';
import { LauncherError } from './launcher-error.mjs';

/** A mail of an archive that is larger than intake would take is left out, and told. */
const largestMail = 30 * 1024 * 1024;
const longestText = 60_000;
const largestPart = 180_000;
const mostMailsInPart = 100;

/**
 * The threads in files: `.json` in the form `{ subject, caseNumber, trackingToken, mails: [{ from, to, sentAt, body }] }`,
 * anything else as mbox. Mails of an mbox are put together by the case number or token of their subjects, else by the
 * mails that they answer. Answers `{ threads, leftOut }`; `leftOut` says of each mail that belongs nowhere why.
 */
export async function readThreads(files, patterns) {
  const found = { threads: [], leftOut: [] };
  const mails = [];
  for (const file of files) {
    if (!fs.existsSync(file)) throw new LauncherError(`${file} does not exist; expected an mbox or a .json file`);
    if (path.extname(file) === '.json') found.threads.push(threadOfJson(file));
    else for await (const raw of mailsOfMbox(file)) await readMail(raw, file, mails, found.leftOut);
  }
  found.threads.push(...(await threadsOf(mails, patterns, found.leftOut)));
  return found;
}

function threadOfJson(file) {
  let read;
  try {
    read = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new LauncherError(`${file} is no JSON: ${error.message}`);
  }
  if (!Array.isArray(read?.mails) || read.mails.length === 0)
    throw new LauncherError(
      `${file} has no mails; expected { subject, caseNumber, trackingToken, mails: [{ from, to, sentAt, body }] }`,
    );
  const { subject = '', caseNumber, trackingToken, partner, endCustomer } = read;
  const mails = read.mails.map(({ from, to = [], sentAt, body = '', subject: own = subject, messageId }) => ({
    ...{ from, to, sentAt: instant(sentAt, file), subject: own.slice(0, 500), text: clip(body) },
    ...(messageId && { messageId }),
  }));
  return { file, ...given({ caseNumber, trackingToken, partner, endCustomer }), topic: subject.slice(0, 500), mails };
}

/** mbox in the form that Thunderbird, mutt and Google write: a line `From ` begins a mail, `>From ` in it is quoted (RFC 4155). */
async function* mailsOfMbox(file) {
  // Bytes stay bytes: charsets are the parser's business.
  const lines = readline.createInterface({ input: fs.createReadStream(file, 'latin1'), crlfDelay: Infinity });
  let mail = null;
  let bytes = 0;
  let wasEmpty = true;
  for await (const line of lines) {
    if (wasEmpty && line.startsWith('From ')) {
      if (mail) yield { source: mail, bytes };
      mail = [];
      bytes = 0;
    } else if (mail === null) {
      if (line.trim() !== '')
        throw new LauncherError(
          `${file} begins with "${line.slice(0, 60)}"; expected an mbox, whose first line begins with "From "`,
        );
    } else {
      bytes += line.length + 2;
      if (bytes <= largestMail) mail.push(line.replace(/^>(>*From )/, '$1'));
    }
    wasEmpty = line === '';
  }
  if (mail) yield { source: mail, bytes };
}

async function readMail({ source, bytes }, file, mails, leftOut) {
  const leave = (what, why) => leftOut.push({ file, mail: what, why });
  const first =
    source
      .find((line) => /^subject:/i.test(line))
      ?.slice(8, 88)
      .trim() ?? '(no subject)';
  if (bytes > largestMail) return leave(first, `it has ${bytes} bytes; expected at most ${largestMail}`);
  const parsed = await simpleParser(Buffer.from(source.join('\r\n'), 'latin1'), {
    ...{ skipTextToHtml: true, skipImageLinks: true, keepCidLinks: true, maxHtmlLengthToParse: 2_000_000 },
  });
  const from = parsed.from?.value[0];
  const subject = oneLine(parsed.subject ?? '');
  if (!from?.address) return leave(subject || first, 'it has no sender');
  if (!parsed.date) return leave(subject || first, 'it has no date');
  const people = [parsed.to ?? [], parsed.cc ?? []].flat().flatMap(({ value }) => value);
  mails.push({
    from: person(from),
    to: people
      .filter(({ address }) => address)
      .slice(0, 50)
      .map(person),
    ...{ sentAt: parsed.date.toISOString(), subject, text: clip(parsed.text ?? '') },
    ...(/^<[^<>\s]{1,398}>$/.test(parsed.messageId ?? '') && { messageId: parsed.messageId }),
    answers: [parsed.inReplyTo ?? [], parsed.references ?? []].flat(),
    attachments: parsed.attachments.map(({ filename }) => filename ?? 'attachment'),
    file,
  });
}

async function threadsOf(mails, patterns, leftOut) {
  const { caseKeysOf } = await import('@caserelay/mail-thread');
  const byTime = [...mails].sort((one, other) => Date.parse(one.sentAt) - Date.parse(other.sentAt));
  const threads = [];
  const byKey = new Map();
  const byMail = new Map();
  for (const { answers, attachments, file, ...mail } of byTime) {
    const { caseNumber, trackingToken, topic } = caseKeysOf({ subject: mail.subject }, patterns);
    const keys = [caseNumber, trackingToken].filter(Boolean);
    let thread = [...keys.map((key) => byKey.get(key)), ...answers.map((id) => byMail.get(id))].find(Boolean);
    if (!thread && keys.length === 0) {
      leftOut.push({
        file,
        mail: mail.subject || '(no subject)',
        why: 'neither its subject nor a mail that it answers names a case',
      });
      continue;
    }
    if (!thread) threads.push((thread = { file, topic: topic || mail.subject, mails: [], attachments: 0 }));
    if (caseNumber) thread.caseNumber ??= caseNumber;
    if (trackingToken) thread.trackingToken ??= trackingToken;
    for (const key of keys) byKey.set(key, thread);
    if (mail.messageId) byMail.set(mail.messageId, thread);
    thread.mails.push(mail);
    thread.attachments += attachments.length;
  }
  return threads;
}

/** What is posted of a thread: parts that a door takes, each with the span and the last sender of the whole. */
export function partsOf(read, { standing, owner, contact }) {
  const { mails, ...thread } = read;
  delete thread.file;
  delete thread.attachments;
  const sorted = [...mails].sort((one, other) => Date.parse(one.sentAt) - Date.parse(other.sentAt));
  const last = sorted.at(-1);
  const whole = {
    ...thread,
    ...given({ owner, contact }),
    standing,
    span: { firstMailAt: sorted[0].sentAt, lastMailAt: last.sentAt },
    lastFrom: last.from.address,
  };
  const parts = [];
  let size = Infinity;
  for (const mail of sorted) {
    const bytes = Buffer.byteLength(JSON.stringify(mail));
    const part = parts.at(-1);
    if (!part || size + bytes > largestPart || part.mails.length >= mostMailsInPart) {
      parts.push({ ...whole, mails: [mail] });
      size = bytes;
    } else {
      part.mails.push(mail);
      size += bytes;
    }
  }
  return parts;
}

const given = (facts) =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== null));

const person = ({ name, address }) => ({ name: oneLine(name || address).slice(0, 200), address });

const oneLine = (text) =>
  text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 500);

const clip = (text) => text.slice(0, longestText);

function instant(text, file) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new LauncherError(`${file} has a mail sent at "${text}"; expected a time such as 2020-04-28T18:04:27+08:00`);
  return date.toISOString();
}
