import { DumpAnalysed } from '@caserelay/contracts';
import { fromBytes } from '@caserelay/crash-dump';
import type { ArchiveMember, ArchivePart } from '@caserelay/dump-archive';
import type { Tell } from '@caserelay/messaging';
import { describe, expect, it } from '@jest/globals';
import { fullDump, kernelDump, triageDump, zipOf } from '../../../../../tests/support/synthetic-dump.js';
import { readUpload, type KnownDump } from './read-upload.js';

const uploadId = '7f3f0b8e-0000-4000-8000-000000000001';

async function read(
  name: string,
  content: Uint8Array | string,
  parts: ArchivePart[] = [],
  known: KnownDump[] = [],
): Promise<Tell> {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  let closed = 0;
  const { outcome } = await readUpload(
    { uploadId, name, location: `uploads/x/${name}` },
    {
      open: () =>
        Promise.resolve({
          source: fromBytes(bytes),
          path: null,
          name,
          close: () => Promise.resolve(void (closed += 1)),
        }),
      async *readArchive(_, needsWhole) {
        for (const part of parts) {
          if (part.kind === 'member') needsWhole(part.head, part.name);
          yield part;
        }
      },
      archiveName: (head) => (head[0] === 0x50 && head[1] === 0x4b ? 'ZIP archive' : null),
      planNextSteps: (findings) => (findings.length > 0 ? ['check-memory'] : []),
      lookUpVersions: () => Promise.resolve([]),
      know: (one) => void known.push(one),
      advance: () => undefined,
    },
  );
  expect(closed).toBe(1);
  return outcome;
}

const member = (name: string, bytes: Uint8Array, more: Partial<ArchiveMember> = {}): ArchivePart => ({
  kind: 'member',
  name,
  head: bytes,
  bytes: bytes.length,
  ending: 'whole',
  reason: null,
  source: null,
  ...more,
});
const zip = zipOf({ 'a.txt': Buffer.from('a') });

