import { describe, expect, it } from '@jest/globals';
import {
  activeDump,
  framesOf,
  fullDump,
  kernelDump,
  rangeDump,
  summaryDump,
  type SyntheticDump,
} from '../../../tests/support/synthetic-dump.js';
import { kernelMemory, type SyntheticMemory } from '../../../tests/support/synthetic-memory.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes, type ByteSource } from './byte-source.js';
import type { DumpReport } from './dump-facts.js';
import { crashSignatureOf } from './signature-of.js';

const analyse = (bytes: Uint8Array): Promise<DumpReport> => analyseDump(fromBytes(bytes));
const hex = (value: bigint): string => `0x${value.toString(16)}`;
const number64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

const kinds: [string, 'full' | 'map', (options: SyntheticDump) => Buffer][] = [
  ['complete dump (type 1)', 'full', fullDump],
  ['kernel dump (type 6)', 'map', kernelDump],
  ['active dump (type 5)', 'map', activeDump],
  ['summary dump (type 2)', 'map', (options) => summaryDump(options.memory ?? kernelMemory())],
  ['range dump (type 8)', 'full', (options) => rangeDump(8, options)],
  ['range dump (type 9)', 'full', (options) => rangeDump(9, options)],
  ['range dump (type 10)', 'full', (options) => rangeDump(10, options)],
];

describe.each(kinds)('the inside of a %s', (_, frames, dumpOf) => {
  const memory = kernelMemory({ frames: framesOf(frames), withFilter: true });

  it('lists every driver with place, size, version, company and symbol file', async () => {
    const { modules, notes } = await analyse(dumpOf({ memory }));
    expect(
      modules.map(({ name, base, size, fileVersion, company }) => ({
        name,
        base,
        size,
        version: fileVersion,
        company,
      })),
    ).toEqual(memory.truth.modules.map((one) => ({ ...one, base: hex(one.base) })));
    expect(modules.find(({ name }) => name === 'Ntfs.sys')).toMatchObject({
      path: '\\SystemRoot\\System32\\drivers\\Ntfs.sys',
      description: 'NT File System Driver',
      product: 'Microsoft® Windows® Operating System',
      timeDateStamp: '0x3885b4cf',
      isBuildId: true,
      codeView: { file: 'ntfs.pdb', id: '3885B4CF1111222233334444555566661' },
      source: 'module-list',
    });
    expect(notes).toEqual([]);
  });

  it('unwinds the stack exactly, through the trap and past what earlier calls left behind', async () => {
    const { stack, reportingStack } = await analyse(dumpOf({ memory }));
    expect(
      [...reportingStack, ...stack].map(({ address, stackPointer, module }) => ({ address, stackPointer, module })),
    ).toEqual(
      memory.truth.frames.map(({ address, stackPointer, module }) => ({
        ...{ address: hex(address), stackPointer: hex(stackPointer) },
        module,
      })),
    );
    expect(reportingStack).toHaveLength(memory.truth.reportingFrames);
    expect(stack.map(({ trust }) => trust)).toEqual(['context', ...Array<string>(stack.length - 1).fill('unwind')]);
  });

  it('names the crash as module and offset, whatever the address space was', async () => {
    const { crash } = await analyse(dumpOf({ memory }));
    expect(crash).toMatchObject({
      address: '0xfffff807376ef014',
      module: 'Ntfs.sys',
      offset: '0xff014',
      from: 'trap frame of parameter 2',
      exception: { code: '0xc0000409', address: '0xfffff807376ef014', parameters: ['0x3'] },
    });
  });

  it('tells unloaded drivers, process and build from the kernel’s own data', async () => {
    const { unloadedModules, process, buildLab } = await analyse(dumpOf({ memory }));
    expect(unloadedModules.map(({ name, base }) => ({ name, base }))).toEqual(
      memory.truth.unloaded.map(({ name, from }) => ({ name, base: hex(from) })),
    );
    expect(process).toEqual({ name: 'System', id: 4 });
    expect(buildLab).toBe('17763.1.amd64fre.rs5_release.180914-1434');
  });
});

describe('names of exports', () => {
  it('are given to the very function only', async () => {
    const { stack, reportingStack } = await analyse(fullDump());
    expect(reportingStack[0]?.symbol).toBe('KeBugCheckEx+0x0');
    const called = stack.filter(({ symbol }) => symbol !== null);
    expect(called.map(({ symbol }) => symbol?.split('+')[0])).toEqual(['IofCallDriver', 'IofCallDriver']);
  });
});

