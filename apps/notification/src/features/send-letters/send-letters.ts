import type { Language, LetterTopic, Person } from '@caserelay/contracts';
import type { Cause, Tell } from '@caserelay/messaging';

/** A letter that waits to be sent, or whose fate is unknown. */
export interface WaitingLetter {
  letterId: string;
  caseId: string;
  to: Person;
  audience: 'customer' | 'colleague';
  topics: LetterTopic[];
  subject: string;
  text: string;
  html: string;
  /** Missing in letters that were kept when none had any. */
  attachments?: readonly { name: string; type: string; content: string }[];
  language: Language;
  messageId: string;
  inReplyTo: string | null;
  references: string[];
  writtenAt: Date;
  /** Counts attempts and look-ups; a sender whose lease ran out cannot put back what another one holds by now. */
  attempt: number;
  cause: Cause;
}

/** What became of an attempt. `unknown`: the mail may have been taken or not, such as when the answer was lost. */
export type Fate =
  | { is: 'sent' }
  | { is: 'refused-for-now'; reason: string }
  | { is: 'refused-for-good'; reason: string }
  | { is: 'not-reached'; reason: string }
  | { is: 'unknown'; reason: string };

/** The settled end of a letter, told to everybody. */
type Settled = 'sent' | 'failed';

export interface Needs {
  send(letter: WaitingLetter): Promise<Fate>;
  /** Whether the mail server took this mail; null when nobody can tell. */
  wasSent(messageId: string): Promise<boolean | null>;
  /** Keeps the end and what it tells in one transaction; does nothing when the letter is settled already. */
  settle(letter: WaitingLetter, as: Settled, tells: Tell[], reason: string | null): Promise<void>;
  /** Lets the letter wait for another attempt. Only a refusal counts against it. */
  wait(letter: WaitingLetter, why: { refused: boolean; reason: string }): Promise<'waits' | 'given-up'>;
  /** Tells people who run the service; each decision once. */
  note(letter: WaitingLetter, what: string, reason: string): void;
}

/** Tries once to send a letter that was claimed. */
export async function sendLetter(letter: WaitingLetter, needs: Needs): Promise<void> {
  const fate = await needs.send(letter);
  switch (fate.is) {
    case 'sent':
      return await needs.settle(letter, 'sent', [sent(letter)], null);
    case 'refused-for-good':
      needs.note(letter, 'letter refused for good', fate.reason);
      return await needs.settle(letter, 'failed', [failed(letter, fate.reason)], fate.reason);
    case 'not-reached':
    case 'refused-for-now':
      needs.note(letter, 'letter waits for another attempt', fate.reason);
      return await waitOrGiveUp(letter, { refused: fate.is === 'refused-for-now', reason: fate.reason }, needs);
    case 'unknown':
      // Left as it is: once its lease has run out, its fate is looked up before anything else happens.
      needs.note(letter, 'fate of the letter is unknown', fate.reason);
  }
}

/**
 * Settles a letter whose sender died, or lost the answer, between sending and noting it: looked up, it is either noted
 * as sent or sent again under the same Message-ID, by which the receiving side can still recognise it.
 */
export async function settleUnknownFate(letter: WaitingLetter, needs: Needs): Promise<void> {
  const wasSent = await needs.wasSent(letter.messageId);
  if (wasSent === true) {
    needs.note(letter, 'letter was sent already', 'found by its Message-ID');
    return await needs.settle(letter, 'sent', [sent(letter)], null);
  }
  const reason = wasSent === null ? 'nobody can tell whether it was sent' : 'not found by its Message-ID';
  needs.note(letter, 'letter is sent again', reason);
  await waitOrGiveUp(letter, { refused: true, reason }, needs);
}

async function waitOrGiveUp(
  letter: WaitingLetter,
  why: { refused: boolean; reason: string },
  needs: Needs,
): Promise<void> {
  if ((await needs.wait(letter, why)) === 'waits') return;
  const reason = `given up after many attempts, the last one: ${why.reason}`;
  needs.note(letter, 'letter given up', reason);
  await needs.settle(letter, 'failed', [failed(letter, reason)], reason);
}

function sent(letter: WaitingLetter): Tell {
  return { type: 'letter.sent', data: told(letter) };
}

function failed(letter: WaitingLetter, reason: string): Tell {
  return { type: 'letter.failed', data: { ...told(letter), reason: reason.slice(0, 1000) || 'no reason given' } };
}

function told({ letterId, to, audience, topics, subject, messageId, language }: WaitingLetter) {
  return { letterId, to, audience, topics, subject, messageId, language };
}
