import {
  NotYet,
  problemOfRefusal,
  problemOfUsedKey,
  Refusal,
  type CommandReceived,
  type RefusalProblem,
} from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import { carryOut, outcomeOf, type Answer, type Asked, type Deed, type RuleNeeds } from './ask-case.js';
import { commandIdOf } from './command-id.js';

/** What hearing a command needs, within the event being heard. */
export interface HearNeeds extends RuleNeeds {
  /** Runs work so that all of it is undone when it throws, and nothing else that was kept with the event. */
  undoable<Result>(work: (deed: Deed) => Promise<Result>): Promise<Result>;
  /** Sees to it that the case is woken, once the event is heard for good. */
  ringLater(instant: Date): void;
}

/**
 * Carries out what another system asks of a case, once for each key, and tells the outcome: whoever asked recognises it by
 * source and id of their event. A refusal keeps nothing, as over the API. A command that came before its case throws
 * NotYet and is heard again.
 */
export async function hearCommand(event: CommandReceived, needs: HearNeeds): Promise<Tell[]> {
  const { command, key, channel, source, eventId } = event.data;
  const caseId = event.subject;
  const commandId = commandIdOf(caseId, key);
  const asked: Asked = { caseId, key, commandId, command, channel, event: { source, id: eventId } };
  try {
    const { answered, tells } = await needs.undoable((deed) => carryOutOnce(asked, deed, needs));
    if (answered.wakeAt !== null) needs.ringLater(new Date(answered.wakeAt));
    return tells;
  } catch (error) {
    if (error instanceof NotYet || !(error instanceof Refusal)) throw error;
    return [refused(asked, error instanceof KeyUsed ? problemOfUsedKey(key) : problemOfRefusal(error))];
  }
}

async function carryOutOnce(asked: Asked, deed: Deed, needs: RuleNeeds): Promise<{ answered: Answer; tells: Tell[] }> {
  const before = await deed.taken(asked);
  if (before === 'other') throw new KeyUsed(asked.key);
  if (before === null) return await carryOut(asked, deed, needs);
  // Told beside the history: the case itself says nothing twice.
  const again: Tell = { type: 'case.command-carried-out', caseId: asked.caseId, data: outcomeOf(asked, before, true) };
  return { answered: before, tells: [again] };
}

class KeyUsed extends Refusal {}

function refused({ caseId, channel, event, key, command }: Asked, problem: RefusalProblem): Tell {
  return {
    type: 'case.command-refused',
    caseId,
    data: {
      ...{ channel, source: event?.source ?? null, eventId: event?.id ?? null, key },
      ...{ command: command.type, by: command.by, problem },
    },
  };
}
