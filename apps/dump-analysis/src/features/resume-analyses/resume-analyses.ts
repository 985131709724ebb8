export interface Needs {
  /** Uploads that wait to be read, oldest first. */
  due(limit: number): Promise<string[]>;
  /** Hints at them; a hint that is there already is not doubled. */
  hint(uploadIds: readonly string[]): Promise<void>;
}

/** Renews the hints for all uploads that wait, so that losing Redis or a process delays them and loses none. */
export async function resumeAnalyses(needs: Needs): Promise<void> {
  const waiting = await needs.due(500);
  if (waiting.length > 0) await needs.hint(waiting);
}
