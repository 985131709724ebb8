import type { DumpFinding, Evidence, EventOf, PurgedFile, PurgePartName } from '@caserelay/contracts';
import type { LayoutHabits } from '@caserelay/case-papers';
import type { LikelyCause } from '../likely-cause.js';

type Verdict = EventOf<'case.analysis-reported'>['data']['verdict'];

/** Everything that letters say in one language. Both languages have the same keys, because both are of this type. */
export interface Texts extends LayoutHabits {
  subject(caseNumber: string, topic: string, token: string): string;
  answerPrefix: string;
  /** What stands between the parts of a fact. */
  comma: string;
  /** Between brackets. */
  greetCustomer(name: string): string;
  greetColleague(name: string): string;
  footer: { phone(phone: string): string; reply: string };
  span(span: { days: number; hours: number; minutes: number }): string;
  warning(text: string): string;
  labels: Record<Label, string>;

  questions: { title: string; of: Record<Extract<Evidence, 'os-version' | 'reproduction-steps'>, string> };
  evidence: Record<Evidence, string>;
  /** The steps of `run-collection-tool` when a tool can be downloaded. */
  collectionTool(url: string): { title: string; steps: string[] };
  causes: Record<LikelyCause, string>;

  uploadSpace: { title: string; announced: string; how: readonly string[]; linkExpired: string; consent: string };
  firstResponse: { intro: string; scope: string; whyFullDump: string };
  collection: { intro: string; privacy: string };
  /** Of a file that still arrives and is not the dump that was asked for. */
  notice: {
    intro(name: string): string;
    arrived(bytes: string, expected: string | null): string;
    lacks: Record<DumpFinding['kind'], string>;
    nowTitle: string;
    mayHoldAnother: string;
    now: readonly string[];
    where(account: string, folder: string): string;
  };
  acknowledged: { intro: string; next: readonly string[] };
  /** Of a file whose end is missing. */
  cutShort: {
    intro(name: string): string;
    arrived(found: string, expected: string | null): string;
    /** `bytes` is where to go on. */
    how(name: string, bytes: string): readonly string[];
    looking: string;
  };
  /** Of evidence that was asked to be removed, and nobody answered. */
  purgeOverdue: { intro: string; parts: Record<PurgePartName, string>; next: string };
  /** Of a file in which malware was found. */
  quarantined: {
    intro(name: string): string;
    told(name: string): string;
    /** For the customer. */
    now: readonly string[];
    /** For the colleague. */
    how: readonly string[];
  };
  report: {
    intro(name: string): string;
    dump(position: number, member: string | null): string;
    earlier: string;
    meaning: string;
    sameAsBefore(code: string): string;
    otherThanBefore(code: string, earlier: string): string;
    headerOnly: string;
    withoutSymbols: string;
    verdictTitle: string;
    verdict: Record<Verdict, string>;
    /** In place of the verdict on a file that a password keeps from being read. */
    encrypted: string;
    /** The same to someone who was told at `time`, while the file arrived, that it is no full dump. */
    noticed: Record<Verdict, (time: string) => string>;
    noticedGoOn: string;
    stepsTitle: string;
    /** Said to a colleague who gets the report because no contact is known. */
    passOn: string;
  };
  escalated: {
    intro: string;
    because: Record<EventOf<'case.escalated'>['data']['because'], string>;
    findings: string;
    noFindings: string;
    uploads: string;
    noUploads: string;
    questions: string;
    asked(by: string, at: string): string;
    plan: string;
    done(at: string): string;
    notDone: string;
    /** How the page of the package is opened. */
    page: string;
    words: string;
    files: string;
    reply: string;
  };
  /** Of a clock of which a part has passed. Names that a policy gave are shown as they are. */
  clock: {
    names: Readonly<Record<string, string>>;
    intro: Record<EventOf<'case.level-reached'>['data']['kind'], (clock: string, percent: number) => string>;
    days(days: number): string;
    working(amount: string, calendar: string): string;
    plain(amount: string): string;
    why(level: { level: number; ofLevels: number; percent: number; policy: string; priority: string }): string;
    again(at: string): string;
    once: string;
  };
  /** How the latest dump compares with the one before it, for engineers. */
  comparison: {
    same(earlier: string): string;
    other(earlier: string): string;
    changed(module: string, from: string, to: string): string;
    came(module: string, version: string): string;
    went(module: string, version: string): string;
    more(count: number): string;
    nothingChanged: string;
    otherBuild: string;
    didNotHelp(module: string): string;
    /** What ends a sentence. */
    end: string;
  };
  forwarded: { intro: Record<'question' | 'update' | 'answer', string>; how: string; cut: string };
  /** To who takes a case over; `from` had it before. */
  handover: {
    intro(by: string, from: string | null): string;
    phases: Record<EventOf<'case.owner-changed'>['data']['phase'], string>;
    questions: string;
  };
  /** To the customer of a case that goes on in another one. */
  merged: { intro: string; goesOnIn: string; what(caseNumber: string): string };
  /** Of a hold that has ended by itself. */
  holdOver: { intro: string; next: string };
  asked: { intro(engineer: string): string; how: string };
  plan: { intro(engineer: string): string; how: string; check(at: string): string };
  answered: { intro(engineer: string): string };
  reminded: {
    first: string;
    second: string;
    last: string;
    wanted: string;
    questions: string;
    plan: string;
    reply: string;
  };
  observation: {
    intro: Record<EventOf<'case.observation-started'>['data']['because'], string>;
    until: string;
    wanted: readonly string[];
  };
  archived: {
    intro: Record<EventOf<'case.archived'>['data']['because'], string>;
    supportGoesOn: string;
    survey: string;
    surveyAt: string;
    surveyByReply: string;
  };
  /** What becomes of the account and the files of an archived case. */
  retention: { title: string; account(until: string): string; evidence(until: string): string };
  /** The proof that they are gone. */
  purged: {
    intro: string;
    kept(files: number): string;
    keptBecause: Record<EventOf<'case.evidence-purged'>['data']['keptBecause'][number], string>;
    files: string;
    kinds: Record<PurgedFile['kind'], string>;
    neverWhole: string;
    more(files: number): string;
    attached: string;
    /** `wanted` is how our colleagues ask for the whole list. */
    attachedPart(files: number, wanted: string): string;
    stays: string;
    /** Said to a colleague who gets the proof because no contact is known. */
    passOn: string;
  };
}

type Label =
  | 'askedAt'
  | 'awaited'
  | 'malware'
  | 'scanner'
  | 'scannedAt'
  | 'caseNumber'
  | 'token'
  | 'partner'
  | 'endCustomer'
  | 'contact'
  | 'owner'
  | 'problem'
  | 'protocol'
  | 'host'
  | 'port'
  | 'account'
  | 'password'
  | 'linkExpiresAt'
  | 'folder'
  | 'fingerprint'
  | 'file'
  | 'size'
  | 'arrived'
  | 'sha256'
  | 'bugcheck'
  | 'exception'
  | 'crash'
  | 'culprit'
  | 'culpritReasons'
  | 'system'
  | 'crashedAt'
  | 'uptime'
  | 'kind'
  | 'completeness'
  | 'fault'
  | 'note'
  | 'from'
  | 'until'
  | 'progress'
  | 'priority'
  | 'package'
  | 'clock'
  | 'startedAt'
  | 'goal'
  | 'dueAt'
  | 'heldSince'
  | 'reason'
  | 'survey'
  | 'deletedFiles'
  | 'fileKind'
  | 'receivedAt'
  | 'deletedAt';
