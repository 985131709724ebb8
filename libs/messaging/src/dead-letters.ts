import { Refusal, services, type ServiceName } from '@caserelay/contracts';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { DataSource } from 'typeorm';
import { v5 as nameBasedId } from 'uuid';
import { BrokerLink } from './broker-link.js';
import { attemptsOf, type DeadReason } from './delivery.js';
import type { MessagingLog } from './messaging-log.js';
import { declareTopology, type Topology } from './topology.js';

/** A message that was put aside, as people see it. */
export interface DeadLetter {
  id: string;
  service: ServiceName;
  eventId: string | null;
  caseId: string | null;
  type: string | null;
  reason: DeadReason;
  error: string | null;
  attempts: number;
  headers: Record<string, unknown>;
  payload: string;
  firstFailedAt: Date | null;
  deadAt: Date;
  state: 'waiting' | 'replayed' | 'discarded';
  replays: number;
  settledBy: string | null;
  settledBecause: string | null;
  settledAt: Date | null;
}

export interface DeadLetterFilter {
  service?: ServiceName;
  reason?: DeadReason;
  caseId?: string;
  state?: DeadLetter['state'];
  /** At most 500. */
  limit?: number;
}

const mostListed = 500;
/** A type travels as an AMQP short string: 255 bytes, four for a character at the worst. */
const longestType = 63;
const columns = `id, service, event_id as "eventId", case_id as "caseId", type, reason, error, attempts, headers, payload,
  first_failed_at as "firstFailedAt", dead_at as "deadAt", state, replays, settled_by as "settledBy",
  settled_because as "settledBecause", settled_at as "settledAt"`;

/**
 * The dead letters of all services, in Postgres. `collect` empties the dead-letter queues into the table; looking
 * never touches the broker. `replay` puts a letter into the outbox, addressed to the queue it died in: the
 * service's inbox knows whether it had been heard. A letter of another system goes back to the inbox of intake.
 */
export class DeadLetters {
  private link: BrokerLink | null = null;

  constructor(
    private readonly options: {
      url: string;
      database: DataSource;
      topology: Topology;
      wakeRelay: () => void;
      log: MessagingLog;
      retryPauses?: readonly number[];
    },
  ) {}

  collect(): void {
    this.link ??= BrokerLink.plain({
      url: this.options.url,
      name: `${this.options.topology.namespace} dead letters`,
      log: this.options.log,
      setUp: (channel, lost) => this.collectFrom(channel, lost),
    });
    this.link.start();
  }

  async stop(): Promise<void> {
    await this.link?.stop();
  }

  async list({ service, reason, caseId, state = 'waiting', limit = 100 }: DeadLetterFilter = {}): Promise<
    DeadLetter[]
  > {
    return await this.options.database.query(
      `select ${columns} from dead_letter
       where state = $1 and ($2::text is null or service = $2) and ($3::text is null or reason = $3)
         and ($4::uuid is null or case_id = $4)
       order by dead_at desc limit $5`,
      [state, service ?? null, reason ?? null, caseId ?? null, Math.min(limit, mostListed)],
    );
  }

  async find(id: string): Promise<DeadLetter | null> {
    const rows: DeadLetter[] = await this.options.database.query(`select ${columns} from dead_letter where id = $1`, [
      id,
    ]);
    return rows[0] ?? null;
  }

  /** Sends waiting letters to their services again; answers how many. A letter that is no longer waiting is left alone. */
  async replay(ids: readonly string[], by: string): Promise<number> {
    const replayed = await this.options.database.transaction(async (tx) => {
      const rows: { id: string }[] = await tx.query(
        `with letters as (
           select id, service, event_id, case_id, type, payload, headers from dead_letter
           where id = any($1::uuid[]) and state = 'waiting' order by dead_at for update
         ), told as (
           insert into outbox (event_id, type, case_id, payload, queue)
           select coalesce(event_id, id), coalesce(type, 'unknown'), case_id, payload,
             $2 || '.' || case when service = 'intake' and headers ? 'x-inbox' then 'inbox' else service end from letters
         ), settled as (
           update dead_letter d set state = 'replayed', replays = replays + 1, settled_by = $3, settled_at = now()
           from letters where d.id = letters.id returning d.id
         ) select id from settled`,
        [ids, this.options.topology.namespace, by],
      );
      return rows.length;
    });
    this.options.wakeRelay();
    return replayed;
  }

