import type {
  CaseFile,
  CutShort,
  DumpFinding,
  Evidence,
  EventOf,
  Language,
  LetterTopic,
  NextStep,
  UploadSpace,
} from '@caserelay/contracts';
import {
  bytesInWords,
  closingSummary,
  facts,
  heading,
  noteInWords,
  paragraph,
  points,
  quote,
  spanOf,
  steps,
  summaryBlocks,
  systemOf,
  table,
  timeIn,
  type Block,
} from '@caserelay/case-papers';
import { inLanguage, instructionsOf } from '@caserelay/crash-dump';
import { comparisonPoints } from './comparison-points.js';
import {
  askForOpinion,
  howToTick,
  openBlocks,
  pageBlocks,
  passTicksOn,
  surveyBlocks,
  tellLowGrade,
  type PageSettings,
} from './customer-letters.js';
import { analysisBlocks, findingBlocks, recognisedFacts, suspectOf, warningBlocks } from './finding-blocks.js';
import { attachmentsOf, type Attachment } from './deletion-proof.js';
import type { Texts } from './templates/texts.js';
import { textsOf } from './templates/texts-of.js';

/** The events that lead to a letter. */
export type LetterEvent = EventOf<
  | 'case.upload-space-announced'
  | 'case.evidence-requested'
  | 'case.collection-suggested'
  | 'case.wrong-dump-noticed'
  | 'case.upload-acknowledged'
  | 'case.upload-quarantined'
  | 'case.analysis-reported'
  | 'case.escalated'
  | 'case.customer-forwarded'
  | 'case.answer-forwarded'
  | 'case.customer-reminded'
  | 'case.observation-started'
  | 'case.archived'
  | 'case.level-reached'
  | 'case.owner-changed'
  | 'case.resumed'
  | 'case.question-asked'
  | 'case.plan-written'
  | 'case.merged'
  | 'case.evidence-purged'
  | 'case.purge-overdue'
  | 'case.plan-ticked'
  | 'case.survey-asked'
  | 'case.low-grade-given'
>;

/** What letters need to know that no event tells. */
export interface LetterSettings extends PageSettings {
  mailDomain: string;
  senderName: string;
  teamAddress: string;
  servicePhone: string | null;
  collectionToolUrl: string | null;
  /** Where colleagues reach the doors of case-workflow, without a slash at the end; null when nobody told it. */
  casesUrl: string | null;
}

export interface LetterBody {
  topics: LetterTopic[];
  blocks: Block[];
  attachments?: Attachment[];
}

const longestForwardedText = 20_000;

/** What the letter of an event says between greeting and signature; null when the event needs no letter of its own. */
export function bodyOf(event: LetterEvent, settings: LetterSettings): LetterBody | null {
  const { file } = event.data;
  const given = { texts: textsOf(file.language), settings, language: file.language };
  switch (event.type) {
    case 'case.upload-space-announced':
      return announceUploadSpace(event, given);
    case 'case.evidence-requested':
      return askForEvidence(event, given);
    case 'case.collection-suggested':
      return suggestCollection(event, given);
    case 'case.wrong-dump-noticed':
      return noticeWrongDump(event, given);
    case 'case.upload-acknowledged':
      return acknowledgeUpload(event, given);
    case 'case.upload-quarantined':
      return tellOfMalware(event, given);
    case 'case.analysis-reported':
      return reportAnalysis(event, given);
    case 'case.escalated':
      return escalate(event, given);
    case 'case.customer-forwarded':
      return forwardCustomer(event, given);
    case 'case.answer-forwarded':
      return {
        topics: ['answer'],
        blocks: [
          paragraph(given.texts.answered.intro(event.data.from.name)),
          paragraph(withoutGreeting(withoutSignature(event.data.text))),
        ],
      };
    case 'case.customer-reminded':
      return remind(event, given);
    case 'case.observation-started':
      return startObservation(event, given);
    case 'case.archived':
      return summarise(event, given);
    case 'case.level-reached':
      return tellOfClock(event, given);
    case 'case.owner-changed':
      return handOver(event, given);
    case 'case.resumed':
      return tellOfHold(event, given);
    case 'case.question-asked':
      return ask(event, given);
    case 'case.plan-written':
      return tellPlan(event, given);
    case 'case.purge-overdue':
      return tellOfOverduePurge(event, given);
    case 'case.merged':
      return tellOfMerge(event, given);
    case 'case.evidence-purged':
      return proveDeletion(event, given);
    case 'case.survey-asked':
      return askForOpinion(event, settings);
    case 'case.plan-ticked':
      return passTicksOn(event, caseRows(file, given.texts));
    case 'case.low-grade-given':
      return tellLowGrade(event, peopleRows(file, given.texts));
  }
}

