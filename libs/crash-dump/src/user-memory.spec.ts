import { expect, it } from '@jest/globals';
import { userMemoryDump } from '../../../tests/support/synthetic-user-memory.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';

const { file, truth } = userMemoryDump();

it('a process dumped with its memory tells versions and makers of its modules, and its exact stack', async () => {
  const { modules, stack, crash } = await analyseDump(fromBytes(file));
  expect(modules).toMatchObject([
    { name: 'Packer.exe', fileVersion: '7.1.2.3', company: 'Contoso' },
    { name: 'starter.dll', fileVersion: '7.1.2.3', company: 'Microsoft Corporation' },
  ]);
  expect(stack.map(({ address, module, trust }) => ({ address, module, trust }))).toEqual(truth.stack);
  expect(crash).toMatchObject({
    module: 'Packer.exe',
    from: 'context of the exception',
    exception: { name: 'STATUS_ACCESS_VIOLATION', parameters: ['0x0', '0x10'] },
  });
});

it('names of threads, unloaded modules, handles and comments are told as they stand', async () => {
  expect(await analyseDump(fromBytes(file))).toMatchObject({
    process: { name: 'Packer.exe', id: null },
    threads: [{ id: 4242, name: '打包线程', crashed: true }],
    unloadedModules: [{ name: 'plugin.dll', base: '0x7ff820000000', size: 0x5000, timeDateStamp: '0x5f000000' }],
    handles: [{ type: 'File', count: 2 }],
    comments: [truth.comment],
    completeness: { verdict: 'complete' },
    notes: [],
  });
});

it('cut short, it tells what is there', async () => {
  for (let length = 0x180; length < file.length; length += 0x333) {
    const report = await analyseDump(fromBytes(file.subarray(0, length)));
    expect(report.completeness.verdict).not.toBe('complete');
    expect(report.modules.length).toBeLessThanOrEqual(2);
  }
});
