import { connect, type Channel, type ChannelModel, type ConfirmChannel } from 'amqplib';
import type { MessagingLog } from './messaging-log.js';

interface LinkOptions<Kind extends Channel> {
  url: string;
  /** Shown in the broker's list of connections. */
  name: string;
  open: (connection: ChannelModel) => Promise<Kind>;
  /** Runs on every new channel; calls `lost` when the channel is of no use any more. */
  setUp: (channel: Kind, lost: (reason: string) => void) => Promise<void>;
  log: MessagingLog;
}

const longestPause = 5_000;

/**
 * One connection with one channel that is made anew whenever either is lost: connection closed, channel closed by the
 * broker, consumer cancelled. What was set up on the old channel is set up again on the new one.
 */
export class BrokerLink<Kind extends Channel = Channel> {
  private channel: Kind | null = null;
  private connection: ChannelModel | null = null;
  private stopped = false;
  private attempt = 0;
  private waiting: ((channel: Kind) => void)[] = [];
  private retryTimer: NodeJS.Timeout | null = null;
  private connecting: Promise<void> | null = null;

  constructor(private readonly options: LinkOptions<Kind>) {}

  static plain(options: Omit<LinkOptions<Channel>, 'open'>): BrokerLink {
    return new BrokerLink({ ...options, open: (connection) => connection.createChannel() });
  }

  static confirming(options: Omit<LinkOptions<ConfirmChannel>, 'open'>): BrokerLink<ConfirmChannel> {
    return new BrokerLink({ ...options, open: (connection) => connection.createConfirmChannel() });
  }

  start(): void {
    this.connecting ??= this.connectOnce().finally(() => {
      this.connecting = null;
    });
  }

  get isOpen(): boolean {
    return this.channel !== null;
  }

  /** The present channel, or the next one; rejects when none comes within `milliseconds`. */
  async ready(milliseconds: number): Promise<Kind> {
    if (this.channel) return this.channel;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== taken);
        reject(new Error(`no channel to the message broker after ${milliseconds} ms`));
      }, milliseconds);
      const taken = (channel: Kind): void => {
        clearTimeout(timer);
        resolve(channel);
      };
      this.waiting.push(taken);
    });
  }

  /** Gives up a channel on purpose, for instance after a publish that was never confirmed. */
  drop(channel: Kind, reason: string): void {
    if (channel === this.channel) this.lose(reason);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.retryTimer) clearTimeout(this.retryTimer);
    const { channel, connection } = this;
    this.channel = null;
    this.connection = null;
    // The connection's own close overtakes what the channel still has to send: acknowledgements would be lost.
    await channel?.close().catch(() => undefined);
    // Closed before `connecting` is awaited: a set-up that hangs ends with its connection.
    await connection?.close().catch(() => undefined);
    await this.connecting;
  }

  private async connectOnce(): Promise<void> {
    let connection: ChannelModel | null = null;
    try {
      connection = await connect(this.options.url, {
        clientProperties: { connection_name: this.options.name },
        timeout: 10_000,
      });
      const own = connection;
      connection.on('error', (error: Error) => {
        if (this.connection === own) this.lose(`connection error: ${error.message}`);
      });
      connection.on('close', () => {
        if (this.connection === own) this.lose('the connection was closed');
      });
      const channel = await this.options.open(connection);
      const lost = (reason: string): void => {
        if (this.connection === own) this.lose(reason);
      };
      channel.on('error', (error: Error) => lost(`channel error: ${error.message}`));
      channel.on('close', () => lost('the channel was closed'));
      this.connection = connection;
      await this.options.setUp(channel, lost);
      if (this.connection !== own) throw new Error('the connection was lost while it was set up');
      if (this.stopped) {
        this.connection = null;
        await connection.close();
        return;
      }
      this.channel = channel;
      this.attempt = 0;
      for (const take of this.waiting.splice(0)) take(channel);
    } catch (error) {
      this.connection = null;
      await connection?.close().catch(() => undefined);
      this.scheduleAnother(error instanceof Error ? error.message : String(error));
    }
  }

  private lose(reason: string): void {
    const { connection } = this;
    const wasOpen = this.channel !== null;
    this.channel = null;
    this.connection = null;
    void connection?.close().catch(() => undefined);
    // A link that is lost while it is being set up is made anew by connectOnce, which sees that it was lost.
    if (wasOpen) this.scheduleAnother(reason);
  }

  private scheduleAnother(reason: string): void {
    if (this.stopped) return;
    this.attempt += 1;
    const pause = Math.min(longestPause, 100 * 2 ** Math.min(this.attempt, 10)) * (0.5 + Math.random() / 2);
    this.options.log.warn(
      { link: this.options.name, reason, pause: Math.round(pause) },
      'broker link lost; connecting again',
    );
    this.retryTimer = setTimeout(() => this.start(), pause);
  }
}
