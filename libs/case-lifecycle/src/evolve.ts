import type { Evidence } from '@caserelay/contracts';
import { clockOfRest, dueOnly, withClock, withClockEnded, withClocksEnded, withNewsOf } from './keep-clocks.js';
import { mailKept } from './keep-mails.js';
import { isOfPhase } from './clock.js';
import { mergesTaken, takenOver } from './take-over.js';
import {
  planTicked,
  stepsPlanned,
  surveyAnswered,
  surveyAsked,
  surveyBegun,
  surveyClosed,
} from './keep-customer-words.js';
import {
  limits,
  type Analysing,
  type Answered,
  type ArrivingUpload,
  type Case,
  type CaseEvent,
  type Known,
  type KnownScan,
  type KnownUpload,
  type Link,
  type PurgePart,
  type Purging,
  type Question,
  type Rest,
} from './case.js';

/** What a case is after something happened to it. No rules here: they were kept by `decide`. */
export function evolve(state: Case, event: CaseEvent): Case {
  if (event.type === 'case.opened') return opened(event);
  if (state.phase === 'unopened') throw new Error(`history of a case begins with ${event.type}, expected case.opened`);
  const { known } = state;
  switch (event.type) {
    case 'case.details-completed':
      return knowing(state, { file: event.data.file });
    case 'mail.kept':
      return knowing(state, mailKept(known, event));
    case 'arrival.kept':
      return knowing(state, arrivalKept(known, event));
    case 'recognition.kept':
      return knowing(state, { arriving: arrivingWith(known, event.data) });
    case 'notice.spared':
      return knowing(state, { arriving: arrivingWith(known, { ...event.data, noticeAt: null }) });
    case 'case.wrong-dump-noticed':
      return knowing(state, noticed(known, event));
    case 'upload.kept':
      return knowing(state, uploadKept(known, event));
    case 'cut-short.kept':
      return knowing(state, { uploads: marked(known, event.data.uploadId, { cutShort: event.data.cutShort }) });
    case 'scan.kept':
      return knowing(state, { scans: scanKept(known, event) });
    case 'release.kept':
      return knowing(state, { scans: released(known, event) });
    case 'space.kept':
      return knowing(state, { space: event.data.space, ...withClockEnded(known, 'upload-space', event.at) });
    case 'requester.kept':
      return knowing(state, { requester: event.data.requester });
    case 'case.upload-space-announced':
      return knowing(state, { requester: null });
    case 'case.evidence-requested':
      return knowing(state, { asksAgain: false, ...responded(known, event.at) });
    case 'case.collection-suggested':
      return knowing(state, { collectionSuggested: true });
    case 'case.upload-acknowledged':
      return knowing(state, { uploads: marked(known, event.data.uploadId, { acknowledged: true }) });
    case 'case.analysis-requested':
      return analysing(
        knowing(state, { uploads: marked(known, event.data.uploadId, { begun: true }) }),
        event.data.uploadId,
      );
    case 'analysis.awaited':
      return knowing(state, withClock(known, dueOnly(known, 'analysis', event.data.dueAt, event.at), event.at));
    case 'upload.settled':
      return settled(knowing(state, findingsKept(known, event)), event);
    case 'case.analysis-reported':
      return knowing(state, {
        steps: event.data.nextSteps,
        ...(event.data.file.contact && responded(known, event.at)),
      });
    case 'evidence.awaited': {
      const { wanted, nextAt } = event.data;
      // Asked again, the dump that was there is not the one that is wanted.
      const asked = wanted.includes('full-dump') ? knowing(state, withoutAnswer(known, 'full-dump')) : state;
      return resting(asked, { phase: 'awaiting-evidence', step: 0, wanted }, event.at, nextAt);
    }
    case 'case.escalated':
      return event.data.because === 'analysis-overdue' ? knowing(state, overdueTold(known)) : state;
    case 'engineer.awaited':
      return resting(state, { phase: 'escalated', answered: false }, event.at, event.data.checkAt);
    case 'engineer.answered':
      return resting(state, { phase: 'escalated', answered: true }, event.at, event.data.checkAt);
    case 'case.action-planned':
      return resting(
        knowing(state, stepsPlanned(known, event)),
        { phase: 'action-planned' },
        event.at,
        event.data.checkAt,
      );
    case 'case.observation-started': {
      const { because, until } = event.data;
      return resting(state, { phase: 'observing', because }, event.at, until);
    }
    case 'case.observation-interrupted':
      return resting(state, { phase: 'action-planned' }, event.at);
    case 'clock.moved':
      return resting(state, restOf(state), event.at, event.data.to);
    case 'clock.started':
      return knowing(state, withClock(known, event.data.clock, event.at));
    case 'clock.ended':
      return knowing(state, withClockEnded(known, event.data.clock, event.at));
    case 'clock.paused':
    case 'clock.reckoned':
    case 'level.told':
    case 'case.clock-acknowledged':
      return knowing(state, withNewsOf(known, event));
    case 'case.priority-changed':
      return knowing(state, { priority: event.data.to });
    case 'case.policy-applied':
      return knowing(state, { policy: event.data.to });
    case 'case.customer-reminded':
      return reminded(state);
    case 'case.archived':
      return archived(known, event);
    case 'case.upload-space-retired':
      return knowing(state, withClockEnded(known, 'grace', event.at));
    case 'case.evidence-purge-requested':
      return purging(knowing(state, withClockEnded(known, 'retention', event.at)), event);
    case 'purge.awaited':
      return knowing(state, known.purging ? { purging: { ...known.purging, alarmAt: event.data.alarmAt } } : {});
    case 'case.purge-overdue':
      return knowing(state, alarmed(known));
    case 'case.legal-hold-placed':
      return knowing(state, legallyHeld(known, event, state.phase === 'archived' || state.phase === 'merged'));
    case 'case.legal-hold-lifted':
      return { ...state, known: withoutLegalHold(known) };
    case 'purge.kept':
      return knowing(state, partPurged(known, event));
    case 'case.evidence-purged':
      return known.purging?.requestedAt === event.data.requestedAt ? { ...state, known: withoutPurging(known) } : state;
    case 'case.reopened':
      return reopened(known, event);
    case 'case.answer-forwarded':
      return knowing(state, responded(known, event.at));
    case 'case.owner-changed':
      return knowing(state, { file: event.data.file });
    case 'case.held': {
      const { until, reason, by } = event.data;
      return knowing(state, { hold: { since: event.at, until, reason, by } });
    }
    case 'case.resumed':
      return { ...state, known: withoutHold(known) };
    case 'case.question-asked':
      return knowing(state, { questions: questionAsked(known, event), ...responded(known, event.at) });
    case 'question.closed':
      return knowing(state, { questions: questionClosed(known, event) });
    case 'case.customer-forwarded':
      return knowing(state, questionsHeard(known, event));
    case 'case.plan-written':
      return resting(knowing(state, planWritten(known, event)), { phase: 'action-planned' }, event.at);
    case 'case.plan-ticked':
      return knowing(state, planTicked(known, event));
    case 'case.survey-asked':
      return knowing(state, surveyAsked(known, event));
    case 'case.survey-answered':
      return knowing(state, surveyAnswered(known, event));
    case 'survey.closed':
      return knowing(state, surveyClosed(known, event));
    case 'item.ticked':
      return knowing(state, itemTicked(known, event));
    case 'evidence.answered':
      return knowing(state, { answered: [...(known.answered ?? []), ...answersOf(event)] });
    case 'evidence.missed':
      return knowing(state, withoutAnswer(known, event.data.evidence));
    case 'case.linked': {
      const { other, as } = event.data;
      return knowing(state, { links: [...(known.links ?? []), { ...other, as, isOpen: true }] });
    }
    case 'case.unlinked':
      return knowing(state, { links: (known.links ?? []).filter(({ caseId }) => caseId !== event.data.other.caseId) });
    case 'link.kept':
      return knowing(state, { links: linkKept(known, event) });
    case 'case.merged':
      return mergedInto(known, event);
    case 'merge-target.kept':
      return state.phase === 'merged' ? { ...state, into: event.data.into } : state;
    case 'case.merge-taken':
      return knowing(state, { merged: mergesTaken(known, event) });
    case 'merged-case.kept': {
      const { handed } = event.data;
      return handed.pending.reduce<Opened>(analysing, knowing(state, takenOver(known, handed)));
    }
    case 'archive.put-off':
    case 'note.kept':
    case 'case.upload-space-requested':
    case 'case.recognition-requested':
    case 'case.customer-heard':
    case 'case.upload-quarantined':
    case 'case.level-reached':
    case 'case.low-grade-given':
    case 'case.command-carried-out':
    case 'case.command-refused':
      return state;
  }
}

