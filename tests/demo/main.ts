import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { faultsOf, replacedCount } from '../support/check-play.js';
import { lettersBesideThread } from '../support/letters-beside-thread.js';
import type { Verdict } from '../support/hand-written-mails.js';
import { playThread, type TimelineEntry } from '../support/play-thread.js';
import { aSystem } from '../support/system.js';
import type { Input } from '../support/thread-inputs.js';
import { readThread } from '../support/thread.js';

/** Lives the real case CAS-02227 from its first mail to the archive, on the running product, and shows it as it happens. */
const speed = Number(process.argv.find((argument) => argument.startsWith('--speed='))?.split('=')[1] ?? 36_000);
const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const paint = (code: number, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
const colourOf: Record<string, number> = {
  people: 97,
  intake: 36,
  'case-workflow': 33,
  'sftp-provisioning': 35,
  'dump-analysis': 31,
  notification: 32,
};

const thread = readThread();
const firstAt = thread.mails[0]?.sentAt.getTime() ?? 0;
const lastAt = thread.mails.at(-1)?.sentAt.getTime() ?? 1;
const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' });

/** Lines that wait for earlier ones: what people do is known at once, what services did a moment later. */
const waiting: { at: Date; since: number; text: string }[] = [];
const patience = 600;

function line(at: Date, who: string, text: string): void {
  const share = Math.max(0, Math.min(1, (at.getTime() - firstAt) / (lastAt - firstAt)));
  const bar = `${'█'.repeat(Math.round(share * 10))}${'░'.repeat(10 - Math.round(share * 10))}`;
  const name = paint(colourOf[who] ?? 37, who.padEnd(17));
  waiting.push({ at, since: Date.now(), text: `${paint(90, bar)} ${local.format(at)} +08:00  ${name} ${text}\n` });
}

function show(olderThan: number): void {
  waiting.sort((one, other) => one.at.getTime() - other.at.getTime());
  const now = Date.now();
  while (waiting[0] && now - waiting[0].since >= olderThan) process.stdout.write(waiting.shift()?.text ?? '');
}

function showInput(input: Input, now: Date): void {
  for (const file of input.uploads)
    line(now, 'people', `▲ upload ${file.name} (${(file.bytes.length / 1_048_576).toFixed(1)} MiB) over SFTP`);
  line(now, 'people', `✉ ${input.title}`);
}

function showEntry(entry: TimelineEntry): void {
  if (entry.type === 'case.customer-heard') return;
  line(
    new Date(entry.at),
    entry.source.replace('/caserelay/', ''),
    `${entry.type === 'letter.sent' ? '✉ ' : ''}${entry.headline.en}`,
  );
}

function showReplaced({ mail, by }: Verdict, now: Date): void {
  line(now, '', paint(32, `  ✓ replaces hand-written mail ${mail.n} (${mail.label}): ${by ?? ''}`));
}

async function main(): Promise<boolean> {
  process.stdout.write(
    `CaseRelay lives case ${thread.caseNumber}: 35 mails in 41 days, at ${speed} times the speed of the wall clock.\n` +
      `Left to people: the customer's mails and uploads, the request that opens the case, answers to free questions.\n\n`,
  );
  const system = await aSystem();
  const folder = await mkdtemp(join(tmpdir(), 'caserelay-demo-'));
  const started = Date.now();
  const showing = setInterval(() => show(patience), 100);
  try {
    const result = await playThread({
      parts: {
        DATABASE_URL: pick(system.environment, 'DATABASE_URL'),
        REDIS_URL: pick(system.environment, 'REDIS_URL'),
        AMQP_URL: pick(system.environment, 'AMQP_URL'),
      },
      namespace: system.namespace,
      folder,
      separate: process.argv.includes('--separate'),
      speed,
      environment: { RETRY_PAUSES_SECONDS: pick(system.environment, 'RETRY_PAUSES_SECONDS') },
      onInput: showInput,
      onTimeline: showEntry,
      onReplaced: showReplaced,
    });
    show(0);
    process.stdout.write(`\nThe 22 mails that people of the support centre wrote by hand:\n`);
    for (const { mail, by } of result.verdicts) {
      const mark = by === null ? paint(90, '  written ') : paint(32, '✓ replaced');
      process.stdout.write(`${mark}  ${String(mail.n).padStart(2)}  ${mail.label.padEnd(30)} ${by ?? ''}\n`);
    }
    const faults = faultsOf(result);
    const replaced = replacedCount(result);
    if (process.argv.includes('--write-document'))
      await writeFile(resolve('docs/letters-beside-the-thread.md'), lettersBesideThread(result.verdicts, replaced));
    process.stdout.write(
      `\nThe case is ${result.phase}; ${result.letters.length} letters, each sent once; ${Math.round((Date.now() - started) / 1000)} s.\n`,
    );
    for (const fault of faults) process.stdout.write(paint(31, `FAULT: ${fault}\n`));
    process.stdout.write(`replaced ${replaced} of 22 hand-written mails\n`);
    return faults.length === 0 && replaced >= 12;
  } finally {
    clearInterval(showing);
    await system.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function pick(environment: Record<string, string>, name: string): string {
  const value = environment[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

main().then(
  (good) => process.exit(good ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(
      `the demo could not be played: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    if (error instanceof Error && error.cause !== undefined)
      process.stderr.write(
        `because: ${error.cause instanceof Error ? error.cause.message : JSON.stringify(error.cause)}\n`,
      );
    process.exit(1);
  },
);
