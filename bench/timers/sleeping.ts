import { topologyOf } from '@caserelay/messaging';
import { connect } from 'amqplib';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { brokerUrl, fillCases, pause, redisUrl, schemaIn } from './parts.js';

interface Children<Child> {
  start(script: string, values: string[]): Promise<Child>;
  end(child: Child): Promise<void>;
}

interface Reconciliation {
  number: string;
  milliseconds: number;
  bells: number;
}

/** How many jobs of bare BullMQ are made to see what each takes. */
const sample = 100_000;
const replies = 10_000;

/** What many cases cost that wait for instants of the next thirty days: memory of Redis, a start, a reply that moves an instant. */
export async function measureSleeping<Child extends { milliseconds: number }>(
  namespace: string,
  client: Client,
  count: number,
  { start, end }: Children<Child>,
): Promise<string[][]> {
  const schema = schemaIn(namespace);
  const rows: string[][] = [];
  await end(await start('./service.js', [namespace]));
  process.stderr.write(`making ${count} sleeping cases …\n`);
  for (let made = 0; made < count; made += 100_000)
    await fillCases(client, schema, Math.min(100_000, count - made), `now() + random() * interval '30 days'`);
  await client.query(`vacuum analyze ${schema}.cases`);

  process.stderr.write('measuring: start, memory, replies …\n');
  const reconciled = await reconciliationOf(client, schema);
  const service = await start('./service.js', [namespace]);
  const first = await nextReconciliation(client, schema, reconciled.number);
  rows.push(['start until the service is up', `${Math.round(service.milliseconds)} ms`]);
  rows.push(['reconciliation at the start', `${first.milliseconds.toFixed(1)} ms, ${first.bells} bells`]);
  const ours = await memoryOf(namespace, count);
  rows.push(['memory in Redis', `${ours.bytes} bytes, ${(ours.bytes / count).toFixed(3)} per sleeping case`]);
  rows.push(...(await measureBare(namespace)));
  rows.push([
    'replies that move an instant, by case-workflow',
    `${await repliesPerSecond(namespace, client, schema)}/s`,
  ]);
  rows.push(['jobs in Redis after the replies', String((await memoryOf(namespace, count)).jobs)]);
  await end(service);

  process.stderr.write('measuring: start with a case due every three milliseconds …\n');
  await client.query(
    `update ${schema}.cases set wake_at = now() + interval '20 s' + random() * interval '300 s'
     where id in (select id from ${schema}.cases limit ${sample})`,
  );
  const before = await reconciliationOf(client, schema);
  const dense = await start('./service.js', [namespace]);
  const second = await nextReconciliation(client, schema, before.number);
  rows.push([
    `reconciliation with ${sample} cases due in the next five minutes`,
    `${second.milliseconds.toFixed(1)} ms, ${second.bells} bells`,
  ]);
  const full = await memoryOf(namespace, count);
  rows.push(['memory in Redis then', `${full.bytes} bytes, ${full.jobs} jobs`]);
  await end(dense);
  return rows;
}

async function reconciliationOf(client: Client, schema: string): Promise<Reconciliation> {
  const { rows } = await client.query<Reconciliation>(
    `select number, milliseconds, bells from ${schema}.reconciliation`,
  );
  if (!rows[0]) throw new Error('the record of reconciliations is gone');
  return rows[0];
}

async function nextReconciliation(client: Client, schema: string, after: string): Promise<Reconciliation> {
  for (;;) {
    const found = await reconciliationOf(client, schema);
    if (found.number !== after) return found;
    await pause(20);
  }
}

/** What the keys of a queue take, as Redis itself says. */
async function memoryOf(prefix: string, most: number): Promise<{ bytes: number; jobs: number }> {
  const redis = new Redis(redisUrl);
  let bytes = 0;
  let jobs = 0;
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 2_000 }) as AsyncIterable<string[]>) {
    const asked = redis.pipeline();
    for (const key of keys) asked.call('memory', ['usage', key, 'samples', '0']);
    for (const [, size] of (await asked.exec()) ?? []) bytes += Number(size ?? 0);
    jobs += keys.filter((key) => /:(bell-|call-|timer-)[^:]*$/.test(key)).length;
    if (jobs > most + sample) throw new Error('more jobs than there can be');
  }
  redis.disconnect();
  return { bytes, jobs };
}

