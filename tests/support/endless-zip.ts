import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { createDeflateRaw } from 'node:zlib';
import { kernelDumpBeginning, type SyntheticDump } from './synthetic-dump.js';

/**
 * A ZIP of `wholeBytes` with one kernel dump in it, packed while it is read: nobody has to make a gibibyte to send its
 * beginning. Its memory is noise, which packs to its own size.
 */
export function zipOfLargeKernelDump(member: string, wholeBytes: number, options: SyntheticDump): Readable {
  const beginning = kernelDumpBeginning({ ...options, megabytes: wholeBytes / 2 ** 20 });
  return Readable.from(withHeader(member, wholeBytes, beginning), { objectMode: false });
}

async function* withHeader(member: string, wholeBytes: number, beginning: Buffer): AsyncGenerator<Buffer> {
  const header = localHeader(member, wholeBytes, beginning.length + wholeBytes);
  yield header;
  let sent = header.length;
  const packing = Readable.from(unpacked(beginning, wholeBytes), { objectMode: false }).pipe(
    createDeflateRaw({ level: 1 }),
  );
  for await (const packed of packing as AsyncIterable<Buffer>) {
    yield packed.subarray(0, wholeBytes - sent);
    sent += packed.length;
    if (sent >= wholeBytes) return;
  }
}

function* unpacked(beginning: Buffer, pageBytes: number): Generator<Buffer> {
  yield beginning;
  // Farther back than deflate looks, so that it never finds the noise again.
  const noise = randomBytes(2 ** 18);
  for (let given = 0; given < pageBytes; given += noise.length) yield noise;
}

/** With both sizes in its extra field of zip64, as a program writes it that knows them. */
function localHeader(member: string, wholeBytes: number, unpackedBytes: number): Buffer {
  const name = Buffer.from(member, 'utf8');
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 0, 'latin1');
  header.writeUInt16LE(45, 4);
  header.writeUInt16LE(0x800, 6);
  header.writeUInt16LE(8, 8);
  header.fill(0xff, 18, 26);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(20, 28);
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(16, 2);
  extra.writeBigUInt64LE(BigInt(unpackedBytes), 4);
  extra.writeBigUInt64LE(BigInt(wholeBytes - header.length - name.length - extra.length), 12);
  return Buffer.concat([header, name, extra]);
}
