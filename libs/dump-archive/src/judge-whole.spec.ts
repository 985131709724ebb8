import { fromBytes } from '@caserelay/crash-dump';
import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rar4Of, rar5Of, tarOf, zip64Of } from '../../../tests/support/archives.js';
import { repository } from '../../../tests/support/repository.js';
import { fullDump, kernelDump, triageDump, zipOf } from '../../../tests/support/synthetic-dump.js';
import { judgeWhole } from './judge-whole.js';

const fixture = (name: string): Buffer => readFileSync(join(repository, 'tests/fixtures/archives', name));
const full = Buffer.from(fullDump({ megabytes: 2 }));
const noise = randomBytes(300_000);

const endsKnown: [string, Uint8Array][] = [
  ['a full dump', full],
  ['a kernel dump', kernelDump({ megabytes: 1 })],
  ['a triage dump', triageDump()],
  ['a ZIP archive', zipOf({ 'a.txt': Buffer.from('a'), 'MEMORY.DMP': full, 'noise.bin': noise })],
  ['a ZIP64 archive', zip64Of('MEMORY.DMP', full)],
  ['a ZIP archive of stored ZIP archives', zipOf({ 'inner.zip': zipOf({ 'noise.bin': noise }) })],
  ['a 7z archive', fixture('two.7z')],
  ['a 7z archive whose names are encrypted', fixture('encrypted-names.7z')],
  ['a cabinet file', fixture('two.cab')],
  ['an xz file', fixture('MINI.DMP.xz')],
  ['a RAR 5 archive', rar5Of({ 'MEMORY.DMP': full, 'noise.bin': noise })],
  ['a tar archive', tarOf({ 'MEMORY.DMP': full, 'noise.bin': noise })],
  ['a gzip file', gzipSync(full)],
];

describe.each(endsKnown)('%s', (_, content) => {
  it('is whole with all its bytes', async () => {
    expect(await judge(content)).toMatchObject({ verdict: 'whole' });
  });

  it('is cut short wherever it ends before', async () => {
    const steps = 40;
    for (let step = 1; step < steps; step += 1) {
      const bytes = Math.max(520, Math.floor((content.length * step) / steps));
      if (bytes >= content.length) continue;
      const judged = await judge(content.subarray(0, bytes));
      expect({ bytes, verdict: judged.verdict }).toEqual({ bytes, verdict: 'cut-short' });
      expect(judged.reason).not.toBe('');
    }
    expect(await judge(content.subarray(0, content.length - 1))).toMatchObject({ verdict: 'cut-short' });
  });
});

describe('how large it should be', () => {
  it.each([
    ['a full dump', full],
    ['a 7z archive', fixture('two.7z')],
    ['a cabinet file', fixture('two.cab')],
  ])('is said by the beginning of %s', async (_, content) => {
    const begun = await judge(content.subarray(0, Math.min(content.length - 1, 0x2100)));
    expect(begun).toMatchObject({ verdict: 'cut-short', expectedBytes: content.length });
  });
});

describe('nothing is claimed', () => {
  it.each([
    ['a text', Buffer.from('C:\\> sfc /scannow'.repeat(100))],
    ['an empty file', Buffer.alloc(0)],
    ['noise', noise],
    ['a RAR 4 archive without a mark at its end', rar4Of({ 'a.txt': Buffer.from('a') }).subarray(0, -7)],
    ['a bzip2 file', fixture('MINI.DMP.bz2')],
  ])('of %s', async (_, content) => {
    expect(await judge(content)).toMatchObject({ verdict: 'untold', expectedBytes: null });
  });

  it('of a gzip file that is too large to be unpacked for it', async () => {
    const packed = gzipSync(Buffer.alloc(8_000_000));
    expect(await judgeWhole(fromBytes(packed), { mostUnpackedBytes: 1_000_000 })).toMatchObject({ verdict: 'untold' });
    expect(await judgeWhole(fromBytes(packed.subarray(0, -20)))).toMatchObject({ verdict: 'cut-short' });
  });
});

it('does not take the end of an archive inside for that of the archive around it', async () => {
  const inner = zipOf({ 'noise.bin': noise });
  const outer = Buffer.from(zipOf({ 'inner.zip': inner }));
  const end = outer.lastIndexOf(Buffer.from('PK\x05\x06'));
  for (const bytes of [end - 1, end + 3, end + 21]) {
    expect(await judge(outer.subarray(0, bytes))).toMatchObject({ verdict: 'cut-short' });
  }
});

it('takes hostile bytes for what they are', async () => {
  for (const mark of [
    'PK\x03\x04',
    '7z\xbc\xaf\x27\x1c',
    'MSCF\x00\x00\x00\x00',
    '\xfd7zXZ\x00',
    'Rar!\x1a\x07\x01\x00',
    '\x1f\x8b\x08',
    'PAGEDU64',
    'MDMP',
  ]) {
    for (let round = 0; round < 20; round += 1) {
      const content = Buffer.concat([Buffer.from(mark, 'latin1'), randomBytes(round * 40)]);
      expect(['cut-short', 'untold', 'whole']).toContain((await judge(content)).verdict);
    }
  }
});

const judge = (content: Uint8Array) => judgeWhole(fromBytes(content));
