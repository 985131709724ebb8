import { say, type ByteSource } from '@caserelay/crash-dump';
import { unreadable, type ArchivePart, type Reading } from './archive-part.js';
import { memberName } from './member-name.js';
import { part } from './part-source.js';

const blockBytes = 512;
/** A long name or a set of attributes; larger ones are not believed. */
const maxExtraBytes = 1024 * 1024;

/** Places in a header (POSIX ustar). */
const at = { size: 124, checksum: 148, type: 156, magic: 257, prefix: 345 } as const;

interface Header {
  name: string;
  size: number;
  type: string;
}

/** Reads the files of a tar archive where they lie, with long names of GNU and attributes of pax. */
export async function* readTar(source: ByteSource, reading: Reading): AsyncGenerator<ArchivePart> {
  let longName: string | null = null;
  let longSize: number | null = null;
  for (let place = 0; place + blockBytes <= source.size;) {
    if (reading.signal.aborted) throw new Error('broken off: the service stops');
    const header = readHeader(await source.read(place, blockBytes));
    if (header === 'end') return;
    if (header === null) {
      yield { kind: 'trouble', reason: say('tar-damaged', { place }) };
      return;
    }
    const size = longSize ?? header.size;
    const dataAt = place + blockBytes;
    place = dataAt + Math.ceil(size / blockBytes) * blockBytes;
    if (header.type === 'L' || header.type === 'x') {
      const extra = part(source, dataAt, Math.min(size, maxExtraBytes));
      const said = await readExtra(extra, header.type);
      longName = said.name ?? longName;
      longSize = said.size ?? longSize;
      continue;
    }
    const tooMany = reading.allowance.member();
    if (tooMany !== null) {
      yield { kind: 'limit-reached', limit: 'members', reason: tooMany };
      return;
    }
    const name = longName ?? header.name;
    longName = longSize = null;
    if (header.type === '0' || header.type === '7')
      yield await memberOf(name, part(source, dataAt, size), size, reading);
    else if (header.type === 'S') yield unreadable(name, say('tar-with-holes'));
  }
}

async function memberOf(name: string, source: ByteSource, size: number, reading: Reading): Promise<ArchivePart> {
  const view = await source.read(0, reading.headBytes);
  const head = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const bytes = source.size;
  const breaksOff = bytes < size;
  return {
    kind: 'member',
    ...{ name, head, bytes, source },
    ending: breaksOff ? 'broken' : 'whole',
    reason: breaksOff ? say('tar-ends-inside', { found: bytes, expected: size }) : null,
  };
}

function readHeader(view: DataView): Header | 'end' | null {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  if (bytes.every((byte) => byte === 0)) return 'end';
  let sum = 0;
  bytes.forEach((byte, index) => (sum += index >= at.checksum && index < at.checksum + 8 ? 0x20 : byte));
  const size = numberIn(bytes.subarray(at.size, at.size + 12));
  if (numberIn(bytes.subarray(at.checksum, at.checksum + 8)) !== sum || size === null) return null;
  const isPosix = bytes.toString('latin1', at.magic, at.magic + 6) === 'ustar\0';
  const prefix = isPosix ? textIn(bytes.subarray(at.prefix, at.prefix + 155)) : Buffer.alloc(0);
  const short = textIn(bytes.subarray(0, 100));
  const type = bytes[at.type] === 0 ? '0' : String.fromCharCode(bytes[at.type] as number);
  const name = memberName(prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), short]) : short);
  return { name, size, type: type === '0' && short.at(-1) === 0x2f ? '5' : type };
}

/** Octal digits, or, with the highest bit set, a binary number. */
function numberIn(field: Buffer): number | null {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    let value = 0;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return Number.isSafeInteger(value) ? value : null;
  }
  const digits = textIn(field).toString('latin1').trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : null;
}

function textIn(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** A long name of GNU, or lines of pax: "21 path=dumps/MEMORY.DMP". */
async function readExtra(source: ByteSource, type: string): Promise<{ name: string | null; size: number | null }> {
  const view = await source.read(0, source.size);
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  if (type === 'L') return { name: memberName(textIn(bytes)), size: null };
  let name: string | null = null;
  let size: number | null = null;
  for (let from = 0; from < bytes.length;) {
    const length = Number.parseInt(bytes.toString('latin1', from, from + 20), 10);
    if (!(length > 0)) break;
    const line = bytes.subarray(from, from + length - 1);
    const equals = line.indexOf('=');
    const key = line.toString('utf8', line.indexOf(' ') + 1, Math.max(0, equals));
    if (key === 'path') name = memberName(line.subarray(equals + 1));
    const stated = Number(line.toString('latin1', equals + 1));
    if (key === 'size' && Number.isSafeInteger(stated) && stated >= 0) size = stated;
    from += length;
  }
  return { name, size };
}
