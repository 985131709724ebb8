import {
  asInboxDeadLetter,
  BrokerLink,
  Publisher,
  redeliveriesOf,
  type DeadReason,
  type Topology,
} from '@caserelay/messaging';
import type { Channel, ConsumeMessage } from 'amqplib';

/** What became of an event: `answer` goes to its sender; `dead` puts it among the dead letters, with a line that says why. */
export interface Taken {
  answer: Record<string, unknown> & { status: number };
  dead: { reason: DeadReason; why: string } | null;
}

interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface InboxDoorOptions {
  url: string;
  topology: Topology;
  retryPauses: readonly number[];
  /** A message that failed so often, though the database answers, becomes a dead letter. */
  attempts: number;
  /** Takes an event; an error counts as "try again". */
  take(event: unknown): Promise<Taken>;
  databaseAnswers(): Promise<boolean>;
  /** Told of each try that failed. */
  failed(): void;
  log: Log;
}

/** As much as an event may hold, as over HTTP. */
const mostBytes = 256 * 1024;
/** As many are fetched ahead. They are taken one by one: what a system tells stays in order. */
const prefetch = 50;
/** Beyond so many deliveries without an end a message is taken to kill the process. */
const mostRedeliveries = 10;
/** An AMQP short string. */
const longestAddress = 255;

/**
 * Takes events of other systems from the queue of the exchange `inbox`. An event is acknowledged once it is taken for good,
 * or lies among the dead letters; its sender is answered at `reply_to`, if they named one. A fault keeps the event, and all
 * behind it, until it is over.
 */
export class InboxDoor {
  private readonly link: BrokerLink;
  private readonly publisher: Publisher;
  private waiting: { message: ConsumeMessage; channel: Channel }[] = [];
  private working: Promise<void> | null = null;
  private consumerTag: string | null = null;
  private isStopping = false;

  constructor(private readonly options: InboxDoorOptions) {
    const { url, topology, retryPauses, log } = options;
    const name = `${topology.namespace} intake inbox`;
    this.publisher = new Publisher({ url, name, topology, retryPauses, log });
    this.link = BrokerLink.plain({ url, name, log, setUp: (channel, lost) => this.listenOn(channel, lost) });
  }

  start(): void {
    this.publisher.start();
    this.link.start();
  }

  get isListening(): boolean {
    return this.link.isOpen;
  }

  /** Ends the event in hand; those that were fetched go back to the queue. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const channel = this.link.isOpen ? await this.link.ready(0).catch(() => null) : null;
    if (channel && this.consumerTag !== null) await channel.cancel(this.consumerTag).catch(() => undefined);
    this.waiting = [];
    await this.working;
    await this.link.stop();
    await this.publisher.stop();
  }

  private async listenOn(channel: Channel, lost: (reason: string) => void): Promise<void> {
    this.waiting = [];
    // The publisher's own link declares the topology as well; a queue has to be there before it is read.
    await this.publisher.connected(10_000);
    await channel.prefetch(prefetch);
    const { consumerTag } = await channel.consume(this.options.topology.inbox, (message) => {
      if (message === null) lost('the broker cancelled the consumer');
      else if (!this.isStopping) {
        this.waiting.push({ message, channel });
        this.work();
      }
    });
    this.consumerTag = consumerTag;
  }

  private work(): void {
    this.working ??= this.workThroughWaiting().finally(() => {
      this.working = null;
      if (this.waiting.length > 0 && !this.isStopping) this.work();
    });
  }

  private async workThroughWaiting(): Promise<void> {
    for (let next = this.waiting.shift(); next && !this.isStopping; next = this.waiting.shift()) {
      const { message, channel } = next;
      try {
        await this.settle(message, channel);
      } catch (error) {
        this.options.log.warn(
          { error: messageOf(error) },
          'an event of the inbox could not be settled; it comes again',
        );
        this.waiting = this.waiting.filter((each) => each.channel !== channel);
        this.link.drop(channel, 'an event could not be settled');
      }
    }
  }

  private async settle(message: ConsumeMessage, channel: Channel): Promise<void> {
    const taken = await this.takeInTheEnd(message);
    if (taken === null) return;
    if (taken.dead) {
      const { reason, why } = taken.dead;
      this.options.log.warn({ reason, why }, 'an event of the inbox was put among the dead letters');
      await this.publisher.publish([asInboxDeadLetter(message, this.options.topology, reason, why)]);
    }
    this.answer(message, channel, taken.answer);
    channel.ack(message);
  }

  /** Null when the service stops before the event is taken: it stays in the queue. */
  private async takeInTheEnd(message: ConsumeMessage): Promise<Taken | null> {
    const redeliveries = redeliveriesOf(message);
    if (redeliveries > mostRedeliveries)
      return refused(500, 'delivered-too-often', `delivered ${redeliveries} times without an end`);
    const { length } = message.content;
    if (length > mostBytes)
      return refused(413, 'unreadable', `the event has ${length} bytes; expected at most ${mostBytes}`);
    let event: unknown;
    try {
      event = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message.content));
    } catch (error) {
      return refused(400, 'unreadable', `expected a CloudEvent as JSON in UTF-8: ${messageOf(error)}`);
    }
    for (let failures = 0; !this.isStopping;) {
      try {
        return await this.options.take(event);
      } catch (error) {
        this.options.failed();
        const isOurs = await this.options.databaseAnswers();
        if (isOurs) failures += 1;
        if (failures >= this.options.attempts) return refused(500, 'failed', messageOf(error));
        this.options.log.warn({ error: messageOf(error), failures }, 'an event of the inbox failed; it is tried again');
        await pause(Math.min(5_000, 100 * 2 ** Math.min(failures, 6)));
      }
    }
    return null;
  }

  /** An answer is a courtesy: whoever has gone away meanwhile does not get it. Never into one of our own queues. */
  private answer(message: ConsumeMessage, channel: Channel, answer: Taken['answer']): void {
    const { replyTo, correlationId } = message.properties as { replyTo?: unknown; correlationId?: unknown };
    if (typeof replyTo !== 'string' || replyTo === '' || Buffer.byteLength(replyTo) > longestAddress) return;
    if (replyTo.startsWith(`${this.options.topology.namespace}.`)) {
      this.options.log.warn({ replyTo }, 'an event asks for its answer in a queue of ours; it gets none');
      return;
    }
    const contentType = answer.status < 400 ? 'application/json' : 'application/problem+json';
    channel.publish('', replyTo, Buffer.from(JSON.stringify(answer)), {
      contentType,
      persistent: true,
      ...(typeof correlationId === 'string' && { correlationId: correlationId.slice(0, 60) }),
    });
  }
}

function refused(status: number, reason: DeadReason, why: string): Taken {
  const title = status === 500 ? 'Not taken' : status === 413 ? 'Too large' : 'Not readable';
  const detail = status === 500 && reason === 'failed' ? 'a fault that was logged; people look after it' : why;
  return { answer: { type: 'about:blank', status, title, detail }, dead: { reason, why } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
