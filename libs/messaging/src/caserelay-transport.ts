import { NotYet, Refusal, hears, type AnyEvent, type ServiceName } from '@caserelay/contracts';
import { BaseRpcContext, Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { Channel, ConsumeMessage } from 'amqplib';
import { isObservable, lastValueFrom } from 'rxjs';
import type { DataSource, EntityManager } from 'typeorm';
import { BrokerLink } from './broker-link.js';
import {
  attemptsOf,
  readEvent,
  redeliveriesOf,
  UnreadableMessage,
  type DeadReason,
  type Delivery,
} from './delivery.js';
import type { Hearing } from './hears.js';
import type { MessagingLog } from './messaging-log.js';
import type { Outbox } from './outbox.js';
import type { Publisher } from './publisher.js';
import { asDeadLetter, asRetry } from './settle.js';
import { causeOf, type Cause, type Tell } from './tell.js';
import { declareTopology, defaultRetryPauses, type Topology } from './topology.js';
import { within } from './within.js';

export interface TransportOptions {
  url: string;
  service: ServiceName;
  topology: Topology;
  database: DataSource;
  outbox: Outbox;
  publisher: Publisher;
  log: MessagingLog;
  /** Pauses in milliseconds between tries; the last one repeats. */
  retryPauses?: readonly number[];
  /** A message that failed this often becomes a dead letter. */
  attempts?: number;
  /** Milliseconds after which a door that has not answered counts as failed. */
  answerWithin?: number;
  /** How many messages share one transaction at the most. */
  batch?: number;
  /** Told after each message: how it ended and how long its transaction took. */
  observe?: (type: string, outcome: 'heard' | 'heard-before' | 'retried' | 'dead', seconds: number) => void;
}

/**
 * Beyond this many deliveries without an end a message is taken to kill the process. What was fetched along with it
 * has come as often: so messages that came before are heard one by one, in which the killer is always the first that
 * is left, and only one message is suspected in the life of a channel.
 */
const mostRedeliveries = 10;
/** Attempts at an event that came before what it rests on; with the usual pauses, half a minute of them. */
const mostOvertakings = 4;

/** What a door is given besides the event. */
export class HearingContext extends BaseRpcContext<[AnyEvent]> implements Hearing {
  constructor(
    readonly event: AnyEvent,
    readonly tx: EntityManager,
    private readonly whenCommitted: (() => void | Promise<void>)[],
  ) {
    super([event]);
  }

  readonly afterCommit = (run: () => void | Promise<void>): void => {
    this.whenCommitted.push(run);
  };
}

/**
 * Brings events from the service's queue to its doors. Messages are taken in batches, a batch in one transaction:
 * inbox rows, what the doors change, and outbox rows. They are acknowledged after the commit, on the channel that
 * delivered them. A batch that fails is tried message by message, so that one bad message costs only itself.
 */
export class CaseRelayTransport extends Server implements CustomTransportStrategy {
  private readonly link: BrokerLink;
  private consumerTag: string | null = null;
  private waiting: { message: ConsumeMessage; channel: Channel }[] = [];
  private working: Promise<void> | null = null;
  private draining = false;
  private hasSuspected = false;
  private readonly batch: number;
  private readonly retryPauses: readonly number[];

  constructor(private readonly options: TransportOptions) {
    super();
    this.batch = options.batch ?? 100;
    this.retryPauses = options.retryPauses ?? defaultRetryPauses;
    this.link = BrokerLink.plain({
      url: options.url,
      name: `${options.topology.namespace} ${options.service} listener`,
      log: options.log,
      setUp: (channel, lost) => this.listenOn(channel, lost),
    });
  }

  listen(callback: (error?: Error) => void): void {
    try {
      this.checkDoors();
    } catch (error) {
      callback(error as Error);
      return;
    }
    this.link.start();
    callback();
  }

  get isListening(): boolean {
    return this.link.isOpen;
  }

  /** Stops taking messages, lets the ones in hand end, then lets go of the broker. */
  async close(): Promise<void> {
    this.draining = true;
    const channel = this.link.isOpen ? await this.link.ready(0).catch(() => null) : null;
    if (channel && this.consumerTag !== null) await channel.cancel(this.consumerTag).catch(() => undefined);
    // Messages that wait for their batch go back to the queue when the channel closes.
    this.waiting = [];
    await this.working;
    await this.link.stop();
  }

  on(): never {
    throw new Error('this transport has no events of its own');
  }

  unwrap<T>(): T {
    return this.link as T;
  }

  /** Every event of the landscape has one door and every door is in the landscape; else nobody starts. */
  private checkDoors(): void {
    const doors = [...this.messageHandlers.keys()];
    const wanted: readonly string[] =
      hears[this.options.service] === '*' ? ['*'] : (hears[this.options.service] as readonly string[]);
    const missing = wanted.filter((type) => !doors.includes(type));
    const surplus = doors.filter((type) => !wanted.includes(type));
    const doubled = doors.filter((type) => this.messageHandlers.get(type)?.next);
    const faults = [
      ...missing.map((type) => `nobody hears ${type}`),
      ...surplus.map((type) => `a door hears ${type}, which the landscape does not send here`),
      ...doubled.map((type) => `two methods hear ${type}`),
    ];
    if (faults.length > 0) throw new Error(`${this.options.service}: ${faults.join('; ')}`);
  }

  private async listenOn(channel: Channel, lost: (reason: string) => void): Promise<void> {
    this.waiting = [];
    this.hasSuspected = false;
    await declareTopology(channel, this.options.topology, this.retryPauses);
    await channel.prefetch(this.batch * 2);
    const queue = this.options.topology.queueOf(this.options.service);
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message === null) lost('the broker cancelled the consumer');
      else if (!this.draining) {
        this.waiting.push({ message, channel });
        this.work();
      }
    });
    this.consumerTag = consumerTag;
  }

  private work(): void {
    this.working ??= this.workThroughWaiting().finally(() => {
      this.working = null;
      if (this.waiting.length > 0) this.work();
    });
  }

  private async workThroughWaiting(): Promise<void> {
    // Deliveries of one socket read arrive in one turn of the event loop: let them gather into one batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0 && !this.draining) {
      const { channel } = this.waiting[0] as { channel: Channel };
      const messages: ConsumeMessage[] = [];
      while (messages.length < this.batch && this.waiting[0]?.channel === channel)
        messages.push((this.waiting.shift() as { message: ConsumeMessage }).message);
      try {
        await this.hearAll(messages, channel);
      } catch (error) {
        // Only reached when even putting a message aside failed: the broker is away and redelivers.
        this.options.log.warn(
          { error: messageOf(error), messages: messages.length },
          'could not settle messages; they will be delivered again',
        );
        await pause(200);
        // Given back one by one: those already settled are unknown to the channel and must not be named again.
        this.waiting = this.waiting.filter((waiting) => waiting.channel !== channel);
        this.link.drop(channel, 'messages could not be settled');
      }
    }
  }

  private async hearAll(messages: ConsumeMessage[], channel: Channel): Promise<void> {
    const deliveries: Delivery[] = [];
    for (const message of messages) {
      const redeliveries = redeliveriesOf(message);
      if (redeliveries > mostRedeliveries && !this.hasSuspected) {
        this.hasSuspected = true;
        const text = `delivered ${redeliveries} times without an end`;
        await this.putAside(message, channel, 'delivered-too-often', text);
      } else
        try {
          deliveries.push({ message, event: readEvent(message) });
        } catch (error) {
          if (!(error instanceof UnreadableMessage)) throw error;
          await this.putAside(message, channel, error.reason, error.message);
        }
    }
    if (deliveries.some(({ message }) => redeliveriesOf(message) > 0)) {
      for (const delivery of deliveries) await this.hearAlone(delivery, channel);
      return;
    }
    if (deliveries.length === 0) return;
    const started = performance.now();
    try {
      const heard = await this.hearTogether(deliveries);
      this.acknowledge((deliveries.at(-1) as Delivery).message, channel, { withAllBefore: true });
      const seconds = (performance.now() - started) / 1000;
      for (const delivery of deliveries)
        this.options.observe?.(delivery.event.type, heard.has(delivery.event.id) ? 'heard' : 'heard-before', seconds);
    } catch {
      for (const delivery of deliveries) await this.hearAlone(delivery, channel);
    }
  }

  /** Hears one message by itself; ends with it acknowledged: heard, on the retry ladder, or among the dead letters. */
  private async hearAlone(delivery: Delivery, channel: Channel): Promise<void> {
    const { event, message } = delivery;
    const facts = { type: event.type, eventId: event.id, caseId: event.subject };
    for (let clashes = 0; ; clashes += 1) {
      const started = performance.now();
      const seconds = (): number => (performance.now() - started) / 1000;
      try {
        const heard = await this.hearTogether([delivery]);
        this.acknowledge(message, channel);
        this.options.observe?.(event.type, heard.size > 0 ? 'heard' : 'heard-before', seconds());
        return;
      } catch (error) {
        if (error instanceof Refusal && !this.mayComeInOrder(error, message)) {
          this.options.log.warn({ ...facts, reason: error.message }, 'event refused; put among the dead letters');
          await this.putAside(message, channel, 'refused', error.message);
          this.options.observe?.(event.type, 'dead', seconds());
          return;
        }
        if (isClash(error) && clashes < 5) continue;
        // While the database is away nothing can be heard: waiting keeps the order, retrying would shuffle it.
        if (!(await this.databaseAnswers()) && !this.draining) {
          await pause(Math.min(5_000, 100 * 2 ** Math.min(clashes, 6)));
          continue;
        }
        if (this.draining) return;
        const text = messageOf(error);
        if (attemptsOf(message) + 1 >= this.mostAttempts) {
          this.options.log.error(
            { ...facts, attempts: attemptsOf(message) + 1, error: text },
            'event failed too often; put among the dead letters',
          );
          await this.putAside(message, channel, 'failed', text);
          this.options.observe?.(event.type, 'dead', seconds());
        } else {
          this.options.log.warn(
            { ...facts, attempt: attemptsOf(message) + 1, error: text },
            'event failed; it will be tried again',
          );
          await this.options.publisher.publish([
            asRetry(message, this.options.service, this.options.topology, this.retryPauses, text),
          ]);
          this.acknowledge(message, channel);
          this.options.observe?.(event.type, 'retried', seconds());
        }
        return;
      }
    }
  }

  private get mostAttempts(): number {
    return this.options.attempts ?? 10;
  }

  /** What the event rests on may be in the hands of another instance. */
  private mayComeInOrder(error: Refusal, message: ConsumeMessage): boolean {
    return error instanceof NotYet && attemptsOf(message) + 1 < Math.min(mostOvertakings, this.mostAttempts);
  }

  /** One transaction for all; answers the ids that had not been heard before. */
  private async hearTogether(deliveries: readonly Delivery[]): Promise<ReadonlySet<string>> {
    const whenCommitted: (() => void | Promise<void>)[] = [];
    const heard = new Set<string>();
    let tellsSomething = false;
    await this.options.database.transaction(async (tx) => {
      const fresh: { event_id: string }[] = await tx.query(
        `insert into inbox (event_id) select distinct * from unnest($1::uuid[]) on conflict do nothing returning event_id`,
        [deliveries.map(({ event }) => event.id)],
      );
      const unheard = new Set(fresh.map((row) => row.event_id));
      const told: { tell: Tell; cause: Cause }[] = [];
      for (const { event } of deliveries) {
        if (!unheard.delete(event.id)) continue;
        heard.add(event.id);
        const tells = await this.answer(event, new HearingContext(event, tx, whenCommitted));
        const cause = causeOf(event);
        for (const tell of tells) told.push({ tell, cause });
      }
      tellsSomething = told.length > 0;
      await this.options.outbox.putEach(tx, told);
    });
    if (tellsSomething) this.options.outbox.wake();
    for (const run of whenCommitted)
      try {
        await run();
      } catch (error) {
        this.options.log.warn({ error: messageOf(error) }, 'a hint after the commit failed; the slow path will do it');
      }
    return heard;
  }

  private async answer(event: AnyEvent, context: HearingContext): Promise<Tell[]> {
    const door = this.messageHandlers.get(event.type) ?? this.messageHandlers.get('*');
    if (!door) throw new Refusal(`${this.options.service} has no door for ${event.type}`);
    const tells = async (): Promise<unknown> => {
      const answer: unknown = await door(event, context);
      return isObservable(answer) ? await lastValueFrom(answer, { defaultValue: [] }) : answer;
    };
    // One door that never answers would hold up the whole queue for ever.
    const limit = this.options.answerWithin ?? 60_000;
    return ((await within(limit, `the door for ${event.type}`, tells())) ?? []) as Tell[];
  }

  private async putAside(message: ConsumeMessage, channel: Channel, reason: DeadReason, error: string): Promise<void> {
    await this.options.publisher.publish([
      asDeadLetter(message, this.options.service, this.options.topology, reason, error),
    ]);
    this.acknowledge(message, channel);
  }

  /**
   * `withAllBefore` spares the broker a frame for each: messages are settled in the order in which they came, so that all
   * before this one are. On a channel that is gone the broker has taken the message back; the inbox will know it.
   */
  private acknowledge(message: ConsumeMessage, channel: Channel, { withAllBefore = false } = {}): void {
    try {
      channel.ack(message, withAllBefore);
    } catch {
      // The channel closed between commit and acknowledgement.
    }
  }

  private async databaseAnswers(): Promise<boolean> {
    try {
      await this.options.database.query('select 1');
      return true;
    } catch {
      return false;
    }
  }
}

/** Postgres says that two transactions got in each other's way (deadlock, serialisation): nobody's fault, try again. */
function isClash(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === '40P01' || code === '40001';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
