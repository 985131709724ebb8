import type { EventOf } from '@caserelay/contracts';
import { startClockAnew } from './ask-for-evidence.js';
import { archive } from './archive.js';
import { limits } from './case.js';
import { answeredByWords, noteAnswered } from './checklist.js';
import { escalate } from './escalate.js';
import { restOf } from './evolve.js';
import { ourWord } from './our-word.js';
import { reopen } from './reopen.js';
import { completeContact, completeOwner } from './report.js';
import { unheardQuestions } from './questions.js';
import { resumeClock, startClock } from './run-clocks.js';
import { takeGrade } from './survey.js';
import type { Turn } from './turn.js';

type Mail = EventOf<'mail.received'>['data'];

/** A mail counts once; one that a machine or an advertiser wrote does not count at all. */
export function takeMail(turn: Turn, mail: Mail): void {
  if (mail.kind === 'automatic-reply' || mail.kind === 'spam' || turn.known.mailIds.includes(mail.mailId)) return;
  const { mailId, messageId, author, text } = mail;
  turn.say({ type: 'mail.kept', data: { mailId, messageId, author, words: clip(text, limits.wordLength) } });
  if (author === 'customer') takeCustomerMail(turn, mail);
  else takeColleagueMail(turn, mail);
}

function takeCustomerMail(turn: Turn, mail: Mail): void {
  completeContact(turn, mail.from);
  if (mail.kind === 'acknowledgement') {
    takeGrade(turn, mail);
    return;
  }
  if (turn.state.phase === 'archived') reopen(turn, 'customer-wrote');
  turn.say({ type: 'case.customer-heard', data: { mailId: mail.mailId, uploadId: null } });
  noteAnswered(turn, answeredByWords(mail.text), { mailId: mail.mailId });
  resumeClock(turn, 'analysis', 'awaiting-customer');
  startClockAnew(turn);
  if (mail.waitsForCrash) suggestCollection(turn);
  if (mail.kind === 'question') forwardToOwner(turn, mail, 'question');
  else if (unheardQuestions(turn.known).length > 0) forwardToOwner(turn, mail, 'answer');
  else if ((mail.kind === 'update' || mail.kind === 'data') && planRuns(turn)) forwardToOwner(turn, mail, 'update');
}

function suggestCollection(turn: Turn): void {
  const { file, space, collectionSuggested } = turn.known;
  if (turn.state.phase !== 'awaiting-evidence' || collectionSuggested || space === null) return;
  turn.say({ type: 'case.collection-suggested', data: { file, space } });
}

/** A person waits for it: a plan runs, or the case was led elsewhere before and a person knows what was agreed. */
function planRuns({ state, known }: Turn): boolean {
  if (known.imported) return true;
  const rest = restOf(state);
  if (rest?.phase === 'observing') return rest.because === 'plan-carried-out';
  return rest?.phase === 'action-planned' || rest?.phase === 'escalated';
}

function forwardToOwner(turn: Turn, { mailId, from, text }: Mail, kind: 'question' | 'update' | 'answer'): void {
  turn.say({
    type: 'case.customer-forwarded',
    data: { file: turn.known.file, mailId, kind, from, text: clip(text, limits.textLength) },
  });
}

function takeColleagueMail(turn: Turn, mail: Mail): void {
  if (mail.kind === 'upload-space-request') announceSpace(turn, mail);
  if (mail.kind === 'answer' || mail.kind === 'action-plan' || mail.kind === 'reminder') takeWordToCustomer(turn, mail);
  if (mail.kind === 'escalation') escalateByMail(turn, mail);
  if (mail.kind === 'closure-summary' && turn.state.phase !== 'archived') {
    archive(turn, 'closed-by-engineer', clip(mail.text, limits.textLength));
  }
}

function announceSpace(turn: Turn, { from }: Mail): void {
  if (turn.state.phase === 'archived') return;
  completeOwner(turn, from);
  const { file, space } = turn.known;
  if (space) turn.say({ type: 'case.upload-space-announced', data: { file, space, to: from } });
  else turn.say({ type: 'requester.kept', data: { requester: from } });
}

/** What a colleague wrote to the customer is passed on, unless it went there directly; either way it is our word. */
function takeWordToCustomer(turn: Turn, { mailId, from, text, reachedCustomer }: Mail): void {
  const { file } = turn.known;
  if (file.contact === null) return;
  if (reachedCustomer !== true)
    turn.say({ type: 'case.answer-forwarded', data: { file, mailId, from, text: clip(text, limits.textLength) } });
  ourWord(turn, from);
}

/** Does what a person's command does; a case that has been handed up already is not handed up again. */
function escalateByMail(turn: Turn, { from, text }: Mail): void {
  if (turn.state.phase === 'archived' || restOf(turn.state)?.phase === 'escalated') return;
  completeOwner(turn, from);
  escalate(turn, 'asked-by-person', clip(text, limits.wordLength));
  turn.say({ type: 'engineer.awaited', data: {} });
  startClock(turn, 'engineer');
}

/** At most so many characters; one that takes two units is not cut in half. */
function clip(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
