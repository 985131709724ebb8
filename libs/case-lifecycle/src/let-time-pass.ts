import { archive } from './archive.js';
import { startClockAnew } from './ask-for-evidence.js';
import type { Case } from './case.js';
import type { ClockName } from './clock.js';
import { escalate } from './escalate.js';
import { goalInWords } from './goal-in-words.js';
import { stillWanted } from './checklist.js';
import { endHold } from './hold.js';
import { openChildren } from './links.js';
import { observe } from './observe.js';
import { unheardQuestions } from './questions.js';
import { endPauses, runningClock, startClock } from './run-clocks.js';
import { passSurvey } from './survey.js';
import { openItems, stepsStillOpen } from './task-list.js';
import { tellLevels } from './tell-levels.js';
import { askForPurge, tellOverduePurge } from './take-purge.js';
import { tellNotices } from './tell-notices.js';
import type { Turn } from './turn.js';
import { silenceEndsAt, wakeAt } from './wake-at.js';

type In<Phase extends Case['phase']> = Extract<Case, { phase: Phase }>;

/**
 * What due notices, levels and silence bring. Silence takes one step at a time, however late the clock rings; the next
 * one is counted from now.
 */
export function letTimePass(turn: Turn): void {
  tellNotices(turn);
  tellOverduePurge(turn);
  endHold(turn);
  if (turn.known.hold) return;
  endPauses(turn);
  tellLevels(turn);
  const due = silenceEndsAt(turn.state);
  if (due !== null && Date.parse(due) <= Date.parse(turn.now)) endSilence(turn);
  lookAfter(turn);
}

function endSilence(turn: Turn): void {
  const { state } = turn;
  switch (state.phase) {
    case 'awaiting-evidence':
      remindOrObserve(turn, state);
      break;
    case 'escalated':
      if (state.answered) observe(turn, 'plan-carried-out');
      else askEngineerAgain(turn);
      break;
    case 'action-planned':
      observe(turn, 'plan-carried-out');
      break;
    case 'observing':
      archiveOrWait(turn);
      break;
    case 'archived':
      passSurvey(turn);
      endRetention(turn);
      break;
    case 'unopened':
    case 'reported':
    case 'analysing':
    case 'merged':
      break;
  }
}

/** A parent is not closed by silence while a child of it is open. */
function archiveOrWait(turn: Turn): void {
  const children = openChildren(turn.known).map(({ caseNumber }) => caseNumber);
  if (children.length === 0) {
    archive(turn, 'observed-without-news', null);
    return;
  }
  turn.say({ type: 'archive.put-off', data: { children } });
  startClock(turn, 'observation');
}

/** The account goes first, so that nobody reads from it while its evidence is removed. */
export function endRetention(turn: Turn): void {
  const { file } = turn.known;
  if (isDue(turn, 'grace')) turn.say({ type: 'case.upload-space-retired', data: { file } });
  if (isDue(turn, 'retention') && !turn.known.legalHold) askForPurge(turn);
}

function isDue(turn: Turn, clock: ClockName): boolean {
  const due = runningClock(turn, clock)?.dueAt ?? null;
  return due !== null && Date.parse(due) <= Date.parse(turn.now);
}

/** An open case that nobody owns and nothing wakes, as they were kept once, is told of from now on. */
function lookAfter(turn: Turn): void {
  const { state } = turn;
  if (state.phase === 'unopened' || state.phase === 'archived' || wakeAt(state) !== null) return;
  if (state.known.file.owner === null) startClock(turn, state.phase === 'analysing' ? 'analysis' : 'first-response');
}

function remindOrObserve(turn: Turn, { step, wanted, known }: In<'awaiting-evidence'>): void {
  const ofSteps = turn.policy.document.clocks['follow-up'].ladder.length;
  if (step >= ofSteps) {
    observe(turn, 'no-evidence');
    return;
  }
  const { file, space } = known;
  const questions = unheardQuestions(known).map(({ text }) => text);
  turn.say({
    type: 'case.customer-reminded',
    data: {
      file,
      space,
      step: step + 1,
      ofSteps,
      wanted: stillWanted(known, wanted),
      planSteps: stepsStillOpen(known),
      questions,
      ...openItems(known),
    },
  });
  startClockAnew(turn);
}

function askEngineerAgain(turn: Turn): void {
  const goal = runningClock(turn, 'engineer')?.goal ?? null;
  escalate(turn, 'no-known-plan', `nobody has answered for ${goal ? goalInWords(goal) : 'days'}`);
  startClockAnew(turn);
}
