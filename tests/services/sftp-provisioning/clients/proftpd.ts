import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../support/caserelay-processes.js';
import { repository } from '../../../support/repository.js';
import type { System } from '../../../support/system.js';
import { until } from '../../../support/until.js';
import type { Engine } from '../a-space.js';
import { isInstalled } from './run-program.js';

const modules = '/usr/lib/proftpd';
const nobody = 65534;

/** Why ProFTPD cannot be tried here; null when it can. */
export function whyNoProFtpd(): string | null {
  if (process.getuid?.() !== 0) return 'ProFTPD needs root to lock customers into their homes';
  const isWhole = ['mod_sftp.so', 'mod_sql_postgres.so'].every((name) => existsSync(join(modules, name)));
  if (isWhole && isInstalled('proftpd') && isInstalled('ftpwho') && isInstalled('ssh-keygen')) return null;
  return 'ProFTPD is not installed (Debian: proftpd-core proftpd-mod-crypto proftpd-mod-pgsql openssh-client)';
}

/** ProFTPD as it is set up in production, with the tables of a system of its own. */
export async function startProFtpd(system: System): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'caserelay-proftpd-'));
  const homes = join(folder, 'homes');
  const run = join(folder, 'run');
  for (const each of [homes, run]) await mkdir(each);
  for (const each of [folder, homes]) await chmod(each, 0o711);
  const hostKey = join(folder, 'host_key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  const port = await freePort();
  const database = new URL(system.environment['DATABASE_URL'] as string);
  const role = `${system.namespace}_proftpd`;
  const password = randomBytes(12).toString('hex');
  await system.query(`create role ${role} login password '${password}'`);
  const program = spawn('proftpd', ['--nodaemon', '--quiet', '-c', join(repository, 'deploy/proftpd/proftpd.conf')], {
    env: {
      PATH: process.env['PATH'],
      CASERELAY_ADDRESS: '127.0.0.1',
      CASERELAY_PORT: String(port),
      CASERELAY_RUN: run,
      CASERELAY_HOMES: homes,
      CASERELAY_HOST_KEY: hostKey,
      CASERELAY_USER: 'root',
      CASERELAY_UID: String(nobody),
      CASERELAY_GID: String(nobody),
      CASERELAY_SCHEMA: system.schema('sftp-provisioning'),
      CASERELAY_DATABASE: `${database.pathname.slice(1)}@${database.hostname}:${database.port || '5432'}`,
      CASERELAY_DATABASE_USER: role,
      CASERELAY_DATABASE_PASSWORD: password,
    },
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => program.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    program.kill('SIGTERM');
    await ended;
    await system.query(`drop owned by ${role}`);
    await system.query(`drop role ${role}`);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until('ProFTPD listens', async () => {
      if (program.exitCode !== null)
        throw new Error(`ProFTPD ended: ${await readFile(join(run, 'proftpd.log'), 'utf8')}`);
      return existsSync(join(run, 'proftpd.sock'));
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    settings: {
      SFTP_ENGINE: 'proftpd',
      SFTP_PORT: String(port),
      SFTP_ENGINE_DIR: homes,
      SFTP_ENGINE_UID: String(nobody),
      PROFTPD_SCOREBOARD: join(run, 'proftpd.scoreboard'),
      PROFTPD_CONTROL_SOCKET: join(run, 'proftpd.sock'),
    },
    // As deploy/proftpd/README.md says, and nothing more.
    tablesAreThere: async () => {
      const schema = system.schema('sftp-provisioning');
      await system.query(`
        grant usage on schema ${schema} to ${role};
        grant select on ${schema}.engine_login to ${role};
        grant insert on ${schema}.engine_news to ${role};
      `);
    },
    stop,
  };
}
