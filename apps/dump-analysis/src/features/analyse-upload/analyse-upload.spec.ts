import type { Tell } from '@caserelay/messaging';
import { describe, expect, it } from '@jest/globals';
import { analyseUpload, type Attempt, type Needs } from './analyse-upload.js';

const upload: Attempt = {
  uploadId: '7f3f0b8e-0000-4000-8000-000000000001',
  name: 'MEMORY.DMP',
  location: 'uploads/1/2/MEMORY.DMP',
  attempts: 1,
};
const good: Tell = {
  type: 'evidence.recognised',
  data: { uploadId: upload.uploadId, name: upload.name, kind: 'text', description: 'text' },
};

function desk(more: Partial<Needs<Attempt>> = {}) {
  const told: Tell[] = [];
  const postponed: number[] = [];
  const faults: unknown[] = [];
  let givenBack = 0;
  let reads = 0;
  const needs: Needs<Attempt> = {
    begin: () => Promise.resolve(upload),
    read: () => {
      reads += 1;
      return Promise.resolve(good);
    },
    tell: (_, outcome) => Promise.resolve(void told.push(outcome)),
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
    postponed,
    faults,
    run: () => analyseUpload(upload.uploadId, needs),
    counts: () => ({ givenBack, reads }),
  };
}
const broken = { read: () => Promise.reject(new Error('EIO: i/o error, read')) };

describe('an upload to be read', () => {
  it('is read and told about', async () => {
    const { run, told } = desk();
    await run();
    expect(told).toEqual([good]);
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
