import { AnalysisRequested, NotYet, Refusal, type AnyEvent, type EventOf } from '@caserelay/contracts';
import {
  DeadLetterTable1700000000001,
  DeadLetters,
  Hears,
  topologyOf,
  type Hearing,
  type Tell,
} from '@caserelay/messaging';
import { defineService, runService, type RunningService } from '@caserelay/service-host';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Inject } from '@nestjs/common';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';

type Request = EventOf<'case.analysis-requested'>;

/** What the test's own service does with an event; each test says. */
class Behaviour {
  answer: (event: Request, hearing: Hearing) => Promise<Tell[]> = () => Promise.resolve([]);
}

@Controller()
class Door {
  constructor(@Inject(Behaviour) private readonly behaviour: Behaviour) {}

  @Hears(AnalysisRequested)
  async on(event: Request, hearing: Hearing): Promise<Tell[]> {
    await hearing.tx.query('insert into seen (event_id, case_id, name) values ($1, $2, $3)', [
      event.id,
      event.subject,
      event.data.name,
    ]);
    return await this.behaviour.answer(event, hearing);
  }
}

class SeenTable1800000000000 implements MigrationInterface {
  name = 'SeenTable1800000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table seen (position bigserial, event_id uuid, case_id uuid, name text)');
  }
  down(): Promise<void> {
    return Promise.resolve();
  }
}

const behaviour = new Behaviour();
const listener = defineService({
  name: 'dump-analysis',
  config: {},
  migrations: [DeadLetterTable1700000000001, SeenTable1800000000000],
  module: () => ({
    module: class ListenerModule {},
    controllers: [Door],
    providers: [{ provide: Behaviour, useValue: behaviour }],
  }),
});

let system: System;
let service: RunningService;
let connection: ChannelModel;
let channel: ConfirmChannel;
let deadLetters: DeadLetters;

beforeAll(async () => {
  system = await aSystem({ ATTEMPTS: '3' });
  service = await runService(listener, system.environment);
  connection = await connect(system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
  await until('the listener is connected', async () => (await fetch(`${service.url}/health/ready`)).ok);
  deadLetters = new DeadLetters({
    url: system.environment['AMQP_URL'] as string,
    database: service.host.database,
    topology: topologyOf(system.namespace),
    wakeRelay: () => service.host.wakeRelay(),
    log: service.host.log,
    retryPauses: [100, 300],
  });
  deadLetters.collect();
});
afterEach(() => {
  behaviour.answer = () => Promise.resolve([]);
});
afterAll(async () => {
  await deadLetters.stop();
  await connection.close();
  await service.stop();
  await system.remove();
});

function request(name: string, caseId: string = randomUUID()): Request {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/test',
    type: 'case.analysis-requested',
    subject: caseId,
    time: new Date(0).toISOString(),
    data: { uploadId: randomUUID(), name, bytes: 1, sha256: 'a'.repeat(64), location: `uploads/${name}` },
  };
}

async function publish(...events: AnyEvent[]): Promise<void> {
  for (const event of events) publishBytes(JSON.stringify(event), event.type, event.id);
  await channel.waitForConfirms();
}

function publishBytes(content: string, type: string, messageId: string): void {
  channel.publish(`${system.namespace}.events`, type, Buffer.from(content), { persistent: true, messageId });
}

const seen = async (eventId: string): Promise<number> =>
  (await system.query(`select 1 from ${system.schema('dump-analysis')}.seen where event_id = $1`, [eventId])).length;
const deadLetterOf = async (eventId: string) =>
  (await deadLetters.list({ limit: 500 })).find((letter) => letter.eventId === eventId);

