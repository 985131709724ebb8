import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Progress, Share } from './sftp-fuzzer.js';

/**
 * Sends the SFTP server sense with nonsense in it and pure noise: most of it into a session in a process of its own, some
 * over a real line to the whole service, before and after login. Watches that every request is answered once, that
 * nothing crashes, hangs or grows, and that another customer goes on being served.
 * usage: npm run fuzz:sftp -- [--inputs 1000000] [--from SEED] [--place session | before-login | after-login]
 */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    from: { type: 'string', default: '0' },
    place: { type: 'string' },
  },
});
const inputs = Number(values.inputs);
const from = Number(values.from);
if (!Number.isSafeInteger(inputs) || inputs < 1 || !Number.isSafeInteger(from) || from < 0)
  throw new Error(`expected whole numbers for --inputs and --from; found ${values.inputs} and ${values.from}`);

const mostSilentMilliseconds = 30_000;
const mostMegabytes = 500;
const overTheLine = Math.ceil(inputs / 50);
const shares: Share[] = [
  { place: 'session' as const, inputs: Math.max(1, inputs - 2 * overTheLine), from },
  { place: 'before-login' as const, inputs: overTheLine, from },
  { place: 'after-login' as const, inputs: overTheLine, from },
].filter(({ place }) => values.place === undefined || place === values.place);
if (shares.length === 0) throw new Error(`found no place of the name ${values.place ?? ''}`);
if (values.place !== undefined) for (const share of shares) share.inputs = inputs;

const done = new Map<string, Progress>();
const faults: string[] = [];
const began = performance.now();
const ticker = setInterval(() => process.stderr.write(`${total()} of ${inputs} packets, ${seconds()} s\n`), 30_000);
for (const share of shares) await run(share);
clearInterval(ticker);
process.stdout.write(
  '| place | packets | clients sent away | peak RSS MB | next seed |\n| --- | --- | --- | --- | --- |\n',
);
for (const [place, { inputs: count, sentAway, peakMegabytes, next }] of done)
  process.stdout.write(`| ${[place, count, sentAway, peakMegabytes, next].join(' | ')} |\n`);
process.stdout.write(`${total()} packets in ${seconds()} s: ${faults.length} faults\n`);
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

function run(share: Share): Promise<void> {
  return new Promise((finished) => {
    const child = fork(fileURLToPath(new URL('sftp-fuzzer.js', import.meta.url)), [JSON.stringify(share)]);
    let watchdog = silence(child, share);
    let before = -1;
    child.on('message', (progress: Progress) => {
      if (progress.next !== before) {
        clearTimeout(watchdog);
        watchdog = silence(child, share);
        before = progress.next;
      }
      done.set(share.place, progress);
      if (progress.fault !== null) faults.push(`FAULT ${share.place}, seed ${progress.next - 1}: ${progress.fault}`);
      if (progress.peakMegabytes > mostMegabytes) {
        faults.push(`MEMORY ${share.place}: ${progress.peakMegabytes} MB by seed ${progress.next}`);
        child.kill('SIGKILL');
      }
    });
    child.on('exit', (code, signal) => {
      clearTimeout(watchdog);
      if (code !== 0 && !faults.some((fault) => fault.includes(share.place)))
        faults.push(`ENDED ${share.place}: ${signal ?? `exit code ${code ?? 'none'}`}`);
      finished();
    });
  });
}

function silence(child: ChildProcess, { place }: Share): NodeJS.Timeout {
  return setTimeout(() => {
    faults.push(
      `HANGS ${place}: stands still for ${mostSilentMilliseconds} ms at seed ${done.get(place)?.next ?? from}`,
    );
    child.kill('SIGKILL');
  }, mostSilentMilliseconds);
}

function total(): number {
  return [...done.values()].reduce((sum, progress) => sum + progress.inputs, 0);
}

function seconds(): string {
  return ((performance.now() - began) / 1000).toFixed(0);
}
