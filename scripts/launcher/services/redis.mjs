import fs from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { endLeftovers, untilUsable } from '../processes.mjs';
import { findProgram } from '../programs.mjs';
import { retryWhile } from '../retry.mjs';

/** Keeps time inside the services; may be wiped at any moment. */
export const redis = {
  name: 'redis',
  variable: 'REDIS_URL',
  packages: ['redis-server'],
  stopSignal: 'SIGTERM',

  localUrl: () => 'redis://127.0.0.1:6379/0',

  async login(url) {
    await retryWhile(
      (error) => error.message.startsWith('LOADING'),
      () => talk(url, (client) => client.ping()),
    );
  },

  /** A local server is shared with others: our keys begin with the namespace. */
  useLocal(url) {
    return this.login(url);
  },

  findProgram() {
    return ['valkey-server', 'redis-server'].map((name) => findProgram(name)).find(Boolean) ?? null;
  },

  async startPrivate({ folder, fast, claimPort, run, record }) {
    const port = await claimPort('redis', 56_379);
    const data = path.join(folder, 'redis');
    fs.mkdirSync(data, { recursive: true });
    endLeftovers(record());
    const started = await run({
      program: this.findProgram(),
      args: [
        ...['--port', port, '--bind', '127.0.0.1', '--dir', data, '--daemonize', 'no'],
        ...['--appendonly', fast ? 'no' : 'yes', '--save', '', '--maxmemory-policy', 'noeviction'],
      ],
    });
    const url = `redis://127.0.0.1:${port}/0`;
    await untilUsable(() => this.login(url), { name: 'redis', record: started, limit: 10_000 });
    return url;
  },

  /** Removes the keys of a namespace from a server that is not the launcher's own. */
  async dropOwned(url, namespace) {
    const removed = await talk(url, async (client) => {
      let count = 0;
      let cursor = '0';
      do {
        const [next, keys] = await client.scan(cursor, 'MATCH', `${namespace}:*`, 'COUNT', 1_000);
        if (keys.length > 0) count += await client.unlink(...keys);
        cursor = next;
      } while (cursor !== '0');
      return count;
    });
    return `${removed} keys ${namespace}:* removed`;
  },
};

async function talk(url, conversation) {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 3_000,
    commandTimeout: 3_000,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
  });
  // What connect() rejects with is only "Connection is closed."; the reason comes as an event before it.
  let reason = null;
  client.on('error', (error) => (reason ??= error instanceof AggregateError ? error.errors[0] : error));
  try {
    await client.connect();
    return await conversation(client);
  } catch (error) {
    throw reason ?? error;
  } finally {
    client.disconnect();
  }
}
