import { z } from 'zod';

const Message = z.looseObject({ messageId: z.string().nullish(), MessageID: z.string().nullish() });
const Answer = z.union([z.array(Message), z.object({ messages: z.array(Message) })]);

/**
 * Asks a mail archive over HTTP whether it holds a mail with this Message-ID. Throws when the archive cannot tell.
 * The archive's address may hold `{messageId}`, which is replaced by the id without brackets, as Mailpit's search
 * wants it (https://mailpit.axllent.org/docs/usage/search-filters/); else the id is added as `messageId=<…>`.
 */
export async function lookUpSentMail(archive: string, messageId: string, limitMilliseconds = 5000): Promise<boolean> {
  const url = addressFor(archive, messageId);
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMilliseconds), redirect: 'error' });
  if (!response.ok) throw new Error(`${url.origin}${url.pathname} answered ${response.status}, expected 200`);
  const answer = Answer.safeParse(await response.json());
  if (!answer.success)
    throw new Error(`${url.origin}${url.pathname} answered no list of messages: ${answer.error.message}`);
  const messages = Array.isArray(answer.data) ? answer.data : answer.data.messages;
  // An archive may name its mails or not; one that names other mails did not understand the question.
  return messages.some((message) => {
    const name = message.messageId ?? message.MessageID;
    const isUnnamed = message.messageId === undefined && message.MessageID === undefined;
    return isUnnamed || bare(name ?? null) === bare(messageId);
  });
}

function addressFor(archive: string, messageId: string): URL {
  const blank = /\{messageId\}|%7BmessageId%7D/i;
  if (blank.test(archive)) return new URL(archive.replace(blank, encodeURIComponent(bare(messageId) ?? '')));
  const url = new URL(archive);
  url.searchParams.set('messageId', messageId);
  return url;
}

function bare(messageId: string | null): string | undefined {
  return messageId?.replace(/^<|>$/g, '');
}
