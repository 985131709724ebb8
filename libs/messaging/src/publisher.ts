import type { ConfirmChannel, Message, Options } from 'amqplib';
import { BrokerLink } from './broker-link.js';
import type { MessagingLog } from './messaging-log.js';
import { declareTopology, type Topology } from './topology.js';

export interface Outgoing {
  exchange: string;
  routingKey: string;
  content: Buffer;
  /** Must be unique among the messages of one call: returned messages are recognised by it. */
  messageId: string;
  type?: string;
  headers?: Record<string, unknown>;
}

const largestWindow = 500;

/**
 * Publishes with confirms: persistent, mandatory, at most 500 unconfirmed messages. `publish` resolves when the
 * broker has taken all of them; it rejects when one is refused, unroutable or not confirmed in time, and then any of
 * them may or may not have been taken.
 */
export class Publisher {
  private readonly link: BrokerLink<ConfirmChannel>;
  private readonly returned = new Set<string>();

  constructor(
    private readonly options: {
      url: string;
      name: string;
      topology: Topology;
      retryPauses?: readonly number[];
      timeout?: number;
      log: MessagingLog;
    },
  ) {
    this.link = BrokerLink.confirming({
      url: options.url,
      name: `${options.name} publisher`,
      log: options.log,
      setUp: async (channel) => {
        channel.on('return', (message: Message) => this.returned.add(String(message.properties.messageId)));
        await declareTopology(channel, options.topology, options.retryPauses);
      },
    });
  }

  start(): void {
    this.link.start();
  }

  get isConnected(): boolean {
    return this.link.isOpen;
  }

  async connected(milliseconds: number): Promise<void> {
    await this.link.ready(milliseconds);
  }

  async publish(messages: readonly Outgoing[]): Promise<void> {
    for (let start = 0; start < messages.length; start += largestWindow)
      await this.publishWindow(messages.slice(start, start + largestWindow));
  }

  async stop(): Promise<void> {
    await this.link.stop();
  }

  private async publishWindow(messages: readonly Outgoing[]): Promise<void> {
    const timeout = this.options.timeout ?? 15_000;
    const channel = await this.link.ready(timeout);
    try {
      await this.publishOn(channel, messages, timeout);
      // A return arrives before its confirm, and the confirm of a returned message carries no error.
      const unroutable = messages.filter(({ messageId }) => this.returned.has(messageId));
      if (unroutable.length === 0) return;
      // Somebody deleted a queue: on the next channel the topology is declared again.
      this.link.drop(channel, 'messages came back');
      throw new Error(
        `no queue takes ${unroutable.map(({ exchange, routingKey }) => `${exchange}/${routingKey}`).join(', ')}`,
      );
    } finally {
      // Remembered any longer, a return would count against the next try of the same message.
      for (const { messageId } of messages) this.returned.delete(messageId);
    }
  }

  private async publishOn(channel: ConfirmChannel, messages: readonly Outgoing[], timeout: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let open = messages.length;
      const end = (error: Error | null): void => {
        clearTimeout(timer);
        channel.off('close', onClose);
        if (error) reject(error);
        else resolve();
      };
      const onClose = (): void => end(new Error('the channel was closed before the broker confirmed'));
      const timer = setTimeout(() => {
        end(new Error(`the broker did not confirm ${open} of ${messages.length} messages within ${timeout} ms`));
        this.link.drop(channel, 'confirms overdue');
      }, timeout);
      channel.once('close', onClose);
      try {
        for (const message of messages)
          channel.publish(
            message.exchange,
            message.routingKey,
            message.content,
            propertiesOf(message),
            (error: unknown) => {
              if (error) end(new Error(`the broker refused message ${message.messageId}`, { cause: error }));
              else if (--open === 0) end(null);
            },
          );
      } catch (error) {
        // The channel is closing, or a property does not fit into AMQP.
        end(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
}

function propertiesOf({ messageId, type, headers }: Outgoing): Options.Publish {
  return {
    persistent: true,
    mandatory: true,
    messageId,
    contentType: 'application/cloudevents+json',
    timestamp: Math.floor(Date.now() / 1000),
    ...(type === undefined ? {} : { type }),
    ...(headers === undefined ? {} : { headers }),
  };
}
