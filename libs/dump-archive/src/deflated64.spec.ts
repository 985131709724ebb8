import { analyseDump, fromBytes, type ByteSource } from '@caserelay/crash-dump';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fullDump } from '../../../tests/support/synthetic-dump.js';
import { sevenZipped } from '../../../tests/support/seven-zip.js';
import type { ArchiveMember, ArchivePart, ReadOptions } from './archive-part.js';
import { Deflated64 } from './deflated64.js';
import { InflatedSource } from './inflated-source.js';
import { openArchive } from './open-archive.js';

/** Far repetitions, long ones, what cannot be packed, and nothing. */
function memoryLike(): Buffer {
  let state = 1;
  const noise = Buffer.alloc(60_000).map(() => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 16);
  const text = Buffer.from(Array.from({ length: 4000 }, (_, row) => `<row id="${row * 7919}"/>\r\n`).join(''));
  const parts = Array.from({ length: 20 }, (_, index) => [
    noise.subarray(index * 100),
    Buffer.alloc(50_000 * (index % 4)),
    noise.subarray(0, 60_000 - index * 50),
    text.subarray(index * 500),
  ]);
  return Buffer.concat(parts.flat());
}

const memory = memoryLike();
const dump = fullDump({ megabytes: 4 });
let packedMemory: Buffer;
let archive: Buffer;

beforeAll(async () => {
  const zip = await sevenZipped({ memory }, 'Deflate64', 9);
  packedMemory = zip.subarray(30 + zip.readUInt16LE(26) + zip.readUInt16LE(28)).subarray(0, zip.readUInt32LE(18));
  archive = await sevenZipped({ 'MEMORY.DMP': dump, 'notes.txt': Buffer.from('stopped twice') }, 'Deflate64');
});

