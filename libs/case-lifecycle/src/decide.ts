import { NotYet } from '@caserelay/contracts';
import type { Case, CaseCommand, CaseEvent } from './case.js';
import { importThread, takeImportedMail } from './import-thread.js';
import { letTimePass } from './let-time-pass.js';
import type { Policy } from './policy.js';
import { takePersonCommand } from './take-person-command.js';
import { takePurge } from './take-purge.js';
import { takeArrival, takeRecognition } from './take-arrival.js';
import { open, completeDetails } from './report.js';
import { applyPolicy } from './reckon-anew.js';
import { takeAnalysis, takeOtherEvidence, takeUnreadableDump } from './take-analysis.js';
import { keepHold } from './hold.js';
import { link, takeLinkedCase, unlink } from './links.js';
import { askMerged, merge, takeMergedCase } from './merge.js';
import { takeSurveyAnswer } from './survey.js';
import { takeMail } from './take-mail.js';
import { takeRelease, takeScan } from './take-scan.js';
import { takeCompletion, takeCutShort, takeUpload } from './take-upload.js';
import { takeTicks } from './take-ticks.js';
import { takeUploadSpace } from './take-upload-space.js';
import { Turn } from './turn.js';

/**
 * The rules of a case. Returns what happens next; nothing when the request came twice or too late; throws a Refusal
 * when it breaks a rule, and one that may be asked again (NotYet) while the case is not opened.
 */
export function decide(state: Case, command: CaseCommand, policy: Policy): CaseEvent[] {
  const turn = new Turn(state, command.now, policy);
  if (state.phase === 'unopened') {
    if (command.type === 'import-thread') {
      importThread(turn, command.thread);
      return turn.events;
    }
    if (command.type !== 'report') {
      throw new NotYet(`nobody opened this case, so it cannot ${command.type}; expected a problem.reported first`);
    }
    open(turn, command.report);
    return turn.events;
  }
  if (state.phase === 'merged') {
    askMerged(turn, state, command);
    return turn.events;
  }
  switch (command.type) {
    case 'report':
      completeDetails(turn, command.report);
      break;
    case 'import-thread':
      // Known here already: only its mails are news.
      break;
    case 'take-imported-mail':
      takeImportedMail(turn, command.mail);
      break;
    case 'take-mail':
      takeMail(turn, command.mail);
      break;
    case 'take-upload-space':
      takeUploadSpace(turn, command.space);
      break;
    case 'take-arrival':
      takeArrival(turn, command.upload);
      break;
    case 'take-recognition':
      takeRecognition(turn, command.recognised);
      break;
    case 'take-upload':
      takeUpload(turn, command.upload);
      break;
    case 'take-completion':
      takeCompletion(turn, command.upload);
      break;
    case 'take-cut-short':
      takeCutShort(turn, command.upload);
      break;
    case 'take-scan':
      takeScan(turn, command.scan);
      break;
    case 'take-release':
      takeRelease(turn, command.release);
      break;
    case 'take-analysis':
      takeAnalysis(turn, command.analysis);
      break;
    case 'take-unreadable-dump':
      takeUnreadableDump(turn, command.dump);
      break;
    case 'take-other-evidence':
      takeOtherEvidence(turn, command.evidence);
      break;
    case 'take-purge':
      takePurge(turn, command.part, command.purged);
      break;
    case 'apply-policy':
      applyPolicy(turn, command);
      break;
    case 'take-person-command':
      takePersonCommand(turn, command.commandId, command.command);
      break;
    case 'link':
      link(turn, command);
      break;
    case 'unlink':
      unlink(turn, command);
      break;
    case 'take-linked-case':
      takeLinkedCase(turn, command);
      break;
    case 'take-merge-target':
      throw new Error(`a case that is ${state.phase} was told where it goes on; expected a merged one`);
    case 'merge':
      merge(turn, command);
      break;
    case 'take-merged-case':
      takeMergedCase(turn, command);
      break;
    case 'take-ticks':
      takeTicks(turn, command);
      break;
    case 'take-survey-answer':
      takeSurveyAnswer(turn, command);
      break;
    case 'let-time-pass':
      letTimePass(turn);
      break;
  }
  keepHold(turn);
  return turn.events;
}
