import type {
  CaseFile,
  CutShort,
  DumpComparison,
  DumpFinding,
  EventOf,
  EventType,
  Evidence,
  KeptReason,
  LinkKind,
  NextStep,
  Person,
  PersonCommand,
  Priority,
  PurgedFile,
  PurgedPart,
  PurgePartName,
  RecognisedDump,
  Solved,
  Told,
  UploadSpace,
} from '@caserelay/contracts';
import type { PlannedSteps, Survey, Tick } from './asked-of-customer.js';
import type { CaseClock, ClockName, PastClock, PauseReason, Reckoning } from './clock.js';

/** Bounds of what a case remembers; the rest is in its history. */
export const limits = {
  ...{ words: 30, wordLength: 2_000, findings: 20, uploads: 100, mails: 200, textLength: 20_000 },
  ...{ pastClocks: 60, pauses: 100, questions: 50, links: 50 },
};

/** What a case knows in every phase. */
export interface Known {
  readonly file: CaseFile;
  readonly openedAt: string;
  /** The version of the policy that it lives by. */
  readonly policy: string;
  readonly priority: Priority;
  /** Counts from 1; each reopening begins a new one. */
  readonly cycle: number;
  /** The clocks that have started and not ended, each name once. */
  readonly clocks: readonly CaseClock[];
  /** The last ones that have ended, also those of earlier cycles. */
  readonly pastClocks: readonly PastClock[];
  readonly space: UploadSpace | null;
  /** A colleague who asked for the upload space before there was one. */
  readonly requester: Person | null;
  readonly mailIds: readonly string[];
  readonly customerWords: readonly { readonly at: string; readonly text: string }[];
  /** Files that were begun and have not been received. */
  readonly arriving: readonly ArrivingUpload[];
  readonly uploads: readonly KnownUpload[];
  readonly findings: readonly { readonly uploadId: string; readonly finding: DumpFinding }[];
  /** How the latest dump compares with the earlier ones; missing while there is one alone. */
  readonly comparison?: ComparedUpload;
  /** What the customer was last told to do. */
  readonly steps: readonly NextStep[];
  readonly collectionSuggested: boolean;
  /** The last notice of each kind of dump that was not the one asked for. */
  readonly notices: readonly { readonly kind: DumpFinding['kind']; readonly at: string }[];
  /**
   * Led elsewhere before, and not opened again since: what was agreed with its customer a person knows. The last imported
   * mail is the one to answer until one comes in here.
   */
  readonly imported?: { readonly lastSentAt: string | null; readonly lastMessageId: string | null };
  /** Opened again by a mail: the customer is asked once the space is open again. */
  readonly asksAgain: boolean;
  /** Evidence that is being removed; missing when none is. It goes on when the case is opened again meanwhile. */
  readonly purging?: Purging;
  /** While evidence must not be purged; missing otherwise. */
  readonly legalHold?: { readonly since: string; readonly reason: string; readonly by: Person };
  /** When a purge was asked for last, which tells requests apart. */
  readonly purgeAskedAt?: string;
  /** A purge was asked for and left evidence because of a legal hold: it is asked for again when that is lifted. */
  readonly owesPurge?: true;
  /** What has come of what may be asked for, and how: the checklist of the present cycle. */
  readonly answered?: readonly Answered[];
  readonly links?: readonly Link[];
  /** Cases that were merged into this one, and into those, the last one last. */
  readonly merged?: readonly MergedCase[];
  /** What a malware scanner said of uploads, the last ones; missing where none looks. */
  readonly scans?: readonly KnownScan[];
  /** While its clocks stand still; missing otherwise. */
  readonly hold?: Hold;
  /** What engineers asked the customer, the last ones. */
  readonly questions?: readonly Question[];
  /** What an engineer wrote down for the customer to do. */
  readonly plan?: Plan;
  /** What a playbook led to; the customer ticks it off like a plan. */
  readonly plannedSteps?: PlannedSteps;
  /** The last cycle in which the customer got a letter that was written for the case. */
  readonly respondedIn?: number;
  /** Of an archived case whose customer is, or will be, asked for their opinion. */
  readonly survey?: Survey;
  readonly counts: { readonly uploads: number; readonly customerMails: number; readonly reminders: number };
}

/** One ticked item of the evidence checklist. */
export interface Answered {
  readonly evidence: Evidence;
  readonly at: string;
  readonly uploadId?: string;
  readonly mailId?: string;
  readonly by?: Person;
}

/** Another case that belongs to this one. */
export interface Link {
  readonly caseId: string;
  readonly caseNumber: string;
  /** What it is to this one. */
  readonly as: LinkKind;
  readonly isOpen: boolean;
}

