import { Refusal, type PersonCommand } from '@caserelay/contracts';
import { archive } from './archive.js';
import { assignOwner } from './assign-owner.js';
import { isAnswered } from './checklist.js';
import { escalate } from './escalate.js';
import { hold, resume } from './hold.js';
import { liftLegalHold, placeLegalHold } from './legal-hold.js';
import { openChildren } from './links.js';
import { ourWord } from './our-word.js';
import { tickItem, writePlan } from './plan.js';
import { askQuestion, closeQuestion } from './questions.js';
import { changePriority } from './reckon-anew.js';
import { reopen } from './reopen.js';
import { completeOwner, contactOf } from './report.js';
import { startClock } from './run-clocks.js';
import { acknowledgeClock } from './tell-levels.js';
import type { Turn } from './turn.js';

/** What also an archived case takes. */
const alsoArchived: readonly PersonCommand['type'][] = [
  'reopen',
  'note',
  'close-question',
  'assign-owner',
  'place-legal-hold',
  'lift-legal-hold',
];

/** Does what a person asks, or says why not. `commandId` becomes the id of what the command makes. */
export function takePersonCommand(turn: Turn, commandId: string, command: PersonCommand): void {
  if (turn.state.phase === 'archived' && !alsoArchived.includes(command.type))
    throw new Refusal(
      `the case is archived, found ${command.type}; expected an open case: reopen it first`,
      `案例已归档，不能执行 ${command.type}；请先重新打开案例`,
    );
  switch (command.type) {
    case 'assign-owner':
      assignOwner(turn, command);
      break;
    case 'hold':
      completeOwner(turn, command.by);
      hold(turn, command);
      break;
    case 'resume':
      resume(turn, command);
      break;
    case 'change-priority':
      changePriority(turn, command);
      break;
    case 'acknowledge-clock':
      acknowledgeClock(turn, command);
      break;
    case 'escalate':
      escalateByPerson(turn, command);
      break;
    case 'archive':
      archiveByPerson(turn, command);
      break;
    case 'reopen':
      reopenByPerson(turn);
      break;
    case 'answer':
      answer(turn, commandId, command);
      break;
    case 'ask-question':
      askQuestion(turn, commandId, command);
      break;
    case 'close-question':
      closeQuestion(turn, command);
      break;
    case 'write-plan':
      writePlan(turn, commandId, command);
      break;
    case 'tick-item':
      tickItem(turn, command);
      break;
    case 'tick-evidence':
      tickEvidence(turn, command);
      break;
    case 'link':
    case 'unlink':
    case 'merge':
      throw new Error(`${command.type} is about two cases; expected each to be asked for itself`);
    case 'place-legal-hold':
      placeLegalHold(turn, command);
      break;
    case 'lift-legal-hold':
      liftLegalHold(turn, command);
      break;
    case 'note':
      turn.say({ type: 'note.kept', data: { by: command.by, text: command.text } });
      break;
  }
}

function archiveByPerson(turn: Turn, command: Extract<PersonCommand, { type: 'archive' }>): void {
  const children = openChildren(turn.known).map(({ caseNumber }) => caseNumber);
  if (children.length > 0 && !command.withOpenChildren)
    throw new Refusal(
      `children of the case are open: ${children.join(', ')}; expected them to be archived before, or withOpenChildren`,
      `下级案例尚未归档：${children.join('、')}；请先归档下级案例，或指定 withOpenChildren`,
    );
  archive(turn, 'closed-by-engineer', command.summary);
}

function escalateByPerson(turn: Turn, { reason }: Extract<PersonCommand, { type: 'escalate' }>): void {
  escalate(turn, 'asked-by-person', reason);
  turn.say({ type: 'engineer.awaited', data: {} });
  startClock(turn, 'engineer');
}

function reopenByPerson(turn: Turn): void {
  if (turn.state.phase !== 'archived')
    throw new Refusal(
      `the case is ${turn.state.phase}, found reopen; expected an archived case`,
      `案例处于 ${turn.state.phase} 阶段，不能重新打开；应为已归档的案例`,
    );
  reopen(turn, 'asked-by-person');
}

/** A person knows better what a file or a mail has brought. */
function tickEvidence(turn: Turn, { evidence, isHere, by }: Extract<PersonCommand, { type: 'tick-evidence' }>): void {
  if (isAnswered(turn.known, evidence) === isHere) return;
  if (isHere) turn.say({ type: 'evidence.answered', data: { evidence: [evidence], by } });
  else turn.say({ type: 'evidence.missed', data: { evidence, by } });
}

function answer(turn: Turn, mailId: string, { by, text }: Extract<PersonCommand, { type: 'answer' }>): void {
  contactOf(turn);
  turn.say({ type: 'case.answer-forwarded', data: { file: turn.known.file, mailId, from: by, text } });
  ourWord(turn, by);
}