/** The letter greets already; the engineer's first line, if it is a greeting and nothing else, would greet twice. */
function withoutGreeting(text: string): string {
  const greeting = /^\s*(?:好的)?\s*(?:客户[\s,，!！]*(?:您好|你好)|dear customer|hello|hi)[\s,，.。!！:：]*(?:\n|$)/i;
  return text.replace(greeting, '').trim() || text.trim();
}

/** The letter is signed already: what follows the last rule goes when it is short and no more than how to be reached. */
function withoutSignature(text: string): string {
  const signature = /\n[ \t]*-{2,}[ \t]*\n(?!.*\n[ \t]*-{2,}[ \t]*\n)((?:.{0,80}(?:\n|$)){1,6})$/s;
  const contact = /电话|热线|手机|邮箱|phone|tel\b|mobile|hotline|@/i;
  const found = signature.exec(text.trimEnd());
  return found && contact.test(found[1] ?? '') ? text.slice(0, found.index) : text;
}

interface With {
  texts: Texts;
  language: Language;
  settings: LetterSettings;
}

function announceUploadSpace({ data, time }: EventOf<'case.upload-space-announced'>, given: With): LetterBody {
  const { texts } = given;
  return {
    topics: ['upload-space-announcement', ...credentials(data.space, time)],
    blocks: [
      paragraph(texts.uploadSpace.announced),
      caseFacts(data.file, texts),
      ...uploadSpaceBlocks(data.space, time, given),
    ],
  };
}

/** Only the first request has a letter of its own: later ones go along with the report that says why. */
function askForEvidence({ data, time }: EventOf<'case.evidence-requested'>, given: With): LetterBody | null {
  if (data.because !== 'first-response') return null;
  const { texts } = given;
  const asksFor = new Set(data.wanted);
  return {
    topics: ['first-response', 'evidence-request', ...credentials(data.space, time)],
    blocks: [
      paragraph(texts.firstResponse.intro),
      caseFacts(data.file, texts),
      paragraph(texts.firstResponse.scope),
      ...questionBlocks(data.wanted, texts),
      ...(asksFor.has('full-dump')
        ? [
            paragraph(texts.firstResponse.whyFullDump),
            ...planBlocks(['configure-full-dump', 'compress-before-upload'], given),
          ]
        : []),
      ...(asksFor.has('installed-programs') ? planBlocks(['list-installed-programs'], given) : []),
      ...(asksFor.has('collected-logs') ? planBlocks(['run-collection-tool'], given) : []),
      ...uploadSpaceBlocks(data.space, time, given),
    ],
  };
}

function questionBlocks(wanted: readonly Evidence[], { questions }: Texts): Block[] {
  const asked = (['os-version', 'reproduction-steps'] as const).filter((each) => wanted.includes(each));
  return asked.length === 0 ? [] : [heading(questions.title), steps(asked.map((each) => questions.of[each]))];
}

function suggestCollection({ data, time }: EventOf<'case.collection-suggested'>, given: With): LetterBody {
  const { texts } = given;
  return {
    topics: ['collection-suggestion', ...credentials(data.space, time)],
    blocks: [
      paragraph(texts.collection.intro),
      ...planBlocks(['run-collection-tool'], given),
      paragraph(texts.collection.privacy),
      ...uploadSpaceBlocks(data.space, time, given),
    ],
  };
}

