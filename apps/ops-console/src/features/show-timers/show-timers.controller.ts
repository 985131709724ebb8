import { Controller, Get, Inject } from '@nestjs/common';

type Counted = { queue: string; counts: Record<string, number> }[];

export interface Needs {
  /** How many jobs each BullMQ queue holds, by state; a queue that nobody made yet is left out. */
  countJobs(): Promise<Counted>;
  /** How the timers of cases stand, as case-workflow shows it; null when it shows nothing. */
  timersOfCases(): Promise<object | null>;
}
export const ShowTimersNeeds = Symbol('ShowTimersNeeds');

@Controller('v1/timers')
export class ShowTimersController {
  constructor(@Inject(ShowTimersNeeds) private readonly needs: Needs) {}

  @Get()
  async show(): Promise<{ timers: Counted; cases: object | null }> {
    const [timers, cases] = await Promise.all([this.needs.countJobs(), this.needs.timersOfCases()]);
    return { timers, cases };
  }
}
