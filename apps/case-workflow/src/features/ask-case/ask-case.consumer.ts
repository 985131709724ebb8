import { CommandReceived } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { hearCommand, type HearNeeds } from './hear-command.js';

/** Gives the deed what it needs, bound to the transaction of the event being heard. */
export type HearCommandNeeds = (hearing: Hearing) => HearNeeds;
export const HearCommandNeeds = Symbol('HearCommandNeeds');

@Controller()
export class AskCaseConsumer {
  constructor(@Inject(HearCommandNeeds) private readonly needs: HearCommandNeeds) {}

  @Hears(CommandReceived)
  async hear(event: CommandReceived, hearing: Hearing): Promise<Tell[]> {
    return await hearCommand(event, this.needs(hearing));
  }
}
