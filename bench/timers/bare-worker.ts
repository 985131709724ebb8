import { Worker } from 'bullmq';
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { databaseUrl, redisUrl, schemaIn } from './parts.js';

/**
 * Answers one BullMQ job per timer: `bare` does nothing with it, `transaction` does with the case what case-workflow
 * does, in a transaction of its own. Tells how late each one was once no more come.
 */
const [namespace = '', kind = 'bare', expected = '0'] = process.argv.slice(2);
const late: number[] = [];
const seen = new Set<string>();
let doubled = 0;
const pool = new Pool({
  connectionString: databaseUrl,
  max: 16,
  options: `-c search_path=${schemaIn(namespace)},public`,
});

const worker = new Worker<{ due: number; caseId: string }>(
  'bare',
  async ({ data: { due, caseId } }) => {
    if (kind === 'transaction') await remind(caseId);
    if (seen.has(caseId)) doubled += 1;
    seen.add(caseId);
    late.push(Date.now() - due);
    if (late.length === Number(expected)) process.send?.({ kind: 'done', late, doubled });
  },
  {
    connection: { url: redisUrl, maxRetriesPerRequest: null },
    prefix: namespace,
    concurrency: kind === 'bare' ? 50 : 16,
  },
);
await worker.waitUntilReady();
process.send?.({ kind: 'up' });
process.on('disconnect', () => process.exit(1));
process.on('message', () => {
  void worker.close().then(() => process.exit(0));
});

async function remind(caseId: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ state: unknown; positions: number }>(
      'select state, positions, told from cases where id = $1 for update',
      [caseId],
    );
    const row = rows[0];
    if (!row) throw new Error(`no case ${caseId}`);
    const state = JSON.stringify(row.state);
    await client.query(
      `with kept as (
         insert into case_history (case_id, position, sequence, type, data, at)
         values ($1, $2::int + 1, 4, 'case.customer-reminded', $3, now()), ($1, $2::int + 2, null, 'clock.moved', '{}', now())
       )
       update cases set state = $3, wake_at = now() + interval '3 days', changed_at = now(), positions = $2::int + 2, told = 4
       where id = $1`,
      [caseId, row.positions, state],
    );
    await client.query(
      `insert into outbox (event_id, type, case_id, payload) values ($1, 'case.customer-reminded', $2, $3)`,
      [randomUUID(), caseId, state],
    );
    await client.query('commit');
  } finally {
    client.release();
  }
}
