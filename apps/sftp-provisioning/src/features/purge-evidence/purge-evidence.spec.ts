import type { Tell } from '@caserelay/messaging';
import { describe, expect, it } from '@jest/globals';
import { purgeEvidence, type Needs, type Purge, type Purges } from './purge-evidence.js';

const purge: Purge = {
  spaceId: '00000000-0000-4000-8000-000000000001',
  caseId: '00000000-0000-4000-8000-000000000002',
  account: 'acme',
  requestedAt: '2026-01-02T03:04:05.678Z',
  sequence: 7,
  cause: {},
};

/** A store of three files whose transactions are undone when they fail, as those of a killed process are. */
class House {
  readonly files = new Set(['a', 'b', 'c']);
  marked: string[] = [];
  ended = false;
  keptBecause: 'reopened' | 'legal-hold' | null = null;
  readonly told: Tell[] = [];
  readonly warned: string[] = [];
  /** What happens when a file is to be removed, before and after it is. */
  before: (name: string) => void = () => undefined;
  after: (name: string) => void = () => undefined;

  readonly needs: Needs = {
    listUnended: async () => (this.ended ? [] : [purge]),
    transaction: async (work) => {
      const [marked, ended] = [this.marked, this.ended];
      try {
        const { result, tells } = await work(this.purges);
        this.told.push(...tells);
        return result;
      } catch (error) {
        [this.marked, this.ended] = [marked, ended];
        throw error;
      }
    },
    removeFile: async (location) => {
      this.before(location);
      this.files.delete(location);
      this.after(location);
    },
    removeAtEngine: async () => undefined,
    note: () => undefined,
    isStopping: () => false,
    now: () => new Date('2026-01-02T03:05:00Z'),
    warn: (message) => this.warned.push(message),
  };

  private readonly purges: Purges = {
    take: async () => (this.ended ? null : { keptBecause: this.keptBecause }),
    nextFile: async () => {
      const next = ['a', 'b', 'c'].find((name) => !this.marked.includes(name));
      return next === undefined ? null : { uploadId: next, location: next, path: next, bytes: 1 };
    },
    countKept: async () => 3 - this.marked.length,
    markPurged: async (uploadId) => {
      if (this.files.has(uploadId)) throw new Error(`${uploadId} is marked before it is gone`);
      this.marked = [...this.marked, uploadId];
    },
    removedFor: async () => ({ files: [], filesInAll: this.marked.length, bytesInAll: this.marked.length }),
    end: async () => {
      this.ended = true;
    },
  };
}

describe('the removal of evidence', () => {
  it('removes each file, then marks it, and tells once', async () => {
    const house = new House();
    await purgeEvidence(house.needs);
    await purgeEvidence(house.needs);
    expect([...house.files]).toEqual([]);
    expect(house.told).toMatchObject([
      { type: 'evidence.purged', data: { filesInAll: 3, kept: 0, keptBecause: null } },
    ]);
  });

  it('that breaks off between a file and its mark goes on there', async () => {
    const house = new House();
    house.after = (name) => {
      if (name === 'b') throw new Error('killed');
    };
    await purgeEvidence(house.needs);
    expect([house.marked, [...house.files], house.told]).toEqual([['a'], ['c'], []]);
    house.after = () => undefined;
    await purgeEvidence(house.needs);
    expect(house.told).toMatchObject([{ data: { filesInAll: 3 } }]);
  });

  it('marks nothing that could not be removed, and says so', async () => {
    const house = new House();
    house.before = () => {
      throw new Error('EIO');
    };
    await purgeEvidence(house.needs);
    expect([house.marked, house.told, house.warned.length]).toEqual([[], [], 1]);
  });

  it('ends where the case is opened again, and tells what is gone and how much stays', async () => {
    const house = new House();
    house.after = (name) => {
      house.keptBecause = name === 'a' ? 'reopened' : null;
    };
    await purgeEvidence(house.needs);
    expect([...house.files]).toEqual(['b', 'c']);
    expect(house.told).toMatchObject([{ data: { filesInAll: 1, kept: 2, keptBecause: 'reopened' } }]);
  });
});