/** Whoever uploads has the account already, so access is not explained again. */
function noticeWrongDump({ data }: EventOf<'case.wrong-dump-noticed'>, given: With): LetterBody {
  const { labels, notice } = given.texts;
  const { dump } = data;
  return {
    topics: ['wrong-dump-notice', 'evidence-request'],
    blocks: [
      paragraph(notice.intro(data.name)),
      facts([{ label: labels.caseNumber, value: data.file.caseNumber }, ...recognisedFacts(data.name, dump, given)]),
      heading(given.texts.report.verdictTitle),
      paragraph(notice.lacks[dump.kind]),
      heading(notice.nowTitle),
      points([...(dump.member === null ? [] : [notice.mayHoldAnother]), ...notice.now]),
      ...planBlocks(data.nextSteps, given),
      ...(data.space === null ? [] : [paragraph(notice.where(data.space.account, data.space.folder))]),
    ],
  };
}

function tellOfMalware({ data }: EventOf<'case.upload-quarantined'>, { texts, settings }: With): LetterBody {
  const { labels, quarantined } = texts;
  const isForCustomer = data.audience === 'customer';
  return {
    topics: ['quarantine-notice'],
    blocks: [
      paragraph(isForCustomer ? quarantined.intro(data.name) : quarantined.told(data.name)),
      facts([
        ...caseRows(data.file, texts),
        { label: labels.file, value: data.name },
        { label: labels.size, value: bytesInWords(data.bytes) },
        { label: labels.sha256, value: data.sha256 },
        { label: labels.malware, value: data.signature },
        { label: labels.scanner, value: data.scanner },
        { label: labels.scannedAt, value: timeIn(settings.zone, data.scannedAt) },
      ]),
      points(isForCustomer ? quarantined.now : quarantined.how),
    ],
  };
}

function acknowledgeUpload({ data }: EventOf<'case.upload-acknowledged'>, { texts }: With): LetterBody {
  if (data.cutShort) {
    return {
      topics: ['upload-acknowledgement'],
      blocks: [
        paragraph(texts.cutShort.intro(data.name)),
        facts([
          { label: texts.labels.caseNumber, value: data.file.caseNumber },
          { label: texts.labels.file, value: data.name },
          { label: texts.labels.size, value: arrivedOf(data.cutShort, texts) },
          { label: texts.labels.account, value: data.space?.account ?? null },
        ]),
        points(texts.cutShort.how(data.name, `${data.cutShort.bytes}`)),
        paragraph(texts.cutShort.looking),
      ],
    };
  }
  return {
    topics: ['upload-acknowledgement'],
    blocks: [
      paragraph(texts.acknowledged.intro),
      facts([
        { label: texts.labels.caseNumber, value: data.file.caseNumber },
        { label: texts.labels.file, value: data.name },
        { label: texts.labels.size, value: bytesInWords(data.bytes) },
        { label: texts.labels.sha256, value: data.sha256 },
      ]),
      points(texts.acknowledged.next),
    ],
  };
}

function arrivedOf({ bytes, expectedBytes }: CutShort, { cutShort }: Texts): string {
  return cutShort.arrived(bytesInWords(bytes), expectedBytes === null ? null : bytesInWords(expectedBytes));
}

const remedy: Record<EventOf<'case.analysis-reported'>['data']['verdict'], NextStep[]> = {
  'full-dump': [],
  'not-a-full-dump': ['configure-full-dump', 'compress-before-upload'],
  'dump-truncated': ['compress-before-upload'],
  'dump-unreadable': ['compress-before-upload'],
};

/** What the notice has explained step by step. */
const noticedSteps: NextStep[] = ['configure-full-dump', 'collect-full-dump', 'compress-before-upload'];