/** A case that was merged into this one; what it had is here. */
export interface MergedCase {
  readonly caseId: string;
  readonly caseNumber: string;
  readonly trackingToken: string;
  /** Whom its letters went to. */
  readonly contact: Person | null;
  readonly at: string;
  readonly by: Person;
}

export interface Hold {
  readonly since: string;
  readonly until: string;
  readonly reason: string;
  readonly by: Person;
}

export interface Question {
  readonly questionId: string;
  readonly text: string;
  readonly by: Person;
  readonly askedAt: string;
  /** The first mail of the customer since; whether it answers is for a person to say. */
  readonly heardIn: string | null;
  readonly closed: { readonly at: string; readonly by: Person; readonly answer: string | null } | null;
}

export interface Plan {
  readonly planId: string;
  readonly by: Person;
  readonly writtenAt: string;
  /** The cycle in which it was written; missing in cases that were kept when customers could not tick. */
  readonly cycle?: number;
  readonly items: readonly {
    readonly text: string;
    readonly doneAt: string | null;
    readonly doneBy: Person | null;
    /** What the customer had to say to it. */
    readonly words?: string;
  }[];
}

/** How the dump of an upload compares with earlier ones of the case. */
export type ComparedUpload = DumpComparison & { readonly uploadId: string };

/** A file while its bytes come in. */
export interface ArrivingUpload {
  readonly uploadId: string;
  readonly name: string;
  readonly startedAt: string;
  /** What its first bytes say; null while nobody knows. */
  readonly dump: RecognisedDump | null;
  /** When the customer is told that it is the wrong kind, unless it was received before; null when nothing is due. */
  readonly noticeAt: string | null;
  /** When a letter told it. */
  readonly noticedAt: string | null;
}

/** A file the customer sent; settled once its reader has answered. */
export interface KnownUpload {
  readonly uploadId: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly acknowledged: boolean;
  /**
   * Whether it was asked to be read: once all of it is here, or known to be cut short. Missing in cases that were kept
   * when a file was read as soon as it was received.
   */
  readonly begun?: boolean;
  readonly settled: boolean;
  /** How its end is known to be missing. */
  readonly cutShort?: CutShort;
  /** What its first bytes said while it arrived, until its reader has answered. */
  readonly dump?: RecognisedDump | null;
  /** When a letter told, before it was received, that it is the wrong kind. */
  readonly noticedAt?: string | null;
  /** Missing in cases that were kept when nobody asked for it. */
  readonly receivedAt?: string;
  /** What its reader made of it; missing until then, and where it was read when this was not kept. */
  readonly reading?: UploadReading;
}

/** What a malware scanner said of an upload. */
export interface KnownScan extends Pick<DataOf<'upload.scanned'>, 'uploadId' | 'outcome' | 'signature' | 'reason'> {
  readonly at: string;
  /** When an operator let it out of quarantine. */
  readonly releasedAt: string | null;
}
/** What the reader of an upload answered, beside the findings of its dumps. */
export type UploadReading =
  | { readonly as: 'dump'; readonly signature: string | null }
  | { readonly as: 'unreadable'; readonly reason: string }
  | {
      readonly as: 'other';
      readonly kind: DataOf<'evidence.recognised'>['kind'];
      readonly description: string;
    };

export type PurgePart = PurgePartName;

/** What has been answered to a request to remove evidence, until all have answered. */
export interface Purging {
  readonly requestedAt: string;
  readonly awaited: readonly PurgePart[];
  /** When people are told of who has not answered; missing once they were, and in cases that were kept before. */
  readonly alarmAt?: string;
  readonly account: string | null;
  readonly files: readonly PurgedFile[];
  readonly filesInAll: number;
  readonly bytesInAll: number;
  readonly kept: number;
  readonly keptBecause: readonly KeptReason[];
}

/** The phases in which nothing is being read; but for the first each has a clock that runs in it. */
export type Rest =
  /** Opened, or opened again, and not yet asked for evidence: the contact or the space is missing. */
  | { readonly phase: 'reported' }
  | {
      readonly phase: 'awaiting-evidence';
      readonly wanted: readonly Evidence[];
      /** Reminders sent since we asked. */
      readonly step: number;
    }
  | { readonly phase: 'escalated'; readonly answered: boolean }
  | { readonly phase: 'action-planned' }
  | { readonly phase: 'observing'; readonly because: 'no-evidence' | 'plan-carried-out' };

/** The reading of one or more uploads; `rest` is where the case returns to. */
export interface Analysing {
  readonly phase: 'analysing';
  readonly pending: readonly string[];
  readonly rest: Rest;
}

export type Case =
  { readonly phase: 'unopened' } | ({ readonly known: Known } & (Rest | Analysing | Archived | Merged));

/** Put away. The clocks of its grace and its retention run, but in cases that were archived when there were none. */
export interface Archived {
  readonly phase: 'archived';
  readonly archivedAt: string;
}

