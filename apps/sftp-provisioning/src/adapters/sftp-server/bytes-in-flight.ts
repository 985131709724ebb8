/** What all sessions together hold in memory for the disk and for their clients: so many customers cannot use up more than a few. */
export class BytesInFlight {
  private held = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly most: number) {}

  /** Whether a session has to stop reading; one that stopped goes on only when there is clearly room again. */
  isTooMuch(hasStopped: boolean): boolean {
    return this.held > (hasStopped ? this.most / 2 : this.most);
  }

  take(bytes: number): void {
    this.held += bytes;
  }

  give(bytes: number): void {
    this.held -= bytes;
    if (this.waiting.size === 0 || this.isTooMuch(true)) return;
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const wake of woken) wake();
  }

  /** Calls once when there is room again. */
  wait(wake: () => void): void {
    this.waiting.add(wake);
  }

  forget(wake: () => void): void {
    this.waiting.delete(wake);
  }
}
