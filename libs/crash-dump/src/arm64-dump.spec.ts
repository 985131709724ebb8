import { describe, expect, it } from '@jest/globals';
import { fullDump, mapDump, rangeDump } from '../../../tests/support/synthetic-dump.js';
import { triageOf } from '../../../tests/support/synthetic-triage.js';
import { kernelMemory, type SyntheticMemory } from '../../../tests/support/synthetic-memory.js';
import { scenarios, type ScenarioName } from '../../../tests/support/synthetic-scenarios.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** All but the double fault, which only x86 and x64 processors have. */
const names = (Object.keys(scenarios) as ScenarioName[]).filter((name) => name !== 'stack that is used up (0x7F)');

const kinds: [string, (memory: SyntheticMemory) => Buffer][] = [
  ['complete dump (type 1)', (memory) => fullDump({ memory, megabytes: 7 })],
  ['summary dump (type 2)', (memory) => mapDump(2, memory)],
  ['active dump (type 5)', (memory) => mapDump(5, memory)],
  ['kernel dump (type 6)', (memory) => mapDump(6, memory)],
  ['automatic dump (type 7)', (memory) => mapDump(7, memory)],
  ['range dump (type 8)', (memory) => rangeDump(8, { memory })],
  ['range dump (type 9)', (memory) => rangeDump(9, { memory })],
  ['range dump (type 10)', (memory) => rangeDump(10, { memory })],
];

describe.each(names)('ARM64: %s', (scenario) => {
  const memory = kernelMemory({ machine: 'ARM64', scenario });
  const { truth } = memory;

  it.each(kinds)('a %s tells modules, registers, exact stack and suspect', async (_, dumpOf) => {
    const report = await analyseDump(fromBytes(dumpOf(memory)));
    expect(report).toMatchObject({
      ...{ machine: 'ARM64', osBuild: 22000, notes: [] },
      completeness: { verdict: 'complete' },
    });
    expect(
      report.modules.map(({ name, base, size, fileVersion, company }) => ({
        name,
        base,
        size,
        version: fileVersion,
        company,
      })),
    ).toEqual(truth.modules.map((one) => ({ ...one, base: hex(one.base) })));
    expect(report.unloadedModules.map(({ name, base }) => ({ name, base }))).toEqual(
      truth.unloaded.map(({ name, from }) => ({ name, base: hex(from) })),
    );
    expect(report.crash?.registers).toMatchObject(
      truth.context === null ? {} : { pc: hex(truth.context.instructionPointer), sp: hex(truth.context.stackPointer) },
    );
    expect(
      [...report.reportingStack, ...report.stack].map(({ address, stackPointer, module }) => ({
        address,
        stackPointer,
        module,
      })),
    ).toEqual(
      truth.frames.map(({ address, stackPointer, module }) => ({
        ...{ address: hex(address), stackPointer: hex(stackPointer) },
        module,
      })),
    );
    expect(report.reportingStack).toHaveLength(truth.reportingFrames);
    expect(report.culprit).toMatchObject({ ...truth.culprit });
    expect(report).toMatchObject({
      process: { name: 'System', id: null },
      buildLab: '22000.1.arm64fre.co_release.210604-1628',
    });
  });

  it('a small memory dump (type 4) tells modules, registers and, among its frames, the true ones', async () => {
    const report = await analyseDump(fromBytes(triageOf(memory)));
    expect(report).toMatchObject({
      kind: 'triage',
      machine: 'ARM64',
      notes: [],
      completeness: { verdict: 'complete' },
    });
    expect(report.modules.map(({ name, base, size }) => ({ name, base, size }))).toEqual(
      truth.modules.map(({ name, base, size }) => ({ name, base: hex(base), size })),
    );
    expect(report.unloadedModules.map(({ base }) => base)).toEqual(truth.unloaded.map(({ from }) => hex(from)));
    expect(report.crash?.registers).toMatchObject(
      truth.context === null ? {} : { pc: hex(truth.context.instructionPointer), sp: hex(truth.context.stackPointer) },
    );
    const frames = [...report.reportingStack, ...report.stack];
    const found = new Set(frames.map(({ address }) => address));
    // Where the bugcheck itself stands, and code that was interrupted, are no return addresses.
    const interrupted = truth.context && hex(truth.context.instructionPointer);
    const expected = truth.frames.slice(1).map(({ address }) => hex(address));
    expect(expected.filter((address) => !found.has(address) && address !== interrupted)).toEqual([]);
    const chained = frames.filter(({ trust }) => trust === 'frame-pointer').map(({ address }) => address);
    expect(chained.length).toBeGreaterThan(0);
    expect(chained.filter((address) => !expected.includes(address))).toEqual([]);
  });
});
