import { expect, it } from '@jest/globals';
import { triageDumpOfDriver, triageTruth as truth } from '../../../tests/support/synthetic-triage.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';

const text = (value: bigint | number): string => `0x${value.toString(16)}`;

it('a triage dump tells its drivers, also unloaded ones, and whom Windows names', async () => {
  const report = await analyseDump(fromBytes(triageDumpOfDriver()));
  expect(
    report.modules.map(({ name, path, base, size, timeDateStamp }) => [name, path, base, size, timeDateStamp]),
  ).toEqual(truth.modules.map(([name, path, base, size, stamp]) => [name, path, text(base), size, text(stamp)]));
  expect(report).toMatchObject({
    unloadedModules: [{ ...truth.unloaded, base: text(truth.unloaded.base) }],
    blamedBySystem: truth.broken,
    process: truth.process,
    hardware: { processor: truth.processor },
    buildLab: truth.buildLab,
    notes: [],
  });
});

it('of a fault that no parameter leads to, the trap frame on the stack is found, and the stack from there on', async () => {
  const { crash, stack, reportingStack } = await analyseDump(fromBytes(triageDumpOfDriver()));
  expect(crash).toMatchObject({ address: text(truth.fault), module: '打包.sys', offset: '0x1250' });
  expect(crash?.from).toMatch(/trap frame on the stack/);
  expect(stack.map(({ address, trust }) => [address, trust])).toEqual([
    [text(truth.fault), 'context'],
    [text(truth.caller), 'scan'],
  ]);
  expect(reportingStack.map(({ address }) => address)).toContain(text(truth.reporting));
});

it('says what it could not read, and reads the rest', async () => {
  const dump = triageDumpOfDriver();
  dump.writeUInt32LE(5000, 0x2034); // more drivers than entries
  dump.writeUInt32LE(0x7fffffff, 0x2078); // blocks beyond the file
  dump.fill(0, dump.readUInt32LE(0x2070), dump.readUInt32LE(0x2070) + 0x20); // no KDBG
  const report = await analyseDump(fromBytes(dump));
  expect(report.notes).toEqual([
    expect.stringMatching(/list of drivers tells of 5000/),
    expect.stringMatching(/list of memory tells of 1 blocks, 0 were read/),
    expect.stringMatching(/debugger data \(KDBG\) is not in the dump/),
  ]);
  expect(report.process).toEqual(truth.process);
});