/** Goes on in another case. The clocks of its grace and its retention run while that one is archived. */
export interface Merged {
  readonly phase: 'merged';
  readonly mergedAt: string;
  readonly into: MergeTarget;
}

/** `file` is that of the case when it was last heard of. */
export interface MergeTarget {
  readonly caseId: string;
  readonly file: CaseFile;
}

/** What a case hands over to the one that it goes on in. */
export interface Handed
  extends
    Pick<Known, 'mailIds' | 'customerWords' | 'arriving' | 'uploads' | 'findings' | 'counts'>,
    Pick<Known, 'answered' | 'questions' | 'scans' | 'merged'> {
  /** Uploads that are being read. */
  readonly pending: readonly string[];
}

/** The state before anything happened. */
export const unopened: Case = { phase: 'unopened' };

type DataOf<Type extends EventType> = EventOf<Type>['data'];

/** What people, services and the clock ask of a case. `now` is the time of the case clock. */
export type CaseCommand = { readonly now: string } & (
  | { readonly type: 'report'; readonly report: DataOf<'problem.reported'> }
  | { readonly type: 'take-mail'; readonly mail: DataOf<'mail.received'> }
  | { readonly type: 'import-thread'; readonly thread: DataOf<'thread.imported'> }
  | { readonly type: 'take-imported-mail'; readonly mail: DataOf<'mail.imported'> }
  | { readonly type: 'take-upload-space'; readonly space: UploadSpace }
  | { readonly type: 'take-arrival'; readonly upload: DataOf<'upload.started'> }
  | { readonly type: 'take-recognition'; readonly recognised: DataOf<'upload.recognised'> }
  | { readonly type: 'take-upload'; readonly upload: DataOf<'upload.received'> }
  | { readonly type: 'take-completion'; readonly upload: DataOf<'upload.completed'> }
  | { readonly type: 'take-cut-short'; readonly upload: DataOf<'upload.cut-short'> }
  | { readonly type: 'take-scan'; readonly scan: DataOf<'upload.scanned'> }
  | { readonly type: 'take-release'; readonly release: DataOf<'upload.released'> }
  | { readonly type: 'take-analysis'; readonly analysis: DataOf<'dump.analysed'> }
  | { readonly type: 'take-unreadable-dump'; readonly dump: DataOf<'dump.unreadable'> }
  | { readonly type: 'take-other-evidence'; readonly evidence: DataOf<'evidence.recognised'> }
  | {
      readonly type: 'take-purge';
      readonly part: PurgePart;
      readonly purged: PurgedPart & { readonly account?: string | null };
    }
  | { readonly type: 'let-time-pass' }
  /** This case and another belong together; the other is asked the mirrored thing in the same transaction. */
  | { readonly type: 'link'; readonly other: Omit<Link, 'as'>; readonly as: LinkKind; readonly by: Person }
  | { readonly type: 'unlink'; readonly from: string; readonly by: Person }
  /** A linked case was archived, merged or opened again. */
  | { readonly type: 'take-linked-case'; readonly caseId: string; readonly isOpen: boolean }
  /** The case that this one goes on in was archived or opened again, or was merged itself: then `target` is where it goes on. */
  | { readonly type: 'take-merge-target'; readonly target: MergeTarget; readonly isOpen: boolean }
  /** This case goes on in another, which is asked `take-merged-case` in the same transaction. */
  | {
      readonly type: 'merge';
      readonly into: MergeTarget & { readonly phase: Case['phase']; readonly goesOnIn: string | null };
      readonly by: Person;
      readonly reason: string;
    }
  | {
      readonly type: 'take-merged-case';
      readonly merged: { readonly caseId: string; readonly file: CaseFile };
      readonly handed: Handed;
      readonly by: Person;
      readonly reason: string;
    }
  /** What a person asks; sent twice with one id it is for the caller to answer as before. */
  | { readonly type: 'take-person-command'; readonly commandId: string; readonly command: PersonCommand }
  /** The contact says on the customer's page what of the plan is done; null where nothing is said of it. */
  | { readonly type: 'take-ticks'; readonly listId: string; readonly ticks: readonly Tick[] }
  /** The contact answers the survey on the customer's page. */
  | {
      readonly type: 'take-survey-answer';
      readonly grade: number;
      readonly solved: Solved;
      readonly words: string | null;
    }
  /** The case is to live by the policy that is handed in; its running clocks are reckoned anew. */
  | { readonly type: 'apply-policy'; readonly because: PolicyReason; readonly by: Person | null }
);

/** Why a case comes to live by another policy, or another version of it. */
export type PolicyReason = DataOf<'case.policy-applied'>['because'];

/** What a case tells everybody. */
export type ToldByCase = Told<EventOf<Extract<EventType, `case.${string}`>>>;

