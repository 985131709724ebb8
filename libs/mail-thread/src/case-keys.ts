import { fold } from './fold.js';

/** How tracking tokens and case numbers look in one support centre. */
export interface CaseKeyPatterns {
  /** What stands before the colon of a tracking token. */
  tokenPrefix: string;
  /** Source of a regular expression for one whole case number. */
  caseNumber: string;
}

export const defaultPatterns: CaseKeyPatterns = { tokenPrefix: 'CMIT', caseNumber: 'CAS-\\d{5}-[A-Z0-9]{6}' };

/** What tells to which case a mail belongs. */
export interface CaseKeys {
  trackingToken: string | null;
  caseNumber: string | null;
  /** Cases whose own letters this mail answers, nearest first. */
  caseIds: string[];
  /** Message-IDs (with angle brackets) of the mails that this one answers, nearest first. */
  answers: string[];
  /** Keys that only the body names, and only when it names one of a kind; weaker than all others. */
  mentioned: { trackingToken: string | null; caseNumber: string | null };
  /** The subject without reply prefixes, case number and token. */
  topic: string;
}

export interface MailOfCase {
  subject: string;
  inReplyTo?: string | undefined;
  references?: readonly string[] | undefined;
  text?: string | undefined;
}

const longestSubject = 2_000;
const longestText = 200_000;
const mostReferences = 100;

/** Finds every key of a case in a mail. Keys come out in one normal form: `CMIT:0001409`, `CAS-02227-X4W1B1`. */
export function caseKeysOf(mail: MailOfCase, patterns: CaseKeyPatterns = defaultPatterns): CaseKeys {
  const subject = mail.subject.slice(0, longestSubject);
  const text = (mail.text ?? '').slice(0, longestText);
  const answers = [
    ...messageIdsIn(mail.inReplyTo ?? ''),
    ...(mail.references ?? []).slice(-mostReferences).flatMap(messageIdsIn).reverse(),
  ].filter((id, index, all) => all.indexOf(id) === index);
  return {
    trackingToken: tokensIn(subject, patterns)[0] ?? null,
    caseNumber: caseNumbersIn(subject, patterns)[0] ?? null,
    caseIds: answers
      .flatMap((id) => caseOfOwnMessageId(id) ?? [])
      .filter((id, index, all) => all.indexOf(id) === index),
    answers,
    mentioned: {
      trackingToken: theOnlyOne(tokensIn(text, patterns)),
      caseNumber: theOnlyOne(caseNumbersIn(text, patterns)),
    },
    topic: topicOf(subject, patterns),
  };
}

/** The Message-IDs in a header, each with its angle brackets. */
export function messageIdsIn(header: string): string[] {
  return header.match(/<[^<>\s]{1,500}>/g) ?? [];
}

function caseOfOwnMessageId(messageId: string): string | null {
  const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
  return new RegExp(`^<(${uuid})\\.${uuid}@[^@>]+>$`, 'i').exec(messageId)?.[1]?.toLowerCase() ?? null;
}

function tokenPattern({ tokenPrefix }: CaseKeyPatterns): RegExp {
  return new RegExp(
    `(?<![A-Za-z0-9])${tokenPrefix.replace(/[^A-Za-z0-9]/g, '\\$&')}\\s?:\\s?(?<digits>\\d{4,12})(?!\\d)`,
    'gi',
  );
}

function caseNumberPattern({ caseNumber }: CaseKeyPatterns): RegExp {
  return new RegExp(`(?<![A-Za-z0-9-])(?<number>${caseNumber})(?![A-Za-z0-9-])`, 'gi');
}

function tokensIn(text: string, patterns: CaseKeyPatterns): string[] {
  return [...fold(text).matchAll(tokenPattern(patterns))].map(
    (found) => `${patterns.tokenPrefix}:${found.groups?.['digits'] ?? ''}`,
  );
}

function caseNumbersIn(text: string, patterns: CaseKeyPatterns): string[] {
  return [...fold(text).matchAll(caseNumberPattern(patterns))].map((found) =>
    (found.groups?.['number'] ?? '').toUpperCase(),
  );
}

function theOnlyOne(found: string[]): string | null {
  const different = new Set(found);
  return different.size === 1 ? (found[0] ?? null) : null;
}

const replyPrefix =
  /^\s*(?:回复|答复|回覆|答覆|转发|轉寄|轉發|自动回复|自動回覆|re|aw|fwd?|automatic reply)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*:\s*/i;

/** True when the subject says that the mail answers another one. */
export function isReply(subject: string): boolean {
  return /^\s*(?:回复|答复|回覆|答覆|re|aw|sv|antw)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*:/i.test(
    fold(subject.slice(0, longestSubject)),
  );
}

/** True when the subject says that the mail hands on another one. */
export function isForward(subject: string): boolean {
  return /^\s*(?:(?:回复|答复|re)\s*:\s*)*(?:转发|轉寄|轉發|fwd?)\s*:/i.test(fold(subject.slice(0, longestSubject)));
}

function topicOf(subject: string, patterns: CaseKeyPatterns): string {
  let topic = without(subject, new RegExp(tokenPattern(patterns).source, 'gi'));
  const number = caseNumberPattern(patterns).source;
  const name = '(?:案例号|案例编号|案例編號|工单号|case(?:\\s*(?:number|no\\.?|id))?)';
  topic = without(topic, new RegExp(`\\[\\s*${name}?\\s*:?\\s*${number}\\s*\\]`, 'gi'));
  topic = without(topic, new RegExp(`(?:${name}\\s*:?\\s*)?${number}`, 'gi'));
  for (;;) {
    const prefix = replyPrefix.exec(fold(topic))?.[0];
    if (prefix === undefined) break;
    topic = topic.slice(prefix.length);
  }
  // What stood between the topic and a number that is taken out.
  return topic.replace(/\s+/g, ' ').replace(/^[\s,，;；、]+|[\s,，;；、]+$/g, '');
}

function without(text: string, pattern: RegExp): string {
  let rest = '';
  let from = 0;
  for (const found of fold(text).matchAll(pattern)) {
    rest += `${text.slice(from, found.index)} `;
    from = found.index + found[0].length;
  }
  return rest + text.slice(from);
}
