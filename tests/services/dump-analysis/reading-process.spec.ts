import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { repository } from '../../support/repository.js';
import { fullDump, triageDump } from '../../support/synthetic-dump.js';
import { kernelMemory } from '../../support/synthetic-memory.js';
import { until } from '../../support/until.js';
import { AnalysisDesk } from './analysis-desk.js';

/** Processes are looked at as Linux shows them. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

let desk: AnalysisDesk;
let hold: Hold | null = null;

beforeAll(async () => {
  desk = await AnalysisDesk.open({ ANALYSIS_ATTEMPTS: '3' });
}, 60_000);

afterEach(async () => {
  await hold?.release();
  hold = null;
});

afterAll(async () => {
  await desk.close();
  if (process.platform === 'linux') expect(readersOf(process.pid)).toEqual([]);
}, 60_000);

/** A dump that lacks the version of one module, so that its reader asks the service for it. */
function dumpThatAsks(): Buffer {
  const memory = kernelMemory({ withFilter: true });
  memory.unmap(0xfffff80738a18000n, 'paged-out');
  return fullDump({ memory });
}

interface Hold {
  release(): Promise<void>;
}

/** Holds up the answers that readers wait for, so that they live as long as the test wants. */
async function holdUpReaders(): Promise<void> {
  const client = new Client({ connectionString: desk.system.environment['DATABASE_URL'] });
  await client.connect();
  await client.query('begin');
  await client.query(`lock table ${desk.schema}.known_version in access exclusive mode`);
  hold = {
    release: async () => {
      await client.query('rollback');
      await client.end();
    },
  };
}

async function letReadersGoOn(): Promise<void> {
  await hold?.release();
  hold = null;
}

function readersOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parentOf = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return (
          Number(parentOf) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('reading-process.js')
        );
      } catch {
        return false;
      }
    });
}

const aReaderOf = (parent = process.pid): Promise<number> =>
  until('a process that reads', () => readersOf(parent)[0], 30_000);
const isGone = (pid: number): boolean => {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
};
const isReading = (uploadId: string): Promise<unknown> =>
  until('the reader has come to the analysis', async () => {
    const [row] = await desk.system.query<{ stage: string }>(
      `select progress->>'stage' as stage from ${desk.schema}.analysis where upload_id = $1`,
      [uploadId],
    );
    return row?.stage !== undefined && row.stage !== null;
  });

