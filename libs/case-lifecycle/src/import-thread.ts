import type { CaseFile, EventOf } from '@caserelay/contracts';
import { awaitEvidence } from './ask-for-evidence.js';
import { limits } from './case.js';
import { answeredByWords, noteAnswered } from './checklist.js';
import { startClock } from './run-clocks.js';
import type { Turn } from './turn.js';

type Thread = EventOf<'thread.imported'>['data'];

/**
 * Opens a case that was led elsewhere. Nobody is written to: an open one waits from now on for who did not have the last
 * word, an archived one waits for its customer to write.
 */
export function importThread(turn: Turn, thread: Thread): void {
  const { standing, firstMailAt, lastMailAt, lastAuthor, priority, contract: _, ...told } = thread;
  const file: CaseFile = { ...told, lastMessageId: null };
  const { version, document } = turn.policy;
  const waitsForCustomer = lastAuthor === 'colleague' && file.contact !== null;
  const phase = standing === 'archived' ? 'archived' : waitsForCustomer ? 'awaiting-evidence' : 'reported';
  const imported = { firstMailAt, lastMailAt, phase } as const;
  turn.say({
    type: 'case.opened',
    data: { file, policy: version, priority: priority ?? document.priority, imported },
  });
  if (standing === 'archived') return;
  turn.say({ type: 'case.upload-space-requested', data: { file } });
  startClock(turn, 'upload-space');
  // What the customer was asked for stands in the mails; a reminder leads back to them.
  if (waitsForCustomer) awaitEvidence(turn, []);
  else startClock(turn, 'first-response');
}

/** A mail of before is history: it moves no clock and leads to no letter. */
export function takeImportedMail(turn: Turn, mail: EventOf<'mail.imported'>['data']): void {
  if (mail.kind === 'automatic-reply' || turn.known.mailIds.includes(mail.mailId)) return;
  const { mailId, messageId, author, text, sentAt } = mail;
  const words = text.slice(0, limits.wordLength).replace(/[\ud800-\udbff]$/, '');
  turn.say({ type: 'mail.kept', data: { mailId, messageId, author, words, sentAt } });
  if (author === 'customer') noteAnswered(turn, answeredByWords(text), { mailId });
}
