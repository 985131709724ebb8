interface Needs {
  /** Removes some of what is older than it has to be kept. */
  tidy(): Promise<void>;
  warn(details: object, message: string): void;
}

/** Forgets entries of the audit log that are too old, or too many, now and then. Answers with what ends it. */
export function forgetOldEntries(everyMilliseconds: number, needs: Needs): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = needs
      .tidy()
      .catch((error: unknown) => needs.warn({ err: error }, 'old audit entries could not be removed'));
  }, everyMilliseconds);
  return () => {
    clearInterval(timer);
    return running;
  };
}
