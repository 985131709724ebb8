import { AnyEvent, type EventOf } from '@caserelay/contracts';
import { dumpAnalysis } from '@caserelay/dump-analysis';
import { topologyOf } from '@caserelay/messaging';
import { runService, type RunningService } from '@caserelay/service-host';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { kernelDump, zipOf } from '../../support/synthetic-dump.js';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { evidenceStoreOf } from '../../support/evidence.js';
import type { EvidenceFile } from '@caserelay/evidence-store';

type Recognised = EventOf<'upload.recognised'>;

const heard: Recognised[] = [];
let system: System;
let service: RunningService;
let connection: ChannelModel;
let channel: ConfirmChannel;

const settings = { RECOGNITION_LOOK_SECONDS: '0.05', RECOGNITION_PAUSE_SECONDS: '0.3' };
const dump = kernelDump({ megabytes: 1 });

beforeAll(async () => {
  system = await aSystem(settings);
  await start();
  connection = await connect(system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, topologyOf(system.namespace).events, 'upload.recognised');
  await channel.consume(
    queue,
    (message) => {
      if (message) heard.push(AnyEvent.parse(JSON.parse(message.content.toString())) as Recognised);
    },
    { noAck: true },
  );
}, 60_000);

afterAll(async () => {
  await connection.close();
  await service.stop();
  await system.remove();
}, 60_000);

async function start(): Promise<void> {
  service = await runService(dumpAnalysis, system.environment);
  await until('dump-analysis is ready', async () => (await fetch(`${service.url}/health/ready`)).ok);
}

/** A file of the evidence store that grows by hand, and the question what it is. */
class GrowingUpload {
  readonly caseId = randomUUID();
  readonly uploadId = randomUUID();
  readonly requestId = randomUUID();
  readonly location: string;
  private file: EvidenceFile | null = null;

  constructor(readonly name: string) {
    this.location = `uploads/${this.caseId}/${this.uploadId}/${name}`;
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    const store = evidenceStoreOf(system.environment);
    this.file ??= await store.create(this.location);
    await this.file.write([Buffer.from(bytes)], offset);
  }

  async remove(): Promise<void> {
    await this.file?.close();
    await evidenceStoreOf(system.environment).remove(this.location);
  }

  /** Asks as the case does. */
  async ask(
    type: 'case.recognition-requested' | 'case.analysis-requested' = 'case.recognition-requested',
    id: string = type === 'case.recognition-requested' ? this.requestId : randomUUID(),
  ): Promise<void> {
    const { uploadId, name, location } = this;
    const more = type === 'case.analysis-requested' ? { bytes: 1, sha256: 'a'.repeat(64) } : {};
    const event = {
      ...{ specversion: '1.0', id, source: '/caserelay/case-workflow', subject: this.caseId, type },
      ...{ time: new Date().toISOString(), data: { uploadId, name, location, ...more } },
    };
    channel.publish(topologyOf(system.namespace).events, type, Buffer.from(JSON.stringify(event)), {
      ...{ persistent: true, messageId: id, contentType: 'application/cloudevents+json' },
    });
    await channel.waitForConfirms();
  }

  get told(): Recognised[] {
    return heard.filter(({ data }) => data.uploadId === this.uploadId);
  }

  recognised(): Promise<Recognised> {
    return until(`${this.name} is recognised`, () => this.told[0]);
  }

  async row(): Promise<{ state: string; outcome: unknown; grown: boolean; look: boolean } | undefined> {
    const rows = await system.query<{ state: string; outcome: unknown; grown: boolean; look: boolean }>(
      `select state, outcome, grown_at > requested_at as grown, look_at > now() + interval '0.1 s' as look
       from ${system.schema('dump-analysis')}.recognition where upload_id = $1`,
      [this.uploadId],
    );
    return rows[0];
  }

  /** All that is there of it was read. */
  async wasLookedAt(): Promise<void> {
    await until('somebody looked', async () => (await this.row())?.grown);
  }
}

/** As long as a further tell would need: another upload, asked for after this, is told. */
async function anotherIsTold(): Promise<void> {
  const other = new GrowingUpload('other.dmp');
  await other.write(dump, 0);
  await other.ask();
  await other.recognised();
}

