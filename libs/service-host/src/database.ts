import { Client } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';

interface DatabaseOptions {
  url: string;
  schema: string;
  migrations: readonly (new () => MigrationInterface)[];
  /** Shown in pg_stat_activity. */
  name: string;
  connections?: number;
}

/** Name of the Postgres schema of a service. */
export function schemaOf(namespace: string, service: string): string {
  return `${namespace}_${service}`.replaceAll('-', '_');
}

/**
 * Opens a service's own schema: creates it when missing and brings it up to date. Two instances that start at once
 * take turns (advisory lock). SQL in migrations and features is unqualified.
 */
export async function openDatabase({
  url,
  schema,
  migrations,
  name,
  connections = 10,
}: DatabaseOptions): Promise<DataSource> {
  await createSchema(url, schema);
  const database = new DataSource({
    type: 'postgres',
    url,
    schema,
    applicationName: name,
    migrations: [...migrations],
    migrationsTableName: 'migration',
    poolErrorHandler: () => undefined,
    extra: {
      options: `-c search_path=${schema},public -c lock_timeout=30s`,
      max: connections,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    },
  });
  await database.initialize();
  try {
    await migrate(database, schema);
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return database;
}

async function createSchema(url: string, schema: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    // "if not exists" still fails when two sessions create it at the same moment.
    await client.query('select pg_advisory_lock(hashtextextended($1, 1))', [schema]);
    await client.query(`create schema if not exists ${schema}`);
  } finally {
    await client.end();
  }
}

async function migrate(database: DataSource, schema: string): Promise<void> {
  const lock = database.createQueryRunner();
  try {
    await lock.query('set lock_timeout = 0');
    await lock.query('select pg_advisory_lock(hashtextextended($1, 2))', [schema]);
    await database.runMigrations({ transaction: 'each' });
  } finally {
    await lock.query('select pg_advisory_unlock(hashtextextended($1, 2))', [schema]).catch(() => undefined);
    await lock.query('reset lock_timeout').catch(() => undefined);
    await lock.release();
  }
}
