import { expect, it } from '@jest/globals';
import { LookWhenWoken } from './look-when-woken.js';

/** A look that lasts until it is told to end. */
function aLook() {
  const ends: (() => void)[] = [];
  const look = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
  return { ends, look };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

it('looks once more, not twice at a time, when woken while it looks', async () => {
  const { ends, look } = aLook();
  const watch = new LookWhenWoken(look, 1_000_000, () => undefined);
  for (let time = 0; time < 3; time += 1) watch.wake();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await turns();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await turns();
  expect(ends).toHaveLength(2);
  await watch.stop();
});

it('goes on after a look that failed', async () => {
  const faults: unknown[] = [];
  let looks = 0;
  const look = (): Promise<void> => {
    looks += 1;
    return Promise.reject(new Error('away'));
  };
  const watch = new LookWhenWoken(look, 1_000_000, (error) => faults.push(error));
  watch.wake();
  await turns();
  watch.wake();
  await turns();
  expect([looks, faults.length]).toEqual([2, 2]);
  await watch.stop();
});

it('stops when the look in hand has ended, and looks no more', async () => {
  const { ends, look } = aLook();
  const watch = new LookWhenWoken(look, 1_000_000, () => undefined);
  watch.wake();
  watch.wake();
  let isStopped = false;
  const stopped = watch.stop().then(() => (isStopped = true));
  await turns();
  expect([isStopped, watch.isStopping]).toEqual([false, true]);
  ends[0]?.();
  await stopped;
  watch.wake();
  expect(ends).toHaveLength(1);
});
