import { within } from '@caserelay/messaging';
import { connect, type ChannelModel } from 'amqplib';

type Depth = { messages: number; consumers: number };

/** Looks at queues without touching a message, over one connection that is made anew when it is lost. */
export class BrokerQueues {
  private connection: Promise<ChannelModel> | null = null;
  private latest: { at: number; depths: Promise<Map<string, Depth>> } | null = null;

  constructor(
    private readonly settings: {
      url: string;
      connectionName: string;
      keepMilliseconds?: number;
      waitMilliseconds?: number;
    },
  ) {}

  /** Depths of the queues that exist. Looks of the same moment share one round to the broker. */
  look(names: string[]): Promise<Map<string, Depth>> {
    const now = Date.now();
    if (this.latest && now - this.latest.at < (this.settings.keepMilliseconds ?? 500)) return this.latest.depths;
    const depths = within(
      this.settings.waitMilliseconds ?? 5_000,
      'looking at the queues of the broker',
      this.ask(names),
    );
    this.latest = { at: now, depths };
    depths.catch(() => {
      if (this.latest?.depths === depths) this.latest = null;
    });
    return depths;
  }

  async close(): Promise<void> {
    const connection = await this.connection?.catch(() => null);
    this.connection = null;
    await connection?.close().catch(() => undefined);
  }

  private async ask(names: string[]): Promise<Map<string, Depth>> {
    const connection = await this.connected();
    const answers = await Promise.all(names.map(async (name) => [name, await depthOf(connection, name)] as const));
    return new Map(answers.flatMap(([name, depth]) => (depth ? [[name, depth]] : [])));
  }

  private connected(): Promise<ChannelModel> {
    this.connection ??= connect(this.settings.url, {
      timeout: 5_000,
      clientProperties: { connection_name: this.settings.connectionName },
    }).then(
      (connection) => {
        connection.on('error', () => undefined);
        connection.on('close', () => {
          this.connection = null;
        });
        return connection;
      },
      (error: unknown) => {
        this.connection = null;
        throw error;
      },
    );
    return this.connection;
  }
}

/** A look at a queue that is missing closes its channel, so every look has its own. */
async function depthOf(connection: ChannelModel, name: string): Promise<Depth | null> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    const { messageCount, consumerCount } = await channel.checkQueue(name);
    await channel.close();
    return { messages: messageCount, consumers: consumerCount };
  } catch (error) {
    if ((error as { code?: number }).code === 404) return null;
    throw error;
  }
}
