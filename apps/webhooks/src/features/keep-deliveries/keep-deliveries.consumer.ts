import type { AnyEvent } from '@caserelay/contracts';
import { headline } from '@caserelay/event-headlines';
import { HearsEverything, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { outgoing, type OutgoingEvent } from './what-leaves.js';

/** What the door hands over. */
export interface KeepDeliveriesNeeds {
  /** Keeps an event for all who want it, in the transaction in which it is heard. */
  keep(event: OutgoingEvent, hearing: Hearing): Promise<void>;
  wakeSender(): void;
}
export const KeepDeliveriesNeeds = Symbol('KeepDeliveriesNeeds');

@Controller()
export class KeepDeliveriesConsumer {
  constructor(@Inject(KeepDeliveriesNeeds) private readonly needs: KeepDeliveriesNeeds) {}

  @HearsEverything()
  async hear(event: AnyEvent, hearing: Hearing): Promise<Tell[]> {
    await this.needs.keep(outgoing(event, headline), hearing);
    hearing.afterCommit(() => this.needs.wakeSender());
    return [];
  }
}