describe('an upload that arrives', () => {
  it('is recognised before its end, in the chain of the question, and once', async () => {
    const upload = new GrowingUpload('MEMORY.DMP');
    await upload.write(dump.subarray(0, 4000), 0);
    await upload.ask();
    await upload.wasLookedAt();
    expect(upload.told).toEqual([]);
    await upload.write(dump.subarray(4000, 20_000), 4000);
    expect(await upload.recognised()).toMatchObject({
      subject: upload.caseId,
      causationid: upload.requestId,
      data: {
        ...{ name: 'MEMORY.DMP', member: null, kind: 'kernel', osBuild: 17763, bugcheck: { code: '0x139' } },
        ...{ expectedBytes: dump.length, arrivedBytes: 20_000 },
      },
    });
    await upload.write(dump.subarray(20_000), 20_000);
    await upload.ask();
    await upload.ask('case.recognition-requested', randomUUID());
    await anotherIsTold();
    expect(upload.told).toHaveLength(1);
  });

  it('in a ZIP is recognised after a small part of it', async () => {
    const archive = zipOf({ 'crash/MEMORY.DMP': kernelDump({ megabytes: 32 }) });
    const upload = new GrowingUpload('MEMORY.zip');
    await upload.ask();
    for (let at = 0; upload.told.length === 0 && at < archive.length; at += 2000) {
      await upload.write(archive.subarray(at, at + 2000), at);
      await until('it was looked at', async () => upload.told.length > 0 || (await upload.row())?.look === false);
    }
    const { data } = await upload.recognised();
    expect(data).toMatchObject({ member: 'crash/MEMORY.DMP', kind: 'kernel' });
    expect(data.arrivedBytes).toBeLessThan(archive.length / 10);
  });

  it('with a piece ahead of a gap is recognised when the gap is filled, and rightly', async () => {
    const upload = new GrowingUpload('MEMORY.DMP');
    await upload.write(dump.subarray(0, 4096), 0);
    await upload.write(dump.subarray(65_536, 131_072), 65_536);
    await upload.ask();
    await upload.wasLookedAt();
    await until('it was looked at again', async () => (await upload.row())?.look);
    expect(upload.told).toEqual([]);
    await upload.write(dump.subarray(4096, 65_536), 4096);
    expect((await upload.recognised()).data).toMatchObject({ kind: 'kernel', expectedBytes: dump.length });
  });

  it('is recognised after the service was stopped and started between', async () => {
    const upload = new GrowingUpload('MEMORY.DMP');
    await upload.write(dump.subarray(0, 6000), 0);
    await upload.ask();
    await upload.wasLookedAt();
    await service.stop();
    await upload.write(dump.subarray(6000, 9000), 6000);
    await start();
    expect((await upload.recognised()).data.arrivedBytes).toBe(9000);
    await service.stop();
    await start();
    await anotherIsTold();
    expect(upload.told).toHaveLength(1);
  }, 60_000);

  it('is told once though telling broke off, as when a process is killed at it', async () => {
    const schema = system.schema('dump-analysis');
    await system.query(`create table ${schema}.breaks (at timestamptz default now())`);
    await system.query(`create sequence ${schema}.tries`);
    // A sequence keeps count though its transaction is rolled back.
    await system.query(`create function ${schema}.break_off() returns trigger language plpgsql as $$
      begin
        if new.state = 'told' and nextval('${schema}.tries') = 1 then raise exception 'broken off'; end if;
        return new;
      end $$`);
    await system.query(`create trigger break_off after update on ${schema}.recognition
      for each row execute function ${schema}.break_off()`);
    try {
      const upload = new GrowingUpload('MEMORY.DMP');
      await upload.write(dump, 0);
      await upload.ask();
      await upload.recognised();
      await anotherIsTold();
      expect(upload.told).toHaveLength(1);
      expect(await system.query(`select last_value::int as tries from ${schema}.tries`)).toEqual([{ tries: 3 }]);
    } finally {
      await system.query(`drop trigger break_off on ${schema}.recognition`);
    }
  }, 60_000);

  it('is told once by two services that follow it', async () => {
    const second = await runService(dumpAnalysis, system.environment);
    try {
      const uploads = Array.from({ length: 8 }, () => new GrowingUpload('MEMORY.DMP'));
      for (const upload of uploads) await upload.write(dump.subarray(0, 6000), 0);
      for (const upload of uploads) await upload.ask();
      for (const upload of uploads) await upload.write(dump.subarray(6000), 6000);
      for (const upload of uploads) await upload.recognised();
      await anotherIsTold();
      for (const upload of uploads) expect(upload.told).toHaveLength(1);
    } finally {
      await second.stop();
    }
  }, 60_000);

  it('is recognised when it goes on after a long rest, while many others rest', async () => {
    const resting = Array.from({ length: 30 }, (_, index) => new GrowingUpload(`${index}.dmp`));
    for (const upload of resting) await upload.write(dump.subarray(0, 100), 0);
    for (const upload of resting) await upload.ask();
    for (const upload of resting) await upload.wasLookedAt();
    const late = resting[17] as GrowingUpload;
    await until('it rests', async () => (await late.row())?.look);
    await late.write(dump.subarray(100), 100);
    expect((await late.recognised()).data.name).toBe('17.dmp');
    for (const upload of resting) if (upload !== late) expect(upload.told).toEqual([]);
  }, 60_000);
});

describe('an upload of which nothing is told', () => {
  const givenUp = async (upload: GrowingUpload): Promise<unknown> =>
    (
      await until('it is given up', async () => {
        const row = await upload.row();
        return row?.state === 'given-up' ? row : null;
      })
    ).outcome;

  it('is no dump', async () => {
    const upload = new GrowingUpload('programs.txt');
    await upload.write(Buffer.from('Name\tVersion\n'.repeat(100)), 0);
    await upload.ask();
    expect(await givenUp(upload)).toMatch(/begin with 4e 61/);
    await anotherIsTold();
    expect(upload.told).toEqual([]);
  });

  it('points outside the evidence store', async () => {
    const upload = new GrowingUpload('passwd');
    Object.assign(upload, { location: '../../../../../etc/passwd' });
    await upload.ask();
    expect(await givenUp(upload)).toMatch(/outside the evidence store/);
  });

  it('was received, and is analysed', async () => {
    const upload = new GrowingUpload('MEMORY.DMP');
    await upload.write(dump.subarray(0, 100), 0);
    await upload.ask();
    await upload.wasLookedAt();
    await upload.ask('case.analysis-requested');
    expect(await givenUp(upload)).toBe('it was received, and is analysed');
    await upload.remove();
  });
});