function reportAnalysis({ data, time, subject }: EventOf<'case.analysis-reported'>, given: With): LetterBody {
  const { texts } = given;
  const isFull = data.verdict === 'full-dump';
  const isNoticed = !isFull && data.noticedAt !== undefined;
  const plan = [...new Set([...data.nextSteps, ...remedy[data.verdict]])];
  const known = isNoticed ? noticedSteps : [];
  const fresh = plan.filter((step) => !known.includes(step));
  const space = isFull ? null : data.space;
  return {
    topics: [
      'analysis-report',
      ...(isFull && data.nextSteps.length > 0 ? (['action-plan'] as const) : []),
      ...(isFull ? [] : (['evidence-request'] as const)),
      ...credentials(space, time),
    ],
    blocks: [
      ...(data.file.contact === null ? [paragraph(texts.report.passOn)] : []),
      paragraph(texts.report.intro(data.name)),
      heading(texts.report.verdictTitle),
      ...verdictBlocks(data, given),
      ...cutShortBlocks(data, given),
      // A dump that was read says more than the program's own words, which speak of bytes and of English.
      ...(data.verdict === 'dump-unreadable' && !isLocked(data)
        ? [facts([{ label: texts.labels.fault, value: inLanguage(data.reason, given.language) }])]
        : []),
      ...analysisBlocks(data.findings, data.earlierFindings, given),
      ...(fresh.length > 0 ? [heading(texts.report.stepsTitle)] : []),
      ...planBlocks(fresh, given, data.findings),
      ...(isFull && data.nextSteps.length > 0
        ? pageBlocks({ caseId: subject, file: data.file, settings: given.settings })
        : []),
      ...warningBlocks(data.findings, given),
      ...(known.length > 0 ? [heading(texts.reminded.plan), steps(titlesOf(known, data.findings, given))] : []),
      ...(space && isNoticed ? [heading(texts.uploadSpace.title), ...accessBlocks(space, time, given)] : []),
      ...(space && !isNoticed ? uploadSpaceBlocks(space, time, given) : []),
    ],
  };
}

/** What lacks its end only because the upload does is resumed; a lesser dump is of no use even when it is whole. */
function cutShortBlocks(
  { cutShort, verdict, name }: EventOf<'case.analysis-reported'>['data'],
  { texts }: With,
): Block[] {
  if (!cutShort || (verdict !== 'dump-truncated' && verdict !== 'dump-unreadable')) return [];
  return [
    paragraph(texts.cutShort.intro(name)),
    facts([{ label: texts.labels.size, value: arrivedOf(cutShort, texts) }]),
    points(texts.cutShort.how(name, `${cutShort.bytes}`)),
  ];
}

/** Of a password the program's words would only say that one is needed, and somebody would mail it. */
function isLocked({ verdict, reason }: Pick<EventOf<'case.analysis-reported'>['data'], 'verdict' | 'reason'>): boolean {
  return verdict === 'dump-unreadable' && /\bis encrypted\b/.test(reason);
}

/** What the customer was told while the file arrived is not told as news. */
function verdictBlocks(
  { verdict, noticedAt, reason }: EventOf<'case.analysis-reported'>['data'],
  { texts: { report }, settings }: With,
): Block[] {
  if (isLocked({ verdict, reason })) return [paragraph(report.encrypted)];
  if (noticedAt === undefined) return [paragraph(report.verdict[verdict])];
  const told = paragraph(report.noticed[verdict](timeIn(settings.zone, noticedAt)));
  return verdict === 'full-dump' ? [told] : [told, paragraph(report.noticedGoOn)];
}

function escalate({ data, time, subject }: EventOf<'case.escalated'>, given: With): LetterBody {
  const { texts, settings, language } = given;
  const { file, space } = data;
  const page = settings.casesUrl && `${settings.casesUrl}/v1/cases/${subject}/package/page?lang=${language}`;
  const system = data.findings.findLast((finding) => finding.osName ?? finding.osBuild);
  const compared = comparisonPoints(data, texts);
  return {
    topics: ['escalation-package'],
    blocks: [
      paragraph(texts.escalated.intro),
      facts([
        ...caseRows(file, texts),
        { label: texts.labels.contact, value: file.contact && `${file.contact.name} <${file.contact.address}>` },
        { label: texts.labels.owner, value: file.owner && `${file.owner.name} <${file.owner.address}>` },
        {
          label: texts.labels.system,
          value: system ? systemOf(system, given.language) : null,
        },
        {
          label: texts.labels.progress,
          value: `${timeIn(settings.zone, time)}${texts.colon}${texts.escalated.because[data.because]}`,
        },
        { label: texts.labels.note, value: noteInWords(data.reason, data.uploads, given.language) },
        { label: texts.labels.priority, value: data.priority?.toUpperCase() ?? null },
        { label: texts.labels.package, value: page, link: true },
      ]),
      ...(page === null ? [] : [paragraph(texts.escalated.page)]),
      heading(texts.escalated.findings),
      ...(data.findings.length > 0 ? findingBlocks(data.findings, given) : [paragraph(texts.escalated.noFindings)]),
      ...(compared.length > 0 ? [points(compared)] : []),
      heading(texts.escalated.uploads),
      data.uploads.length > 0
        ? points(
            data.uploads.map((upload) =>
              [upload.name, bytesInWords(upload.bytes), `SHA-256 ${upload.sha256}`].join(texts.comma),
            ),
          )
        : paragraph(texts.escalated.noUploads),
      ...openQuestionBlocks(data, given),
      ...planItemBlocks(data, given),
      ...wordsOfCustomer(data.customerWords, texts, settings),
      ...(space ? [heading(texts.escalated.files), ...accessBlocks(space, time, given)] : []),
      paragraph(texts.escalated.reply),
    ],
  };
}

