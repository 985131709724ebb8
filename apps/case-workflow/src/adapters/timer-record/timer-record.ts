import { randomUUID } from 'node:crypto';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import type { Reconciliation } from '../../features/watch-deadlines/keep-bells.js';

/** Upper bounds of lateness, in real seconds. */
export const latenessBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600, 86_400];

interface Minute {
  minute: Date;
  rung: number;
  longest: number;
  counts: number[];
}

/** Keeps how late timers ring: for Prometheus as of this instance, and by minute in Postgres as of all. */
export class TimerRecord {
  private readonly instance = randomUUID();
  private readonly minutes = new Map<number, Minute>();
  private readonly lateness: Histogram;
  private readonly failures: Counter;
  private readonly reconciliations: Counter<'because'>;
  private readonly reconcileSeconds: Gauge;

  constructor(
    private readonly database: Pick<DataSource, 'query'>,
    metrics: Registry,
    counts: { due(): Promise<number>; stuck(): Promise<number> },
  ) {
    const registers = [metrics];
    this.lateness = new Histogram({
      name: 'caserelay_timer_lateness_seconds',
      help: 'Real time from the instant that a case waited for to the end of the transaction that asked it',
      buckets: latenessBounds,
      registers,
    });
    this.failures = new Counter({
      name: 'caserelay_timer_failures_total',
      help: 'Cases whose waking failed',
      registers,
    });
    this.reconciliations = new Counter({
      name: 'caserelay_bell_reconciliations_total',
      help: 'How often bells were set again from the case rows, by reason',
      labelNames: ['because'],
      registers,
    });
    this.reconcileSeconds = new Gauge({
      name: 'caserelay_bell_reconciliation_seconds',
      help: 'How long setting bells again took the last time',
      registers,
    });
    measure(metrics, 'caserelay_timers_due', 'Cases whose instant has come and that were not asked yet', counts.due);
    measure(
      metrics,
      'caserelay_timers_stuck',
      'Cases that are not woken any more until somebody says so',
      counts.stuck,
    );
  }

  /** Timers rang, so many real seconds late each. */
  rang(late: readonly number[]): void {
    const start = Math.floor(Date.now() / 60_000) * 60_000;
    const minute = this.minutes.get(start) ?? {
      minute: new Date(start),
      rung: 0,
      longest: 0,
      counts: Array.from({ length: latenessBounds.length + 1 }, () => 0),
    };
    this.minutes.set(start, minute);
    for (const seconds of late) {
      this.lateness.observe(seconds);
      const place = latenessBounds.findIndex((bound) => seconds <= bound);
      const at = place === -1 ? latenessBounds.length : place;
      minute.counts[at] = (minute.counts[at] ?? 0) + 1;
      minute.rung += 1;
      minute.longest = Math.max(minute.longest, seconds);
    }
  }

  failed(): void {
    this.failures.inc();
  }

  reconciled({ milliseconds, because }: Reconciliation): void {
    this.reconciliations.inc({ because });
    this.reconcileSeconds.set(milliseconds / 1000);
  }

  /** Writes the minutes that have grown; those that are over are then forgotten here. */
  async keep(): Promise<void> {
    for (const [start, { minute, rung, longest, counts }] of this.minutes) {
      await this.database.query(
        `insert into ring_minute (minute, instance, rung, longest, counts) values ($1, $2, $3, $4, $5)
         on conflict (minute, instance) do update set rung = $3, longest = $4, counts = $5`,
        [minute, this.instance, rung, longest, counts],
      );
      if (start + 60_000 <= Date.now()) this.minutes.delete(start);
    }
  }
}

function measure(metrics: Registry, name: string, help: string, ask: () => Promise<number>): void {
  new Gauge({
    name,
    help,
    registers: [metrics],
    async collect() {
      this.set(await ask());
    },
  });
}
