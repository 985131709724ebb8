import type { DumpFacts } from './dump-facts.js';
import { ascii } from './fields.js';
import { say } from './sentences.js';
import { UnreadableDump, type Unreadable } from './unreadable-dump.js';

interface Signature {
  bytes: string;
  /** Where they stand; 0 when not given. */
  at?: number;
  what: Unreadable;
  found: string;
}

/**
 * Files that people send in place of a readable dump. Bytes are written one character each. The first that fits is
 * taken. Marks of hibernation files are those of `PO_MEMORY_IMAGE`, in both cases that Windows has written.
 */
const signatures: readonly Signature[] = [
  { bytes: 'Raw_Dmp!', what: 'other-dump', found: say('raw-firmware-dump') },
  ...['HIBR', 'hibr'].map((bytes): Signature => ({
    bytes,
    what: 'other-dump',
    found: say('hibernation-file'),
  })),
  ...['RSTR', 'rstr'].map((bytes): Signature => ({
    bytes,
    what: 'other-dump',
    found: say('hibernation-resuming'),
  })),
  ...['WAKE', 'wake'].map((bytes): Signature => ({
    bytes,
    what: 'other-dump',
    found: say('hibernation-resumed'),
  })),
  { bytes: '\x81\x81xpress', what: 'other-dump', found: say('hibernation-compressed') },
  { bytes: 'EMiL', what: 'other-dump', found: say('linux-memory-image') },
  { bytes: 'VMware', what: 'other-dump', found: say('vmware-file') },
  { bytes: '\xd2\xbe\xd2\xbe', what: 'other-dump', found: say('vmware-snapshot') },
  { bytes: '\xd0\xbe\xd2\xbe', what: 'other-dump', found: say('vmware-snapshot') },
  { bytes: 'KDUMP   ', what: 'other-dump', found: say('linux-kdump') },
  { bytes: 'DISKDUMP', what: 'other-dump', found: say('linux-diskdump') },
  { bytes: 'vhdxfile', what: 'other-dump', found: say('virtual-disk') },
  { bytes: 'KDMV', what: 'other-dump', found: say('vmware-disk') },
  { bytes: 'ElfFile\x00', what: 'no-dump', found: say('event-log') },
  { bytes: '7z\xbc\xaf\x27\x1c', what: 'container', found: say('seven-zip-archive') },
  { bytes: 'Rar!\x1a\x07\x01\x00', what: 'container', found: say('rar5-archive') },
  { bytes: 'Rar!\x1a\x07', what: 'container', found: say('rar-archive') },
  { bytes: '\x1f\x8b', what: 'container', found: say('gzip-file') },
  { bytes: 'PK\x03\x04', what: 'container', found: say('zip-archive') },
  { bytes: 'PK\x05\x06', what: 'container', found: say('empty-zip') },
  { bytes: 'PK\x07\x08', what: 'container', found: say('split-zip') },
  { bytes: 'MSCF', what: 'container', found: say('cabinet-file') },
  { bytes: 'MSWIM\x00\x00\x00', what: 'container', found: say('windows-image') },
  { bytes: '\x28\xb5\x2f\xfd', what: 'container', found: say('zstandard-file') },
  { bytes: '\x04\x22\x4d\x18', what: 'container', found: say('lz4-file') },
  { bytes: '\xfd7zXZ\x00', what: 'container', found: say('xz-file') },
  { bytes: 'LZIP', what: 'container', found: say('lzip-file') },
  { bytes: 'BZh', what: 'container', found: say('bzip2-file') },
  { bytes: 'ustar', at: 257, what: 'container', found: say('tar-archive') },
];

/** How many bytes from the beginning are needed to say what a file is. */
export const sniffLength = 512;

/** An ELF file: its type is at +16; a Linux kernel writes its memory as a core too. */
function elfFile(head: DataView): string {
  const order = head.byteLength > 5 && head.getUint8(5) === 2 ? 'big' : 'little';
  const type = head.byteLength < 18 ? null : head.getUint16(16, order === 'little');
  if (type === 4) return say('elf-core');
  return type === 2 || type === 3 ? say('elf-program') : say('elf-file');
}

/** How dumps begin that are read here. */
const dumpMarks: readonly [mark: string, format: DumpFacts['format']][] = [
  ['PAGEDU64', 'kernel-dump-64'],
  ['PAGEDUMP', 'kernel-dump-32'],
  ['MDMP', 'user-minidump'],
];

/** The format of a dump that begins with these bytes; null when none does. */
export function formatOf(head: DataView): DumpFacts['format'] | null {
  return dumpMarks.find(([mark]) => startsWith(head, mark))?.[1] ?? null;
}

/** Whether a file that begins with these bytes, eight or more, is a dump by its mark. */
export function beginsAsDump(head: Uint8Array): boolean {
  return formatOf(new DataView(head.buffer, head.byteOffset, head.byteLength)) !== null;
}

/** Says what a file is that begins with these bytes and that is no dump which can be read; null: its size is not known yet. */
export function explainUnreadable(head: DataView, size: number | null): UnreadableDump {
  if (startsWith(head, '\x7fELF')) return new UnreadableDump('other-dump', elfFile(head));
  const known = signatures.find(({ bytes, at = 0 }) => holds(head, at, bytes));
  if (known) return new UnreadableDump(known.what, known.found);
  if (size === 0) return new UnreadableDump('no-dump', say('empty-file'));
  const shown: string[] = [];
  for (let at = 0; at < Math.min(8, head.byteLength); at += 1) {
    shown.push(head.getUint8(at).toString(16).padStart(2, '0'));
  }
  const cutShort = dumpMarks.some(
    ([whole]) => head.byteLength < whole.length && startsWith(head, whole.slice(0, head.byteLength)),
  );
  if (head.byteLength >= 64 && isZero(head)) {
    return new UnreadableDump('no-dump', size === null ? say('zeros-at-first') : say('zeros-only', { size }));
  }
  const beginning = { bytes: shown.join(' '), text: ascii(head, 0, 8) };
  const found = size === null ? say('other-beginning', beginning) : say('other-bytes', { size, ...beginning });
  return new UnreadableDump(cutShort ? 'damaged' : 'no-dump', found);
}

/** Whether a view begins with these characters of one byte each. */
export function startsWith(view: DataView, bytes: string): boolean {
  return holds(view, 0, bytes);
}

function holds(view: DataView, place: number, bytes: string): boolean {
  if (view.byteLength < place + bytes.length) return false;
  for (let at = 0; at < bytes.length; at += 1) if (view.getUint8(place + at) !== bytes.charCodeAt(at)) return false;
  return true;
}

function isZero(view: DataView): boolean {
  for (let at = 0; at < view.byteLength; at += 1) if (view.getUint8(at) !== 0) return false;
  return true;
}
