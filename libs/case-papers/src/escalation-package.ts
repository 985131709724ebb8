import { elapsed, type Calendar } from '@caserelay/business-calendar';
import {
  explainClock,
  isAnswered,
  taskListOf,
  type Case,
  type CaseClock,
  type ExplainedClock,
  type Known,
  type KnownUpload,
  type Policy,
} from '@caserelay/case-lifecycle';
import { Evidence, type EscalationPackage, type MissingFact, type PackageRequest } from '@caserelay/contracts';
import type { HistoryLine, LineOf } from './history-line.js';
import { clip, lineInWords } from './line-in-words.js';

/** What a package is made of; two equal grounds give the same package. */
export interface PackageGrounds {
  readonly caseId: string;
  readonly state: Case;
  /** Of the history, oldest first; of a long one the opening and the last ones. */
  readonly lines: readonly HistoryLine[];
  /** How many lines were left out between. */
  readonly leftOut: number;
  /** Position of the last line of the history. */
  readonly position: number;
  readonly now: string;
  /** Every version of a policy that the case or one of its clocks lives by. */
  readonly policies: ReadonlyMap<string, Policy>;
}

const mostEscalations = 20;
const mostQuestions = 20;

/** Everything that is known of a case, for whoever takes it on. Throws when nobody opened it, or a policy is missing. */
export function escalationPackage(grounds: PackageGrounds): EscalationPackage {
  const { state, caseId, now, position } = grounds;
  if (state.phase === 'unopened') throw new RangeError(`nobody opened case ${caseId}; expected one with a history`);
  const { known } = state;
  const { lastMessageId: _, ...file } = known.file;
  const policy = policyOf(grounds, known.policy);
  const lines = grounds.lines
    .map((line) => (line.type === 'mail.kept' ? { ...line, at: line.data.sentAt ?? line.at } : openedElsewhere(line)))
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const findings = findingsOf(known);
  const environment = environmentOf(known, lines);
  const customerQuestions = customerQuestionsOf(lines);
  const clocks = known.clocks.map((clock) => clockOf(clock, policyOf(grounds, clock.policy), now));
  const escalations = escalationsOf(lines);
  const parts = { environment, findings, customerQuestions, clocks, escalations };
  return {
    caseId,
    ...file,
    phase: state.phase,
    ...{ priority: known.priority, policy: known.policy, cycle: known.cycle, openedAt: known.openedAt },
    ...{ madeAt: now, position },
    missing: missingIn(known, parts, grounds.leftOut),
    requests: requestsOf(parts, lines),
    ...parts,
    timeline: timelineOf(lines, grounds, policy, known),
    checklist: Evidence.options.map((evidence) => ({
      ...{ evidence, isHere: isAnswered(known, evidence) },
      at: known.answered?.find((one) => one.evidence === evidence)?.at ?? null,
    })),
    files: known.uploads.map((upload) => fileOf(upload, state)),
    questions: (known.questions ?? []).map(({ text, by, askedAt, heardIn, closed }) => ({
      ...{ text, by, askedAt, answer: closed?.answer ?? null },
      state: closed ? ('closed' as const) : heardIn === null ? ('unheard' as const) : ('heard' as const),
    })),
    steps: [...known.steps],
    plan: planOf(known),
    hold: known.hold ?? null,
    links: (known.links ?? []).map(({ caseId: other, caseNumber, as, isOpen }) => ({
      ...{ caseId: other, caseNumber, as, isOpen },
    })),
  };
}

function planOf(known: Known): EscalationPackage['plan'] {
  const list = taskListOf(known);
  if (!list) return null;
  return {
    by: list.by,
    items: list.tasks.map(({ text, step, doneAt, doneBy, words }) => ({ text, step, doneAt, doneBy, words })),
  };
}

/** A case that was imported is as old as its first mail. */
function openedElsewhere(line: HistoryLine): HistoryLine {
  return line.type === 'case.opened' ? { ...line, at: line.data.imported?.firstMailAt ?? line.at } : line;
}

type Parts = Pick<EscalationPackage, 'environment' | 'findings' | 'customerQuestions' | 'clocks' | 'escalations'>;

function policyOf({ policies }: PackageGrounds, version: string): Policy {
  const policy = policies.get(version);
  if (!policy)
    throw new RangeError(`no policy of version ${version} was handed in; expected all that the case lives by`);
  return policy;
}

