import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Progress, Share } from './mail-fuzzer.js';

/**
 * Reads mails changed at random, in processes of their own, and watches that none throws, hangs, grows or gives out more
 * than came in.
 * usage: npm run fuzz:mail -- [--inputs 200000] [--from SEED] [--processes N]
 * The same seed makes the same mail: `--from SEED --inputs 1` shows one again.
 */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    from: { type: 'string', default: '0' },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
});
const mostSilentMilliseconds = 60_000;
const mostMegabytes = 400;
/** One process reads so many, then a fresh one goes on. */
const perProcess = 5_000;

const [inputs, from, processes] = [values.inputs, values.from, values.processes].map(Number) as [
  number,
  number,
  number,
];
if (
  ![inputs, from, processes].every((number) => Number.isSafeInteger(number) && number >= 0) ||
  inputs < 1 ||
  processes < 1
)
  throw new Error(
    `expected whole numbers for --inputs, --from and --processes; found ${values.inputs}, ${values.from}, ${values.processes}`,
  );
const waiting: Share[] = Array.from({ length: Math.ceil(inputs / perProcess) }, (_, index) => ({
  from: from + index * perProcess,
  inputs: Math.min(perProcess, inputs - index * perProcess),
}));
const done = new Map<number, Progress>();
const faults: string[] = [];
const began = performance.now();

const ticker = setInterval(() => process.stderr.write(`${lineOfProgress()}\n`), 30_000);
await Promise.all(Array.from({ length: Math.min(processes, waiting.length) }, workThrough));
clearInterval(ticker);
process.stdout.write(summary());
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function workThrough(): Promise<void> {
  for (let share = waiting.shift(); share; share = waiting.shift()) await run(share);
}

function run(share: Share): Promise<void> {
  return new Promise((finished) => {
    const child = fork(fileURLToPath(new URL('mail-fuzzer.js', import.meta.url)), [JSON.stringify(share)], {
      execArgv: ['--max-old-space-size=256'],
    });
    let watchdog = silence(child, share);
    child.on('message', (progress: Progress) => {
      clearTimeout(watchdog);
      watchdog = silence(child, share);
      done.set(share.from, progress);
      if (progress.fault !== null) faults.push(`FAULT seed ${progress.next - 1}: ${progress.fault}`);
      if (progress.peakMegabytes > mostMegabytes) {
        faults.push(`MEMORY ${progress.peakMegabytes} MB by seed ${progress.next}`);
        child.kill('SIGKILL');
      }
    });
    child.on('exit', (code, signal) => {
      clearTimeout(watchdog);
      const isTold = faults.some((fault) => fault.includes('seed'));
      if (code !== 0 && !isTold) faults.push(`ENDED ${signal ?? `exit code ${code ?? 'none'}`} after ${at(share)}`);
      finished();
    });
  });
}

function silence(child: ChildProcess, share: Share): NodeJS.Timeout {
  return setTimeout(() => {
    faults.push(`HANGS nothing heard for ${mostSilentMilliseconds} ms after ${at(share)}`);
    child.kill('SIGKILL');
  }, mostSilentMilliseconds);
}

function at(share: Share): string {
  return `seed ${done.get(share.from)?.next ?? share.from}`;
}

function total(of: (progress: Progress) => number): number {
  return [...done.values()].reduce((sum, progress) => sum + of(progress), 0);
}

function count(): number {
  return total(({ read }) => read) + total(({ noMail }) => noMail);
}

function lineOfProgress(): string {
  return `${count()} of ${inputs} inputs, ${Math.round((performance.now() - began) / 1000)} s`;
}

function summary(): string {
  const slowest = [...done.values()].sort((one, other) => other.slowestMilliseconds - one.slowestMilliseconds)[0];
  const peak = Math.max(0, ...[...done.values()].map(({ peakMegabytes }) => peakMegabytes));
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  return `${count()} inputs in ${seconds} s: ${faults.length} faults; ${total(({ damaged }) => damaged)} damaged, ${total(({ noMail }) => noMail)} no mail; slowest ${slowest?.slowestMilliseconds.toFixed(0) ?? '–'} ms (seed ${slowest?.slowestSeed ?? '–'}), peak ${peak} MB\n`;
}
