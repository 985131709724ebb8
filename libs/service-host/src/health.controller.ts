import { within } from '@caserelay/messaging';
import { Controller, Get, Header, HttpCode, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Registry } from 'prom-client';

/** What must work for a service to do its job; each check throws when its part does not. */
export class ReadinessChecks {
  private readonly checks = new Map<string, () => Promise<void>>();
  private readonly shown = new Map<string, () => string>();

  add(name: string, check: () => Promise<void>): void {
    this.checks.set(name, check);
  }

  /** Tells about a part without which the service is ready as well. */
  show(name: string, state: () => string): void {
    this.shown.set(name, state);
  }

  get notes(): Record<string, string> {
    return Object.fromEntries([...this.shown].map(([name, state]) => [name, state()]));
  }

  /** Runs all checks at once, each for two seconds at the most. */
  async run(): Promise<Record<string, string>> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]): Promise<[string, string]> => {
        try {
          await within(2_000, 'the check', check());
          return [name, 'ok'];
        } catch (error) {
          return [name, error instanceof Error ? error.message : String(error)];
        }
      }),
    );
    return Object.fromEntries(results);
  }
}

export const METRICS = Symbol('metrics');

/** The three pages that an operator's tools read from every service. */
@Controller()
export class HealthController {
  constructor(
    @Inject(ReadinessChecks) private readonly checks: ReadinessChecks,
    @Inject(METRICS) private readonly metrics: Registry,
  ) {}

  @Get('health/live')
  @HttpCode(200)
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('health/ready')
  async ready(@Res() response: Response): Promise<void> {
    const parts = await this.checks.run();
    const ready = Object.values(parts).every((state) => state === 'ok');
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'not ready', parts, notes: this.checks.notes });
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async showMetrics(): Promise<string> {
    return await this.metrics.metrics();
  }
}
