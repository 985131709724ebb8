import { fromBytes } from '@caserelay/crash-dump';
import type { Tell } from '@caserelay/messaging';
import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { fullDump, kernelDump, triageDump, zipOf } from '../../../../../tests/support/synthetic-dump.js';
import { BoundedMap } from './bounded-map.js';
import { followUpload, type Needs } from './follow-upload.js';
import type { UploadFollower } from './upload-follower.js';

const upload = { uploadId: 'an upload', name: 'MEMORY.DMP', location: 'uploads/1', ageSeconds: 1 };
const dump = kernelDump({ megabytes: 1 });

/** A file that grows by hand, and what became of each look. */
class GrowingUpload {
  content: Uint8Array | null = Buffer.alloc(0);
  opened = 0;
  readonly told: Tell[] = [];
  readonly outcomes: string[] = [];
  readonly followers = new BoundedMap<string, UploadFollower>(10);

  constructor(private readonly more: Partial<Needs<typeof upload>> = {}) {}

  async look(content: Uint8Array | null, ageSeconds = 1): Promise<string> {
    this.content = content;
    await followUpload({ ...upload, ageSeconds }, this.needs());
    expect(this.opened).toBe(0);
    return this.outcomes.at(-1) ?? 'nothing';
  }

  private needs(): Needs<typeof upload> {
    const outcome = (text: string): Promise<void> => Promise.resolve(void this.outcomes.push(text));
    return {
      open: () => {
        if (this.content === null) return Promise.resolve(null);
        this.opened += 1;
        return Promise.resolve({
          source: fromBytes(this.content),
          close: () => Promise.resolve(void (this.opened -= 1)),
        });
      },
      followers: this.followers,
      tell: (_, tell) => {
        this.told.push(tell);
        return outcome('told');
      },
      giveUp: (_, why) => outcome(`given up: ${why}`),
      lookAgain: (_, grew) => outcome(grew ? 'grew' : 'waits'),
      portionBytes: 2 ** 20,
      mostBytes: 2 ** 24,
      ...this.more,
    };
  }
}

describe('an upload that grows', () => {
  it('is told as soon as its beginning is there, with how much of it was', async () => {
    const growing = new GrowingUpload();
    expect(await growing.look(dump.subarray(0, 5000))).toBe('grew');
    expect(await growing.look(dump.subarray(0, 5000))).toBe('waits');
    expect(await growing.look(dump.subarray(0, 9000))).toBe('told');
    expect(growing.told).toMatchObject([
      {
        type: 'upload.recognised',
        data: {
          kind: 'kernel',
          bugcheck: { code: '0x139' },
          expectedBytes: dump.length,
          arrivedBytes: 9000,
          member: null,
        },
      },
    ]);
  });

  it('in a ZIP is told under its name there', async () => {
    const archive = zipOf({ 'MEMORY.DMP': dump });
    const growing = new GrowingUpload();
    expect(await growing.look(archive.subarray(0, archive.length >> 1))).toBe('told');
    expect(growing.told[0]).toMatchObject({ data: { member: 'MEMORY.DMP', kind: 'kernel' } });
  });

  it('is not told by a small dump in an archive, for the large one may follow', async () => {
    const archive = zipOf({ 'Minidump/1.dmp': triageDump(), 'MEMORY.DMP': fullDump({ megabytes: 1 }) });
    const growing = new GrowingUpload();
    expect(await growing.look(archive.subarray(0, archive.indexOf('MEMORY.DMP')))).toBe('grew');
    expect(await growing.look(archive)).toBe('told');
    expect(growing.told).toMatchObject([{ data: { kind: 'full', member: 'MEMORY.DMP' } }]);
    expect(await new GrowingUpload().look(triageDump())).toBe('told');
  });

  it('is not read across a gap: not before it is filled', async () => {
    const gap = Buffer.from(dump);
    gap.fill(0, 0, 16_384);
    const growing = new GrowingUpload();
    expect(await growing.look(gap)).toBe('waits');
    expect(await growing.look(dump)).toBe('told');
    const later = Buffer.from(dump.subarray(0, 40_000));
    later.fill(0, 4096, 12_288);
    const other = new GrowingUpload();
    expect(await other.look(later)).toBe('grew');
    expect(await other.look(dump)).toBe('told');
    expect(other.told[0]).toMatchObject({ data: { kind: 'kernel', osBuild: 17763 } });
  });

  it('is read anew when it was cut, or sent anew with the same length', async () => {
    const growing = new GrowingUpload();
    expect(await growing.look(Buffer.from('a text that nobody needs'.repeat(20)))).toBe('grew');
    expect(await growing.look(dump.subarray(0, 300))).toBe('grew');
    expect(await growing.look(dump)).toBe('told');
    const replaced = new GrowingUpload();
    expect(await replaced.look(fullDump({ megabytes: 1 }).subarray(0, 6000))).toBe('grew');
    expect(await replaced.look(dump)).toBe('grew');
    expect(replaced.told).toEqual([]);
    expect(await replaced.look(dump)).toBe('told');
    expect(replaced.told).toMatchObject([{ data: { kind: 'kernel' } }]);
  });

  it('is read from its beginning when what was known of it is lost', async () => {
    const growing = new GrowingUpload();
    await growing.look(dump.subarray(0, 6000));
    growing.followers.delete(upload.uploadId);
    expect(await growing.look(dump)).toBe('told');
  });
});

describe('an upload that is given up', () => {
  it.each([
    ['is no dump', Buffer.from('text '.repeat(200)), /begin with 74 65/],
    ['cannot be looked into', Buffer.from('7z\xbc\xaf\x27\x1c'.padEnd(600, 'x'), 'latin1'), /7z archive/],
    ['is an archive without a dump', zipOf({ 'a.txt': Buffer.from('text') }), /1 files without a dump/],
  ] as const)('%s', async (_, content, why) => {
    const growing = new GrowingUpload();
    expect(await growing.look(content)).toMatch(why);
    expect(growing.told).toEqual([]);
  });

  it('is one whose file is gone, but not in its first minute', async () => {
    expect(await new GrowingUpload().look(null, 5)).toBe('waits');
    expect(await new GrowingUpload().look(null, 61)).toBe('given up: its file is gone');
  });

  it('is one of which much has come and no dump, portion by portion', async () => {
    const growing = new GrowingUpload({ portionBytes: 100_000, mostBytes: 300_000 });
    const archive = zipOf({ 'a.bin': randomBytes(400_000) });
    expect(await growing.look(archive)).toBe('grew');
    expect(await growing.look(archive)).toBe('grew');
    expect(await growing.look(archive)).toMatch(/first 300000 bytes do not begin a dump/);
  });

  it('is one that lies outside the store', async () => {
    const outside = { open: () => Promise.resolve({ refused: 'outside' }) };
    expect(await new GrowingUpload(outside).look(dump)).toBe('given up: outside');
  });
});

it('what was looked at longest ago is forgotten first', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
});
