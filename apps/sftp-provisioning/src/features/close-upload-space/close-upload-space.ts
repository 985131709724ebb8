import type { EventOf } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';

interface Space {
  readonly spaceId: string;
  readonly account: string;
}

/** What the end of a space needs from around it. */
export interface Needs {
  spaces: {
    /** False when the space has followed a later event of its case already. */
    follow(caseId: string, sequence: number | undefined): Promise<boolean>;
    /** The space that could be written to until now, or null when there was none. */
    makeReadOnlyOfCase(caseId: string, at: Date): Promise<Space | null>;
    /** The space that was open until now, or null when there was none. */
    closeOfCase(caseId: string, at: Date): Promise<Space | null>;
  };
  /** Sends away who is logged in once the change is kept, and writes it down. */
  endSessions(space: Space & { caseId: string }, because: 'make-read-only' | 'close-space'): void;
  now: Date;
}

/**
 * The space of an archived case can only be read from. Whoever is logged in is sent away once, so that uploads end where
 * they are; they may come back to read. An archive that promises no time to read, as earlier versions told it, closes.
 */
export async function archiveUploadSpace(event: EventOf<'case.archived'>, needs: Needs): Promise<Tell[]> {
  if (!event.data.retention) return closeUploadSpace(event, needs);
  if (!(await needs.spaces.follow(event.subject, event.sequence))) return [];
  const made = await needs.spaces.makeReadOnlyOfCase(event.subject, needs.now);
  if (!made) return [];
  needs.endSessions({ ...made, caseId: event.subject }, 'make-read-only');
  return [{ type: 'upload-space.made-read-only', data: made }];
}

/** Closes the space of a case: nobody logs in any more and who is logged in is sent away. */
export async function closeUploadSpace(
  { subject, sequence }: { subject: string; sequence?: number | undefined },
  needs: Needs,
): Promise<Tell[]> {
  if (!(await needs.spaces.follow(subject, sequence))) return [];
  const closed = await needs.spaces.closeOfCase(subject, needs.now);
  if (!closed) return [];
  needs.endSessions({ ...closed, caseId: subject }, 'close-space');
  return [{ type: 'upload-space.closed', data: closed }];
}