describe('a raw upload', () => {
  it('that is a complete full dump tells cause, plan and that it holds one', async () => {
    const tell = await read('MEMORY.DMP', fullDump());
    expect(tell).toMatchObject({
      type: 'dump.analysed',
      data: {
        uploadId,
        name: 'MEMORY.DMP',
        holdsFullDump: true,
        signature: '0x139_3 KERNEL_SECURITY_CHECK_FAILURE',
        nextSteps: ['check-memory'],
        findings: [{ member: null, kind: 'full', osBuild: 17763 }],
      },
    });
    expect(() => DumpAnalysed.shape.data.parse(tell.data)).not.toThrow();
  });

  it('tells what its header says before all of it is read', async () => {
    const known: KnownDump[] = [];
    await read('MEMORY.DMP', fullDump(), [], known);
    expect(known).toMatchObject([
      { isRead: false, finding: { member: null, kind: 'full', bugcheck: { code: '0x139' } } },
    ]);
    expect(known[0]?.finding.stack).toBeUndefined();
  });

  it('that is a complete full dump names where it crashed, the driver with its version, and the stack', async () => {
    const tell = await read('MEMORY.DMP', fullDump());
    const [finding] = DumpAnalysed.shape.data.parse(tell.data).findings;
    expect(finding).toMatchObject({
      crash: { address: '0xfffff807376ef014', module: 'Ntfs.sys', offset: '0xff014' },
      culprit: {
        name: 'Ntfs.sys',
        fileVersion: '10.0.17763.592',
        company: 'Microsoft Corporation',
        confidence: 'medium',
      },
    });
    expect(finding?.stack).toHaveLength(10);
    expect(finding?.stack?.map(({ module, trust }) => `${module} ${trust}`).slice(0, 4)).toEqual([
      'Ntfs.sys context',
      'Ntfs.sys unwind',
      'Ntfs.sys unwind',
      'ntoskrnl.exe unwind',
    ]);
  });

  it('whose memory is not there tells what its header tells, and that nobody can be named', async () => {
    const tell = await read('MEMORY.DMP', fullDump({ memory: null }));
    const [finding] = DumpAnalysed.shape.data.parse(tell.data).findings;
    expect(finding).toMatchObject({ bugcheck: { code: '0x139' }, culprit: { name: null }, stack: [] });
  });

  it.each([
    ['cut short', fullDump({ truncateTo: 1_000_000 })],
    ['of kernel memory only', kernelDump()],
    ['small', triageDump()],
  ])('that is a dump %s does not hold a full one', async (_, dump) => {
    expect(await read('MEMORY.DMP', dump)).toMatchObject({ type: 'dump.analysed', data: { holdsFullDump: false } });
  });

  it.each([
    ['MEMORY.DMP', 'PAGEDUMP', /32-bit/],
    ['MEMORY.DMP', '\0\0\0\0\0\0\0\0', /8 bytes that begin with 00/],
    ['MEMORY.DMP', '', /an empty file/],
    ['蓝屏0507.lz4', '\x04\x22\x4d\x18', /LZ4 file, which is not looked into; expected .* ZIP, 7z, RAR/],
    ['core', '\x7fELF', /ELF/],
  ])('%s holding %j should be a dump and is unreadable, with the reason', async (name, content, reason) => {
    expect(await read(name, content)).toMatchObject({
      type: 'dump.unreadable',
      data: { reason: expect.stringMatching(reason) },
    });
  });

  it.each([
    ['desk.jpg', '\xff\xd8\xff', 'image'],
    ['programs.txt', 'Name Version', 'text'],
    ['what.bin', '\x01\x02', 'other'],
  ])('%s is recognised as something else', async (name, content, kind) => {
    expect(await read(name, content)).toMatchObject({ type: 'evidence.recognised', data: { kind } });
  });

  it('whose place is outside the store is unreadable', async () => {
    const { outcome } = await readUpload(
      { uploadId, name: 'x', location: '../x' },
      {
        open: () => Promise.resolve({ refused: '"../x" points outside the evidence store' }),
        readArchive: () => {
          throw new Error('not reached');
        },
        archiveName: () => null,
        planNextSteps: () => [],
        lookUpVersions: () => Promise.resolve([]),
        know: () => undefined,
        advance: () => undefined,
      },
    );
    expect(outcome).toMatchObject({ type: 'dump.unreadable', data: { reason: expect.stringMatching(/outside/) } });
  });
});

