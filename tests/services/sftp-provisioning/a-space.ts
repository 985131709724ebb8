import type { AnyEvent, CaseFile, EventOf, EventType, UploadSpace } from '@caserelay/contracts';
import { runService } from '@caserelay/service-host';
import { sftpProvisioning } from '@caserelay/sftp-provisioning';
import { connect } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2, { type Client, type SFTPWrapper } from 'ssh2';
import { aSystem, type System } from '../../support/system.js';
import { until } from '../../support/until.js';

/** The service with a broker's ear on it: what it is told, and what it tells. */
export interface Room {
  readonly system: System;
  service: Awaited<ReturnType<typeof runService<typeof sftpProvisioning.config>>>;
  readonly heard: AnyEvent[];
  /** `sequence` counts what the case tells; without one nothing is known of the order. */
  tell<Type extends EventType>(
    type: Type,
    caseId: string,
    data: EventOf<Type>['data'],
    sequence?: number,
  ): Promise<void>;
  told<Type extends EventType>(caseId: string, type: Type): EventOf<Type>[];
  /** Stops the service and starts it again; something may happen meanwhile. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** A new case with an open space and the credentials that its link shows. */
  openSpace(endCustomer?: string): Promise<OpenSpace>;
  /** Tells that a case is archived, which closes its space, unless it may be read from until some time. */
  archive(caseId: string, readOnlyUntil?: string, sequence?: number): Promise<void>;
  close(): Promise<void>;
}

export interface OpenSpace {
  readonly caseId: string;
  readonly space: UploadSpace;
  readonly credentials: Credentials;
}

export interface Credentials {
  host: string;
  port: number;
  user: string;
  password: string;
  folder: string;
  fingerprint: string;
}

export const operatorKey = 'key-of-operators-in-tests';

/** Another program that runs the accounts. */
export interface Engine {
  readonly settings: Record<string, string>;
  /** Called once the service has made its tables. */
  tablesAreThere(): Promise<void>;
  stop(): Promise<void>;
}

export async function aRoom(
  more: Record<string, string> = {},
  startEngine?: (system: System) => Promise<Engine>,
): Promise<Room> {
  const system = await aSystem({ SPACES_API_KEY: operatorKey, ...more });
  const engine = await startEngine?.(system).catch(async (error: unknown) => {
    await system.remove();
    throw error;
  });
  const environment = {
    ...system.environment,
    ...engine?.settings,
    SFTP_HOST_KEY_FILE: join(system.environment['EVIDENCE_DIR'] as string, '..', 'sftp_host_key'),
  };
  const start = async () => {
    const service = await runService(sftpProvisioning, environment);
    await until('the service is ready', async () => (await fetch(`${service.url}/health/ready`)).ok);
    return service;
  };
  const first = await start().catch(async (error: unknown) => {
    await engine?.stop();
    await system.remove();
    throw error;
  });
  await engine?.tablesAreThere();
  const heard: AnyEvent[] = [];
  const connection = await connect(system.environment['AMQP_URL'] as string);
  const channel = await connection.createConfirmChannel();
  const room: Room = {
    system,
    service: first,
    heard,
    async tell(type, caseId, data, sequence) {
      const id = randomUUID();
      const event = {
        specversion: '1.0',
        id,
        source: '/caserelay/test',
        type,
        subject: caseId,
        time: new Date().toISOString(),
        data,
        ...(sequence !== undefined && { sequence }),
      };
      channel.publish(room.service.host.topology.events, type, Buffer.from(JSON.stringify(event)), {
        messageId: id,
        persistent: true,
      });
      await channel.waitForConfirms();
    },
    told: <Type extends EventType>(caseId: string, type: Type) =>
      heard.filter((event): event is EventOf<Type> => event.subject === caseId && event.type === type),
    async restart(meanwhile) {
      await room.service.stop();
      await meanwhile?.();
      room.service = await start();
    },
    async openSpace(endCustomer = '测试客户有限公司') {
      const caseId = randomUUID();
      await room.tell('case.upload-space-requested', caseId, { file: aFile({ endCustomer }) });
      const opened = await until('the space is opened', () => room.told(caseId, 'upload-space.opened')[0]);
      return { caseId, space: opened.data, credentials: await reveal(opened.data.link) };
    },
    async archive(caseId, readOnlyUntil, sequence) {
      const archived = {
        file: aFile(),
        because: 'observed-without-news' as const,
        openedAt: new Date().toISOString(),
        findings: [],
        steps: [],
        engineerSummary: null,
        counts: { uploads: 0, customerMails: 0, reminders: 0 },
        ...(readOnlyUntil !== undefined && { retention: { readOnlyUntil, evidenceUntil: null } }),
      };
      await room.tell('case.archived', caseId, archived, sequence);
    },
    async close() {
      await room.service.stop();
      await connection.close();
      await engine?.stop();
      await system.remove();
    },
  };
  const { queue } = await channel.assertQueue('', { exclusive: true });
  for (const word of ['upload', 'upload-space', 'evidence'])
    await channel.bindQueue(queue, room.service.host.topology.events, `${word}.*`);
  await channel.consume(
    queue,
    (message) => {
      if (message) heard.push(JSON.parse(message.content.toString()) as AnyEvent);
    },
    { noAck: true },
  );
  return room;
}

