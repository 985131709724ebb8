import { AnalysisRequested, type EventOf } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { requestAnalysis, type Needs } from './request-analysis.js';

/** Gives the deed what it needs, bound to the moment in which the event is heard. */
export type RequestNeeds = (hearing: Hearing) => Needs;
export const RequestNeeds = Symbol('RequestNeeds');

@Controller()
export class RequestAnalysisConsumer {
  constructor(@Inject(RequestNeeds) private readonly needs: RequestNeeds) {}

  @Hears(AnalysisRequested)
  async requestAnalysis(event: EventOf<'case.analysis-requested'>, hearing: Hearing): Promise<Tell[]> {
    return await requestAnalysis(event, this.needs(hearing));
  }
}
