import { within } from '@caserelay/messaging';
import { Redis } from 'ioredis';
import { z } from 'zod';

/** What intake lays into Redis about mails that wait for a person, as far as the console shows it. */
const WaitingView = z.object({
  waiting: z.number(),
  mails: z.array(
    z.object({
      mailId: z.string(),
      waitingSince: z.string(),
      from: z.object({ name: z.string(), address: z.string() }),
      subject: z.string(),
      reason: z.string(),
      proposals: z.array(
        z.object({
          caseId: z.string(),
          caseNumber: z.string().nullable(),
          confidence: z.number(),
          reason: z.string(),
        }),
      ),
    }),
  ),
});
export type WaitingView = z.infer<typeof WaitingView>;

/** Reads which mails wait for a person; changes nothing in Redis. */
export class WaitingViews {
  private readonly redis: Redis;
  private readonly key: string;

  constructor(
    { connection, prefix }: { connection: { url: string }; prefix: string },
    private readonly waitMilliseconds = 3_000,
  ) {
    this.redis = new Redis(connection.url, { maxRetriesPerRequest: null });
    this.redis.on('error', () => undefined);
    this.key = `${prefix}:intake:waiting-mails`;
  }

  /** Null when no intake has shown any for a minute, or one of another version has. Throws while Redis is away. */
  async read(): Promise<WaitingView | null> {
    const text = await within(this.waitMilliseconds, 'asking Redis for mails that wait', this.redis.get(this.key));
    return text === null ? null : (WaitingView.safeParse(JSON.parse(text)).data ?? null);
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    await Promise.resolve();
  }
}