describe('an archive', () => {
  it('tells of the dumps in it, by name', async () => {
    const parts = [member('readme.txt', Buffer.from('hello')), member('dumps/MEMORY.DMP', fullDump())];
    expect(await read('MEMORY.zip', zip, parts)).toMatchObject({
      type: 'dump.analysed',
      data: { holdsFullDump: true, findings: [{ member: 'dumps/MEMORY.DMP', completeness: { verdict: 'complete' } }] },
    });
  });

  it('tells of a dump in it where it crashed and through which driver, as of a raw one', async () => {
    const dump = fullDump();
    const whole = member('MEMORY.DMP', dump.subarray(0, 0x3000), { bytes: dump.length, source: fromBytes(dump) });
    const raw = await read('MEMORY.DMP', dump);
    const [alone] = DumpAnalysed.shape.data.parse(raw.data).findings;
    const packed = await read('MEMORY.zip', zip, [whole]);
    expect(DumpAnalysed.shape.data.parse(packed.data).findings).toEqual([{ ...alone, member: 'MEMORY.DMP' }]);
    expect(alone?.culprit?.name).toBe('Ntfs.sys');
  });

  it('judges a dump by all its bytes, though only the beginning was kept', async () => {
    const dump = fullDump();
    const parts = [member('MEMORY.DMP', dump.subarray(0, 0x3000), { bytes: dump.length })];
    expect(await read('MEMORY.zip', zip, parts)).toMatchObject({ data: { holdsFullDump: true } });
    const cut = [member('MEMORY.DMP', dump.subarray(0, 0x3000), { bytes: dump.length - 1 })];
    expect(await read('MEMORY.zip', zip, cut)).toMatchObject({ data: { holdsFullDump: false } });
  });

  it.each([
    ['broken', 'truncated'],
    ['damaged', 'unknown'],
    ['too-large', 'unknown'],
  ] as const)('with a member that is %s never calls its dump complete', async (ending, verdict) => {
    const parts = [member('MEMORY.DMP', fullDump(), { ending, reason: 'some reason' })];
    expect(await read('MEMORY.zip', zip, parts)).toMatchObject({
      type: 'dump.analysed',
      data: {
        holdsFullDump: false,
        findings: [{ completeness: { verdict, reason: expect.stringMatching(/some reason/) } }],
      },
    });
  });

  it('tells of each dump in it what its header says before it is unpacked, and more when it was read', async () => {
    const known: KnownDump[] = [];
    await read('MEMORY.zip', zip, [member('MEMORY.DMP', fullDump()), member('a.txt', Buffer.from('a'))], known);
    expect(known).toMatchObject([
      { isRead: false, finding: { member: 'MEMORY.DMP', bugcheck: { code: '0x139' } } },
      { isRead: true, finding: { member: 'MEMORY.DMP', culprit: { name: 'Ntfs.sys' } } },
    ]);
  });

  it('without dumps as far as it may be unpacked is unreadable, with the reason', async () => {
    const limit: ArchivePart = { kind: 'limit-reached', limit: 'amount', reason: '99 bytes came out' };
    expect(await read('logs.zip', zip, [member('a.log', Buffer.from('a')), limit])).toMatchObject({
      type: 'dump.unreadable',
      data: { reason: '99 bytes came out' },
    });
  });

  it('in which an archive is too large to be unpacked is unreadable, with the reason', async () => {
    const inner = member('inner.zip', zip, { ending: 'too-large', reason: 'it announces 99 bytes' });
    expect(await read('outer.zip', zip, [inner])).toMatchObject({
      type: 'dump.unreadable',
      data: { reason: '"inner.zip" in the archive is not looked into: it announces 99 bytes' },
    });
  });

  it('that cannot be read says why', async () => {
    const parts: ArchivePart[] = [
      { kind: 'trouble', reason: 'the archive is cut short' },
      member('MEMORY.DMP', new Uint8Array(0), { ending: 'unreadable', reason: 'it is encrypted' }),
    ];
    expect(await read('MEMORY.zip', zip, parts)).toMatchObject({
      type: 'dump.unreadable',
      data: { reason: 'the archive is cut short; "MEMORY.DMP" in the archive cannot be read: it is encrypted' },
    });
  });

  it('without dumps is an archive, an Office document is a document', async () => {
    const text = member('a.log', Buffer.from('a'));
    expect(await read('logs.zip', zip, [text])).toMatchObject({
      type: 'evidence.recognised',
      data: { kind: 'archive' },
    });
    expect(
      await read('logs.zip', zip, [text, { kind: 'limit-reached', limit: 'members', reason: 'there are many' }]),
    ).toMatchObject({
      type: 'evidence.recognised',
      data: { description: 'ZIP archive of many files; 1 were looked at, without a crash dump (there are many)' },
    });
    const office = member('[Content_Types].xml', Buffer.from('<xml/>'));
    expect(await read('programs.xlsx', zip, [office])).toMatchObject({
      type: 'evidence.recognised',
      data: { kind: 'document' },
    });
  });

  it('tells of twenty dumps at most', async () => {
    const dump = triageDump();
    const parts = Array.from({ length: 30 }, (_, index) => member(`${index}.dmp`, dump));
    const tell = await read('minidumps.zip', zip, parts);
    expect(tell.type === 'dump.analysed' && tell.data.findings).toHaveLength(20);
  });
});