type Opened = Exclude<Case, { phase: 'unopened' }>;
type Happened<Type extends CaseEvent['type']> = Extract<CaseEvent, { type: Type }>;

/** Where an open case stands, or returns to when its uploads are read; null for one that is archived or merged. */
export function restOf(state: Case): Rest | null {
  switch (state.phase) {
    case 'unopened':
    case 'archived':
    case 'merged':
      return null;
    case 'analysing':
      return state.rest;
    case 'reported':
    case 'awaiting-evidence':
    case 'escalated':
    case 'action-planned':
    case 'observing':
      return state;
  }
}

function opened(event: Happened<'case.opened'>): Case {
  const known = knownAtOpening(event);
  const { imported } = event.data;
  // An archived one keeps nothing here that clocks would have to close or remove.
  return imported?.phase === 'archived'
    ? { phase: 'archived', known, archivedAt: imported.lastMailAt }
    : { phase: 'reported', known };
}

function knownAtOpening({ data, at }: Happened<'case.opened'>): Known {
  return {
    file: data.file,
    openedAt: data.imported?.firstMailAt ?? at,
    ...(data.imported && { imported: { lastSentAt: null, lastMessageId: null } }),
    policy: data.policy,
    priority: data.priority ?? 'p3',
    cycle: 1,
    clocks: [],
    pastClocks: [],
    space: null,
    requester: null,
    mailIds: [],
    customerWords: [],
    arriving: [],
    uploads: [],
    findings: [],
    steps: [],
    collectionSuggested: false,
    notices: [],
    asksAgain: false,
    counts: { uploads: 0, customerMails: 0, reminders: 0 },
  };
}

