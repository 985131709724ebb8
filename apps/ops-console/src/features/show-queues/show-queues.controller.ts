import { Controller, Get, Inject } from '@nestjs/common';
import { showQueues, type Needs } from './show-queues.js';

export const ShowQueuesNeeds = Symbol('ShowQueuesNeeds');

@Controller('v1/queues')
export class ShowQueuesController {
  constructor(@Inject(ShowQueuesNeeds) private readonly needs: Needs) {}

  @Get()
  show(): ReturnType<typeof showQueues> {
    return showQueues(this.needs);
  }
}
