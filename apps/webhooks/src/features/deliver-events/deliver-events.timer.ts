import { LookWhenWoken } from '@caserelay/service-host';
import type { OnApplicationBootstrap } from '@nestjs/common';
import type { Outcome, Taken } from '../../webhook.js';
import { deliverEvents, type Needs } from './deliver-events.js';

/** What the loop needs besides the deed's needs. */
export interface DeliveringNeeds extends Needs {
  /** Ids of receivers for which something is due. */
  due(): Promise<string[]>;
  /** Takes what may be sent to one receiver now; nobody else gets it while its lease runs. */
  take(webhookId: string): Promise<Taken[]>;
  /** Leaves a receiver alone for a minute that nothing can be taken for, and says why. */
  rest(webhookId: string, why: string): Promise<void>;
  /** Forgets what is older than it is to be kept; answers how much of it. */
  forget(): Promise<number>;
  observe(taken: Taken, outcome: Outcome): void;
  failed(error: unknown): void;
}

const forgetEveryMilliseconds = 60_000;

/**
 * Sends events, for each receiver by itself: however slow one is, the others get theirs. How many attempts run side by
 * side is bounded for each receiver, and the number of receivers is.
 */
export class DeliverEventsTimer implements OnApplicationBootstrap {
  private readonly inHand = new Set<Promise<void>>();
  private readonly looking: LookWhenWoken;
  private readonly forgetting: LookWhenWoken;

  constructor(
    private readonly needs: DeliveringNeeds,
    pollMilliseconds: number,
  ) {
    const onFault = (error: unknown): void => needs.failed(error);
    this.looking = new LookWhenWoken(() => this.look(), pollMilliseconds, onFault);
    this.forgetting = new LookWhenWoken(() => this.forget(), forgetEveryMilliseconds, onFault);
  }

  onApplicationBootstrap(): void {
    this.looking.wake();
    this.forgetting.wake();
  }

  /** Looks at once for what is due. */
  wake(): void {
    this.looking.wake();
  }

  /** Takes nothing more and lets the attempts in hand end. */
  async stop(): Promise<void> {
    await Promise.all([this.looking.stop(), this.forgetting.stop()]);
    await Promise.all(this.inHand);
  }

  private async look(): Promise<void> {
    for (const webhookId of await this.needs.due()) {
      if (this.looking.isStopping) return;
      for (const each of await this.take(webhookId)) this.start(each);
    }
  }

  /** One whose secret cannot be opened keeps no other waiting, and is looked at again later. */
  private async take(webhookId: string): Promise<Taken[]> {
    try {
      return await this.needs.take(webhookId);
    } catch (error) {
      this.needs.failed(error);
      await this.needs.rest(webhookId, error instanceof Error ? error.message : String(error));
      return [];
    }
  }

  private start(taken: Taken): void {
    const ended: Promise<void> = deliverEvents(taken, this.needs)
      .then((outcome) => this.needs.observe(taken, outcome))
      .catch((error: unknown) => this.needs.failed(error))
      .finally(() => {
        this.inHand.delete(ended);
        this.wake();
      });
    this.inHand.add(ended);
  }

  private async forget(): Promise<void> {
    while (!this.forgetting.isStopping && (await this.needs.forget()) > 0);
  }
}
