import { CaseReopened, UploadSpaceRequested, type EventOf } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { openUploadSpace, reopenUploadSpace, type Needs } from './open-upload-space.js';

/** Gives the deed what it needs, its tables bound to the transaction of the event being heard. */
export type OpeningNeeds = (tx: Hearing['tx']) => Needs;
export const OpeningNeeds = Symbol('OpeningNeeds');

@Controller()
export class OpenUploadSpaceConsumer {
  constructor(@Inject(OpeningNeeds) private readonly needs: OpeningNeeds) {}

  @Hears(UploadSpaceRequested)
  async openUploadSpace(event: EventOf<'case.upload-space-requested'>, { tx }: Hearing): Promise<Tell[]> {
    return openUploadSpace(event, this.needs(tx));
  }

  @Hears(CaseReopened)
  async reopenUploadSpace(event: EventOf<'case.reopened'>, { tx }: Hearing): Promise<Tell[]> {
    return reopenUploadSpace(event, this.needs(tx));
  }
}