function knowing(state: Opened, news: Partial<Known>): Opened {
  return { ...state, known: { ...state.known, ...news } };
}

/**
 * The case stands, or will return to, somewhere else: the clock of where it stood ends. `dueAt` is when that of the new
 * place is due where no other event tells more of it.
 */
function resting(state: Opened, rest: Rest | null, at: string, dueAt?: string): Case {
  if (rest === null) return state;
  const clock = clockOfRest(rest);
  const ended = withClocksEnded(state.known, ({ clock: other }) => isOfPhase(other) && other !== clock, at);
  const kept = { ...state.known, ...ended };
  const clocks = dueAt === undefined || clock === null ? {} : withClock(kept, dueOnly(kept, clock, dueAt, at), at);
  const known = { ...kept, ...clocks };
  if (state.phase === 'analysing') return { ...state, known, rest: bare(rest) };
  return { known, ...bare(rest) };
}

/** A rest without what the whole case knows, should it have been taken from one. */
function bare(rest: Rest & { known?: Known }): Rest {
  const { known: _, ...alone } = rest;
  return alone;
}

/** A letter that was written for this case. */
function responded(known: Known, at: string): Partial<Known> {
  return { ...withClockEnded(known, 'first-response', at), respondedIn: known.cycle };
}

/** An analysis of which only the due time was kept tells once that it is overdue. */
function overdueTold({ clocks }: Known): Partial<Known> {
  return {
    clocks: clocks.map((clock) =>
      clock.clock === 'analysis' && clock.goal === null
        ? { ...clock, levels: clock.levels.map((level) => ({ ...level, at: null, told: 1 })) }
        : clock,
    ),
  };
}

function archived(known: Known, { data, at }: Happened<'case.archived'>): Case {
  let kept: Known = {
    ...withoutHold(known),
    ...withClocksEnded(known, () => true, at),
    arriving: withoutNotices(known),
    ...surveyBegun(known, data, at),
  };
  const { readOnlyUntil, evidenceUntil } = data.retention ?? {};
  if (readOnlyUntil) kept = { ...kept, ...withClock(kept, dueOnly(kept, 'grace', readOnlyUntil, at), at) };
  if (evidenceUntil) kept = { ...kept, ...withClock(kept, dueOnly(kept, 'retention', evidenceUntil, at), at) };
  return { phase: 'archived', known: kept, archivedAt: at };
}

/** What it has stays in it to be read; what arrives and every clock go on elsewhere or end. */
function mergedInto(known: Known, { data: { into }, at }: Happened<'case.merged'>): Case {
  const kept = { ...withoutHold(known), ...withClocksEnded(known, () => true, at), arriving: [] };
  return { phase: 'merged', known: kept, mergedAt: at, into };
}

