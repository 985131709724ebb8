import { printable } from './fields.js';

/**
 * Where EPROCESS holds UniqueProcessId and ImageFileName on 64-bit Windows, from the first build that has it so. 19041
 * was checked on a real dump; the others are as public symbols tell. Each is tried only when the text there is a name.
 */
const places: readonly { build: number; id: number; name: number }[] = [
  { build: 26_100, id: 0x1d0, name: 0x338 },
  { build: 19_041, id: 0x440, name: 0x5a8 },
  { build: 18_362, id: 0x2e8, name: 0x450 },
  { build: 15_063, id: 0x2e0, name: 0x450 },
  { build: 10_240, id: 0x2e8, name: 0x450 },
  { build: 9_200, id: 0x2e0, name: 0x438 },
  { build: 7_600, id: 0x180, name: 0x2e0 },
];

/** ImageFileName is an array of 15 bytes. */
const nameLength = 15;

/** The process of a copied EPROCESS: by the place that its build has, else by a look for a text like a program's name. */
export function processNameIn(
  process: DataView,
  build: number | null,
  width: 4 | 8 = 8,
): { name: string | null; id: number | null } | null {
  const place = build === null ? undefined : places.find((one) => build >= one.build);
  if (place) {
    const name = nameAt(process, place.name);
    if (name !== null) {
      const id = process.getUint32(place.id, true);
      return { name, id: id % 4 === 0 && id < 0x1000000 ? id : null };
    }
  }
  let other: string | null = null;
  for (let offset = 0x100; offset + 16 <= process.byteLength; offset += width) {
    const name = nameAt(process, offset);
    if (name === null) continue;
    if (name === 'System' || /\.(exe|com|scr)$/i.test(name)) return { name, id: null };
    other ??= name;
  }
  return other === null ? null : { name: other, id: null };
}

function nameAt(process: DataView, offset: number): string | null {
  if (offset + nameLength > process.byteLength) return null;
  const text = printable(process, offset, nameLength);
  const ends = text.length === nameLength - 1 || process.getUint8(offset + text.length) === 0;
  return ends && /^[A-Za-z0-9_][\w .+$()-]{3,14}$/.test(text) ? text : null;
}
