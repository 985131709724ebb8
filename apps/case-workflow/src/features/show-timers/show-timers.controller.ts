import { Problem } from '@caserelay/service-host';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import { showTimers, type Needs, type TimersView } from './show-timers.js';

export const ShowTimersNeeds = Symbol('ShowTimersNeeds');

const Wanted = z.object({ limit: z.coerce.number().int().min(1).max(200).default(20) });

@Controller('v1/timers')
export class ShowTimersController {
  constructor(@Inject(ShowTimersNeeds) private readonly needs: Needs) {}

  @Get()
  async show(@Query() query: unknown): Promise<TimersView> {
    const wanted = Wanted.safeParse(query);
    if (wanted.success) return await showTimers(wanted.data.limit, this.needs);
    const faults = wanted.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Problem(400, 'Bad request', faults.join('; '));
  }
}