async function bytesAt(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  const view = await source.read(offset, length);
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

async function unpacked(packed: ByteSource, span: number): Promise<{ deflated: Deflated64; bytes: Buffer }> {
  const deflated = new Deflated64(packed, span);
  const flow = deflated.unpack();
  const pieces: Buffer[] = [];
  for (let piece = await flow.next(); piece !== null; piece = await flow.next()) pieces.push(piece.bytes);
  expect(flow.defect).toBeNull();
  expect(flow.consumed).toBe(packedMemory.length);
  return { deflated, bytes: Buffer.concat(pieces) };
}

describe('what 7-Zip packed with Deflate64', () => {
  it('comes out in one passage, whatever lies behind it', async () => {
    for (const behind of [0, 1, 300_000]) {
      const { bytes } = await unpacked(fromBytes(Buffer.concat([packedMemory, Buffer.alloc(behind, 'x')])), 2 ** 24);
      expect(bytes.equals(memory)).toBe(true);
    }
  });

  it('is read at any place, from a place a little before it', async () => {
    let bytesRead = 0;
    const counting: ByteSource = {
      size: packedMemory.length,
      async read(offset, length) {
        const view = await fromBytes(packedMemory).read(offset, Math.min(length, 10_000));
        bytesRead += view.byteLength;
        return view;
      },
    };
    const { deflated } = await unpacked(counting, 100_000);
    const source = new InflatedSource(deflated, memory.length);
    for (let round = 0; round < 80; round += 1) {
      const offset = Math.floor(((round * 7919) % 80) * (memory.length / 80));
      expect((await bytesAt(source, offset, 5000)).equals(memory.subarray(offset, offset + 5000))).toBe(true);
    }
    source.close();
    bytesRead = 0;
    const fresh = new InflatedSource(deflated, memory.length);
    expect((await bytesAt(fresh, memory.length - 100, 200)).equals(memory.subarray(-100))).toBe(true);
    expect(bytesRead).toBeLessThan(packedMemory.length / 5);
  });

  it('keeps fewer places the more there are', async () => {
    const { deflated } = await unpacked(fromBytes(packedMemory), 1);
    const source = new InflatedSource(deflated, memory.length);
    expect((await bytesAt(source, 3_000_000, 4096)).equals(memory.subarray(3_000_000, 3_004_096))).toBe(true);
  });

  it('gives what came before a defect', async () => {
    const bad = Buffer.from(packedMemory);
    bad.fill(0xff, bad.length >> 1);
    const flow = new Deflated64(fromBytes(bad)).unpack();
    let came = 0;
    for (let piece = await flow.next(); piece !== null; piece = await flow.next()) {
      if (came < memory.length / 3)
        expect(piece.bytes.equals(memory.subarray(came, came + piece.bytes.length))).toBe(true);
      came += piece.bytes.length;
    }
    expect(flow.defect).not.toBeNull();
    expect(came).toBeGreaterThan(memory.length / 3);
  });

  it('tells a fault of the disk as such', async () => {
    const faulty: ByteSource = {
      size: packedMemory.length,
      read: (offset, length) =>
        offset > 300_000 ? Promise.reject(new Error('disk')) : fromBytes(packedMemory).read(offset, length),
    };
    const flow = new Deflated64(faulty).unpack();
    const all = async (): Promise<void> => {
      while ((await flow.next()) !== null);
    };
    await expect(all()).rejects.toThrow('disk');
  });
});

async function read(bytes: Buffer, more: Partial<ReadOptions> = {}): Promise<ArchivePart[]> {
  const options: ReadOptions = {
    headBytes: 0x8000,
    needsWhole: (head) => head[0] === 0x50,
    signal: new AbortController().signal,
    // Whatever would need 7-Zip, or a file, says so.
    maxSpillBytes: 0,
    maxProgramBytes: 0,
    ...more,
  };
  const parts: ArchivePart[] = [];
  for await (const part of openArchive(fromBytes(bytes), options)) parts.push(part);
  return parts;
}

describe('a ZIP of Deflate64', () => {
  it('is read without a program and without a file', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('dump-archive-'));
    const options = { headBytes: 0x8000, needsWhole: (head: Uint8Array) => head[0] === 0x50, maxSpillBytes: 0 };
    const seen: ArchiveMember[] = [];
    const signal = new AbortController().signal;
    for await (const part of openArchive(fromBytes(archive), { ...options, maxProgramBytes: 0, signal })) {
      if (part.kind !== 'member' || part.source === null) throw new Error(JSON.stringify(part));
      seen.push(part);
      if (part.name === 'MEMORY.DMP') {
        expect(await analyseDump(part.source)).toEqual(await analyseDump(fromBytes(dump)));
        expect((await bytesAt(part.source, 0, dump.length)).equals(dump)).toBe(true);
      }
    }
    expect(seen).toMatchObject([
      { name: 'MEMORY.DMP', ending: 'whole', bytes: dump.length },
      { name: 'notes.txt', ending: 'whole', bytes: 13 },
    ]);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('dump-archive-'))).toEqual(before);
  });

  it('without its directory is read from its beginning', async () => {
    expect(await read(archive.subarray(0, archive.length - 40))).toMatchObject([
      { kind: 'trouble' },
      { name: 'MEMORY.DMP', ending: 'whole', bytes: dump.length },
      { name: 'notes.txt' },
    ]);
  });

  it('cut short gives what came', async () => {
    const [, part] = await read(archive.subarray(0, archive.length >> 1));
    expect(part).toMatchObject({ name: 'MEMORY.DMP', ending: 'broken', reason: 'the archive ends inside it' });
  });

  it('whose checksum does not fit is damaged', async () => {
    const bad = Buffer.from(archive);
    bad.writeUInt32LE(1, bad.indexOf('PK\x01\x02', 0, 'latin1') + 16);
    expect((await read(bad))[0]).toMatchObject({ ending: 'damaged', reason: expect.stringMatching(/CRC-32/) });
  });

  it('stops at what may come out', async () => {
    const bomb = await sevenZipped({ 'MEMORY.DMP': Buffer.alloc(96 * 2 ** 20, 'P') }, 'Deflate64', 9);
    // Says that it holds nothing.
    bomb.writeUInt32LE(0, bomb.indexOf('PK\x01\x02', 0, 'latin1') + 24);
    expect(await read(bomb, { maxRatio: 100 })).toMatchObject([
      { ending: 'too-large', reason: expect.stringMatching(/no more than 100 times/) },
      { kind: 'limit-reached', limit: 'amount' },
    ]);
    const [part] = await read(bomb, { maxBytes: 2 ** 20 });
    expect(part?.kind === 'member' && part.bytes).toBeLessThanOrEqual(2 ** 20 + 65_536);
  });

  it('ends at once when the service stops', async () => {
    await expect(read(archive, { signal: AbortSignal.abort() })).rejects.toThrow(/service stops/);
  });
});
