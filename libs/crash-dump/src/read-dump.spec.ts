import { describe, expect, it } from '@jest/globals';
import {
  activeDump,
  fullDump,
  kernelDump,
  mapDump,
  summaryDump,
  triageDump,
  userDump,
} from '../../../tests/support/synthetic-dump.js';
import { kernelMemory } from '../../../tests/support/synthetic-memory.js';
import { fromBytes } from './byte-source.js';
import type { DumpFacts } from './dump-facts.js';
import { readDump } from './read-dump.js';
import { UnreadableDump } from './unreadable-dump.js';

const read = (bytes: Uint8Array, size?: number): Promise<DumpFacts> => readDump(fromBytes(bytes, size));

describe('a complete memory dump', () => {
  it('tells cause, system, times and that it is whole', async () => {
    const dump = fullDump({ crashedAt: new Date('2019-12-24T06:40:00Z'), uptimeSeconds: 45_000, megabytes: 2 });
    expect(await read(dump)).toEqual({
      format: 'kernel-dump-64',
      kind: 'full',
      bugcheck: {
        code: '0x139',
        name: 'KERNEL_SECURITY_CHECK_FAILURE',
        parameters: [
          { value: '0x3', meaning: expect.stringMatching(/^what was found corrupted: 3, LIST_ENTRY corrupted/) },
          { value: '0xfffff90a12346a80', meaning: 'address of the trap frame of the exception' },
          { value: '0xfffff90a123469d8', meaning: 'address of the exception record' },
          { value: '0x0', meaning: null },
        ],
      },
      exception: null,
      machine: 'AMD64',
      osBuild: 17763,
      osName: 'Windows 10 1809',
      processors: 8,
      crashedAt: '2019-12-24T06:40:00.000Z',
      uptimeSeconds: 45_000,
      completeness: {
        verdict: 'complete',
        foundBytes: dump.length,
        expectedBytes: 0x2000 + 512 * 4096,
        reason: expect.stringContaining('512 pages of memory'),
      },
    });
  });

  it('says when it was cut short, with the bytes found and expected', async () => {
    const { completeness, bugcheck } = await read(fullDump({ truncateTo: 1_000_000 }));
    expect(bugcheck?.code).toBe('0x139');
    expect(completeness).toMatchObject({ verdict: 'truncated', foundBytes: 1_000_000, expectedBytes: 2_105_344 });
  });

  it('is unknown, not complete, when its runs of memory contradict its number of pages', async () => {
    const dump = fullDump();
    dump.writeBigUInt64LE(1n, 0xb0);
    expect((await read(dump)).completeness.verdict).toBe('unknown');
  });

  it('is truncated when Windows noted that the dump file was too small', async () => {
    const dump = fullDump();
    dump.writeUInt32LE(4, 0x1050);
    expect((await read(dump)).completeness).toMatchObject({
      verdict: 'truncated',
      reason: expect.stringMatching(/no room/),
    });
  });

  it('still tells its header facts when it ends inside the header', async () => {
    const facts = await read(fullDump({ truncateTo: 0x1100 }));
    expect(facts).toMatchObject({ kind: 'full', osBuild: 17763, completeness: { verdict: 'truncated' } });
  });
});

describe('the other kinds of dump', () => {
  it.each([
    ['kernel', kernelDump],
    ['active', activeDump],
    ['triage', triageDump],
    ['user', userDump],
  ] as const)('%s: complete when whole, truncated when its last byte is missing', async (kind, make) => {
    const whole = make();
    expect(await read(whole)).toMatchObject({ kind, osBuild: 17763, completeness: { verdict: 'complete' } });
    const { completeness } = await read(whole.subarray(0, whole.length - 1));
    expect(completeness).toMatchObject({
      verdict: 'truncated',
      foundBytes: whole.length - 1,
      expectedBytes: whole.length,
    });
  });

  it('a triage dump without its closing mark is not called complete', async () => {
    const dump = triageDump();
    dump.fill(0, dump.length - 4);
    expect((await read(dump)).completeness).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('TRGD'),
    });
  });

  it('names machine and server product', async () => {
    const facts = await read(kernelDump({ machine: 'ARM64', product: 'server', build: 26100 }));
    expect(facts).toMatchObject({ machine: 'ARM64', osName: 'Windows Server 2025' });
  });

  it('of a process tells exception and no bugcheck', async () => {
    expect(await read(userDump())).toMatchObject({
      bugcheck: null,
      exception: { code: '0xc0000005', name: 'STATUS_ACCESS_VIOLATION', address: '0x401000' },
      machine: 'AMD64',
    });
  });
});

describe('what a dump does not say', () => {
  it('is null when the field was never written', async () => {
    const dump = fullDump();
    const filler = Buffer.from('PAGEPAGE');
    for (const offset of [0xfa8, 0x1030]) filler.copy(dump, offset);
    for (const offset of [0xc, 0x30, 0x34, 0x38, 0x1040]) filler.copy(dump, offset, 0, 4);
    expect(await read(dump)).toMatchObject({
      bugcheck: null,
      machine: 'unknown',
      osBuild: null,
      osName: null,
      processors: null,
      crashedAt: null,
      uptimeSeconds: null,
    });
  });

  it('is null when the value cannot be true', async () => {
    const dump = fullDump({ processors: 70_000 });
    dump.fill(0xff, 0xfa8, 0xfb0);
    dump.fill(0xff, 0x1030, 0x1038);
    expect(await read(dump)).toMatchObject({ processors: null, crashedAt: null, uptimeSeconds: null });
  });

  it('leaves completeness unknown when only the head of a triage dump was kept', async () => {
    const dump = triageDump();
    const { completeness } = await read(dump.subarray(0, 0x4000), dump.length);
    expect(completeness).toMatchObject({ verdict: 'unknown', foundBytes: dump.length });
  });
});

