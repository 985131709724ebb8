import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { framesOf, fullDump, kernelDump, triageDump, userDump } from '../../../tests/support/synthetic-dump.js';
import { fullDump32, kernelDump32, triageDump32 } from '../../../tests/support/synthetic-dump-32.js';
import { kernelMemory } from '../../../tests/support/synthetic-memory.js';
import { triageDumpOfDriver } from '../../../tests/support/synthetic-triage.js';
import { userMemoryDump } from '../../../tests/support/synthetic-user-memory.js';
import { testData } from '../../../tests/support/test-data.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes, type ByteSource } from './byte-source.js';
import { describeDump } from './describe-dump.js';
import { readDump } from './read-dump.js';
import { signatureOf } from './signature-of.js';
import { UnreadableDump } from './unreadable-dump.js';

const mostBytesRead = 16 * 1024 * 1024;
/** More of them once in a while: `CRASH_DUMP_FUZZ_ROUNDS=100000`. */
const rounds = Number(process.env['CRASH_DUMP_FUZZ_ROUNDS'] ?? 100);
const mostMilliseconds = 3000;

/** Values that break readers: none, all, signs, fillers, just past a limit. */
const nasty = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x45474150, 0x2000, 0x10000000];

const samples: [string, Buffer][] = [
  ['full', fullDump({ megabytes: 1 })],
  ['kernel', kernelDump({ megabytes: 1 })],
  ['triage', triageDump()],
  ['full, with images', fullDump({ megabytes: 1, memory: kernelMemory({ frames: framesOf('full') }) })],
  ['kernel, with images', kernelDump({ megabytes: 1, memory: kernelMemory({ frames: framesOf('map') }) })],
  ['triage of a driver', triageDumpOfDriver()],
  ['process with its memory', userMemoryDump().file],
  ['full, 32-bit', fullDump32({ pages: 110 })],
  ['kernel, 32-bit', kernelDump32({ pages: 8 })],
  ['triage, 32-bit', triageDump32()],
  ['user', userDump({ megabytes: 1 })],
  ...[
    'electron-windows.mdmp.dmp',
    'breakpad-tiny-exe-with-cet-xsave.mdmp.dmp',
    'breakpad-thread_name_list.mdmp.dmp',
    'rizin-triage_x64.dmp',
    'rustmd-invalid-range.mdmp.dmp',
    'r2-trunc_memory64.mdmp.dmp',
  ]
    .map((name): [string, string | null] => [name, testData(`dumps/${name}`)])
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .map(([name, path]): [string, Buffer] => [name, readFileSync(path)]),
];

it.each(samples)('%s, changed at random, is read or refused, with bounded reading and time', async (_, original) => {
  const random = seeded(20191224);
  for (let round = 0; round < rounds; round += 1) {
    const bytes = mutated(original, random);
    const { source, read } = counted(bytes);
    const began = performance.now();
    try {
      const facts = await readDump(source);
      expect(facts.completeness.foundBytes).toBe(bytes.length);
      expect(Number.isSafeInteger(facts.completeness.expectedBytes ?? 0)).toBe(true);
      signatureOf(facts);
      const report = await analyseDump(source);
      expect(report.modules.length).toBeLessThanOrEqual(8192);
      JSON.stringify(report);
      describeDump(report);
    } catch (error) {
      if (!(error instanceof UnreadableDump))
        throw new Error(`round ${round} threw ${String(error)}`, { cause: error });
    }
    expect(read()).toBeLessThan(mostBytesRead);
    expect(performance.now() - began).toBeLessThan(mostMilliseconds);
  }
});

/** Changes fall on the beginning, on the headers, or anywhere: lists lie all over the file. */
const regions = [0x400, 0x2100, Number.POSITIVE_INFINITY];

function mutated(original: Buffer, random: () => number): Buffer {
  const bytes = Buffer.from(original.subarray(0, random() < 0.2 ? Math.floor(random() * original.length) : undefined));
  for (let change = 0; change < 1 + random() * 8 && bytes.length > 8; change += 1) {
    const region = Math.min(bytes.length, regions[Math.floor(random() * regions.length)] ?? bytes.length);
    const offset = Math.floor(random() * (region - 4));
    const value = random() < 0.6 ? nasty[Math.floor(random() * nasty.length)] : Math.floor(random() * 0x100000000);
    bytes.writeUInt32LE(value ?? 0, random() < 0.8 ? offset & ~3 : offset);
  }
  return bytes;
}

function counted(bytes: Buffer): { source: ByteSource; read: () => number } {
  const inner = fromBytes(bytes);
  let total = 0;
  return {
    source: {
      size: inner.size,
      read: (offset, length) => {
        total += length;
        return inner.read(offset, length);
      },
    },
    read: () => total,
  };
}

/** A small generator of repeatable randomness (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
