import { limits, type CaseEvent, type Handed, type Known, type KnownUpload, type MergedCase } from './case.js';

type Happened<Type extends CaseEvent['type']> = Extract<CaseEvent, { type: Type }>;

/** The cases that were merged into this one, with one more. */
export function mergesTaken({ merged = [] }: Known, { data, at }: Happened<'case.merge-taken'>): MergedCase[] {
  const { caseId, file } = data.merged;
  const { caseNumber, trackingToken, contact } = file;
  return [...merged, { caseId, caseNumber, trackingToken, contact, at, by: data.by }];
}

/** What the case knows once it has what a merged one had. Within its bounds it forgets first what nobody waits for. */
export function takenOver(known: Known, handed: Handed): Partial<Known> {
  const { counts } = known;
  const answered = [...(known.answered ?? []), ...(handed.answered ?? [])];
  const questions = byTime([...(handed.questions ?? []), ...(known.questions ?? [])], ({ askedAt }) => askedAt);
  const scans = [...(handed.scans ?? []), ...(known.scans ?? [])];
  const merged = [...(handed.merged ?? []), ...(known.merged ?? [])];
  return {
    mailIds: [...handed.mailIds, ...known.mailIds].slice(-limits.mails),
    customerWords: byTime([...handed.customerWords, ...known.customerWords], ({ at }) => at).slice(-limits.words),
    arriving: [...handed.arriving, ...known.arriving].slice(-limits.uploads),
    uploads: withinLimit([...handed.uploads, ...known.uploads]),
    findings: [...handed.findings, ...known.findings].slice(-limits.findings),
    counts: {
      uploads: counts.uploads + handed.counts.uploads,
      customerMails: counts.customerMails + handed.counts.customerMails,
      reminders: counts.reminders + handed.counts.reminders,
    },
    ...(answered.length > 0 && { answered: firstOfEach(answered, ({ evidence }) => evidence) }),
    ...(questions.length > 0 && { questions: questions.slice(-limits.questions) }),
    ...(scans.length > 0 && { scans: scans.slice(-limits.uploads) }),
    ...(merged.length > 0 && { merged: merged.slice(-limits.links) }),
  };
}

/** What is still to be read stays. */
function withinLimit(uploads: readonly KnownUpload[]): KnownUpload[] {
  let surplus = uploads.length - limits.uploads;
  return uploads.filter(({ settled }) => !(settled && surplus > 0 && surplus--));
}

function byTime<Item>(items: readonly Item[], at: (item: Item) => string): Item[] {
  return [...items].sort((one, other) => Date.parse(at(one)) - Date.parse(at(other)));
}

function firstOfEach<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return items.filter((item, index) => items.findIndex((other) => key(other) === key(item)) === index);
}