function findingsOf(known: Known): EscalationPackage['findings'] {
  return known.findings.map(({ uploadId, finding }) => {
    const upload = known.uploads.find((one) => one.uploadId === uploadId);
    const signature = upload?.reading?.as === 'dump' ? upload.reading.signature : null;
    return { uploadId, name: upload?.name ?? uploadId, signature, finding };
  });
}

/** What a crash dump of the system tells of its machine; a program's dump tells of the program. */
function environmentOf(known: Known, lines: readonly HistoryLine[]): EscalationPackage['environment'] {
  const dumps = known.findings.map(({ finding }) => finding).reverse();
  const systems = dumps
    .filter(({ osName, osBuild }) => osName !== null || osBuild !== null)
    .map(({ osName, osBuild, machine, processors }) => ({ osName, osBuild, machine, processors }));
  const once = new Map(systems.map((system) => [JSON.stringify(system), system]));
  const answer = known.answered?.find(({ evidence, mailId }) => evidence === 'os-version' && mailId !== undefined);
  const mail = answer && lines.find((line) => line.type === 'mail.kept' && line.data.mailId === answer.mailId);
  return {
    systems: [...once.values()],
    drivers: dumps.find(({ drivers }) => drivers !== undefined)?.drivers ?? null,
    saidByCustomer: mail?.type === 'mail.kept' ? { at: mail.at, text: clip(mail.data.words) } : null,
  };
}

function fileOf(upload: KnownUpload, state: Exclude<Case, { phase: 'unopened' }>): EscalationPackage['files'][number] {
  const { uploadId, name, bytes, sha256, receivedAt = null, cutShort = null, reading } = upload;
  const found = state.known.findings.filter((one) => one.uploadId === uploadId).map(({ finding }) => finding);
  const isBeingRead = state.phase === 'analysing' && state.pending.includes(uploadId);
  const settled = reading?.as ?? (found.length > 0 ? ('dump' as const) : ('read' as const));
  return {
    ...{ uploadId, name, bytes, sha256, receivedAt, cutShort },
    state: upload.settled ? settled : isBeingRead ? 'being-read' : 'not-read',
    kinds: reading?.as === 'other' ? [reading.kind] : found.map(({ kind }) => kind),
    completeness: found.map(({ completeness }) => completeness),
    description: reading?.as === 'other' ? reading.description : reading?.as === 'unreadable' ? reading.reason : null,
  };
}

/** A question is answered by the next answer that went out, whoever wrote it. */
function customerQuestionsOf(lines: readonly HistoryLine[]): EscalationPackage['customerQuestions'] {
  return lines
    .flatMap((line, index) => {
      if (line.type !== 'case.customer-forwarded' || line.data.kind !== 'question') return [];
      const answer = lines.slice(index).find(({ type }) => type === 'case.answer-forwarded');
      return [{ at: line.at, text: clip(line.data.text), answeredAt: answer?.at ?? null }];
    })
    .slice(-mostQuestions);
}

function escalationsOf(lines: readonly HistoryLine[]): EscalationPackage['escalations'] {
  return lines
    .filter((line): line is LineOf<'case.escalated'> => line.type === 'case.escalated')
    .slice(-mostEscalations)
    .map(({ at, data: { to, because, reason } }) => ({ at, to, because, reason: clip(reason) }));
}

function clockOf(clock: CaseClock, policy: Policy, now: string): EscalationPackage['clocks'][number] {
  const explained = explainClock(clock, policy, now);
  const { startedAt, dueAt, state, words, acknowledged } = explained;
  return {
    ...{ clock: clock.clock, startedAt, dueAt, words: { ...words } },
    state: state === 'ended' ? 'running' : state,
    passedPercent: passedPercent(explained, now),
    acknowledgedBy: acknowledged?.by ?? null,
  };
}

/** How near a clock is to its goal. Days end in a morning, so that of theirs the plain time is told. */
function passedPercent({ goal, counted, startedAt, dueAt }: ExplainedClock, now: string): number | null {
  if (goal === null || startedAt === null) return null;
  if ('milliseconds' in goal) return counted === null ? null : Math.floor((counted / goal.milliseconds) * 100);
  if (dueAt === null) return null;
  const whole = Date.parse(dueAt) - Date.parse(startedAt);
  const passed = Date.parse(now) - Date.parse(startedAt);
  return whole <= 0 ? 100 : Math.max(0, Math.floor((passed / whole) * 100));
}

