import type { AnyEvent } from '@caserelay/contracts';
import { HearsEverything, type Hearing, type Tell } from '@caserelay/messaging';
import { Controller } from '@nestjs/common';
import { writeTimeline } from '../../adapters/timeline-store/write-timeline.js';
import { tellTimeline } from './tell-timeline.js';

@Controller()
export class TellTimelineConsumer {
  @HearsEverything()
  async tell(event: AnyEvent, { tx }: Hearing): Promise<Tell[]> {
    await tellTimeline([event], writeTimeline(tx));
    return [];
  }
}
