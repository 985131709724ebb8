import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { EvidenceFile } from './evidence-file.js';
import type { EvidenceStore } from './evidence-store.js';

const chunk = 65_536;
const place = 'uploads/case/upload/MEMORY.DMP';

/** What a kind of store must show so that it can be tested: how to open it, and how to open it again after a crash. */
export interface StoreUnderTest {
  open(): Promise<EvidenceStore>;
  tearDown(): Promise<void>;
}

/** What every evidence store does, wherever it keeps its bytes. */
export function storeBehaves(make: () => Promise<StoreUnderTest>): void {
  let under: StoreUnderTest;
  let store: EvidenceStore;
  beforeEach(async () => {
    under = await make();
    store = await under.open();
  });
  afterEach(() => under.tearDown());

  async function contentOf(location: string): Promise<Buffer> {
    const file = await store.openForReading(location);
    try {
      return await file.read(0, (await file.size()) + 1);
    } finally {
      await file.close();
    }
  }

  async function keep(location: string, content: Buffer): Promise<void> {
    const file = await store.create(location);
    await file.write([content], 0);
    await file.sync();
    await file.close();
  }

  describe('a file', () => {
    it.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 12_345])(
      'of %i bytes is read as it was written, with its size',
      async (bytes) => {
        const content = randomBytes(bytes);
        await keep(place, content);
        expect(await store.size(place)).toBe(bytes);
        expectBytes(await contentOf(place), content);
      },
    );

    it.each([0, 1, chunk, chunk + 1, 2 * chunk + 12_345])(
      'of %i bytes is kept at once as it would be in pieces, and can be gone on with',
      async (bytes) => {
        const content = randomBytes(bytes);
        await store.keep(place, content);
        expect(await store.size(place)).toBe(bytes);
        expectBytes(await contentOf(place), content);
        await expect(store.keep(place, content)).rejects.toThrow();
        const file = await store.openForWriting(place);
        await file.write([Buffer.from('more')], bytes);
        await file.close();
        expectBytes(await contentOf(place), Buffer.concat([content, Buffer.from('more')]));
      },
    );

    it('takes writes of which none waits for the one before', async () => {
      const content = randomBytes(3 * 2 ** 20 + 7);
      const file = await store.create(place);
      const writes: Promise<void>[] = [];
      for (let at = 0; at < content.length; at += 261_120)
        writes.push(file.write([content.subarray(at, at + 261_120)], at));
      expectBytes(await file.read(100_000, 500_000), content.subarray(100_000, 600_000));
      await Promise.all(writes);
      await file.close();
      expectBytes(await contentOf(place), content);
    });

    it('is read at any place, and no further than its end', async () => {
      const content = randomBytes(5 * chunk + 77);
      await keep(place, content);
      const file = await store.openForReading(place);
      for (const [from, length] of [
        [0, 4096],
        [chunk - 10, 20],
        [2 * chunk, 2 * chunk],
        [5 * chunk, 1000],
        [1, content.length],
        [content.length, 10],
        [content.length + 1000, 10],
      ] as const)
        expectBytes(await file.read(from, length), content.subarray(from, from + length));
      await file.close();
    });

    it('is written in pieces of any size', async () => {
      const content = randomBytes(4 * chunk + 99);
      const file = await store.create(place);
      for (let at = 0, step = 1; at < content.length; at += step, step = (step * 7) % 40_009)
        await file.write(
          [content.subarray(at, at + 3), content.subarray(at + 3, at + step)].filter((one) => one.length > 0),
          at,
        );
      expect(await file.size()).toBe(content.length);
      expectBytes(await file.read(chunk - 5, 10), content.subarray(chunk - 5, chunk + 5));
      await file.close();
      expectBytes(await contentOf(place), content);
    });

    it('is written out of order, and reads as zeros where nothing came', async () => {
      const expected = Buffer.alloc(6 * chunk + 5);
      const file = await store.create(place);
      for (const [from, bytes] of [
        [5 * chunk + 1, chunk],
        [0, 10],
        [2 * chunk + 100, chunk],
        [10, 2 * chunk],
      ] as const) {
        const piece = randomBytes(bytes);
        piece.copy(expected, from);
        await file.write([piece], from);
      }
      const size = 6 * chunk + 1;
      expectBytes(await file.read(0, size), expected.subarray(0, size));
      await file.close();
      expectBytes(await contentOf(place), expected.subarray(0, size));
    });

    it('is written over where it was written before', async () => {
      const content = randomBytes(3 * chunk + 50);
      await keep(place, content);
      const file = await store.openForWriting(place);
      for (const [from, bytes] of [
        [10, 5],
        [chunk - 3, 2 * chunk],
        [0, chunk],
        [3 * chunk + 40, 20],
      ] as const) {
        const piece = randomBytes(bytes);
        piece.copy(content, from);
        await file.write([piece], from);
      }
      await file.close();
      expectBytes((await contentOf(place)).subarray(0, content.length), content);
      expect(await store.size(place)).toBe(3 * chunk + 60);
    });

    it.each([0, 1, chunk, 2 * chunk + 7])('is cut to %i bytes, and goes on from there', async (bytes) => {
      const content = randomBytes(3 * chunk);
      await keep(place, content);
      const file = await store.openForWriting(place);
      await file.truncate(bytes);
      expect(await file.size()).toBe(bytes);
      await file.truncate(10 * chunk);
      const more = randomBytes(chunk + 3);
      await file.write([more], bytes);
      await file.close();
      expectBytes(await contentOf(place), Buffer.concat([content.subarray(0, bytes), more]));
    });

    it('is gone on with after it was closed', async () => {
      const content = randomBytes(2 * chunk + 500);
      await keep(place, content.subarray(0, chunk + 100));
      const file = await store.openForWriting(place);
      expectBytes(await file.read(chunk, 200), content.subarray(chunk, chunk + 100));
      await file.write([content.subarray(chunk + 100)], chunk + 100);
      await file.close();
      expectBytes(await contentOf(place), content);
    });

    it('cannot be made where one is', async () => {
      await keep(place, randomBytes(10));
      await expect(store.create(place)).rejects.toThrow();
    });

    it('that is not there is told so, has no bytes, and can be looked for', async () => {
      await expect(store.openForReading(place)).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(store.openForWriting(place)).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await store.size(place)).toBe(0);
      expect(await store.sizeIfThere(place)).toBeNull();
      expect(await store.openIfThere(place)).toBeNull();
    });

    it('opened for reading is not written', async () => {
      await keep(place, randomBytes(10));
      const file = await store.openForReading(place);
      await expect(file.write([Buffer.from('x')], 0)).rejects.toThrow(/reading only/);
      await expect(file.truncate(0)).rejects.toThrow(/reading only/);
      await file.close();
    });

    it('is removed for good, and nothing beside it is', async () => {
      await keep(place, randomBytes(10));
      await keep('uploads/case/upload/other', randomBytes(20));
      await store.remove(place);
      await store.remove(place);
      expect(await store.sizeIfThere(place)).toBeNull();
      expect(await store.size('uploads/case/upload/other')).toBe(20);
      await keep(place, randomBytes(30));
      expect(await store.size(place)).toBe(30);
    });

    it.each(['../secret', '/etc/passwd', 'uploads/../../secret', 'a\0b', '', 'a//b', 'a\\..\\b', '.'])(
      'has no place at %j',
      async (location) => {
        await expect(store.openForReading(location)).rejects.toThrow(/evidence store/);
        await expect(store.create(location)).rejects.toThrow(/evidence store/);
        await expect(store.remove(location)).rejects.toThrow(/evidence store/);
      },
    );
  });

  describe('a file while it arrives', () => {
    it('is read by others as far as it has come', async () => {
      const content = randomBytes(3 * chunk);
      const file = await store.create(place);
      await file.write([content.subarray(0, chunk + 100)], 0);
      const seen = await until(async () => ((await store.size(place)) === chunk + 100 ? contentOf(place) : null));
      expectBytes(seen, content.subarray(0, chunk + 100));
      const reader = await store.openForReading(place);
      await file.write([content.subarray(chunk + 100)], chunk + 100);
      await until(async () => ((await store.size(place)) === 3 * chunk ? true : null));
      expectBytes((await reader.read(0, 3 * chunk)).subarray(0, chunk + 100), content.subarray(0, chunk + 100));
      await reader.close();
      await file.close();
      expectBytes(await contentOf(place), content);
    });

    it('can be resumed by who comes after a crash, at the bytes that its size tells', async () => {
      const content = randomBytes(4 * chunk);
      const lost = await store.create(place);
      await lost.write([content.subarray(0, 2 * chunk + 300)], 0);
      await until(async () => ((await store.size(place)) === 2 * chunk + 300 ? true : null));
      store = await under.open();
      const bytes = await store.size(place);
      expect(bytes).toBe(2 * chunk + 300);
      const file = await store.openForWriting(place);
      expect(await file.size()).toBe(bytes);
      await file.write([content.subarray(bytes)], bytes);
      await file.sync();
      await file.close();
      expectBytes(await contentOf(place), content);
    });

    it('is as a list of bytes would be, whatever is done to it', async () => {
      const random = seeded(20_261_128);
      let model = Buffer.alloc(0);
      let file: EvidenceFile = await store.create(place);
      for (let step = 0; step < 150; step += 1) {
        const kind = random(10);
        if (kind < 6) {
          const from =
            random(3) === 0 ? random(model.length + 2 * chunk) : Math.max(0, model.length - random(2) * random(chunk));
          const piece = randomBytes(1 + random(random(4) === 0 ? 3 * chunk : 5000));
          const next = Buffer.alloc(Math.max(model.length, from + piece.length));
          model.copy(next);
          piece.copy(next, from);
          model = next;
          const at = random(piece.length);
          await file.write([piece.subarray(0, at), piece.subarray(at)], from);
        } else if (kind === 6) {
          const bytes = random(model.length + 1);
          await file.truncate(bytes);
          model = Buffer.from(model.subarray(0, bytes));
        } else if (kind === 7) {
          await file.close();
          expectBytes(await contentOf(place), model);
          file = await store.openForWriting(place);
        } else if (kind === 8) await file.sync();
        const from = random(model.length + 1);
        expectBytes(await file.read(from, 3000), model.subarray(from, from + 3000));
      }
      await file.close();
      expectBytes(await contentOf(place), model);
    });
  });

  describe('a copy', () => {
    it.each([0, 10, chunk, 2 * chunk + 9])('of %i bytes goes its own way', async (bytes) => {
      const content = randomBytes(bytes);
      const more = randomBytes(chunk);
      await keep(place, content);
      await store.copy(place, 'uploads/case/copy/MEMORY.DMP');
      const file = await store.openForWriting('uploads/case/copy/MEMORY.DMP');
      await file.write([more], bytes);
      await file.close();
      expectBytes(await contentOf('uploads/case/copy/MEMORY.DMP'), Buffer.concat([content, more]));
      expectBytes(await contentOf(place), content);
      await store.remove(place);
      expect(await store.size('uploads/case/copy/MEMORY.DMP')).toBe(bytes + chunk);
    });

    it('of nothing is told so', async () => {
      await expect(store.copy('uploads/none', 'uploads/copy')).rejects.toMatchObject({ code: 'ENOENT' });
    });
  });

  describe('a draft', () => {
    it('is there once it is whole, and takes the place of what was there', async () => {
      const content = randomBytes(chunk + 10);
      const draft = await store.draft();
      await draft.write(content.subarray(0, 7));
      await draft.write(content.subarray(7));
      expect(await store.sizeIfThere('mails/a.eml')).toBeNull();
      await draft.keepAs('mails/a.eml');
      expectBytes(await contentOf('mails/a.eml'), content);
      const next = await store.draft();
      await next.write(Buffer.from('next'));
      await next.keepAs('mails/a.eml');
      expect((await contentOf('mails/a.eml')).toString()).toBe('next');
    });

    it('leaves nothing when it is discarded', async () => {
      const draft = await store.draft();
      await draft.write(randomBytes(chunk + 10));
      await draft.discard();
      await store.removeAbandonedDrafts(0);
      expect(await store.sizeIfThere('mails/a.eml')).toBeNull();
    });
  });

  it('says how much room there is', async () => {
    const room = await store.room();
    expect(room.blockBytes * room.freeBlocks).toBeGreaterThan(0);
  });
}

async function until<Found>(look: () => Promise<Found | null>): Promise<Found> {
  const end = performance.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error('it did not come to pass within 10 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Quicker than to compare them one by one, and short when they differ. */
export function expectBytes(found: Buffer, expected: Buffer): void {
  expect(found.length).toBe(expected.length);
  let at = 0;
  while (at < found.length && found.subarray(at, at + 4096).equals(expected.subarray(at, at + 4096))) at += 4096;
  expect(found.equals(expected) ? 'the same bytes' : `others in the block at byte ${at}`).toBe('the same bytes');
}

/** The same numbers at every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
