import { readFileSync } from 'node:fs';
import { framesOf, fullDump, kernelDump, mapDump, rangeDump, triageDump, userDump } from './synthetic-dump.js';
import { fullDump32, kernelDump32, mapDumpOf32, triageDump32 } from './synthetic-dump-32.js';
import { kernelMemory } from './synthetic-memory.js';
import { kernelMemory32 } from './synthetic-memory-32.js';
import { triageDumpOfDriver } from './synthetic-triage.js';
import { userMemoryDump } from './synthetic-user-memory.js';
import { testData } from './test-data.js';

const realDumps = [
  'electron-windows.mdmp.dmp',
  'breakpad-null_read_av.mdmp.dmp',
  'breakpad-tiny-exe-fastfail.mdmp.dmp',
  'breakpad-tiny-exe-with-cet-xsave.mdmp.dmp',
  'breakpad-thread_name_list.mdmp.dmp',
  'rizin-triage_x64.dmp',
  'rustmd-invalid-range.mdmp.dmp',
  'r2-trunc_memory64.mdmp.dmp',
];

/** One dump of each kind and, where this machine has them, the real ones: what fuzzing changes at random. */
export function dumpSamples(): [name: string, bytes: Buffer][] {
  return [
    ['full', fullDump({ megabytes: 1, memory: null })],
    ['kernel', kernelDump({ megabytes: 1, memory: null })],
    ['triage', triageDump()],
    ['full, with images', fullDump({ megabytes: 1, memory: kernelMemory({ frames: framesOf('full') }) })],
    ['kernel, with images', kernelDump({ megabytes: 1, memory: kernelMemory({ frames: framesOf('map') }) })],
    ['ranges, with images', rangeDump(10)],
    ['triage of a driver', triageDumpOfDriver()],
    ['process with its memory', userMemoryDump().file],
    ['full, 32-bit', fullDump32({ pages: 110 })],
    ['kernel, 32-bit', kernelDump32({ pages: 8 })],
    ['triage, 32-bit', triageDump32()],
    ['kernel, 32-bit, with images', mapDumpOf32(6, kernelMemory32())],
    ['kernel, ARM64, with images', mapDump(6, kernelMemory({ machine: 'ARM64' }))],
    ['user', userDump({ megabytes: 1 })],
    ...realDumps.flatMap((name): [string, Buffer][] => {
      const path = testData(`dumps/${name}`);
      return path === null ? [] : [[name, readFileSync(path)]];
    }),
  ];
}
