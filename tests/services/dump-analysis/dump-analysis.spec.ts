import { dumpAnalysis } from '@caserelay/dump-analysis';
import { AnyEvent, type EventOf } from '@caserelay/contracts';
import { topologyOf } from '@caserelay/messaging';
import { runService, type RunningService } from '@caserelay/service-host';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repository } from '../../support/repository.js';
import { fullDump, kernelDump, zipOf } from '../../support/synthetic-dump.js';
import { aSystem, type System } from '../../support/system.js';
import { testData } from '../../support/test-data.js';
import { until } from '../../support/until.js';
import { putEvidence } from '../../support/evidence.js';

type Answer = EventOf<'dump.analysed'> | EventOf<'dump.unreadable'> | EventOf<'evidence.recognised'>;

const heard: Answer[] = [];
let system: System;
let service: RunningService;
let connection: ChannelModel;
let channel: ConfirmChannel;

const settings = { ANALYSIS_LOOK_SECONDS: '0.3', ANALYSIS_PAUSE_SECONDS: '0.1', ANALYSIS_ATTEMPTS: '2' };

beforeAll(async () => {
  system = await aSystem(settings);
  await start();
  connection = await connect(system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  for (const type of ['dump.analysed', 'dump.unreadable', 'evidence.recognised'])
    await channel.bindQueue(queue, topologyOf(system.namespace).events, type);
  await channel.consume(
    queue,
    (message) => {
      if (message) heard.push(AnyEvent.parse(JSON.parse(message.content.toString())) as Answer);
    },
    { noAck: true },
  );
}, 60_000);

afterEach(() => {
  heard.length = 0;
});

afterAll(async () => {
  await connection.close();
  await service.stop();
  await system.remove();
}, 60_000);

async function start(): Promise<void> {
  service = await runService(dumpAnalysis, system.environment);
  await until('dump-analysis is ready', async () => (await fetch(`${service.url}/health/ready`)).ok);
}

interface Upload {
  caseId: string;
  uploadId: string;
  request: EventOf<'case.analysis-requested'>;
}

/** Puts a file into the evidence store, as the upload service does; without content the file is missing. */
async function anUpload(name: string, content: Buffer | null, location?: string): Promise<Upload> {
  const [caseId, uploadId] = [randomUUID(), randomUUID()];
  const place = location ?? `uploads/${caseId}/${uploadId}/${name}`;
  if (content) await putEvidence(system.environment, place, content);
  const bytes = content ?? Buffer.alloc(0);
  return {
    caseId,
    uploadId,
    request: {
      specversion: '1.0',
      id: randomUUID(),
      source: '/caserelay/case-workflow',
      subject: caseId,
      time: new Date().toISOString(),
      type: 'case.analysis-requested',
      data: {
        uploadId,
        name,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        location: place,
      },
    },
  };
}

async function ask({ request }: Upload, id: string = request.id): Promise<void> {
  const event = { ...request, id };
  channel.publish(topologyOf(system.namespace).events, event.type, Buffer.from(JSON.stringify(event)), {
    persistent: true,
    messageId: id,
    contentType: 'application/cloudevents+json',
  });
  await channel.waitForConfirms();
}

const answerTo = ({ uploadId }: Upload): Promise<Answer> =>
  until(`an answer about ${uploadId}`, () => heard.find(({ data }) => data.uploadId === uploadId));

async function read(name: string, content: Buffer | null, location?: string): Promise<Answer> {
  const upload = await anUpload(name, content, location);
  await ask(upload);
  return await answerTo(upload);
}

/** Loses everything at one moment, as FLUSHALL does; only in this test's corner. */
async function wipeRedis(pattern = '*'): Promise<void> {
  const redis = new Redis(system.environment['REDIS_URL'] as string);
  const lose = `for _, key in ipairs(redis.call('keys', ARGV[1])) do redis.call('del', key) end`;
  await redis.eval(lose, 0, `${system.namespace}:${pattern}`);
  redis.disconnect();
}

const rowOf = async ({ uploadId }: Upload) =>
  (
    await system.query<{ state: string; attempts: number }>(
      `select state, attempts from ${system.schema('dump-analysis')}.analysis where upload_id = $1`,
      [uploadId],
    )
  )[0];

describe('an upload of a case', () => {
  it('that is a full dump is analysed, in the chain of the question', async () => {
    const upload = await anUpload('MEMORY.DMP', fullDump({ build: 17763 }));
    await ask(upload);
    expect(await answerTo(upload)).toMatchObject({
      type: 'dump.analysed',
      subject: upload.caseId,
      causationid: upload.request.id,
      data: {
        holdsFullDump: true,
        signature: '0x139_3 KERNEL_SECURITY_CHECK_FAILURE',
        nextSteps: ['update-windows', 'update-ntfs', 'enable-special-pool'],
      },
    });
  });

  it('asked for twice is read and told about once', async () => {
    const upload = await anUpload('MEMORY.DMP', kernelDump());
    await ask(upload);
    await ask(upload);
    await ask(upload, randomUUID());
    await answerTo(upload);
    await ask(upload, randomUUID());
    const next = await anUpload('a.txt', Buffer.from('text'));
    await ask(next);
    await answerTo(next);
    expect(heard.filter(({ data }) => data.uploadId === upload.uploadId)).toHaveLength(1);
    expect(await rowOf(upload)).toEqual({ state: 'told', attempts: 1 });
  });

  it('inside a ZIP is analysed', async () => {
    const answer = await read('MEMORY.zip', zipOf({ 'a/MEMORY.DMP': fullDump({ megabytes: 16 }) }));
    expect(answer).toMatchObject({
      type: 'dump.analysed',
      data: { holdsFullDump: true, findings: [{ member: 'a/MEMORY.DMP', culprit: { name: 'Ntfs.sys' } }] },
    });
  });

  it.each(['two.7z', 'two.cab', 'two.tar.xz', 'deflate64.zip'])('inside %s is analysed', async (name) => {
    const archive = await readFile(join(repository, 'tests/fixtures/archives', name));
    expect(await read(name, archive)).toMatchObject({
      type: 'dump.analysed',
      data: {
        findings: [{ member: expect.stringMatching(/MINI\.DMP$/), kind: 'triage', bugcheck: { code: '0x139' } }],
      },
    });
  });

  it('cut short is analysed as truncated, raw or inside a ZIP or as a ZIP cut short', async () => {
    const zip = zipOf({ 'MEMORY.DMP': fullDump() });
    for (const [name, content] of [
      ['MEMORY.DMP', fullDump({ truncateTo: 1_000_000 })],
      ['MEMORY.zip', zipOf({ 'MEMORY.DMP': fullDump({ truncateTo: 1_000_000 }) })],
      ['MEMORY.zip', zip.subarray(0, Math.floor(zip.length / 2))],
    ] as const)
      expect(await read(name, Buffer.from(content))).toMatchObject({
        type: 'dump.analysed',
        data: {
          holdsFullDump: false,
          nextSteps: expect.arrayContaining([
            'collect-full-dump',
            'compress-before-upload',
            'list-installed-programs',
          ]) as unknown,
          findings: [{ kind: 'full', bugcheck: { code: '0x139' }, completeness: { verdict: 'truncated' } }],
        },
      });
  });

  it('that is a hostile ZIP harms nobody and gets a clear answer', async () => {
    const encrypted = zipOf({ 'MEMORY.DMP': fullDump() }, { encrypted: true });
    expect(await read('MEMORY.zip', encrypted)).toMatchObject({
      type: 'dump.unreadable',
      data: { reason: expect.stringMatching(/encrypted; a password is needed/) },
    });
    const folder = dirname(system.environment['EVIDENCE_DIR'] as string);
    const climbing = zipOf({ '../../../../tmp/caserelay-climbed': Buffer.from('x'), '../x.dmp': kernelDump() });
    expect(await read('evil.zip', climbing)).toMatchObject({
      type: 'dump.analysed',
      data: { findings: [{ member: '../x.dmp' }] },
    });
    const written = await readdir(folder, { recursive: true });
    expect(written.filter((path) => /climbed|x\.dmp/.test(path))).toEqual([]);
  });

  it('that points outside the evidence store is refused', async () => {
    expect(await read('passwd', null, '../../../../../etc/passwd')).toMatchObject({
      type: 'dump.unreadable',
      data: { reason: expect.stringMatching(/outside the evidence store/) },
    });
  });

  it('that is something else is recognised', async () => {
    expect(await read('programs.txt', Buffer.from('Name\tVersion'))).toMatchObject({
      type: 'evidence.recognised',
      data: { kind: 'text' },
    });
  });

  it('that keeps failing is told to be unreadable after its last attempt', async () => {
    expect(await read('MEMORY.DMP', null)).toMatchObject({
      type: 'dump.unreadable',
      data: { reason: expect.stringMatching(/2 times.*ENOENT/) },
    });
  });

  const triage = testData('dumps/rizin-triage_x64.dmp');
  (triage === null ? it.skip : it)('that is a real triage dump asks for a full one', async () => {
    expect(await read('022121-01.dmp', readFileSync(triage ?? ''))).toMatchObject({
      type: 'dump.analysed',
      data: {
        signature: '0x1000007e_c0000005 SYSTEM_THREAD_EXCEPTION_NOT_HANDLED_M',
        nextSteps: expect.arrayContaining(['configure-full-dump']),
      },
    });
  });
});

describe('an upload that waits', () => {
  it('is read though Redis lost its hint', async () => {
    await service.stop();
    const upload = await anUpload('MEMORY.DMP', kernelDump());
    await start();
    await system.query(
      `insert into ${system.schema('dump-analysis')}.analysis (upload_id, case_id, name, location, cause) values ($1, $2, $3, $4, $5)`,
      [
        upload.uploadId,
        upload.caseId,
        'MEMORY.DMP',
        upload.request.data.location,
        JSON.stringify({ caseId: upload.caseId }),
      ],
    );
    expect(await answerTo(upload)).toMatchObject({ type: 'dump.analysed', subject: upload.caseId });
  }, 60_000);

  it('is told once when two workers have read it at the same time', async () => {
    const schema = system.schema('dump-analysis');
    // Telling waits a second before it touches the row, so that a second worker can begin and end reading meanwhile.
    await system.query(`create function ${schema}.dawdle() returns trigger language plpgsql as $$
      begin if current_query() like '%told_at = now()%' then perform pg_sleep(1.5); end if; return null; end $$`);
    await system.query(`create trigger dawdle before update on ${schema}.analysis
      for each statement execute function ${schema}.dawdle()`);
    try {
      const upload = await anUpload('MEMORY.DMP', kernelDump());
      await ask(upload);
      await until('the first worker began', async () => (await rowOf(upload))?.attempts === 1);
      await wipeRedis();
      await until('the second worker began', async () => (await rowOf(upload))?.attempts === 2);
      await answerTo(upload);
      // Both workers wait at the same place for the same time: when a third tell would be over, so is the second.
      const after = await anUpload('a.txt', Buffer.from('text'));
      await ask(after);
      await answerTo(after);
      expect(heard.filter(({ data }) => data.uploadId === upload.uploadId)).toHaveLength(1);
    } finally {
      await system.query(`drop trigger dawdle on ${schema}.analysis`);
    }
  }, 60_000);

  it('is read when Redis is wiped under the running service', async () => {
    const uploads = await Promise.all(
      Array.from({ length: 8 }, () => anUpload('MEMORY.zip', zipOf({ 'MEMORY.DMP': kernelDump() }))),
    );
    for (const upload of uploads) {
      await ask(upload);
      await wipeRedis();
    }
    for (const upload of uploads) await answerTo(upload);
    await until('nobody works any more', async () =>
      (await Promise.all(uploads.map(rowOf))).every((row) => row?.state === 'told'),
    );
    for (const { uploadId } of uploads) expect(heard.filter(({ data }) => data.uploadId === uploadId)).toHaveLength(1);
  }, 60_000);

  it('is read though Redis kept its hint and lost the queue', async () => {
    await service.stop();
    const upload = await anUpload('MEMORY.DMP', kernelDump());
    const { connection, prefix } = service.host.bull;
    const queue = new Queue('dump-analysis', { connection, prefix });
    await queue.add('analyse', {}, { jobId: upload.uploadId });
    await queue.close();
    await wipeRedis('dump-analysis:wait');
    await start();
    await ask(upload);
    expect(await answerTo(upload)).toMatchObject({ type: 'dump.analysed' });
  }, 60_000);

  it('is read though the process that had begun was killed', async () => {
    await service.stop();
    const upload = await anUpload('MEMORY.DMP', kernelDump());
    const { connection, prefix } = service.host.bull;
    const redis = { connection, prefix };
    const queue = new Queue('dump-analysis', redis);
    await queue.add('analyse', {}, { jobId: upload.uploadId });
    // A worker by hand: it takes the job and its lock, and never says another word.
    const killed = new Worker('dump-analysis', null, { ...redis, lockDuration: 4_000 });
    await killed.getNextJob('the lock of a killed process');
    expect(await queue.getActiveCount()).toBe(1);
    await killed.close();
    await queue.close();
    await start();
    await ask(upload);
    expect(await answerTo(upload)).toMatchObject({ type: 'dump.analysed' });
  }, 60_000);

  it('is told once by two services that both read it', async () => {
    const second = await runService(dumpAnalysis, system.environment);
    try {
      const uploads = await Promise.all(Array.from({ length: 6 }, () => anUpload('MEMORY.DMP', kernelDump())));
      for (const upload of uploads) await ask(upload);
      for (const upload of uploads) await answerTo(upload);
      for (const { uploadId } of uploads)
        expect(heard.filter(({ data }) => data.uploadId === uploadId)).toHaveLength(1);
    } finally {
      await second.stop();
    }
  }, 60_000);
});
