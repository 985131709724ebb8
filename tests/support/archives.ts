import { crc32, deflateRawSync } from 'node:zlib';

/** Archives made by hand, where no program that writes them is at hand or where they must be wrong. */

/** A tar archive; `name` in 100 bytes, or as an attribute of pax before it. */
export function tarOf(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const line = ` path=${name}\n`;
    const length = Buffer.byteLength(line);
    const digits = String(length + String(length + 3).length).length;
    const pax = Buffer.from(`${length + digits}${line}`);
    const isLong = Buffer.byteLength(name) > 100;
    return [
      ...(isLong ? [tarHeader('pax', pax.length, 'x'), padded(pax)] : []),
      tarHeader(isLong ? 'short' : name, content.length, '0'),
      padded(content),
    ];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function tarHeader(name: string, size: number, type: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 'utf8');
  header.write('0000644\0', 100, 'latin1');
  header.write(size.toString(8).padStart(11, '0'), 124, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** A RAR 5 archive of files that are stored. */
export function rar5Of(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const parts = [Buffer.from('Rar!\x1a\x07\x01\x00', 'latin1'), rar5Block([1, 0, 0])];
  for (const [name, content] of Object.entries(files)) {
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(content));
    const nameBytes = Buffer.from(name);
    // A file with data behind; its checksum is given; stored, by Windows.
    const fields = [2, 2, ...variable(content.length), 4, ...variable(content.length), 0x20, ...sum, 0, 0];
    parts.push(rar5Block([...fields, nameBytes.length, ...nameBytes]), Buffer.from(content));
  }
  return Buffer.concat([...parts, rar5Block([5, 0, 0])]);
}

function rar5Block(fields: readonly number[]): Buffer {
  const sized = Buffer.from([...variable(fields.length), ...fields]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(sized));
  return Buffer.concat([sum, sized]);
}

/** Seven bits in each byte, the lowest first. */
function variable(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...variable(Math.floor(value / 128))];
}

/** A RAR archive as of WinRAR 3 and 4, of files that are stored. */
export function rar4Of(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const parts = [Buffer.from('Rar!\x1a\x07\x00', 'latin1'), rar4Block(0x73, 0, Buffer.alloc(6))];
  for (const [name, content] of Object.entries(files)) {
    const fields = Buffer.alloc(25);
    fields.writeUInt32LE(content.length, 0);
    fields.writeUInt32LE(content.length, 4);
    fields[8] = 2;
    fields.writeUInt32LE(crc32(content), 9);
    fields.writeUInt32LE(0x4f985d00, 13);
    fields[17] = 20;
    fields[18] = 0x30;
    fields.writeUInt16LE(Buffer.byteLength(name), 19);
    fields.writeUInt32LE(0x20, 21);
    parts.push(rar4Block(0x74, 0x8000, Buffer.concat([fields, Buffer.from(name)])), Buffer.from(content));
  }
  return Buffer.concat([...parts, rar4Block(0x7b, 0x4000, Buffer.alloc(0))]);
}

function rar4Block(type: number, flags: number, fields: Buffer): Buffer {
  const block = Buffer.alloc(7 + fields.length);
  block[2] = type;
  block.writeUInt16LE(flags, 3);
  block.writeUInt16LE(block.length, 5);
  fields.copy(block, 7);
  block.writeUInt16LE(crc32(block.subarray(2)) & 0xffff, 0);
  return block;
}

