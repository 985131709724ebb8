import type { AnyEvent } from '@caserelay/contracts';
import { topologyOf } from '@caserelay/messaging';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../support/caserelay-processes.js';
import { repository } from '../../support/repository.js';
import { aSystem, parts, type System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { aClamd, clamdIsInstalled, howToInstall, malware, signature, type TestClamd } from './a-clamd.js';
import { aFile } from './a-space.js';

const caseId = randomUUID();
const whenInstalled = clamdIsInstalled ? describe : describe.skip;
if (!clamdIsInstalled) console.warn(howToInstall);

let clamd: TestClamd;
let system: System;
let connection: ChannelModel;
let channel: ConfirmChannel;
let service: ChildProcess | null = null;
const heard: AnyEvent[] = [];

whenInstalled('a scan', () => {
  beforeAll(async () => {
    clamd = await aClamd();
    await clamd.start();
    system = await aSystem();
    connection = await connect(system.environment['AMQP_URL'] as string);
    channel = await connection.createConfirmChannel();
  }, 120_000);

  afterAll(async () => {
    await kill();
    await connection.close();
    await system.remove();
    await clamd.remove();
  }, 60_000);

  it('that is killed between its end and its commit is made again and told once', async () => {
    await start();
    await listen();
    await openSpace();
    // Whoever has something to tell cannot commit.
    const lock = new Client({ connectionString: parts.DATABASE_URL });
    await lock.connect();
    await lock.query('begin');
    await lock.query(`lock table ${system.schema('sftp-provisioning')}.outbox in exclusive mode`);
    const uploadId = await fill();
    await until('the outcome is about to be kept', async () => {
      const waits = await system.query(
        `select 1 from pg_stat_activity
         where wait_event_type = 'Lock' and query like 'insert into outbox%' and application_name = $1`,
        [`${system.namespace} sftp-provisioning`],
      );
      return waits.length > 0;
    });
    await kill();
    await lock.query('rollback');
    await lock.end();
    expect(scansTold()).toEqual([]);

    await start();
    const told = await until('it is told', () => scansTold()[0], 60_000);
    expect(told.data).toMatchObject({ uploadId, outcome: 'infected', signature });
    await kill();
    await start();
    // A relay that is killed may send an event twice; listeners know it by its id.
    expect(new Set(scansTold().map(({ id }) => id)).size).toBe(1);
    expect(await system.query(`select scan from ${system.schema('sftp-provisioning')}.upload`)).toEqual([
      { scan: 'infected' },
    ]);
  }, 180_000);
});

const scansTold = (): AnyEvent[] => heard.filter(({ type }) => type === 'upload.scanned');

/** A received upload, as if a customer had sent it. */
async function fill(): Promise<string> {
  const uploadId = randomUUID();
  const content = Buffer.from(malware);
  const location = `uploads/${caseId}/${uploadId}/file.bin`;
  const path = join(system.environment['EVIDENCE_DIR'] as string, location);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  await system.query(
    `insert into ${system.schema('sftp-provisioning')}.upload
       (upload_id, space_id, folder, name, location, state, bytes, sha256, changed_at, closed_at, ending)
     select $1, space_id, '', 'file.bin', $2, 'received', $3, $4, now(), now(), 'completed'
     from ${system.schema('sftp-provisioning')}.upload_space`,
    [uploadId, location, content.length, sha256],
  );
  return uploadId;
}

async function openSpace(): Promise<void> {
  const id = randomUUID();
  const type = 'case.upload-space-requested';
  const event = { specversion: '1.0', id, source: '/caserelay/test', type, subject: caseId, data: { file: aFile() } };
  const body = Buffer.from(JSON.stringify({ ...event, time: new Date().toISOString() }));
  channel.publish(topologyOf(system.namespace).events, type, body, { messageId: id, persistent: true });
  await channel.waitForConfirms();
  await until('the space is opened', () => heard.find((each) => each.type === 'upload-space.opened'));
}

async function listen(): Promise<void> {
  const { queue } = await channel.assertQueue('', { exclusive: true });
  for (const word of ['upload-space.*', 'upload.*'])
    await channel.bindQueue(queue, topologyOf(system.namespace).events, word);
  await channel.consume(
    queue,
    (message) => {
      if (message) heard.push(JSON.parse(message.content.toString()) as AnyEvent);
    },
    { noAck: true },
  );
}

async function start(): Promise<void> {
  const port = await freePort();
  service = spawn(process.execPath, [join(repository, 'apps/sftp-provisioning/dist/main.js')], {
    env: {
      ...process.env,
      ...system.environment,
      HTTP_PORT: String(port),
      ...{ CLAMD_ADDRESS: clamd.address, CLAMD_PAUSE_SECONDS: '0.1' },
      SFTP_HOST_KEY_FILE: join(system.environment['EVIDENCE_DIR'] as string, '..', 'sftp_host_key'),
    },
    stdio: 'ignore',
  });
  const ready = `http://127.0.0.1:${port}/health/ready`;
  await until('the service is ready', async () => (await fetch(ready)).ok, 60_000);
}

async function kill(): Promise<void> {
  const process = service;
  service = null;
  if (process?.exitCode !== null) return;
  const ended = once(process, 'exit');
  process.kill('SIGKILL');
  await ended;
}
