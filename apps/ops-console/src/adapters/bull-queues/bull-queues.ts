import { within } from '@caserelay/messaging';
import { Queue } from 'bullmq';
import { z } from 'zod';

/** How far dump-analysis has come with an upload; the id of a job there is that of its upload. */
interface Reading {
  uploadId: string;
  stage: string;
  member: string | null;
  percent: number | null;
}

const Progress = z.object({
  stage: z.string(),
  member: z.string().nullable(),
  bytes: z.number(),
  total: z.number().nullable(),
});

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

  /** The uploads that are being read now. */
  async readings(): Promise<Reading[]> {
    const queue = this.queues.find(({ name }) => name === 'dump-analysis');
    if (!queue) return [];
    const jobs = await within(this.waitMilliseconds, 'asking Redis for readings', queue.getActive(0, 99));
    return jobs.flatMap(({ id, progress }): Reading[] => {
      const read = Progress.safeParse(progress);
      if (id === undefined || !read.success) return [];
      const { stage, member, bytes, total } = read.data;
      const percent = total === null || total === 0 ? null : Math.min(100, Math.floor((bytes / total) * 100));
      return [{ uploadId: id, stage, member, percent }];
    });
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
