import { analyseDump, readDump, type DumpReport } from '@caserelay/crash-dump';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { gzipOfItself, rar4Of, rar5Of, tarOf, zip64Of } from '../../../tests/support/archives.js';
import { repository } from '../../../tests/support/repository.js';
import { fullDump, triageDump, zipOf } from '../../../tests/support/synthetic-dump.js';
import type { ArchiveMember, ArchivePart, ReadOptions } from './archive-part.js';
import { openArchive } from './open-archive.js';

// Programs are started, which takes its time on a machine that does other things as well.
jest.setTimeout(120_000);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-archive-'));
});
afterAll(() => rm(folder, { recursive: true }));

const fixture = (name: string): string => join(repository, 'tests/fixtures/archives', name);
const triage = triageDump();
const full = fullDump({ megabytes: 4 });

type Seen = Exclude<ArchivePart, ArchiveMember> | (ArchiveMember & { report?: DumpReport; all?: Buffer });

/** Reads all parts; of members that are dumps also what they tell. */
async function read(archive: string | Buffer, more: Partial<ReadOptions> = {}): Promise<Seen[]> {
  let path = archive;
  if (typeof path !== 'string') {
    path = join(folder, 'archive');
    await writeFile(path, archive);
  }
  const seen: Seen[] = [];
  const options: ReadOptions = {
    headBytes: 0x8000,
    needsWhole: (head) => head[0] === 0x50 && head[1] === 0x41,
    signal: new AbortController().signal,
    ...more,
  };
  for await (const part of openArchive(path, options)) {
    if (part.kind !== 'member' || part.source === null || part.head[0] !== 0x50) seen.push(part);
    else {
      const report = await analyseDump(part.source).catch(() => undefined);
      const view = await part.source.read(0, part.source.size);
      seen.push({
        ...part,
        ...(report ? { report } : {}),
        all: Buffer.from(view.buffer, view.byteOffset, view.byteLength),
      });
    }
  }
  return seen;
}

function dumpIn(parts: readonly Seen[]): Extract<Seen, ArchiveMember> {
  const found = parts.find((part) => part.kind === 'member' && part.report !== undefined);
  if (found?.kind !== 'member') throw new Error(`no dump in ${JSON.stringify(parts)}`);
  return found;
}

describe('a dump in a container', () => {
  it.each([
    ['ZIP', zipOf({ 'a.txt': Buffer.from('a'), 'MEMORY.DMP': full })],
    ['zip64', zip64Of('MEMORY.DMP', full)],
    ['gzip', gzipSync(full)],
    ['tar', tarOf({ 'a.txt': Buffer.from('a'), 'MEMORY.DMP': full })],
    ['tar in gzip', gzipSync(tarOf({ 'MEMORY.DMP': full }))],
    ['gzip in tar', tarOf({ 'MEMORY.DMP.gz': gzipSync(full) })],
    ['ZIP in ZIP', zipOf({ 'inner.zip': zipOf({ 'MEMORY.DMP': full }) })],
    ['RAR 5', rar5Of({ 'a.txt': Buffer.from('a'), 'MEMORY.DMP': full })],
    ['RAR 4', rar4Of({ 'a.txt': Buffer.from('a'), 'MEMORY.DMP': full })],
    ['RAR in ZIP', zipOf({ 'inner.rar': rar5Of({ 'MEMORY.DMP': full }) })],
  ])('in %s tells all that it tells by itself', async (_, archive) => {
    const dump = dumpIn(await read(archive));
    expect(dump).toMatchObject({ ending: 'whole', bytes: full.length, reason: null });
    expect(dump.all?.equals(full)).toBe(true);
    expect(dump.report).toEqual(await analyseDump({ ...bytesOf(full) }));
    expect(dump.report?.culprit?.name).toBe('Ntfs.sys');
  });

  it.each([
    ...['two.7z', 'deflate64.zip', 'lzma.zip', 'two.cab', 'two.tar.xz'],
    ...['MINI.DMP.bz2', 'MINI.DMP.xz', 'MINI.DMP.zst'],
  ])('in %s is read, with no program installed', async (name) => {
    const dump = dumpIn(await read(fixture(name), { onlyBundledProgram: true }));
    expect(dump).toMatchObject({ name: expect.stringMatching(/MINI\.DMP$/), ending: 'whole', bytes: 65_536 });
    expect(dump.all?.equals(triage)).toBe(true);
  });

  it('gives other members by name and beginning', async () => {
    const parts = await read(fixture('two.7z'));
    expect(parts.map((part) => part.kind === 'member' && part.name)).toEqual(['dumps/MINI.DMP', 'notes.txt']);
    const notes = parts[1];
    expect(notes?.kind === 'member' && Buffer.from(notes.head).toString()).toMatch(/^The machine stopped twice/);
  });

  it('leaves nothing on the disk', async () => {
    await read(zipOf({ 'inner.7z': await readFile(fixture('two.7z')) }));
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('dump-archive-'))).toEqual([]);
  });
});

