import { describe, expect, it } from '@jest/globals';
import { SpaceQuota, type Usage } from './space-quota.js';

function aQuota(more: { usage?: Partial<Usage>; arriving?: number; held?: number; free?: number } = {}) {
  const disk = { free: more.free ?? 1_000_000, asked: 0 };
  const usage = { files: more.usage?.files ?? 0, asked: 0 };
  const quota = new SpaceQuota({
    usageOf: () => {
      usage.asked += 1;
      return Promise.resolve({ bytes: 0, mostBytes: null, mostFiles: null, ...more.usage, files: usage.files });
    },
    arrivingBytes: () => more.arriving ?? 0,
    heldFiles: () => more.held ?? 0,
    freeBytes: () => {
      disk.asked += 1;
      return Promise.resolve(disk.free);
    },
    mostBytes: 1000,
    mostFiles: 2,
    reserveBytes: 500,
    warn: () => undefined,
  });
  return { quota, disk, usage };
}

describe('the quota of a space', () => {
  it('lets open what has room', async () => {
    await aQuota({ usage: { bytes: 999, files: 1 } }).quota.refuseWhenFull('space', true);
  });

  it('refuses an opening when its bytes are used up, with those that arrive now', async () => {
    await expect(aQuota({ usage: { bytes: 1000 } }).quota.refuseWhenFull('space', false)).rejects.toThrow('is used up');
    await expect(aQuota({ usage: { bytes: 400 }, arriving: 600 }).quota.refuseWhenFull('space', false)).rejects.toThrow(
      '1000 bytes',
    );
  });

  it('refuses one more file, but not to go on with one', async () => {
    const { quota } = aQuota({ usage: { files: 2 } });
    await expect(quota.refuseWhenFull('space', true)).rejects.toThrow('may hold 2 files and holds 2');
    await quota.refuseWhenFull('space', false);
  });

  it('counts the files that are not written down yet, and those that it has let in since it counted', async () => {
    await expect(aQuota({ usage: { files: 1 }, held: 1 }).quota.refuseWhenFull('space', true)).rejects.toThrow(
      'may hold 2 files and holds 2',
    );
    const { quota, usage } = aQuota();
    await quota.refuseWhenFull('space', true);
    await quota.refuseWhenFull('space', true);
    expect(usage.asked).toBe(1);
    usage.files = 2;
    await expect(quota.refuseWhenFull('space', true)).rejects.toThrow('holds 2');
    expect(usage.asked).toBe(2);
  });

  it('takes what an operator set instead of the default', async () => {
    await aQuota({ usage: { bytes: 5000, mostBytes: 6000 } }).quota.refuseWhenFull('space', true);
    await expect(aQuota({ usage: { bytes: 50, mostBytes: 50 } }).quota.refuseWhenFull('space', true)).rejects.toThrow(
      '50 bytes',
    );
  });

  it('stops a file that outgrows the room', async () => {
    const { quota } = aQuota({ usage: { bytes: 900 } });
    await quota.refuseWhenFull('space', true);
    quota.grow('space', 60);
    quota.grow('space', 40);
    expect(() => quota.grow('space', 1)).toThrow('is used up');
    quota.grow('space', 0);
  });
});

describe('the reserve of the disk', () => {
  it('is never used up by uploads', async () => {
    await expect(aQuota({ free: 500 }).quota.refuseWhenFull('space', true)).rejects.toThrow('no room left');
    const { quota, disk } = aQuota({ free: 700 });
    await quota.refuseWhenFull('space', true);
    quota.grow('space', 150);
    expect(() => quota.grow('space', 60)).toThrow('no room left');
    expect(disk.asked).toBe(1);
  });
});
