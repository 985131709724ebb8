import { z } from 'zod';
import { CaseFile, Evidence, NextStep, Person, Priority, UploadSpace } from './case-file.js';
import { defineEvent } from './define-event.js';
import { DumpComparison, DumpFinding, RecognisedDump } from './dump.events.js';
import { KeptReason, mostPurgedFiles, PurgedFile, PurgePartName } from './purge.events.js';
import { CutShort } from './upload.events.js';

const instant = z.iso.datetime({ offset: true });
const file = CaseFile;
const upload = {
  uploadId: z.uuid(),
  name: z.string().min(1),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().length(64),
};

/** One item of a plan that an engineer wrote down; `doneAt` is null while it is to be done. */
const PlanItem = z.object({ text: z.string(), doneAt: instant.nullable() });

/** Phases that a case can be in, in the order of its usual life. */
export const Phase = z.enum([
  'reported',
  'awaiting-evidence',
  'analysing',
  'escalated',
  'action-planned',
  'observing',
  'archived',
  'merged',
]);
export type Phase = z.infer<typeof Phase>;

/** A case began. */
export const CaseOpened = defineEvent('case.opened', {
  file,
  policy: z.string(),
  priority: Priority.optional(),
  /** Of a case that was led elsewhere before: when its mails were sent, and the phase that it begins in here. */
  imported: z.object({ firstMailAt: instant, lastMailAt: instant, phase: Phase }).optional(),
});
export type CaseOpened = z.infer<typeof CaseOpened>;

/** A later report told what was missing, such as whom to write to. */
export const CaseDetailsCompleted = defineEvent('case.details-completed', { file });
export type CaseDetailsCompleted = z.infer<typeof CaseDetailsCompleted>;

/** The case needs an account to upload to. */
export const UploadSpaceRequested = defineEvent('case.upload-space-requested', { file });
export type UploadSpaceRequested = z.infer<typeof UploadSpaceRequested>;

/** A colleague who asked for the account gets to know it. */
export const UploadSpaceAnnounced = defineEvent('case.upload-space-announced', {
  file,
  space: UploadSpace,
  to: Person,
});
export type UploadSpaceAnnounced = z.infer<typeof UploadSpaceAnnounced>;

/** The customer is asked for evidence and told where to put it. The first request is also the first response. */
export const EvidenceRequested = defineEvent('case.evidence-requested', {
  file,
  space: UploadSpace,
  wanted: z.array(Evidence).min(1),
  because: z.enum(['first-response', 'not-a-full-dump', 'dump-truncated', 'dump-unreadable']),
});
export type EvidenceRequested = z.infer<typeof EvidenceRequested>;

/** While the customer waits for the next crash, other data can be collected. Said once per case. */
export const CollectionSuggested = defineEvent('case.collection-suggested', { file, space: UploadSpace });
export type CollectionSuggested = z.infer<typeof CollectionSuggested>;

/** A mail or an upload of the customer was taken note of; the wait starts anew. */
export const CustomerHeard = defineEvent('case.customer-heard', {
  mailId: z.uuid().nullable(),
  uploadId: z.uuid().nullable(),
});
export type CustomerHeard = z.infer<typeof CustomerHeard>;

/** Somebody should look what a file is while it still arrives at `location`. */
export const RecognitionRequested = defineEvent('case.recognition-requested', {
  uploadId: z.uuid(),
  name: z.string().min(1),
  location: z.string().min(1),
});
export type RecognitionRequested = z.infer<typeof RecognitionRequested>;

/** The customer learns, while a file still arrives, that it is not the kind of dump that was asked for. */
export const WrongDumpNoticed = defineEvent('case.wrong-dump-noticed', {
  file,
  space: UploadSpace.nullable(),
  uploadId: z.uuid(),
  name: z.string().min(1),
  dump: RecognisedDump,
  nextSteps: z.array(NextStep),
});
export type WrongDumpNoticed = z.infer<typeof WrongDumpNoticed>;