function reopened(known: Known, { data, at }: Happened<'case.reopened'>): Case {
  const ended = withClocksEnded(known, () => true, at);
  const asksAgain = data.because !== 'new-upload';
  // What is archived again has a retention of its own.
  const { answered: _, survey: __, owesPurge: ___, imported: ____, ...kept } = known;
  return { phase: 'reported', known: { ...kept, ...ended, cycle: known.cycle + 1, asksAgain } };
}

function arrivalKept({ arriving }: Known, { data, at }: Happened<'arrival.kept'>): Partial<Known> {
  const upload: ArrivingUpload = { ...data, startedAt: at, dump: null, noticeAt: null, noticedAt: null };
  return { arriving: [...arriving, upload].slice(-limits.uploads) };
}

/** What still arrives stays known, so that it is not looked at twice; an archived case tells nothing of it. */
function withoutNotices({ arriving }: Known): ArrivingUpload[] {
  return arriving.map((upload) => ({ ...upload, noticeAt: null }));
}

function arrivingWith({ arriving }: Known, news: Partial<ArrivingUpload>): ArrivingUpload[] {
  return arriving.map((upload) => (upload.uploadId === news.uploadId ? { ...upload, ...news } : upload));
}

function noticed(known: Known, { data, at }: Happened<'case.wrong-dump-noticed'>): Partial<Known> {
  const { uploadId, dump } = data;
  return {
    arriving: arrivingWith(known, { uploadId, noticeAt: null, noticedAt: at }),
    notices: [...known.notices.filter(({ kind }) => kind !== dump.kind), { kind: dump.kind, at }],
  };
}

function uploadKept({ arriving, uploads, counts }: Known, { data, at }: Happened<'upload.kept'>): Partial<Known> {
  const { dump = null, noticedAt = null } = arriving.find(({ uploadId }) => uploadId === data.uploadId) ?? {};
  const fresh = { acknowledged: false, begun: false, settled: false, dump, noticedAt };
  const upload: KnownUpload = { ...data, ...fresh, receivedAt: at };
  return {
    arriving: arriving.filter(({ uploadId }) => uploadId !== data.uploadId),
    uploads: [...uploads, upload].slice(-limits.uploads),
    counts: { ...counts, uploads: counts.uploads + 1 },
  };
}

function scanKept({ scans = [] }: Known, { data, at }: Happened<'scan.kept'>): KnownScan[] {
  const others = scans.filter(({ uploadId }) => uploadId !== data.uploadId);
  return [...others, { ...data, at, releasedAt: null }].slice(-limits.uploads);
}

function released({ scans = [] }: Known, { data, at }: Happened<'release.kept'>): KnownScan[] {
  return scans.map((scan) => (scan.uploadId === data.uploadId ? { ...scan, releasedAt: at } : scan));
}

function findingsKept(known: Known, { data }: Happened<'upload.settled'>): Partial<Known> {
  const { uploadId, findings, comparison, reading } = data;
  return {
    uploads: marked(known, uploadId, { settled: true, dump: null, ...(reading && { reading }) }),
    findings: [...known.findings, ...findings.map((finding) => ({ uploadId, finding }))].slice(-limits.findings),
    ...(comparison && { comparison: { ...comparison, uploadId } }),
  };
}

/** Who holds evidence: each answers once. */
const holders: readonly PurgePart[] = ['uploads', 'mails', 'reports'];

function purging(state: Opened, { data: { requestedAt } }: Happened<'case.evidence-purge-requested'>): Case {
  const begun: Purging = {
    ...{ requestedAt, awaited: holders, account: null, files: [] },
    ...{ filesInAll: 0, bytesInAll: 0, kept: 0, keptBecause: [] },
  };
  const { owesPurge: _, ...known } = state.known;
  return { ...state, known: { ...known, purging: begun, purgeAskedAt: requestedAt } };
}

function partPurged({ purging }: Known, { data }: Happened<'purge.kept'>): Partial<Known> {
  if (purging?.requestedAt !== data.requestedAt || !purging.awaited.includes(data.part)) return {};
  // Uploads stand first, whoever answers first.
  const files = data.part === 'uploads' ? [...data.files, ...purging.files] : [...purging.files, ...data.files];
  return {
    purging: {
      ...purging,
      awaited: purging.awaited.filter((part) => part !== data.part),
      account: data.account ?? purging.account,
      files,
      filesInAll: purging.filesInAll + data.filesInAll,
      bytesInAll: purging.bytesInAll + data.bytesInAll,
      kept: purging.kept + data.kept,
      keptBecause: [...new Set([...purging.keptBecause, ...(data.keptBecause === null ? [] : [data.keptBecause])])],
    },
  };
}

