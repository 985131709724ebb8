import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import {
  activeDump,
  fullDump,
  kernelDump,
  rangeDump,
  triageDump,
  userDump,
} from '../../../../tests/support/synthetic-dump.js';
import { fullDump32, kernelDump32, triageDump32 } from '../../../../tests/support/synthetic-dump-32.js';
import { triageDumpOfDriver } from '../../../../tests/support/synthetic-triage.js';
import { streamedZip, type ZippedFile } from '../../../../tests/support/streamed-zip.js';
import { userMemoryDump } from '../../../../tests/support/synthetic-user-memory.js';
import { analyseDump } from '../analyse-dump.js';
import { fromBytes } from '../byte-source.js';
import { readDump } from '../read-dump.js';
import { ArrivingDump, followDump, type ArrivingLimits } from './arriving-dump.js';
import type { DumpNews } from './dump-news.js';

const dumps: [name: string, bytes: Buffer][] = [
  ['full', fullDump({ megabytes: 1 })],
  ['kernel', kernelDump({ megabytes: 1 })],
  ['active', activeDump({ megabytes: 1 })],
  ['of ranges', rangeDump(9)],
  ['triage', triageDump()],
  ['triage of a driver', triageDumpOfDriver()],
  ['user', userDump({ megabytes: 1 })],
  ['process with its memory', userMemoryDump().file],
  ['full, 32-bit', fullDump32({ pages: 110 })],
  ['kernel, 32-bit', kernelDump32({ pages: 8 })],
  ['triage, 32-bit', triageDump32()],
];

/** All that is told of these bytes, given in pieces of these sizes in turn. */
async function toldOf(
  bytes: Uint8Array,
  sizes: readonly number[] = [65_536],
  limits?: ArrivingLimits,
): Promise<DumpNews[]> {
  const told: DumpNews[] = [];
  for await (const news of followDump(pieces(bytes, sizes), limits)) told.push(news);
  return told;
}

function* pieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.byteLength; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    // Overwritten after use, as a reader's buffer may be.
    const piece = Uint8Array.from(bytes.subarray(at, at + size));
    yield piece;
    piece.fill(0xee);
    at += size;
  }
}

/** How many bytes have to come before something is told. */
async function bytesUntil(
  bytes: Uint8Array,
  wanted: DumpNews['news'],
  limits?: ArrivingLimits,
): Promise<number | null> {
  const arriving = new ArrivingDump(limits);
  for (let at = 0; at < bytes.byteLength; at += 1) {
    const told = await arriving.push(bytes.subarray(at, at + 1));
    if (told.some(({ news }) => news === wanted)) return at + 1;
  }
  return null;
}

const kinds = (told: readonly DumpNews[]): string[] => told.map(({ news }) => news);
const inZip = (content: Uint8Array, more: Partial<ZippedFile> = {}): Buffer =>
  streamedZip([{ name: 'crash/MEMORY.DMP', content, ...more }]);

describe('a dump that arrives', () => {
  it.each(dumps)('%s: tells in the end what is read of the whole file', async (_, bytes) => {
    const told = await toldOf(bytes);
    const { completeness, ...facts } = await readDump(fromBytes(bytes));
    expect(told[0]).toMatchObject({ news: 'recognised', member: null, container: [], format: facts.format });
    const last = told.filter(({ news }) => news === 'facts').at(-1);
    expect(last).toMatchObject({ facts: { ...facts, expectedBytes: completeness.expectedBytes } });
    expect(told.at(-1)).toEqual({ news: 'ended', member: null, completeness });
    const { completeness: _c, notes: _n, ...report } = await analyseDump(fromBytes(bytes));
    const inside = told.filter(({ news }) => news === 'inside').at(-1);
    if (inside) expect(inside).toMatchObject({ report });
    else expect(report.modules).toEqual([]);
  });

  it.each([
    ['full', fullDump({ megabytes: 1 }), 0x2000],
    ['full, 32-bit', fullDump32({ pages: 110 }), 0x1000],
    ['triage', triageDump(), 0x2010],
    ['kernel, by the map behind its header', kernelDump({ megabytes: 1 }), 0x2038],
  ] as const)('%s: tells its facts with the last byte of its headers', async (_, bytes, at) => {
    expect(await bytesUntil(bytes, 'recognised')).toBe(8);
    expect(await bytesUntil(bytes, 'facts')).toBe(at);
  });

  it('is never called cut short while bytes still come', async () => {
    for (const [, bytes] of dumps) {
      const arriving = new ArrivingDump();
      const told = await arriving.push(bytes.subarray(0, bytes.byteLength - 1));
      expect(JSON.stringify(told)).not.toMatch(/truncated|cut short|completeness/);
      expect(await arriving.end()).toContainEqual(
        expect.objectContaining({
          news: 'ended',
          completeness: expect.objectContaining({ foundBytes: bytes.byteLength - 1 }),
        }),
      );
    }
  });

  it('tells what has come when it ends early: facts, and how much is missing', async () => {
    const told = await toldOf(fullDump({ truncateTo: 0x1100 }));
    expect(kinds(told)).toEqual(['recognised', 'facts', 'ended']);
    expect(told.at(-1)).toMatchObject({ completeness: { verdict: 'truncated', foundBytes: 0x1100 } });
    expect(await toldOf(fullDump({ truncateTo: 500 }))).toMatchObject([
      { news: 'recognised' },
      { news: 'unreadable', what: 'damaged', found: expect.stringMatching(/ends after 500 bytes/) },
    ]);
  });

  it('tells the drivers of a small dump before more than its own size has come', async () => {
    const dump = triageDumpOfDriver();
    const padded = Buffer.concat([dump, Buffer.alloc(100_000)]);
    const arriving = new ArrivingDump();
    const told = await arriving.push(padded.subarray(0, dump.length));
    const inside = told.find(({ news }) => news === 'inside');
    expect(inside).toMatchObject({ report: { modules: (await analyseDump(fromBytes(dump))).modules } });
  });
});

