import { limits, type CaseEvent, type Known } from './case.js';

/** What a case knows once it took note of a mail; of an imported one that is older than what it has, the mail to answer stays. */
export function mailKept(known: Known, { data, at }: Extract<CaseEvent, { type: 'mail.kept' }>): Partial<Known> {
  const { mailIds, customerWords, counts } = known;
  const news = { ...answeredNext(known, data), mailIds: [...mailIds, data.mailId].slice(-limits.mails) };
  if (data.author === 'colleague') return news;
  const words = { at: data.sentAt ?? at, text: data.words };
  return {
    ...news,
    customerWords: [...customerWords, words].slice(-limits.words),
    counts: { ...counts, customerMails: counts.customerMails + 1 },
  };
}

function answeredNext(
  { file, imported }: Known,
  { messageId, sentAt }: { messageId: string; sentAt?: string },
): Partial<Known> {
  if (sentAt === undefined) return { file: { ...file, lastMessageId: messageId } };
  // Not the last one any more once a mail has come in here.
  const isLast =
    imported?.lastMessageId === file.lastMessageId &&
    (imported.lastSentAt === null || Date.parse(imported.lastSentAt) <= Date.parse(sentAt));
  if (!isLast) return {};
  return {
    file: { ...file, lastMessageId: messageId },
    imported: { lastSentAt: sentAt, lastMessageId: messageId },
  };
}
