import { within } from '@caserelay/messaging';
import { Queue } from 'bullmq';

export interface Wake {
  caseId: string;
  wakeAt: Date;
}

interface Settings {
  connection: { url: string; maxRetriesPerRequest: null };
  prefix: string;
  realMillisecondsUntil(instant: Date): number;
  /** Told when a timer could not be kept; the deadline itself lies in Postgres. */
  lost(error: Error): void;
}

/** Name of the queue in which timers of cases lie. */
export const wakeQueueName = 'case-workflow';

/** Keeps timers in Redis. A timer is a hint: asked twice it is kept once, lost it is kept again by the next sweep. */
export class WakeQueue {
  private readonly queue: Queue<{ caseId: string }>;

  constructor(private readonly settings: Settings) {
    const { connection, prefix, lost } = settings;
    // While Redis is away a hint is lost at once instead of waiting in memory.
    this.queue = new Queue(wakeQueueName, { connection: { ...connection, enableOfflineQueue: false }, prefix });
    this.queue.on('error', lost);
  }

  /** Throws while Redis is away. */
  async ready(): Promise<void> {
    await this.queue.getMeta();
  }

  async isReachable(): Promise<boolean> {
    return await within(1_000, 'asking Redis', this.ready()).then(
      () => true,
      () => false,
    );
  }

  /** Timers for their instants. Never throws. */
  async set(wakes: readonly Wake[]): Promise<void> {
    await this.add(wakes, ({ caseId, wakeAt }) => ({
      jobId: `${caseId}-${wakeAt.getTime()}`,
      delay: this.settings.realMillisecondsUntil(wakeAt),
    }));
  }

  /** Timers that ring at once, should the ones for these instants be late or lost. Never throws. */
  async ring(wakes: readonly Wake[]): Promise<void> {
    await this.add(wakes, ({ caseId, wakeAt }) => ({ jobId: `${caseId}-${wakeAt.getTime()}-late`, delay: 0 }));
  }

  async close(): Promise<void> {
    await within(patience, 'letting go of Redis', this.queue.close()).catch(() => undefined);
  }

  private async add(wakes: readonly Wake[], job: (wake: Wake) => { jobId: string; delay: number }): Promise<void> {
    if (wakes.length === 0) return;
    try {
      const added = this.queue.addBulk(
        wakes.map((wake) => ({
          name: 'let-time-pass',
          data: { caseId: wake.caseId },
          opts: {
            ...job(wake),
            attempts: 4,
            backoff: { type: 'exponential', delay: 250 },
            // A job that stays would keep its id taken.
            removeOnComplete: true,
            removeOnFail: true,
          },
        })),
      );
      await within(patience, 'keeping timers in Redis', added);
    } catch (error) {
      this.settings.lost(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** A hint that takes longer than so many milliseconds is given up. */
const patience = 5_000;
