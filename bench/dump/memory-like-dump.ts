import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

/** A ZIP with one complete memory dump in it. */
export interface ZippedDump {
  path: string;
  /** How large the dump is. */
  bytes: number;
  dataAt: number;
  packedBytes: number;
}

const pageBytes = 4096;
const headerBytes = 0x2000;
const name = Buffer.from('MEMORY.DMP');

/**
 * Writes a dump as the memory of a machine is: more than a quarter zeros, programs (that which runs this), pages of
 * pointers, text, and a little that cannot be packed; deflated as most tools do.
 */
export async function writeZippedDump(path: string, size: number): Promise<ZippedDump> {
  const pages = Math.max(1, Math.floor((size - headerBytes) / pageBytes));
  const bytes = headerBytes + pages * pageBytes;
  const file = await open(path, 'w');
  try {
    const dataAt = 30 + name.length + 20;
    let sum = 0;
    const packing = Readable.from(summed(dumpOf(pages), (piece) => (sum = crc32(piece, sum)))).pipe(
      createDeflateRaw({ level: 6, chunkSize: 1024 * 1024 }),
    );
    let at = dataAt;
    for await (const piece of packing as AsyncIterable<Buffer>) {
      await file.write(piece, 0, piece.length, at);
      at += piece.length;
    }
    const packedBytes = at - dataAt;
    const entry = commonFields(sum, bytes, packedBytes);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), entry.fields, name, entry.sizes]);
    await file.write(local, 0, local.length, 0);
    const end = directory(entry, at);
    await file.write(end, 0, end.length, at);
    return { path, bytes, dataAt, packedBytes };
  } finally {
    await file.close();
  }
}

function* dumpHeader(pages: number): Generator<Buffer> {
  const header = Buffer.alloc(headerBytes, 'PAGE');
  header.write('PAGEDU64', 0, 'latin1');
  header.writeUInt32LE(17_763, 0xc);
  header.writeUInt32LE(0x8664, 0x30);
  header.writeUInt32LE(8, 0x34);
  header.writeUInt32LE(0x139, 0x38);
  header.fill(0, 0x40, 0x60);
  header.writeUInt32LE(1, 0x88);
  header.writeBigUInt64LE(BigInt(pages), 0x90);
  header.writeBigUInt64LE(1n, 0x98);
  header.writeBigUInt64LE(BigInt(pages), 0xa0);
  header.writeUInt32LE(1, 0xf98);
  yield header;
}

async function* dumpOf(pages: number): AsyncGenerator<Buffer> {
  yield* dumpHeader(pages);
  let programs = pagesOfProgram();
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8;
  for (let page = 0; page < pages;) {
    const kind = next() % 100;
    const piece = Buffer.alloc(Math.min(256, pages - page) * pageBytes);
    if (kind >= 28 && kind < 63) {
      for (let at = 0; at < piece.length; at += pageBytes) {
        let program = await programs.next();
        if (program.done === true) {
          programs = pagesOfProgram();
          program = await programs.next();
        }
        if (program.done !== true) program.value.copy(piece, at);
      }
    } else if (kind >= 63 && kind < 85) {
      for (let at = 0; at < piece.length; at += 8) {
        const offset = at % 32 === 0 ? BigInt(next() & 0xffffff) * 16n : 0n;
        piece.writeBigUInt64LE(offset === 0n ? 0n : 0xffff_8a00_0000_0000n + offset, at);
      }
    } else if (kind >= 85 && kind < 93) {
      for (let at = 0; at < piece.length; at += 24) piece.write(`<row id="${next()}"/>\r\n`, at, 24, 'latin1');
    } else if (kind >= 93) {
      for (let at = 0; at < piece.length; at += 1) piece[at] = next();
    }
    page += piece.length / pageBytes;
    yield piece;
  }
}

async function* pagesOfProgram(): AsyncGenerator<Buffer> {
  for await (const piece of createReadStream(process.execPath, { highWaterMark: pageBytes }) as AsyncIterable<Buffer>) {
    yield piece;
  }
}

async function* summed(pieces: AsyncIterable<Buffer>, see: (piece: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    see(piece);
    yield piece;
  }
}

interface Entry {
  fields: Buffer;
  sizes: Buffer;
}

/** Sizes of 64 bits, whatever they are. */
function commonFields(sum: number, bytes: number, packedBytes: number): Entry {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(45, 0);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt32LE(sum, 10);
  fields.fill(0xff, 14, 22);
  fields.writeUInt16LE(name.length, 22);
  fields.writeUInt16LE(20, 24);
  const sizes = Buffer.alloc(20);
  sizes.writeUInt16LE(1, 0);
  sizes.writeUInt16LE(16, 2);
  sizes.writeBigUInt64LE(BigInt(bytes), 4);
  sizes.writeBigUInt64LE(BigInt(packedBytes), 12);
  return { fields, sizes };
}

function directory({ fields, sizes }: Entry, at: number): Buffer {
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x2d\x00', 'latin1'), fields, Buffer.alloc(14), name, sizes]);
  const end64 = Buffer.alloc(56);
  end64.write('PK\x06\x06', 0, 'latin1');
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(1n, 24);
  end64.writeBigUInt64LE(1n, 32);
  end64.writeBigUInt64LE(BigInt(central.length), 40);
  end64.writeBigUInt64LE(BigInt(at), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(BigInt(at + central.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.write('PK\x05\x06', 0, 'latin1');
  end.fill(0, 4, 8);
  end.fill(0, 20, 22);
  return Buffer.concat([central, end64, locator, end]);
}
