import { describe, expect, it } from '@jest/globals';
import { fullDump32, kernelDump32, triageDump32 } from '../../../tests/support/synthetic-dump-32.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import type { DumpFacts } from './dump-facts.js';
import { readDump } from './read-dump.js';
import { signatureOf } from './signature-of.js';
import { UnreadableDump } from './unreadable-dump.js';

const read = (bytes: Uint8Array): Promise<DumpFacts> => readDump(fromBytes(bytes));

describe('a 32-bit kernel dump', () => {
  it('tells cause, system, times and that it is whole', async () => {
    const dump = fullDump32();
    const facts = await read(dump);
    expect(facts).toMatchObject({
      format: 'kernel-dump-32',
      kind: 'full',
      bugcheck: { code: '0x1000008e', name: 'KERNEL_MODE_EXCEPTION_NOT_HANDLED_M' },
      machine: 'x86',
      osBuild: 7601,
      osName: 'Windows 7 SP1',
      processors: 4,
      crashedAt: '2019-12-24T14:40:00.000Z',
      uptimeSeconds: 3600,
      completeness: { verdict: 'complete', foundBytes: dump.length, expectedBytes: 0x1000 + 256 * 4096 },
    });
    expect(facts.bugcheck?.parameters.map(({ value }) => value)).toEqual([
      '0xc0000005',
      '0x8f123456',
      '0x9a1b2c3c',
      '0x0',
    ]);
    expect(signatureOf(facts)).toBe('0x1000008e_c0000005 KERNEL_MODE_EXCEPTION_NOT_HANDLED_M');
  });

  it.each([true, false])('says whether addresses were translated with PAE: %p', async (usesPae) => {
    expect((await analyseDump(fromBytes(fullDump32({ usesPae })))).usesPae).toBe(usesPae);
  });

  it.each([
    ['full', fullDump32],
    ['kernel', kernelDump32],
    ['triage', triageDump32],
  ] as const)('%s: complete when whole, truncated when its last byte is missing', async (kind, make) => {
    const whole = make();
    expect(await read(whole)).toMatchObject({ kind, completeness: { verdict: 'complete' } });
    const cut = await read(make({ truncateTo: whole.length - 1 }));
    expect(cut.completeness).toMatchObject({ verdict: 'truncated', expectedBytes: whole.length });
  });

  it('is unknown, not complete, when its structure contradicts itself', async () => {
    const runs = fullDump32();
    runs.writeUInt32LE(7, 0x78);
    const map = kernelDump32();
    map.writeUInt32LE(0x5000, 0x1014);
    const mark = triageDump32();
    mark.fill(0, mark.length - 4);
    for (const dump of [runs, map, mark]) expect((await read(dump)).completeness.verdict).toBe('unknown');
  });

  it('still tells its facts when it ends inside the header, and none without its type', async () => {
    expect(await read(fullDump32({ truncateTo: 0xfb0 }))).toMatchObject({
      kind: 'full',
      crashedAt: null,
      uptimeSeconds: null,
      completeness: { verdict: 'truncated', expectedBytes: 0x1000 },
    });
    await expect(read(fullDump32({ truncateTo: 0x800 }))).rejects.toThrow(UnreadableDump);
    const dump = fullDump32();
    dump.write('PAGE', 0xf88, 'latin1');
    await expect(read(dump)).rejects.toThrow(/type "never written"/);
  });
});
