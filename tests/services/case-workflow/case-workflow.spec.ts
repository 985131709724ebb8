import { caseWorkflow } from '@caserelay/case-workflow';
import type { AnyEvent, EventOf, EventType } from '@caserelay/contracts';
import { runService, type RunningService } from '@caserelay/service-host';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';

let system: System;
let service: RunningService;
let connection: ChannelModel;
let channel: ConfirmChannel;
let redis: Redis;
let heard: AnyEvent[];

const contact = { name: '合作伙伴联系人', address: 'contact@partner.example' };

beforeAll(async () => {
  // Three days until a reminder pass in about three seconds.
  system = await aSystem({
    CLOCK_SPEED: '100000',
    CLOCK_STARTS_AT: '2020-04-28T18:00:00+08:00',
    RECONCILE_SECONDS: '0.5',
    BELL_WATCH_SECONDS: '0.2',
    WRONG_DUMP_GRACE_SECONDS: '0.3',
  });
  service = await runService(caseWorkflow, system.environment);
  connection = await connect(system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
  redis = new Redis(system.environment['REDIS_URL'] as string);
  await until('the service is ready', async () => (await fetch(`${service.url}/health/ready`)).ok);
  heard = [];
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, service.host.topology.events, 'case.#');
  await channel.consume(
    queue,
    (message) => {
      if (message) heard.push(JSON.parse(message.content.toString()) as AnyEvent);
    },
    { noAck: true },
  );
});

afterAll(async () => {
  await service.stop();
  await connection.close();
  redis.disconnect();
  await system.remove();
});

describe('a case', () => {
  it('is opened once though it was reported twice, and says so in the order of its sequence', async () => {
    const caseId = randomUUID();
    const report = reported(caseId);
    await tell(report);
    await tell(report);
    await tell(reported(caseId));
    await tell(spaceOpened(caseId));
    await until('the customer is asked', () => toldBy(caseId).some(({ type }) => type === 'case.evidence-requested'));
    expect(toldBy(caseId).map(({ type, sequence }) => `${sequence} ${type}`)).toEqual([
      '1 case.opened',
      '2 case.upload-space-requested',
      '3 case.evidence-requested',
    ]);
    expect(toldBy(caseId)[0]).toMatchObject({ causationid: report.id, source: '/caserelay/case-workflow' });
  });

  it('that nobody opened is refused, with the reason among the dead letters', async () => {
    const dead = service.host.topology.deadLetterQueueOf('case-workflow');
    await tell(spaceOpened(randomUUID()));
    const message = await until('a dead letter', async () => (await channel.get(dead, { noAck: true })) || null);
    expect(JSON.stringify(message.properties.headers)).toContain('nobody opened this case');
  });

  it('takes a fact that overtook its report, as happens between two instances', async () => {
    const caseId = randomUUID();
    await tell(spaceOpened(caseId));
    await tell(reported(caseId));
    await until('the customer is asked', () => toldBy(caseId).some(({ type }) => type === 'case.evidence-requested'));
  });

  it('opened by two instances at once is one case', async () => {
    const second = await runService(caseWorkflow, system.environment);
    await until('the second is ready', async () => (await fetch(`${second.url}/health/ready`)).ok);
    const caseIds = Array.from({ length: 40 }, () => randomUUID());
    await Promise.all(caseIds.flatMap((caseId) => [reported(caseId), reported(caseId)]).map((report) => tell(report)));
    for (const caseId of caseIds) await tell(spaceOpened(caseId));
    await until('all are asked', () => count(caseIds, 'case.evidence-requested') === caseIds.length);
    expect(count(caseIds, 'case.opened')).toBe(caseIds.length);
    expect(count(caseIds, 'case.upload-space-requested')).toBe(caseIds.length);
    await second.stop();
  });

  it('keeps words that Postgres would refuse', async () => {
    const caseId = randomUUID();
    await tell(reported(caseId, { problem: 'blue\0screen \ud83d' }));
    const found = await until('it is open', () => caseOf(caseId));
    expect(found).toMatchObject({ file: { problem: 'bluescreen \ufffd' } });
  });
});

