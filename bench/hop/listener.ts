import 'reflect-metadata';
import {
  AnalysisRequested,
  CaseReopened,
  EvidencePurgeRequested,
  LegalHoldPlaced,
  RecognitionRequested,
  type EventOf,
} from '@caserelay/contracts';
import { CaseRelayTransport, Hears, Outbox, Publisher, topologyOf, type Tell } from '@caserelay/messaging';
import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, Transport, type RmqContext } from '@nestjs/microservices';
import { connect } from 'amqplib';
import type { Contestant, Said } from './main.js';
import { brokerUrl, now, openSide, silent } from './parts.js';

const contestant = process.argv[2] as Contestant;
const namespace = process.argv[3] ?? 'bench';

let wanted = Infinity;
let delays: number[] = [];

function say(message: Partial<Said>): void {
  process.send?.(message);
}

function arrived(toldAt: number): void {
  delays.push(now() - toldAt);
  if (delays.length < wanted) return;
  wanted = Infinity;
  const sorted = delays.sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  say({ kind: 'report', p50: at(0.5), p99: at(0.99) });
}

@Controller()
class OurDoor {
  @Hears(AnalysisRequested)
  on({ data }: EventOf<'case.analysis-requested'>): Promise<Tell[]> {
    arrived(Number(data.name));
    return Promise.resolve([]);
  }

  @Hears(RecognitionRequested)
  ignore(): Promise<Tell[]> {
    return Promise.resolve([]);
  }

  @Hears(CaseReopened)
  ignoreReopening(): Promise<Tell[]> {
    return Promise.resolve([]);
  }

  @Hears(EvidencePurgeRequested)
  ignorePurge(): Promise<Tell[]> {
    return Promise.resolve([]);
  }

  @Hears(LegalHoldPlaced)
  ignoreLegalHold(): Promise<Tell[]> {
    return Promise.resolve([]);
  }
}

@Controller()
class StockDoor {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- without it Nest 12.1 picks an overload that takes no typed context
  @EventPattern<string>('case.analysis-requested')
  on(@Payload() data: { name: string }, @Ctx() context: RmqContext): void {
    arrived(Number(data.name));
    const channel = context.getChannelRef() as { ack(message: unknown): void };
    channel.ack(context.getMessage());
  }
}

async function listenRaw(): Promise<void> {
  const connection = await connect(brokerUrl);
  const channel = await connection.createChannel();
  await channel.assertQueue(`${namespace}.plain`, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.prefetch(200);
  await channel.consume(`${namespace}.plain`, (message) => {
    if (!message) return;
    const event = JSON.parse(message.content.toString()) as EventOf<'case.analysis-requested'>;
    arrived(Number(event.data.name));
    channel.ack(message);
  });
}

async function listenStock(): Promise<void> {
  const app = await NestFactory.createMicroservice(
    { module: class StockModule {}, controllers: [StockDoor] },
    {
      logger: false,
      transport: Transport.RMQ,
      options: {
        urls: [brokerUrl],
        queue: `${namespace}.plain`,
        noAck: false,
        prefetchCount: 200,
        queueOptions: { durable: true, arguments: { 'x-queue-type': 'quorum' } },
      },
    },
  );
  await app.listen();
}

async function listenOurs(): Promise<void> {
  const database = await openSide(namespace, 'dump-analysis');
  const topology = topologyOf(namespace);
  const publisher = new Publisher({ url: brokerUrl, name: 'bench listener', topology, log: silent });
  publisher.start();
  const outbox = new Outbox(database, { source: 'bench', now: () => new Date(), wakeRelay: () => undefined });
  const strategy = new CaseRelayTransport({
    url: brokerUrl,
    service: 'dump-analysis',
    topology,
    database,
    outbox,
    publisher,
    log: silent,
  });
  const app = await NestFactory.createMicroservice(
    { module: class OurModule {}, controllers: [OurDoor] },
    { logger: false, strategy },
  );
  await app.listen();
  await publisher.connected(10_000);
  while (!strategy.isListening) await new Promise((resolve) => setTimeout(resolve, 20));
}

process.on('message', (message: { expect?: number; stop?: boolean }) => {
  if (message.stop) process.exit(0);
  delays = [];
  wanted = message.expect ?? Infinity;
  say({ kind: 'expecting' });
});
const listen = { raw: listenRaw, stock: listenStock, ours: listenOurs, 'ours-single': listenOurs }[contestant];
await listen();
say({ kind: 'ready' });