/** A file is confirmed to the customer: that it is here, or how much of it is and where to resume. */
export const UploadAcknowledged = defineEvent('case.upload-acknowledged', {
  file,
  ...upload,
  cutShort: CutShort.optional(),
  space: UploadSpace.nullable().optional(),
});
export type UploadAcknowledged = z.infer<typeof UploadAcknowledged>;

/** Malware was found in an upload: its owner and its customer learn it, each by an event of their own. */
export const UploadQuarantined = defineEvent('case.upload-quarantined', {
  file,
  to: Person,
  audience: z.enum(['customer', 'colleague']),
  ...upload,
  /** The scanner's name for what it found. */
  signature: z.string().min(1),
  /** The program with the version and the date of its signatures, as it says itself. */
  scanner: z.string().min(1),
  scannedAt: instant,
});
export type UploadQuarantined = z.infer<typeof UploadQuarantined>;

/** Somebody should read this upload. */
export const AnalysisRequested = defineEvent('case.analysis-requested', { ...upload, location: z.string().min(1) });
export type AnalysisRequested = z.infer<typeof AnalysisRequested>;

/** The customer learns what the dump said and what to do. */
export const AnalysisReported = defineEvent('case.analysis-reported', {
  file,
  space: UploadSpace.nullable(),
  uploadId: z.uuid(),
  name: z.string().min(1),
  findings: z.array(DumpFinding).max(20),
  /** What earlier uploads of the case said, oldest first. */
  earlierFindings: z.array(DumpFinding).max(20),
  verdict: z.enum(['full-dump', 'not-a-full-dump', 'dump-truncated', 'dump-unreadable']),
  reason: z.string(),
  nextSteps: z.array(NextStep),
  /** When the customer was told, before the file had arrived, that it is the wrong kind; left out when they were not. */
  noticedAt: instant.optional(),
  /** Left out when all of the upload was there to be read. */
  cutShort: CutShort.optional(),
});
export type AnalysisReported = z.infer<typeof AnalysisReported>;

/** A senior engineer gets the case with all that is known. */
export const CaseEscalated = defineEvent('case.escalated', {
  file,
  to: Person,
  because: z.enum(['dump-damaged', 'no-known-plan', 'analysis-overdue', 'asked-by-person']),
  reason: z.string(),
  uploads: z.array(z.object(upload)).max(100),
  findings: z.array(DumpFinding).max(20),
  /** How the latest dump compares with the earlier ones; left out when there is one alone. */
  comparison: DumpComparison.extend({ uploadId: z.uuid() }).optional(),
  /** What the customer said so far, oldest first, shortened. */
  customerWords: z.array(z.object({ at: instant, text: z.string() })).max(30),
  space: UploadSpace.nullable(),
  /** What follows is left out by versions that did not tell it. */
  priority: Priority.optional(),
  /** What an engineer asked the customer and nobody has closed, oldest first. */
  openQuestions: z
    .array(z.object({ text: z.string(), by: Person, askedAt: instant }))
    .max(20)
    .optional(),
  /** The plan that an engineer wrote down last, item by item; empty when nobody wrote one. */
  planItems: z.array(PlanItem).max(20).optional(),
});
export type CaseEscalated = z.infer<typeof CaseEscalated>;

/** What the customer shall do is decided. */
export const ActionPlanned = defineEvent('case.action-planned', {
  file,
  steps: z.array(NextStep).min(1),
  checkAt: instant,
});
export type ActionPlanned = z.infer<typeof ActionPlanned>;

/** The customer's words need a person: a question, an update while a plan runs, or an answer to what was asked. */
export const CustomerForwarded = defineEvent('case.customer-forwarded', {
  file,
  mailId: z.uuid(),
  kind: z.enum(['question', 'update', 'answer']),
  from: Person,
  text: z.string(),
});
export type CustomerForwarded = z.infer<typeof CustomerForwarded>;

/** An engineer's answer is passed to the customer in the case's thread. */
export const AnswerForwarded = defineEvent('case.answer-forwarded', {
  file,
  mailId: z.uuid(),
  from: Person,
  text: z.string(),
});
export type AnswerForwarded = z.infer<typeof AnswerForwarded>;

