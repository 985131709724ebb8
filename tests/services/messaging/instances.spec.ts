import type { AnyEvent } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import { runService, type RunningService } from '@caserelay/service-host';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { connect as dial, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { Behaviour, listenerOf, request, type Request } from './a-listener.js';

let system: System;
let behaviour: Behaviour;
let running: RunningService[];
let connection: ChannelModel;
let channel: ConfirmChannel;
/** How often the handler was begun for each event, by name. */
let begun: Map<string, number>;

beforeEach(async () => {
  system = await aSystem({ ATTEMPTS: '5' });
  behaviour = new Behaviour();
  running = [];
  begun = new Map();
  connection = await connect(system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
});
afterEach(async () => {
  await Promise.all(running.map((service) => service.stop()));
  await connection.close();
  await system.remove();
});

async function anInstance(more: Record<string, string> = {}): Promise<RunningService> {
  const service = await runService(listenerOf(behaviour), { ...system.environment, ...more });
  running.push(service);
  await until('the instance is ready', async () => (await fetch(`${service.url}/health/ready`)).ok);
  return service;
}

async function publish(events: AnyEvent[]): Promise<void> {
  for (const event of events)
    channel.publish(`${system.namespace}.events`, event.type, Buffer.from(JSON.stringify(event)), {
      persistent: true,
      messageId: event.id,
    });
  await channel.waitForConfirms();
}

const requests = (count: number): Request[] => Array.from({ length: count }, (_, index) => request(`n${index}`));

async function seen(): Promise<string[]> {
  const rows = await system.query<{ name: string }>(
    `select name from ${system.schema('dump-analysis')}.seen order by position`,
  );
  return rows.map(({ name }) => name);
}

const waiting = async (): Promise<number> =>
  (await channel.checkQueue(`${system.namespace}.dump-analysis`)).messageCount;

function countBegun(event: Request): void {
  begun.set(event.data.name, (begun.get(event.data.name) ?? 0) + 1);
}

const namesOf = (events: readonly Request[]): string[] => events.map(({ data }) => data.name).sort();

it('an instance that is stopped while it hears ends what it has in hand and leaves the rest to the next one', async () => {
  behaviour.answer = async (event, { tx }) => {
    countBegun(event);
    await tx.query('select pg_sleep(0.005)');
    return [];
  };
  const first = await anInstance();
  const events = requests(300);
  await publish(events);
  await until('it hears', () => begun.size > 10);
  await first.stop();
  const heardByFirst = await seen();
  expect(heardByFirst.length).toBeGreaterThan(0);
  expect(heardByFirst.length).toBeLessThan(300);
  expect(begun.size).toBe(heardByFirst.length);
  await until('the rest is back in the queue', async () => (await waiting()) === 300 - heardByFirst.length);

  await anInstance();
  await until('all are heard', async () => (await seen()).length >= 300);
  expect((await seen()).sort()).toEqual(namesOf(events));
  expect([...begun.values()].every((times) => times === 1)).toBe(true);
});

it('two instances share the work, each event is heard once, and what the standing-by one tells is carried too', async () => {
  behaviour.answer = async (event, { tx }) => {
    countBegun(event);
    await tx.query('select pg_sleep(0.001)');
    return [];
  };
  const instances = [await anInstance(), await anInstance()];
  const events = requests(400);
  await publish(events);
  const told = instances.map((_, index) => request(`told by ${index}`));
  for (const [index, { host }] of instances.entries())
    await host.outbox.transaction(() => Promise.resolve({ result: null, tells: [asTell(told[index] as Request)] }));
  await until('all are heard', async () => (await seen()).length >= 402);
  expect((await seen()).sort()).toEqual(namesOf([...events, ...told]));
});

it('one relay leads; when it loses its lock in the middle of its work the other one takes over', async () => {
  const [first, second] = [await anInstance(), await anInstance()];
  const leader = async (): Promise<number | null> => {
    const rows = await system.query<{ pid: number }>(
      `select pid from pg_locks, (select hashtextextended($1, 0) as key) as wanted
       where locktype = 'advisory' and granted and objsubid = 1 and (classid::bigint << 32) | objid::bigint = key`,
      [`${system.schema('dump-analysis')}_outbox`],
    );
    expect(rows.length).toBeLessThanOrEqual(1);
    return rows[0]?.pid ?? null;
  };
  const lost = await until('one leads', leader);
  const events = requests(200);
  let kills = 0;
  for (const [index, event] of events.entries()) {
    const { host } = index % 2 === 0 ? first : second;
    await host.outbox.transaction(() => Promise.resolve({ result: null, tells: [asTell(event)] }));
    if (index % 80 !== 40) continue;
    kills += (await system.query('select pg_terminate_backend($1)', [await until('one leads', leader)])).length;
  }
  await first.stop();
  expect(await until('another leads', leader)).not.toBe(lost);
  await until('all are heard', async () => (await seen()).length >= 200);
  expect((await seen()).sort()).toEqual(namesOf(events));
  expect(kills).toBeGreaterThan(1);
});

it('events that lock the same rows in opposite order are both heard at once, without going over the retry ladder', async () => {
  await anInstance();
  await anInstance();
  const schema = system.schema('dump-analysis');
  await system.query(`create table ${schema}.pair (id int primary key, times int not null)`);
  await system.query(`insert into ${schema}.pair values (1, 0), (2, 0)`);
  behaviour.answer = async (event, { tx }) => {
    countBegun(event);
    for (const id of event.data.name === 'n0' ? [1, 2] : [2, 1]) {
      await tx.query('update pair set times = times + 1 where id = $1', [id]);
      await tx.query('select pg_sleep(0.3)');
    }
    return [];
  };
  await publish(requests(2));
  await until('both are heard', async () => (await seen()).length >= 2);
  expect((await seen()).sort()).toEqual(['n0', 'n1']);
  expect([...begun.values()].reduce((sum, times) => sum + times)).toBeGreaterThan(2);
  for (const { url } of running)
    expect(await (await fetch(`${url}/metrics`)).text()).not.toMatch(/outcome="(retried|dead)"/);
});

it('a handler that never ends is given up: its event is tried again, the ones behind it are heard', async () => {
  await anInstance({ HANDLER_SECONDS: '0.3' });
  behaviour.answer = (event) => {
    countBegun(event);
    return event.data.name === 'n0' && (begun.get('n0') ?? 0) < 3 ? new Promise(() => undefined) : Promise.resolve([]);
  };
  await publish(requests(3));
  await until('all are heard', async () => (await seen()).length >= 3);
  expect((await seen()).sort()).toEqual(['n0', 'n1', 'n2']);
});

it('a service stops within its limit though a handler and a request never end', async () => {
  const instance = await anInstance({ STOP_SECONDS: '1' });
  let letGo: () => void = () => undefined;
  behaviour.answer = async (event) => {
    countBegun(event);
    await new Promise<void>((resolve) => (letGo = resolve));
    return [];
  };
  const { port } = new URL(instance.url);
  const request = dial(Number(port), '127.0.0.1');
  request.on('error', () => undefined);
  request.write('POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{');
  await publish(requests(1));
  await until('the handler began', () => begun.size);
  const started = Date.now();
  await instance.stop();
  expect(Date.now() - started).toBeLessThan(4_000);
  letGo();
  request.destroy();
  behaviour.answer = () => Promise.resolve([]);
  await anInstance();
  await until('the next instance hears it', async () => (await seen()).length);
  expect(await seen()).toEqual(['n0']);
});

it('connections to the broker that break again and again lose nothing and double nothing', async () => {
  const broker = new URL(system.environment['AMQP_URL'] as string);
  const sockets = new Set<Socket>();
  const road = createServer((near) => {
    const far = dial(Number(broker.port || 5672), broker.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => road.listen(0, '127.0.0.1', resolve));
  const url = new URL(broker);
  url.hostname = '127.0.0.1';
  url.port = String((road.address() as AddressInfo).port);
  behaviour.answer = async (_, { tx }) => {
    await tx.query('select pg_sleep(0.002)');
    return [];
  };
  const instance = await anInstance({ AMQP_URL: url.href });
  const events = requests(300);
  for (const [index, event] of events.entries()) {
    await instance.host.outbox.transaction(() => Promise.resolve({ result: null, tells: [asTell(event)] }));
    if (index % 100 === 50) for (const socket of sockets) socket.destroy();
  }
  await until('all are heard', async () => (await seen()).length >= 300);
  expect((await seen()).sort()).toEqual(namesOf(events));
  await instance.stop();
  road.close();
});

function asTell({ data }: Request): Tell {
  return { type: 'case.analysis-requested', data, caseId: randomUUID() };
}
