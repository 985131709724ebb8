import { z } from 'zod';
import { CaseFile, Evidence, Language, NextStep, Person, Priority } from './case-file.js';
import { CaseEscalated, ClockName, LinkKind, Phase } from './case.events.js';
import { DumpFinding } from './dump.events.js';
import { CutShort } from './upload.events.js';

const instant = z.iso.datetime({ offset: true });
const inBoth = z.object({ 'zh-CN': z.string(), en: z.string() });

/** What a paper would tell of a case and nobody has told so far. The set is open: a reader shows an unknown one as it is. */
export const MissingFact = z.string().regex(/^[a-z]+(?:-[a-z]+)*$/);
export type MissingFact = z.infer<typeof MissingFact>;

/**
 * What the next level is asked for. `read-damaged-dump`, `find-cause`, `finish-analysis` and `as-asked` come from the last
 * escalation, with its reason as detail; the others from what is open in the case.
 */
export const PackageRequest = z.object({
  ask: z.enum([
    'read-damaged-dump',
    'find-cause',
    'finish-analysis',
    'as-asked',
    'judge-suspect',
    'answer-customer',
    'take-over-clock',
  ]),
  detail: z.string().nullable(),
  at: instant.nullable(),
});
export type PackageRequest = z.infer<typeof PackageRequest>;

/** One line of the timeline; `words` says what happened, `text` holds what somebody said, shortened. */
export const PackageLine = z.object({
  at: instant,
  /** Working time since the opening by the calendar of the timeline; null when the policy has none. */
  workingMilliseconds: z.number().int().nonnegative().nullable(),
  type: z.string(),
  words: inBoth,
  text: inBoth.nullable(),
});
export type PackageLine = z.infer<typeof PackageLine>;

