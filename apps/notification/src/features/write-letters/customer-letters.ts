import { facts, heading, paragraph, points, quote, timeIn, type Block, type Fact } from '@caserelay/case-papers';
import type { CaseFile, EventOf, Language, LetterTopic, NextStep } from '@caserelay/contracts';
import { instructionsOf } from '@caserelay/crash-dump';
import { customerTextsOf } from './templates/customer-texts.js';

/** What these letters need from around them. */
export interface PageSettings {
  zone: string;
  /** A survey of the centre's own, which takes the place of the one on the customer's page. */
  surveyUrl: string | null;
  /** The link to the page of a case for its contact; null when there is no page. */
  customerPage(caseId: string, address: string): string | null;
}

interface Given {
  caseId: string;
  file: CaseFile;
  settings: PageSettings;
}

interface Body {
  topics: LetterTopic[];
  blocks: Block[];
}

/** Names the page; nothing when there is none, or nobody to open it. */
export function pageBlocks(given: Given): Block[] {
  const link = pageOf(given);
  if (link === null) return [];
  const texts = customerTextsOf(given.file.language);
  return [facts([{ label: texts.page, value: link, link: true }]), paragraph(texts.pageNote)];
}

function pageOf({ caseId, file, settings }: Given): string | null {
  return file.contact && settings.customerPage(caseId, file.contact.address);
}

/** How a plan is ticked off; `byReply` is what is said when there is no page. */
export function howToTick(given: Given, byReply: string): Block[] {
  const page = pageBlocks(given);
  if (page.length === 0) return [paragraph(byReply)];
  return [paragraph(customerTextsOf(given.file.language).plan.how), ...page];
}

/** What of a plan is still open, and where it is ticked. */
export function openBlocks(
  { openItems = [], openSteps = [] }: { openItems?: string[] | undefined; openSteps?: NextStep[] | undefined },
  given: Given,
): Block[] {
  const { language } = given.file;
  const open = [...openItems, ...openSteps.flatMap((step) => instructionsOf(step, language)?.title ?? [])];
  if (open.length === 0) return [];
  const { plan } = customerTextsOf(language);
  return [heading(plan.open), points(open), paragraph(plan.openIntro), ...pageBlocks(given)];
}

/** Of the summary that asks for an opinion itself. */
export function surveyBlocks(given: Given, closesAt: string | null): Block[] {
  const { survey } = customerTextsOf(given.file.language);
  return [heading(survey.title), ...waysToAnswer(given, closesAt)];
}

function waysToAnswer(given: Given, closesAt: string | null): Block[] {
  const { survey } = customerTextsOf(given.file.language);
  const { surveyUrl, zone } = given.settings;
  const until = closesAt === null ? [] : [paragraph(survey.until(timeIn(zone, closesAt)))];
  if (surveyUrl !== null) return [facts([{ label: survey.title, value: surveyUrl, link: true }])];
  const page = pageBlocks(given);
  return page.length === 0
    ? [paragraph(survey.byReply), ...until]
    : [paragraph(survey.atPage), ...page, paragraph(survey.byReply), ...until];
}

/** What is asked with the summary needs no letter of its own. */
export function askForOpinion({ data, subject }: EventOf<'case.survey-asked'>, settings: PageSettings): Body | null {
  if (data.within === 'summary') return null;
  const { survey } = customerTextsOf(data.file.language);
  const given = { caseId: subject, file: data.file, settings };
  return { topics: ['survey'], blocks: [paragraph(survey.intro), ...waysToAnswer(given, data.closesAt)] };
}

export function tellLowGrade({ data }: EventOf<'case.low-grade-given'>, rows: readonly Fact[]): Body {
  const { lowGrade } = customerTextsOf(data.file.language);
  const { by, grade, solved, words, atOrBelow, policy } = data;
  return {
    topics: ['low-grade-notice'],
    blocks: [
      paragraph(lowGrade.intro(by.name)),
      facts([
        ...rows,
        { label: lowGrade.grade, value: lowGrade.ofFive(grade) },
        { label: lowGrade.solved, value: solved && lowGrade.answers[solved] },
      ]),
      ...(words === null ? [paragraph(lowGrade.noWords)] : [heading(lowGrade.words), quote(words)]),
      paragraph(lowGrade.why(atOrBelow, policy)),
    ],
  };
}

/** Ticks alone are shown on the case; words, and what turned out not to be done, need a person. */
export function passTicksOn({ data }: EventOf<'case.plan-ticked'>, rows: readonly Fact[]): Body | null {
  const { items, by, openItems, ofItems, file } = data;
  if (!items.some(({ isDone, words }) => words !== null || !isDone)) return null;
  const { ticked } = customerTextsOf(file.language);
  return {
    topics: ['customer-question'],
    blocks: [
      paragraph(ticked.intro(by.name)),
      facts(rows),
      ...items.flatMap((item) => [
        paragraph(`${item.item}. ${titleOf(item, file.language)}: ${item.isDone ? ticked.done : ticked.undone}`),
        ...(item.words === null ? [] : [quote(item.words)]),
      ]),
      paragraph(ticked.left(openItems, ofItems)),
    ],
  };
}

function titleOf({ text, step }: EventOf<'case.plan-ticked'>['data']['items'][number], language: Language): string {
  return text ?? (step && instructionsOf(step, language)?.title) ?? step ?? '';
}
