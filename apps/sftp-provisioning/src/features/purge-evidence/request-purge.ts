import type { EventOf } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import { answerOf, type Purge } from './purge-evidence.js';

/** What taking note of a request to remove evidence needs from around it. */
export interface Needs {
  spaces: {
    findOfCase(caseId: string): Promise<{ spaceId: string; account: string } | null>;
    /** False when the space has followed a later event of its case already. Locks the space. */
    follow(caseId: string, sequence: number | undefined): Promise<boolean>;
    /** Waits for the file that is being removed. */
    noteLegalHold(caseId: string, sequence: number | undefined): Promise<void>;
    /** The space that was open until now, or null when there was none. */
    closeOfCase(caseId: string, at: Date): Promise<{ spaceId: string; account: string } | null>;
  };
  /** How many files of a space were not removed. */
  countKept(spaceId: string): Promise<number>;
  keep(purge: Omit<Purge, 'cause' | 'account' | 'caseId'>): Promise<void>;
  endSessions(spaceId: string): void;
  /** Lets the removal begin once the request is kept. */
  wake(): void;
  now: Date;
}

const nothing = { files: [], filesInAll: 0, bytesInAll: 0 };

/**
 * Takes note that the evidence of a case is to be removed. A case that was opened again meanwhile, whose later event came
 * first, keeps it and says so.
 */
export async function requestPurge(event: EventOf<'case.evidence-purge-requested'>, needs: Needs): Promise<Tell[]> {
  const { requestedAt } = event.data;
  const space = await needs.spaces.findOfCase(event.subject);
  if (!space) return [answerOf({ requestedAt, spaceId: null, account: null }, nothing, 0)];
  const { spaceId, account } = space;
  if (!(await needs.spaces.follow(event.subject, event.sequence))) {
    const kept = await needs.countKept(spaceId);
    return [answerOf({ requestedAt, spaceId, account }, nothing, kept)];
  }
  // Retired before, unless that event waits to be heard again.
  const closed = await needs.spaces.closeOfCase(event.subject, needs.now);
  if (closed) needs.endSessions(spaceId);
  await needs.keep({ spaceId, requestedAt, sequence: event.sequence });
  needs.wake();
  return closed ? [{ type: 'upload-space.closed', data: closed }] : [];
}
