import { within } from '@caserelay/messaging';
import { Queue } from 'bullmq';

type Counts = { queue: string; counts: Record<string, number> };

/** Counts jobs of BullMQ queues that other services made; changes nothing in Redis. */
export class BullQueues {
  private readonly queues: Queue[];

  constructor(
    names: readonly string[],
    settings: { connection: { url: string; maxRetriesPerRequest: null }; prefix: string },
    private readonly waitMilliseconds = 3_000,
  ) {
    this.queues = names.map((name) => new Queue(name, { ...settings, skipMetasUpdate: true }));
    for (const queue of this.queues) queue.on('error', () => undefined);
  }

  /** Counts by state of every queue that exists. */
  async countJobs(): Promise<Counts[]> {
    const counted = Promise.all(this.queues.map((queue) => count(queue)));
    return (await within(this.waitMilliseconds, 'counting jobs in Redis', counted)).filter((each) => each !== null);
  }

  async close(): Promise<void> {
    await Promise.all(this.queues.map((queue) => queue.close().catch(() => undefined)));
  }
}

async function count(queue: Queue): Promise<Counts | null> {
  // Whoever makes a queue writes its version there.
  if ((await queue.getMeta()).version === undefined) return null;
  return {
    queue: queue.name,
    counts: await queue.getJobCounts('delayed', 'waiting', 'active', 'failed', 'completed', 'prioritized'),
  };
}
