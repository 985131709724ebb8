import type { CaseEvent } from '@caserelay/case-lifecycle';

/** What the papers take from the case as it stands, and leave out of its history. */
export const heavyFields = [
  'file',
  'findings',
  'earlierFindings',
  'customerWords',
  'uploads',
  'space',
  'dump',
] as const;

/** The events that papers tell of. */
export const toldTypes = [
  'case.opened',
  'mail.kept',
  'case.evidence-requested',
  'case.collection-suggested',
  'upload.kept',
  'cut-short.kept',
  'case.wrong-dump-noticed',
  'case.analysis-reported',
  'upload.settled',
  'case.escalated',
  'case.action-planned',
  'case.plan-written',
  'item.ticked',
  'case.plan-ticked',
  'case.question-asked',
  'question.closed',
  'case.customer-forwarded',
  'case.answer-forwarded',
  'case.customer-reminded',
  'case.observation-started',
  'case.archived',
  'case.reopened',
  'case.held',
  'case.resumed',
  'case.priority-changed',
  'case.owner-changed',
  'case.level-reached',
  'case.clock-acknowledged',
  'case.linked',
  'case.unlinked',
  'note.kept',
] as const satisfies CaseEvent['type'][];

type Heavy = (typeof heavyFields)[number];
type Told = Extract<CaseEvent, { type: (typeof toldTypes)[number] }>;
type Light<Event> = Event extends { type: infer Type; data: infer Data; at: string }
  ? { readonly type: Type; readonly at: string; readonly data: Omit<Data, Heavy> }
  : never;

/** One event of a case's history as papers need it; the whole event will do as well. */
export type HistoryLine = Light<Told>;
export type LineOf<Type extends HistoryLine['type']> = Extract<HistoryLine, { type: Type }>;

const told: ReadonlySet<string> = new Set(toldTypes);

/** The lines of a history that papers tell of. */
export function linesOf(history: readonly CaseEvent[]): HistoryLine[] {
  return history.filter((event): event is Told => told.has(event.type));
}
