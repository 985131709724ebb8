import { NotYet, Refusal, type AnyEvent } from '@caserelay/contracts';
import { DeadLetters, Publisher, topologyOf, type Tell } from '@caserelay/messaging';
import { defineService, runService, type RunningService } from '@caserelay/service-host';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { Behaviour, listenerOf, request, type Request } from './a-listener.js';

const behaviour = new Behaviour();
const listener = listenerOf(behaviour);

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

it('a message whose headers only look like ours is put aside like any other and holds up nobody', async () => {
  const content = 'hostile headers';
  channel.publish(`${system.namespace}.events`, 'case.analysis-requested', Buffer.from(content), {
    persistent: true,
    headers: { 'x-first-failed-at': 'yesterday', 'x-dead-at': 'never', 'x-attempt': 1e300, 'x-dead-letter-id': 'mine' },
  });
  const letter = await until('a dead letter', async () =>
    (await deadLetters.list({ limit: 500 })).find(({ payload }) => payload === content),
  );
  expect(letter).toMatchObject({ reason: 'unreadable', firstFailedAt: null, attempts: 1 });
});

it('a dead letter with a name as long as hostile can be replayed and holds up nobody', async () => {
  const content = JSON.stringify({ ...request('x'), type: '崩'.repeat(200) });
  publishBytes(content, 'case.analysis-requested', randomUUID());
  await channel.waitForConfirms();
  const letterIn = (state: 'waiting' | 'replayed') => async () =>
    (await deadLetters.list({ state, limit: 500 })).find(({ payload }) => payload === content);
  const letter = await until('a dead letter', letterIn('waiting'));
  await deadLetters.replay([letter.id], 'an operator');
  await until('it is dead again, as a letter of its own', letterIn('waiting'));
  await service.host.outbox.transaction(() =>
    Promise.resolve({
      result: null,
      tells: [{ type: 'case.analysis-requested', data: request('behind it').data, caseId: letter.caseId as string }],
    }),
  );
  await until(
    'the event behind it is heard',
    async () =>
      (await system.query(`select 1 from ${system.schema('dump-analysis')}.seen where name = 'behind it'`)).length,
  );
});

it('an event carries its trace as a header too, that of its cause', async () => {
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, `${system.namespace}.events`, 'case.analysis-requested');
  const trace = '0af7651916cd43dd8448eb211c80319c';
  await service.host.outbox.transaction(
    () =>
      Promise.resolve({
        result: null,
        tells: [{ type: 'case.analysis-requested', data: request('traced').data, caseId: randomUUID() }],
      }),
    { traceparent: `00-${trace}-b7ad6b7169203331-01` },
  );
  const message = await until('the event', () => channel.get(queue, { noAck: true }));
  if (typeof message === 'boolean') throw new Error('no message');
  expect(message.properties.headers?.['traceparent']).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  expect(message.properties.headers?.['traceparent']).toBe(
    (JSON.parse(message.content.toString()) as AnyEvent).traceparent,
  );
});

it('a message that no queue takes fails once; by the next try the queue has been declared again', async () => {
  const publisher = new Publisher({
    url: system.environment['AMQP_URL'] as string,
    name: 'test',
    topology: topologyOf(system.namespace),
    retryPauses: [100, 300],
    log: service.host.log,
  });
  publisher.start();
  try {
    await publisher.connected(5_000);
    const queue = `${system.namespace}.intake`;
    const message = { exchange: '', routingKey: queue, content: Buffer.from('x'), messageId: 'the same' };
    await channel.deleteQueue(queue);
    await expect(publisher.publish([message])).rejects.toThrow(`no queue takes /${queue}`);
    await publisher.publish([message]);
    expect((await channel.checkQueue(queue)).messageCount).toBe(1);
  } finally {
    await publisher.stop();
  }
});

it('of messages that came again and again, only the first is taken to kill the process; those behind it are heard', async () => {
  const [killer, ...behind] = [request('killer'), request('innocent 1'), request('innocent 2')] as const;
  for (const event of [killer, ...behind])
    channel.publish(`${system.namespace}.events`, event.type, Buffer.from(JSON.stringify(event)), {
      persistent: true,
      messageId: event.id,
      headers: { 'x-delivery-count': 11 },
    });
  await channel.waitForConfirms();
  expect(await until('a dead letter', () => deadLetterOf(killer.id))).toMatchObject({ reason: 'delivered-too-often' });
  for (const event of behind) await until('those behind are heard', () => seen(event.id));
  for (const event of behind) expect(await deadLetterOf(event.id)).toBeUndefined();
  expect(await seen(killer.id)).toBe(0);
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

it('the listener comes back when the broker cancels it because its queue was deleted', async () => {
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
    /^dump-analysis: .*nobody hears case\.analysis-requested/,
  );
});
