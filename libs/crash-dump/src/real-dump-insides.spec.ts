import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testData } from '../../../tests/support/test-data.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes, type ByteSource } from './byte-source.js';
import type { DumpReport } from './dump-facts.js';

/** Facts of real dumps, taken with other tools; see facts-of-real-dumps.spec.ts. */
interface KnownInside {
  file: string;
  valid?: boolean;
  unloaded?: { name: string; start: string; end: string }[];
  stack_rizin_with_pdb?: { ip: string; sp: string; symbol: string }[];
  build_lab?: string;
  faulting_module?: string;
  context_at_P4_rip?: string;
  exception_at_P3?: { code: string; params: string[] };
  cpu_vendor?: string;
  secondary_blobs?: number;
  process?: string;
  cpu?: [string, string, string];
  crash?: { thread_index?: string };
  thread_count?: number;
  exception_code?: string;
  exception_address?: string;
}

const list = testData('dumps/facts.json');
const known = list === null ? [] : (JSON.parse(readFileSync(list, 'utf8')) as KnownInside[]);
const bytesOf = (name: string): Buffer => {
  const path = testData(`dumps/${name}`);
  if (path === null) throw new Error(`dumps/${name} is listed in facts.json but is not there`);
  return readFileSync(path);
};
const analyse = (name: string): Promise<DumpReport> => analyseDump(fromBytes(bytesOf(name)));

if (list === null) {
  describe('the inside of real dumps', () => {
    it.skip('is not on this machine: set CASERELAY_TEST_DATA to a folder that holds dumps/facts.json', () => undefined);
  });
} else {
  describe.each(known.filter(({ stack_rizin_with_pdb }) => stack_rizin_with_pdb !== undefined))(
    'the real triage dump $file',
    (one) => {
      it('lists unloaded drivers, process, processor, build and the data that follows', async () => {
        const report = await analyse(one.file);
        expect(
          report.unloadedModules.map(({ name, base, size }) => ({
            name,
            start: base,
            end: `0x${(BigInt(base) + BigInt(size)).toString(16)}`,
          })),
        ).toEqual(one.unloaded);
        expect(report.process).toEqual({ name: one.process, id: 4 });
        expect(report.hardware?.processor).toEqual({
          vendor: one.cpu_vendor,
          name: 'AMD Ryzen 7 3700X 8-Core Processor',
          megahertz: 3593,
          microcode: null,
        });
        expect(report.buildLab).toBe(one.build_lab);
        expect(report.secondaryData).toHaveLength(one.secondary_blobs ?? 0);
        expect(report.secondaryData.map(({ name }) => name)).toContain('the display driver of NVIDIA');
        expect(report.notes).toEqual([]);
      });

      it('takes the registers of the fault, not those of the bugcheck', async () => {
        const { crash } = await analyse(one.file);
        expect(crash).toMatchObject({
          address: one.context_at_P4_rip,
          module: one.faulting_module,
          offset: '0x334c',
          from: 'context record of parameter 4',
          exception: { code: one.exception_at_P3?.code, parameters: one.exception_at_P3?.params },
        });
        expect(crash?.registers).toMatchObject({ rip: one.context_at_P4_rip, rsp: '0xffff850429892120' });
      });

      it('has every true return address among its frames, those of the crash apart from those of its reporting', async () => {
        const { stack, reportingStack } = await analyse(one.file);
        const truth = (one.stack_rizin_with_pdb ?? []).slice(1, -1).map(({ ip }) => ip);
        expect(truth).toHaveLength(35);
        const found = new Set([...stack, ...reportingStack].map(({ address }) => address));
        expect(truth.filter((address) => !found.has(address))).toEqual([]);
        expect(stack[0]).toMatchObject({ address: one.context_at_P4_rip, trust: 'context', confidence: 1 });
        expect(stack.filter(({ address }) => truth.includes(address))).toHaveLength(28);
        const likely = stack.filter(({ confidence }) => confidence >= 0.5);
        expect(likely.filter(({ address }) => truth.includes(address))).toHaveLength(27);
        expect(likely.length).toBeLessThanOrEqual(40);
      });

      it('tells as much as is there when it was cut short, and never fails', async () => {
        const bytes = bytesOf(one.file);
        for (const length of [0x1800, 0x2010, 0x2080, 0x10900, 0x15d20, 0x19440, 0x20000, 0x13a28c, 0x14d000]) {
          const report = await analyseDump(fromBytes(bytes.subarray(0, length)));
          expect(report.bugcheck?.code).toBe('0x1000007e');
          if (length < 0x15d20) expect(report.notes).not.toEqual([]);
          if (length >= 0x19440) expect(report.modules).toHaveLength(151);
        }
      });

      it('reads far less than the file', async () => {
        const inner = fromBytes(bytesOf(one.file));
        let bytes = 0;
        const source: ByteSource = {
          size: inner.size,
          read: (offset, length) => {
            bytes += length;
            return inner.read(offset, length);
          },
        };
        await analyseDump(source);
        expect(bytes).toBeLessThan(300_000);
      });
    },
  );

  describe.each(known.filter(({ thread_count, valid }) => thread_count !== undefined && valid === true))(
    'the real dump of a process $file',
    (one) => {
      it('has nothing in it that could not be read', async () => {
        expect((await analyse(one.file)).notes).toEqual([]);
      });

      it('lists its threads and which of them crashed, where', async () => {
        const { threads, crash, stack, hardware } = await analyse(one.file);
        expect(threads).toHaveLength(one.thread_count ?? 0);
        expect(threads.every(({ instructionPointer }) => instructionPointer !== null)).toBe(true);
        const processor = hardware?.processor;
        expect([processor?.vendor, processor?.name].filter(Boolean).join(' ')).toBe(one.cpu?.[1]);
        expect(stack[0]?.trust).toBe('context');
        if (one.exception_code === undefined) {
          expect(crash).toBeNull();
          return;
        }
        expect(threads.findIndex(({ crashed }) => crashed)).toBe(Number(one.crash?.thread_index));
        expect(crash).toMatchObject({ address: one.exception_address, exception: { code: one.exception_code } });
        expect(crash?.module).not.toBeNull();
        expect(stack[0]?.module).toBe(crash?.module);
      });
    },
  );

  it('names of threads, unloaded modules, handles and the build are told where a dump has them', async () => {
    const named = await analyse('breakpad-thread_name_list.mdmp.dmp');
    expect(named.threads.filter(({ name }) => name !== null).map(({ name }) => name)).toEqual([
      'main thread',
      'sleep thread',
      'overflow thread',
    ]);
    expect(named.stack.filter(({ trust }) => trust === 'frame-pointer').at(-1)?.module).toBe('ntdll.dll');
    const whole = await analyse('breakpad-tiny-exe-with-cet-xsave.mdmp.dmp');
    expect(named.buildLab).toBe('17763.1.x86fre.rs5_release.180914-1434');
    expect(whole).toMatchObject({
      process: { name: 'tiny.exe', id: 15444 },
      unloadedModules: [{ name: 'shcore.dll', base: '0x7ff90f450000', size: 958464, timeDateStamp: '0xd40bc30a' }],
      buildLab: 'Windows NT 10.0.22000.282',
    });
    expect(whole.handles).toContainEqual({ type: 'Event', count: 18 });
    expect(whole.handles.reduce((sum, { count }) => sum + count, 0)).toBe(147);
  });

  it.each(known.filter(({ valid }) => valid === false))('$file is malformed: read as far as it goes', async (one) => {
    const report = await analyse(one.file);
    expect(report).toMatchObject({ modules: [], crash: null, stack: [] });
  });
}