describe('the culprit', () => {
  it('is the first module of another company on the stack, with what speaks for it', async () => {
    const { culprit } = await analyse(fullDump({ memory: kernelMemory({ withFilter: true }) }));
    expect(culprit).toMatchObject({
      name: 'acmeflt.sys',
      fileVersion: '4.2.1.77',
      company: 'Acme Storage GmbH',
      confidence: 'medium',
    });
    expect(culprit?.reasons).toEqual([
      expect.stringMatching(/first module on the stack that is not of Microsoft \(frame 4, exact\)/),
      expect.stringMatching(/Acme Storage GmbH/),
      'the crash itself lies in Ntfs.sys 10.0.17763.592, at Ntfs.sys+0xff014',
      'something was found broken here: who finds it need not be who broke it',
    ]);
  });

  it('is the driver of Windows that crashed when only Windows is on the stack; a stale address is not believed', async () => {
    const { culprit } = await analyse(fullDump());
    expect(culprit).toMatchObject({ name: 'Ntfs.sys', fileVersion: '10.0.17763.592', confidence: 'medium' });
    expect(culprit?.reasons).toContain('it is a part of Windows: look for an update of it first');
  });

  it('is a driver that was unloaded, when the address that could not be reached lies where it was', async () => {
    const { culprit } = await analyse(
      fullDump({ bugcheck: 0x50, parameters: [0xfffff80739201234n, 0n, 0xfffff80739201234n, 0n] }),
    );
    expect(culprit).toMatchObject({ name: 'acmescan.sys', confidence: 'high' });
    expect(culprit?.reasons[0]).toMatch(/0xfffff80739201234, where it was loaded before \(\+0x1234\)/);
  });

  it('is unknown when the bugcheck tells of hardware, and when no stack is there', async () => {
    expect((await analyse(fullDump({ bugcheck: 0x124 }))).culprit).toMatchObject({ name: null });
    expect((await analyse(fullDump({ memory: null }))).culprit).toMatchObject({
      name: null,
      reasons: ['the call stack is not in the dump'],
    });
  });
});

describe('the finer signature', () => {
  it('names cause, modules on the stack and suspect, but no place that changes with the version', async () => {
    expect(crashSignatureOf(await analyse(fullDump({ memory: kernelMemory({ withFilter: true }) })))).toBe(
      '0x139_3 KERNEL_SECURITY_CHECK_FAILURE | ntfs.sys < ntoskrnl.exe < acmeflt.sys < fltmgr.sys | suspect acmeflt.sys',
    );
  });

  it('is the same for complete and kernel dump of the same crash', async () => {
    const [full, kernel] = [await analyse(fullDump()), await analyse(kernelDump())].map(crashSignatureOf);
    expect(full).toBe(kernel);
  });

  it('is none when no module is known', async () => {
    expect(crashSignatureOf(await analyse(fullDump({ memory: null })))).toBeNull();
  });
});

