import { topologyOf } from '@caserelay/messaging';
import { connect, type GetMessage } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { until } from './until.js';

/** Another system at the exchange inbox: publishes events and waits for their answers. */
export interface OtherSystem {
  /** Publishes and waits for the answer. */
  ask(event: unknown): Promise<Record<string, unknown>>;
  /** Publishes and does not wait; `more` are properties of AMQP. */
  publish(event: unknown, more?: Record<string, unknown>): Promise<void>;
  /** Takes what lies among the dead letters of intake, once as many are there. */
  deadLetters(count: number): Promise<{ payload: string; reason: string; why: string }[]>;
  /** Everything of the queue so far, as JSON, for tests that look into one. */
  readonly answers: { correlationId: string; body: Record<string, unknown> }[];
  close(): Promise<void>;
}

export async function anOtherSystem(url: string, namespace: string): Promise<OtherSystem> {
  const topology = topologyOf(namespace);
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const answers: OtherSystem['answers'] = [];
  await channel.consume(
    queue,
    (message) => {
      if (!message) return;
      const body = JSON.parse(message.content.toString()) as Record<string, unknown>;
      answers.push({ correlationId: String(message.properties.correlationId), body });
    },
    { noAck: true },
  );
  const publish = async (event: unknown, more: Record<string, unknown> = {}): Promise<void> => {
    const content = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
    const type = (event as { type?: unknown } | null)?.type;
    const key = typeof type === 'string' ? type : 'unknown';
    await new Promise<void>((resolve, reject) => {
      channel.publish(topology.inbox, key, content, { persistent: true, mandatory: true, ...more }, (error: unknown) =>
        error ? reject(error instanceof Error ? error : new Error('the broker refused an event')) : resolve(),
      );
    });
  };
  return {
    answers,
    publish,
    ask: async (event) => {
      const correlationId = randomUUID();
      await publish(event, { replyTo: queue, correlationId });
      const found = await until('the event is answered', () =>
        answers.find((answer) => answer.correlationId === correlationId),
      );
      return found.body;
    },
    deadLetters: async (count) => {
      const found: GetMessage[] = [];
      await until(`${count} dead letters`, async () => {
        for (;;) {
          const message = await channel.get(topology.deadLetterQueueOf('intake'), { noAck: true });
          if (message === false) return found.length >= count;
          found.push(message);
        }
      });
      return found.map(({ content, properties: { headers } }) => ({
        payload: content.toString(),
        reason: String(headers?.['x-reason']),
        why: String(headers?.['x-error']),
      }));
    },
    close: () => connection.close(),
  };
}

/** A command as another system asks it. */
export function aCommandEvent(
  command: object,
  named: { subject?: string; caseNumber?: string; trackingToken?: string; key?: string },
  more: Record<string, unknown> = {},
) {
  const { subject, ...data } = named;
  return {
    specversion: '1.0',
    id: randomUUID() as string,
    source: 'https://crm.partner.example/tickets',
    type: 'command.requested',
    ...(subject !== undefined && { subject }),
    data: { ...data, command },
    ...more,
  };
}