describe('the timer of a case', () => {
  it('rings once though it was doubled and rang too early', async () => {
    const caseId = randomUUID();
    await awaitEvidence(caseId);
    const queue = new Queue('case-workflow', { ...service.host.bull });
    await Promise.all(
      Array.from({ length: 5 }, () => queue.add('let-time-pass', { caseId }, { removeOnComplete: true })),
    );
    await until('a reminder', () => toldBy(caseId).some(({ type }) => type === 'case.customer-reminded'));
    await Promise.all(
      Array.from({ length: 5 }, () => queue.add('let-time-pass', { caseId }, { removeOnComplete: true })),
    );
    await until('all rang', async () => (await queue.getJobCountByTypes('waiting', 'active')) === 0);
    await queue.close();
    expect(toldBy(caseId).filter(({ type }) => type === 'case.customer-reminded')).toHaveLength(1);
  });

  it('rings though Redis was wiped, and every step of silence comes once, to the archive', async () => {
    const caseId = randomUUID();
    await awaitEvidence(caseId);
    await wipe();
    const types = await until(
      'the archive',
      async () => {
        await wipe();
        const types = toldBy(caseId).map(({ type }) => type);
        return types.includes('case.archived') ? types : null;
      },
      120_000,
    );
    expect(types.slice(3)).toEqual([
      'case.customer-reminded',
      'case.customer-reminded',
      'case.customer-reminded',
      'case.observation-started',
      'case.archived',
    ]);
    const sequences = toldBy(caseId).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  }, 150_000);

  it('rings after the service was away when it was due', async () => {
    const caseId = randomUUID();
    await awaitEvidence(caseId);
    await service.stop();
    await wipe();
    await until('it is due', () => Date.parse(dueOf(caseId)) < service.host.clock.now().getTime(), 30_000);
    const { CLOCK_STARTS_AT: _, ...environment } = system.environment;
    service = await runService(caseWorkflow, {
      ...environment,
      CLOCK_STARTS_AT: service.host.clock.now().toISOString(),
    });
    await until('a reminder', () => toldBy(caseId).some(({ type }) => type === 'case.customer-reminded'));
  }, 60_000);
});

describe('an upload that still arrives', () => {
  it('is asked about, shown as what it is, and told to the customer once when it is the wrong kind', async () => {
    const caseId = randomUUID();
    await awaitEvidence(caseId);
    const uploadId = randomUUID();
    const begun = event('upload.started', caseId, {
      uploadId,
      spaceId: randomUUID(),
      name: 'MEMORY.zip',
      location: `uploads/${uploadId}`,
    });
    await tell(begun);
    await until('it is asked about', () => toldBy(caseId).find(({ type }) => type === 'case.recognition-requested'));
    const recognised = event('upload.recognised', caseId, {
      ...{ uploadId, name: 'MEMORY.zip', member: 'MEMORY.DMP', format: 'kernel-dump-64', kind: 'kernel' },
      ...{ bugcheck: { code: '0x139', name: 'KERNEL_SECURITY_CHECK_FAILURE', parameters: [] }, exception: null },
      ...{ machine: 'amd64', osBuild: 17763, osName: null, crashedAt: null, uptimeSeconds: null },
      ...{ expectedBytes: null, arrivedBytes: 65_536 },
    });
    await tell(recognised);
    await tell(begun);
    await until('it is told', () => toldBy(caseId).find(({ type }) => type === 'case.wrong-dump-noticed'));
    await tell({ ...recognised, id: randomUUID() });
    expect(await caseOf(caseId)).toMatchObject({
      arriving: [{ uploadId, dump: { kind: 'kernel', osBuild: 17763, bugcheck: { code: '0x139' } } }],
    });
    await until('silence goes on', () => toldBy(caseId).some(({ type }) => type === 'case.customer-reminded'));
    expect(count([caseId], 'case.recognition-requested')).toBe(1);
    expect(count([caseId], 'case.wrong-dump-noticed')).toBe(1);
  });
});

