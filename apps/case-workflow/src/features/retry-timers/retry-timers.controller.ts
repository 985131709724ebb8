import { CaseId } from '@caserelay/contracts';
import { Problem } from '@caserelay/service-host';
import { Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { retryStuckTimers, retryTimer, type Needs } from './retry-timers.js';

export const RetryTimersNeeds = Symbol('RetryTimersNeeds');

@Controller('v1/timers')
export class RetryTimersController {
  constructor(@Inject(RetryTimersNeeds) private readonly needs: Needs) {}

  @Post('retry-stuck')
  @HttpCode(200)
  async retryStuck(): Promise<{ retried: number }> {
    return { retried: await retryStuckTimers(this.needs) };
  }

  @Post(':id/retry')
  @HttpCode(200)
  async retry(@Param('id') id: string): Promise<{ retried: number }> {
    if (CaseId.safeParse(id).success && (await retryTimer(id, this.needs))) return { retried: 1 };
    throw new Problem(
      404,
      'No failing timer',
      `no case with the id "${id.slice(0, 100)}" has a timer that failed; expected one of "failing" at /v1/timers`,
    );
  }
}
