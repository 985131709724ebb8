import { AnyEvent, type EventOf, type PurgedFilesPage } from '@caserelay/contracts';
import { topologyOf } from '@caserelay/messaging';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { createHash, randomUUID } from 'node:crypto';
import { evidenceAt, evidenceStoreOf } from '../../support/evidence.js';
import { fullDump } from '../../support/synthetic-dump.js';
import { until } from '../../support/until.js';
import { AnalysisDesk } from './analysis-desk.js';

let desk: AnalysisDesk;
let connection: ChannelModel;
let channel: ConfirmChannel;
const told: EventOf<'reports.purged'>[] = [];

beforeAll(async () => {
  desk = await AnalysisDesk.open({ CASES_API_KEY: caseKey });
  connection = await connect(desk.system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, topologyOf(desk.system.namespace).events, 'reports.purged');
  await channel.consume(
    queue,
    (message) => {
      if (message) told.push(AnyEvent.parse(JSON.parse(message.content.toString())) as EventOf<'reports.purged'>);
    },
    { noAck: true },
  );
}, 60_000);
afterAll(async () => {
  await connection.close();
  await desk.close();
});

const caseKey = 'key-of-cases-in-tests';
const requestedAt = '2026-01-02T03:04:05.678Z';

describe('the reports of a case', () => {
  test('are removed and proven, with what dumps said and were compared by; other cases keep theirs', async () => {
    const caseId = randomUUID();
    const answer = await desk.read('MEMORY.DMP', fullDump(), caseId);
    const other = await desk.read('MEMORY.DMP', fullDump());
    const report = reportOf(answer);
    const json = await evidenceAt(desk.system.environment, report.location);

    const proof = await purge(caseId, 5);
    expect(proof).toMatchObject({ requestedAt, filesInAll: 3, kept: 0, keptBecause: null });
    expect(proof.files.map(({ name }) => name).sort()).toEqual([
      'MEMORY.DMP.en.html',
      'MEMORY.DMP.json',
      'MEMORY.DMP.zh-CN.html',
    ]);
    expect(proof.files.find(({ name }) => name.endsWith('.json'))).toMatchObject({
      bytes: json.length,
      sha256: createHash('sha256').update(json).digest('hex'),
    });
    for (const { receivedAt, purgedAt } of proof.files) expect(receivedAt <= purgedAt).toBe(true);
    const list = `${desk.service.url}/v1/purged-files?caseId=${caseId}&requestedAt=${requestedAt}`;
    expect((await fetch(list)).status).toBe(401);
    const listed = await fetch(list, { headers: { authorization: `Bearer ${caseKey}` } });
    const { files, next } = (await listed.json()) as PurgedFilesPage;
    expect([new Set(files), next]).toEqual([new Set(proof.files), null]);
    expect(await isThere(report.location)).toBe(false);
    expect(await isThere(reportOf(other).location)).toBe(true);
    const left = await desk.system.query(
      `select 1 from ${desk.schema}.case_dump where case_id = $1
       union all select 1 from ${desk.schema}.analysis where case_id = $1 and outcome is not null`,
      [caseId],
    );
    expect(left).toEqual([]);
  });

  test('stay when the case was opened again before', async () => {
    const caseId = randomUUID();
    const answer = await desk.read('MEMORY.DMP', fullDump(), caseId);
    await tell('case.reopened', caseId, { file: aFile, because: 'customer-wrote' }, 9);
    expect(await purge(caseId, 8)).toMatchObject({ filesInAll: 0, kept: 3, keptBecause: 'reopened' });
    expect(await isThere(reportOf(answer).location)).toBe(true);
  });

  test('stay under a legal hold from after the request, and go by a request from after it', async () => {
    const caseId = randomUUID();
    const answer = await desk.read('MEMORY.DMP', fullDump(), caseId);
    const by = { name: 'Legal', address: 'legal@support.example' };
    await tell('case.legal-hold-placed', caseId, { file: aFile, by, reason: 'a lawsuit' }, 9);
    expect(await purge(caseId, 8)).toMatchObject({ filesInAll: 0, kept: 3, keptBecause: 'legal-hold' });
    expect(await isThere(reportOf(answer).location)).toBe(true);
    await tell('case.evidence-purge-requested', caseId, { file: aFile, requestedAt: '2026-02-02T00:00:00Z' }, 11);
    await until('it is answered again', () => told.filter(({ subject }) => subject === caseId).length === 2);
    expect(await isThere(reportOf(answer).location)).toBe(false);
  });

  test('are not made of an upload that waited to be read when they were removed', async () => {
    const caseId = randomUUID();
    await desk.stop();
    const upload = await desk.ask('MEMORY.DMP', fullDump(), caseId);
    await tell('case.evidence-purge-requested', caseId, { file: aFile, requestedAt }, 5);
    await desk.start();
    await until('it is answered', () => told.find(({ subject }) => subject === caseId), 30_000);
    await until('it is read no more', async () => (await desk.rowOf(upload))?.state === 'told');
    await until('nothing is left', async () => !(await isThere(`analyses/${caseId}/${upload.uploadId}.json`)));
  });

  test('of a case without any are none', async () => {
    expect(await purge(randomUUID(), 5)).toMatchObject({ filesInAll: 0, kept: 0, keptBecause: null });
  });
});

async function purge(caseId: string, sequence: number): Promise<EventOf<'reports.purged'>['data']> {
  await tell('case.evidence-purge-requested', caseId, { file: aFile, requestedAt }, sequence);
  return (await until('the proof is told', () => told.find(({ subject }) => subject === caseId))).data;
}

async function tell(type: AnyEvent['type'], caseId: string, data: object, sequence: number): Promise<void> {
  const id = randomUUID();
  const event = { specversion: '1.0', id, source: '/caserelay/test', type, subject: caseId, sequence, data };
  const body = Buffer.from(JSON.stringify({ ...event, time: new Date().toISOString() }));
  channel.publish(topologyOf(desk.system.namespace).events, type, body, { messageId: id, persistent: true });
  await channel.waitForConfirms();
}

const aFile = {
  ...{ caseNumber: 'CAS-1', trackingToken: 'CMIT:1', topic: '', partner: null, endCustomer: null, problem: null },
  ...{ contact: null, owner: null, language: 'en', lastMessageId: null },
};

function reportOf(answer: { type: string; data: object }): { location: string } {
  const { report } = answer.data as EventOf<'dump.analysed'>['data'];
  if (answer.type !== 'dump.analysed' || !report) throw new Error(`found ${answer.type} without a report`);
  return report;
}

async function isThere(location: string): Promise<boolean> {
  return (await evidenceStoreOf(desk.system.environment).sizeIfThere(location)) !== null;
}
