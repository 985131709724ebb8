import type { ByteSource } from './byte-source.js';
import type { DumpReport, Hardware } from './dump-facts.js';
import { u32, utf16 } from './fields.js';
import { say } from './sentences.js';
import { readSmbios } from './smbios.js';

/** Real dumps hold 20 to 50 blobs. */
const maxBlobs = 4096;
const maxTable = 0x40000;
const maxValues = 256;

/** What some blobs hold, after the sources of ntoseye, WinDbg's `!blackbox…` commands and NVIDIA's driver. */
const names: Readonly<Record<string, string>> = {
  'bc5c008f-1e3a-44d7-988d-86f6884c6758': say('blob-smbios'),
  '6c7ac389-4313-47dc-9f34-a8800a0fb56c': say('blob-registry'),
  'e83b40d2-b0a0-4842-abea-71c9e3463dd1': say('blob-acpi'),
  'd03dc06f-d88e-44c5-ba2a-fae035172d19': say('blob-processor'),
  'f57308df-cc45-4e01-ad76-29a4ebb010ec': say('blob-boot'),
  '00afe9c4-940d-4213-8016-cd3719b5bc20': say('blob-ntfs'),
  'b7631941-532a-4cd6-b1b1-edb5917d4557': say('blob-plug-and-play'),
  '80cc79cf-a719-4af1-bf97-fe29ff76ebc1': say('blob-winlogon'),
  '4ee76bd8-3cf4-44a0-a0ac-3937643e37a3': say('blob-code-integrity'),
  '9276c055-eb87-425c-b8b5-04e4d247f6cd': say('blob-pci'),
  '54c84888-01d1-4c1e-bed6-282c98241303': say('blob-framework-log'),
  'f87e4a4c-c5a1-4d2f-bff0-d5de63a5e4c3': say('blob-framework'),
  'da82441d-7142-4bc1-b844-0807c5a4b67f': say('blob-storage'),
  '270a33fd-3da6-460d-ba89-3c1bae21e39b': say('blob-display-timeouts'),
  '65755a40-f146-43ea-8c91-36b85728fd35': say('blob-dump-driver'),
  '2b4ae195-a64d-4f04-8ede-7e4f981bd42a': say('blob-triage-blocks'),
  '2b88b710-1c93-4f7c-b06c-655ecc50decc': say('blob-trace'),
  'b0692a5e-6b7b-4073-8a7c-604e35032970': say('blob-secure-kernel'),
  '9282756a-ab95-4d24-a137-ecddc5de53f5': say('blob-secure-mode'),
  'bf2297dc-34ba-11dc-868a-e19155d89593': say('blob-nvidia'),
};

const smbiosGuid = 'bc5c008f-1e3a-44d7-988d-86f6884c6758';
const registryGuid = '6c7ac389-4313-47dc-9f34-a8800a0fb56c';

/** The blobs after a kernel dump, and what two of them say of the machine. */
export interface SecondaryData {
  blobs: DumpReport['secondaryData'];
  hardware: Hardware | null;
  notes: string[];
}

/**
 * Walks the secondary ("tagged") data that begins at `place`: `DumpBlob`, then blobs of {u32 header size, GUID, u32 data
 * size, u32 padding before, u32 padding after, data}. Checked on two real dumps, where the walk ends at the file's end.
 */
