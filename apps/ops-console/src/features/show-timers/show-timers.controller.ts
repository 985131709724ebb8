import { Controller, Get, Inject } from '@nestjs/common';

/** How many jobs each BullMQ queue holds, by state; a queue that nobody made yet is left out. */
export interface Needs {
  countJobs(): Promise<{ queue: string; counts: Record<string, number> }[]>;
}
export const ShowTimersNeeds = Symbol('ShowTimersNeeds');

@Controller('v1/timers')
export class ShowTimersController {
  constructor(@Inject(ShowTimersNeeds) private readonly needs: Needs) {}

  @Get()
  async show(): Promise<{ timers: { queue: string; counts: Record<string, number> }[] }> {
    return { timers: await this.needs.countJobs() };
  }
}
