import { describe, expect, it } from '@jest/globals';
import { fromBytes } from './byte-source.js';
import { readSecondaryData } from './secondary-data.js';

const smbios = 'bc5c008f-1e3a-44d7-988d-86f6884c6758';
const registry = '6c7ac389-4313-47dc-9f34-a8800a0fb56c';

function blob(guid: string, data: Buffer, { pre = 0, post = 0 } = {}): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(32, 0);
  const [a, b, c, ...rest] = guid.split('-');
  header.writeUInt32LE(Number(`0x${a!}`), 4);
  header.writeUInt16LE(Number(`0x${b!}`), 8);
  header.writeUInt16LE(Number(`0x${c!}`), 10);
  Buffer.from(rest.join(''), 'hex').copy(header, 12);
  header.writeUInt32LE(data.length, 20);
  header.writeUInt32LE(pre, 24);
  header.writeUInt32LE(post, 28);
  return Buffer.concat([header, Buffer.alloc(pre), data, Buffer.alloc(post)]);
}

function tagged(...blobs: Buffer[]): Buffer {
  const start = Buffer.alloc(16);
  start.write('DumpBlob', 0, 'latin1');
  start.writeUInt32LE(16, 8);
  return Buffer.concat([start, ...blobs]);
}

function structure(type: number, fields: Buffer, ...strings: string[]): Buffer {
  const head = Buffer.from([type, fields.length + 4, type, 0]);
  const texts = strings.length === 0 ? '\0' : strings.map((text) => `${text}\0`).join('');
  return Buffer.concat([head, fields, Buffer.from(`${texts}\0`, 'latin1')]);
}

function memoryModule(megabytes: number, extended = 0): Buffer {
  const fields = Buffer.alloc(0x20 - 4);
  fields.writeUInt16LE(megabytes, 0xc - 4);
  fields[0x10 - 4] = 1;
  fields.writeUInt16LE(3200, 0x15 - 4);
  fields[0x17 - 4] = 2;
  fields[0x1a - 4] = 3;
  fields.writeUInt32LE(extended, 0x1c - 4);
  return structure(17, fields, 'DIMM_A2', 'Kingston', 'KHX3200C16');
}

const tables = Buffer.concat([
  structure(0, Buffer.from([1, 2, 0, 0xf0, 3]), 'American Megatrends Inc.', 'F31', '12/01/2020'),
  structure(1, Buffer.from([1, 2]), 'Gigabyte', 'X570 AORUS'),
  structure(2, Buffer.from([1, 2, 0]), 'Gigabyte', 'X570 AORUS ELITE'),
  structure(126, Buffer.alloc(4)),
  memoryModule(16384),
  memoryModule(0),
  memoryModule(0x7fff, 65536),
  structure(127, Buffer.alloc(0)),
  Buffer.from('not a table'),
]);

function registryValue(name: string, type: number, data: Buffer): Buffer {
  const text = Buffer.from(`${name}\0`, 'utf16le');
  const value = Buffer.alloc(12 + text.length);
  value.writeUInt32LE(text.length, 0);
  text.copy(value, 4);
  value.writeUInt32LE(type, 4 + text.length);
  value.writeUInt32LE(data.length, 8 + text.length);
  return Buffer.concat([value, data]);
}

describe('the data that follows a kernel dump', () => {
  it.each([
    ['bare', tables],
    ['behind a raw header', Buffer.concat([Buffer.from([0, 3, 2, 0]), lengthOf(tables), tables])],
  ])('tells board, BIOS and memory modules by SMBIOS tables that stand %s', async (_, data) => {
    const { blobs, hardware, notes } = await readSecondaryData(
      fromBytes(
        tagged(blob('00000000-0000-0000-0000-000000000000', Buffer.alloc(0)), blob(smbios, data, { pre: 4, post: 3 })),
      ),
      0,
    );
    expect(blobs.map(({ guid, bytes }) => [guid, bytes])).toEqual([
      ['00000000-0000-0000-0000-000000000000', 0],
      [smbios, data.length],
    ]);
    expect(notes).toEqual([]);
    expect(hardware).toEqual({
      system: { manufacturer: 'Gigabyte', product: 'X570 AORUS' },
      board: { manufacturer: 'Gigabyte', product: 'X570 AORUS ELITE', version: null },
      bios: { vendor: 'American Megatrends Inc.', version: 'F31', date: '12/01/2020' },
      memory: [16384, 65536].map((megabytes) => ({
        locator: 'DIMM_A2',
        megabytes,
        speed: 3200,
        manufacturer: 'Kingston',
        partNumber: 'KHX3200C16',
      })),
      processor: null,
    });
  });

  it('tells processor and BIOS by values of the registry where tables are missing', async () => {
    const megahertz = Buffer.alloc(4);
    megahertz.writeUInt32LE(3600);
    const values = Buffer.concat([
      registryValue('~MHz', 4, megahertz),
      registryValue('BIOSVersion', 1, Buffer.from('1.2.3\0', 'utf16le')),
      registryValue('ProcessorNameString', 1, Buffer.from('Some CPU   \0', 'utf16le')),
      registryValue('BaseBoardProduct', 1, Buffer.from('Board\0', 'utf16le')),
    ]);
    const { hardware } = await readSecondaryData(fromBytes(tagged(blob(registry, values))), 0);
    expect(hardware).toMatchObject({
      board: { product: 'Board' },
      bios: { vendor: null, version: '1.2.3', date: null },
      processor: { name: 'Some CPU', megahertz: 3600 },
    });
  });

  it('is none when nothing follows, and ends where it is damaged', async () => {
    expect(await readSecondaryData(fromBytes(Buffer.alloc(64)), 0)).toEqual({ blobs: [], hardware: null, notes: [] });
    const whole = tagged(blob(smbios, tables), blob(registry, Buffer.alloc(100)));
    const { blobs, notes } = await readSecondaryData(fromBytes(whole.subarray(0, whole.length - 1)), 0);
    expect(blobs).toHaveLength(1);
    expect(notes).toEqual(['the data that follows the dump is cut short or damaged after 1 entries']);
    const looping = tagged(blob(smbios, tables));
    looping.writeUInt32LE(0, 16);
    expect((await readSecondaryData(fromBytes(looping), 0)).blobs).toEqual([]);
  });
});

function lengthOf(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return length;
}
