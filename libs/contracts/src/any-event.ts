import { z } from 'zod';
import * as cases from './case.events.js';
import * as customers from './customer.events.js';
import * as commands from './command.events.js';
import * as dumps from './dump.events.js';
import * as imports from './import.events.js';
import * as intake from './intake.events.js';
import * as letters from './letter.events.js';
import * as purges from './purge.events.js';
import * as uploads from './upload.events.js';
import * as webhooks from './webhook.events.js';

/** Every event that may travel between services. */
export const AnyEvent = z.discriminatedUnion('type', [
  intake.ProblemReported,
  intake.MailReceived,
  commands.CommandReceived,
  imports.ThreadImported,
  imports.MailImported,
  cases.CaseOpened,
  cases.CaseDetailsCompleted,
  cases.UploadSpaceRequested,
  cases.UploadSpaceAnnounced,
  cases.EvidenceRequested,
  cases.CollectionSuggested,
  cases.CustomerHeard,
  cases.RecognitionRequested,
  cases.WrongDumpNoticed,
  cases.UploadAcknowledged,
  cases.UploadQuarantined,
  cases.AnalysisRequested,
  cases.AnalysisReported,
  cases.CaseEscalated,
  cases.ActionPlanned,
  cases.CustomerForwarded,
  cases.AnswerForwarded,
  cases.CustomerReminded,
  cases.ObservationStarted,
  cases.ObservationInterrupted,
  cases.CaseArchived,
  cases.CaseReopened,
  cases.UploadSpaceRetired,
  cases.EvidencePurgeRequested,
  cases.CaseEvidencePurged,
  cases.LegalHoldPlaced,
  cases.LegalHoldLifted,
  cases.PurgeOverdue,
  cases.LevelReached,
  cases.ClockAcknowledged,
  cases.PriorityChanged,
  cases.PolicyApplied,
  cases.OwnerChanged,
  cases.CaseHeld,
  cases.CaseResumed,
  cases.QuestionAsked,
  cases.PlanWritten,
  cases.CaseLinked,
  cases.CaseUnlinked,
  cases.CaseMerged,
  cases.MergeTaken,
  customers.PlanTicked,
  customers.SurveyAsked,
  customers.SurveyAnswered,
  customers.LowGradeGiven,
  commands.CommandCarriedOut,
  commands.CommandRefused,
  uploads.UploadSpaceOpened,
  uploads.UploadSpaceMadeReadOnly,
  uploads.UploadSpaceClosed,
  uploads.UploadStarted,
  uploads.UploadProgressed,
  uploads.UploadInterrupted,
  uploads.UploadReceived,
  uploads.UploadCompleted,
  uploads.UploadCutShort,
  uploads.UploadScanned,
  uploads.UploadReleased,
  dumps.UploadRecognised,
  dumps.DumpAnalysed,
  dumps.DumpUnreadable,
  dumps.EvidenceRecognised,
  purges.EvidencePurged,
  purges.MailsPurged,
  purges.ReportsPurged,
  letters.LetterSent,
  letters.LetterFailed,
  webhooks.WebhookDisabled,
]);
export type AnyEvent = z.infer<typeof AnyEvent>;
export type EventType = AnyEvent['type'];
export type EventOf<Type extends EventType> = Extract<AnyEvent, { type: Type }>;

/** What is new in an event; `messaging` adds the envelope. */
export type Told<Event extends AnyEvent = AnyEvent> = Event extends AnyEvent ? Pick<Event, 'type' | 'data'> : never;

/** The schema of each event by its type. */
export const eventSchemas = new Map<EventType, (typeof AnyEvent.options)[number]>(
  AnyEvent.options.map((schema) => [schema.shape.type.value, schema]),
);
