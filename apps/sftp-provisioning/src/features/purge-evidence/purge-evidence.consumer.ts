import { EvidencePurgeRequested, LegalHoldPlaced, type EventOf } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { requestPurge, type Needs } from './request-purge.js';

/** Gives the deed what it needs within the event being heard. */
export type PurgingNeeds = (hearing: Hearing) => Needs;
export const PurgingNeeds = Symbol('PurgingNeeds');

@Controller()
export class PurgeEvidenceConsumer {
  constructor(@Inject(PurgingNeeds) private readonly needs: PurgingNeeds) {}

  @Hears(EvidencePurgeRequested)
  async requestPurge(event: EventOf<'case.evidence-purge-requested'>, hearing: Hearing): Promise<Tell[]> {
    return requestPurge(event, this.needs(hearing));
  }

  /** What is not gone by then stays. */
  @Hears(LegalHoldPlaced)
  async keepEvidence(event: EventOf<'case.legal-hold-placed'>, hearing: Hearing): Promise<Tell[]> {
    await this.needs(hearing).spaces.noteLegalHold(event.subject, event.sequence);
    return [];
  }
}
