import { readFileSync } from 'node:fs';
import {
  activeDump,
  framesOf,
  fullDump,
  kernelDump,
  rangeDump,
  triageDump,
  userDump,
  type SyntheticDump,
} from './synthetic-dump.js';
import { fullDump32, kernelDump32, triageDump32 } from './synthetic-dump-32.js';
import { kernelMemory } from './synthetic-memory.js';
import { triageDumpOfDriver } from './synthetic-triage.js';
import { userMemoryDump } from './synthetic-user-memory.js';
import { testData } from './test-data.js';

const small: SyntheticDump = { megabytes: 1 };

/** One synthetic dump of every kind that can be built, by name. */
export function everySyntheticDump(): [name: string, bytes: Buffer][] {
  return [
    ['full', fullDump(small)],
    ['full, cut short', fullDump({ ...small, truncateTo: 0x40000 })],
    ['full, with a filter driver', withFilter('full')],
    ['kernel', kernelDump({ megabytes: 1 })],
    ['kernel, with a filter driver', withFilter('map')],
    ['active', activeDump(small)],
    ['ARM64', fullDump({ ...small, machine: 'ARM64' })],
    ['range, kernel', rangeDump(8)],
    ['range, kernel and user', rangeDump(9)],
    ['range, everything', rangeDump(10)],
    ['triage', triageDump()],
    ['triage of a driver', triageDumpOfDriver()],
    ['full, 32-bit', fullDump32({ pages: 110 })],
    ['kernel, 32-bit', kernelDump32({ pages: 8 })],
    ['triage, 32-bit', triageDump32()],
    ['process', userDump(small)],
    ['process with its memory', userMemoryDump().file],
  ];
}

function withFilter(kind: 'full' | 'map'): Buffer {
  const memory = kernelMemory({ withFilter: true, frames: framesOf(kind) });
  return (kind === 'full' ? fullDump : kernelDump)({ ...small, memory });
}

/** Every real dump of the test data that is on this machine, by the name of its file. */
export function everyRealDump(): [name: string, bytes: Buffer][] {
  const list = testData('dumps/facts.json');
  if (list === null) return [];
  return (JSON.parse(readFileSync(list, 'utf8')) as { file: string }[]).flatMap(({ file }) => {
    const path = testData(`dumps/${file}`);
    return path === null ? [] : [[file, readFileSync(path)] as [string, Buffer]];
  });
}