  /** Gives a letter up, with a reason that is kept. */
  async discard(id: string, because: string, by: string): Promise<void> {
    if (because.trim() === '') throw new Refusal('a dead letter is discarded with a reason; none was given');
    const rows: unknown[] = await this.options.database.query(
      `with settled as (
         update dead_letter set state = 'discarded', settled_by = $2, settled_because = $3, settled_at = now()
         where id = $1 and state = 'waiting' returning id
       ) select id from settled`,
      [id, by, because],
    );
    if (rows.length === 0) throw new Refusal(`no dead letter ${id} is waiting`);
  }

  private async collectFrom(channel: Channel, lost: (reason: string) => void): Promise<void> {
    const { topology } = this.options;
    await declareTopology(channel, topology, this.options.retryPauses);
    await channel.prefetch(100);
    const take = async (queue: string, service: ServiceName, reason: DeadReason | null): Promise<void> => {
      await channel.consume(queue, (message) => {
        if (message === null) lost('the broker cancelled the collector');
        else
          this.keep(message, service, reason).then(
            () => {
              channel.ack(message);
            },
            (error: unknown) => {
              this.options.log.warn({ error: String(error) }, 'a dead letter could not be kept yet');
              setTimeout(() => lost('a dead letter could not be kept'), 1_000);
            },
          );
      });
    };
    for (const service of services) await take(topology.deadLetterQueueOf(service), service, null);
    // Nobody has a queue for it: a fault in the wiring, and whoever was meant can only be guessed by people.
    await take(topology.unrouted, 'ops-console', 'unrouted');
  }

  private async keep(message: ConsumeMessage, service: ServiceName, reason: DeadReason | null): Promise<void> {
    const headers = message.properties.headers ?? {};
    const text = (name: string): string | null => (typeof headers[name] === 'string' ? headers[name] : null);
    const instant = (name: string): string | null => {
      const at = new Date(text(name) ?? NaN);
      return Number.isNaN(at.getTime()) ? null : at.toISOString();
    };
    const letterId = text('x-dead-letter-id') ?? '';
    const payload = message.content.toString('utf8').replaceAll('\0', '\uFFFD');
    const envelope = envelopeOf(payload);
    const messageId: unknown = message.properties.messageId;
    await this.options.database.query(
      `insert into dead_letter (id, service, event_id, case_id, type, reason, error, attempts, headers, payload, first_failed_at, dead_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, coalesce($12::timestamptz, now()))
       on conflict (id) do nothing`,
      [
        uuid.test(letterId) ? letterId : nameBasedId(`${service}/${String(messageId)}/${payload}`, nameBasedId.URL),
        service,
        envelope.id,
        envelope.subject,
        envelope.type,
        reason ?? text('x-reason') ?? 'delivered-too-often',
        text('x-error'),
        attemptsOf(message),
        JSON.stringify(headers).replaceAll('\\u0000', '\\ufffd'),
        payload,
        instant('x-first-failed-at'),
        instant('x-dead-at'),
      ],
    );
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** As much of an envelope as an unreadable message lets see. */
function envelopeOf(payload: string): { id: string | null; subject: string | null; type: string | null } {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(payload);
  } catch {
    // A dead letter may be anything.
  }
  const fields = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>;
  const id = (value: unknown): string | null => (typeof value === 'string' && uuid.test(value) ? value : null);
  return {
    id: id(fields['id']),
    subject: id(fields['subject']),
    type: typeof fields['type'] === 'string' ? fields['type'].slice(0, longestType) : null,
  };
}
