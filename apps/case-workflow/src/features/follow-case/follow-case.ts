import {
  decide,
  evolve,
  goesOnIn,
  type Case,
  type CaseCommand,
  type CaseEvent,
  type Policy,
} from '@caserelay/case-lifecycle';
import type { EventOf } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';

/** The facts that a case listens to. */
export type Followed = EventOf<
  | 'problem.reported'
  | 'mail.received'
  | 'thread.imported'
  | 'mail.imported'
  | 'upload-space.opened'
  | 'upload.started'
  | 'upload.recognised'
  | 'upload.received'
  | 'upload.completed'
  | 'upload.cut-short'
  | 'upload.scanned'
  | 'upload.released'
  | 'dump.analysed'
  | 'dump.unreadable'
  | 'evidence.recognised'
  | 'evidence.purged'
  | 'mails.purged'
  | 'reports.purged'
>;

/** What following a case needs from around it. */
export interface Needs {
  now: Date;
  policies: {
    /** The one that a case lives by. */
    of(state: Case): Promise<Policy>;
    /** Reads which versions are the latest, to choose from. */
    refresh(): Promise<unknown>;
    choose(facts: { partner: string | null; endCustomer: string | null; contract?: string | undefined }): Policy;
  };
  /** Loads, changes and keeps one case as a single step. */
  advance(
    caseId: string,
    next: (state: Case) => Promise<CaseEvent[]>,
    causationId: string,
  ): Promise<{ tells: Tell[]; wakeAt: Date | null }>;
  /** Sets a timer once the step is kept for good. */
  wakeLater(caseId: string, wakeAt: Date): void;
}

/** As many cases as a fact is handed on through, each merged into the next; more would be a circle. */
const mostMerges = 60;

/**
 * Asks a case what a fact means to it; one that was merged leaves it to the case that it goes on in. A fact about a case
 * that nobody opened is heard again, then refused.
 */
export async function followCase(event: Followed, needs: Needs): Promise<Tell[]> {
  const command: CaseCommand = { ...withoutUnstorable(askOf(event)), now: needs.now.toISOString() };
  let caseId = event.subject;
  for (let merges = 0; merges < mostMerges; merges += 1) {
    let next: string | null = null;
    const { tells, wakeAt } = await needs.advance(
      caseId,
      async (state) => {
        next = goesOnIn(state, command);
        if (next !== null) return [];
        if (command.type === 'report') return await heardReport(state, command, needs);
        if (command.type === 'import-thread') return await heardThread(state, command, needs);
        return decide(state, command, await needs.policies.of(state));
      },
      event.id,
    );
    if (next === null) {
      if (wakeAt) needs.wakeLater(caseId, wakeAt);
      return tells;
    }
    caseId = next;
  }
  throw new Error(`${event.subject} was merged more than ${mostMerges} times in a row; expected it to go on somewhere`);
}

/** A report opens a case under the policy that is for it; a later one may tell that another one is. */
async function heardReport(
  state: Case,
  command: CaseCommand & { type: 'report' },
  { policies }: Needs,
): Promise<CaseEvent[]> {
  await policies.refresh();
  if (state.phase === 'unopened') return decide(state, command, policies.choose(command.report));
  const present = await policies.of(state);
  const events = decide(state, command, present);
  const after = events.reduce(evolve, state);
  if (present.name !== 'standard' || after.phase === 'unopened') return events;
  const chosen = policies.choose({ ...after.known.file, contract: command.report.contract });
  if (chosen.name === present.name) return events;
  const ask: CaseCommand = { type: 'apply-policy', because: 'contract-known', by: null, now: command.now };
  return [...events, ...decide(after, ask, chosen)];
}

/** A thread opens a case under the policy that is for it. */
async function heardThread(
  state: Case,
  command: CaseCommand & { type: 'import-thread' },
  { policies }: Needs,
): Promise<CaseEvent[]> {
  if (state.phase !== 'unopened') return [];
  await policies.refresh();
  return decide(state, command, policies.choose(command.thread));
}

