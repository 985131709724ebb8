import {
  decide,
  evolve,
  handedOver,
  mirrored,
  wakeAt,
  type Case,
  type CaseCommand,
  type CaseEvent,
  type Policy,
} from '@caserelay/case-lifecycle';
import { NotYet, Refusal, type CommandCarriedOut, type CommandChannel, type PersonCommand } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';

/** A command and what tells it from others: `key` is the asker's, `commandId` is made from it and the case. */
export interface Asked {
  readonly caseId: string;
  readonly key: string;
  readonly commandId: string;
  readonly command: PersonCommand;
  readonly channel: CommandChannel;
  /** The event of another system that asks; null when a person does it at our own door. */
  readonly event: { readonly source: string; readonly id: string } | null;
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
  /** Cases as they are, locked until the end of the transaction in an order that all keep. */
  look(caseIds: string[]): Promise<Map<string, Case>>;
  keep(asked: Asked, answer: Answer): Promise<void>;
}

/** What carrying out a command needs, whatever way it came. */
export interface RuleNeeds {
  now(): Date;
  /** The policy that a case lives by. */
  policyOf(state: Case): Promise<Policy>;
}

export interface Needs extends RuleNeeds {
  transaction<Result>(work: (deed: Deed) => Promise<{ result: Result; tells: Tell[] }>): Promise<Result>;
  /** Sees to it that the case is woken, once the step is kept for good. */
  ringLater(instant: Date): void;
}

/**
 * Carries out what a person asks of a case, once for each key. Throws a Refusal that says which rule is in the way (NotYet
 * when nobody opened the case); nothing is kept then, so the same may be asked again later.
 */
export async function askCase(asked: Asked, needs: Needs): Promise<Answer | 'other'> {
  const answer = await needs.transaction<Answer | 'other'>(async (deed) => {
    const before = await deed.taken(asked);
    if (before) return { result: before, tells: [] };
    const { answered, tells } = await carryOut(asked, deed, needs);
    return { result: answered, tells };
  });
  if (answer !== 'other' && answer.wakeAt !== null) needs.ringLater(new Date(answer.wakeAt));
  return answer;
}

interface Ask {
  caseId: string;
  command: CaseCommand;
}

/** Does what is asked and keeps the answer; the history of the case says who asked. Throws as `askCase` does. */
export async function carryOut(
  asked: Asked,
  deed: Deed,
  needs: RuleNeeds,
): Promise<{ answered: Answer; tells: Tell[] }> {
  const { caseId, commandId } = asked;
  const at = needs.now().toISOString();
  const answered: Answer = { commandId, caseId, phase: 'unopened', wakeAt: null, events: [] };
  const tells: Tell[] = [];
  const asks = await asksOf(asked, deed, at);
  const last = asks.findLast((ask) => ask.caseId === caseId);
  for (const ask of asks) {
    const told = await deed.advance(ask.caseId, async (state) => {
      if (state.phase === 'unopened') throw new NotYet(`no case has the id ${ask.caseId}`);
      const events = decide(state, ask.command, await needs.policyOf(state));
      const after = events.reduce(evolve, state);
      if (ask.caseId !== caseId || after.phase === 'unopened') return events;
      const led: Answer = {
        ...answered,
        phase: after.phase,
        wakeAt: wakeAt(after),
        events: [...answered.events, ...events.map(({ type }) => type)],
      };
      Object.assign(answered, led);
      if (ask !== last) return events;
      return [...events, { type: 'case.command-carried-out', at, data: outcomeOf(asked, led, false) }];
    });
    tells.push(...told);
  }
  await deed.keep(asked, answered);
  return { answered, tells };
}

/** What is told of a command that was carried out. */
export function outcomeOf(
  asked: Asked,
  { phase, wakeAt, events }: Answer,
  isRepeat: boolean,
): CommandCarriedOut['data'] {
  const { channel, event, key, commandId, command } = asked;
  if (phase === 'unopened') throw new Error(`the command ${commandId} was carried out in a case that nobody opened`);
  return {
    ...{ channel, source: event?.source ?? null, eventId: event?.id ?? null, key, commandId },
    ...{ command: command.type, by: command.by, events: events.slice(0, mostNamed), phase, wakeAt, isRepeat },
  };
}

/** As many events as the outcome of a command names. */
const mostNamed = 500;

