import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { ArrivingFile, type StoredFile } from './arriving-file.js';

const mebibyte = 1024 * 1024;

describe('a file that arrives', () => {
  it('is whole and hashed right in whatever order and sizes its bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 500 }),
        fc.integer({ min: 1, max: 60 }),
        fc.infiniteStream(fc.nat()),
        async (content, size, random) => {
          const whole = Buffer.from(content);
          const pieces = shuffled(cut(whole, size), random);
          const disk = new MemoryFile();
          const file = arriving(disk, 0);
          await Promise.all(pieces.map(({ offset, bytes }) => file.write(offset, [bytes], bytes.length)));
          expect(await file.finish()).toEqual({ bytes: whole.length, sha256: sha256(whole) });
          expect(disk.content.equals(whole)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is hashed right when bytes are written again', async () => {
    const file = arriving(new MemoryFile(), 0);
    await file.write(0, [Buffer.from('aaaa')], 4);
    await file.write(2, [Buffer.from('bbbb')], 4);
    expect((await file.finish()).sha256).toBe(sha256(Buffer.from('aabbbb')));
  });

  it('is hashed with what was there before when it is resumed', async () => {
    const disk = new MemoryFile(Buffer.from('first half, '));
    const file = arriving(disk, 12);
    await file.write(12, [Buffer.from('second half')], 11);
    expect((await file.finish()).sha256).toBe(sha256(Buffer.from('first half, second half')));
  });

  it('is cut to what is whole when its sender is gone', async () => {
    const disk = new MemoryFile();
    const file = arriving(disk, 0);
    await file.write(0, [Buffer.from('whole')], 5);
    await file.write(100, [Buffer.from('beyond a gap')], 12);
    expect(file.bytes).toBe(112);
    expect(await file.abandon()).toEqual({ bytes: 5 });
    expect(disk.content.toString()).toBe('whole');
  });

  it('notes where a gap begins before it writes behind it, and forgets that when it is cut', async () => {
    const disk = new MemoryFile();
    const noted: [number | null, number][] = [];
    const file = arriving(disk, 0, async (gapAt) => {
      await Promise.resolve();
      noted.push([gapAt, disk.content.length]);
    });
    await file.write(0, [Buffer.from('whole')], 5);
    expect(noted).toEqual([]);
    await file.write(100, [Buffer.from('beyond')], 6);
    await file.write(200, [Buffer.from('further')], 7);
    expect(noted).toEqual([[5, 5]]);
    await file.truncate(2);
    await file.write(100, [Buffer.from('beyond')], 6);
    await file.abandon();
    expect(noted).toEqual([
      [5, 5],
      [2, 2],
      [null, 2],
    ]);
  });

  it('writes nothing behind a gap that cannot be noted', async () => {
    const disk = new MemoryFile();
    const file = arriving(disk, 0, () => Promise.reject(new Error('no database')));
    await expect(file.write(100, [Buffer.from('beyond')], 6)).rejects.toThrow('no database');
    expect(disk.writes).toBe(0);
  });

  it('joins neighbours into one write', async () => {
    const disk = new MemoryFile();
    const file = arriving(disk, 0);
    await Promise.all(Array.from({ length: 100 }, (_, index) => file.write(index * 4, [Buffer.from('data')], 4)));
    expect(disk.writes).toBeLessThanOrEqual(3);
  });

  it('writes no more than 256 KiB at once, unless one piece is larger', async () => {
    const disk = new MemoryFile();
    const file = arriving(disk, 0);
    const piece = Buffer.alloc(100 * 1024);
    await Promise.all([0, 1, 2, 3, 4].map((at) => file.write(at * piece.length, [piece], piece.length)));
    await file.write(5 * piece.length, [Buffer.alloc(300 * 1024)], 300 * 1024);
    expect(disk.sizes.map((bytes) => bytes / 1024)).toEqual([100, 200, 200, 300]);
  });

  it('is made durable while it arrives, so that little is left for its end', async () => {
    const disk = new MemoryFile();
    disk.keepsContent = false;
    const file = arriving(disk, 0);
    const piece = Buffer.alloc(mebibyte);
    for (let at = 0; at < 200; at += 1) await file.write(at * piece.length, [piece], piece.length);
    expect(disk.syncs).toBe(3);
  });

  it('that the disk has lost bytes of goes on from the last place that was safe', async () => {
    const disk = new MemoryFile();
    disk.keepsContent = false;
    const file = arriving(disk, 0);
    const piece = Buffer.alloc(mebibyte);
    const send = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at += 1) await file.write(at * mebibyte, [piece], mebibyte);
    };
    await send(0, 100);
    disk.syncFails = true;
    await send(100, 150);
    disk.syncFails = false;
    await send(150, 160);
    await expect(file.finish()).rejects.toThrow('bytes lost');
    expect(await file.abandon()).toEqual({ bytes: 64 * mebibyte });
    expect(disk.cutTo).toBe(64 * mebibyte);
  });

  it('does not become a sparse giant', async () => {
    const file = arriving(new MemoryFile(), 0);
    expect(() => file.write(2 ** 50, [Buffer.from('x')], 1)).toThrow('send the file in order');
  });

  it('fails its sender and its closing when the disk fails', async () => {
    const disk = new MemoryFile();
    disk.fails = true;
    const file = arriving(disk, 0);
    await expect(file.write(0, [Buffer.from('x')], 1)).rejects.toThrow('disk full');
    await expect(file.finish()).rejects.toThrow('disk full');
  });
});

function arriving(disk: StoredFile, bytesThere: number, noteGap: (gapAt: number | null) => Promise<void> = nothing) {
  return new ArrivingFile(disk, bytesThere, noteGap);
}

const nothing = () => Promise.resolve();

class MemoryFile implements StoredFile {
  sizes: number[] = [];
  syncs = 0;
  fails = false;
  syncFails = false;
  /** Without it only sizes are looked at. */
  keepsContent = true;
  cutTo: number | null = null;
  constructor(public content: Buffer = Buffer.alloc(0)) {}

  async write(pieces: readonly Buffer[], offset: number): Promise<void> {
    await Promise.resolve();
    if (this.fails) throw new Error('disk full');
    const bytes = Buffer.concat(pieces);
    this.sizes.push(bytes.length);
    if (!this.keepsContent) return;
    const grown = Buffer.alloc(Math.max(this.content.length, offset + bytes.length));
    this.content.copy(grown);
    bytes.copy(grown, offset);
    this.content = grown;
  }
  read(offset: number, length: number): Promise<Buffer> {
    return Promise.resolve(Buffer.from(this.content.subarray(offset, offset + length)));
  }
  truncate(bytes: number): Promise<void> {
    this.content = this.content.subarray(0, bytes);
    this.cutTo = bytes;
    return Promise.resolve();
  }
  sync = () => {
    this.syncs += 1;
    return this.syncFails ? Promise.reject(new Error('bytes lost')) : Promise.resolve();
  };
  get writes(): number {
    return this.sizes.length;
  }
  close = () => Promise.resolve();
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function cut(whole: Buffer, size: number) {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, index) => ({
    offset: index * size,
    bytes: whole.subarray(index * size, (index + 1) * size),
  }));
}

function shuffled<Item>(items: Item[], random: Iterator<number>): Item[] {
  return items
    .map((item) => ({ item, key: random.next().value as number }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
