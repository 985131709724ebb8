/** Looks at once when woken, and again now and then; never two at a time. Call `stop` to let the look in hand end. */
export class LookWhenWoken {
  private looking: Promise<void> | null = null;
  private isWoken = false;
  private isStopped = false;
  private readonly interval: NodeJS.Timeout;

  constructor(
    private readonly look: () => Promise<void>,
    everyMilliseconds: number,
    private readonly onFault: (error: unknown) => void,
  ) {
    this.interval = setInterval(() => this.wake(), everyMilliseconds);
    this.interval.unref();
  }

  get isStopping(): boolean {
    return this.isStopped;
  }

  wake(): void {
    this.isWoken = true;
    if (this.looking || this.isStopped) return;
    this.looking = this.lookWhileWoken().finally(() => (this.looking = null));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.interval);
    await this.looking;
  }

  private async lookWhileWoken(): Promise<void> {
    while (this.isWoken && !this.isStopped) {
      this.isWoken = false;
      await this.look().catch(this.onFault);
    }
  }
}