/** A case was archived, merged or opened again: those that it is linked with know, and those that go on in it. */
export async function followLinkedCase(
  event: EventOf<'case.archived' | 'case.reopened' | 'case.merged'>,
  needs: Needs,
): Promise<Tell[]> {
  const tells: Tell[] = [];
  const now = needs.now.toISOString();
  const isOpen = event.type === 'case.reopened';
  const { links = [], mergedCases = [], file } = event.data;
  const asks = new Map<string, CaseCommand[]>();
  const ask = (caseId: string, command: CaseCommand): unknown =>
    asks.set(caseId, [...(asks.get(caseId) ?? []), command]);
  for (const caseId of links) ask(caseId, { type: 'take-linked-case', now, caseId: event.subject, isOpen });
  for (const caseId of mergedCases)
    ask(
      caseId,
      event.type === 'case.merged'
        ? { type: 'take-merge-target', now, target: event.data.into, isOpen: true }
        : { type: 'take-merge-target', now, target: { caseId: event.subject, file }, isOpen },
    );
  // In an order that all keep, so that nobody waits for whoever waits for them.
  for (const [caseId, commands] of [...asks].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const { tells: told, wakeAt } = await needs.advance(
      caseId,
      async (state) => {
        if (state.phase === 'unopened') return [];
        const policy = await needs.policies.of(state);
        return commands.reduce<{ state: Case; events: CaseEvent[] }>(
          (before, command) => {
            const events = decide(before.state, command, policy);
            return { state: events.reduce(evolve, before.state), events: [...before.events, ...events] };
          },
          { state, events: [] },
        ).events;
      },
      event.id,
    );
    tells.push(...told);
    if (wakeAt) needs.wakeLater(caseId, wakeAt);
  }
  return tells;
}

type Without<Key extends string, Each> = Each extends unknown ? Omit<Each, Key> : never;
type Ask = Without<'now', Extract<CaseCommand, { type: 'report' | 'import-thread' | `take-${string}` }>>;

/** What each fact asks of a case. */
function askOf(event: Followed): Ask {
  switch (event.type) {
    case 'problem.reported':
      return { type: 'report', report: event.data };
    case 'thread.imported':
      return { type: 'import-thread', thread: event.data };
    case 'mail.imported':
      return { type: 'take-imported-mail', mail: event.data };
    case 'mail.received':
      return { type: 'take-mail', mail: event.data };
    case 'upload-space.opened':
      return { type: 'take-upload-space', space: event.data };
    case 'upload.started':
      return { type: 'take-arrival', upload: event.data };
    case 'upload.recognised':
      return { type: 'take-recognition', recognised: event.data };
    case 'upload.received':
      return { type: 'take-upload', upload: event.data };
    case 'upload.completed':
      return { type: 'take-completion', upload: event.data };
    case 'upload.cut-short':
      return { type: 'take-cut-short', upload: event.data };
    case 'upload.scanned':
      return { type: 'take-scan', scan: event.data };
    case 'upload.released':
      return { type: 'take-release', release: event.data };
    case 'dump.analysed':
      return { type: 'take-analysis', analysis: event.data };
    case 'dump.unreadable':
      return { type: 'take-unreadable-dump', dump: event.data };
    case 'evidence.recognised':
      return { type: 'take-other-evidence', evidence: event.data };
    case 'evidence.purged':
      return { type: 'take-purge', part: 'uploads', purged: event.data };
    case 'mails.purged':
      return { type: 'take-purge', part: 'mails', purged: event.data };
    case 'reports.purged':
      return { type: 'take-purge', part: 'reports', purged: event.data };
  }
}

/** Mails and file names may hold characters that jsonb of Postgres refuses: NUL and halves of surrogate pairs. */
function withoutUnstorable<Value>(value: Value): Value {
  const clean = (_: string, each: unknown): unknown =>
    typeof each === 'string' ? each.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd') : each;
  return JSON.parse(JSON.stringify(value, clean)) as Value;
}