describe.each(['zipcrypto.zip', 'aes.zip', 'encrypted.7z', 'encrypted-names.7z'])('%s, which is encrypted,', (name) => {
  it('asks for a password', async () => {
    const parts = await read(fixture(name));
    expect(parts.every((part) => 'reason' in part && (part.reason ?? '').includes('a password is needed'))).toBe(true);
  });

  it('opens with its password', async () => {
    const dump = dumpIn(await read(fixture(name), { password: 'secret' }));
    expect(dump.all?.equals(triage)).toBe(true);
  });

  it('says that another password does not open it', async () => {
    const parts = await read(fixture(name), { password: 'guess' });
    expect(parts).not.toEqual([]);
    expect(parts.map((part) => 'reason' in part && part.reason)).toContain('the password does not open it');
    expect(parts.some((part) => part.kind === 'member' && part.report !== undefined)).toBe(false);
  });
});

describe('what is cut short or damaged', () => {
  it.each([
    ['two.7z', 200],
    ['two.cab', 300],
    ['MINI.DMP.xz', 150],
  ])('%s after %i bytes says so', async (name, bytes) => {
    const parts = await read((await readFile(fixture(name))).subarray(0, bytes));
    expect(parts.length).toBeGreaterThan(0);
    expect(parts.some((part) => part.kind === 'trouble' || (part.kind === 'member' && part.ending === 'broken'))).toBe(
      true,
    );
  });

  it('a gzip file tells how far it came', async () => {
    const packed = gzipSync(full);
    const [cut] = await read(packed.subarray(0, packed.length - 1000));
    expect(cut).toMatchObject({ ending: 'broken', reason: 'the gzip file ends inside it' });
    packed.writeUInt32LE(7, packed.length - 8);
    expect(await read(packed)).toMatchObject([{ ending: 'damaged', reason: expect.stringMatching(/CRC-32/) }]);
  });

  it('a tar archive tells where it stops to make sense', async () => {
    const tar = tarOf({ 'a.txt': Buffer.from('a'), 'MEMORY.DMP': full });
    expect(await read(tar.subarray(0, 100_000))).toMatchObject([{ name: 'a.txt' }, { ending: 'broken' }]);
    tar.fill(7, 1024, 1500);
    expect(await read(tar)).toMatchObject([{ name: 'a.txt' }, { kind: 'trouble', reason: /at byte 1024/ }].map(match));
  });
});

