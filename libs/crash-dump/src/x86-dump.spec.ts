import { describe, expect, it } from '@jest/globals';
import { fullDumpOf32, mapDumpOf32, triageOf32 } from '../../../tests/support/synthetic-dump-32.js';
import { kernelMemory32, type Scenario32, type SyntheticMemory32 } from '../../../tests/support/synthetic-memory-32.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import type { DumpReport } from './dump-facts.js';

const hex = (value: bigint): string => `0x${value.toString(16)}`;
const analyse = (bytes: Uint8Array): Promise<DumpReport> => analyseDump(fromBytes(bytes));
const kinds: [string, (memory: SyntheticMemory32) => Buffer][] = [
  ['complete dump (type 1)', fullDumpOf32],
  ['kernel dump (type 2)', (memory) => mapDumpOf32(2, memory)],
  ['bitmap dump (type 5)', (memory) => mapDumpOf32(5, memory)],
  ['bitmap dump (type 6)', (memory) => mapDumpOf32(6, memory)],
];
const scenarios: Scenario32[] = ['kernel mode exception (0x1000008E)', 'system thread (0x7E)', 'paged data (0xD1)'];

describe.each([true, false])('a crash of 32-bit Windows, PAE %p', (usesPae) => {
  describe.each(scenarios)('%s', (scenario) => {
    const memory = kernelMemory32({ usesPae, scenario });
    const { truth } = memory;

    it.each(kinds)('%s: modules, registers, stack and suspect are those of the truth', async (_, dumpOf) => {
      const report = await analyse(dumpOf(memory));
      expect(report).toMatchObject({
        ...{ machine: 'x86', usesPae, notes: [], completeness: { verdict: 'complete' } },
        ...{ process: { name: 'System', id: null }, buildLab: '7601.24545.x86fre.win7sp1_ldr.180820-0600' },
        bugcheck: { code: hex(BigInt(truth.bugcheck.code)) },
        crash: {
          address: hex(truth.context?.instructionPointer ?? 0n),
          module: 'acmeold.sys',
          registers: { esp: hex(truth.context?.stackPointer ?? 0n), edi: '0xd1', eax: '0xaa' },
        },
        culprit: truth.culprit,
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
      expect(report.unloadedModules).toMatchObject(truth.unloaded.map(({ name, from }) => ({ name, base: hex(from) })));
      expect([...report.reportingStack, ...report.stack].map(({ address, module }) => ({ address, module }))).toEqual(
        truth.frames.map(({ address, module }) => ({ address: hex(address), module })),
      );
      expect(report.reportingStack).toHaveLength(truth.reportingFrames);
    });

    it('small memory dump (type 4): drivers, registers and, among its frames, the true ones', async () => {
      const report = await analyse(triageOf32(memory));
      expect(report).toMatchObject({
        ...{ kind: 'triage', usesPae, notes: [], completeness: { verdict: 'complete' } },
        ...{ process: { name: 'System', id: null }, buildLab: '7601.24545.x86fre.win7sp1_ldr.180820-0600' },
        unloadedModules: truth.unloaded.map(({ from }) => ({ base: hex(from) })),
        crash: {
          address: hex(truth.context?.instructionPointer ?? 0n),
          registers: { esp: hex(truth.context?.stackPointer ?? 0n), edi: '0xd1' },
        },
        culprit: { name: 'acmeold.sys' },
      });
      expect(report.modules.map(({ name, base, size }) => ({ name, base, size }))).toEqual(
        truth.modules.map(({ name, base, size }) => ({ name, base: hex(base), size })),
      );
      const frames = [...report.reportingStack, ...report.stack];
      const found = new Set(frames.map(({ address }) => address));
      expect(truth.frames.slice(1).filter(({ address }) => !found.has(hex(address)))).toEqual([]);
      expect(frames.some(({ trust }) => trust === 'frame-pointer')).toBe(true);
    });
  });
});

it('a frame of x86 says how it was found: by the chain, or by the call that goes to a function without a frame pointer', async () => {
  const { stack } = await analyse(fullDumpOf32(kernelMemory32()));
  expect(stack.map(({ trust }) => trust)).toEqual([
    ...['context', 'scan', 'frame-pointer', 'frame-pointer', 'frame-pointer'],
    ...['scan', 'frame-pointer'],
  ]);
});

describe.each([true, false])('a page of x86, PAE %p', (usesPae) => {
  it.each([
    ['in transition is read where it still lies', 'transition', '2.7.0.31'],
    ['that a prototype stands for is not in memory', 'prototype', null],
    ['that was never there is not mapped', 'absent', null],
  ] as const)('%s', async (_, how, version) => {
    const memory = kernelMemory32({ usesPae });
    memory.unmap(0x92014000, how);
    const { modules } = await analyse(mapDumpOf32(6, memory));
    expect(modules.find(({ name }) => name === 'acmeold.sys')).toMatchObject({ fileVersion: version });
  });
});

it('a 32-bit dump whose list of modules cannot be reached says so, and keeps its header', async () => {
  const dump = fullDumpOf32(kernelMemory32());
  dump.writeUInt32LE(0x1000, 0x10);
  const report = await analyse(dump);
  expect(report).toMatchObject({ bugcheck: { code: '0x1000008e' }, modules: [] });
  expect(report.notes[0]).toMatch(/list of loaded modules at 0x82b70850 cannot be read/);
});

it('a walk of x86 from the bugcheck goes through the trap frame to the code that was interrupted', async () => {
  const memory = kernelMemory32();
  const dump = fullDumpOf32(memory);
  dump.writeUInt32LE(0xe2, 0x28);
  const { stack } = await analyse(dump);
  expect(stack.map(({ address }) => address)).toEqual(memory.truth.frames.map(({ address }) => hex(address)));
});
