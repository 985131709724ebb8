import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fullDump, zipOf } from '../../../tests/support/synthetic-dump.js';
import type { ArchivePart, ReadOptions } from './archive-part.js';
import { memberName } from './member-name.js';
import { openArchive } from './open-archive.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-zip-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(bytes: Buffer, more: Partial<ReadOptions> = {}): Promise<ArchivePart[]> {
  const path = join(folder, 'archive.zip');
  await writeFile(path, bytes);
  const parts: ArchivePart[] = [];
  const options: ReadOptions = {
    maxMembers: 1000,
    maxBytes: 2 ** 30,
    headBytes: 0x8000,
    needsWhole: (head) => head[0] === 0x50,
    signal: new AbortController().signal,
    ...more,
  };
  for await (const part of openArchive(path, options)) parts.push(part);
  return parts;
}

const dump = fullDump({ megabytes: 4 });
const zeros = Buffer.alloc(8 * 2 ** 20);
const one = zipOf({ 'MEMORY.DMP': dump });
/** Sizes and checksum behind the data, as streaming writers do. */
const streamed = (zip: Buffer): Buffer => {
  const copy = Buffer.from(zip);
  copy.writeUInt16LE(copy.readUInt16LE(6) | 8, 6);
  copy.fill(0, 14, 26);
  return copy;
};

describe('a whole archive', () => {
  it('gives the beginning of a member and counts all of it', async () => {
    const [part] = await read(one);
    expect(part).toMatchObject({
      kind: 'member',
      name: 'MEMORY.DMP',
      bytes: dump.length,
      ending: 'whole',
      reason: null,
    });
    expect(part?.kind === 'member' && Buffer.from(part.head).equals(dump.subarray(0, 0x8000))).toBe(true);
  });

  it('leaves a member after its beginning when that is not worth it', async () => {
    const [part] = await read(zipOf({ 'a.log': zeros }));
    expect(part).toMatchObject({ ending: 'not-needed' });
    expect(part?.kind === 'member' && part.bytes).toBeLessThan(zeros.length);
  });

  it('tells when the content does not fit its checksum', async () => {
    const bad = Buffer.from(one);
    const directory = bad.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    bad.writeUInt32LE(1, directory + 16);
    expect(await read(bad)).toMatchObject([{ ending: 'damaged', reason: expect.stringMatching(/CRC-32/) }]);
  });

  it('tells when a member holds more or less than it announced', async () => {
    for (const [announced, ending] of [
      [1, 'damaged'],
      [2 ** 29, 'broken'],
    ] as const) {
      const bad = Buffer.from(one);
      bad.writeUInt32LE(announced, bad.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 24);
      expect(await read(bad)).toMatchObject([{ ending, reason: expect.stringMatching(/were announced/) }]);
    }
  });

  it('tells when packed data is broken, with what came before', async () => {
    const bad = Buffer.from(one);
    bad.fill(0xff, Math.floor(bad.length / 2), Math.floor(bad.length / 2) + 64);
    const [part] = await read(bad);
    expect(part).toMatchObject({ kind: 'member', ending: expect.stringMatching(/broken|damaged/) });
    expect(part?.kind === 'member' && part.head.length).toBe(0x8000);
  });
});

