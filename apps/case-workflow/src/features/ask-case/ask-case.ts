import { decide, evolve, unopened, wakeAt, type Case, type CaseEvent, type Policy } from '@caserelay/case-lifecycle';
import { NotYet, type PersonCommand } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';

/** A command and what tells it from others: `key` is the asker's, `commandId` is made from it and the case. */
export interface Asked {
  readonly caseId: string;
  readonly key: string;
  readonly commandId: string;
  readonly command: PersonCommand;
}

/** What a command has led to. Asked again with the same key it is the same. */
export interface Answer {
  commandId: string;
  caseId: string;
  phase: Case['phase'];
  wakeAt: string | null;
  /** What happened, in order; nothing when the case was already as asked. */
  events: CaseEvent['type'][];
}

/** One transaction in which a command is carried out. */
export interface Deed {
  /** The answer that is kept for the key; `other` when it is kept for another command; null the first time. Keeps others with the same key waiting. */
  taken(asked: Asked): Promise<Answer | 'other' | null>;
  /** Loads, changes and keeps one case; answers what it tells. */
  advance(caseId: string, next: (state: Case) => Promise<CaseEvent[]>): Promise<Tell[]>;
  keep(asked: Asked, answer: Answer): Promise<void>;
}

export interface Needs {
  now(): Date;
  /** The policy that a case lives by. */
  policyOf(state: Case): Promise<Policy>;
  transaction<Result>(work: (deed: Deed) => Promise<{ result: Result; tells: Tell[] }>): Promise<Result>;
  /** Sees to it that the case is woken, once the step is kept for good. */
  ringLater(instant: Date): void;
}

/**
 * Carries out what a person asks of a case, once for each key. Throws a Refusal that says which rule is in the way (NotYet
 * when nobody opened the case); nothing is kept then, so the same may be asked again later.
 */
export async function askCase(asked: Asked, needs: Needs): Promise<Answer | 'other'> {
  const now = needs.now().toISOString();
  const { caseId, commandId, command } = asked;
  const answer = await needs.transaction<Answer | 'other'>(async (deed) => {
    const before = await deed.taken(asked);
    if (before) return { result: before, tells: [] };
    let events: CaseEvent[] = [];
    let after: Case = unopened;
    const tells = await deed.advance(caseId, async (state) => {
      if (state.phase === 'unopened') throw new NotYet(`no case has the id ${caseId}`);
      events = decide(state, { type: 'take-person-command', now, commandId, command }, await needs.policyOf(state));
      after = events.reduce(evolve, state);
      return events;
    });
    const answered: Answer = {
      ...{ commandId, caseId, phase: after.phase, wakeAt: wakeAt(after) },
      events: events.map(({ type }) => type),
    };
    await deed.keep(asked, answered);
    return { result: answered, tells };
  });
  if (answer !== 'other' && answer.wakeAt !== null) needs.ringLater(new Date(answer.wakeAt));
  return answer;
}