/** What a case only writes into its own history: what it took note of, and the clocks it set. */
export type Kept =
  | {
      readonly type: 'mail.kept';
      readonly data: {
        mailId: string;
        messageId: string;
        author: 'customer' | 'colleague';
        words: string;
        /** Of a mail that was imported: its own time. */
        sentAt?: string;
      };
    }
  | { readonly type: 'arrival.kept'; readonly data: { uploadId: string; name: string } }
  | {
      readonly type: 'recognition.kept';
      readonly data: { uploadId: string; dump: RecognisedDump; noticeAt: string | null };
    }
  /** No letter was due after all; `noticedAt` is when an earlier one said the same. */
  | { readonly type: 'notice.spared'; readonly data: { uploadId: string; noticedAt: string | null } }
  | { readonly type: 'upload.kept'; readonly data: { uploadId: string; name: string; bytes: number; sha256: string } }
  | { readonly type: 'cut-short.kept'; readonly data: { uploadId: string; cutShort: CutShort } }
  | {
      readonly type: 'scan.kept';
      readonly data: Pick<DataOf<'upload.scanned'>, 'uploadId' | 'outcome' | 'signature' | 'reason'>;
    }
  | { readonly type: 'release.kept'; readonly data: { uploadId: string } }
  | { readonly type: 'space.kept'; readonly data: { space: UploadSpace } }
  | { readonly type: 'requester.kept'; readonly data: { requester: Person } }
  | { readonly type: 'clock.started'; readonly data: { clock: CaseClock } }
  | {
      readonly type: 'clock.paused';
      readonly data: { clock: ClockName; because: PauseReason; until: string | null };
    }
  | { readonly type: 'clock.reckoned'; readonly data: { clock: ClockName } & Reckoning }
  | { readonly type: 'clock.ended'; readonly data: { clock: ClockName } }
  /** `againAt` is when the same level tells again unless somebody acknowledges it. */
  | { readonly type: 'level.told'; readonly data: { clock: ClockName; level: number; againAt: string | null } }
  | {
      readonly type: 'upload.settled';
      readonly data: {
        uploadId: string;
        findings: readonly DumpFinding[];
        comparison?: DumpComparison;
        reading?: UploadReading;
      };
    }
  | { readonly type: 'evidence.awaited'; readonly data: { wanted: readonly Evidence[]; nextAt?: string } }
  | { readonly type: 'engineer.awaited'; readonly data: { checkAt?: string } }
  | { readonly type: 'engineer.answered'; readonly data: { checkAt?: string } }
  | {
      readonly type: 'purge.kept';
      readonly data: { part: PurgePart; account: string | null } & PurgedPart;
    }
  /** By when all who hold evidence should have answered. */
  | { readonly type: 'purge.awaited'; readonly data: { alarmAt: string } }
  | { readonly type: 'question.closed'; readonly data: { questionId: string; by: Person; answer: string | null } }
  | {
      readonly type: 'item.ticked';
      readonly data: { planId: string; item: number; isDone: boolean; by: Person };
    }
  /** What has come answers what may be asked for: an upload, a mail, or a person says so. */
  | {
      readonly type: 'evidence.answered';
      readonly data: { evidence: readonly Evidence[]; uploadId?: string; mailId?: string; by?: Person };
    }
  /** A person says that it is not here after all. */
  | { readonly type: 'evidence.missed'; readonly data: { evidence: Evidence; by: Person } }
  | { readonly type: 'link.kept'; readonly data: { caseId: string; isOpen: boolean } }
  /** What a merged case had goes on here. */
  | { readonly type: 'merged-case.kept'; readonly data: { caseId: string; handed: Handed } }
  /** The case that a merged one goes on in was merged itself, or is told of anew. */
  | { readonly type: 'merge-target.kept'; readonly data: { into: MergeTarget } }
  /** Silence would have archived a case whose children are open. */
  | { readonly type: 'archive.put-off'; readonly data: { children: readonly string[] } }
  /** The time to answer the survey is over. */
  | { readonly type: 'survey.closed'; readonly data: { cycle: number } }
  | { readonly type: 'note.kept'; readonly data: { by: Person; text: string } }
  | KeptBefore;

/**
 * What cases wrote before their clocks explained themselves, and write no more. Of that time are also `nextAt` and
 * `checkAt` above.
 */
type KeptBefore =
  | { readonly type: 'analysis.awaited'; readonly data: { dueAt: string } }
  | { readonly type: 'clock.moved'; readonly data: { to: string } };

/** One line in the history of a case; folding all of them gives its state. */
export type CaseEvent = (ToldByCase | Kept) & { readonly at: string };

/** Whether other services hear of it. */
export function isTold(event: CaseEvent): event is ToldByCase & { readonly at: string } {
  return event.type.startsWith('case.');
}