function openQuestionBlocks({ openQuestions = [] }: EventOf<'case.escalated'>['data'], given: With): Block[] {
  if (openQuestions.length === 0) return [];
  const { escalated } = given.texts;
  const zone = given.settings.zone;
  return [
    heading(escalated.questions),
    points(
      openQuestions.map(
        ({ text, by, askedAt }) => `${text.trim()} [${escalated.asked(by.name, timeIn(zone, askedAt))}]`,
      ),
    ),
  ];
}

function planItemBlocks({ planItems = [] }: EventOf<'case.escalated'>['data'], given: With): Block[] {
  if (planItems.length === 0) return [];
  const { escalated } = given.texts;
  const stateOf = (doneAt: string | null): string =>
    doneAt === null ? escalated.notDone : escalated.done(timeIn(given.settings.zone, doneAt));
  return [heading(escalated.plan), steps(planItems.map(({ text, doneAt }) => `${text.trim()} [${stateOf(doneAt)}]`))];
}

function tellOfClock({ data }: EventOf<'case.level-reached'>, { texts, settings }: With): LetterBody {
  const { file, goal } = data;
  const { clock, labels } = texts;
  const amount = goal.days === undefined ? texts.span(spanOf((goal.milliseconds ?? 0) / 1000)) : clock.days(goal.days);
  const name = clock.names[data.clock] ?? data.clock;
  return {
    topics: ['clock-notice'],
    blocks: [
      paragraph(clock.intro[data.kind](name, data.percent)),
      facts([
        ...caseRows(file, texts),
        { label: labels.contact, value: file.contact && `${file.contact.name} <${file.contact.address}>` },
        { label: labels.owner, value: file.owner && `${file.owner.name} <${file.owner.address}>` },
        { label: labels.clock, value: name },
        { label: labels.startedAt, value: timeIn(settings.zone, data.startedAt) },
        {
          label: labels.goal,
          value: goal.calendar === null ? clock.plain(amount) : clock.working(amount, goal.calendar),
        },
        { label: labels.dueAt, value: timeIn(settings.zone, data.dueAt) },
      ]),
      paragraph(clock.why(data)),
      paragraph(data.againAt === null ? clock.once : clock.again(timeIn(settings.zone, data.againAt))),
    ],
  };
}

function handOver({ data }: EventOf<'case.owner-changed'>, given: With): LetterBody {
  const { texts, settings } = given;
  const { file, from, by, note } = data;
  return {
    topics: ['handover'],
    blocks: [
      paragraph(texts.handover.intro(by.name, from?.name ?? null)),
      ...(note === null ? [] : [quote(note.trim())]),
      facts([
        ...caseRows(file, texts),
        { label: texts.labels.contact, value: file.contact && `${file.contact.name} <${file.contact.address}>` },
        { label: texts.labels.progress, value: texts.handover.phases[data.phase] },
      ]),
      ...(data.questions.length > 0 ? [heading(texts.handover.questions), points(data.questions)] : []),
      heading(texts.escalated.findings),
      ...(data.findings.length > 0 ? findingBlocks(data.findings, given) : [paragraph(texts.escalated.noFindings)]),
      ...wordsOfCustomer(data.customerWords, texts, settings),
      paragraph(texts.escalated.reply),
    ],
  };
}

/** The last letter of this case: it names the one that goes on. */
function tellOfMerge({ data }: EventOf<'case.merged'>, { texts }: With): LetterBody {
  const { caseNumber, trackingToken } = data.into.file;
  return {
    topics: ['merge-notice'],
    blocks: [
      paragraph(texts.merged.intro),
      facts([
        { label: texts.labels.caseNumber, value: data.file.caseNumber },
        { label: texts.merged.goesOnIn, value: `${caseNumber} (${trackingToken})` },
      ]),
      paragraph(texts.merged.what(caseNumber)),
    ],
  };
}