/** The customer did not answer for a while and is reminded; `step` counts from 1, `ofSteps` is the last one. */
export const CustomerReminded = defineEvent('case.customer-reminded', {
  file,
  space: UploadSpace.nullable(),
  step: z.number().int().positive(),
  ofSteps: z.number().int().positive(),
  wanted: z.array(Evidence),
  planSteps: z.array(NextStep),
  /** What an engineer asked and nobody has answered; left out by versions that knew no questions. */
  questions: z.array(z.string()).max(20).optional(),
  /** Of an engineer's plan, what the customer has not ticked; left out where no plan runs. */
  openItems: z.array(z.string()).max(20).optional(),
});
export type CustomerReminded = z.infer<typeof CustomerReminded>;

/** The case is watched until `until`; silence archives it, a new crash ends the watch. */
export const ObservationStarted = defineEvent('case.observation-started', {
  file,
  space: UploadSpace.nullable(),
  until: instant,
  because: z.enum(['no-evidence', 'plan-carried-out']),
  /** What of the plan the customer has not ticked: items of an engineer's, else steps; left out where no plan runs. */
  openItems: z.array(z.string()).max(20).optional(),
  openSteps: z.array(NextStep).max(50).optional(),
});
export type ObservationStarted = z.infer<typeof ObservationStarted>;

/** An engineer wrote to the customer while the case was only watched: their silence is asked after again at `checkAt`. */
export const ObservationInterrupted = defineEvent('case.observation-interrupted', { file, checkAt: instant });
export type ObservationInterrupted = z.infer<typeof ObservationInterrupted>;

/** Cases that this one is linked with, which then know whether it is open; left out when there are none. */
const linked = z.array(z.uuid()).max(50).optional();

/** Cases that were merged into this one and share its end; left out when there are none. */
const mergedCases = linked;

/** The case is put away, with a summary for the customer. */
export const CaseArchived = defineEvent('case.archived', {
  file,
  because: z.enum(['observed-without-news', 'closed-by-engineer']),
  openedAt: instant,
  findings: z.array(DumpFinding).max(20),
  steps: z.array(NextStep),
  /** What an engineer wrote as summary; null when nobody did. */
  engineerSummary: z.string().nullable(),
  counts: z.object({ uploads: z.number().int(), customerMails: z.number().int(), reminders: z.number().int() }),
  /** The plan that an engineer wrote down last; left out when there is none, as by versions that told none. */
  planItems: z.array(PlanItem).max(20).optional(),
  /** The watch that the archive ends; left out when the case was not observed. */
  observation: z
    .object({ from: instant, until: instant, because: z.enum(['no-evidence', 'plan-carried-out']) })
    .optional(),
  /** The last words of the customer; left out when there are none. */
  lastHeard: z.object({ at: instant, text: z.string() }).optional(),
  /** Until when the account can still be read from, and evidence is kept; left out by versions that had no such clocks. */
  retention: z.object({ readOnlyUntil: instant, evidenceUntil: instant.nullable() }).optional(),
  links: linked,
  mergedCases,
  /**
   * How the customer is asked for their opinion: with this summary, or in a letter of its own. Null when they are not, for
   * they got nothing; left out where the policy has no survey.
   */
  survey: z
    .object({ within: z.enum(['summary', 'letter']), closesAt: instant.nullable() })
    .nullable()
    .optional(),
});
export type CaseArchived = z.infer<typeof CaseArchived>;

/** An archived case lives again. */
export const CaseReopened = defineEvent('case.reopened', {
  file,
  because: z.enum(['customer-wrote', 'new-upload', 'asked-by-person']),
  links: linked,
  mergedCases,
});
export type CaseReopened = z.infer<typeof CaseReopened>;

/** The grace after the archive is over: the account shall be closed. */
export const UploadSpaceRetired = defineEvent('case.upload-space-retired', { file });
export type UploadSpaceRetired = z.infer<typeof UploadSpaceRetired>;

