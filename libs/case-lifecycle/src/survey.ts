import { Refusal, type EventOf, type Person, type Solved } from '@caserelay/contracts';
import type { SurveyAnswer } from './asked-of-customer.js';
import { limits, type CaseCommand, type Known } from './case.js';
import type { ClockName } from './clock.js';
import { plain } from './policy.js';
import { contactOf } from './report.js';
import { dueIfStarted, runningClock, startClock } from './run-clocks.js';
import { peopleOf } from './tell-levels.js';
import type { Turn } from './turn.js';

type Archived = EventOf<'case.archived'>['data'];

/**
 * What a summary says of the survey: nothing where the policy has none; null when the customer is not asked, because
 * nobody is known to ask or because they got nothing in this cycle that they could judge.
 */
export function surveyToCome(turn: Turn): Pick<Archived, 'survey'> {
  const { survey } = turn.policy.document;
  if (!survey) return {};
  if (turn.known.file.contact === null || !gotSomething(turn.known)) return { survey: null };
  if (survey.after !== 'with-summary') return { survey: { within: 'letter', closesAt: null } };
  return { survey: { within: 'summary', closesAt: dueIfStarted(turn, 'survey-answer') } };
}

/** In the present cycle a letter was written to them for the case; a reopening alone is none. */
function gotSomething({ respondedIn, cycle, pastClocks }: Known): boolean {
  return respondedIn === cycle || pastClocks.some((clock) => clock.clock === 'first-response' && clock.cycle === cycle);
}

/** Begins the survey of a case that was put away in this moment. */
export function beginSurvey(turn: Turn, { survey }: Pick<Archived, 'survey'>): void {
  if (!survey) return;
  if (survey.within === 'letter') startClock(turn, 'survey');
  else ask(turn, survey.within);
}

/** Asks once the time has come, and takes no answer once it is over. So late that it would be over, nobody is asked. */
export function passSurvey(turn: Turn): void {
  const closes = turn.policy.document.survey?.closes;
  const overdue = overdueBy(turn, 'survey');
  if (overdue >= 0 && (!closes || overdue < plain(closes))) ask(turn, 'letter');
  else if (overdue >= 0 || overdueBy(turn, 'survey-answer') >= 0)
    turn.say({ type: 'survey.closed', data: { cycle: turn.known.cycle } });
}

/** Milliseconds since a clock was due; negative before, and when it does not run. */
function overdueBy(turn: Turn, clock: ClockName): number {
  const due = runningClock(turn, clock)?.dueAt ?? null;
  return due === null ? -1 : Date.parse(turn.now) - Date.parse(due);
}

function ask(turn: Turn, within: 'summary' | 'letter'): void {
  const { file, cycle, policy, survey } = turn.known;
  if (!survey) return;
  const { archivedAt } = survey;
  const closesAt = dueIfStarted(turn, 'survey-answer');
  turn.say({ type: 'case.survey-asked', data: { file, cycle, policy, within, archivedAt, closesAt } });
  startClock(turn, 'survey-answer');
}

/** Where a survey stands at an instant; null where the customer is not asked. */
export type SurveyStanding =
  | { readonly is: 'open'; readonly closesAt: string | null }
  | { readonly is: 'answered'; readonly answer: SurveyAnswer }
  | { readonly is: 'closed'; readonly closedAt: string | null };

/** An answer counts also before the customer was asked, and until the very instant at which it closes. */
export function surveyStanding({ survey, clocks }: Known, now: string): SurveyStanding | null {
  if (!survey) return null;
  const { answer, closesAt } = survey;
  if (answer) return { is: 'answered', answer };
  const running = clocks.find(({ clock }) => clock === 'survey' || clock === 'survey-answer');
  const isOver = running?.clock === 'survey-answer' && Date.parse(running.dueAt ?? now) <= Date.parse(now);
  return running && !isOver ? { is: 'open', closesAt } : { is: 'closed', closedAt: closesAt };
}

/** The answer of the page. Refuses a second one, one that comes too late, and one to a case that is open. */
export function takeSurveyAnswer(
  turn: Turn,
  { grade, solved, words }: Extract<CaseCommand, { type: 'take-survey-answer' }>,
): void {
  const by = contactOf(turn);
  const standing = surveyStanding(turn.known, turn.now);
  if (standing?.is !== 'open')
    throw new Refusal(
      `the survey is ${standing?.is ?? 'not asked'}, found an answer; expected one that is open`,
      '服务评价已提交、已截止或尚未开始，不能再次评价',
    );
  answer(turn, { grade, solved, words, by, via: 'page', mailId: null });
}

/** A mail that is nothing but a grade, or a grade with a word, answers the survey as the page does; a forged one does not. */
export function takeGrade(turn: Turn, { mailId, from, text, sender }: EventOf<'mail.received'>['data']): void {
  const found = sender?.is === 'failed' ? null : gradeIn(text);
  if (!found || surveyStanding(turn.known, turn.now)?.is !== 'open') return;
  answer(turn, { ...found, solved: null, by: from, via: 'mail', mailId });
}

/** Of a mail that was taken for thanks or a grade: the grade it begins with, and what else it says. */
export function gradeIn(text: string): { grade: number; words: string | null } | null {
  const lead = '(?:评分|打分|满意度|grade|score|rating)\\s*[:：]?\\s*';
  const found = new RegExp(`^\\s*(?:${lead})?([1-5])(?![\\d.])\\s*(?:分|/\\s*5|points?|stars?)?`, 'i').exec(text);
  if (!found) return null;
  const words = text
    .slice(found[0].length)
    .replace(/^[\s\p{P}]+/u, '')
    .trim();
  return { grade: Number(found[1]), words: words === '' ? null : clip(words, limits.wordLength) };
}

interface Answer {
  grade: number;
  solved: Solved | null;
  words: string | null;
  by: Person;
  via: 'page' | 'mail';
  mailId: string | null;
}

function answer(turn: Turn, { via, mailId, ...said }: Answer): void {
  const { file, cycle, policy, survey } = turn.known;
  if (!survey) return;
  const { archivedAt, askedAt } = survey;
  turn.say({
    type: 'case.survey-answered',
    data: { file, cycle, policy, ...said, via, mailId, archivedAt, askedAt },
  });
  const low = turn.policy.document.survey?.low;
  if (!low || said.grade > low.grade) return;
  for (const to of peopleOf(turn, low))
    turn.say({ type: 'case.low-grade-given', data: { file, to, cycle, policy, ...said, atOrBelow: low.grade } });
}

/** At most so many characters; one that takes two units is not cut in half. */
function clip(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
