import { CaseArchived, type EventOf } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { closeUploadSpace, type Needs } from './close-upload-space.js';

/** Gives the deed what it needs within the event being heard. */
export type ClosingNeeds = (hearing: Hearing) => Needs;
export const ClosingNeeds = Symbol('ClosingNeeds');

@Controller()
export class CloseUploadSpaceConsumer {
  constructor(@Inject(ClosingNeeds) private readonly needs: ClosingNeeds) {}

  @Hears(CaseArchived)
  async closeUploadSpace(event: EventOf<'case.archived'>, hearing: Hearing): Promise<Tell[]> {
    return closeUploadSpace(event.subject, this.needs(hearing));
  }
}
