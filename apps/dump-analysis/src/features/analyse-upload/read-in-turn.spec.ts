import { describe, expect, it } from '@jest/globals';
import { readInTurn } from './read-in-turn.js';
import { ReadingPlaces } from './reading-places.js';

const largeFrom = 1000;
const sizes = new Map([
  ['large 1', 64_000],
  ['large 2', largeFrom],
  ['large 3', 5000],
  ['small 1', largeFrom - 1],
  ['small 2', 0],
]);

/** Readings that last until they are let end. */
function desk(parallel: number) {
  const ends = new Map<string, { end(): void; fail(): void }>();
  const needs = {
    places: new ReadingPlaces(parallel, largeFrom),
    bytesOf: (uploadId: string) => Promise.resolve(sizes.get(uploadId) ?? null),
    analyse: (uploadId: string) =>
      new Promise<void>((end, reject) => {
        ends.set(uploadId, { end, fail: () => reject(new Error('the database is away')) });
      }).finally(() => ends.delete(uploadId)),
  };
  const begun = new Map<string, Promise<void>>();
  return {
    inHand: () => [...ends.keys()],
    /** Hints at an upload; goes on once it is in hand or was turned away. */
    async hint(uploadId: string) {
      begun.set(uploadId, readInTurn(uploadId, needs));
      await Promise.resolve();
      await Promise.resolve();
    },
    async end(uploadId: string) {
      ends.get(uploadId)?.end();
      await begun.get(uploadId);
    },
    async fail(uploadId: string) {
      ends.get(uploadId)?.fail();
      await expect(begun.get(uploadId)).rejects.toThrow('the database is away');
    },
  };
}

describe('uploads that are read side by side', () => {
  it('leave one place free of large ones, so that a small one is read beside them', async () => {
    const { hint, inHand } = desk(2);
    for (const upload of ['large 1', 'large 2', 'small 1']) await hint(upload);
    expect(inHand()).toEqual(['large 1', 'small 1']);
  });

  it('are large from the size that is set on, and hold all places but one', async () => {
    const { hint, inHand } = desk(3);
    for (const upload of ['large 1', 'large 2', 'large 3', 'small 1']) await hint(upload);
    expect(inHand()).toEqual(['large 1', 'large 2', 'small 1']);
  });

  it('may all be small', async () => {
    const { hint, inHand } = desk(2);
    for (const upload of ['small 1', 'small 2']) await hint(upload);
    expect(inHand()).toEqual(['small 1', 'small 2']);
  });

  it('let the next large one in when one is read, and also when reading it failed', async () => {
    const { hint, inHand, end, fail } = desk(2);
    await hint('large 1');
    await hint('large 2');
    await end('large 1');
    await hint('large 2');
    expect(inHand()).toEqual(['large 2']);
    await fail('large 2');
    await hint('large 3');
    expect(inHand()).toEqual(['large 3']);
  });

  it('share a single place, whatever their size', async () => {
    const { hint, inHand } = desk(1);
    await hint('large 1');
    expect(inHand()).toEqual(['large 1']);
  });

  it('are not begun when they do not wait any more', async () => {
    const { hint, inHand } = desk(2);
    await hint('told long ago');
    expect(inHand()).toEqual([]);
  });
});

describe('a place', () => {
  it('is left once, however often that is said', () => {
    const places = new ReadingPlaces(3, largeFrom);
    const leave = places.enter(largeFrom);
    places.enter(largeFrom);
    leave?.();
    leave?.();
    expect(places.enter(largeFrom)).not.toBeNull();
    expect(places.enter(largeFrom)).toBeNull();
  });
});