/** Retention is over: whoever holds evidence of the case shall remove it and prove it. */
export const EvidencePurgeRequested = defineEvent('case.evidence-purge-requested', {
  file,
  /** Tells this request from others of the case; answers repeat it. */
  requestedAt: instant,
});
export type EvidencePurgeRequested = z.infer<typeof EvidencePurgeRequested>;

/** All who hold evidence have answered: what is gone, as a proof for the customer. */
export const CaseEvidencePurged = defineEvent('case.evidence-purged', {
  file,
  account: z.string().nullable(),
  requestedAt: instant,
  /** Uploads first, then mails and reports. */
  files: z.array(PurgedFile).max(3 * mostPurgedFiles),
  filesInAll: z.number().int().nonnegative(),
  bytesInAll: z.number().int().nonnegative(),
  kept: z.number().int().nonnegative(),
  keptBecause: z.array(KeptReason),
});
export type CaseEvidencePurged = z.infer<typeof CaseEvidencePurged>;

/** A person wants the evidence of a case kept until they say otherwise: whoever is removing it stops. */
export const LegalHoldPlaced = defineEvent('case.legal-hold-placed', { file, by: Person, reason: z.string() });
export type LegalHoldPlaced = z.infer<typeof LegalHoldPlaced>;

/** The evidence of a case need not be kept any more; what is due by then is asked to be removed. */
export const LegalHoldLifted = defineEvent('case.legal-hold-lifted', {
  file,
  by: Person,
  reason: z.string(),
  heldSince: instant,
});
export type LegalHoldLifted = z.infer<typeof LegalHoldLifted>;

/** Not all who hold evidence have answered in the time of the policy: somebody is told, once for each request. */
export const PurgeOverdue = defineEvent('case.purge-overdue', {
  file,
  to: Person,
  requestedAt: instant,
  dueAt: instant,
  awaited: z.array(PurgePartName).min(1),
});
export type PurgeOverdue = z.infer<typeof PurgeOverdue>;

/** What is measured for a case. The set is open: a reader leaves out a name that it does not know. */
export const ClockName = z.string().regex(/^[a-z]+(?:-[a-z]+)*$/);
export type ClockName = z.infer<typeof ClockName>;

/** The clocks that cases have now. */
export const CaseClockName = z.enum([
  'first-response',
  'upload-space',
  'analysis',
  'follow-up',
  'plan-check',
  'engineer',
  'observation',
  'grace',
  'retention',
  'survey',
  'survey-answer',
]);

const clock = { clock: ClockName, cycle: z.number().int().positive() };

/** A part of a clock's goal has passed: somebody is told, and why. A level that tells several people tells each. */
export const LevelReached = defineEvent('case.level-reached', {
  file,
  to: Person,
  ...clock,
  /** Levels count from 1, in the order of their parts. */
  level: z.number().int().positive(),
  ofLevels: z.number().int().positive(),
  /** The part of the goal that has passed; from 100 on it is a breach. */
  percent: z.number().int().positive(),
  kind: z.enum(['warning', 'breach']),
  /** How often this level has told, this time included. */
  time: z.number().int().positive(),
  startedAt: instant,
  dueAt: instant,
  /** What the clock has: milliseconds, or days to a morning; with a calendar working time counts, without plain time. */
  goal: z.object({
    milliseconds: z.number().int().positive().optional(),
    days: z.number().int().positive().optional(),
    calendar: z.string().nullable(),
  }),
  /** When the same is told again unless somebody acknowledges it; null when never. */
  againAt: instant.nullable(),
  /** The version of the policy that has the level. */
  policy: z.string(),
  priority: Priority,
});
export type LevelReached = z.infer<typeof LevelReached>;

/** A person took on what a clock tells of; nobody is told of it any more. */
export const ClockAcknowledged = defineEvent('case.clock-acknowledged', { file, ...clock, by: Person });
export type ClockAcknowledged = z.infer<typeof ClockAcknowledged>;