function timelineOf(
  lines: readonly HistoryLine[],
  { leftOut }: PackageGrounds,
  policy: Policy,
  { uploads, openedAt }: Known,
): EscalationPackage['timeline'] {
  const { zone } = policy.document.mornings;
  const counted = calendarOf(policy);
  const forwarded = new Set(lines.flatMap((line) => (line.type === 'case.answer-forwarded' ? line.data.mailId : [])));
  let last = new Date(openedAt);
  let working = 0;
  const told = lines.flatMap((line) => {
    // An answer that was passed on is told once, as such.
    if (line.type === 'mail.kept' && forwarded.has(line.data.mailId)) return [];
    const words = lineInWords(line, 'zh-CN', { zone, uploads });
    const english = lineInWords(line, 'en', { zone, uploads });
    if (!words || !english) return [];
    const at = new Date(line.at);
    if (counted && at > last) working += elapsed(counted.calendar, last, at);
    last = at > last ? at : last;
    return {
      ...{ at: line.at, workingMilliseconds: counted ? working : null, type: line.type },
      words: { 'zh-CN': words.words, en: english.words },
      text: words.text === null || english.text === null ? null : { 'zh-CN': words.text, en: english.text },
    };
  });
  return { calendar: counted && { name: counted.name, zone: counted.zone }, leftOut, lines: told };
}

/** The calendar of the first response is how a contract counts its working time. */
function calendarOf({ document, calendars }: Policy): { name: string; zone: string; calendar: Calendar } | null {
  const name = document.clocks['first-response'].calendar ?? Object.keys(calendars)[0];
  if (name === undefined) return null;
  const [calendar, defined] = [calendars[name], document.calendars[name]];
  return calendar && defined ? { name, zone: defined.zone, calendar } : null;
}

const askOf = {
  'dump-damaged': 'read-damaged-dump',
  'no-known-plan': 'find-cause',
  'analysis-overdue': 'finish-analysis',
  'asked-by-person': 'as-asked',
} as const;

function requestsOf(
  { escalations, findings, customerQuestions, clocks }: Parts,
  lines: readonly HistoryLine[],
): PackageRequest[] {
  const last = escalations.at(-1);
  // What an earlier cycle was escalated for is over.
  const isPresent =
    last &&
    lines.findLastIndex(({ type }) => type === 'case.escalated') >
      lines.findLastIndex(({ type }) => type === 'case.reopened');
  const suspect = findings.findLast(({ finding }) => finding.bugcheck !== null)?.finding.culprit;
  return [
    ...(isPresent ? [{ ask: askOf[last.because], detail: last.reason, at: last.at }] : []),
    ...(suspect?.name && suspect.confidence !== 'high'
      ? [{ ask: 'judge-suspect' as const, detail: suspect.name, at: null }]
      : []),
    ...customerQuestions
      .filter(({ answeredAt }) => answeredAt === null)
      .map(({ at, text }) => ({ ask: 'answer-customer' as const, detail: text, at })),
    ...clocks
      .filter(({ state, acknowledgedBy }) => state === 'breached' && acknowledgedBy === null)
      .map(({ clock, dueAt }) => ({ ask: 'take-over-clock' as const, detail: clock, at: dueAt })),
  ];
}

function missingIn(known: Known, { environment, findings }: Parts, leftOut: number): MissingFact[] {
  const { file, uploads } = known;
  const hasFullDump = isAnswered(known, 'full-dump');
  const facts: [MissingFact, boolean][] = [
    ['partner', file.partner === null],
    ['end-customer', file.endCustomer === null],
    ['problem', file.problem === null],
    ['contact', file.contact === null],
    ['owner', file.owner === null],
    ['system', environment.systems.length === 0],
    ['drivers', environment.drivers === null],
    ['files', uploads.length === 0],
    ['full-dump', !hasFullDump],
    ['findings', findings.length === 0],
    ['suspect', findings.length > 0 && !findings.some(({ finding }) => finding.culprit?.name)],
    ['stack', findings.length > 0 && !findings.some(({ finding }) => (finding.stack?.length ?? 0) > 0)],
    ['installed-programs', !isAnswered(known, 'installed-programs')],
    ['reproduction-steps', !isAnswered(known, 'reproduction-steps')],
    ['earlier-lines', leftOut > 0],
  ];
  return facts.filter(([, isMissing]) => isMissing).map(([fact]) => fact);
}