describe('a service without Redis', () => {
  it('goes on with its cases, says what is missing, and stops when it is told to', async () => {
    await service.stop();
    const alone = await runService(caseWorkflow, { ...system.environment, REDIS_URL: 'redis://127.0.0.1:1' });
    const caseId = randomUUID();
    await awaitEvidence(caseId);
    const ready = await fetch(`${alone.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(JSON.stringify(await ready.json())).toContain('redis');
    await alone.stop();
    service = await runService(caseWorkflow, system.environment);
    await until('a reminder', () => toldBy(caseId).some(({ type }) => type === 'case.customer-reminded'));
  }, 60_000);
});

describe('the browser of cases', () => {
  it('shows a case with its history', async () => {
    const caseId = randomUUID();
    await awaitEvidence(caseId);
    expect(await caseOf(caseId)).toMatchObject({
      caseId,
      phase: 'awaiting-evidence',
      caseNumber: 'CAS-1',
      history: [
        { type: 'case.opened', sequence: 1 },
        { type: 'clock.started', sequence: null },
        { type: 'case.upload-space-requested', sequence: 2 },
        { type: 'clock.started', sequence: null },
        { type: 'space.kept', sequence: null },
        { type: 'case.evidence-requested', sequence: 3 },
        { type: 'evidence.awaited', sequence: null },
        { type: 'clock.started', sequence: null },
      ],
    });
    const list = await fetch(`${service.url}/v1/cases?phase=awaiting-evidence&limit=200`);
    expect(JSON.stringify(await list.json())).toContain(caseId);
  });

  it.each([
    [`/v1/cases/${randomUUID()}`, 404, 'Unknown case'],
    ['/v1/cases/none', 404, 'Unknown case'],
    ['/v1/cases?limit=1000000', 400, 'Bad request'],
    ['/v1/cases?phase=asleep', 400, 'Bad request'],
  ])('answers %s with a problem', async (path, status, title) => {
    const response = await fetch(`${service.url}${path}`);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ title, status });
  });
});

async function awaitEvidence(caseId: string): Promise<void> {
  await tell(reported(caseId));
  await tell(spaceOpened(caseId));
  await until('the customer is asked', () => toldBy(caseId).some(({ type }) => type === 'case.evidence-requested'));
}

/** The first reminder is due three mornings after the customer was asked. */
function dueOf(caseId: string): string {
  const asked = toldBy(caseId).find(({ type }) => type === 'case.evidence-requested');
  return new Date(Date.parse(asked?.time ?? '') + 3 * 86_400_000).toISOString();
}

function toldBy(caseId: string): AnyEvent[] {
  return heard.filter(({ subject }) => subject === caseId);
}

function count(caseIds: string[], type: EventType): number {
  return heard.filter((event) => event.type === type && caseIds.includes(event.subject)).length;
}

async function caseOf(caseId: string): Promise<unknown> {
  const response = await fetch(`${service.url}/v1/cases/${caseId}`);
  return response.ok ? await response.json() : null;
}

/** Removes what the service keeps in Redis, as a wiped Redis would. */
async function wipe(): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${system.namespace}:*`, count: 500 }) as AsyncIterable<
    string[]
  >) {
    if (keys.length > 0) await redis.del(keys);
  }
}

async function tell(event: AnyEvent): Promise<void> {
  channel.publish(service.host.topology.events, event.type, Buffer.from(JSON.stringify(event)), {
    messageId: event.id,
    persistent: true,
  });
  await channel.waitForConfirms();
}

function event<Type extends EventType>(type: Type, caseId: string, data: EventOf<Type>['data']): AnyEvent {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/caserelay/test',
    type,
    subject: caseId,
    time: '2020-04-28T18:00:00+08:00',
    data,
  } as unknown as AnyEvent;
}

function reported(caseId: string, news: Partial<EventOf<'problem.reported'>['data']> = {}): AnyEvent {
  return event('problem.reported', caseId, {
    caseNumber: 'CAS-1',
    trackingToken: 'CMIT:1',
    topic: '蓝屏',
    partner: null,
    endCustomer: null,
    problem: null,
    contact,
    owner: null,
    language: 'zh-CN',
    channel: 'mail',
    ...news,
  });
}

function spaceOpened(caseId: string): AnyEvent {
  return event('upload-space.opened', caseId, {
    spaceId: randomUUID(),
    account: 'sxmtdzjt',
    host: 'sftp.support.example',
    port: 22222,
    folder: '/upload',
    link: 'https://support.example/spaces/1',
    linkExpiresAt: '2020-06-30T00:00:00Z',
    hostKeyFingerprint: 'SHA256:abc',
  });
}
