import { Queue } from 'bullmq';
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { Client } from 'pg';
import { databaseUrl, fillCases, pause, quantile, redisUrl, removeNamespace, schemaIn } from './parts.js';
import { measureSleeping } from './sleeping.js';

/**
 * How late timers ring when many fall due within one second: bare BullMQ with a job for each as the baseline, the same
 * with what has to be done for a case in a transaction each, and case-workflow as it is, by one instance and by two.
 * Then what a million sleeping cases cost. `npm run bench:timers -- [due] [sleeping] [part of a title]`
 */
const due = Number(process.argv[2] ?? 100_000);
const sleeping = Number(process.argv[3] ?? 1_000_000);
const wanted = process.argv[4] ?? '';

interface Fired {
  late: number[];
  doubled: number;
}

interface Child {
  process: ChildProcess;
  url: string;
  milliseconds: number;
}

async function start(script: string, values: string[]): Promise<Child> {
  const child = fork(new URL(script, import.meta.url), values, { stdio: 'inherit' });
  const up = await nextMessage<{ url: string; milliseconds: number }>(child, 'up');
  return { process: child, ...up };
}

function nextMessage<Said>(child: ChildProcess, kind: string): Promise<Said> {
  return new Promise((resolve, reject) => {
    child.on('message', (said: Said & { kind: string }) => {
      if (said.kind === kind) resolve(said);
    });
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.join(' ')} ended with ${String(code)}`)));
  });
}

async function end({ process: child }: Child): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.send({ stop: true });
  await Promise.race([ended, pause(15_000)]);
  child.kill('SIGKILL');
}

async function withNamespace<Result>(work: (namespace: string, client: Client) => Promise<Result>): Promise<Result> {
  const namespace = `bench${randomBytes(4).toString('hex')}`;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(namespace, client);
  } finally {
    await client.end();
    await removeNamespace(namespace);
  }
}

/** A job of BullMQ for each timer, added beforehand. */
async function bullmq(kind: 'bare' | 'transaction'): Promise<Fired> {
  return await withNamespace(async (namespace, client) => {
    const schema = schemaIn(namespace);
    let ids = Array.from({ length: due }, (_, index) => `timer-${index}`);
    if (kind === 'transaction') {
      await end(await start('./service.js', [namespace]));
      await fillCases(client, schema, due, `now() + interval '1 hour'`);
      await client.query(`vacuum analyze ${schema}.cases`);
      ids = (await client.query<{ id: string }>(`select id from ${schema}.cases`)).rows.map(({ id }) => id);
    }
    const queue = new Queue('bare', { connection: { url: redisUrl, maxRetriesPerRequest: null }, prefix: namespace });
    const first = Date.now() + 8_000 + due / 8;
    for (let place = 0; place < due; place += 1_000) {
      await queue.addBulk(
        ids.slice(place, place + 1_000).map((caseId, index) => {
          const at = first + ((place + index) * 997) / due;
          const delay = Math.max(0, Math.round(at - Date.now()));
          const opts = { jobId: caseId, delay, removeOnComplete: true, removeOnFail: true };
          return { name: 'ring', data: { caseId, due: Math.round(at) }, opts };
        }),
      );
    }
    if (Date.now() > first) throw new Error('adding the jobs took longer than was planned');
    const worker = await start('./bare-worker.js', [namespace, kind, String(due)]);
    const done = await nextMessage<Fired>(worker.process, 'done');
    await end(worker);
    await queue.close();
    return done;
  });
}

/** Case-workflow itself: instants in the case rows, bells in Redis, the rules of a case, history, outbox and relay. */
async function ours(instances: number): Promise<Fired> {
  return await withNamespace(async (namespace, client) => {
    const schema = schemaIn(namespace);
    await end(await start('./service.js', [namespace]));
    await client.query(
      `alter table ${schema}.case_history add column kept_at timestamptz not null default clock_timestamp()`,
    );
    const fillSeconds = 10 + due / 3_500;
    await fillCases(client, schema, due, `now() + interval '${fillSeconds} s' + n * interval '0.997 s' / ${due}`);
    await client.query(`create table ${schema}.bench_due as select id, wake_at from ${schema}.cases`);
    await client.query(`vacuum analyze ${schema}.cases`);
    const children: Child[] = [];
    for (let each = 0; each < instances; each += 1) children.push(await start('./service.js', [namespace]));
    const { rows: early } = await client.query(`select 1 from ${schema}.cases where wake_at <= now() limit 1`);
    if (early.length > 0) throw new Error('making the cases took longer than was planned');
    const isOver = async (): Promise<boolean> => {
      const { rows } = await client.query(
        `select 1 from ${schema}.cases where wake_at < now() + interval '1 day' limit 1`,
      );
      return rows.length === 0;
    };
    while (!(await isOver())) await pause(250);
    const { rows } = await client.query<{ late: number; times: number }>(
      `select extract(epoch from min(kept_at) - due.wake_at)::float * 1000 as late, count(*)::int as times
       from ${schema}.bench_due as due join ${schema}.case_history on case_id = due.id and type = 'case.customer-reminded'
       group by due.id, due.wake_at`,
    );
    for (const child of children) await end(child);
    return { late: rows.map(({ late }) => late), doubled: rows.filter(({ times }) => times > 1).length };
  });
}

const contestants: [title: string, run: () => Promise<Fired>][] = [
  ['bare BullMQ: a job each that does nothing', () => bullmq('bare')],
  ['BullMQ: a job each, a transaction each', () => bullmq('transaction')],
  ['case-workflow, one instance', () => ours(1)],
  ['case-workflow, two instances', () => ours(2)],
];

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('');
}

const rows = [['contestant', 'fired', 'not', 'twice', 'p50 s late', 'p99 s late', 'last s late', 'fired/s']];
for (const [title, run] of contestants.filter(([title]) => title.includes(wanted))) {
  process.stderr.write(`measuring: ${title} …\n`);
  const { late, doubled } = await run();
  const sorted = late.sort((one, other) => one - other);
  const inSeconds = (value: number): string => (value / 1000).toFixed(2);
  const last = sorted.at(-1) ?? NaN;
  rows.push([
    title,
    ...[sorted.length, due - sorted.length, doubled].map(String),
    ...[quantile(sorted, 0.5), quantile(sorted, 0.99), last].map(inSeconds),
    String(Math.round(sorted.length / (last / 1000 + 1))),
  ]);
}
process.stdout.write(
  `\n${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}, ${due} timers due within one second\n\n`,
);
process.stdout.write(table(rows));
if (sleeping > 0) {
  const measured = await withNamespace((namespace, client) =>
    measureSleeping(namespace, client, sleeping, { start, end }),
  );
  process.stdout.write(`\n${sleeping} sleeping cases\n\n${table([['what', 'value'], ...measured])}`);
}
