import { caseWorkflow } from '@caserelay/case-workflow';
import type { AnyEvent } from '@caserelay/contracts';
import { runService, type RunningService } from '@caserelay/service-host';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel } from 'amqplib';
import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivate, type PrivateServices } from '../../scripts/launcher/private-services.mjs';
import { aSleepingCase, keepCases, remindersOf, type SleepingCase } from '../support/sleeping-cases.js';
import { aSystem, type System } from '../support/system.js';
import { until } from '../support/until.js';

const due = 10_000;
const overSeconds = 4;

let folder: string;
let parts: PrivateServices;
let system: System;
let connection: ChannelModel;
let redis: Redis;
const services: RunningService[] = [];
/** What others heard: ids of reminding events by case, for the broker may deliver one twice. */
const heard = new Map<string, Set<string>>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caserelay-timers-'));
  parts = await startPrivate({ dir: folder, redis: true });
  system = await aSystem({ REDIS_URL: parts.urls.redis ?? '', BELL_WATCH_SECONDS: '1', RECONCILE_SECONDS: '60' });
  redis = new Redis(parts.urls.redis ?? '');
  redis.on('error', () => undefined);
  for (let instance = 0; instance < 2; instance += 1) services.push(await runService(caseWorkflow, system.environment));
  connection = await connect(system.environment['AMQP_URL'] as string);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const events = services[0]?.host.topology.events ?? '';
  await channel.bindQueue(queue, events, 'case.customer-reminded');
  await channel.consume(
    queue,
    (message) => {
      if (!message) return;
      const { subject, id } = JSON.parse(message.content.toString()) as AnyEvent;
      heard.set(subject, (heard.get(subject) ?? new Set()).add(id));
    },
    { noAck: true },
  );
}, 120_000);

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await connection.close();
  redis.disconnect();
  await system.remove();
  await parts.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe(`${due} timers that fall due within ${overSeconds} seconds ring once each`, () => {
  it('though Redis is emptied in their midst', async () => {
    const cases = await dueSoon();
    const before = await ringing(cases);
    await redis.flushall();
    await once(cases);
    expect(before).toBeLessThan(due);
  }, 120_000);

  it('though Redis is killed in their midst and comes back with nothing', async () => {
    const cases = await dueSoon();
    const before = await ringing(cases);
    await parts.kill('redis');
    await until('some rang without Redis', async () => (await remindersOf(system, cases)).size > before + 100, 30_000);
    await parts.restart('redis');
    await until('Redis answers', async () => (await redis.flushall()) === 'OK', 30_000);
    await once(cases);
  }, 120_000);
});

/** Cases whose bells the next look sets. */
async function dueSoon(): Promise<SleepingCase[]> {
  // Long enough to keep all of them, also where other tests run beside.
  const first = Date.now() + 15_000;
  const cases = Array.from({ length: due }, (_, index) =>
    aSleepingCase(new Date(first + Math.floor((index * overSeconds * 1000) / due))),
  );
  for (let place = 0; place < due; place += 1_000) await keepCases(system, cases.slice(place, place + 1_000));
  await redis.flushall();
  await until(
    'bells are set',
    async () => (await redis.zcard(`${system.namespace}:case-workflow:delayed`)) > 10,
    15_000,
  );
  return cases;
}

/** How many rang once some of them did and before all have. */
async function ringing(cases: readonly SleepingCase[]): Promise<number> {
  return await until('some rang', async () => (await remindersOf(system, cases)).size, 30_000);
}

async function once(cases: readonly SleepingCase[]): Promise<void> {
  await until('all rang', async () => (await remindersOf(system, cases)).size === due, 60_000);
  expect(new Set((await remindersOf(system, cases)).values())).toEqual(new Set([1]));
  await until('all was heard', () => cases.every(({ caseId }) => heard.has(caseId)), 60_000);
  expect(cases.filter(({ caseId }) => heard.get(caseId)?.size !== 1)).toEqual([]);
}
