import { mostPurgedFiles, type KeptReason, type PurgedFile } from '@caserelay/contracts';
import type { Cause, Tell } from '@caserelay/messaging';

/** A request to remove what a space holds. */
export interface Purge {
  readonly spaceId: string;
  readonly caseId: string;
  readonly account: string;
  /** The instant of the request as the case told it. */
  readonly requestedAt: string;
  /** Where the request stands among what the case told; undefined when it does not say. */
  readonly sequence: number | undefined;
  readonly cause: Cause;
}

export interface StoredFile {
  readonly uploadId: string;
  readonly location: string;
  readonly path: string;
  readonly bytes: number;
}

export interface Removed {
  /** The oldest first, not more than one answer may list. */
  readonly files: PurgedFile[];
  readonly filesInAll: number;
  readonly bytesInAll: number;
}

/** What is kept about removals, within one transaction. */
export interface Purges {
  /** Locks the purge and its space until the transaction ends; null when it has ended or another instance is at it. */
  take(purge: Purge): Promise<{ keptBecause: KeptReason | null } | null>;
  nextFile(spaceId: string): Promise<StoredFile | null>;
  countKept(spaceId: string): Promise<number>;
  markPurged(uploadId: string, purge: Purge, at: Date): Promise<void>;
  removedFor(purge: Purge, most: number): Promise<Removed>;
  /** `isKept`: the rest of the space stays as it is. */
  end(purge: Purge, at: Date, isKept: boolean): Promise<void>;
}

/** What removing evidence needs from around it. */
export interface Needs {
  /** Purges that have not ended, oldest first. */
  listUnended(): Promise<Purge[]>;
  /** Changes and what they tell, kept together or not at all. */
  transaction<Result>(
    work: (purges: Purges) => Promise<{ result: Result; tells: Tell[] }>,
    cause: Cause,
  ): Promise<Result>;
  /** Removes a file for good; one that is gone already is no fault. */
  removeFile(location: string): Promise<void>;
  /** Removes what another program that lets customers in holds of an account. */
  removeAtEngine(account: string): Promise<void>;
  note(entry: {
    action: 'purge-file' | 'purge-space';
    outcome: 'done' | 'failed';
    spaceId: string;
    caseId: string;
    account: string;
    path?: string;
    bytes?: number;
    reason?: string;
  }): void;
  isStopping(): boolean;
  now(): Date;
  warn(message: string, details: Record<string, unknown>): void;
}

/** Removes what was asked for, file by file. What fails is tried again at the next look. */
export async function purgeEvidence(needs: Needs): Promise<void> {
  for (const purge of await needs.listUnended()) {
    const { spaceId, caseId, account } = purge;
    try {
      while (!needs.isStopping() && (await removeNext(purge, needs)));
    } catch (error) {
      needs.warn('evidence could not be removed; it is tried again', { spaceId, account, error });
      const reason = error instanceof Error ? error.message : String(error);
      needs.note({ action: 'purge-space', outcome: 'failed', spaceId, caseId, account, reason });
    }
    if (needs.isStopping()) return;
  }
}

/**
 * Removes one file and marks it, in this order: killed between the two, the file is removed once more, which changes
 * nothing. The space is locked meanwhile, so that a case that is opened again, or gets a
 * legal hold, keeps whatever is not gone by then.
 */
async function removeNext(purge: Purge, needs: Needs): Promise<boolean> {
  const { spaceId, caseId, account } = purge;
  const done = await needs.transaction<StoredFile | 'ended' | null>(async (purges) => {
    const taken = await purges.take(purge);
    if (!taken) return { result: null, tells: [] };
    const file = taken.keptBecause ? null : await purges.nextFile(spaceId);
    if (!file) return { result: 'ended', tells: await end(purge, taken, purges, needs) };
    await needs.removeFile(file.location);
    await purges.markPurged(file.uploadId, purge, needs.now());
    return { result: file, tells: [] };
  }, purge.cause);
  if (done === null) return false;
  if (done === 'ended') {
    needs.note({ action: 'purge-space', outcome: 'done', spaceId, caseId, account });
    return false;
  }
  needs.note({ action: 'purge-file', outcome: 'done', spaceId, caseId, account, path: done.path, bytes: done.bytes });
  return true;
}

async function end(
  purge: Purge,
  { keptBecause }: { keptBecause: KeptReason | null },
  purges: Purges,
  needs: Needs,
): Promise<Tell[]> {
  if (keptBecause === null) await needs.removeAtEngine(purge.account);
  const kept = keptBecause === null ? 0 : await purges.countKept(purge.spaceId);
  const removed = await purges.removedFor(purge, mostPurgedFiles);
  await purges.end(purge, needs.now(), keptBecause !== null);
  return [answerOf(purge, removed, kept, keptBecause)];
}

/** The answer to the case. */
export function answerOf(
  { spaceId, account, requestedAt }: { spaceId: string | null; account: string | null; requestedAt: string },
  removed: Removed,
  kept: number,
  because: KeptReason | null = 'reopened',
): Tell {
  const keptBecause = kept > 0 ? because : null;
  return { type: 'evidence.purged', data: { spaceId, account, requestedAt, ...removed, kept, keptBecause } };
}