/** One file of the evidence; null where nothing was told. */
export const PackageFile = z.object({
  uploadId: z.uuid(),
  name: z.string(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string(),
  receivedAt: instant.nullable(),
  state: z.enum(['not-read', 'being-read', 'dump', 'unreadable', 'other', 'read']),
  /** Kind of each dump in it, or of the file when it holds none. */
  kinds: z.array(z.string()),
  /** Of each dump in it. */
  completeness: z.array(DumpFinding.shape.completeness),
  /** What the reader said of a file without a dump. */
  description: z.string().nullable(),
  cutShort: CutShort.nullable(),
});
export type PackageFile = z.infer<typeof PackageFile>;

/** Everything that is known of a case for whoever takes it on, as of `madeAt`. What nobody told is null and named in `missing`. */
export const EscalationPackage = z.object({
  caseId: z.uuid(),
  ...CaseFile.omit({ lastMessageId: true }).shape,
  phase: Phase,
  priority: Priority,
  policy: z.string(),
  cycle: z.number().int().positive(),
  openedAt: instant,
  madeAt: instant,
  /** Position of the last line of the case's history that is in it. */
  position: z.number().int().nonnegative(),
  missing: z.array(MissingFact),
  requests: z.array(PackageRequest),
  escalations: z.array(
    z.object({ at: instant, to: Person, because: CaseEscalated.shape.data.shape.because, reason: z.string() }),
  ),
  environment: z.object({
    /** What dumps say, the latest first, each once. */
    systems: z.array(DumpFinding.pick({ osName: true, osBuild: true, machine: true, processors: true })),
    drivers: DumpFinding.shape.drivers.nullable(),
    /** The customer's own words on their system; null when no mail of theirs named it. */
    saidByCustomer: z.object({ at: instant, text: z.string() }).nullable(),
  }),
  timeline: z.object({
    /** The calendar whose working time is counted, and its zone; null when the policy has none. */
    calendar: z.object({ name: z.string(), zone: z.string() }).nullable(),
    /** Lines that are older than the first one shown, beside the opening. */
    leftOut: z.number().int().nonnegative(),
    lines: z.array(PackageLine),
  }),
  checklist: z.array(z.object({ evidence: Evidence, isHere: z.boolean(), at: instant.nullable() })),
  files: z.array(PackageFile),
  findings: z.array(
    z.object({ uploadId: z.uuid(), name: z.string(), signature: z.string().nullable(), finding: DumpFinding }),
  ),
  /** Asked by us. */
  questions: z.array(
    z.object({
      text: z.string(),
      by: Person,
      askedAt: instant,
      state: z.enum(['unheard', 'heard', 'closed']),
      answer: z.string().nullable(),
    }),
  ),
  /** Asked by the customer; `answeredAt` is when our next answer went out. */
  customerQuestions: z.array(z.object({ at: instant, text: z.string(), answeredAt: instant.nullable() })),
  /** What the customer was told to do after a dump, by playbook. */
  steps: z.array(NextStep),
  /** What the customer is to do at present, item by item: written by an engineer (`by`), or by playbook. */
  plan: z
    .object({
      by: Person.nullable(),
      items: z.array(
        z.object({
          /** Either `text` or `step` is there. */
          text: z.string().nullable(),
          step: NextStep.nullable(),
          doneAt: instant.nullable(),
          doneBy: Person.nullable(),
          /** What the customer had to say to it. */
          words: z.string().nullable(),
        }),
      ),
    })
    .nullable(),
  clocks: z.array(
    z.object({
      clock: ClockName,
      state: z.enum(['running', 'paused', 'breached']),
      startedAt: instant.nullable(),
      dueAt: instant.nullable(),
      /** The part of the goal that has passed, in percent; null when only the due time was kept. */
      passedPercent: z.number().int().nonnegative().nullable(),
      acknowledgedBy: Person.nullable(),
      words: inBoth,
    }),
  ),
  hold: z.object({ since: instant, until: instant, reason: z.string(), by: Person }).nullable(),
  links: z.array(z.object({ caseId: z.uuid(), caseNumber: z.string(), as: LinkKind, isOpen: z.boolean() })),
});
export type EscalationPackage = z.infer<typeof EscalationPackage>;

/** The summary of a case in one language: only what is known; what nobody told is null and named in `missing`. */
export const ClosingSummary = z.object({
  ...CaseFile.pick({ caseNumber: true, trackingToken: true, partner: true, endCustomer: true }).shape,
  language: Language,
  problem: z.string().nullable(),
  openedAt: instant,
  /** Null while the case is open: then this is a draft. */
  closedAt: instant.nullable(),
  counts: z.object({ uploads: z.number().int(), customerMails: z.number().int(), reminders: z.number().int() }),
  /** What an engineer wrote as summary. */
  engineerSummary: z.string().nullable(),
  cause: z.object({
    /** One line for each dump, oldest first. */
    findings: z.array(z.string()),
    /** The suspect of the last dump that names one, with how sure that is and what speaks for it. */
    suspect: z.object({ name: z.string(), reasons: z.string() }).nullable(),
  }),
  done: z.object({
    /** What was advised by playbook. */
    steps: z.array(z.string()),
    planItems: z.array(z.object({ text: z.string(), doneAt: instant.nullable() })),
  }),
  /** What came of watching the case; null when it was not watched. */
  observation: z.string().nullable(),
  lastHeard: z.object({ at: instant, text: z.string() }).nullable(),
  /** What to do from here on: how steps are taken back that should not stay, and what is open. */
  advice: z.array(z.object({ title: z.string(), steps: z.array(z.string()) })),
  missing: z.array(MissingFact),
  /** The same as text. */
  text: z.string(),
});
export type ClosingSummary = z.infer<typeof ClosingSummary>;

/** One event in the history of a case. `sequence` counts what others were told, from 1; null for what only the case noted. */
export const HistoryEvent = z.object({
  caseId: z.uuid(),
  caseNumber: z.string(),
  position: z.number().int().positive(),
  sequence: z.number().int().positive().nullable(),
  type: z.string(),
  at: instant,
  causationId: z.uuid().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type HistoryEvent = z.infer<typeof HistoryEvent>;

/** The JSON Schemas of what doors of case-workflow answer of a case, by name. */
export function caseDocuments(): Record<string, Record<string, unknown>> {
  const documents = { EscalationPackage, ClosingSummary, HistoryEvent };
  return Object.fromEntries(
    Object.entries(documents).map(([name, schema]) => [name, z.toJSONSchema(schema, { target: 'draft-2020-12' })]),
  );
}
