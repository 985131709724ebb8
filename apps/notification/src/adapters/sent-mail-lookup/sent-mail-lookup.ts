import { z } from 'zod';

const Message = z.looseObject({ messageId: z.string().nullish() });
const Answer = z.union([z.array(Message), z.object({ messages: z.array(Message) })]);

/** Asks a mail archive over HTTP whether it holds a mail with this Message-ID. Throws when the archive cannot tell. */
export async function lookUpSentMail(archive: string, messageId: string, limitMilliseconds = 5000): Promise<boolean> {
  const url = new URL(archive);
  url.searchParams.set('messageId', messageId);
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMilliseconds), redirect: 'error' });
  if (!response.ok) throw new Error(`${url.origin}${url.pathname} answered ${response.status}, expected 200`);
  const answer = Answer.safeParse(await response.json());
  if (!answer.success)
    throw new Error(`${url.origin}${url.pathname} answered no list of messages: ${answer.error.message}`);
  const messages = Array.isArray(answer.data) ? answer.data : answer.data.messages;
  // An archive may name its mails or not; one that names other mails did not understand the question.
  return messages.some((message) => message.messageId === undefined || bare(message.messageId) === bare(messageId));
}

function bare(messageId: string | null): string | undefined {
  return messageId?.replace(/^<|>$/g, '');
}
