import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './repository.js';
import { until } from './until.js';

/** A server that speaks S3, with one bucket. */
export interface S3Server {
  /** What the evidence store needs to be told to use it. */
  readonly settings: Record<string, string>;
  /** Where it keeps its objects. */
  readonly folder: string;
  /** As a network that breaks: it answers nobody until it is started again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

const bucket = 'evidence';

/** Starts s3rver, in a process of its own. */
export async function anS3Server(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 's3-'));
  const port = await freePort();
  let child: ReturnType<typeof launch> | null = null;
  const start = async (): Promise<void> => {
    const started = launch(port, folder);
    child = started;
    await until('the S3 server answers', async () => {
      if (started.exitCode !== null) throw new Error(`s3rver ended with ${started.exitCode}`);
      return (await fetch(`http://127.0.0.1:${port}/`)).status > 0;
    });
  };
  const stop = async (): Promise<void> => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    settings: {
      EVIDENCE_S3_BUCKET: bucket,
      EVIDENCE_S3_ENDPOINT: `http://127.0.0.1:${port}`,
      EVIDENCE_S3_ACCESS_KEY_ID: 'S3RVER',
      EVIDENCE_S3_SECRET_ACCESS_KEY: 'S3RVER',
    },
    folder: join(folder, bucket),
    stop,
    start,
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function launch(port: number, folder: string) {
  const options = ['--address', '127.0.0.1', '--port', String(port), '--directory', folder, '--silent'];
  return spawn(
    process.execPath,
    [join(repository, 'node_modules/s3rver/bin/s3rver.js'), ...options, '--configure-bucket', bucket],
    { stdio: 'ignore' },
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
