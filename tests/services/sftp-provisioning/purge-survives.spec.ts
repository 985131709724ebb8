import type { AnyEvent, PurgedFilesPage } from '@caserelay/contracts';
import { topologyOf } from '@caserelay/messaging';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from '../../support/caserelay-processes.js';
import { repository } from '../../support/repository.js';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { aFile, operatorKey } from './a-space.js';

const fileCount = 1_500;
const caseId = randomUUID();
const requestedAt = '2026-01-02T03:04:05.678Z';

let system: System;
let connection: ChannelModel;
let channel: ConfirmChannel;
let service: ChildProcess | null = null;
let url = '';
const heard: AnyEvent[] = [];

beforeAll(async () => {
  system = await aSystem();
  connection = await connect(system.environment['AMQP_URL'] as string);
  channel = await connection.createConfirmChannel();
}, 60_000);

afterAll(async () => {
  await kill();
  await connection.close();
  await system.remove();
}, 60_000);

it('a removal that is killed in its middle goes on at the next start: nothing is marked that is there, and it is told once', async () => {
  await start();
  await listen();
  await tell('case.upload-space-requested', { file: aFile() });
  await until('the space is opened', () => heard.find(({ type }) => type === 'upload-space.opened'));
  await fill();
  await tell('case.upload-space-retired', { file: aFile() });
  await tell('case.evidence-purge-requested', { file: aFile(), requestedAt });

  for (let kills = 1; kills <= 3; kills += 1) {
    await until('some are gone', async () => (await marked()).length >= kills * 100);
    await kill();
    const there = await filesThere();
    const gone = await marked();
    expect(gone.filter((location) => there.has(location))).toEqual([]);
    expect(gone.length).toBeLessThan(fileCount);
    expect(heard.filter(({ type }) => type === 'evidence.purged')).toEqual([]);
    await start();
  }

  const proof = await until('the proof is told', () => heard.find(({ type }) => type === 'evidence.purged'), 60_000);
  expect(proof.data).toMatchObject({ filesInAll: fileCount, bytesInAll: fileCount, kept: 0 });
  expect((await filesThere()).size).toBe(0);
  const names: string[] = [];
  const at = `${url}/v1/purged-files?caseId=${caseId}&requestedAt=${requestedAt}&limit=400`;
  expect((await fetch(at)).status).toBe(401);
  for (let next: string | null = ''; next !== null;) {
    const answer = await fetch(`${at}${next === '' ? '' : `&after=${next}`}`, {
      headers: { authorization: `Bearer ${operatorKey}` },
    });
    const page = (await answer.json()) as PurgedFilesPage;
    expect(page.files.length).toBeLessThanOrEqual(400);
    for (const { name, sha256, receivedAt, purgedAt } of page.files) {
      expect([sha256?.length, receivedAt <= purgedAt]).toEqual([64, true]);
      names.push(name);
    }
    next = page.next;
  }
  expect([names.length, new Set(names).size]).toEqual([fileCount, fileCount]);
  await kill();
  await start();
  // A relay that is killed may send an event twice; listeners know it by its id.
  const proofs = heard.filter(({ type }) => type === 'evidence.purged');
  expect(new Set(proofs.map(({ id }) => id)).size).toBe(1);
}, 180_000);

/** As many uploads as the test needs, as if a customer had sent them. */
async function fill(): Promise<void> {
  const locations = Array.from({ length: fileCount }, () => `uploads/${caseId}/${randomUUID()}/file.txt`);
  for (const location of locations) {
    const path = join(system.environment['EVIDENCE_DIR'] as string, location);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'x');
  }
  await system.query(
    `insert into ${system.schema('sftp-provisioning')}.upload
       (upload_id, space_id, folder, name, location, state, bytes, sha256, changed_at)
     select gen_random_uuid(), space_id, '', 'file ' || number, location, 'received', 1, $2, now()
     from ${system.schema('sftp-provisioning')}.upload_space,
          unnest($1::text[]) with ordinality as given (location, number)`,
    [locations, createHash('sha256').update('x').digest('hex')],
  );
}

async function marked(): Promise<string[]> {
  const rows = await system.query<{ location: string }>(
    `select location from ${system.schema('sftp-provisioning')}.upload where state = 'purged'`,
  );
  return rows.map(({ location }) => location);
}

async function filesThere(): Promise<Set<string>> {
  const folder = system.environment['EVIDENCE_DIR'] as string;
  const entries = await readdir(join(folder, 'uploads', caseId), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Set(files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)));
}

async function tell(type: AnyEvent['type'], data: object): Promise<void> {
  const id = randomUUID();
  const event = { specversion: '1.0', id, source: '/caserelay/test', type, subject: caseId, data };
  const body = Buffer.from(JSON.stringify({ ...event, time: new Date().toISOString() }));
  channel.publish(topologyOf(system.namespace).events, type, body, { messageId: id, persistent: true });
  await channel.waitForConfirms();
}

async function listen(): Promise<void> {
  const { queue } = await channel.assertQueue('', { exclusive: true });
  for (const word of ['upload-space.*', 'evidence.*'])
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
      SPACES_API_KEY: operatorKey,
      SFTP_HOST_KEY_FILE: join(system.environment['EVIDENCE_DIR'] as string, '..', 'sftp_host_key'),
    },
    stdio: 'ignore',
  });
  url = `http://127.0.0.1:${port}`;
  const ready = `${url}/health/ready`;
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
