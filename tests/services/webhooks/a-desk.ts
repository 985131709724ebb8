import { AnyEvent, type EventOf, type EventType } from '@caserelay/contracts';
import { runService, type RunningService } from '@caserelay/service-host';
import { webhooks } from '@caserelay/webhooks';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';

const key = 'a-key-that-opens-doors';

export interface Made {
  webhookId: string;
  secret: string;
  url: string;
  state: string;
  stateReason: string | null;
  secrets: unknown[];
  health: {
    failures: number;
    failingSince: string | null;
    lastSuccessAt: string | null;
    lastError: string | null;
    counts: Record<string, number>;
  };
}

export interface Shown {
  deliveryId: string;
  eventId: string;
  state: string;
  attempts: number;
  replays: number;
  lastAttempts: { status: number | null; error: string | null; milliseconds: number }[];
}

/** The webhooks service on real parts, the key to its doors, and a way to tell it events. */
export class Desk {
  readonly told: AnyEvent[] = [];
  service: RunningService | null = null;

  private constructor(
    readonly system: System,
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
  ) {}

  static async open(settings: Record<string, string>): Promise<Desk> {
    const system = await aSystem({
      WEBHOOKS_API_KEY: key,
      WEBHOOK_SECRET_KEY: randomBytes(32).toString('base64url'),
      WEBHOOK_RETRY_PAUSES_SECONDS: '0.05,0.1,0.2,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3',
      WEBHOOK_TIMEOUT_SECONDS: '1',
      ...settings,
    });
    const connection = await connect(system.environment['AMQP_URL'] as string);
    const desk = new Desk(system, connection, await connection.createConfirmChannel());
    await desk.start();
    const { queue } = await desk.channel.assertQueue('', { exclusive: true });
    await desk.channel.bindQueue(queue, `${system.namespace}.events`, 'webhook.*');
    await desk.channel.consume(
      queue,
      (message) => message && desk.told.push(AnyEvent.parse(JSON.parse(message.content.toString()))),
      { noAck: true },
    );
    return desk;
  }

  async start(): Promise<void> {
    this.service = await runService(webhooks, this.system.environment);
    const { url } = this.service;
    await until('the service is ready', async () => (await fetch(`${url}/health/ready`)).ok);
  }

  async stop(): Promise<void> {
    await this.service?.stop();
    this.service = null;
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.stop();
    await this.system.remove();
  }

  async ask<Body = Made>(
    method: string,
    path = '',
    body?: unknown,
    authorization = `Bearer ${key}`,
  ): Promise<{ status: number; body: Body }> {
    const response = await fetch(`${this.service?.url ?? ''}/v1/webhooks${path}`, {
      ...{ method, headers: { authorization, 'content-type': 'application/json' } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Body };
  }

  async make(url: string, more: Record<string, unknown> = {}): Promise<Made> {
    const { status, body } = await this.ask('POST', '', { url, eventTypes: ['case.*'], ...more });
    if (status !== 201) throw new Error(`found ${status} ${JSON.stringify(body)}; expected 201`);
    return body;
  }

  async show(webhookId: string): Promise<Made> {
    return (await this.ask('GET', `/${webhookId}`)).body;
  }

  async deliveriesOf(webhookId: string): Promise<Shown[]> {
    return (await this.ask<{ deliveries: Shown[] }>('GET', `/${webhookId}/deliveries?limit=200`)).body.deliveries;
  }

  /** Waits until so many events came for a receiver and nothing waits for it any more. */
  async settled(webhookId: string, events = 1): Promise<Made> {
    return await until('nothing waits', async () => {
      const shown = await this.show(webhookId);
      const { waiting = 0, sending = 0, ...ended } = shown.health.counts;
      const settled = Object.values(ended).reduce((sum, count) => sum + count, 0);
      return waiting + sending === 0 && settled >= events ? shown : null;
    });
  }

  async publish(...events: AnyEvent[]): Promise<void> {
    for (const event of events)
      this.channel.publish(`${this.system.namespace}.events`, event.type, Buffer.from(JSON.stringify(event)), {
        persistent: true,
        messageId: event.id,
      });
    await this.channel.waitForConfirms();
  }
}

/** A golden event of a type, told by another case. */
export async function eventOf<Type extends EventType>(type: Type, caseId: string): Promise<EventOf<Type>> {
  const golden = join(import.meta.dirname, '../../contracts/golden', `${type}.json`);
  const event = AnyEvent.parse(JSON.parse(await readFile(golden, 'utf8')));
  return { ...event, id: randomUUID(), subject: caseId } as EventOf<Type>;
}
