import { explainClock, type Case, type ExplainedClock, type KnownScan, type Policy } from '@caserelay/case-lifecycle';
import type { CaseFile, Phase, Priority, RecognisedDump } from '@caserelay/contracts';
import { askedOf, type AskedOfCase } from './asked-of-case.js';

export interface CaseRow {
  caseId: string;
  caseNumber: string;
  trackingToken: string;
  phase: string;
  wakeAt: Date | null;
  policy: string;
  openedAt: Date;
  changedAt: Date;
}

export interface HistoryLine {
  position: number;
  /** Null for what a case only noted for itself. */
  sequence: number | null;
  type: string;
  at: Date;
  causationId: string | null;
}

/** What browsing needs from around it. */
export interface Needs {
  list(wanted: { phase: Phase | null; limit: number }): Promise<CaseRow[]>;
  find(caseId: string): Promise<(CaseRow & { state: Case }) | null>;
  now(): Date;
  /** The policy of a version that a clock was reckoned by. */
  policy(version: string): Promise<Policy>;
  historyOf(caseId: string, page: { after: number; limit: number }): Promise<HistoryLine[]>;
}

export interface CaseView extends CaseRow {
  file: CaseFile | null;
  /** Where the case returns to once its uploads are read; null outside of analysing. */
  returnsTo: string | null;
  /** Files that still arrive, with what their first bytes say. */
  arriving: {
    uploadId: string;
    name: string;
    startedAt: string;
    dump: RecognisedDump | null;
    noticedAt: string | null;
  }[];
  uploads: {
    uploadId: string;
    name: string;
    bytes: number;
    settled: boolean;
    dump: RecognisedDump | null;
    /** What a malware scanner said; null while none has. */
    scan: Omit<KnownScan, 'uploadId'> | null;
  }[];
  counts: { uploads: number; customerMails: number; reminders: number } | null;
  priority: Priority | null;
  /** What is measured, and why each is due when it is: first what runs, then what has ended, the latest first. */
  clocks: ExplainedClock[];
  asked: AskedOfCase | null;
  history: HistoryLine[];
}

/** One case and a page of its history; what was said in it is not shown here, since this door asks nobody who they are. */
export async function showCase(
  caseId: string,
  page: { after: number; limit: number },
  needs: Needs,
): Promise<CaseView | null> {
  const found = await needs.find(caseId);
  if (!found) return null;
  const { state, ...row } = found;
  const known = state.phase === 'unopened' ? null : state.known;
  return {
    ...row,
    file: known?.file ?? null,
    returnsTo: state.phase === 'analysing' ? state.rest.phase : null,
    arriving: (known?.arriving ?? []).map(({ noticeAt: _, ...upload }) => upload),
    uploads: (known?.uploads ?? []).map(({ uploadId, name, bytes, settled, dump = null }) => ({
      uploadId,
      name,
      bytes,
      settled,
      dump,
      scan: scanOf(uploadId, known?.scans),
    })),
    counts: known?.counts ?? null,
    priority: known?.priority ?? null,
    clocks: await explained(state, needs),
    asked: state.phase === 'unopened' ? null : askedOf(state),
    history: await needs.historyOf(caseId, page),
  };
}

function scanOf(uploadId: string, scans: readonly KnownScan[] = []): Omit<KnownScan, 'uploadId'> | null {
  const found = scans.find((scan) => scan.uploadId === uploadId);
  if (!found) return null;
  const { uploadId: _, ...scan } = found;
  return scan;
}

async function explained(state: Case, needs: Needs): Promise<ExplainedClock[]> {
  if (state.phase === 'unopened') return [];
  const { clocks, pastClocks } = state.known;
  const now = needs.now().toISOString();
  const found: ExplainedClock[] = [];
  for (const clock of [...clocks, ...[...pastClocks].reverse()]) {
    found.push(explainClock(clock, await needs.policy(clock.policy), now));
  }
  return found;
}
