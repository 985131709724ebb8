import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until.js';

const program = '/usr/sbin/clamd';

/** Whether Debian's clamd is here. */
export const clamdIsInstalled = existsSync(program);
export const howToInstall = 'skipped: clamd is not installed; install it with: apt-get install -y clamav-daemon';

/** What the one signature of the tests' own database finds. */
export const malware = 'CASERELAY-TEST-MALWARE-9c41f0';
export const signature = 'CaseRelay.Test.UNOFFICIAL';

/** A clamd of the test's own, with its own signatures, its socket in its own folder; it knows no network. */
export interface TestClamd {
  readonly address: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Something else that listens where clamd did. */
  standIn(answer: (command: string, socket: Socket) => void): Promise<void>;
  remove(): Promise<void>;
}

/** `limits` are lines of clamd.conf. */
export async function aClamd(limits: readonly string[] = []): Promise<TestClamd> {
  const folder = await mkdtemp(join(tmpdir(), 'caserelay-clamd-'));
  const socket = join(folder, 'clamd.sock');
  await mkdir(join(folder, 'signatures'));
  await writeFile(
    join(folder, 'signatures', 'test.ndb'),
    `CaseRelay.Test:0:*:${Buffer.from(malware).toString('hex')}\n`,
  );
  const lines = [`LocalSocket ${socket}`, `DatabaseDirectory ${join(folder, 'signatures')}`, 'Foreground yes'];
  const settings = ['SelfCheck 0', 'ConcurrentDatabaseReload no', `TemporaryDirectory ${folder}`, ...limits];
  await writeFile(join(folder, 'clamd.conf'), `${[...lines, ...settings].join('\n')}\n`);
  let clamd: ChildProcess | null = null;
  let other: { server: Server; sockets: Set<Socket> } | null = null;
  const it: TestClamd = {
    address: `unix:${socket}`,
    async start() {
      await it.stop();
      clamd = spawn(program, ['-c', join(folder, 'clamd.conf')], { stdio: 'ignore' });
      await until('clamd answers', () => isAnswering(socket), 60_000);
    },
    async stop() {
      if (clamd?.exitCode === null && clamd.signalCode === null) {
        const ended = once(clamd, 'exit');
        clamd.kill('SIGKILL');
        await ended;
      }
      clamd = null;
      const { server, sockets } = other ?? {};
      other = null;
      sockets?.forEach((each) => each.destroy());
      if (server) {
        server.close();
        await once(server, 'close');
      }
      await rm(socket, { force: true });
    },
    async standIn(answer) {
      await it.stop();
      const sockets = new Set<Socket>();
      const server = createServer((client) => {
        sockets.add(client);
        client.on('error', () => undefined).on('close', () => sockets.delete(client));
        client.once('data', (data) => answer(data.subarray(0, data.indexOf(0)).toString('latin1'), client));
      });
      other = { server, sockets };
      server.listen(socket);
      await once(server, 'listening');
    },
    async remove() {
      await it.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return it;
}

async function isAnswering(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ path });
    socket
      .on('error', () => resolve(false))
      .on('data', () => {
        socket.destroy();
        resolve(true);
      });
    socket.write('zPING\0');
  });
}
