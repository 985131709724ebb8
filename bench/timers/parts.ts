import { decide, evolve, standardPolicy, unopened, type Case, type CaseCommand } from '@caserelay/case-lifecycle';
import { services } from '@caserelay/contracts';
import { deleteTopology, topologyOf } from '@caserelay/messaging';
import { schemaOf } from '@caserelay/service-host';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { Client } from 'pg';

export const databaseUrl = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/caserelay_test';
export const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379/0';
export const brokerUrl = process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672';

/** Settings of a case-workflow that this measurement has for itself. */
export function environmentOf(namespace: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    AMQP_URL: brokerUrl,
    NAMESPACE: namespace,
    LOG_LEVEL: 'error',
    DATABASE_CONNECTIONS: '16',
    ...more,
  };
}

/** A case that was asked for its dump and waits for nothing but the answer, as the rules of a case make it. */
export function aWaitingCase(now: string): Case {
  const report = {
    ...{ caseNumber: 'CAS-02227-X4W1B1', trackingToken: 'CMIT:0001409', topic: 'Server SQL01 blue screen' },
    ...{ partner: null, endCustomer: '陕西省煤田地质集团有限公司', problem: 'It crashes every night.' },
    ...{ contact: { name: '合作伙伴联系人', address: 'contact@partner.example' }, owner: null },
    ...{ language: 'zh-CN' as const, channel: 'mail' as const },
  };
  const space = {
    ...{ spaceId: '00000000-0000-4000-8000-000000000900', account: 'sxmtdzjt', host: 'sftp.support.example' },
    ...{ port: 22222, folder: '/upload', link: 'https://support.example/spaces/1' },
    ...{ linkExpiresAt: '2030-06-30T00:00:00.000Z', hostKeyFingerprint: 'SHA256:abc' },
  };
  const commands: CaseCommand[] = [
    { type: 'report', now, report },
    { type: 'take-upload-space', now, space },
  ];
  const state = commands.reduce<Case>(
    (before, command) => decide(before, command, standardPolicy).reduce(evolve, before),
    unopened,
  );
  if (state.phase !== 'awaiting-evidence') throw new Error(`the case is ${state.phase}; expected awaiting-evidence`);
  const clocks = state.known.clocks
    .filter(({ clock }) => clock === 'follow-up')
    .map((clock) => ({ ...clock, levels: [] }));
  return { ...state, known: { ...state.known, clocks } };
}

/** Keeps `count` waiting cases whose instants SQL says: `n` counts from 1. */
export async function fillCases(client: Client, schema: string, count: number, wakeAt: string): Promise<void> {
  const state = aWaitingCase(new Date().toISOString());
  await client.query(
    `insert into ${schema}.cases (id, case_number, tracking_token, phase, state, wake_at, policy_version, opened_at,
       changed_at, positions, told)
     select gen_random_uuid(), 'CAS-' || n, 'CMIT:' || n, 'awaiting-evidence',
       jsonb_set($1::jsonb, '{known,clocks,0,dueAt}', to_jsonb(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))),
       at, 'standard-1', now(), now(), 5, 3
     from (select n, date_trunc('milliseconds', ${wakeAt}) as at from generate_series(1, ${count}) as n) as sleeping`,
    [JSON.stringify(state)],
  );
}

export const schemaIn = (namespace: string): string => schemaOf(namespace, 'case-workflow');

/** Removes what was left in broker, database and Redis. */
export async function removeNamespace(namespace: string): Promise<void> {
  const connection = await connect(brokerUrl);
  const channel = await connection.createChannel();
  await deleteTopology(channel, topologyOf(namespace));
  await connection.close();
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  for (const service of services) await client.query(`drop schema if exists ${schemaOf(namespace, service)} cascade`);
  await client.end();
  await removeKeys(namespace);
}

async function removeKeys(namespace: string): Promise<void> {
  const redis = new Redis(redisUrl);
  for await (const keys of redis.scanStream({ match: `${namespace}:*`, count: 2_000 }) as AsyncIterable<string[]>)
    if (keys.length > 0) await redis.unlink(keys);
  redis.disconnect();
}

/** The value below which a share of sorted numbers lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
