import { CaseArchived, UploadSpaceRetired, type EventOf } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { archiveUploadSpace, closeUploadSpace, type Needs } from './close-upload-space.js';

/** Gives the deed what it needs within the event being heard. */
export type ClosingNeeds = (hearing: Hearing) => Needs;
export const ClosingNeeds = Symbol('ClosingNeeds');

@Controller()
export class CloseUploadSpaceConsumer {
  constructor(@Inject(ClosingNeeds) private readonly needs: ClosingNeeds) {}

  @Hears(CaseArchived)
  async archiveUploadSpace(event: EventOf<'case.archived'>, hearing: Hearing): Promise<Tell[]> {
    return archiveUploadSpace(event, this.needs(hearing));
  }

  @Hears(UploadSpaceRetired)
  async closeUploadSpace(event: EventOf<'case.upload-space-retired'>, hearing: Hearing): Promise<Tell[]> {
    return closeUploadSpace(event, this.needs(hearing));
  }
}