/** What a command asks of which case; two belong together only when both say so. */
async function asksOf({ caseId, commandId, command }: Asked, deed: Deed, now: string): Promise<Ask[]> {
  if (command.type === 'merge') return await mergeAsks({ caseId, commandId, command }, deed, now);
  if (command.type === 'place-legal-hold' || command.type === 'lift-legal-hold')
    return await legalHoldAsks({ caseId, commandId, command }, deed, now);
  if (command.type !== 'link' && command.type !== 'unlink')
    return [{ caseId, command: { type: 'take-person-command', now, commandId, command } }];
  const { by } = command;
  const otherId = command.type === 'link' ? command.to : command.from;
  if (otherId === caseId)
    throw new Refusal('a case is not linked with itself; expected the id of another one', '案例不能与自身关联');
  const cases = await deed.look([caseId, otherId]);
  const factsOf = (id: string): { caseId: string; caseNumber: string; isOpen: boolean } => {
    const state = cases.get(id);
    if (!state || state.phase === 'unopened') {
      if (id === caseId) throw new NotYet(`no case has the id ${id}`);
      throw new Refusal(`no case has the id ${id}; expected the id of a listed case`, `没有编号为 ${id} 的案例`);
    }
    return {
      caseId: id,
      caseNumber: state.known.file.caseNumber,
      isOpen: state.phase !== 'archived' && state.phase !== 'merged',
    };
  };
  const [own, other] = [factsOf(caseId), factsOf(otherId)];
  if (command.type === 'unlink')
    return [
      { caseId, command: { type: 'unlink', now, by, from: otherId } },
      { caseId: otherId, command: { type: 'unlink', now, by, from: caseId } },
    ];
  const { as } = command;
  return [
    { caseId, command: { type: 'link', now, by, as, other } },
    { caseId: otherId, command: { type: 'link', now, by, as: mirrored[as], other: own } },
  ];
}

type Merge = Extract<PersonCommand, { type: 'merge' }>;

/** One case ends and hands over what it had, the other takes it, in one transaction. */
async function mergeAsks(
  { caseId, commandId, command }: { caseId: string; commandId: string; command: Merge },
  deed: Deed,
  now: string,
): Promise<Ask[]> {
  const { into, by, reason } = command;
  if (into === caseId)
    throw new Refusal('a case is not merged into itself; expected the id of another one', '案例不能合并到自身');
  const cases = await deed.look([caseId, into]);
  const [own, target] = [cases.get(caseId), cases.get(into)];
  if (!own || own.phase === 'unopened') throw new NotYet(`no case has the id ${caseId}`);
  if (!target || target.phase === 'unopened')
    throw new Refusal(`no case has the id ${into}; expected the id of a listed case`, `没有编号为 ${into} 的案例`);
  const { file } = target.known;
  const goesOnIn = target.phase === 'merged' ? target.into.file.caseNumber : null;
  const merged = { caseId, file: own.known.file };
  const handed = handedOver(own);
  // One evidence from now: what keeps that of one case from being removed keeps that of both.
  const [ownHold, otherHold] = [own.known.legalHold, target.known.legalHold];
  const holds: Ask[] = [];
  if (ownHold && !otherHold) holds.push(holdAsk(into, ownHold.reason, { commandId, by }, now));
  if (otherHold && !ownHold) holds.push(holdAsk(caseId, otherHold.reason, { commandId, by }, now));
  return [
    ...holds,
    {
      caseId,
      command: { type: 'merge', now, by, reason, into: { caseId: into, file, phase: target.phase, goesOnIn } },
    },
    { caseId: into, command: { type: 'take-merged-case', now, by, reason, merged, handed } },
  ];
}

function holdAsk(
  caseId: string,
  reason: string,
  { commandId, by }: { commandId: string; by: PersonCommand['by'] },
  now: string,
): Ask {
  const command: PersonCommand = { type: 'place-legal-hold', by, reason };
  return { caseId, command: { type: 'take-person-command', now, commandId, command } };
}

type LegalHold = Extract<PersonCommand, { type: 'place-legal-hold' | 'lift-legal-hold' }>;

/** A legal hold of a case is one of all that were merged into it. */
async function legalHoldAsks(
  { caseId, commandId, command }: { caseId: string; commandId: string; command: LegalHold },
  deed: Deed,
  now: string,
): Promise<Ask[]> {
  const own = (await deed.look([caseId])).get(caseId);
  const merged = own && own.phase !== 'unopened' ? (own.known.merged ?? []).map((one) => one.caseId) : [];
  const others = merged.length === 0 ? new Map<string, Case>() : await deed.look(merged);
  const isHeld = (state: Case): boolean => state.phase !== 'unopened' && state.known.legalHold !== undefined;
  const asked = [...others].filter(([, state]) => isHeld(state) === (command.type === 'lift-legal-hold'));
  return [caseId, ...asked.map(([id]) => id)].map((id) => ({
    caseId: id,
    command: { type: 'take-person-command', now, commandId, command },
  }));
}
