import { mostPurgedFiles, type EventOf, type KeptReason, type PurgedFile } from '@caserelay/contracts';
import type { Cause, Tell } from '@caserelay/messaging';

/** A request to remove the reports of a case. */
export interface Purge {
  readonly caseId: string;
  /** The instant of the request as the case told it. */
  readonly requestedAt: string;
  /** Where the request stands among what the case told; undefined when it does not say. */
  readonly sequence: number | undefined;
  readonly cause: Cause;
}

/** An upload that was read, or was to be. */
export interface ReadUpload {
  readonly uploadId: string;
  readonly name: string;
  readonly toldAt: Date;
}

/** A report as it lies in the evidence store. */
export interface LyingReport {
  readonly location: string;
  /** Of the file of the report; the upload has its own. */
  readonly ending: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What noting a request needs from around it, within the event being heard. */
export interface RequestNeeds {
  /** False when a later event of the case was heard before. */
  follow(caseId: string, sequence: number | undefined): Promise<boolean>;
  noteLegalHold(caseId: string, sequence: number | undefined): Promise<void>;
  /** Whether the case got a legal hold after this event of it. */
  isHeld(caseId: string, sequence: number | undefined): Promise<boolean>;
  keep(purge: Omit<Purge, 'cause'>): Promise<void>;
  /** What waits to be read, or to be recognised, is not any more. */
  stopReading(caseId: string): Promise<void>;
  /** How many files of reports the case has. */
  countReports(caseId: string): Promise<number>;
  wake(): void;
}

/** What is kept about removals, within one transaction. */
export interface Purges {
  /** Locks the purge and its case; null when it has ended or another instance is at it. */
  take(purge: Purge): Promise<{ keptBecause: KeptReason | null } | null>;
  uploadsOf(caseId: string): Promise<ReadUpload[]>;
  /** Reports that stay: of those that were noted, or of all when none was. */
  countKept(purge: Purge): Promise<number>;
  /** Notes what is about to be removed: once it is gone, nobody can tell its hash. */
  note(purge: Purge, upload: ReadUpload, reports: readonly LyingReport[]): Promise<void>;
  /** Places that were noted and are not marked as gone. */
  notGone(purge: Purge): Promise<string[]>;
  markGone(purge: Purge, location: string): Promise<void>;
  removedFor(purge: Purge): Promise<PurgedFile[]>;
  /** Ends the purge; forgets what dumps of the case said and were compared by, unless reports stay. */
  end(purge: Purge, isKept: boolean): Promise<void>;
}

export interface Needs {
  listUnended(): Promise<Purge[]>;
  /** Changes and what they tell, kept together or not at all. */
  transaction<Result>(
    work: (purges: Purges) => Promise<{ result: Result; tells: Tell[] }>,
    cause: Cause,
  ): Promise<Result>;
  /** The reports of an upload that are there. */
  reportsOf(caseId: string, uploadId: string): Promise<LyingReport[]>;
  /** Removes a file for good; one that is gone already is no fault. */
  remove(location: string): Promise<void>;
  isStopping(): boolean;
  failed(purge: Purge, error: unknown): void;
}

/** Takes note that the reports of a case are to be removed. Of a case that was opened again meanwhile, or got a legal hold, they stay. */
export async function requestPurge(
  event: EventOf<'case.evidence-purge-requested'>,
  needs: RequestNeeds,
): Promise<Tell[]> {
  const { subject: caseId, sequence } = event;
  const { requestedAt } = event.data;
  const isFollowed = await needs.follow(caseId, sequence);
  const isHeld = await needs.isHeld(caseId, sequence);
  if (isHeld || !isFollowed)
    return [answerOf(requestedAt, [], await needs.countReports(caseId), isHeld ? 'legal-hold' : 'reopened')];
  await needs.stopReading(caseId);
  await needs.keep({ caseId, requestedAt, sequence });
  needs.wake();
  return [];
}

/** Removes what was asked for, report by report. What fails is tried again at the next look. */
export async function purgeReports(needs: Needs): Promise<void> {
  for (const purge of await needs.listUnended()) {
    try {
      await noteAll(purge, needs);
      while (!needs.isStopping() && (await removeNext(purge, needs)));
    } catch (error) {
      needs.failed(purge, error);
    }
    if (needs.isStopping()) return;
  }
}

async function noteAll(purge: Purge, needs: Needs): Promise<void> {
  const { caseId } = purge;
  await needs.transaction(async (purges) => {
    const taken = await purges.take(purge);
    if (taken && !taken.keptBecause)
      for (const upload of await purges.uploadsOf(caseId))
        await purges.note(purge, upload, await needs.reportsOf(caseId, upload.uploadId));
    return { result: undefined, tells: [] };
  }, purge.cause);
}

/** Removes one report and marks it, in this order; killed between the two, it is removed once more, which changes nothing. */
async function removeNext(purge: Purge, needs: Needs): Promise<boolean> {
  return await needs.transaction<boolean>(async (purges) => {
    const taken = await purges.take(purge);
    if (!taken) return { result: false, tells: [] };
    const [location] = taken.keptBecause ? [] : await purges.notGone(purge);
    if (location === undefined) return { result: false, tells: [await end(purge, taken.keptBecause, purges)] };
    await needs.remove(location);
    await purges.markGone(purge, location);
    return { result: true, tells: [] };
  }, purge.cause);
}

async function end(purge: Purge, keptBecause: KeptReason | null, purges: Purges): Promise<Tell> {
  const removed = await purges.removedFor(purge);
  const kept = keptBecause === null ? 0 : await purges.countKept(purge);
  await purges.end(purge, keptBecause !== null);
  return answerOf(purge.requestedAt, removed, kept, keptBecause);
}

function answerOf(
  requestedAt: string,
  removed: readonly PurgedFile[],
  kept: number,
  keptBecause: KeptReason | null,
): Tell {
  return {
    type: 'reports.purged',
    data: {
      requestedAt,
      files: removed.slice(0, mostPurgedFiles),
      filesInAll: removed.length,
      bytesInAll: removed.reduce((sum, { bytes }) => sum + bytes, 0),
      kept,
      keptBecause: kept > 0 ? keptBecause : null,
    },
  };
}
