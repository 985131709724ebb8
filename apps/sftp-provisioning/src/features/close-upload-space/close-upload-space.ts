import type { Tell } from '@caserelay/messaging';

/** What closing a space needs from around it. */
export interface Needs {
  spaces: {
    /** The space that was open until now, or null when there was none. */
    closeOfCase(caseId: string, at: Date): Promise<{ spaceId: string; account: string } | null>;
  };
  /** Ends running sessions once the closing is kept. */
  endSessions(spaceId: string): void;
  now: Date;
}

/** Closes the space of a case: nobody logs in any more and who is logged in is sent away. */
export async function closeUploadSpace(caseId: string, needs: Needs): Promise<Tell[]> {
  const closed = await needs.spaces.closeOfCase(caseId, needs.now);
  if (!closed) return [];
  needs.endSessions(closed.spaceId);
  return [{ type: 'upload-space.closed', data: closed }];
}
