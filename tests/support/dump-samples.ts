import { gzipSync } from 'node:zlib';
import { everyRealDump, everySyntheticDump } from './every-dump.js';
import { streamedZip } from './streamed-zip.js';
import { framesOf, fullDump, kernelDump, mapDump } from './synthetic-dump.js';
import { mapDumpOf32 } from './synthetic-dump-32.js';
import { kernelMemory } from './synthetic-memory.js';
import { kernelMemory32 } from './synthetic-memory-32.js';
import { scenarios, type ScenarioName } from './synthetic-scenarios.js';
import { triageDumpOfDriver } from './synthetic-triage.js';
import { userMemoryDump } from './synthetic-user-memory.js';

/**
 * What fuzzing changes at random: one dump of every kind, of every crash, packed ones, and the real ones that are here.
 * Made when asked for.
 */
export function dumpSamples(): [name: string, make: () => Buffer][] {
  return [
    ...[...everySyntheticDump(), ...everyRealDump()].map(([name, bytes]): [string, () => Buffer] => [
      name,
      () => bytes,
    ]),
    ...(Object.keys(scenarios) as ScenarioName[]).map((name): [string, () => Buffer] => [
      `crash ${name}`,
      () => fullDump({ megabytes: 2, memory: kernelMemory({ scenario: name, frames: framesOf('full') }) }),
    ]),
    ['kernel, 32-bit, with images', () => mapDumpOf32(6, kernelMemory32())],
    ['kernel, ARM64, with images', () => mapDump(6, kernelMemory({ machine: 'ARM64' }))],
    ['ZIP', () => streamedZip([{ name: 'MEMORY.DMP', content: triageDumpOfDriver() }])],
    ['ZIP, streamed', () => streamedZip([{ name: 'a', content: userMemoryDump().file, sizes: 'descriptor' }])],
    ['gzip', () => gzipSync(kernelDump({ megabytes: 1, memory: null }))],
  ];
}