/** A ZIP of one file with everything in the fields of 64 bits, as for files from 4 GiB on. */
export function zip64Of(name: string, content: Uint8Array): Buffer {
  const packed = deflateRawSync(content);
  const nameBytes = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(45, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(crc32(content), 10);
  common.fill(0xff, 14, 22);
  common.writeUInt16LE(nameBytes.length, 22);
  common.writeUInt16LE(20, 24);
  const sizes = Buffer.alloc(20);
  sizes.writeUInt16LE(1, 0);
  sizes.writeUInt16LE(16, 2);
  sizes.writeBigUInt64LE(BigInt(content.length), 4);
  sizes.writeBigUInt64LE(BigInt(packed.length), 12);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, sizes, packed]);
  const tail = Buffer.alloc(14);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x2d\x00', 'latin1'), common, tail, nameBytes, sizes]);
  const end64 = Buffer.alloc(56);
  end64.write('PK\x06\x06', 0, 'latin1');
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(1n, 24);
  end64.writeBigUInt64LE(1n, 32);
  end64.writeBigUInt64LE(BigInt(central.length), 40);
  end64.writeBigUInt64LE(BigInt(local.length), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 0, 'latin1');
  locator.writeBigUInt64LE(BigInt(local.length + central.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.write('PK\x05\x06', 0, 'latin1');
  end.fill(0, 4, 8);
  end.fill(0, 20, 22);
  return Buffer.concat([local, central, end64, locator, end]);
}

/**
 * A gzip file that holds itself, however often it is unpacked; after Russ Cox, “Zip Files All The Way Down”. Blocks of
 * literals (5 bytes and what they hold) and of repetitions (5 bytes) print each other and the frame around them.
 */
export function gzipOfItself(): Buffer {
  const literals = (...content: Buffer[]): Buffer => {
    const held = Buffer.concat(content);
    const head = Buffer.alloc(5);
    head.writeUInt16LE(held.length, 1);
    head.writeUInt16LE(held.length ^ 0xffff, 3);
    return Buffer.concat([head, held]);
  };
  const headOf = (length: number): Buffer => literals(Buffer.alloc(length)).subarray(0, 5);
  // Fixed codes: repeat 10 and 7 bytes from 17 bytes before, 10 and 10 from 20; each is 40 bits with its end.
  const [again17, again20] = [repetition(17, [10, 7]), repetition(20, [10, 10])];
  const [head5, head17, head20] = [headOf(5), headOf(17), headOf(20)];
  const before = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0xff, 0x72, 0]);
  const withEnd = (end: Buffer): Buffer =>
    Buffer.concat([
      ...[before, literals(before, head17), again17, literals(again17), literals(head5)],
      ...[literals(again17, head5, head5, head20), again20, literals(again20, head20, again20, head20), again20],
      ...[literals(again20, end), again20, end],
    ]);
  const bytes = withEnd(Buffer.alloc(15)).length;
  const withSum = (sum: number): Buffer => {
    const end = Buffer.from([0, 0, 0, 0xff, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    end.writeUInt32LE(sum, 7);
    end.writeUInt32LE(bytes, 11);
    return withEnd(end);
  };
  return withSum(fixedPoint((sum) => crc32(withSum(sum))));
}

/** A block of fixed codes that repeats pieces of 3 to 10 bytes from a distance of 17 to 24 (RFC 1951, 3.2.6). */
function repetition(distance: number, pieces: readonly number[]): Buffer {
  const bits = [0, 1, 0];
  const code = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
  };
  for (const length of pieces) {
    code(length - 2, 7);
    code(8, 5);
    for (let bit = 0; bit < 3; bit += 1) bits.push(((distance - 17) >> bit) & 1);
  }
  code(0, 7);
  const block = Buffer.alloc(bits.length / 8);
  bits.forEach((bit, index) => (block[index >> 3] = (block[index >> 3] ?? 0) | (bit << (index & 7))));
  return block;
}

/** The sum that is its own result: a CRC is linear but for a constant, so 32 equations of bits give it. */
function fixedPoint(sumOf: (sum: number) => number): number {
  const constant = sumOf(0);
  const rows = Array.from({ length: 32 }, (_, bit) => {
    let row = BigInt((constant >>> bit) & 1) << 32n;
    for (let from = 0; from < 32; from += 1) {
      const changed = sumOf((1 << from) >>> 0) ^ constant ^ (1 << from);
      row |= BigInt((changed >>> bit) & 1) << BigInt(from);
    }
    return row;
  });
  for (let column = 0; column < 32; column += 1) {
    const pivot = rows.findIndex((row, index) => index >= column && ((row >> BigInt(column)) & 1n) === 1n);
    if (pivot < 0) throw new Error('no sum is its own result; expected one');
    [rows[column], rows[pivot]] = [rows[pivot] as bigint, rows[column] as bigint];
    const chosen = rows[column] as bigint;
    rows.forEach((row, index) => {
      if (index !== column && ((row >> BigInt(column)) & 1n) === 1n) rows[index] = row ^ chosen;
    });
  }
  return rows.reduce((sum, row, bit) => (sum | (Number((row >> 32n) & 1n) << bit)) >>> 0, 0);
}
