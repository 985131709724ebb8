import { endSettled, type EndingUploads } from './end-uploads.js';
import type { UploadReception } from './receive-uploads.js';

/** The finest step in which it looks, however often it is asked. */
const tickMilliseconds = 250;

/**
 * Looks around now and then, and when it is asked to, for uploads that nobody sends any more and for those of which it
 * is to be told what has become of them.
 */
export class LookAround {
  private looking: Promise<unknown> = Promise.resolve();
  private reception: (Pick<UploadReception, 'interruptForgotten'> & EndingUploads) | null = null;
  private interval: NodeJS.Timeout | undefined;
  private readonly timers = new Map<number, NodeJS.Timeout>();

  constructor(private readonly onFault: (error: unknown) => void) {}

  /** Looks once and goes on doing so. */
  async begin(
    reception: Pick<UploadReception, 'interruptForgotten'> & EndingUploads,
    everyMilliseconds: number,
  ): Promise<void> {
    this.reception = reception;
    await reception.interruptForgotten();
    await endSettled(reception);
    this.interval = setInterval(() => this.look(), everyMilliseconds);
    this.interval.unref();
  }

  /** Looks once more when so long has passed. */
  in(milliseconds: number): void {
    const tick = Math.ceil((performance.now() + milliseconds) / tickMilliseconds);
    if (this.timers.has(tick) || this.reception === null) return;
    const look = (): void => {
      this.timers.delete(tick);
      this.look();
    };
    const timer = setTimeout(look, tick * tickMilliseconds - performance.now() + 20);
    timer.unref();
    this.timers.set(tick, timer);
  }

  /** Ends the look in hand and looks no more. */
  async stop(): Promise<void> {
    this.reception = null;
    clearInterval(this.interval);
    for (const timer of this.timers.values()) clearTimeout(timer);
    await this.looking;
  }

  private look(): void {
    this.looking = this.looking
      .then(async () => {
        if (this.reception) await this.reception.interruptForgotten();
        if (this.reception) await endSettled(this.reception);
      })
      .catch(this.onFault);
  }
}