function alarmed({ purging }: Known): Partial<Known> {
  if (!purging) return {};
  const { alarmAt: _, ...rest } = purging;
  return { purging: rest };
}

/** Whoever has not answered by then may leave something. */
function legallyHeld(
  { purging }: Known,
  { data: { reason, by }, at }: Happened<'case.legal-hold-placed'>,
  isArchived: boolean,
): Partial<Known> {
  return { legalHold: { since: at, reason, by }, ...(purging && isArchived && { owesPurge: true }) };
}

function withoutLegalHold(known: Known): Known {
  const { legalHold: _, owesPurge: __, ...rest } = known;
  return rest;
}

function withoutPurging(known: Known): Known {
  const { purging: _, ...rest } = known;
  return rest;
}

function answersOf({ data: { evidence, ...by }, at }: Happened<'evidence.answered'>): Answered[] {
  return evidence.map((each) => ({ evidence: each, at, ...by }));
}

function withoutAnswer({ answered }: Known, evidence: Evidence): Partial<Known> {
  return answered ? { answered: answered.filter((one) => one.evidence !== evidence) } : {};
}

function linkKept({ links = [] }: Known, { data: { caseId, isOpen } }: Happened<'link.kept'>): Link[] {
  return links.map((link) => (link.caseId === caseId ? { ...link, isOpen } : link));
}

function withoutHold(known: Known): Known {
  const { hold: _, ...rest } = known;
  return rest;
}

function questionAsked({ questions = [] }: Known, { data, at }: Happened<'case.question-asked'>): Question[] {
  const { questionId, text, by } = data;
  return [...questions, { questionId, text, by, askedAt: at, heardIn: null, closed: null }].slice(-limits.questions);
}

function questionClosed({ questions = [] }: Known, { data, at }: Happened<'question.closed'>): Question[] {
  const { questionId, by, answer } = data;
  return questions.map((one) => (one.questionId === questionId ? { ...one, closed: { at, by, answer } } : one));
}

/** Any word of the customer that a person gets to read may hold the answer. */
function questionsHeard({ questions }: Known, { data }: Happened<'case.customer-forwarded'>): Partial<Known> {
  return questions ? { questions: questions.map((one) => ({ ...one, heardIn: one.heardIn ?? data.mailId })) } : {};
}

function planWritten(known: Known, { data, at }: Happened<'case.plan-written'>): Partial<Known> {
  const items = data.items.map((text) => ({ text, doneAt: null, doneBy: null }));
  const plan = { planId: data.planId, by: data.by, writtenAt: at, cycle: known.cycle, items };
  return { plan, ...responded(known, at) };
}

function itemTicked({ plan }: Known, { data, at }: Happened<'item.ticked'>): Partial<Known> {
  if (!plan) return {};
  const { item, isDone, by } = data;
  const done = { doneAt: isDone ? at : null, doneBy: isDone ? by : null };
  const items = plan.items.map((one, index) => (index + 1 === item ? { ...one, ...done } : one));
  return { plan: { ...plan, items } };
}

function marked({ uploads }: Known, uploadId: string, mark: Partial<KnownUpload>): KnownUpload[] {
  return uploads.map((upload) => (upload.uploadId === uploadId ? { ...upload, ...mark } : upload));
}

/** What is still read of an archived case does not open it again. */
function analysing(state: Opened, uploadId: string): Opened {
  if (state.phase === 'archived' || state.phase === 'merged') return state;
  if (state.phase === 'analysing') return { ...state, pending: [...state.pending, uploadId] };
  const rest = restOf(state) ?? { phase: 'reported' };
  const reading: Analysing = { phase: 'analysing', pending: [uploadId], rest: bare(rest) };
  return { known: state.known, ...reading };
}

function settled(state: Opened, { data, at }: Happened<'upload.settled'>): Case {
  if (state.phase !== 'analysing') return state;
  const pending = state.pending.filter((other) => other !== data.uploadId);
  if (pending.length > 0) return { ...state, pending };
  return { known: { ...state.known, ...withClockEnded(state.known, 'analysis', at) }, ...state.rest };
}

function reminded(state: Opened): Case {
  const { counts } = state.known;
  const counted = knowing(state, { counts: { ...counts, reminders: counts.reminders + 1 } });
  return counted.phase === 'awaiting-evidence' ? { ...counted, step: counted.step + 1 } : counted;
}
