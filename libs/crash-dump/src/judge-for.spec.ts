import { describe, expect, it } from '@jest/globals';
import { activeDump, fullDump, kernelDump, rangeDump, triageDump } from '../../../tests/support/synthetic-dump.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import { judgeFor } from './judge-for.js';
import { readDump } from './read-dump.js';

const factsOf = (bytes: Buffer): ReturnType<typeof readDump> => readDump(fromBytes(bytes));
const reportOf = (bytes: Buffer): ReturnType<typeof analyseDump> => analyseDump(fromBytes(bytes));

describe('a dump is judged by what was asked for', () => {
  it('a full and an active dump answer every question', async () => {
    for (const bytes of [fullDump(), activeDump()]) {
      const facts = await factsOf(bytes);
      for (const wanted of ['full', 'kernel', 'any'] as const) expect(judgeFor(facts, wanted).verdict).toBe('right');
    }
    expect(judgeFor(await factsOf(fullDump()), 'full').lost).toEqual([]);
  });

  it('a kernel dump is of the wrong kind when a full one was asked for, and what is lost is said', async () => {
    const facts = await factsOf(kernelDump());
    expect(judgeFor(facts, 'kernel').verdict).toBe('right');
    const fitness = judgeFor(facts, 'full');
    expect(fitness.verdict).toBe('wrong-kind');
    expect(fitness.reasons).toEqual(['this is a kernel memory dump; a complete memory dump was asked for']);
    expect(fitness.lost[0]).toContain('user-mode stacks, heaps');
    expect(judgeFor(facts, 'full', 'zh-CN').reasons).toEqual(['这是核心内存转储，而需要的是完全内存转储']);
  });

  it('a small dump of the wrong kind that was cut short is of the wrong kind first: sending it again is no use', async () => {
    const facts = await factsOf(triageDump({ truncateTo: 0x8000 }));
    const { verdict, reasons } = judgeFor(facts, 'kernel');
    expect(verdict).toBe('wrong-kind');
    expect(reasons[1]).toBe('the file ends at byte 32768 of 65536');
  });

  it('a dump of the right kind that was cut short has to be sent again', async () => {
    const whole = fullDump();
    const fitness = judgeFor(await factsOf(whole.subarray(0, whole.length / 2)), 'full');
    expect(fitness.verdict).toBe('cut-short');
    expect(fitness.lost).toEqual([`the last ${whole.length / 2} bytes (50.0 %)`]);
  });
});

describe('a dump is damaged though its file is whole when', () => {
  const flawsOf = async (bytes: Buffer): Promise<string[]> => {
    const report = await reportOf(bytes);
    expect(judgeFor(report, 'any')).toMatchObject({ verdict: 'damaged', reasons: report.completeness.flaws });
    return report.completeness.flaws ?? [];
  };

  it('its map holds another number of pages than its header counts', async () => {
    const bytes = kernelDump();
    bytes.writeUInt8(bytes.readUInt8(0x2038) | 2, 0x2038);
    expect(await flawsOf(bytes)).toContain('its header counts 512 pages, its list holds 513');
  });

  it('its page tables are not in it', async () => {
    const bytes = fullDump();
    bytes.writeBigUInt64LE(0x7fff000n, 0x10);
    expect((await flawsOf(bytes))[0]).toContain('cannot be read: its page, or a page table to it, is not in the dump');
  });

  it('Windows noted an error while it wrote it', async () => {
    const bytes = fullDump();
    bytes.writeUInt32LE(0xc000009a, 0x1048);
    expect(await flawsOf(bytes)).toEqual(['Windows noted the status 0xc000009a while it wrote the dump']);
  });

  it('fields of its header were never written', async () => {
    const bytes = fullDump();
    bytes.write('PAGEPAGE', 0xfa8, 'latin1');
    bytes.write('PAGEPAGE', 0x1030, 'latin1');
    expect(await flawsOf(bytes)).toEqual(['Windows never wrote these fields of its header: time of the crash, uptime']);
  });

  it('its list of modules is broken', async () => {
    const bytes = triageDump();
    bytes.writeUInt32LE(0xff00, 0x2030);
    bytes.writeUInt32LE(9, 0x2034);
    expect(await flawsOf(bytes)).toEqual(['its list of drivers tells of 9, 0 could be read']);
  });

  it('it is encrypted', async () => {
    const bytes = fullDump();
    bytes.writeUInt32LE(0x100, 0x1050);
    expect(await flawsOf(bytes)).toEqual(['its memory is encrypted; only its header can be read']);
    expect((await reportOf(bytes)).attributes).toEqual(['encrypted']);
  });

  it('other data follows the entries that drivers added to it', async () => {
    const blob = Buffer.alloc(0x10);
    blob.write('DumpBlob', 0, 'latin1');
    blob.writeUInt32LE(0x10, 8);
    expect(await flawsOf(Buffer.concat([fullDump(), blob, Buffer.alloc(20, 1)]))).toEqual([
      '20 bytes follow the last of 0 entries of the data after the dump',
    ]);
  });
});

describe('the end of a dump that WinDbg wrote is where its list of pages ends', () => {
  it.each([8, 9, 10] as const)('type %i', async (type) => {
    const whole = rangeDump(type);
    expect((await reportOf(whole)).completeness).toMatchObject({ verdict: 'complete', expectedBytes: whole.length });
    const { completeness } = await reportOf(whole.subarray(0, whole.length - 1));
    expect(completeness).toMatchObject({ verdict: 'truncated', expectedBytes: whole.length });
  });
});

describe('the memory that a dump holds is summed up', () => {
  it('by runs: how much, in how many pieces, how full each part of the machine is', async () => {
    const { memory } = await reportOf(fullDump());
    expect(memory).toMatchObject({ space: 'physical', bytes: 2 * 1024 * 1024, pieces: 2, endsAt: '0x262000' });
    expect(memory?.largest).toEqual([
      { from: '0x1000', bytes: 0x9e000 },
      { from: '0x100000', bytes: 0x162000 },
    ]);
    expect(memory?.density.slice(0, 2)).toEqual([0.667, 1]);
    expect(memory?.density.slice(60, 80).every((share) => share === 0)).toBe(true);
    expect(memory?.density.at(-1)).toBe(1);
  });

  it('by a map: each second page is half of every part', async () => {
    const { memory } = await reportOf(kernelDump());
    expect(memory).toMatchObject({ bytes: 2 * 1024 * 1024, pieces: 512, endsAt: '0x3ff000' });
    expect(memory?.largest).toHaveLength(64);
    expect(new Set(memory?.density.slice(0, -1))).toEqual(new Set([0.5]));
  });
});
