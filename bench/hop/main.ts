import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { removeNamespace } from './parts.js';

/**
 * How fast an event travels from one process to another and how late it is: raw amqplib with confirms as the
 * baseline, Nest's stock RabbitMQ transport as the peer, and our whole hop (outbox in Postgres → relay → broker →
 * inbox in Postgres). All in one run; every contestant has one telling and one listening process, persistent 1 KiB
 * events and a quorum queue.
 */
const contestants = [
  { name: 'raw', title: 'raw amqplib, confirms, ack each' },
  { name: 'stock', title: 'stock Nest transport (confirms, no outbox, no inbox)' },
  { name: 'ours', title: 'our hop, tells of 100 in a transaction' },
  { name: 'ours-single', title: 'our hop, a transaction for each tell' },
] as const;
export type Contestant = (typeof contestants)[number]['name'];

const burst = Number(process.argv[2] ?? 20_000);
const rate = 1_000;
const seconds = 8;
const rounds = 3;

interface Report {
  perSecond: number;
  p50: number;
  p99: number;
}

async function measure(contestant: Contestant): Promise<{ burst: number; steady: Report }> {
  const namespace = `bench${randomBytes(4).toString('hex')}`;
  const start = (role: 'teller' | 'listener'): Promise<ChildProcess> =>
    new Promise((resolve, reject) => {
      const child = fork(new URL(`./${role}.js`, import.meta.url), [contestant, namespace], { stdio: 'inherit' });
      void nextMessage(child, 'ready').then(() => resolve(child));
      child.once('exit', (code) => reject(new Error(`the ${role} of ${contestant} ended with ${String(code)}`)));
    });
  const listener = await start('listener');
  const teller = await start('teller');
  const run = async (order: { count: number; perSecond: number | null }): Promise<Report> => {
    const expecting = nextMessage(listener, 'expecting');
    listener.send({ expect: order.count });
    await expecting;
    const reported = nextMessage(listener, 'report');
    const started = performance.now();
    teller.send(order);
    const report = await reported;
    return { ...report, perSecond: Math.round(order.count / ((performance.now() - started) / 1000)) };
  };
  try {
    await run({ count: 2_000, perSecond: null });
    const bursts: number[] = [];
    for (let round = 0; round < rounds; round += 1)
      bursts.push((await run({ count: burst, perSecond: null })).perSecond);
    const steady = await run({ count: rate * seconds, perSecond: rate });
    return { burst: median(bursts), steady };
  } finally {
    for (const child of [teller, listener]) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.removeAllListeners('exit');
      child.once('exit', () => undefined);
      child.send({ stop: true });
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500))]);
      child.kill('SIGKILL');
    }
    await removeNamespace(namespace);
  }
}

/** What a child says to the measuring process. */
export interface Said {
  kind: 'ready' | 'expecting' | 'report';
  p50: number;
  p99: number;
}

function nextMessage(child: ChildProcess, kind: Said['kind']): Promise<Said> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown): void => {
      const said = message as Said;
      if (said.kind !== kind) return;
      child.off('message', onMessage);
      resolve(said);
    };
    child.on('message', onMessage);
  });
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[values.length >> 1] ?? 0;
}

const rows: string[][] = [];
let baseline = 0;
for (const { name, title } of contestants) {
  process.stderr.write(`measuring: ${title} …\n`);
  const { burst: perSecond, steady } = await measure(name);
  if (name === 'raw') baseline = perSecond;
  rows.push([
    title,
    String(perSecond),
    (perSecond / baseline).toFixed(2),
    steady.p50.toFixed(1),
    steady.p99.toFixed(1),
  ]);
}
const head = ['contestant', 'events/s', '× raw', `p50 ms at ${rate}/s`, `p99 ms at ${rate}/s`];
const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
const line = (cells: string[]): string =>
  `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
process.stdout.write(
  `\n${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}, bursts of ${burst} events, median of ${rounds}\n\n`,
);
process.stdout.write(line(head) + line(widths.map((width) => '-'.repeat(width))));
for (const row of rows) process.stdout.write(line(row));
