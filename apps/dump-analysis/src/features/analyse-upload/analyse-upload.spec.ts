import { DumpAnalysed, type DumpFinding } from '@caserelay/contracts';
import type { Tell } from '@caserelay/messaging';
import { describe, expect, it } from '@jest/globals';
import { analyseUpload, type Attempt, type Needs } from './analyse-upload.js';
import type { KeptReading } from './keep-reading.js';
import type { KnownDump, Progress } from './read-upload.js';

const upload: Attempt = {
  uploadId: '7f3f0b8e-0000-4000-8000-000000000001',
  name: 'MEMORY.DMP',
  location: 'uploads/1/2/MEMORY.DMP',
  attempts: 1,
};
const good: KeptReading = {
  outcome: {
    type: 'evidence.recognised',
    data: { uploadId: upload.uploadId, name: upload.name, kind: 'text', description: 'text' },
  },
  report: null,
  traits: null,
  versions: [],
};
const progress: Progress = { stage: 'unpacking', member: null, bytes: 43, total: 100 };

function desk(more: Partial<Needs<Attempt>> = {}) {
  const told: Tell[] = [];
  const postponed: number[] = [];
  const shown: Progress[] = [];
  const faults: unknown[] = [];
  let givenBack = 0;
  let reads = 0;
  const needs: Needs<Attempt> = {
    begin: () => Promise.resolve(upload),
    read: (_, onProgress) => {
      reads += 1;
      onProgress(progress);
      return Promise.resolve(good);
    },
    planNextSteps: () => ['check-memory'],
    show: (_, news) => void shown.push(news),
    tell: (_, { outcome }) => Promise.resolve(void told.push(outcome)),
    postpone: (_, __, pauseSeconds) => Promise.resolve(void postponed.push(pauseSeconds)),
    giveBack: () => Promise.resolve(void (givenBack += 1)),
    isStopping: () => false,
    logFault: (_, error) => void faults.push(error),
    maxAttempts: 3,
    firstPauseSeconds: 2,
    ...more,
  };
  return {
    told,
    shown,
    postponed,
    faults,
    run: () => analyseUpload(upload.uploadId, needs),
    counts: () => ({ givenBack, reads }),
  };
}
function aFinding(member: string, kind: DumpFinding['kind']): DumpFinding {
  return {
    ...{
      member,
      kind,
      format: 'kernel-dump-64',
      exception: null,
      machine: 'x64',
      osBuild: 17763,
      osName: 'Windows 10',
    },
    bugcheck: { code: '0x139', name: 'KERNEL_SECURITY_CHECK_FAILURE', parameters: [] },
    ...{ processors: 4, crashedAt: null, uptimeSeconds: 5 },
    completeness: { verdict: 'complete', foundBytes: 4096, expectedBytes: 4096, reason: 'all there' },
  };
}
const broken = { read: () => Promise.reject(new Error('EIO: i/o error, read')) };

describe('an upload to be read', () => {
  it('is read and told about', async () => {
    const { run, told } = desk();
    await run();
    expect(told).toEqual([good.outcome]);
  });

  it('shows how far its reading has come', async () => {
    const { run, shown } = desk();
    await run();
    expect(shown).toEqual([progress]);
  });

  it('that exceeds a limit is told to be unreadable at once, with the reason', async () => {
    const stoppedBecause = 'reading it took more than 1024 MiB of memory and was stopped while unpacking';
    const { run, told, postponed, faults } = desk({ read: () => Promise.resolve({ stoppedBecause, known: [] }) });
    await run();
    expect([postponed, faults]).toEqual([[], []]);
    expect(told).toMatchObject([{ type: 'dump.unreadable', data: { reason: stoppedBecause } }]);
  });

  it('that exceeds a limit is told as far as it was read, and of what was not read nothing is sure', async () => {
    const stoppedBecause = 'reading it took longer than 7200 seconds and was stopped while unpacking';
    const known: KnownDump[] = [
      { isRead: true, finding: aFinding('Mini.dmp', 'triage') },
      { isRead: false, finding: aFinding('MEMORY.DMP', 'full') },
    ];
    const { run, told } = desk({ read: () => Promise.resolve({ stoppedBecause, known }) });
    await run();
    expect(told).toMatchObject([
      {
        type: 'dump.analysed',
        data: {
          holdsFullDump: false,
          nextSteps: ['check-memory'],
          findings: [
            { member: 'Mini.dmp', completeness: { verdict: 'complete', reason: 'all there' } },
            { member: 'MEMORY.DMP', completeness: { verdict: 'unknown', reason: stoppedBecause } },
          ],
        },
      },
    ]);
    expect(() => DumpAnalysed.shape.data.parse(told[0]?.data)).not.toThrow();
  });

  it('is left alone when it was told about before', async () => {
    const { run, told, counts } = desk({ begin: () => Promise.resolve(null) });
    await run();
    expect(told).toEqual([]);
    expect(counts().reads).toBe(0);
  });

  it.each([
    [1, 2],
    [2, 4],
  ])('is tried again after fault %d, %d seconds later', async (attempts, pause) => {
    const { run, told, postponed, faults } = desk({ ...broken, begin: () => Promise.resolve({ ...upload, attempts }) });
    await run();
    expect(told).toEqual([]);
    expect(postponed).toEqual([pause]);
    expect(faults).toHaveLength(1);
  });

  it('is told to be unreadable after the last fault, with the reason', async () => {
    const { run, told, postponed, faults } = desk({
      ...broken,
      begin: () => Promise.resolve({ ...upload, attempts: 3 }),
    });
    await run();
    expect(postponed).toEqual([]);
    expect(faults).toHaveLength(1);
    expect(told).toMatchObject([{ type: 'dump.unreadable', data: { reason: expect.stringMatching(/3 times.*EIO/) } }]);
  });

  it('is not read again when it ended the process each time', async () => {
    const { run, told, counts } = desk({ begin: () => Promise.resolve({ ...upload, attempts: 4 }) });
    await run();
    expect(counts().reads).toBe(0);
    expect(told).toMatchObject([
      { type: 'dump.unreadable', data: { reason: expect.stringMatching(/broken off 3 times/) } },
    ]);
  });

  it('keeps its attempt when the service stops', async () => {
    const { run, told, postponed, counts } = desk({ ...broken, isStopping: () => true });
    await run();
    expect([told, postponed, counts().givenBack]).toEqual([[], [], 1]);
  });
});
