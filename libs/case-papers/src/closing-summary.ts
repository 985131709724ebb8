import type { SummaryFacts } from '@caserelay/case-lifecycle';
import type { ClosingSummary, EventOf, Language, MissingFact } from '@caserelay/contracts';
import { instructionsOf } from '@caserelay/crash-dump';
import { asText, facts, heading, paragraph, points, quote, steps, type Block } from './blocks.js';
import { culpritOf, findingInOneLine, reasonsOf } from './finding-in-words.js';
import { clip } from './line-in-words.js';
import { papersWords } from './papers-words.data.js';
import { timeIn } from './time-in-words.js';

/** How a case ended; null for a draft of one that is open. */
export interface Ending {
  readonly at: string;
  readonly because: EventOf<'case.archived'>['data']['because'];
  readonly engineerSummary: string | null;
}

interface Reader {
  readonly language: Language;
  /** Zone of the times in words. */
  readonly zone: string;
}

/**
 * The summary of a case: problem, cause, what was done, what came of watching it, advice. It says facts of the case alone;
 * what nobody told is null and named in `missing`.
 */
export function closingSummary(told: SummaryFacts, ending: Ending | null, reader: Reader): ClosingSummary {
  const { file, findings } = told;
  const { language, zone } = reader;
  const suspect = findings.findLast(({ culprit }) => culprit?.name) ?? null;
  const name = suspect && culpritOf(suspect, language);
  const summary: Omit<ClosingSummary, 'text'> = {
    ...{ caseNumber: file.caseNumber, trackingToken: file.trackingToken, partner: file.partner },
    ...{ endCustomer: file.endCustomer, language, openedAt: told.openedAt, closedAt: ending?.at ?? null },
    problem: file.problem ?? (file.topic.trim() || null),
    counts: told.counts,
    engineerSummary: ending?.engineerSummary?.trim() || null,
    cause: {
      findings: findings.map((finding) => findingInOneLine(finding, language, zone)),
      suspect: suspect && name !== null ? { name, reasons: reasonsOf(suspect, language) ?? '' } : null,
    },
    // One that this version does not know has no words for a customer.
    done: {
      steps: told.steps.flatMap((step) => instructionsOf(step, language, suspect?.culprit ?? null)?.title ?? []),
      planItems: told.planItems ?? [],
    },
    observation: observationOf(told, ending, reader),
    lastHeard: told.lastHeard ? { at: told.lastHeard.at, text: clip(told.lastHeard.text) } : null,
    advice: adviceOf(told, language),
    missing: missingIn(told),
  };
  return { ...summary, text: asText(summaryBlocks(summary, reader), habitsOf(language)) };
}

/** The same in pieces, as the letter at the archive has it. */
export function summaryBlocks(summary: Omit<ClosingSummary, 'text'>, { language, zone }: Reader): Block[] {
  const say = papersWords[language].summary;
  const { labels } = say;
  const { cause, done, observation, lastHeard } = summary;
  const time = (instant: string): string => timeIn(zone, instant);
  return [
    ...(summary.closedAt === null ? [paragraph(say.draft)] : []),
    heading(say.title),
    facts([
      { label: labels.caseNumber, value: summary.caseNumber },
      { label: labels.token, value: summary.trackingToken },
      { label: labels.partner, value: summary.partner },
      { label: labels.endCustomer, value: summary.endCustomer },
      { label: labels.problem, value: summary.problem },
      { label: labels.openedAt, value: time(summary.openedAt) },
      { label: labels.closedAt, value: summary.closedAt && time(summary.closedAt) },
      { label: labels.uploads, value: `${summary.counts.uploads}` },
      { label: labels.customerMails, value: `${summary.counts.customerMails}` },
      { label: labels.reminders, value: `${summary.counts.reminders}` },
    ]),
    ...(summary.engineerSummary === null ? [] : [heading(say.engineer), paragraph(summary.engineerSummary)]),
    heading(say.findings),
    ...(cause.findings.length > 0 ? [points(cause.findings)] : [paragraph(say.noCause)]),
    ...(cause.suspect
      ? [
          facts([{ label: say.suspect, value: cause.suspect.name }]),
          ...(cause.suspect.reasons === '' ? [] : [paragraph(cause.suspect.reasons)]),
        ]
      : []),
    heading(say.steps),
    ...(done.steps.length > 0 ? [steps(done.steps)] : done.planItems.length > 0 ? [] : [paragraph(say.noSteps)]),
    ...(done.planItems.length > 0
      ? [
          heading(say.plan),
          steps(
            done.planItems.map(
              ({ text, doneAt }) => `${text.trim()} [${doneAt === null ? say.notDone : say.done(time(doneAt))}]`,
            ),
          ),
        ]
      : []),
    ...(observation === null ? [] : [heading(say.observation), paragraph(observation)]),
    ...(lastHeard
      ? [heading(`${say.lastHeard}${papersWords[language].colon}${time(lastHeard.at)}`), quote(lastHeard.text)]
      : []),
    ...(summary.advice.length > 0 ? [heading(say.advice)] : []),
    ...summary.advice.flatMap((one) => [heading(one.title), steps(one.steps)]),
    // Who gets the letter knows who they are; what is not known of the cause stands above.
    ...(summary.closedAt === null && summary.missing.length > 0
      ? [heading(say.missing), points(summary.missing.map((fact) => say.missingFacts[fact] ?? fact))]
      : []),
  ];
}

function observationOf(
  { observation }: SummaryFacts,
  ending: Ending | null,
  { language, zone }: Reader,
): string | null {
  if (!observation) return null;
  const say = papersWords[language].summary;
  const { from, until, because } = observation;
  const isOver = ending !== null && Date.parse(ending.at) >= Date.parse(until);
  const to = ending === null || isOver ? until : ending.at;
  const result =
    ending === null ? say.stillRuns : ending.because === 'observed-without-news' ? say.noNews : isOver ? '' : say.ended;
  return `${say.observed[because](timeIn(zone, from), timeIn(zone, to))}${language === 'en' && result ? ' ' : ''}${result}`;
}

/** How to take back what should not stay switched on, and what to keep for another time. */
function adviceOf({ steps: taken, findings }: SummaryFacts, language: Language): ClosingSummary['advice'] {
  const suspect = findings.findLast(({ culprit }) => culprit?.name)?.culprit ?? null;
  const undo = taken.flatMap((step) => instructionsOf(step, language, suspect)?.undo ?? []);
  const hasFullDump = findings.some(
    ({ kind, completeness }) => (kind === 'full' || kind === 'active') && completeness.verdict === 'complete',
  );
  const { collectNext } = papersWords[language].summary;
  return [...undo.map(({ title, steps: how }) => ({ title, steps: [...how] })), ...(hasFullDump ? [] : [collectNext])];
}

function missingIn({ file, findings }: SummaryFacts): MissingFact[] {
  const facts: [MissingFact, boolean][] = [
    ['problem', file.problem === null && file.topic.trim() === ''],
    ['end-customer', file.endCustomer === null],
    ['cause', !findings.some(({ bugcheck, exception }) => bugcheck !== null || exception !== null)],
    ['suspect', findings.length > 0 && !findings.some(({ culprit }) => culprit?.name)],
  ];
  return facts.filter(([, isMissing]) => isMissing).map(([fact]) => fact);
}

function habitsOf(language: Language): { colon: string; heading(text: string): string } {
  const { colon } = papersWords[language];
  return language === 'en'
    ? { colon, heading: (text) => `${text}\n${'-'.repeat(text.length)}` }
    : { colon, heading: (text) => `【${text}】` };
}
