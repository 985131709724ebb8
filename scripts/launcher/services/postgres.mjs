import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { endLeftovers, untilUsable } from '../processes.mjs';
import { findProgram, runProgram } from '../programs.mjs';
import { retryWhile } from '../retry.mjs';

const debianHome = '/usr/lib/postgresql';
const missingDatabase = '3D000';
const stillStarting = '57P03';

/** Where the truth is kept. */
export const postgres = {
  name: 'postgres',
  variable: 'DATABASE_URL',
  packages: ['postgresql'],
  stopSignal: 'SIGINT',

  localUrl: (owned) => `postgres://postgres@127.0.0.1:5432/${owned}`,

  /** Logs in and asks; a database that does not exist yet is created first. */
  async login(url) {
    await retryWhile(
      (error) => error.code === stillStarting,
      async () => {
        try {
          await query(url, 'select 1');
        } catch (error) {
          if (error.code !== missingDatabase) throw error;
          await createDatabase(url);
          await query(url, 'select 1');
        }
      },
    );
  },

  /** A local server is used when it lets us in and lets us have a database of our own. */
  useLocal(url) {
    return this.login(url);
  },

  findProgram() {
    const binaries = findBinaries();
    return binaries && path.join(binaries, 'postgres');
  },

  async startPrivate({ folder, fast, claimPort, run, record }) {
    const binaries = findBinaries();
    const port = await claimPort('postgres', 55_432);
    const home = unprivilegedHome(path.join(folder, 'postgres'));
    const command = (name, args) => {
      const [program, ...rest] = [...home.wrapper, path.join(binaries, name), ...args];
      return { program, args: rest, ...home.as };
    };
    if (!fs.existsSync(path.join(home.data, 'PG_VERSION'))) createCluster(home, command);
    endLeftovers(record());
    removeStalePidFile(home.data);
    const careless = ['fsync', 'synchronous_commit', 'full_page_writes'].flatMap((name) => ['-c', `${name}=off`]);
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300'];
    const started = await run(
      command('postgres', [
        ...['-D', home.data, '-p', String(port)],
        ...settings.flatMap((setting) => ['-c', setting]),
        ...(fast ? careless : []),
      ]),
    );
    const url = `postgres://caserelay@127.0.0.1:${port}/caserelay`;
    await untilUsable(() => this.login(url), { name: 'postgres', record: started, limit: 30_000 });
    return url;
  },

  /** Removes a database that the launcher made on a server that is not its own. */
  async dropOwned(url) {
    const name = databaseIn(url);
    await query(maintenanceUrl(url), `drop database if exists ${quoted(name)} with (force)`);
    return `database ${name} dropped`;
  },
};

async function query(url, sql) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: 15_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.query(sql);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    await client.end().catch(() => {});
  }
}

async function createDatabase(url) {
  const alreadyThere = '42P04';
  const madeMeanwhile = '23505';
  try {
    await query(maintenanceUrl(url), `create database ${quoted(databaseIn(url))}`);
  } catch (error) {
    if (error.code !== alreadyThere && error.code !== madeMeanwhile) throw error;
  }
}

function databaseIn(url) {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function maintenanceUrl(url) {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  return maintenance.href;
}

function quoted(name) {
  return `"${name.replaceAll('"', '""')}"`;
}

function findBinaries() {
  const installed = fs.existsSync(debianHome) ? fs.readdirSync(debianHome).sort((a, b) => Number(b) - Number(a)) : [];
  const inPath = findProgram('postgres');
  const folders = [
    ...installed.map((version) => path.join(debianHome, version, 'bin')),
    ...(inPath ? [path.dirname(fs.realpathSync(inPath))] : []),
  ];
  const complete = (folder) => ['postgres', 'initdb'].every((name) => fs.existsSync(path.join(folder, name)));
  return folders.find(complete) ?? null;
}

/**
 * PostgreSQL refuses to run as root. An unmapped user namespace satisfies it and keeps the files ours; where namespaces
 * are not allowed (in a chroot, in many containers) it runs as an existing user without rights.
 */
function unprivilegedHome(data) {
  if (process.getuid?.() !== 0) return { data, wrapper: [], as: {} };
  const unshare = findProgram('unshare');
  const usedTheUser = fs.existsSync(data) && fs.statSync(data).uid !== 0;
  if (unshare && !usedTheUser && runProgram(unshare, ['-U', 'true']).ok) {
    return { data, wrapper: [unshare, '-U'], as: {} };
  }
  const { uid, gid } = unprivilegedUser();
  const as = { uid, gid, cwd: '/' };
  fs.mkdirSync(path.dirname(data), { recursive: true });
  const isReachable = runProgram('/bin/sh', ['-c', 'test -x "$0"', path.dirname(data)], as).ok;
  const place = isReachable ? data : path.join('/var/lib/caserelay', data.replaceAll(path.sep, '-'));
  fs.mkdirSync(place, { recursive: true, mode: 0o755 });
  fs.chmodSync(place, 0o700);
  fs.chownSync(place, uid, gid);
  return { data: place, wrapper: [], as };
}

function unprivilegedUser() {
  const users = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => users.find(([its]) => its === name)).find(Boolean);
  if (!found) throw new Error('PostgreSQL refuses to run as root and there is neither a user postgres nor nobody');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

function createCluster({ data }, command) {
  fs.mkdirSync(path.dirname(data), { recursive: true });
  const options = ['-U', 'caserelay', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync', '--no-instructions'];
  const { program, args, ...as } = command('initdb', ['-D', data, ...options]);
  const made = runProgram(program, args, as);
  if (!made.ok) throw new Error(`initdb failed in ${data}: ${made.text}`);
}

/** After a reboot the process id in the file may be someone else's, and PostgreSQL would refuse to start. */
function removeStalePidFile(data) {
  const file = path.join(data, 'postmaster.pid');
  if (!fs.existsSync(file) || process.platform !== 'linux') return;
  const pid = Number(fs.readFileSync(file, 'utf8').split('\n')[0]);
  const program = `/proc/${pid}/comm`;
  if (fs.existsSync(program) && fs.readFileSync(program, 'utf8').trim() !== 'postgres') fs.rmSync(file);
}