export async function readSecondaryData(source: ByteSource, place: number): Promise<SecondaryData> {
  const start = await source.read(place, 16);
  const nothing = { blobs: [], hardware: null, notes: [] };
  if (start.byteLength < 16 || u32(start, 0) !== 0x706d7544 || u32(start, 4) !== 0x626f6c42) return nothing;
  const blobs: SecondaryData['blobs'] = [];
  const notes: string[] = [];
  const tables: DataView[] = [];
  const values = new Map<string, string | number>();
  let at = place + Math.min(Math.max(16, start.getUint32(8, true)), 0x1000);
  while (at + 32 <= source.size && blobs.length < maxBlobs) {
    const header = await source.read(at, 32);
    if (header.byteLength < 32) break;
    const headerSize = header.getUint32(0, true);
    const bytes = header.getUint32(20, true);
    const data = at + headerSize + header.getUint32(24, true);
    if (headerSize < 32 || headerSize > 0x1000 || data + bytes > source.size) {
      notes.push(say('extra-data-cut', { entries: blobs.length }));
      break;
    }
    const guid = guidAt(header, 4);
    blobs.push({ guid, name: names[guid] ?? null, bytes });
    if (guid === smbiosGuid) tables.push(await source.read(data, Math.min(bytes, maxTable)));
    if (guid === registryGuid) readRegistryValues(await source.read(data, Math.min(bytes, maxTable)), values);
    at = data + bytes + header.getUint32(28, true);
  }
  if (notes.length === 0 && at < source.size) {
    notes.push(say('bytes-after-blobs', { bytes: source.size - at, entries: blobs.length }));
  }
  return { blobs, hardware: hardwareOf(tables, values), notes };
}

/** Values of the registry: {u32 bytes of the name, name, u32 type, u32 bytes of the data, data}, one after the other. */
function readRegistryValues(view: DataView, values: Map<string, string | number>): void {
  let at = 0;
  for (let count = 0; count < maxValues && at + 12 <= view.byteLength; count += 1) {
    const nameBytes = view.getUint32(at, true);
    if (nameBytes > 512 || at + 12 + nameBytes > view.byteLength) return;
    const name = utf16(view, at + 4, nameBytes);
    const type = view.getUint32(at + 4 + nameBytes, true);
    const bytes = view.getUint32(at + 8 + nameBytes, true);
    const data = at + 12 + nameBytes;
    if (data + bytes > view.byteLength) return;
    if (type === 1 || type === 7) values.set(name, utf16(view, data, Math.min(bytes, 1024)).trim());
    if (type === 4 && bytes === 4) values.set(name, view.getUint32(data, true));
    at = data + bytes;
  }
}

function hardwareOf(tables: readonly DataView[], values: ReadonlyMap<string, string | number>): Hardware | null {
  if (tables.length === 0 && values.size === 0) return null;
  const text = (name: string): string | null => {
    const value = values.get(name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const firmware = tables.map(readSmbios).find((one) => one !== null) ?? null;
  const megahertz = values.get('~MHz');
  const some = <T extends Record<string, string | number | null>>(record: T): T | null =>
    Object.values(record).some((value) => value !== null) ? record : null;
  return {
    system: firmware?.system ?? some({ manufacturer: text('SystemManufacturer'), product: text('SystemProductName') }),
    board:
      firmware?.board ??
      some({
        manufacturer: text('BaseBoardManufacturer'),
        product: text('BaseBoardProduct'),
        version: text('BaseBoardVersion'),
      }),
    bios:
      firmware?.bios ??
      some({ vendor: text('BIOSVendor'), version: text('BIOSVersion'), date: text('BIOSReleaseDate') }),
    memory: firmware?.memory ?? [],
    processor: some({
      vendor: text('VendorIdentifier') ?? firmware?.processor?.vendor ?? null,
      name: text('ProcessorNameString') ?? firmware?.processor?.name ?? text('Identifier'),
      megahertz: typeof megahertz === 'number' ? megahertz : (firmware?.processor?.megahertz ?? null),
      microcode: null,
    }),
  };
}

/** A GUID as text: its first three parts are numbers, little end first. */
export function guidAt(view: DataView, offset: number): string {
  const digits = (value: number, length: number): string => value.toString(16).padStart(length, '0');
  const bytes = Array.from({ length: 8 }, (_, index) => digits(view.getUint8(offset + 8 + index), 2)).join('');
  return [
    digits(view.getUint32(offset, true), 8),
    digits(view.getUint16(offset + 4, true), 4),
    digits(view.getUint16(offset + 6, true), 4),
    bytes.slice(0, 4),
    bytes.slice(4),
  ].join('-');
}
