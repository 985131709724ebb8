import 'reflect-metadata';
import { Outbox, Publisher, Relay, topologyOf, type Tell } from '@caserelay/messaging';
import { schemaOf } from '@caserelay/service-host';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { connect } from 'amqplib';
import { lastValueFrom } from 'rxjs';
import { randomUUID } from 'node:crypto';
import type { Contestant } from './main.js';
import { brokerUrl, databaseUrl, filler, now, openSide, silent } from './parts.js';

const contestant = process.argv[2] as Contestant;
const namespace = process.argv[3] ?? 'bench';

/** Tells `count` events; resolves when all are safe with whoever keeps them. */
type TellAll = (count: number) => Promise<void>;

const dataOf = () => ({
  uploadId: randomUUID(),
  name: String(now()),
  bytes: 1,
  sha256: 'a'.repeat(64),
  location: filler,
});

async function rawTeller(): Promise<TellAll> {
  const connection = await connect(brokerUrl);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(`${namespace}.plain`, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  return (count) =>
    windowed(count, 500, () => {
      const id = randomUUID();
      const event = {
        specversion: '1.0',
        id,
        source: '/bench',
        type: 'case.analysis-requested',
        subject: randomUUID(),
        time: new Date().toISOString(),
        data: dataOf(),
      };
      return new Promise<void>((resolve, reject) => {
        channel.sendToQueue(
          `${namespace}.plain`,
          Buffer.from(JSON.stringify(event)),
          { persistent: true, messageId: id },
          (error: unknown) => (error ? reject(new Error('refused', { cause: error })) : resolve()),
        );
      });
    });
}

async function stockTeller(): Promise<TellAll> {
  const client = ClientProxyFactory.create({
    transport: Transport.RMQ,
    options: {
      urls: [brokerUrl],
      queue: `${namespace}.plain`,
      persistent: true,
      queueOptions: { durable: true, arguments: { 'x-queue-type': 'quorum' } },
    },
  });
  await client.connect();
  return (count) =>
    windowed(count, 500, () =>
      lastValueFrom(client.emit('case.analysis-requested', { ...dataOf(), caseId: randomUUID(), id: randomUUID() }), {
        defaultValue: undefined,
      }),
    );
}

async function ourTeller(batch: number): Promise<TellAll> {
  const database = await openSide(namespace, 'case-workflow');
  const topology = topologyOf(namespace);
  const publisher = new Publisher({ url: brokerUrl, name: 'bench teller', topology, log: silent });
  publisher.start();
  const relay = new Relay({
    databaseUrl,
    schema: schemaOf(namespace, 'case-workflow'),
    publisher,
    topology,
    log: silent,
    notify: async (channel) => {
      await database.query(`notify ${channel}`);
    },
  });
  relay.start();
  await publisher.connected(10_000);
  const outbox = new Outbox(database, { source: 'bench', now: () => new Date(), wakeRelay: () => relay.wake() });
  return (count) =>
    windowed(Math.ceil(count / batch), 12, async () => {
      const tells = Array.from({ length: batch }, (): Tell => ({
        type: 'case.analysis-requested',
        data: dataOf(),
        caseId: randomUUID(),
      }));
      await outbox.transaction(() => Promise.resolve({ result: null, tells }));
    });
}

/** Runs `work` so many times, never more than `window` at once. */
async function windowed(count: number, window: number, work: () => Promise<unknown>): Promise<void> {
  let started = 0;
  await Promise.all(
    Array.from({ length: Math.min(window, count) }, async () => {
      while (started < count) {
        started += 1;
        await work();
      }
    }),
  );
}

const burstBatch = contestant === 'ours' ? 100 : 1;
const openTeller = {
  raw: rawTeller,
  stock: stockTeller,
  ours: () => ourTeller(burstBatch),
  'ours-single': () => ourTeller(1),
}[contestant];
const tellAll = await openTeller();

async function tell({ count, perSecond }: { count: number; perSecond: number | null }): Promise<void> {
  if (perSecond === null) {
    await tellAll(count);
    return;
  }
  const started = now();
  const pending: Promise<void>[] = [];
  for (let told = 0; told < count;) {
    const due = Math.min(count, Math.floor(((now() - started) * perSecond) / 1000) + 1);
    // A contestant that tells in batches tells a batch when it is due; the latency counts from the telling.
    if (due - told >= burstBatch || due === count) {
      const batch = due === count ? due - told : Math.floor((due - told) / burstBatch) * burstBatch;
      pending.push(tellAll(batch));
      told += batch;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(pending);
}

process.on('message', (message: { count: number; perSecond: number | null; stop?: boolean }) => {
  if (message.stop) process.exit(0);
  void tell(message);
});
process.send?.({ kind: 'ready' });