describe('memory that is damaged or missing', () => {
  const damaged = (damage: (memory: SyntheticMemory) => void): Promise<DumpReport> => {
    const memory = kernelMemory({ withFilter: true });
    damage(memory);
    return analyse(fullDump({ memory }));
  };
  const names = ({ modules }: DumpReport): string[] => modules.map(({ name }) => name);
  const all = ['ntoskrnl.exe', 'hal.dll', 'FLTMGR.SYS', 'Ntfs.sys', 'acmeflt.sys'];

  it('a list of modules that breaks off is walked from its other end too', async () => {
    const report = await damaged((memory) => memory.write(memory.entryOf('FLTMGR.SYS'), number64(0x4141414141414141n)));
    expect(names(report).sort()).toEqual([...all].sort());
    expect(report.notes).toEqual([
      'the list of loaded modules breaks off after 3 modules (the entry points to 0x4141414141414141, which is no address); 2 more were found from its other end',
    ]);
  });

  it('a list of modules that skips one is noticed by the link back', async () => {
    const report = await damaged((memory) =>
      memory.write(memory.entryOf('FLTMGR.SYS'), number64(memory.entryOf('acmeflt.sys'))),
    );
    expect(names(report).sort()).toEqual([...all].sort());
    expect(report.notes[0]).toMatch(/does not point back/);
  });

  it('a list of modules that turns back into itself ends', async () => {
    const report = await damaged((memory) =>
      memory.write(memory.entryOf('Ntfs.sys'), number64(memory.entryOf('hal.dll'))),
    );
    expect(names(report).sort()).toEqual([...all].sort());
    expect(report.notes[0]).toMatch(/turns back into itself/);
  });

  it('a page in transition is read where it still lies', async () => {
    const report = await damaged((memory) => memory.unmap(0xfffff8073763e000n, 'transition'));
    expect(report.stack.every(({ trust }) => trust !== 'scan')).toBe(true);
  });

  it('an image without its first page keeps name, place and exact stack, and has no version', async () => {
    const report = await damaged((memory) => memory.unmap(0xfffff807375f0000n, 'absent'));
    expect(report.modules.find(({ name }) => name === 'Ntfs.sys')).toMatchObject({
      size: 0x28d000,
      fileVersion: null,
      timeDateStamp: null,
    });
    expect(report.stack).toHaveLength(12);
    expect(report.stack[1]?.trust).toBe('unwind');
  });

  it('without unwind data the stack is scanned on, and what follows says so', async () => {
    const report = await damaged((memory) => memory.unmap(0xfffff80738a17000n, 'paged-out'));
    const trusts = report.stack.map(({ trust }) => trust);
    expect(trusts.slice(0, 5)).toEqual(['context', 'unwind', 'unwind', 'unwind', 'unwind']);
    expect(trusts[5]).toBe('scan');
    expect(trusts.slice(6).every((trust) => trust === 'cfi-chained')).toBe(true);
    expect(report.stack[report.stack.length - 1]?.module).toBe('ntoskrnl.exe');
  });

  it('a caller without unwind data is not taken for a function that calls nobody', async () => {
    const report = await damaged((memory) => {
      const frame = memory.truth.frames.find((one) => one.function === 'FltpDispatch');
      if (!frame) throw new Error('the stack has no FltpDispatch');
      memory.write(frame.stackPointer - 8n, number64(0xfffff80737481f00n));
      memory.write(frame.stackPointer, number64(0xfffff80736801010n));
    });
    const at = report.stack.findIndex(({ address }) => address === '0xfffff80737481f00');
    expect(report.stack[at]?.trust).toBe('unwind');
    expect(report.stack[at + 1]).toMatchObject({ trust: 'scan' });
  });

  it('encoded debugger data of the kernel costs what only it tells, no more', async () => {
    const report = await damaged((memory) => memory.write(memory.debuggerData + 0x10n, Buffer.from('????')));
    expect(names(report)).toEqual(all);
    expect(report).toMatchObject({
      unloadedModules: [],
      process: null,
      buildLab: null,
      culprit: { name: 'acmeflt.sys' },
    });
    expect(report.notes).toEqual([expect.stringMatching(/KDBG.*encoded/)]);
  });

  it('a dump whose page tables are not there says so and keeps its header', async () => {
    const report = await analyse(fullDump({ memory: null }));
    expect(report).toMatchObject({ bugcheck: { code: '0x139' }, modules: [], stack: [] });
    expect(report.notes[0]).toMatch(/list of loaded modules at 0xfffff807373f0310 cannot be read/);
  });

  it('a dump that was cut short says what still can be said', async () => {
    const whole = fullDump();
    for (const bytes of [0x2000, 0x2100, 0x40000, 0xa0000, 0xb0000, 0xc0000]) {
      const report = await analyse(whole.subarray(0, bytes));
      expect(report.bugcheck?.code).toBe('0x139');
      expect(report.completeness.verdict).toBe('truncated');
    }
  });
});

describe('a complete dump of 64 GiB', () => {
  /** The small dump with its last run of memory made longer; what was added holds nothing. */
  function stretched(dump: Buffer, gibibytes: number): { source: ByteSource; bytesRead: () => number } {
    const pages = gibibytes * 262_144;
    const header = Buffer.from(dump.subarray(0, 0x2000));
    const first = Number(header.readBigUInt64LE(0xa0));
    header.writeBigUInt64LE(BigInt(pages), 0x90);
    header.writeBigUInt64LE(BigInt(pages - first), 0xb0);
    const size = 0x2000 + pages * 4096;
    let total = 0;
    return {
      bytesRead: () => total,
      source: {
        size,
        async read(offset, length) {
          const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
          total += bytes.length;
          if (offset < dump.length) dump.copy(bytes, 0, offset, offset + bytes.length);
          if (offset < header.length) header.copy(bytes, 0, offset);
          return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        },
      },
    };
  }

  it('is answered as a small one is, from less than 2 MiB of it', async () => {
    const small = fullDump();
    const { source, bytesRead } = stretched(small, 64);
    const { crash, culprit, stack, modules, completeness } = await analyseDump(source);
    const expected = await analyse(small);
    expect({ crash, culprit, stack, modules }).toEqual({
      crash: expected.crash,
      culprit: expected.culprit,
      stack: expected.stack,
      modules: expected.modules,
    });
    expect(completeness.verdict).toBe('complete');
    expect(bytesRead()).toBeLessThan(2 * 1024 * 1024);
  });
});
