import { within } from '@caserelay/messaging';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { once } from 'node:events';

interface Settings {
  connection: { url: string };
  prefix: string;
  clock: { realTimeOf(instant: Date): number };
  /** Told when a bell could not be set; the instant itself lies in Postgres. */
  lost(error: Error): void;
}

/** Name of the queue in which bells lie. */
export const wakeQueueName = 'case-workflow';

/** Bells ring on these real milliseconds, each for all that is due by then. */
export const bellEvery = 50;

/** Bells lie in Redis for so many real milliseconds ahead; what is due later gets its bell when its time comes near. */
export const bellsAhead = 300_000;

/** A hint that takes longer than so many milliseconds is given up. */
const patience = 5_000;

/** So long somebody waits for a connection that is being made. */
const connectPatience = 1_000;

/** What is shown of timers is forgotten when nobody renews it for so many seconds. */
const viewSeconds = 60;

/** How many bells others may hear at once when more is due than one can do. */
const calls = 4;

/**
 * Keeps bells in Redis. A bell says that something is due at its time and not what, so many cases share one, nothing
 * has to be moved or removed when a case waits for something else, and their number is bounded by time and not by cases.
 */
export class WakeQueue {
  private readonly redis: Redis;
  private readonly queue: Queue;
  private readonly numberKey: string;
  private readonly viewKey: string;
  private readonly soon = new Set<number>();
  private hasLost = false;

  constructor(private readonly settings: Settings) {
    const { connection, prefix } = settings;
    // While Redis is away a hint is lost at once instead of waiting in memory.
    this.redis = new Redis(connection.url, { maxRetriesPerRequest: null, enableOfflineQueue: false });
    this.redis.on('error', () => undefined);
    // What Redis had taken last may be gone when it comes back.
    this.redis.on('close', () => (this.hasLost = true));
    this.queue = new Queue(wakeQueueName, { connection: this.redis, prefix });
    this.queue.on('error', () => undefined);
    this.numberKey = `${prefix}:${wakeQueueName}:reconciled`;
    this.viewKey = `${prefix}:${wakeQueueName}:timers`;
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

  /**
   * Bells for instants that have just been kept in Postgres; those beyond the horizon wait for the next reconciliation.
   * All that are asked for in one turn become one request. Never throws, nor is it waited for.
   */
  ringLater(instants: readonly Date[]): void {
    if (this.soon.size === 0) setImmediate(() => void this.setSoon());
    for (const bell of this.bellsFor(instants)) this.soon.add(bell);
  }

  /** Bells for instants; one that lies there already stays. Throws while Redis is away. */
  async set(instants: readonly Date[]): Promise<void> {
    await this.add(new Set(this.bellsFor(instants)));
  }

  /** Bells that ring at once, for every instance that has a hand free. Never throws. */
  async callOthers(): Promise<void> {
    const called = Array.from({ length: calls }, (_, index) => bell(`call-${index}`, 0));
    await within(patience, 'calling others', this.queue.addBulk(called)).catch(() => undefined);
  }

  /** The number of the last reconciliation, as Redis knows it. Throws while Redis is away; one that just starts is waited for. */
  async numberKept(): Promise<number | null> {
    if (this.redis.status !== 'ready')
      await once(this.redis, 'ready', { signal: AbortSignal.timeout(connectPatience) });
    const text = await within(patience, 'asking Redis for the last reconciliation', this.redis.get(this.numberKey));
    return text === null ? null : Number(text);
  }

  async keepNumber(number: number): Promise<void> {
    await within(patience, 'keeping the reconciliation in Redis', this.redis.set(this.numberKey, String(number)));
  }

  /** Lays how timers stand where the console reads it, for a minute. Throws while Redis is away. */
  async showView(view: object): Promise<void> {
    await within(patience, 'showing timers', this.redis.set(this.viewKey, JSON.stringify(view), 'EX', viewSeconds));
  }

  lostAny(): boolean {
    const lost = this.hasLost;
    this.hasLost = false;
    return lost;
  }

  async close(): Promise<void> {
    await within(patience, 'letting go of Redis', this.queue.close()).catch(() => undefined);
    this.redis.disconnect();
  }

  /** The real times at which bells for these instants ring: after each instant, and never now, when one may be ringing. */
  private bellsFor(instants: readonly Date[]): number[] {
    const now = Date.now();
    return instants.flatMap((instant) => {
      const real = Math.max(this.settings.clock.realTimeOf(instant), now);
      return real > now + bellsAhead ? [] : (Math.floor(real / bellEvery) + 1) * bellEvery;
    });
  }

  private async setSoon(): Promise<void> {
    const bells = new Set(this.soon);
    this.soon.clear();
    try {
      await this.add(bells);
    } catch (error) {
      // Said once, until somebody has looked after it.
      if (!this.hasLost) this.settings.lost(error instanceof Error ? error : new Error(String(error)));
      this.hasLost = true;
    }
  }

  private async add(times: ReadonlySet<number>): Promise<void> {
    if (times.size === 0) return;
    const now = Date.now();
    const bells = [...times].map((time) => bell(`bell-${time}`, Math.max(0, time - now)));
    await within(patience, 'setting bells in Redis', this.queue.addBulk(bells));
  }
}

/** BullMQ leaves out a job whose id it holds already; one that stayed after ringing would keep its id taken. */
function bell(jobId: string, delay: number) {
  return { name: 'ring', data: {}, opts: { jobId, delay, removeOnComplete: true, removeOnFail: true } };
}