describe('a ZIP that arrives', () => {
  const sizes = ['header', 'header-zip64', 'descriptor', 'descriptor-unmarked', 'descriptor-zip64'] as const;

  it.each(sizes)('with its sizes in a %s: tells facts of every dump in it', async (where) => {
    const archive = streamedZip([
      { name: 'readme.txt', content: Buffer.from('all that was asked for '.repeat(500)), sizes: where },
      { name: 'empty/', content: Buffer.alloc(0), method: 'stored' },
      { name: 'a/MEMORY.DMP', content: fullDump({ megabytes: 1 }), sizes: where },
      { name: '内存/mini.dmp', content: triageDump(), sizes: where },
    ]);
    const told = await toldOf(archive, [4099]);
    expect(told.filter(({ news }) => news !== 'inside')).toMatchObject([
      { news: 'recognised', member: 'a/MEMORY.DMP', container: ['zip'] },
      { news: 'facts', facts: { kind: 'full', bugcheck: { code: '0x139' }, expectedBytes: 0x2000 + 256 * 4096 } },
      { news: 'ended', member: 'a/MEMORY.DMP', completeness: { verdict: 'complete' } },
      { news: 'recognised', member: '内存/mini.dmp' },
      { news: 'facts', facts: { kind: 'triage' } },
      { news: 'ended', member: '内存/mini.dmp', completeness: { verdict: 'complete' } },
    ]);
  });

  it('stored, tells facts as soon as the first 8 KiB of the dump are in', async () => {
    const dump = fullDump({ megabytes: 1 });
    const archive = inZip(dump, { method: 'stored' });
    expect(await bytesUntil(archive, 'facts')).toBe(archive.indexOf(dump.subarray(0, 64)) + 0x2000);
  });

  it('packed, tells facts before the first 12 KiB of a dump of noise', async () => {
    const dump = fullDump({ megabytes: 1 });
    for (let at = 0x400; at < 0xf00; at += 1) dump[at] = (at * at * 31) >> 3;
    expect(await bytesUntil(inZip(dump), 'facts')).toBeLessThan(12 * 1024);
  });

  it('in another archive is looked into, three deep and no deeper', async () => {
    const dump = kernelDump({ megabytes: 1 });
    const packed = (depth: number): Buffer =>
      depth === 0 ? dump : streamedZip([{ name: `${depth}`, content: packed(depth - 1) }]);
    expect(await toldOf(packed(3))).toContainEqual(
      expect.objectContaining({ news: 'recognised', member: '3/2/1', container: ['zip', 'zip', 'zip'] }),
    );
    expect(await toldOf(packed(4))).toMatchObject([{ news: 'unreadable', member: '4/3/2', what: 'container' }]);
    expect(await toldOf(gzipSync(inZip(dump)))).toContainEqual(
      expect.objectContaining({ news: 'recognised', container: ['gzip', 'zip'], member: 'crash/MEMORY.DMP' }),
    );
  });

  it('that ends inside a dump tells what is missing of the dump', async () => {
    const archive = inZip(fullDump({ megabytes: 1 }));
    const told = await toldOf(archive.subarray(0, archive.length >> 1));
    expect(kinds(told)).toEqual(expect.arrayContaining(['recognised', 'facts', 'ended']));
    expect(told.at(-1)).toMatchObject({ completeness: { verdict: 'truncated', expectedBytes: 0x2000 + 256 * 4096 } });
  });

  it('says by name what cannot be looked into, and goes on with the next file where it can', async () => {
    const dump = triageDump();
    const told = await toldOf(
      streamedZip([
        { name: 'locked.dmp', content: dump, encrypted: true },
        { name: 'odd.dmp', content: dump, claimedMethod: 98 },
        { name: 'more.7z', content: Buffer.from('7z\xbc\xaf\x27\x1c'.padEnd(600, 'x'), 'latin1') },
        { name: 'fine.dmp', content: dump },
      ]),
    );
    expect(told.filter(({ news }) => news !== 'inside')).toMatchObject([
      { news: 'unreadable', member: 'locked.dmp', found: expect.stringMatching(/encrypted/) },
      { news: 'unreadable', member: 'odd.dmp', found: expect.stringMatching(/method 98 \(PPMd\).*while it arrives/) },
      {
        news: 'unreadable',
        member: 'more.7z',
        what: 'container',
        found: expect.stringMatching(/7z archive.*while it arrives/),
      },
      { news: 'recognised', member: 'fine.dmp' },
      { news: 'facts' },
      { news: 'ended' },
    ]);
    const blocked = streamedZip([
      { name: 'locked.dmp', content: dump, encrypted: true, sizes: 'descriptor' },
      { name: 'fine.dmp', content: dump },
    ]);
    expect(await toldOf(blocked)).toMatchObject([{ news: 'unreadable', member: 'locked.dmp' }]);
  });

  it('without a dump says so at its directory, and is done', async () => {
    const arriving = new ArrivingDump();
    const archive = streamedZip([{ name: 'a.txt', content: Buffer.from('text '.repeat(300)), sizes: 'descriptor' }]);
    expect(await arriving.push(archive)).toMatchObject([
      { news: 'unreadable', member: null, what: 'no-dump', found: 'a ZIP archive of 1 files without a dump' },
    ]);
    expect(arriving.isSettled).toBe(true);
    expect(await arriving.end()).toEqual([]);
  });

  it('that is damaged tells the dump before the damage and where it lost its way', async () => {
    const archive = Buffer.concat([inZip(triageDump()).subarray(0, -90), Buffer.from('garbage'.repeat(50))]);
    const told = await toldOf(archive);
    expect(kinds(told)).toContain('facts');
    const dump = fullDump({ megabytes: 1 });
    const broken = inZip(dump, { sizes: 'descriptor' });
    broken[broken.indexOf('MEMORY.DMP') + 'MEMORY.DMP'.length] = 0x07;
    expect((await toldOf(broken)).at(-1)).toMatchObject({
      news: 'unreadable',
      found: expect.stringMatching(/damaged/),
    });
  });
});

