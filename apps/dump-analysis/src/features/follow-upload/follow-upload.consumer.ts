import { RecognitionRequested, type EventOf } from '@caserelay/contracts';
import { Hears, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller, Inject } from '@nestjs/common';
import { requestRecognition, type Needs } from './request-recognition.js';

/** Gives the deed what it needs, bound to the moment in which the event is heard. */
export type RecognitionNeeds = (hearing: Hearing) => Needs;
export const RecognitionNeeds = Symbol('RecognitionNeeds');

@Controller()
export class FollowUploadConsumer {
  constructor(@Inject(RecognitionNeeds) private readonly needs: RecognitionNeeds) {}

  @Hears(RecognitionRequested)
  async requestRecognition(event: EventOf<'case.recognition-requested'>, hearing: Hearing): Promise<Tell[]> {
    return await requestRecognition(event, this.needs(hearing));
  }
}
