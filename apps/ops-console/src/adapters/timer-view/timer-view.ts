import { within } from '@caserelay/messaging';
import { Redis } from 'ioredis';
import { z } from 'zod';

const Waiting = z.object({
  caseId: z.string(),
  caseNumber: z.string(),
  wakeAt: z.string(),
  dueAt: z.string().nullable(),
});
const Count = z.object({ count: z.number(), countedTo: z.number() });

/** What case-workflow lays into Redis about its timers, as far as the console shows it. */
const TimerView = z.object({
  now: z.string(),
  speed: z.number(),
  due: Count.extend({ late: z.array(Waiting.extend({ lateSeconds: z.number() })) }),
  next: z.array(Waiting),
  stuck: Count,
  failing: z.array(
    Waiting.extend({
      failures: z.number(),
      error: z.string(),
      failedAt: z.string(),
      retryAt: z.string().nullable(),
      isStuck: z.boolean(),
    }),
  ),
  reconciliation: z
    .object({ at: z.string(), milliseconds: z.number(), bells: z.number(), because: z.string() })
    .nullable(),
  lateness: z.object({
    rung: z.number(),
    p50: z.number().nullable(),
    p99: z.number().nullable(),
    longest: z.number(),
  }),
});
export type TimerView = z.infer<typeof TimerView>;

/** Reads how the timers of cases stand; changes nothing in Redis. */
export class TimerViews {
  private readonly redis: Redis;
  private readonly key: string;

  constructor(
    { connection, prefix }: { connection: { url: string }; prefix: string },
    private readonly waitMilliseconds = 3_000,
  ) {
    this.redis = new Redis(connection.url, { maxRetriesPerRequest: null });
    this.redis.on('error', () => undefined);
    this.key = `${prefix}:case-workflow:timers`;
  }

  /** Null when no case-workflow has shown any for a minute, or one of another version has. Throws while Redis is away. */
  async read(): Promise<TimerView | null> {
    const text = await within(this.waitMilliseconds, 'asking Redis for timers', this.redis.get(this.key));
    return text === null ? null : (TimerView.safeParse(JSON.parse(text)).data ?? null);
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    await Promise.resolve();
  }
}
