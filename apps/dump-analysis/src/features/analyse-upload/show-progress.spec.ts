import { expect, it } from '@jest/globals';
import type { Progress } from './read-upload.js';
import { ShowProgress } from './show-progress.js';

const at = (bytes: number): Progress => ({ stage: 'unpacking', member: null, bytes, total: 100 });

it('is shown twice a second at the most and kept more rarely, each upload by itself, and anew when it begins anew', () => {
  let now = 0;
  const shown: string[] = [];
  const kept: string[] = [];
  const progress = new ShowProgress({
    show: (uploadId, { bytes }) => void shown.push(`${uploadId} ${bytes}`),
    keep: (uploadId, { bytes }) => Promise.resolve(void kept.push(`${uploadId} ${bytes}`)),
    failed: () => undefined,
    now: () => now,
    showEvery: 500,
    keepEvery: 5_000,
  });
  for (now = 0; now <= 5_000; now += 100) progress.note('a', at(now / 100));
  expect(shown).toEqual(['a 0', 'a 5', 'a 10', 'a 15', 'a 20', 'a 25', 'a 30', 'a 35', 'a 40', 'a 45', 'a 50']);
  expect(kept).toEqual(['a 0', 'a 50']);
  progress.note('b', at(1));
  expect(kept.at(-1)).toBe('b 1');
  progress.end('b');
  progress.note('b', at(2));
  expect([shown.at(-1), kept.at(-1)]).toEqual(['b 2', 'b 2']);
});

it('goes on when it cannot be kept', async () => {
  const failures: unknown[] = [];
  const progress = new ShowProgress({
    show: () => undefined,
    keep: () => Promise.reject(new Error('no database')),
    failed: (error) => void failures.push(error),
    now: () => 0,
    showEvery: 500,
    keepEvery: 5_000,
  });
  progress.note('a', at(1));
  await Promise.resolve();
  await Promise.resolve();
  expect(failures).toHaveLength(1);
});