/** Whoever let the clocks go on knows it; what ended by itself is told. */
function tellOfHold({ data }: EventOf<'case.resumed'>, { texts, settings }: With): LetterBody | null {
  if (data.because !== 'time-over') return null;
  return {
    topics: ['hold-notice'],
    blocks: [
      paragraph(texts.holdOver.intro),
      facts([
        ...caseRows(data.file, texts),
        { label: texts.labels.heldSince, value: timeIn(settings.zone, data.heldSince) },
        { label: texts.labels.reason, value: data.reason },
      ]),
      paragraph(texts.holdOver.next),
    ],
  };
}

function ask({ data }: EventOf<'case.question-asked'>, { texts }: With): LetterBody {
  return {
    topics: ['question'],
    blocks: [paragraph(texts.asked.intro(data.by.name)), quote(data.text.trim()), paragraph(texts.asked.how)],
  };
}

function tellPlan({ data, subject }: EventOf<'case.plan-written'>, { texts, settings }: With): LetterBody {
  return {
    topics: ['action-plan'],
    blocks: [
      paragraph(texts.plan.intro(data.by.name)),
      steps(data.items),
      ...howToTick({ caseId: subject, file: data.file, settings }, texts.plan.how),
      paragraph(texts.plan.check(timeIn(settings.zone, data.checkAt))),
    ],
  };
}

function wordsOfCustomer(
  words: EventOf<'case.escalated'>['data']['customerWords'],
  { escalated }: Texts,
  { zone }: LetterSettings,
): Block[] {
  if (words.length === 0) return [];
  return [
    heading(escalated.words),
    ...words.flatMap(({ at, text }) => [paragraph(timeIn(zone, at)), quote(text.trim())]),
  ];
}

function forwardCustomer({ data }: EventOf<'case.customer-forwarded'>, { texts }: With): LetterBody {
  const words = data.text.trim();
  return {
    topics: ['customer-question'],
    blocks: [
      paragraph(texts.forwarded.intro[data.kind]),
      facts([
        { label: texts.labels.caseNumber, value: data.file.caseNumber },
        { label: texts.labels.endCustomer, value: data.file.endCustomer },
        { label: texts.labels.from, value: `${data.from.name} <${data.from.address}>` },
      ]),
      quote(words.slice(0, longestForwardedText)),
      ...(words.length > longestForwardedText ? [paragraph(texts.forwarded.cut)] : []),
      paragraph(texts.forwarded.how),
    ],
  };
}

function remind({ data, time, subject }: EventOf<'case.customer-reminded'>, given: With): LetterBody {
  const { texts } = given;
  const { reminded } = texts;
  const isLast = data.ofSteps > 1 && data.step >= data.ofSteps;
  return {
    topics: ['reminder', ...credentials(data.space, time)],
    blocks: [
      paragraph(isLast ? reminded.last : data.step === 1 ? reminded.first : reminded.second),
      ...(data.wanted.length > 0
        ? [heading(reminded.wanted), steps(data.wanted.map((each) => texts.evidence[each]))]
        : []),
      ...(data.questions?.length ? [heading(reminded.questions), points(data.questions)] : []),
      ...(data.planSteps.length > 0 ? [heading(reminded.plan), steps(titlesOf(data.planSteps, [], given))] : []),
      ...openBlocks(data, { caseId: subject, file: data.file, settings: given.settings }),
      paragraph(reminded.reply),
      ...(data.space ? uploadSpaceBlocks(data.space, time, given) : []),
    ],
  };
}

function startObservation({ data, subject }: EventOf<'case.observation-started'>, given: With): LetterBody {
  const { texts, settings } = given;
  return {
    topics: ['observation-notice', ...(data.because === 'plan-carried-out' ? (['reminder'] as const) : [])],
    blocks: [
      paragraph(texts.observation.intro[data.because]),
      facts([
        { label: texts.labels.caseNumber, value: data.file.caseNumber },
        { label: texts.labels.until, value: timeIn(settings.zone, data.until) },
        { label: texts.labels.account, value: data.space?.account ?? null },
        { label: texts.labels.host, value: data.space && hostOf(data.space) },
      ]),
      points(texts.observation.wanted),
      ...openBlocks(data, { caseId: subject, file: data.file, settings }),
      paragraph(texts.observation.until),
    ],
  };
}