/** A case became more or less urgent; its clocks keep their start and have another due time. */
export const PriorityChanged = defineEvent('case.priority-changed', { file, from: Priority, to: Priority, by: Person });
export type PriorityChanged = z.infer<typeof PriorityChanged>;

/** A case lives by another policy, or another version of it, from now on; its clocks keep their start. */
export const PolicyApplied = defineEvent('case.policy-applied', {
  from: z.string(),
  to: z.string(),
  because: z.enum(['policy-changed', 'holidays-announced', 'contract-known']),
  /** Null when the case's own details led to it. */
  by: Person.nullable(),
});
export type PolicyApplied = z.infer<typeof PolicyApplied>;

/** Somebody else cares for a case from now on, and gets what they need to go on. `file` names the new owner. */
export const OwnerChanged = defineEvent('case.owner-changed', {
  file,
  from: Person.nullable(),
  by: Person,
  /** What whoever hands over wants to say. */
  note: z.string().nullable(),
  phase: Phase,
  findings: z.array(DumpFinding).max(20),
  questions: z.array(z.string()).max(20),
  customerWords: z.array(z.object({ at: instant, text: z.string() })).max(30),
});
export type OwnerChanged = z.infer<typeof OwnerChanged>;

/** The clocks of a case stand still until an instant, or until somebody lets them go on. */
export const CaseHeld = defineEvent('case.held', { file, by: Person, reason: z.string(), until: instant });
export type CaseHeld = z.infer<typeof CaseHeld>;

/** The clocks of a case go on. */
export const CaseResumed = defineEvent('case.resumed', {
  file,
  because: z.enum(['time-over', 'asked-by-person']),
  /** Null when its time was over. */
  by: Person.nullable(),
  /** Who should know: the owner, or who is on duty. */
  to: Person,
  /** Why it was on hold, and since when. */
  reason: z.string(),
  heldSince: instant,
});
export type CaseResumed = z.infer<typeof CaseResumed>;

/** An engineer asks the customer something; it stays open until an engineer closes it. */
export const QuestionAsked = defineEvent('case.question-asked', {
  file,
  questionId: z.uuid(),
  text: z.string().min(1),
  by: Person,
  space: UploadSpace.nullable(),
});
export type QuestionAsked = z.infer<typeof QuestionAsked>;

/** An engineer wrote down what the customer shall do, item by item. */
export const PlanWritten = defineEvent('case.plan-written', {
  file,
  planId: z.uuid(),
  items: z.array(z.string().min(1)).min(1).max(20),
  by: Person,
  checkAt: instant,
  space: UploadSpace.nullable(),
});
export type PlanWritten = z.infer<typeof PlanWritten>;

/** What another case is to this one. */
export const LinkKind = z.enum(['parent', 'child', 'related', 'original', 'duplicate']);
export type LinkKind = z.infer<typeof LinkKind>;

const other = { other: z.object({ caseId: z.uuid(), caseNumber: z.string().min(1) }), as: LinkKind, by: Person };

/** Two cases belong together; each tells it of the other. */
export const CaseLinked = defineEvent('case.linked', { file, ...other });
export type CaseLinked = z.infer<typeof CaseLinked>;

/** Two cases do not belong together any more. */
export const CaseUnlinked = defineEvent('case.unlinked', { file, ...other });
export type CaseUnlinked = z.infer<typeof CaseUnlinked>;

/** Where a case goes on that was merged into another. */
const into = z.object({ caseId: z.uuid(), file: CaseFile });

/** A case was merged into another, in which it goes on: its clocks stop, and its customer is told by one letter. */
export const CaseMerged = defineEvent('case.merged', {
  file,
  into,
  by: Person,
  reason: z.string().min(1),
  links: linked,
  mergedCases,
});
export type CaseMerged = z.infer<typeof CaseMerged>;

/** Another case was merged into this one: what it had, and what still comes for it, counts here. */
export const MergeTaken = defineEvent('case.merge-taken', {
  file,
  merged: z.object({ caseId: z.uuid(), file: CaseFile }),
  by: Person,
  reason: z.string().min(1),
});
export type MergeTaken = z.infer<typeof MergeTaken>;
