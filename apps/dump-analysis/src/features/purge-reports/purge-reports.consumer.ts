import { CaseReopened, EvidencePurgeRequested, LegalHoldPlaced, type EventOf } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { requestPurge, type RequestNeeds } from './purge-reports.js';

/** Gives the deed what it needs within the event being heard. */
export type PurgeNeeds = (hearing: Hearing) => RequestNeeds;
export const PurgeNeeds = Symbol('PurgeNeeds');

@Controller()
export class PurgeReportsConsumer {
  constructor(@Inject(PurgeNeeds) private readonly needs: PurgeNeeds) {}

  @Hears(EvidencePurgeRequested)
  async requestPurge(event: EventOf<'case.evidence-purge-requested'>, hearing: Hearing): Promise<Tell[]> {
    return await requestPurge(event, this.needs(hearing));
  }

  /** A request from before, heard later or still being carried out, removes nothing any more. */
  @Hears(CaseReopened)
  async keepReports(event: EventOf<'case.reopened'>, hearing: Hearing): Promise<Tell[]> {
    await this.needs(hearing).follow(event.subject, event.sequence);
    return [];
  }

  @Hears(LegalHoldPlaced)
  async holdReports(event: EventOf<'case.legal-hold-placed'>, hearing: Hearing): Promise<Tell[]> {
    await this.needs(hearing).noteLegalHold(event.subject, event.sequence);
    return [];
  }
}