describe('a hostile archive', () => {
  it('keeps names as text only', async () => {
    const parts = await read(
      zipOf({ '../../etc/cron.d/x': zeros, '/abs\\olute': zeros, ['n\u0000ul\u001b[31m']: zeros }),
    );
    expect(parts.map((part) => part.kind === 'member' && part.name)).toEqual([
      '../../etc/cron.d/x',
      '/abs\\olute',
      'n\ufffdul\ufffd[31m',
    ]);
  });

  it('gives the beginning of what announces too much, and reads the others', async () => {
    const zip = zipOf({ 'a.dmp': Buffer.from('Pa'), 'b.dmp': Buffer.from('Pb') });
    zip.writeUInt32LE(2 ** 31, zip.indexOf('PK\x01\x02', 0, 'latin1') + 24);
    expect(await read(zip, { maxBytes: 2 ** 20 })).toMatchObject([
      {
        ...{ name: 'a.dmp', head: Buffer.from('Pa'), ending: 'too-large', source: null },
        reason: expect.stringMatching(/announces 2147483648 bytes; no more than 1048576/),
      },
      { name: 'b.dmp', ending: 'whole' },
    ]);
  });

  it('unpacks no more than is allowed', async () => {
    const bomb = zipOf({ 'a.dmp': Buffer.alloc(64 * 2 ** 20, 'P'), 'b.dmp': Buffer.alloc(64 * 2 ** 20, 'P') });
    // Both say that they hold nothing.
    for (const place of [22, bomb.indexOf('PK\x01\x02', 0, 'latin1') + 24]) bomb.writeUInt32LE(0, place);
    const parts = await read(bomb, { maxBytes: 3 * 2 ** 20 });
    expect(parts).toMatchObject([
      { name: 'a.dmp', ending: 'too-large', reason: expect.stringMatching(/no more than 3145728 are unpacked/) },
      { kind: 'limit-reached' },
    ]);
    expect(parts[0]?.kind === 'member' && parts[0].bytes).toBeLessThan(5 * 2 ** 20);
  });

  it('looks at no more members than is allowed', async () => {
    const many = zipOf(
      Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}.txt`, Buffer.from('x')])),
    );
    const parts = await read(many, { maxMembers: 10 });
    expect(parts).toHaveLength(11);
    expect(parts.at(-1)).toEqual({
      kind: 'limit-reached',
      limit: 'members',
      reason: 'there are more than 10 files in the archive',
    });
  });

  it('that is encrypted says so', async () => {
    expect(await read(zipOf({ 'MEMORY.DMP': dump }, { encrypted: true }))).toMatchObject([
      {
        ending: 'unreadable',
        reason: expect.stringMatching(/encrypted; a password is needed, or please upload the archive without one/),
      },
    ]);
  });

  it('of random bytes gives nothing but a trouble', async () => {
    expect(await read(Buffer.from('PK\x03\x04 and then nothing of a ZIP'))).toMatchObject([{ kind: 'trouble' }]);
  });
});

describe.each([
  ['with sizes before the data', (zip: Buffer) => zip],
  ['with sizes behind the data', streamed],
] as const)('an archive that was cut short, %s', (_, shape) => {
  it('still gives the beginning of the member in which it ends', async () => {
    const parts = await read(shape(one).subarray(0, Math.floor(one.length / 2)));
    expect(parts).toMatchObject([
      { kind: 'trouble', reason: expect.stringMatching(/cut short or damaged/) },
      { kind: 'member', name: 'MEMORY.DMP', ending: 'broken', reason: 'the archive ends inside it' },
    ]);
    expect(parts[1]?.kind === 'member' && Buffer.from(parts[1].head).equals(dump.subarray(0, 0x8000))).toBe(true);
  });

  it('gives a member whole that ended before the cut', async () => {
    const parts = await read(shape(one).subarray(0, one.length - 30));
    expect(parts).toMatchObject([{ kind: 'trouble' }, { name: 'MEMORY.DMP', bytes: dump.length, ending: 'whole' }]);
  });

  it('goes on to the next member', async () => {
    const two = shape(zipOf({ 'a.txt': zeros, 'MEMORY.DMP': dump }));
    const parts = await read(two.subarray(0, two.length - 200));
    expect(parts).toMatchObject([
      { kind: 'trouble' },
      { name: 'a.txt' },
      { name: 'MEMORY.DMP', bytes: expect.any(Number) },
    ]);
  });
});

it('ends at once when the service stops', async () => {
  await expect(read(one, { signal: AbortSignal.abort() })).rejects.toThrow(/service stops/);
});

it('reads names of Chinese Windows and shortens endless ones', () => {
  expect(memberName(Buffer.from('c4dab4e6d7aab4a22e444d50', 'hex'))).toBe('内存转储.DMP');
  expect(memberName(Buffer.from('x'.repeat(60_000)))).toHaveLength(200);
});