export function aFile(more: Partial<CaseFile> = {}): CaseFile {
  return {
    caseNumber: 'CAS-02227-X4W1B1',
    trackingToken: 'CMIT:0001409',
    topic: '拷贝文件异常',
    partner: null,
    endCustomer: null,
    problem: null,
    contact: null,
    owner: null,
    language: 'zh-CN',
    lastMessageId: null,
    ...more,
  };
}

export async function reveal(link: string): Promise<Credentials> {
  const response = await fetch(link, { method: 'POST', headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`the link answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Credentials;
}

/** A logged-in client; rejects when the login is refused. */
export async function logIn({
  host,
  port,
  user,
  password,
}: Credentials): Promise<{ client: Client; sftp: SFTPWrapper }> {
  // A connection that is cut can say so twice.
  const client = new ssh2.Client().on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    client
      .once('ready', resolve)
      .on('error', reject)
      .once('close', () => reject(new Error('the connection was closed')));
    client.connect({ host, port, username: user, password, readyTimeout: 10_000 });
  });
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) => {
    client.sftp((error, opened) => (error ? reject(error) : resolve(opened)));
  });
  sftp.on('error', () => undefined);
  return { client, sftp };
}

/** Whether the password lets somebody in. */
export async function isLetIn(credentials: Credentials): Promise<boolean> {
  try {
    (await logIn(credentials)).client.end();
    return true;
  } catch {
    return false;
  }
}

/** Whether the key lets somebody in. */
export async function opensWith({ host, port, user }: Credentials, privateKey: string): Promise<boolean> {
  const client = new ssh2.Client().on('error', () => undefined);
  const isIn = await new Promise<boolean>((resolve) => {
    client
      .once('ready', () => resolve(true))
      .once('close', () => resolve(false))
      .connect({ host, port, username: user, privateKey });
  });
  client.end();
  return isIn;
}

/** Turns a callback of ssh2 into a promise. */
export function ask<Answer = void>(
  run: (done: (error?: Error | null, answer?: Answer) => void) => unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    run((error, answer) => (error ? reject(error) : resolve(answer as Answer)));
  });
}

export async function openFor(sftp: SFTPWrapper, path: string, flags: number): Promise<Buffer> {
  return ask<Buffer>((done) => sftp.open(path, flags, done));
}

export async function writeAt(
  sftp: SFTPWrapper,
  handle: Buffer,
  content: Buffer,
  from = 0,
  size = 32_000,
): Promise<void> {
  for (let at = 0; at < content.length; at += size) {
    const piece = content.subarray(at, at + size);
    await ask((done) => sftp.write(handle, piece, 0, piece.length, from + at, done));
  }
}

/** Uploads as every client does it for a new file: WRITE, CREAT and TRUNC. */
export async function upload(sftp: SFTPWrapper, path: string, content: Buffer): Promise<void> {
  const handle = await openFor(sftp, path, newFile);
  await writeAt(sftp, handle, content);
  await ask((done) => sftp.close(handle, done));
}

export const newFile = 0x1a;

/** The one child of a process that runs the front. */
export async function frontOf(parent = process.pid): Promise<number> {
  const tasks = `/proc/${parent}/task`;
  const threads = await readdir(tasks);
  const children = (await Promise.all(threads.map((id) => readFile(`${tasks}/${id}/children`, 'utf8')))).flatMap(
    (text) => text.split(' ').filter(Boolean),
  );
  for (const id of children)
    if ((await readFile(`/proc/${id}/cmdline`, 'utf8')).includes('front-process.js')) return Number(id);
  throw new Error('found no process that runs front-process.js');
}
