import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fullDump, kernelDump, zipOf } from '../../support/synthetic-dump.js';
import { AnalysisDesk } from './analysis-desk.js';

let desk: AnalysisDesk;
beforeAll(async () => {
  desk = await AnalysisDesk.open({
    ...{ ARCHIVE_MAX_GIBIBYTES: '0.03', ARCHIVE_MAX_MEMBERS: '50', ANALYSIS_MEMORY_MEBIBYTES: '512' },
    ANALYSIS_MAX_SECONDS: '60',
  });
}, 60_000);
afterAll(() => desk.close(), 60_000);

/** After each bomb the same service still reads an honest upload. */
async function readsOn(): Promise<void> {
  expect((await desk.read('MEMORY.DMP', kernelDump())).type).toBe('dump.analysed');
}

/** Every entry of the table of contents leads to the same data, as in Fifield's bombs: small to send, huge to unpack. */
function overlapping(file: Uint8Array, entries: number): Buffer {
  const zip = zipOf({ 'MEMORY.DMP': file });
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const tableAt = zip.readUInt32LE(end + 16);
  const entry = zip.subarray(tableAt, end);
  const table = Buffer.concat(Array.from({ length: entries }, () => entry));
  const tail = Buffer.from(zip.subarray(end));
  tail.writeUInt16LE(entries, 8);
  tail.writeUInt16LE(entries, 10);
  tail.writeUInt32LE(table.length, 12);
  return Buffer.concat([zip.subarray(0, tableAt), table, tail]);
}

describe('a bomb', () => {
  it('of zeros behind the head of a dump stops at what may be unpacked, with the size that it announces', async () => {
    const bomb = zipOf({ 'MEMORY.DMP': Buffer.concat([fullDump({ memory: null }), Buffer.alloc(64 * 2 ** 20)]) });
    expect(bomb.length).toBeLessThan(2 ** 20);
    expect(await desk.read('MEMORY.zip', bomb)).toMatchObject({
      type: 'dump.analysed',
      data: {
        holdsFullDump: false,
        findings: [
          {
            ...{ kind: 'full', bugcheck: { code: '0x139' } },
            completeness: { verdict: 'unknown', reason: expect.stringMatching(/announces \d+ bytes; no more than/) },
          },
        ],
      },
    });
    await readsOn();
  }, 60_000);

  it('of entries that share one piece of data stops at what may be unpacked', async () => {
    const answer = await desk.read('overlap.zip', overlapping(fullDump({ megabytes: 16 }), 40));
    const findings = answer.type === 'dump.analysed' ? answer.data.findings : [];
    const passedOver = findings.filter(({ completeness }) => /announces \d+ bytes/.test(completeness.reason));
    expect(findings.length - passedOver.length).toBe(1);
    expect(findings).toHaveLength(20);
    await readsOn();
  }, 60_000);

  it('of many entries is looked at up to a bound', async () => {
    const files = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`${index}.txt`, Buffer.from('x')]));
    expect(await desk.read('many.zip', zipOf(files))).toMatchObject({
      type: 'evidence.recognised',
      data: { kind: 'archive', description: expect.stringMatching(/many files/) },
    });
    await readsOn();
  }, 60_000);

  it('of archives in archives ends', async () => {
    let nested = zipOf({ 'MEMORY.DMP': kernelDump() });
    for (let depth = 0; depth < 40; depth += 1) nested = zipOf({ 'inner.zip': nested });
    const answer = await desk.read('nested.zip', nested);
    expect(answer.type).not.toBe('dump.analysed');
    await readsOn();
  }, 60_000);

  it('that multiplies at each depth, as 42.zip does, stops at what may be unpacked', async () => {
    let packed: Uint8Array = Buffer.alloc(16 * 2 ** 20);
    for (let depth = 0; depth < 3; depth += 1) {
      const one = packed;
      packed = zipOf(Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`${index}.zip`, one])));
    }
    const { type, data } = await desk.read('42.zip', Buffer.from(packed));
    expect(type).not.toBe('dump.analysed');
    expect(JSON.stringify(data)).toMatch(/bytes came out|no more than|more than 50 files/);
    await readsOn();
  }, 60_000);

  it('that states a size near 2^32 is refused by that size', async () => {
    const zip = zipOf({ 'MEMORY.DMP': kernelDump() });
    const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    zip.writeUInt32LE(0xfffffff0, zip.readUInt32LE(end + 16) + 24);
    expect(await desk.read('sizes.zip', zip)).toMatchObject({
      type: 'dump.analysed',
      data: {
        findings: [
          {
            bugcheck: { code: '0x139' },
            completeness: { reason: expect.stringMatching(/announces 4294967280 bytes; no more than/) },
          },
        ],
      },
    });
    await readsOn();
  }, 60_000);
});