describe('a source of bytes', () => {
  it('never reads its neighbours', async () => {
    const larger = new Uint8Array(64).fill(7);
    const source = fromBytes(larger.subarray(16, 24));
    expect((await source.read(4, 100)).byteLength).toBe(4);
    expect((await source.read(100, 4)).byteLength).toBe(0);
    expect((await source.read(4, 2)).byteOffset).toBe(20);
  });
});

describe('what is no readable dump', () => {
  const refusal = async (bytes: Uint8Array): Promise<UnreadableDump> => {
    const error: unknown = await read(bytes).catch((caught: unknown) => caught);
    if (!(error instanceof UnreadableDump)) throw new Error(`expected UnreadableDump, found ${String(error)}`);
    return error;
  };

  it.each([
    ['Raw_Dmp!', 'other-dump', /raw offline crash dump/],
    ['\x7fELF\x02\x01', 'other-dump', /ELF/],
    [`\x7fELF\x02\x01${'\0'.repeat(10)}\x04\0`, 'other-dump', /ELF core dump/],
    ['RSTR\x00\x00', 'other-dump', /hibernation file .* being resumed/],
    ['wake\x00\x00', 'other-dump', /hibernation file .* was resumed/],
    ['\x81\x81xpress', 'other-dump', /compressed Windows hibernation/],
    ['KDUMP   ', 'other-dump', /Linux kernel dump/],
    ['\xd2\xbe\xd2\xbe', 'other-dump', /VMware/],
    ['MSCF\0\0\0\0', 'container', /cabinet/],
    ['MSWIM\0\0\0', 'container', /Windows image/],
    ['\x28\xb5\x2f\xfd', 'container', /Zstandard/],
    ['\xfd7zXZ\x00', 'container', /xz/],
    ['BZh9', 'container', /bzip2/],
    [`MEMORY.DMP${'\0'.repeat(247)}ustar`, 'container', /tar archive/],
    ['Rar!\x1a\x07\x01\x00', 'container', /RAR 5/],
    ['ElfFile\0', 'no-dump', /event log/],
    ['\0'.repeat(600), 'no-dump', /zeros only/],
    ['HIBR\x00\x00', 'other-dump', /hibernation/],
    ['7z\xbc\xaf\x27\x1c', 'container', /7z archive/],
    ['Rar!\x1a\x07\x01', 'container', /RAR archive/],
    ['\x1f\x8b\x08', 'container', /gzip/],
    ['PK\x03\x04', 'container', /ZIP archive/],
    ['hello, world', 'no-dump', /12 bytes that begin with 68 65 6c/],
    ['', 'no-dump', /an empty file/],
    ['PAGE', 'damaged', /4 bytes that begin with/],
  ] as const)('%j is named, with what was expected', async (begins, what, found) => {
    const error = await refusal(Buffer.from(begins, 'latin1'));
    expect(error.what).toBe(what);
    expect(error.found).toMatch(found);
    expect(error.message).toMatch(/expected a Windows kernel dump/);
  });

  it('a kernel dump without its type says how much of the header is there', async () => {
    const error = await refusal(fullDump({ truncateTo: 500 }));
    expect(error).toMatchObject({
      what: 'damaged',
      message: expect.stringMatching(/ends after 500 bytes; expected .*8192/),
    });
  });

  it('a kernel dump of an unknown type says which', async () => {
    const dump = fullDump();
    dump.writeUInt32LE(0x77, 0xf98);
    expect((await refusal(dump)).message).toMatch(/type 0x77/);
  });
});

describe('a kernel dump of type 2', () => {
  const memory = kernelMemory();
  const kinds: [string, Buffer][] = [
    ['of Windows 7 and before', summaryDump(memory)],
    ['laid out as the newer types are', mapDump(2, memory)],
  ];

  it.each(kinds)('%s is complete with all its pages, and cut short without the last byte', async (_, dump) => {
    const whole = { verdict: 'complete', foundBytes: dump.length, expectedBytes: dump.length };
    expect((await read(dump)).completeness).toMatchObject(whole);
    const cut = { verdict: 'truncated', foundBytes: dump.length - 1, expectedBytes: dump.length };
    expect((await read(dump.subarray(0, -1))).completeness).toMatchObject(cut);
  });

  it('whose map counts more pages than it has bits is not judged', async () => {
    const dump = summaryDump(memory);
    dump.writeUInt32LE(0xffffffff, 0x2014);
    expect((await read(dump)).completeness).toMatchObject({ verdict: 'unknown', expectedBytes: null });
  });
});

describe('absurd counts', () => {
  it('16 million streams are not believed, nor read', async () => {
    const dump = userDump();
    dump.writeUInt32LE(16_774_400, 8);
    let bytes = 0;
    const source = fromBytes(dump);
    const facts = await readDump({
      size: source.size,
      read: (offset, length) => {
        bytes += length;
        return source.read(offset, length);
      },
    });
    expect(facts.completeness).toMatchObject({ verdict: 'unknown', expectedBytes: null });
    expect(bytes).toBeLessThan(100_000);
  });

  it('a memory list of billions of ranges is not believed', async () => {
    const dump = userDump();
    dump.writeBigUInt64LE(0xffffffffffn, 0x200);
    expect((await read(dump)).completeness.verdict).toBe('unknown');
  });

  it('more pages than any machine has are not believed', async () => {
    const dump = fullDump();
    dump.writeBigUInt64LE(1n << 50n, 0x90);
    expect((await read(dump)).completeness).toMatchObject({ verdict: 'unknown', expectedBytes: null });
  });
});
