import { services } from '@caserelay/contracts';
import { deleteTopology, topologyOf } from '@caserelay/messaging';
import { schemaOf } from '@caserelay/service-host';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { aMasterKey } from './evidence.js';

/** Where the real parts are: as the launcher says, else the usual places of a developer's machine. */
export const parts = {
  DATABASE_URL: process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/caserelay_test',
  REDIS_URL: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379/0',
  AMQP_URL: process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672',
};

/** The pauses of the retry ladder in tests: long enough to be seen, short enough to wait for. */
export const quickRetries = '0.1,0.3';

/** Set from outside, all evidence of tests lies in that bucket, each corner under a prefix of its own. */
const bucket = Object.fromEntries(
  Object.entries(process.env).filter((setting): setting is [string, string] => setting[0].startsWith('EVIDENCE_S3_')),
);

/** A corner of the real parts that belongs to one test file alone. */
export interface System {
  readonly namespace: string;
  readonly environment: Record<string, string>;
  /** A connection to the system's database without a search path. */
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  schema(service: (typeof services)[number]): string;
  /** Removes all that the system left in database, broker, Redis and on disk. */
  remove(): Promise<void>;
}

/** Makes such a corner. Call `remove` at the end. */
export async function aSystem(more: Record<string, string> = {}): Promise<System> {
  const namespace = `t${randomBytes(5).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'caserelay-test-'));
  await createDatabase();
  const client = new Client({ connectionString: parts.DATABASE_URL });
  await client.connect();
  return {
    namespace,
    environment: {
      ...parts,
      NAMESPACE: namespace,
      EVIDENCE_DIR: join(folder, 'evidence'),
      EVIDENCE_KEY: aMasterKey(),
      ...bucket,
      ...(bucket['EVIDENCE_S3_BUCKET'] !== undefined && { EVIDENCE_S3_PREFIX: `tests/${namespace}` }),
      LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      RETRY_PAUSES_SECONDS: quickRetries,
      ...more,
    },
    schema: (service) => schemaOf(namespace, service),
    query: async <Row extends object>(sql: string, values: unknown[] = []) =>
      (await client.query<Row>(sql, values)).rows,
    remove: async () => {
      for (const service of services)
        await client.query(`drop schema if exists ${schemaOf(namespace, service)} cascade`);
      await client.end();
      const connection = await connect(parts.AMQP_URL);
      const channel = await connection.createChannel();
      await deleteTopology(
        channel,
        topologyOf(namespace),
        (more['RETRY_PAUSES_SECONDS'] ?? quickRetries).split(',').map((seconds) => Number(seconds) * 1000),
      );
      await connection.close();
      const redis = new Redis(parts.REDIS_URL);
      for await (const keys of redis.scanStream({ match: `${namespace}:*`, count: 500 }) as AsyncIterable<string[]>)
        if (keys.length > 0) await redis.del(keys);
      redis.disconnect();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createDatabase(): Promise<void> {
  const url = new URL(parts.DATABASE_URL);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database "${name.replaceAll('"', '')}"`);
  } catch (error) {
    // Another test file was faster.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== '42P04' && code !== '23505') throw error;
  } finally {
    await client.end();
  }
}
