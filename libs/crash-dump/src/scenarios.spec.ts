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
import type { DumpReport } from './dump-facts.js';

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

describe('what else is known of a crash', () => {
  const analysed = async (scenario: ScenarioName): Promise<DumpReport> =>
    analyseDump(fromBytes(fullDump({ memory: kernelMemory({ scenario, frames: framesOf('full') }) })));

  it('a driver that fills the kernel stack is told with what it used of it', async () => {
    const { kernelStack, culprit, process } = await analysed('stack that is used up (0x7F)');
    expect(kernelStack).toMatchObject({ limit: '0xfffff90a12344000', base: '0xfffff90a1234a000' });
    expect(kernelStack?.usedBytes).toBeGreaterThan(0x5000);
    expect(culprit?.reasons).toContainEqual(
      expect.stringMatching(
        /^the kernel stack is used up \(\d+ of 24576 bytes\), and 44 of its 49 frames are its own$/,
      ),
    );
    expect(process).toEqual({ name: 'System', id: 4 });
  });

  it('a thread that others wait for is named with the driver on its stack', async () => {
    const { objects, culprit } = await analysed('power change that waits for a driver (0x9F)');
    const thread = objects.find((one) => one.what === 'thread');
    expect(thread?.what === 'thread' && thread.frames.map(({ module }) => module)).toEqual([
      ...Array<string>(2).fill('ntoskrnl.exe'),
      'acmeusb.sys',
      ...Array<string>(2).fill('ntoskrnl.exe'),
    ]);
    expect(culprit?.reasons[0]).toMatch(/on the stack of the thread 0x\w+ \(parameter 3; frame 2, /);
  });

  it('Driver Verifier is told with its flags and the drivers that it watches', async () => {
    expect((await analysed('special pool that was freed (0x50)')).verifier).toEqual({
      ...{ active: true, specialPool: true, flags: '0x9', drivers: ['acmeflt.sys'] },
      options: ['special pool', 'pool tracking'],
    });
    expect((await analysed('exception in a system call (0x3B)')).verifier).toMatchObject({
      active: false,
      drivers: [],
    });
  });

  it('no driver is named by the stack of a watch', async () => {
    const memory = kernelMemory({ scenario: 'DPC that runs too long (0x133)', frames: framesOf('full') });
    const { culprit } = await analyseDump(
      fromBytes(fullDump({ memory, bugcheck: 0x9f, parameters: [7n, 0n, 0n, 0n] })),
    );
    expect(culprit).toMatchObject({ name: null });
  });
});
