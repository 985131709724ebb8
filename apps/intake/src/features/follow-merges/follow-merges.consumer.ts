import { CaseMerged } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';

/** Notes where a merged case goes on, within the event being heard. */
export type FollowMergesNeeds = (hearing: Hearing) => { merge(caseId: string, into: string): Promise<void> };
export const FollowMergesNeeds = Symbol('FollowMergesNeeds');

/** What names a merged case, in a mail or in an event, leads from now on to the case that it goes on in. */
@Controller()
export class FollowMergesConsumer {
  constructor(@Inject(FollowMergesNeeds) private readonly needs: FollowMergesNeeds) {}

  @Hears(CaseMerged)
  async hear({ subject, data }: CaseMerged, hearing: Hearing): Promise<Tell[]> {
    await this.needs(hearing).merge(subject, data.into.caseId);
    return [];
  }
}
