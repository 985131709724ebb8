import type { AnyEvent, EventOf } from '@caserelay/contracts';
import { topologyOf } from '@caserelay/messaging';
import { intake } from '@caserelay/intake';
import { runService, type RunningService } from '@caserelay/service-host';
import { connect } from 'amqplib';
import { createServer, type AddressInfo } from 'node:net';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';

export const apiKey = 'a-key-of-the-intake-tests';

/** Intake on real parts, and everything it tells. */
export interface IntakeSystem {
  readonly system: System;
  readonly service: RunningService;
  readonly told: AnyEvent[];
  /** Sends a mail; answers with the reply of the mail server, 250 or not. */
  send(mail: SendMailOptions): Promise<{ code: number; text: string }>;
  post(body: unknown, headers?: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Waits for the mail.received of a mail. */
  received(messageId: string): Promise<EventOf<'mail.received'>>;
  of(caseId: string): AnyEvent[];
  rows<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  remove(): Promise<void>;
}

export async function anIntake(more: Record<string, string> = {}): Promise<IntakeSystem> {
  const smtpPort = await freePort();
  const system = await aSystem({ INTAKE_API_KEY: apiKey, SMTP_PORT: String(smtpPort), ...more });
  const service = await runService(intake, system.environment);
  await until('intake is ready', async () => (await fetch(`${service.url}/health/ready`)).ok);
  const connection = await connect(system.environment['AMQP_URL'] as string);
  const channel = await connection.createChannel();
  const told: AnyEvent[] = [];
  await channel.consume(
    topologyOf(system.namespace).queueOf('ops-console'),
    (message) => {
      if (message) told.push(JSON.parse(message.content.toString('utf8')) as AnyEvent);
    },
    { noAck: true },
  );
  return {
    system,
    service,
    told,
    send: async (mail) => {
      const transport = createTransport({ host: '127.0.0.1', port: smtpPort, secure: false, ignoreTLS: true });
      try {
        const { response } = await transport.sendMail(mail);
        return { code: Number(response.slice(0, 3)), text: response };
      } catch (error) {
        const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
        return { code, text: String(error) };
      } finally {
        transport.close();
      }
    },
    post: async (body, headers = {}) => {
      const response = await fetch(`${service.url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json', authorization: `Bearer ${apiKey}`, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    received: async (messageId) =>
      await until(`mail.received of ${messageId}`, () =>
        told.find(
          (event): event is EventOf<'mail.received'> =>
            event.type === 'mail.received' && event.data.messageId === messageId,
        ),
      ),
    of: (caseId) => told.filter((event) => event.subject === caseId),
    rows: (sql, values) => system.query(sql.replaceAll('{schema}', system.schema('intake')), values),
    remove: async () => {
      await connection.close();
      await service.stop();
      await system.remove();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