describe('gzip that arrives', () => {
  it('tells facts, and under the name that its header holds', async () => {
    const plain = gzipSync(triageDump());
    expect(await toldOf(plain, [1])).toMatchObject([
      { member: null, container: ['gzip'] },
      { news: 'facts' },
      { news: 'ended' },
    ]);
    const named = Buffer.concat([
      plain.subarray(0, 10),
      Buffer.from([3, 0, 1, 2, 3]),
      Buffer.from('Mini.dmp\0note\0\x12\x34', 'latin1'),
      plain.subarray(10),
    ]);
    named[3] = 2 | 4 | 8 | 16;
    expect(await toldOf(named, [1])).toMatchObject([
      { member: 'Mini.dmp' },
      { news: 'facts' },
      { news: 'ended', completeness: { verdict: 'complete' } },
    ]);
  });

  it('with a header that never ends is refused', async () => {
    const endless = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0]), Buffer.alloc(70_000, 'n')]);
    expect(await toldOf(endless)).toMatchObject([{ news: 'unreadable', what: 'container' }]);
  });
});

describe('what is no dump', () => {
  it.each([
    [
      'a 7z archive',
      Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'),
      'container',
      /7z archive, which cannot be looked into/,
    ],
    ['text', Buffer.from('dear colleagues, '), 'no-dump', /bytes that begin with 64 65/],
    ['a hibernation file', Buffer.from('HIBR\0\0\0\0'), 'other-dump', /hibernation/],
    ['an empty ZIP', Buffer.from('PK\x05\x06'), 'container', /empty ZIP/],
  ] as const)('%s is said after 512 bytes, and then nothing more', async (_, begins, what, found) => {
    const bytes = Buffer.concat([begins, Buffer.alloc(4000, 'x')]);
    const arriving = new ArrivingDump();
    expect(await arriving.push(bytes.subarray(0, 511))).toEqual([]);
    expect(await arriving.push(bytes.subarray(511))).toMatchObject([
      { news: 'unreadable', member: null, what, found: expect.stringMatching(found) },
    ]);
    expect(arriving.isSettled).toBe(true);
  });

  it('a dump of an unknown type is said to be damaged', async () => {
    const dump = fullDump({ megabytes: 1 });
    dump.writeUInt32LE(0x77, 0xf98);
    expect(await toldOf(dump)).toMatchObject([
      { news: 'recognised' },
      { news: 'unreadable', what: 'damaged', found: expect.stringMatching(/type 0x77/) },
    ]);
  });

  it('takes no bytes while it takes others', async () => {
    const arriving = new ArrivingDump();
    const first = arriving.push(fullDump({ megabytes: 1 }));
    await expect(arriving.push(Buffer.alloc(1))).rejects.toThrow('one after another');
    await first;
  });
});