onLinux('the process that reads an upload', () => {
  it('gets to know nothing of the service: its environment is empty but for a folder of its own', async () => {
    await holdUpReaders();
    const upload = await desk.ask('MEMORY.DMP', dumpThatAsks());
    const reader = await aReaderOf();
    await isReading(upload.uploadId);
    const names = readFileSync(`/proc/${reader}/environ`, 'utf8')
      .split('\0')
      .map((line) => line.split('=')[0]);
    expect(names.filter((name) => name !== '' && !name?.startsWith('NODE_CHANNEL_')).sort()).toEqual(['TMP', 'TMPDIR']);
    expect(readFileSync(`/proc/${reader}/oom_score_adj`, 'utf8').trim()).toBe('1000');
    await letReadersGoOn();
    expect((await desk.answerTo(upload)).type).toBe('dump.analysed');
    await until('the reader is gone', () => isGone(reader));
  }, 60_000);

  it('shows how far it has come, in the queue and in the database', async () => {
    await holdUpReaders();
    const upload = await desk.ask('MEMORY.DMP', dumpThatAsks());
    const { connection, prefix } = desk.service.host.bull;
    const queue = new Queue('dump-analysis', { connection, prefix });
    const progress = await until('progress in the queue', async () => {
      const shown = (await queue.getJob(upload.uploadId))?.progress;
      return typeof shown === 'object' ? shown : null;
    });
    expect(progress).toMatchObject({ stage: expect.stringMatching(/recognising|analysing/) });
    await queue.close();
    await until('progress in the database', async () => (await desk.rowOf(upload))?.progress?.stage);
    await letReadersGoOn();
    await desk.answerTo(upload);
    expect((await desk.rowOf(upload))?.progress).toBeNull();
  }, 60_000);

  it('reads beside another', async () => {
    await holdUpReaders();
    const uploads = [await desk.ask('A.DMP', dumpThatAsks()), await desk.ask('B.DMP', dumpThatAsks())];
    await until('two processes read', () => readersOf(process.pid).length === 2, 30_000);
    await letReadersGoOn();
    for (const upload of uploads) expect((await desk.answerTo(upload)).type).toBe('dump.analysed');
    await until('both are gone', () => readersOf(process.pid).length === 0);
  }, 60_000);

  it('of a large upload leaves a place free for small ones, and all are read once', async () => {
    const large = dumpThatAsks();
    await desk.stop();
    await desk.start({ ANALYSIS_LARGE_GIBIBYTES: String(large.length / 2 ** 30) });
    await holdUpReaders();
    const first = await desk.ask('A.DMP', large);
    await isReading(first.uploadId);
    const second = await desk.ask('B.DMP', large);
    const small = await desk.ask('MINI.DMP', triageDump());
    await until('the small one is begun', async () => (await desk.rowOf(small))?.attempts === 1);
    expect(await desk.rowOf(second)).toMatchObject({ state: 'requested', attempts: 0 });
    await letReadersGoOn();
    for (const upload of [first, second, small]) {
      expect((await desk.answerTo(upload)).type).toBe('dump.analysed');
      expect(await desk.rowOf(upload)).toMatchObject({ attempts: 1 });
    }
    await desk.stop();
    await desk.start();
  }, 60_000);

  it('that is killed costs one attempt, and the upload is read by another', async () => {
    await holdUpReaders();
    const upload = await desk.ask('MEMORY.DMP', dumpThatAsks());
    const reader = await aReaderOf();
    await isReading(upload.uploadId);
    process.kill(reader, 'SIGKILL');
    await until('the fault is noted', async () => (await desk.rowOf(upload))?.last_fault?.includes('SIGKILL'));
    await letReadersGoOn();
    expect((await desk.answerTo(upload)).type).toBe('dump.analysed');
    expect(await desk.rowOf(upload)).toMatchObject({ state: 'told', attempts: 2 });
    expect(desk.answersTo(upload)).toBe(1);
  }, 60_000);

  it('ends when the service stops, which costs no attempt, and the upload is read after the next start', async () => {
    await holdUpReaders();
    const upload = await desk.ask('MEMORY.DMP', dumpThatAsks());
    const reader = await aReaderOf();
    await isReading(upload.uploadId);
    await desk.stop();
    expect(isGone(reader)).toBe(true);
    expect(await desk.rowOf(upload)).toMatchObject({ state: 'requested', attempts: 0 });
    await letReadersGoOn();
    await desk.start();
    expect((await desk.answerTo(upload)).type).toBe('dump.analysed');
  }, 60_000);

  it('ends with a service that is killed, and the upload is read again', async () => {
    await desk.stop();
    await holdUpReaders();
    const service = spawn(process.execPath, [join(repository, 'apps/dump-analysis/dist/main.js')], {
      env: { PATH: process.env['PATH'], ...desk.system.environment, ANALYSIS_ATTEMPTS: '3' },
      stdio: 'ignore',
    });
    const upload = await desk.ask('MEMORY.DMP', dumpThatAsks());
    const reader = await aReaderOf(service.pid);
    await isReading(upload.uploadId);
    service.kill('SIGKILL');
    await until('the reader is gone', () => isGone(reader));
    await letReadersGoOn();
    await desk.start();
    expect((await desk.answerTo(upload)).type).toBe('dump.analysed');
    expect(await desk.rowOf(upload)).toMatchObject({ state: 'told', attempts: 2 });
  }, 90_000);
});

describe('a limit', () => {
  afterEach(async () => {
    await desk.stop();
    await desk.start();
  });

  it.each([
    ['memory', { ANALYSIS_MEMORY_MEBIBYTES: '24' }, /took more than 24 MiB of memory and was stopped while/],
    ['time', { ANALYSIS_MAX_SECONDS: '0.01' }, /took longer than 0\.01 seconds and was stopped while/],
  ])(
    'of %s stops the reading with a clear answer and is not tried again',
    async (_, settings, reason) => {
      await desk.stop();
      await desk.start(settings);
      await holdUpReaders();
      const upload = await desk.ask('MEMORY.DMP', dumpThatAsks());
      // Unreadable, or read as far as its header, whichever the limit left time for; never read to its end.
      expect(JSON.stringify(await desk.answerTo(upload))).toMatch(reason);
      expect(await desk.rowOf(upload)).toMatchObject({ state: 'told', attempts: 1 });
      expect((await fetch(`${desk.service.url}/health/live`)).ok).toBe(true);
    },
    60_000,
  );

  (process.platform === 'linux' ? it : it.skip)(
    'on standing still stops a reader that hears nothing any more, and what its dump begins with is told',
    async () => {
      await desk.stop();
      await desk.start({ ANALYSIS_STALL_SECONDS: '4' });
      await holdUpReaders();
      const upload = await desk.ask('MEMORY.DMP', dumpThatAsks());
      const reader = await aReaderOf();
      await isReading(upload.uploadId);
      process.kill(reader, 'SIGSTOP');
      expect(await desk.answerTo(upload)).toMatchObject({
        type: 'dump.analysed',
        data: {
          holdsFullDump: false,
          findings: [
            {
              bugcheck: { code: '0x139' },
              completeness: {
                verdict: 'unknown',
                reason: expect.stringMatching(/did not come any further for 4 seconds/),
              },
            },
          ],
        },
      });
      expect(await desk.rowOf(upload)).toMatchObject({ attempts: 1 });
    },
    60_000,
  );
});
