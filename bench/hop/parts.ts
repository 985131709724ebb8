import { services } from '@caserelay/contracts';
import { deleteTopology, topologyOf } from '@caserelay/messaging';
import { openDatabase, schemaOf } from '@caserelay/service-host';
import { MessagingTables1700000000000 } from '@caserelay/messaging';
import { connect } from 'amqplib';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';

export const databaseUrl = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/caserelay_test';
export const brokerUrl = process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672';

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Filler that makes an event about 1 KiB on the wire. */
export const filler = 'x'.repeat(420);

export const now = (): number => performance.timeOrigin + performance.now();

/** The database of one side of the hop, with the tables that messaging keeps. */
export async function openSide(namespace: string, service: (typeof services)[number]): Promise<DataSource> {
  return await openDatabase({
    url: databaseUrl,
    schema: schemaOf(namespace, service),
    migrations: [MessagingTables1700000000000],
    name: `${namespace} ${service}`,
    connections: 16,
  });
}

/** Removes what a contestant left in broker and database. */
export async function removeNamespace(namespace: string): Promise<void> {
  const connection = await connect(brokerUrl);
  const channel = await connection.createChannel();
  await deleteTopology(channel, topologyOf(namespace));
  await channel.deleteQueue(`${namespace}.plain`);
  await connection.close();
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  for (const service of services) await client.query(`drop schema if exists ${schemaOf(namespace, service)} cascade`);
  await client.end();
}