/** What the summary says, and when it says nothing, is the papers' own rule: a draft that an engineer looked at says the same. */
function summarise({ data, time, subject }: EventOf<'case.archived'>, given: With): LetterBody {
  const { texts, settings, language } = given;
  const { archived } = texts;
  const reader = { language, zone: settings.zone };
  const { because, engineerSummary, retention: _, links: __, survey: ___, ...told } = data;
  return {
    topics: ['case-summary', ...(asksForOpinion(data) ? (['survey'] as const) : [])],
    blocks: [
      paragraph(archived.intro[because]),
      ...summaryBlocks(closingSummary(told, { at: time, because, engineerSummary }, reader), reader),
      paragraph(archived.supportGoesOn),
      ...retentionBlocks(data, given),
      ...surveyOf(data, subject, given),
    ],
  };
}

/** A letter of its own asks later, or nobody asks; summaries of cases without a survey always did. */
function asksForOpinion({ survey }: EventOf<'case.archived'>['data']): boolean {
  return survey === undefined || survey?.within === 'summary';
}

function surveyOf(data: EventOf<'case.archived'>['data'], caseId: string, { texts, settings }: With): Block[] {
  const { archived, labels } = texts;
  if (!asksForOpinion(data)) return [];
  if (data.survey) return surveyBlocks({ caseId, file: data.file, settings }, data.survey.closesAt);
  return [
    heading(archived.survey),
    ...(settings.surveyUrl === null
      ? [paragraph(archived.surveyByReply)]
      : [paragraph(archived.surveyAt), facts([{ label: labels.survey, value: settings.surveyUrl, link: true }])]),
  ];
}

function retentionBlocks({ retention }: EventOf<'case.archived'>['data'], { texts, settings }: With): Block[] {
  if (!retention) return [];
  const { title, account, evidence } = texts.retention;
  const { readOnlyUntil, evidenceUntil } = retention;
  return [
    heading(title),
    points([
      account(timeIn(settings.zone, readOnlyUntil)),
      ...(evidenceUntil === null ? [] : [evidence(timeIn(settings.zone, evidenceUntil))]),
    ]),
  ];
}

const mostShownFiles = 20;

function tellOfOverduePurge({ data }: EventOf<'case.purge-overdue'>, { texts, settings }: With): LetterBody {
  const { labels, purgeOverdue, comma } = texts;
  return {
    topics: ['purge-notice'],
    blocks: [
      paragraph(purgeOverdue.intro),
      facts([
        ...caseRows(data.file, texts),
        { label: labels.askedAt, value: timeIn(settings.zone, data.requestedAt) },
        { label: labels.dueAt, value: timeIn(settings.zone, data.dueAt) },
        { label: labels.awaited, value: data.awaited.map((part) => purgeOverdue.parts[part]).join(comma) },
      ]),
      paragraph(purgeOverdue.next),
    ],
  };
}

/** Nothing was there to be removed: then there is nothing to prove. */
function proveDeletion({ subject, data }: EventOf<'case.evidence-purged'>, given: With): LetterBody | null {
  if (data.filesInAll === 0) return null;
  const { texts, settings } = given;
  const { labels, purged } = texts;
  const shown = data.files.slice(0, mostShownFiles);
  return {
    topics: ['deletion-proof'],
    attachments: attachmentsOf(data),
    blocks: [
      ...(data.file.contact === null ? [paragraph(purged.passOn)] : []),
      paragraph(purged.intro),
      facts([
        { label: labels.caseNumber, value: data.file.caseNumber },
        { label: labels.account, value: data.account },
        { label: labels.deletedFiles, value: `${data.filesInAll}` },
        { label: labels.size, value: bytesInWords(data.bytesInAll) },
      ]),
      ...(data.keptBecause.length === 0
        ? []
        : [paragraph(purged.kept(data.kept)), points(data.keptBecause.map((reason) => purged.keptBecause[reason]))]),
      heading(purged.files),
      table(
        [labels.file, labels.fileKind, labels.size, labels.sha256, labels.receivedAt, labels.deletedAt],
        shown.map((file) => [
          file.name,
          purged.kinds[file.kind],
          bytesInWords(file.bytes),
          file.sha256 ?? purged.neverWhole,
          timeIn(settings.zone, file.receivedAt),
          timeIn(settings.zone, file.purgedAt),
        ]),
      ),
      ...(data.filesInAll > shown.length ? [paragraph(purged.more(data.filesInAll - shown.length))] : []),
      paragraph(
        data.filesInAll > data.files.length
          ? purged.attachedPart(data.files.length, `caseId=${subject}&requestedAt=${data.requestedAt}`)
          : purged.attached,
      ),
      paragraph(purged.stays),
    ],
  };
}

