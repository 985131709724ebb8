import { within } from '@caserelay/messaging';
import { Redis } from 'ioredis';

const patience = 3_000;
const viewSeconds = 60;
const pauseMilliseconds = 10_000;

/**
 * Lays which mails wait for a person where the console reads it, for a minute, and again every ten seconds. Redis may be
 * away or emptied: Postgres knows, and the next look shows it again.
 */
export class WaitingView {
  private readonly redis: Redis;
  private readonly key: string;
  private timer: NodeJS.Timeout | null = null;
  private showing: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(
    { connection, prefix }: { connection: { url: string }; prefix: string },
    private readonly look: () => Promise<object>,
    private readonly failed: (error: unknown) => void,
  ) {
    this.redis = new Redis(connection.url, { maxRetriesPerRequest: null, enableOfflineQueue: false });
    this.redis.on('error', () => undefined);
    this.redis.on('ready', () => this.show());
    this.key = `${prefix}:intake:waiting-mails`;
  }

  start(): void {
    this.timer = setInterval(() => this.show(), pauseMilliseconds);
  }

  /** Shows what waits now; one look follows the other, and none throws. */
  show(): void {
    this.showing = this.showing.then(async () => {
      if (this.isClosed || this.redis.status !== 'ready') return;
      try {
        const view = JSON.stringify(await this.look());
        await within(patience, 'showing mails that wait', this.redis.set(this.key, view, 'EX', viewSeconds));
      } catch (error) {
        this.failed(error);
      }
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer) clearInterval(this.timer);
    await this.showing;
    this.redis.disconnect();
  }
}