describe('in whatever pieces it comes', () => {
  const files: [string, Buffer][] = [
    ...dumps,
    ['zip', inZip(triageDumpOfDriver())],
    ['zip, streamed', inZip(userMemoryDump().file, { sizes: 'descriptor' })],
    [
      'zip of several',
      streamedZip([
        { name: 'a.txt', content: Buffer.from('a'.repeat(999)), sizes: 'descriptor' },
        { name: 'b', content: inZip(triageDump()), method: 'stored' },
      ]),
    ],
    ['gzip', gzipSync(kernelDump({ megabytes: 1 }))],
    ['text', Buffer.from('text '.repeat(400))],
  ];

  it.each(files)('%s: the same is told, and in the same order', async (_, bytes) => {
    const expected = await toldOf(bytes, [bytes.length]);
    const size = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 70_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 6 }), fc.nat(8200), async (sizes, first) => {
        // No more than a thousand pieces of a file: its beginning is where they matter.
        const least = Math.ceil(bytes.length / 1000);
        const told = await toldOf(bytes, [first + 1, ...sizes.map((one) => Math.max(one, least))]);
        expect(told).toEqual(expected);
      }),
      { numRuns: 6 },
    );
  });

  it('byte by byte as well', async () => {
    for (const bytes of [triageDump(), inZip(triageDumpOfDriver(), { sizes: 'descriptor-unmarked' })])
      expect(await toldOf(bytes, [1])).toEqual(await toldOf(bytes));
  });
});

describe('what wants to do harm', () => {
  it('costs no more than its limits: files, unpacked bytes', async () => {
    const many = streamedZip(
      Array.from({ length: 50 }, (_, index) => ({ name: `${index}`, content: Buffer.from('x') })),
    );
    expect(await toldOf(many, [500], { mostMembers: 20 })).toMatchObject([
      { what: 'container', found: expect.stringMatching(/more files than are looked at/) },
    ]);
    const bomb = inZip(Buffer.concat([fullDump({ megabytes: 1 }), Buffer.alloc(64 * 2 ** 20)]), {
      sizes: 'descriptor',
    });
    const told = await toldOf(bomb, [65_536], { mostUnpackedBytes: 2 ** 23 });
    expect(told.at(-1)).toMatchObject({
      news: 'unreadable',
      found: expect.stringMatching(/more coming out than is looked at/),
    });
    expect(kinds(told)).toContain('facts');
  });

  it('is told or refused, changed at random', async () => {
    let state = 20191224;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const samples = [
      inZip(triageDumpOfDriver()),
      inZip(triageDump(), { sizes: 'descriptor' }),
      gzipSync(triageDump()),
      triageDumpOfDriver(),
      userMemoryDump().file,
    ];
    for (let round = 0; round < Number(process.env['CRASH_DUMP_FUZZ_ROUNDS'] ?? 40); round += 1) {
      for (const sample of samples) {
        const bytes = Buffer.from(sample.subarray(0, random(4) === 0 ? random(sample.length) : undefined));
        for (let change = random(6); change >= 0 && bytes.length > 0; change -= 1)
          bytes[random(Math.min(bytes.length, random(2) ? 80 : bytes.length))] = random(256);
        const told = await toldOf(bytes, [1 + random(9000)]);
        expect(told.length).toBeLessThan(50);
      }
    }
  });
});
