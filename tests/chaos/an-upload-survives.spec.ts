import type { AnyEvent, EventOf, EventType } from '@caserelay/contracts';
import { topologyOf } from '@caserelay/messaging';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivate, type PrivateServices } from '../../scripts/launcher/private-services.mjs';
import { aFile, reveal, type Credentials } from '../services/sftp-provisioning/a-space.js';
import { run, start } from '../services/sftp-provisioning/clients/run-program.js';
import { sftpClients } from '../services/sftp-provisioning/clients/sftp-clients.js';
import { freePort } from '../support/caserelay-processes.js';
import { repository } from '../support/repository.js';
import { stallingLine } from '../support/stalling-line.js';
import { fullDump } from '../support/synthetic-dump.js';
import { until } from '../support/until.js';
import { aMasterKey, evidenceStoreOf } from '../support/evidence.js';
import { streamOf } from '@caserelay/evidence-store';

const masterKey = aMasterKey();

/** MiB of the file that is uploaded; the test with 2048 takes a few minutes. */
const mebibytes = Number(process.env['CHAOS_UPLOAD_MEBIBYTES'] ?? 64);
const bytes = mebibytes * 2 ** 20;
const caseId = randomUUID();
const namespace = `upload${randomBytes(4).toString('hex')}`;
const queue = `${namespace}.ear`;
const client = sftpClients.find(({ name }) => name === 'OpenSSH sftp');
if (client?.isInstalled !== true)
  process.stderr.write('skipped: the sftp client of OpenSSH is not installed (Debian: openssh-client)\n');
const whenInstalled = client?.isInstalled === true ? it : it.skip;