describe('an event', () => {
  it('is heard once though it is delivered three times', async () => {
    const event = request('once');
    await publish(event, event);
    await publish(event);
    const last = request('last');
    await publish(last);
    await until('the last event is heard', () => seen(last.id));
    expect(await seen(event.id)).toBe(1);
  });

  it('leaves its change and its answer together or not at all', async () => {
    const event = request('fails');
    let tries = 0;
    behaviour.answer = async () => {
      tries += 1;
      if (tries < 3) throw new Error('disk full');
      return Promise.resolve([
        {
          type: 'evidence.recognised',
          data: { uploadId: event.data.uploadId, name: 'x', kind: 'other', description: 'd' },
        },
      ]);
    };
    await publish(event);
    await until('the third try succeeds', () => seen(event.id));
    expect(await seen(event.id)).toBe(1);
    expect(tries).toBe(3);
  });

  it('that fails too often becomes a dead letter with reason, error and attempts, and can be replayed', async () => {
    const event = request('hopeless');
    behaviour.answer = () => Promise.reject(new Error('no such disk'));
    await publish(event);
    const letter = await until('a dead letter', () => deadLetterOf(event.id));
    expect(letter).toMatchObject({
      service: 'dump-analysis',
      caseId: event.subject,
      type: event.type,
      reason: 'failed',
      error: 'no such disk',
      attempts: 3,
    });
    expect(await seen(event.id)).toBe(0);

    behaviour.answer = () => Promise.resolve([]);
    expect(await deadLetters.replay([letter.id, letter.id], 'an operator')).toBe(1);
    await until('the replayed event is heard', () => seen(event.id));
    expect(await deadLetters.replay([letter.id], 'an operator')).toBe(0);
    expect(await deadLetters.find(letter.id)).toMatchObject({
      state: 'replayed',
      settledBy: 'an operator',
      replays: 1,
    });
  });

  it('that is refused is never tried again', async () => {
    const event = request('refused');
    let tries = 0;
    behaviour.answer = () => {
      tries += 1;
      return Promise.reject(new Refusal('nobody opened this case'));
    };
    await publish(event);
    const letter = await until('a dead letter', () => deadLetterOf(event.id));
    expect(letter).toMatchObject({ reason: 'refused', error: 'nobody opened this case' });
    // Once in its batch, once alone.
    expect(tries).toBeLessThanOrEqual(2);
  });

  it('that came before what it rests on is tried again, and refused when that never comes', async () => {
    const event = request('too early');
    behaviour.answer = () => Promise.reject(new NotYet('nobody opened this case'));
    await publish(event);
    const letter = await until('a dead letter', () => deadLetterOf(event.id));
    expect(letter).toMatchObject({ reason: 'refused', error: 'nobody opened this case', attempts: 3 });
  });

  it('does not hold up the ones behind it while it waits for its next try', async () => {
    const bad = request('bad');
    const good = Array.from({ length: 20 }, (_, index) => request(`good ${index}`));
    behaviour.answer = (event) =>
      event.id === bad.id ? Promise.reject(new Error('still broken')) : Promise.resolve([]);
    await publish(bad, ...good);
    await until('the events behind are heard', () => seen((good.at(-1) as Request).id));
    for (const event of good) expect(await seen(event.id)).toBe(1);
    expect(await deadLetterOf(bad.id)).toBeUndefined();
    await until('the bad one is put aside in the end', () => deadLetterOf(bad.id));
  });
});

describe('a message that cannot be read', () => {
  it.each([
    ['is not JSON', '{"type":', 'unreadable', /not JSON/],
    [
      'breaks its schema',
      JSON.stringify({ ...request('x'), data: { name: 7 } }),
      'unreadable',
      /data\.name: .*expected string/,
    ],
    [
      'has an unknown type',
      JSON.stringify({ ...request('x'), type: 'case.exploded' }),
      'unknown-type',
      /case\.exploded/,
    ],
  ])('that %s becomes a dead letter at once', async (_, content, reason, error) => {
    publishBytes(content, 'case.analysis-requested', randomUUID());
    await channel.waitForConfirms();
    const letter = await until('a dead letter', async () =>
      (await deadLetters.list({ limit: 500 })).find(({ payload }) => payload === content),
    );
    expect(letter).toMatchObject({ reason, service: 'dump-analysis' });
    expect(letter.error).toMatch(error);
  });
});

it('a message that no service asks for still reaches the console, which hears everything', async () => {
  const event = request('stray');
  publishBytes(JSON.stringify(event), 'nobody.hears-this', event.id);
  await channel.waitForConfirms();
  await until(
    'it lies in the queue of the console',
    async () => (await channel.checkQueue(`${system.namespace}.ops-console`)).messageCount,
  );
});

it('events of one case are heard in the order in which they were told', async () => {
  const caseId = randomUUID();
  const tells = Array.from({ length: 300 }, (_, index): Tell => ({
    type: 'case.analysis-requested',
    data: request(`n${index}`).data,
    caseId,
  }));
  for (const tell of tells)
    await service.host.outbox.transaction(() => Promise.resolve({ result: null, tells: [tell] }));
  const names = await until('all are heard', async () => {
    const rows = await system.query<{ name: string }>(
      `select name from ${system.schema('dump-analysis')}.seen where case_id = $1 order by position`,
      [caseId],
    );
    return rows.length === tells.length ? rows.map((row) => row.name) : null;
  });
  expect(names).toEqual(tells.map((_, index) => `n${index}`));
});

it('the listener comes back when the broker closes its connection, and loses nothing', async () => {
  const before = request('before');
  await publish(before);
  await until('it listens', () => seen(before.id));
  // A queue that is deleted cancels its consumer: the listener must declare it again and listen again.
  await channel.deleteQueue(`${system.namespace}.dump-analysis`);
  await until('the queue is back', async () => {
    const probe = await connection.createChannel();
    probe.on('error', () => undefined);
    try {
      return (await probe.checkQueue(`${system.namespace}.dump-analysis`)).consumerCount === 1;
    } finally {
      await probe.close().catch(() => undefined);
    }
  });
  const after = request('after');
  await publish(after);
  await until('it listens again', () => seen(after.id));
});

it('a service refuses to start when the landscape and its doors differ', async () => {
  const doorless = defineService({ ...listener, module: () => ({ module: class NoDoors {} }) });
  await expect(runService(doorless, system.environment)).rejects.toThrow(
    'dump-analysis: nobody hears case.analysis-requested',
  );
});