describe('limits', () => {
  it('say how many times as much came out as is allowed', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from('PAGEDU64'), Buffer.alloc(72 * 2 ** 20)]));
    expect(await read(bomb, { maxRatio: 500 })).toMatchObject([
      { ending: 'too-large', reason: expect.stringMatching(/no more than 500 times as many are unpacked/) },
    ]);
  });

  it('stop at archives that lie too deep in each other', async () => {
    let nested = zipOf({ 'MEMORY.DMP': triage });
    for (let depth = 0; depth < 6; depth += 1) nested = zipOf({ 'in.zip': nested });
    expect(await read(nested, { maxDepth: 3 })).toMatchObject([
      { ending: 'unreadable', reason: 'it is an archive in 3 others; no more than 3 are looked into' },
    ]);
  });

  it('stop at the archive that holds itself and nothing else', async () => {
    const itself = gzipOfItself();
    expect(gunzipSync(itself).equals(itself)).toBe(true);
    expect(await read(itself)).toMatchObject([
      { ending: 'unreadable', reason: 'it is an archive in 4 others; no more than 4 are looked into' },
    ]);
    const beside = await read(zipOf({ 'r.gz': itself, 'MEMORY.DMP': triage }));
    expect(beside).toMatchObject([{ ending: 'unreadable' }, { name: 'MEMORY.DMP', ending: 'whole' }]);
  });

  it('count members and bytes of archives in archives together', async () => {
    const inner = zipOf({ 'a.txt': Buffer.from('a'), 'b.txt': Buffer.from('b') });
    const parts = await read(zipOf({ '1.zip': inner, '2.zip': inner }), { maxMembers: 4 });
    expect(parts.at(-1)).toEqual({
      ...{ kind: 'limit-reached', limit: 'members' },
      reason: 'there are more than 4 files in the archive',
    });
    const large = gzipSync(gzipSync(full, { level: 0 }));
    expect(await read(large, { maxBytes: 1.5 * full.length })).toMatchObject([
      { ending: 'too-large', reason: expect.stringMatching(/no more than \d+ are unpacked/) },
    ]);
  });

  it('give but the beginning of what announces too much', async () => {
    const bomb = zip64Of('MEMORY.DMP', triage);
    bomb.writeBigUInt64LE(2n ** 45n, bomb.lastIndexOf('\x01\x00\x10\x00', undefined, 'latin1') + 4);
    expect(await read(bomb)).toMatchObject([
      {
        ...{ ending: 'too-large', source: null },
        reason: expect.stringMatching(/announces 35184372088832 bytes; no more than 274877906944/),
      },
    ]);
  });

  it('end what takes too long', async () => {
    const parts = await read(gzipSync(full), { maxSeconds: 0 });
    expect(parts).toMatchObject([{ ending: 'too-large', reason: 'unpacking took longer than 0 s' }]);
  });

  it('keep from the disk what is too large for it', async () => {
    expect(await read(fixture('two.7z'), { maxSpillBytes: 4096 })).toMatchObject([
      { ending: 'too-large', reason: expect.stringMatching(/more than 4096 bytes of it would have to be written/) },
      { kind: 'limit-reached' },
    ]);
  });
});

/** States a dictionary of this many bytes; the sum of the head is made to fit. */
function withDictionary(xz: Buffer, powerOfTwo: number): Buffer {
  const changed = Buffer.from(xz);
  const head = changed.subarray(12, 12 + (changed.readUInt8(12) + 1) * 4);
  // Filter LZMA2 with one byte of properties (The .xz File Format 1.2.0, 5.3.1).
  head.writeUInt8((powerOfTwo - 12) * 2, head.indexOf(Buffer.from([0x21, 1])) + 2);
  head.writeUInt32LE(crc32(head.subarray(0, -4)), head.length - 4);
  return changed;
}

it('gives the program that unpacks memory for the dictionary, and no more than is allowed', async () => {
  const xz = withDictionary(await readFile(fixture('two.tar.xz')), 28);
  expect(dumpIn(await read(xz, { maxProgramBytes: 768 * 2 ** 20 })).report?.bugcheck?.code).toBe('0x139');
  expect(await read(xz, { maxProgramBytes: 160 * 2 ** 20 })).toMatchObject([{ ending: 'broken', bytes: 0 }]);
});

it('keeps long names of tar', async () => {
  const name = `${'folder/'.repeat(20)}MINI.DMP`;
  expect(await read(tarOf({ [name]: triage }))).toMatchObject([{ name }]);
});

it('lets a program go when reading is broken off', async () => {
  const stopping = new AbortController();
  const parts = openArchive(fixture('two.7z'), { headBytes: 10, needsWhole: () => true, signal: stopping.signal });
  await parts.next();
  stopping.abort();
  await expect(parts.next().then(() => parts.next())).rejects.toThrow(/service stops/);
});

function bytesOf(bytes: Buffer) {
  return {
    size: bytes.length,
    read: (offset: number, length: number) => {
      const some = bytes.subarray(offset, Math.max(offset, offset + length));
      return Promise.resolve(new DataView(some.buffer, some.byteOffset, some.byteLength));
    },
  };
}

function match(part: { reason?: RegExp }): unknown {
  return part.reason ? { ...part, reason: expect.stringMatching(part.reason) } : part;
}

it('reads a dump of which only a source is at hand', async () => {
  const zip = zipOf({ 'MINI.DMP': triage });
  const options = { headBytes: 512, needsWhole: () => true, signal: new AbortController().signal };
  for await (const part of openArchive(bytesOf(zip), options)) {
    expect(part.kind === 'member' && part.source && (await readDump(part.source))).toMatchObject({ kind: 'triage' });
  }
});