let folder: string;
let parts: PrivateServices;
let service: Service | null = null;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caserelay-upload-'));
  parts = await startPrivate({ dir: join(folder, 'parts'), postgres: true, redis: true, rabbitmq: true });
  // Somebody else's connection may take a free port before the service does.
  service = await Service.begin().catch(() => Service.begin());
}, 180_000);
afterAll(async () => {
  await service?.kill();
  await parts.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

whenInstalled(
  'an upload goes on after each part was killed in its middle, and is told to be complete once, with its own hash',
  async () => {
    const { file, sha256 } = await aDump();
    const credentials = await openSpace();

    await inTheMiddle(credentials, file, async (program) => {
      program.signal('SIGKILL');
      await program.ended;
    });
    await until('the killed client is told', async () => (await told('upload.interrupted')).length >= 1, 60_000);

    await inTheMiddle(credentials, file, async (program, cut) => {
      await cut();
      expect((await program.ended).code).not.toBe(0);
    });
    await until('the cut is told', async () => (await told('upload.interrupted')).length >= 2, 60_000);

    await inTheMiddle(credentials, file, async (program) => {
      await service?.kill();
      expect((await program.ended).code).not.toBe(0);
      await service?.start();
    });

    await inTheMiddle(credentials, file, async (program) => {
      await parts.kill('rabbitmq');
      program.signal('SIGKILL');
      await program.ended;
      await parts.restart('rabbitmq');
    });

    await inTheMiddle(credentials, file, async (program, cut) => {
      await parts.kill('postgres');
      await parts.restart('postgres');
      await cut();
      await program.ended;
    });

    await until('a last resume ends well', async () => (await resume(credentials, file)).code === 0, 240_000);
    const [completed] = await until(
      'it is told to be complete',
      async () => nonEmpty(await told('upload.completed')),
      60_000,
    );
    expect(completed?.data).toMatchObject({ name: 'MEMORY.DMP', bytes, sha256, because: 'whole' });
    expect(await hashOf(completed?.data.location ?? '')).toBe(sha256);

    await afterEverythingBefore(credentials);
    const count = async (type: EventType): Promise<number> =>
      (await told(type)).filter(({ data }) => (data as { name: string }).name === 'MEMORY.DMP').length;
    expect({
      started: await count('upload.started'),
      received: await count('upload.received'),
      completed: await count('upload.completed'),
      cutShort: await count('upload.cut-short'),
    }).toEqual({ started: 1, received: 1, completed: 1, cutShort: 0 });
  },
  900_000,
);

/** Lets a client send a share of the file and then holds it there, while something happens. */
async function inTheMiddle(
  credentials: Credentials,
  file: string,
  happens: (program: ReturnType<typeof start>, cut: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const line = await stallingLine(credentials, Math.floor(bytes / 8));
  let isCut = false;
  const cut = async (): Promise<void> => {
    if (!isCut) await line.close();
    isCut = true;
  };
  try {
    const program = start(await command(credentials, file, line.port));
    await Promise.race([line.stalled, program.ended.then(({ output }) => failed(output))]);
    await happens(program, cut);
  } finally {
    await cut();
  }
}

function failed(output: string): never {
  throw new Error(`the client ended before it was in the middle: ${output}`);
}

let isBegun = false;

/** The first one begins the upload, all others go on with it. */
async function command(credentials: Credentials, file: string, port: number) {
  if (!client) throw new Error('no client');
  const deed = isBegun ? 'resume' : 'put';
  isBegun = true;
  return await client.command({ do: deed, file, to: '/upload/MEMORY.DMP' }, { ...credentials, port }, folder);
}

async function resume(credentials: Credentials, file: string) {
  return await run(await command(credentials, file, credentials.port));
}

/** What is told of a file that was uploaded after all the rest is told after all the rest. */
async function afterEverythingBefore(credentials: Credentials): Promise<void> {
  const last = join(folder, 'last.dmp');
  const handle = await open(last, 'w');
  await handle.write(fullDump({ megabytes: 1 }));
  await handle.close();
  if (!client) throw new Error('no client');
  const put = await client.command({ do: 'put', file: last, to: '/upload/last.dmp' }, credentials, folder);
  expect(await run(put)).toMatchObject({ code: 0 });
  const names = async () => (await told('upload.completed')).map(({ data }) => data.name);
  await until('the last file is told', async () => (await names()).includes('last.dmp'), 60_000);
}

/** The header of a full dump, and as many pages of noise as it calls for. */
async function aDump(): Promise<{ file: string; sha256: string }> {
  const file = join(folder, 'MEMORY.DMP');
  const header = Buffer.from(fullDump({ megabytes: 1 }).subarray(0, 0x2000));
  const pages = (bytes - header.length) / 4096;
  header.writeUInt32LE(1, 0x88);
  header.writeBigUInt64LE(BigInt(pages), 0x90);
  header.writeBigUInt64LE(1n, 0x98);
  header.writeBigUInt64LE(BigInt(pages), 0xa0);
  const hash = createHash('sha256').update(header);
  const handle = await open(file, 'w');
  await handle.write(header);
  for (let left = bytes - header.length; left > 0;) {
    const noise = randomBytes(Math.min(left, 2 ** 20));
    hash.update(noise);
    await handle.write(noise);
    left -= noise.length;
  }
  await handle.close();
  return { file, sha256: hash.digest('hex') };
}

async function hashOf(location: string): Promise<string> {
  const hash = createHash('sha256');
  const store = evidenceStoreOf({ EVIDENCE_DIR: join(folder, 'evidence'), EVIDENCE_KEY: masterKey });
  for await (const piece of streamOf(await store.openForReading(location))) hash.update(piece as Buffer);
  return hash.digest('hex');
}

async function openSpace(): Promise<Credentials> {
  const { events } = topologyOf(namespace);
  await withBroker(async (channel) => {
    await channel.assertQueue(queue, { durable: true });
    for (const word of ['upload', 'upload-space']) await channel.bindQueue(queue, events, `${word}.*`);
    const id = randomUUID();
    const event = {
      ...{ specversion: '1.0', id, source: '/caserelay/test', type: 'case.upload-space-requested', subject: caseId },
      ...{ time: new Date().toISOString(), data: { file: aFile({ endCustomer: '测试客户有限公司' }) } },
    };
    channel.publish(events, event.type, Buffer.from(JSON.stringify(event)), { messageId: id, persistent: true });
    await channel.waitForConfirms();
  });
  const [opened] = await until('the space is opened', async () => nonEmpty(await told('upload-space.opened')), 60_000);
  return await reveal(opened?.data.link ?? '');
}

const heard = new Map<string, AnyEvent>();

/** Events of a type, each counted once however often the broker delivers it. */
async function told<Type extends EventType>(type: Type): Promise<EventOf<Type>[]> {
  await withBroker(async (channel) => {
    for (;;) {
      const message = await channel.get(queue);
      if (message === false) return;
      const event = JSON.parse(message.content.toString()) as AnyEvent;
      heard.set(event.id, event);
      channel.ack(message);
    }
  });
  return [...heard.values()].filter((event): event is EventOf<Type> => event.type === type);
}

function nonEmpty<Element>(list: Element[]): Element[] | null {
  return list.length > 0 ? list : null;
}

type Channel = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>;

async function withBroker(work: (channel: Channel) => Promise<void>): Promise<void> {
  const connection = await connect(parts.urls.rabbitmq);
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    await work(channel);
  } finally {
    await connection.close();
  }
}

/** sftp-provisioning in a process of its own, on the same ports at every start. */
class Service {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly environment: Record<string, string>,
    private readonly url: string,
  ) {}

  static async begin(): Promise<Service> {
    await mkdir(join(folder, 'evidence'), { recursive: true });
    const [http, sftp] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${http}`;
    const service = new Service(
      {
        PATH: process.env['PATH'] ?? '',
        ...parts.environment,
        NAMESPACE: namespace,
        ROLE: 'sftp-provisioning',
        EVIDENCE_DIR: join(folder, 'evidence'),
        EVIDENCE_KEY: masterKey,
        SFTP_HOST_KEY_FILE: join(folder, 'sftp_host_key'),
        SFTP_PORT: String(sftp),
        SFTP_PROVISIONING_HTTP_PORT: String(http),
        PUBLIC_URL: url,
        RETRY_PAUSES_SECONDS: '0.2,0.5,1,2,5',
        UPLOAD_SETTLE_SECONDS: '2',
      },
      url,
    );
    await service.start();
    return service;
  }

  async start(): Promise<void> {
    const log = openSync(join(folder, 'service.log'), 'a');
    const child = spawn(process.execPath, [join(repository, 'apps/caserelay/dist/main.js')], {
      cwd: folder,
      env: this.environment,
      stdio: ['ignore', log, log],
    });
    this.child = child;
    await until(
      'the service is ready',
      async () => {
        if (child.exitCode !== null) throw new Error(await readFile(join(folder, 'service.log'), 'utf8'));
        return (await fetch(`${this.url}/health/ready`)).ok;
      },
      60_000,
    );
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
