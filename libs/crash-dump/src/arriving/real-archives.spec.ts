import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fullDump } from '../../../../tests/support/synthetic-dump.js';
import { followDump } from './arriving-dump.js';
import type { DumpNews } from './dump-news.js';

let folder = '';
/** Large enough to look back 64 KiB in it. */
const dump = fullDump({ megabytes: 3 });
const bytesOfDump = 0x2000 + 3 * 256 * 4096;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'caserelay-arriving-'));
  writeFileSync(join(folder, 'MEMORY.DMP'), dump);
  writeFileSync(join(folder, 'systeminfo.txt'), 'Host Name: DESKTOP\n'.repeat(5000));
});

afterAll(() => rmSync(folder, { recursive: true }));

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
}

const run = (program: string, ...options: string[]): Buffer =>
  execFileSync(program, options, { cwd: folder, maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'ignore'] });

const python = `
import sys, zipfile
out = zipfile.ZipFile(sys.stdout.buffer if sys.argv[1] == 'stream' else sys.argv[1], 'w', zipfile.ZIP_DEFLATED)
with out.open('systeminfo.txt', 'w', force_zip64=True) as one: one.write(open('systeminfo.txt', 'rb').read())
out.write('MEMORY.DMP')
out.close()`;

const writers: [name: string, program: string, make: () => Buffer][] = [
  ['Info-ZIP, into a pipe', 'zip', () => run('zip', '-', 'systeminfo.txt', 'MEMORY.DMP')],
  ['Info-ZIP, into a pipe, zip64', 'zip', () => run('zip', '-fz', '-', 'systeminfo.txt', 'MEMORY.DMP')],
  ['Python, into a pipe, zip64', 'python3', () => run('python3', '-c', python, 'stream')],
  ['7-Zip, Deflate64 as Windows packs large files', '7zz', () => sevenZip('-mm=Deflate64', '-mx=9')],
  ['7-Zip, Deflate', '7zz', () => sevenZip('-mm=Deflate', '-mx=9')],
  ['7-Zip, stored', '7zz', () => sevenZip('-mm=Copy')],
  ['gzip', 'gzip', () => run('gzip', '-c', 'MEMORY.DMP')],
];

function sevenZip(...options: string[]): Buffer {
  const name = `packed${options.join('')}.zip`;
  run('7zz', 'a', '-tzip', ...options, name, 'systeminfo.txt', 'MEMORY.DMP');
  return run('cat', name);
}

describe('archives of the programs that people pack with', () => {
  it.each(writers)('%s: facts come early, and all of the dump is counted', async (_, program, make) => {
    if (!has(program)) return console.warn(`${program} is not installed; its archives were not tried`);
    const archive = make();
    const told: DumpNews[] = [];
    let arrived = 0;
    let factsAt = 0;
    const pieces = function* (): Generator<Buffer> {
      for (; arrived < archive.length;) yield archive.subarray(arrived, (arrived += 1000));
    };
    for await (const news of followDump(pieces())) {
      told.push(news);
      if (news.news === 'facts') factsAt = arrived;
    }
    expect(told.filter(({ news }) => news !== 'inside')).toMatchObject([
      { news: 'recognised', format: 'kernel-dump-64' },
      { news: 'facts', facts: { kind: 'full', bugcheck: { code: '0x139' }, expectedBytes: bytesOfDump } },
      { news: 'ended', completeness: { verdict: 'complete', foundBytes: bytesOfDump } },
    ]);
    expect(factsAt).toBeLessThan(120_000);
  });
});
