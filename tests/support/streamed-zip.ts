import { crc32, deflateRawSync } from 'node:zlib';

/** One file of a ZIP as programs write it that do not know the sizes before they begin, and as others do. */
export interface ZippedFile {
  name: string;
  content: Uint8Array;
  method?: 'stored' | 'deflate';
  /** Where the sizes stand; a descriptor's mark is optional, and it is long in archives of zip64. */
  sizes?: 'header' | 'header-zip64' | 'descriptor' | 'descriptor-unmarked' | 'descriptor-zip64';
  encrypted?: boolean;
  /** Claims another method than it was packed with. */
  claimedMethod?: number;
}

/** A ZIP of these files, one after another, with its directory. */
export function streamedZip(files: readonly ZippedFile[]): Buffer {
  const locals = files.map(localPart);
  const directory = Buffer.concat(files.map(({ name }) => directoryEntry(name)));
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(
    locals.reduce((sum, { length }) => sum + length, 0),
    16,
  );
  return Buffer.concat([...locals, directory, end]);
}

function localPart(file: ZippedFile): Buffer {
  const { name, content, method = 'deflate', sizes = 'header', encrypted = false } = file;
  const packed = method === 'deflate' ? deflateRawSync(content) : Buffer.from(content);
  const follows = sizes.startsWith('descriptor');
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 0, 'latin1');
  header.writeUInt16LE(sizes.endsWith('zip64') ? 45 : 20, 4);
  header.writeUInt16LE(0x800 | (follows ? 8 : 0) | (encrypted ? 1 : 0), 6);
  header.writeUInt16LE(file.claimedMethod ?? (method === 'deflate' ? 8 : 0), 8);
  const nameBytes = Buffer.from(name, 'utf8');
  header.writeUInt16LE(nameBytes.length, 26);
  const extra = sizes === 'header-zip64' ? Buffer.alloc(24) : Buffer.alloc(0);
  if (extra.length > 0) {
    extra.writeUInt16LE(0x7855, 0);
    extra.writeUInt16LE(1, 4);
    extra.writeUInt16LE(16, 6);
    extra.writeBigUInt64LE(BigInt(content.length), 8);
    extra.writeBigUInt64LE(BigInt(packed.length), 16);
    header.writeUInt32LE(0xffffffff, 18);
    header.writeUInt32LE(0xffffffff, 22);
  } else if (!follows) {
    header.writeUInt32LE(packed.length, 18);
    header.writeUInt32LE(content.length, 22);
  }
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([
    header,
    nameBytes,
    extra,
    packed,
    follows ? descriptor(sizes, content, packed) : Buffer.alloc(0),
  ]);
}

function descriptor(sizes: string, content: Uint8Array, packed: Buffer): Buffer {
  const isLong = sizes.endsWith('zip64');
  const bytes = Buffer.alloc(isLong ? 24 : 16);
  bytes.write('PK\x07\x08', 0, 'latin1');
  bytes.writeUInt32LE(crc32(content), 4);
  if (isLong) {
    bytes.writeBigUInt64LE(BigInt(packed.length), 8);
    bytes.writeBigUInt64LE(BigInt(content.length), 16);
  } else {
    bytes.writeUInt32LE(packed.length, 8);
    bytes.writeUInt32LE(content.length, 12);
  }
  return sizes.endsWith('unmarked') ? bytes.subarray(4) : bytes;
}

function directoryEntry(name: string): Buffer {
  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02', 0, 'latin1');
  entry.writeUInt16LE(Buffer.byteLength(name), 28);
  return Buffer.concat([entry, Buffer.from(name)]);
}