/** A delayed job of BullMQ for each timer: what it takes, and how fast it is moved. */
async function measureBare(namespace: string): Promise<string[][]> {
  const prefix = `${namespace}bare`;
  const queue = new Queue('bare', { connection: { url: redisUrl, maxRetriesPerRequest: null }, prefix });
  const jobOf = (caseId: string) => ({
    name: 'ring',
    data: { caseId },
    opts: { jobId: `timer-${caseId}`, delay: 86_400_000, removeOnComplete: true, removeOnFail: true },
  });
  const ids = Array.from({ length: sample }, () => randomUUID());
  try {
    for (let place = 0; place < sample; place += 1_000)
      await queue.addBulk(ids.slice(place, place + 1_000).map((caseId) => jobOf(caseId)));
    const { bytes } = await memoryOf(prefix, sample);
    const moved = await perSecond(ids.slice(0, replies), async (caseId) => {
      const job = await queue.getJob(`timer-${caseId}`);
      await job?.changeDelay(2 * 86_400_000);
    });
    const made = await perSecond(ids.slice(0, replies), async (caseId) => {
      await queue.remove(`timer-${caseId}`);
      const { name, data, opts } = jobOf(caseId);
      await queue.add(name, data, opts);
    });
    return [
      ['memory in Redis of bare BullMQ, a job for each timer', `${Math.round(bytes / sample)} bytes per timer`],
      ['bare BullMQ, getJob and changeDelay, 16 at once', `${moved}/s`],
      ['bare BullMQ, remove and add, 16 at once', `${made}/s`],
    ];
  } finally {
    await queue.obliterate({ force: true });
    await queue.close();
  }
}

async function perSecond(ids: readonly string[], work: (id: string) => Promise<void>): Promise<number> {
  const waiting = [...ids];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await work(next);
    }),
  );
  return Math.round(ids.length / ((performance.now() - started) / 1000));
}

/** Mails of customers over the broker, each to another case, until all of them have moved their instants. */
async function repliesPerSecond(namespace: string, client: Client, schema: string): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `select id from ${schema}.cases where wake_at > now() + interval '1 hour' limit ${replies}`,
  );
  const connection = await connect(brokerUrl);
  const channel = await connection.createConfirmChannel();
  const started = performance.now();
  for (const { id } of rows) {
    const mail = mailTo(id);
    channel.publish(topologyOf(namespace).events, 'mail.received', Buffer.from(JSON.stringify(mail)), {
      messageId: mail.id,
      persistent: true,
    });
  }
  await channel.waitForConfirms();
  for (;;) {
    const moved = await client.query<{ count: number }>(
      `select count(*)::int as count from ${schema}.cases where id = any($1) and positions > 5`,
      [rows.map(({ id }) => id)],
    );
    if (moved.rows[0]?.count === rows.length) break;
    await pause(500);
  }
  const seconds = (performance.now() - started) / 1000;
  await connection.close();
  return Math.round(rows.length / seconds);
}

function mailTo(caseId: string) {
  const now = new Date().toISOString();
  return {
    ...{
      specversion: '1.0',
      id: randomUUID(),
      source: '/caserelay/bench',
      type: 'mail.received',
      subject: caseId,
      time: now,
    },
    data: {
      ...{
        mailId: randomUUID(),
        messageId: `<${randomUUID()}@partner.example>`,
        subject: 'Re: Server SQL01 blue screen',
      },
      from: { name: 'Jane Miller', address: 'contact@partner.example' },
      ...{ author: 'customer', kind: 'update', kindReason: 'nothing else fits', waitsForCrash: false },
      ...{ text: 'We are at it and will upload it on Monday.', language: 'en', location: 'mails/1', attachments: [] },
    },
  };
}
