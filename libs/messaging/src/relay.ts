import { Client } from 'pg';
import type { MessagingLog } from './messaging-log.js';
import type { Outgoing, Publisher } from './publisher.js';
import type { Topology } from './topology.js';
import { within } from './within.js';

interface Waiting {
  position: string;
  event_id: string;
  type: string;
  case_id: string | null;
  payload: string;
  queue: string | null;
}

/** The envelope comes before the data, so the first match is its own. */
const traceparentIn = /"traceparent":"(00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})"/;
const batch = 500;
const inboxIsKeptFor = '30 days';

/**
 * Carries what a service has told from its outbox to the broker, in the order of the outbox. Of all instances of a
 * service one leads (a Postgres advisory lock); the others stand by. A row is deleted once the broker has confirmed
 * it, so a crash in between publishes it twice and the listener's inbox drops the second.
 *
 * It always reads from the oldest row: a cursor over `position` would miss rows, because positions are given before
 * commit and commits come in another order.
 */
export class Relay {
  private readonly channel: string;
  private running: Promise<void> | null = null;
  private stopping = false;
  private poked = false;
  private wakeSleeper: (() => void) | null = null;
  private client: Client | null = null;
  private leads = false;
  private notifyTimer: NodeJS.Timeout | null = null;

  constructor(
    private readonly options: {
      databaseUrl: string;
      schema: string;
      publisher: Publisher;
      topology: Topology;
      log: MessagingLog;
      /** Sends a NOTIFY to the leading instance; called when this one only stands by. */
      notify: (channel: string) => Promise<void>;
      /** How long the leader sleeps when nobody wakes it. */
      poll?: number;
    },
  ) {
    this.channel = `${options.schema}_outbox`;
  }

  start(): void {
    this.running ??= this.run();
  }

  /**
   * Lets the leader look at the outbox now. The leader of this process is woken directly; a leader elsewhere by at
   * most one NOTIFY in 5 ms, outside the telling transaction: a NOTIFY inside takes a lock that serialises commits.
   */
  wake(): void {
    if (this.leads) this.poke();
    else
      this.notifyTimer ??= setTimeout(() => {
        this.notifyTimer = null;
        // The poll is the net under a lost NOTIFY.
        this.options.notify(this.channel).catch(() => undefined);
      }, 5);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.notifyTimer) clearTimeout(this.notifyTimer);
    this.poke();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const failed = await this.lead().then(
        () => null,
        (error: unknown) => messageOf(error),
      );
      this.leads = false;
      // A connection that hangs does not hang the relay: the server gives the lock back when it notices.
      await within(5_000, 'closing the connection of the relay', this.client?.end() ?? Promise.resolve()).catch(
        () => undefined,
      );
      this.client = null;
      if (failed === null) continue;
      this.options.log.warn(
        { schema: this.options.schema, error: failed },
        'the relay lost its ground; starting again',
      );
      await this.sleep(500);
    }
  }

  private async lead(): Promise<void> {
    const client = new Client({
      connectionString: this.options.databaseUrl,
      options: `-c search_path=${this.options.schema}`,
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      query_timeout: 30_000,
    });
    this.client = client;
    let broken: Error | null = null;
    client.on('error', (error) => {
      broken = error;
      this.poke();
    });
    client.on('notification', () => this.poke());
    await client.connect();
    await client.query(`listen ${this.channel}`);
    while (!this.stopping) {
      const { rows } = await client.query<{ leads: boolean }>(
        `select pg_try_advisory_lock(hashtextextended($1, 0)) as leads`,
        [this.channel],
      );
      if (rows[0]?.leads) break;
      await this.sleep(1_000);
      if (broken) throw broken as Error;
    }
    this.leads = true;
    let prunedAt = 0;
    while (!this.stopping) {
      this.poked = false;
      if (broken) throw broken as Error;
      const carried = await this.carry(client);
      if (carried === batch) continue;
      if (Date.now() - prunedAt > 3_600_000) {
        await client.query(`delete from inbox where heard_at < now() - $1::interval`, [inboxIsKeptFor]);
        prunedAt = Date.now();
      }
      if (!this.poked) await this.sleep(this.options.poll ?? 500);
    }
  }

  private async carry(client: Client): Promise<number> {
    const { rows } = await client.query<Waiting>({
      name: 'read-outbox',
      text: `select position, event_id, type, case_id, payload, queue from outbox order by position limit ${batch}`,
    });
    if (rows.length === 0) return 0;
    await this.options.publisher.publish(rows.map((row) => this.outgoing(row)));
    await client.query({
      name: 'clear-outbox',
      text: `delete from outbox where position = any($1::bigint[])`,
      values: [rows.map((row) => row.position)],
    });
    return rows.length;
  }

  private outgoing(row: Waiting): Outgoing {
    const traceparent = traceparentIn.exec(row.payload)?.[1];
    return {
      exchange: row.queue === null ? this.options.topology.events : '',
      routingKey: row.queue ?? row.type,
      content: Buffer.from(row.payload),
      messageId: row.event_id,
      type: row.type,
      headers: {
        ...(row.case_id === null ? {} : { 'x-case-id': row.case_id }),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
    };
  }

  private poke(): void {
    this.poked = true;
    this.wakeSleeper?.();
  }

  private async sleep(milliseconds: number): Promise<void> {
    if (this.stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wakeSleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeSleeper = null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
