import { describe, expect, it } from '@jest/globals';
import {
  activeDump,
  framesOf,
  fullDump,
  kernelDump,
  rangeDump,
  type SyntheticDump,
} from '../../../tests/support/synthetic-dump.js';
import { kernelMemory } from '../../../tests/support/synthetic-memory.js';
import { scenarios, type ScenarioName } from '../../../tests/support/synthetic-scenarios.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';

const hex = (value: bigint): string => `0x${value.toString(16)}`;
const names = Object.keys(scenarios) as ScenarioName[];
const kinds: [string, 'full' | 'map', (options: SyntheticDump) => Buffer][] = [
  ['complete (1)', 'full', fullDump],
  ['active (5)', 'map', activeDump],
  ['kernel (6)', 'map', kernelDump],
  ['range (8)', 'full', (options) => rangeDump(8, options)],
];

describe.each(kinds)('a %s dump', (_, frames, dumpOf) => {
  it.each(names)('tells the truth of: %s', async (scenario) => {
    const memory = kernelMemory({ scenario, frames: framesOf(frames) });
    const { truth } = memory;
    const report = await analyseDump(fromBytes(dumpOf({ memory })));
    expect({
      code: report.bugcheck?.code,
      parameters: report.bugcheck?.parameters.map(({ value }) => value),
    }).toEqual({ code: `0x${truth.bugcheck.code.toString(16)}`, parameters: truth.bugcheck.parameters.map(hex) });
    expect(
      report.modules.map(({ name, base, size, fileVersion, company }) => ({ name, base, size, fileVersion, company })),
    ).toEqual(
      truth.modules.map(({ name, base, size, version, company }) => ({
        ...{ name, base: hex(base), size, company },
        fileVersion: version,
      })),
    );
    expect(report.unloadedModules.map(({ name, base }) => ({ name, base }))).toEqual(
      truth.unloaded.map(({ name, from }) => ({ name, base: hex(from) })),
    );
    expect({ rip: report.crash?.registers['rip'], rsp: report.crash?.registers['rsp'] }).toEqual({
      rip: truth.context && hex(truth.context.instructionPointer),
      rsp: truth.context && hex(truth.context.stackPointer),
    });
    expect(
      [...report.reportingStack, ...report.stack].map(({ address, module, stackPointer }) => ({
        ...{ address, module, stackPointer },
      })),
    ).toEqual(
      truth.frames.map(({ address, module, stackPointer }) => ({
        ...{ address: hex(address), module, stackPointer: hex(stackPointer) },
      })),
    );
    expect(report.reportingStack).toHaveLength(truth.reportingFrames);
    expect(report.culprit).toMatchObject({ ...truth.culprit });
    const objects = new Map(report.objects.map((object) => [object.address, object]));
    for (const { what, address, driver, module } of truth.objects) {
      expect(objects.get(hex(address))).toMatchObject({ what, driver, module });
    }
    expect(report.notes).toEqual([]);
  });
});

describe('what a stale return address on the stack is worth', () => {
  it.each(names)('no exact frame: %s', async (scenario) => {
    const { truth, ...memory } = kernelMemory({ scenario, frames: framesOf('full') });
    const { stack, reportingStack } = await analyseDump(fromBytes(fullDump({ memory: { ...memory, truth } })));
    const real = new Set(truth.frames.map(({ stackPointer }) => hex(stackPointer)));
    const exact = [...reportingStack, ...stack].filter(({ trust }) => trust === 'context' || trust === 'unwind');
    expect(exact.filter(({ stackPointer }) => !real.has(stackPointer ?? ''))).toEqual([]);
    expect(exact.length).toBeGreaterThan(3);
  });
});
