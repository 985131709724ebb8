import type { OnApplicationBootstrap } from '@nestjs/common';
import { sendLetter, settleUnknownFate, type Needs, type WaitingLetter } from './send-letters.js';

/** What the loop needs besides the deed's needs. */
export interface SendingNeeds extends Needs {
  /** Takes up to `limit` letters whose turn it is; nobody else gets them while their lease runs. */
  claim(limit: number): Promise<WaitingLetter[]>;
  /** Takes up to `limit` letters whose lease has run out without an end. */
  claimUnknown(limit: number): Promise<WaitingLetter[]>;
  failed(error: unknown): void;
}

/**
 * Sends letters one after another inside a case and several cases side by side. It looks when it is woken, when an
 * attempt has ended, and once per poll.
 */
export class SendLettersTimer implements OnApplicationBootstrap {
  private readonly inHand = new Set<Promise<void>>();
  private running: Promise<void> | null = null;
  private stopping = false;
  private poked = false;
  private endSleep: (() => void) | null = null;

  constructor(
    private readonly needs: SendingNeeds,
    private readonly options: { parallel: number; pollMilliseconds: number },
  ) {}

  onApplicationBootstrap(): void {
    this.running ??= this.run();
  }

  /** Lets the loop look at once. */
  wake(): void {
    this.poked = true;
    this.endSleep?.();
  }

  /** Takes no further letter and waits for those in hand. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
    await Promise.all(this.inHand);
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.poked = false;
      try {
        await this.look();
      } catch (error) {
        this.needs.failed(error);
      }
      if (!this.poked && !this.stopping) await this.sleep();
    }
  }

  private async look(): Promise<void> {
    for (const letter of await this.needs.claimUnknown(this.free)) this.take(settleUnknownFate(letter, this.needs));
    for (const letter of await this.needs.claim(this.free)) this.take(sendLetter(letter, this.needs));
  }

  private get free(): number {
    return this.options.parallel - this.inHand.size;
  }

  private take(work: Promise<void>): void {
    const ended: Promise<void> = work
      .catch((error: unknown) => this.needs.failed(error))
      .finally(() => {
        this.inHand.delete(ended);
        this.wake();
      });
    this.inHand.add(ended);
  }

  private async sleep(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.options.pollMilliseconds);
      this.endSleep = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endSleep = null;
  }
}
