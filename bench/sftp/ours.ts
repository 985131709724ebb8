import type { CaseFile } from '@caserelay/contracts';
import { topologyOf } from '@caserelay/messaging';
import { connect } from 'amqplib';
import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fork } from 'node:child_process';
import { brokerUrl, databaseUrl, removeNamespace } from '../hop/parts.js';
import { freePort, stopServer, type Contestant, type Workshop } from './contestants.js';
import { findBelow } from './process-tree.js';

const entry = resolve(import.meta.dirname, '../../../apps/sftp-provisioning/dist/main.js');

/** Whether the part of ssh2 that was compiled at installation is there; without it everything is slower. */
export function hasNativeCrypto(): boolean {
  const load = createRequire(import.meta.url);
  return (load('ssh2/lib/protocol/crypto.js') as { bindingAvailable: boolean }).bindingAvailable;
}

/** The service itself, with its rows in Postgres, its events in RabbitMQ and its files in the evidence store. */
export async function startOurs({ folder, hostKey }: Workshop): Promise<Contestant> {
  const namespace = `bench${randomBytes(4).toString('hex')}`;
  const evidence = join(folder, 'evidence');
  const port = await freePort();
  const httpPort = await freePort();
  const child = fork(entry, [], {
    env: {
      DATABASE_URL: databaseUrl,
      AMQP_URL: brokerUrl,
      NAMESPACE: namespace,
      EVIDENCE_DIR: evidence,
      EVIDENCE_KEY: process.env['EVIDENCE_KEY'] ?? randomBytes(32).toString('hex'),
      SFTP_HOST_KEY_FILE: hostKey,
      SFTP_PORT: String(port),
      HTTP_PORT: String(httpPort),
      SFTP_MAX_CONNECTIONS_PER_ADDRESS: '100',
      LOG_LEVEL: 'error',
    },
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const stop = async (): Promise<void> => {
    await stopServer(child);
    await removeNamespace(namespace);
  };
  try {
    const { user, password } = await openSpace(namespace, httpPort);
    const front = await findBelow(child.pid as number, 'front-process.js');
    if (front === null) throw new Error('the service has no process that receives uploads');
    return {
      name: 'CaseRelay',
      port,
      user,
      login: { kind: 'password', password },
      folder: '/upload/',
      process: front,
      clear: () => rm(join(evidence, 'uploads'), { recursive: true, force: true }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Has a space opened by an event, as case-workflow does, and its password shown by the link. */
async function openSpace(namespace: string, httpPort: number): Promise<{ user: string; password: string }> {
  const base = `http://127.0.0.1:${httpPort}`;
  await waitFor('the service is ready', async () => (await fetch(`${base}/health/ready`)).ok || null);
  const connection = await connect(brokerUrl);
  const channel = await connection.createConfirmChannel();
  const { events } = topologyOf(namespace);
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, events, 'upload-space.opened');
  let link: string | null = null;
  await channel.consume(
    queue,
    (message) => {
      if (message) link = (JSON.parse(message.content.toString()) as { data: { link: string } }).data.link;
    },
    { noAck: true },
  );
  const id = randomUUID();
  const event = {
    specversion: '1.0',
    id,
    source: '/caserelay/bench',
    type: 'case.upload-space-requested',
    subject: randomUUID(),
    time: new Date().toISOString(),
    data: { file },
  };
  channel.publish(events, event.type, Buffer.from(JSON.stringify(event)), { messageId: id, persistent: true });
  const found = await waitFor('the space is opened', () => Promise.resolve(link));
  await connection.close();
  const response = await fetch(found, { method: 'POST', headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`the link answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { user: string; password: string };
}

const file: CaseFile = {
  caseNumber: 'CAS-00000-BENCH',
  trackingToken: 'CMIT:0000001',
  topic: 'bench',
  partner: null,
  endCustomer: '基准测试有限公司',
  problem: null,
  contact: null,
  owner: null,
  language: 'zh-CN',
  lastMessageId: null,
};

async function waitFor<Fact>(what: string, ask: () => Promise<Fact | null>): Promise<Fact> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const fact = await ask().catch(() => null);
    if (fact !== null) return fact;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited 30 s in vain: ${what}`);
}
