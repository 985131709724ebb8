import { fork, type ChildProcess } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dumpSamples } from '../support/dump-samples.js';
import type { Progress, Share } from './dump-fuzzer.js';

/**
 * Reads dumps of every kind, changed at random, in processes of their own, and watches that none crashes, hangs or grows.
 * usage: npm run fuzz:dump -- [--inputs 1000000] [--from SEED] [--sample NAME]
 * The same seed changes the same sample in the same way: `--sample NAME --from SEED --inputs 1` shows one again.
 */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    sample: { type: 'string' },
  },
});
const mostSilentMilliseconds = 20_000;
const mostMegabytes = 256;
const names = dumpSamples()
  .map(([name]) => name)
  .filter((name) => values.sample === undefined || name === values.sample);
if (names.length === 0) throw new Error(`found no sample of the name ${values.sample ?? ''}`);

const inputs = Number(values.inputs);
const from = Number(values.from);
if (!Number.isSafeInteger(inputs) || inputs < 1 || !Number.isSafeInteger(from) || from < 0)
  throw new Error(`expected whole numbers for --inputs and --from; found ${values.inputs} and ${values.from}`);
const perSample = Math.ceil(inputs / names.length);
const waiting: Share[] = names.map((sample) => ({ sample, from, inputs: perSample }));
const done = new Map<string, Progress>();
const faults: string[] = [];
const began = performance.now();

const ticker = setInterval(() => process.stderr.write(`${lineOfProgress()}\n`), 30_000);
await Promise.all(Array.from({ length: Math.min(cpus().length, names.length) }, workThrough));
clearInterval(ticker);
process.stdout.write(table());
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** One process after the other: each reads one sample's share, and the next share begins in a fresh one. */
async function workThrough(): Promise<void> {
  for (let share = waiting.shift(); share; share = waiting.shift()) await run(share);
}

function run(share: Share): Promise<void> {
  return new Promise((finished) => {
    const child = fork(fileURLToPath(new URL('dump-fuzzer.js', import.meta.url)), [JSON.stringify(share)], {
      execArgv: ['--max-old-space-size=160'],
    });
    let watchdog = silence(child, share);
    child.on('message', (progress: Progress) => {
      clearTimeout(watchdog);
      watchdog = silence(child, share);
      done.set(share.sample, progress);
      if (progress.fault !== null) faults.push(`FAULT ${share.sample}, seed ${progress.next - 1}: ${progress.fault}`);
      if (progress.peakMegabytes > mostMegabytes) {
        faults.push(`MEMORY ${share.sample}: ${progress.peakMegabytes} MB by seed ${progress.next}`);
        child.kill('SIGKILL');
      }
    });
    child.on('exit', (code, signal) => {
      clearTimeout(watchdog);
      if (code !== 0 && !faults.some((fault) => fault.includes(share.sample)))
        faults.push(`ENDED ${share.sample}: ${signal ?? `exit code ${code ?? 'none'}`} after ${at(share)}`);
      finished();
    });
  });
}

function silence(child: ChildProcess, share: Share): NodeJS.Timeout {
  return setTimeout(() => {
    faults.push(`HANGS ${share.sample}: nothing heard for ${mostSilentMilliseconds} ms after ${at(share)}`);
    child.kill('SIGKILL');
  }, mostSilentMilliseconds);
}

function at({ sample }: Share): string {
  return `seed ${done.get(sample)?.next ?? from}`;
}

function total(of: (progress: Progress) => number): number {
  return [...done.values()].reduce((sum, progress) => sum + of(progress), 0);
}

function lineOfProgress(): string {
  const seconds = Math.round((performance.now() - began) / 1000);
  return `${total(({ read }) => read) + total(({ refused }) => refused)} of ${perSample * names.length} inputs, ${seconds} s`;
}

function table(): string {
  const row = (name: string, progress: Progress): string =>
    `| ${[name, progress.read, progress.refused, progress.slowestMilliseconds.toFixed(1), progress.slowestSeed, progress.peakMegabytes].join(' | ')} |\n`;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  return [
    '| sample | read | refused | slowest ms | its seed | peak RSS MB |\n| --- | --- | --- | --- | --- | --- |\n',
    ...[...done].map(([name, progress]) => row(name, progress)),
    `${total(({ read, refused }) => read + refused)} inputs in ${seconds} s: ${faults.length} faults\n`,
  ].join('');
}
