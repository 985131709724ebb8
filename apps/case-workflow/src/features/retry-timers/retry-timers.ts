/** What retrying timers needs from around it. */
export interface Needs {
  now(): Date;
  /** Lets a case be asked again whose last waking failed; answers the cases that will be. */
  retryOne(caseId: string, now: Date): Promise<string[]>;
  /** The same for the next ones that are stuck. */
  retryStuck(now: Date, limit: number): Promise<string[]>;
  ringLater(instants: readonly Date[]): void;
}

const casesPerPage = 1_000;

/** Lets all that is stuck be asked once more. */
export async function retryStuckTimers(needs: Needs): Promise<number> {
  let retried = 0;
  for (;;) {
    const now = needs.now();
    const page = await needs.retryStuck(now, casesPerPage);
    if (page.length > 0) needs.ringLater([now]);
    retried += page.length;
    if (page.length < casesPerPage) return retried;
  }
}

/** Lets one case be asked at once whose last waking failed; false when there is none. */
export async function retryTimer(caseId: string, needs: Needs): Promise<boolean> {
  const now = needs.now();
  const retried = await needs.retryOne(caseId, now);
  if (retried.length > 0) needs.ringLater([now]);
  return retried.length > 0;
}
