import type { Hardware } from './dump-facts.js';

const maxStructures = 2048;
const maxModules = 256;

interface Structure {
  type: number;
  view: DataView;
  strings: string[];
}

/** Machine, board, BIOS, processor and memory modules from SMBIOS tables (DMTF DSP0134); null when there are none. */
export function readSmbios(table: DataView): Hardware | null {
  const structures = [...structuresOf(table, startOf(table))];
  if (structures.length === 0) return null;
  const first = (type: number): Structure | undefined => structures.find((one) => one.type === type);
  const bios = first(0);
  const system = first(1);
  const board = first(2);
  const processor = first(4);
  return {
    system: system ? { manufacturer: text(system, 4), product: text(system, 5) } : null,
    board: board ? { manufacturer: text(board, 4), product: text(board, 5), version: text(board, 6) } : null,
    bios: bios ? { vendor: text(bios, 4), version: text(bios, 5), date: text(bios, 8) } : null,
    memory: structures
      .filter(({ type }) => type === 17)
      .slice(0, maxModules)
      .map((one) => ({
        locator: text(one, 0x10),
        megabytes: megabytesOf(one),
        speed: number16(one, 0x15),
        manufacturer: text(one, 0x17),
        partNumber: text(one, 0x1a),
      }))
      .filter(({ megabytes }) => megabytes !== 0),
    processor: processor
      ? {
          vendor: text(processor, 7),
          name: text(processor, 0x10),
          megahertz: number16(processor, 0x16),
          microcode: null,
        }
      : null,
  };
}

/** Tables may stand behind the 8 bytes of RawSMBIOSData, whose last 4 are the length of the rest. */
function startOf(table: DataView): number {
  return table.byteLength >= 8 && table.getUint8(1) <= 3 && table.getUint32(4, true) === table.byteLength - 8 ? 8 : 0;
}

/** Each structure: {u8 type, u8 length, u16 handle, fields}, then its strings, each ended by NUL, ended by one more. */
function* structuresOf(table: DataView, start: number): Generator<Structure> {
  let at = start;
  for (let count = 0; count < maxStructures && at + 4 <= table.byteLength; count += 1) {
    const type = table.getUint8(at);
    const length = table.getUint8(at + 1);
    if (length < 4 || at + length > table.byteLength) return;
    const strings: string[] = [];
    let next = at + length;
    for (;;) {
      let string = '';
      while (next < table.byteLength && table.getUint8(next) !== 0) {
        const byte = table.getUint8(next);
        if (string.length < 256) string += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
        next += 1;
      }
      next += 1;
      if (string === '' || next >= table.byteLength) break;
      strings.push(string.trim());
    }
    if (strings.length === 0) next += 1;
    yield { type, view: new DataView(table.buffer, table.byteOffset + at, length), strings };
    // Type 127 ends the tables.
    if (type === 127) return;
    at = next;
  }
}

/** The string whose number, counted from 1, stands at this place. */
function text({ view, strings }: Structure, offset: number): string | null {
  return offset < view.byteLength ? (strings[view.getUint8(offset) - 1] ?? null) || null : null;
}

function number16({ view }: Structure, offset: number): number | null {
  const value = offset + 2 <= view.byteLength ? view.getUint16(offset, true) : 0;
  return value === 0 || value === 0xffff ? null : value;
}

/** Bit 15 counts in KiB, 0x7FFF points to a larger field, 0xFFFF is unknown, 0 is an empty slot. */
function megabytesOf({ view }: Structure): number | null {
  if (view.byteLength < 0xe) return null;
  const size = view.getUint16(0xc, true);
  if (size === 0xffff) return null;
  if (size === 0x7fff) return view.byteLength >= 0x20 ? view.getUint32(0x1c, true) & 0x7fffffff : null;
  return size & 0x8000 ? (size & 0x7fff) / 1024 : size;
}
