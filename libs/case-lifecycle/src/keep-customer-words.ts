import { limits, type CaseEvent, type Known } from './case.js';
import { withClockEnded, withClocksEnded } from './keep-clocks.js';

type Happened<Type extends CaseEvent['type']> = Extract<CaseEvent, { type: Type }>;

export function stepsPlanned({ cycle }: Known, { data, at }: Happened<'case.action-planned'>): Partial<Known> {
  const items = data.steps.map((step) => ({ step, doneAt: null, doneBy: null }));
  return { plannedSteps: { plannedAt: at, cycle, items } };
}

export function planTicked(known: Known, { data, at }: Happened<'case.plan-ticked'>): Partial<Known> {
  const { plan, plannedSteps } = known;
  const words = wordsAfter(known, data.items, at);
  const ticked = <Item extends Ticked>(items: readonly Item[]): Item[] =>
    items.map((item, index) => {
      const news = data.items.find((one) => one.item === index + 1);
      return news ? tickedBy(item, news, { at, by: data.by }) : item;
    });
  if (data.planId === null)
    return { ...words, ...(plannedSteps && { plannedSteps: { ...plannedSteps, items: ticked(plannedSteps.items) } }) };
  return { ...words, ...(plan?.planId === data.planId && { plan: { ...plan, items: ticked(plan.items) } }) };
}

interface Ticked {
  readonly doneAt: string | null;
  readonly doneBy: Happened<'case.plan-ticked'>['data']['by'] | null;
  readonly words?: string;
}

type News = Happened<'case.plan-ticked'>['data']['items'][number];

/** What was done before stays done by whom and when it was. */
function tickedBy<Item extends Ticked>(
  item: Item,
  { isDone, words }: News,
  { at, by }: { at: string; by: Happened<'case.plan-ticked'>['data']['by'] },
): Item {
  const changed = (item.doneAt !== null) === isDone ? {} : { doneAt: isDone ? at : null, doneBy: isDone ? by : null };
  return { ...item, ...changed, ...(words !== null && { words }) };
}

function wordsAfter({ customerWords }: Known, items: readonly News[], at: string): Partial<Known> {
  const said = items.flatMap(({ item, text, step, words }) =>
    words === null ? [] : [{ at, text: `${item}. ${text ?? step ?? ''}: ${words}`.slice(0, limits.wordLength) }],
  );
  return said.length === 0 ? {} : { customerWords: [...customerWords, ...said].slice(-limits.words) };
}

export function surveyBegun(
  { cycle }: Known,
  { survey }: Happened<'case.archived'>['data'],
  at: string,
): Partial<Known> {
  return survey ? { survey: { cycle, archivedAt: at, askedAt: null, closesAt: null, answer: null } } : {};
}

export function surveyAsked(known: Known, { data, at }: Happened<'case.survey-asked'>): Partial<Known> {
  const { survey } = known;
  const ended = withClockEnded(known, 'survey', at);
  return survey ? { ...ended, survey: { ...survey, askedAt: at, closesAt: data.closesAt } } : ended;
}

export function surveyClosed(known: Known, { at }: { at: string }): Partial<Known> {
  return withClocksEnded(known, ({ clock }) => clock === 'survey' || clock === 'survey-answer', at);
}

export function surveyAnswered(known: Known, { data, at }: Happened<'case.survey-answered'>): Partial<Known> {
  const { survey } = known;
  const { by, grade, solved, words } = data;
  const ended = surveyClosed(known, { at });
  return survey ? { ...ended, survey: { ...survey, answer: { at, by, grade, solved, words } } } : ended;
}
