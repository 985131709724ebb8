import { CaseReopened, EvidencePurgeRequested, LegalHoldPlaced, type EventOf } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { purgeMails, type Needs } from './purge-mails.js';

/** Gives the deed what it needs within the event being heard. */
export type PurgingNeeds = (hearing: Hearing) => Needs;
export const PurgingNeeds = Symbol('PurgingNeeds');

@Controller()
export class PurgeMailsConsumer {
  constructor(@Inject(PurgingNeeds) private readonly needs: PurgingNeeds) {}

  @Hears(EvidencePurgeRequested)
  async purgeMails(event: EventOf<'case.evidence-purge-requested'>, hearing: Hearing): Promise<Tell[]> {
    return await purgeMails(event, this.needs(hearing));
  }

  /** A request from before, heard later, removes nothing any more. */
  @Hears(CaseReopened)
  async keepMails(event: EventOf<'case.reopened'>, hearing: Hearing): Promise<Tell[]> {
    await this.needs(hearing).follow(event.subject, event.sequence);
    return [];
  }

  @Hears(LegalHoldPlaced)
  async holdMails(event: EventOf<'case.legal-hold-placed'>, hearing: Hearing): Promise<Tell[]> {
    await this.needs(hearing).noteLegalHold(event.subject, event.sequence);
    return [];
  }
}