/** A step that this version does not know has no texts and is left out. */
function planBlocks(plan: readonly NextStep[], given: With, findings: readonly DumpFinding[] = []): Block[] {
  const { texts, settings, language } = given;
  return plan.flatMap((step) => {
    const known = instructionsOf(step, language, suspectOf(findings));
    if (!known) return [];
    const isTool = step === 'run-collection-tool' && settings.collectionToolUrl !== null;
    const told = isTool ? { ...known, ...texts.collectionTool(settings.collectionToolUrl ?? '') } : known;
    return [
      heading(told.title),
      ...(told.warning === null ? [] : [paragraph(texts.warning(told.warning))]),
      steps(told.steps),
      ...(told.note === null ? [] : [paragraph(told.note)]),
      ...(told.undo === null ? [] : [heading(told.undo.title), steps(told.undo.steps)]),
    ];
  });
}

function titlesOf(plan: readonly NextStep[], findings: readonly DumpFinding[], { language }: With): string[] {
  return plan.flatMap((step) => instructionsOf(step, language, suspectOf(findings))?.title ?? []);
}

function uploadSpaceBlocks(space: UploadSpace, time: string, given: With): Block[] {
  const { uploadSpace } = given.texts;
  return [
    heading(uploadSpace.title),
    ...accessBlocks(space, time, given),
    points(uploadSpace.how),
    paragraph(uploadSpace.consent),
  ];
}

/** A case often lives longer than the link to its password; a link that no longer opens is not offered. */
function accessBlocks(space: UploadSpace, time: string, { texts, settings }: With): Block[] {
  const { labels } = texts;
  const opens = linkOpens(space, time);
  return [
    facts([
      { label: labels.protocol, value: 'SFTP' },
      { label: labels.host, value: hostOf(space) },
      { label: labels.port, value: `${space.port}` },
      { label: labels.account, value: space.account },
      { label: labels.password, value: opens ? space.link : null, link: true },
      { label: labels.linkExpiresAt, value: opens ? timeIn(settings.zone, space.linkExpiresAt) : null },
      { label: labels.folder, value: space.folder },
      { label: labels.fingerprint, value: space.hostKeyFingerprint },
    ]),
    ...(opens ? [] : [paragraph(texts.uploadSpace.linkExpired)]),
  ];
}

function credentials(space: UploadSpace | null, time: string): LetterTopic[] {
  return space && linkOpens(space, time) ? ['upload-credentials'] : [];
}

function linkOpens({ linkExpiresAt }: UploadSpace, time: string): boolean {
  return Date.parse(time) < Date.parse(linkExpiresAt);
}

function hostOf({ host }: UploadSpace): string {
  return `sftp://${host}`;
}

function caseFacts(file: CaseFile, texts: Texts): Block {
  return facts(caseRows(file, texts));
}

function peopleRows(file: CaseFile, texts: Texts) {
  const { labels } = texts;
  return [
    ...caseRows(file, texts),
    { label: labels.contact, value: file.contact && `${file.contact.name} <${file.contact.address}>` },
    { label: labels.owner, value: file.owner && `${file.owner.name} <${file.owner.address}>` },
  ];
}

function caseRows(file: CaseFile, { labels }: Texts) {
  return [
    { label: labels.caseNumber, value: file.caseNumber },
    { label: labels.token, value: file.trackingToken },
    { label: labels.partner, value: file.partner },
    { label: labels.endCustomer, value: file.endCustomer },
    { label: labels.problem, value: file.problem ?? file.topic },
  ];
}
