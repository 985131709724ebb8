import { say } from '@caserelay/crash-dump';
import type { DumpFinding } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import type { KeptReading } from './keep-reading.js';
import { analysed, type KnownDump, type Needs as ReadingNeeds, type Progress, type Upload } from './read-upload.js';

/** Reading was stopped by a limit; another try would end the same way. */
export interface Stopped {
  stoppedBecause: string;
  /** What was known by then. */
  known: readonly KnownDump[];
}

/** An upload of which reading was just begun for the `attempts`-th time. */
export type Attempt = Upload & { attempts: number };

export interface Needs<Row extends Attempt> {
  /** Counts one more attempt; null when there is nothing left to do. */
  begin(uploadId: string): Promise<Row | null>;
  /** Reads it in a process of its own; says why when a limit stopped that, which another try would not change. */
  read(upload: Row, onProgress: (progress: Progress) => void): Promise<KeptReading | Stopped>;
  planNextSteps: ReadingNeeds['planNextSteps'];
  /** Shows how far reading has come. */
  show(upload: Row, progress: Progress): void;
  /** Keeps the whole report and tells the outcome, unless somebody else told one before. */
  tell(upload: Row, reading: KeptReading): Promise<void>;
  postpone(upload: Row, fault: string, pauseSeconds: number): Promise<void>;
  /** Takes the attempt back, because the service stops. */
  giveBack(upload: Row): Promise<void>;
  isStopping(): boolean;
  logFault(upload: Row, error: unknown): void;
  maxAttempts: number;
  firstPauseSeconds: number;
}

/**
 * Reads one upload and tells the outcome once. Faults are tried again after growing pauses; an upload that brings them
 * on every time, or ends the process that reads it, is told to be unreadable, and so is one that exceeds a limit, at once, unless what was read
 * by then is a dump: then that is told.
 * Every try begins at the beginning: nothing of an earlier one is left but its count.
 */
export async function analyseUpload<Row extends Attempt>(uploadId: string, needs: Needs<Row>): Promise<void> {
  const upload = await needs.begin(uploadId);
  if (!upload) return;
  if (upload.attempts > needs.maxAttempts) {
    await needs.tell(upload, givenUp(upload, say('reading-broken-off', { times: needs.maxAttempts })));
    return;
  }
  let reading: KeptReading | Stopped;
  try {
    reading = await needs.read(upload, (progress) => needs.show(upload, progress));
  } catch (error) {
    if (needs.isStopping()) return await needs.giveBack(upload);
    needs.logFault(upload, error);
    const fault = error instanceof Error ? error.message : String(error);
    if (upload.attempts < needs.maxAttempts) {
      return await needs.postpone(upload, fault, Math.min(60, needs.firstPauseSeconds * 2 ** (upload.attempts - 1)));
    }
    reading = { stoppedBecause: say('reading-failed', { times: upload.attempts, fault }), known: [] };
  }
  await needs.tell(upload, 'stoppedBecause' in reading ? stopped(upload, reading, needs) : reading);
}

/** A dump of which the beginning was read says what crashed, whatever became of the rest. */
function stopped<Row extends Attempt>(
  upload: Row,
  { stoppedBecause, known }: Stopped,
  { planNextSteps }: Pick<Needs<Row>, 'planNextSteps'>,
): KeptReading {
  if (known.length === 0) return givenUp(upload, stoppedBecause);
  const findings = known.map(({ finding, isRead }) => (isRead ? finding : unsure(finding, stoppedBecause)));
  return { outcome: analysed(upload, findings, { planNextSteps }), report: null, traits: null, versions: [] };
}

function unsure(finding: DumpFinding, stoppedBecause: string): DumpFinding {
  const reason = stoppedBecause.slice(0, 1000);
  return { ...finding, completeness: { ...finding.completeness, verdict: 'unknown', reason } };
}

function givenUp({ uploadId, name }: Upload, reason: string): KeptReading {
  const outcome: Tell = { type: 'dump.unreadable', data: { uploadId, name, reason: reason.slice(0, 1000) } };
  return { outcome, report: null, traits: null, versions: [] };
}
