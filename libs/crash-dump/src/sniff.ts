import { ascii } from './fields.js';
import { UnreadableDump, type Unreadable } from './unreadable-dump.js';

interface Signature {
  bytes: string;
  what: Unreadable;
  found: string;
}

/** Files that people send in place of a readable dump. Bytes are written one character each. */
const signatures: readonly Signature[] = [
  { bytes: 'PAGEDUMP', what: 'other-dump', found: 'a 32-bit Windows kernel dump (PAGEDUMP)' },
  { bytes: 'Raw_Dmp!', what: 'other-dump', found: 'a raw offline crash dump written by UEFI firmware (Raw_Dmp!)' },
  { bytes: '\x7fELF', what: 'other-dump', found: 'an ELF file, such as a Linux core dump' },
  { bytes: 'HIBR', what: 'other-dump', found: 'a Windows hibernation file (hiberfil.sys)' },
  { bytes: 'hibr', what: 'other-dump', found: 'a Windows hibernation file (hiberfil.sys)' },
  { bytes: 'RSTR', what: 'other-dump', found: 'a Windows hibernation file (hiberfil.sys) that is being resumed' },
  { bytes: 'WAKE', what: 'other-dump', found: 'a Windows hibernation file (hiberfil.sys) that was resumed' },
  { bytes: '\x81\x81xpress', what: 'other-dump', found: 'a compressed Windows hibernation file' },
  { bytes: '7z\xbc\xaf\x27\x1c', what: 'container', found: 'a 7z archive' },
  { bytes: 'Rar!\x1a\x07', what: 'container', found: 'a RAR archive' },
  { bytes: '\x1f\x8b', what: 'container', found: 'a gzip file' },
  { bytes: 'PK\x03\x04', what: 'container', found: 'a ZIP archive' },
  { bytes: 'PK\x05\x06', what: 'container', found: 'an empty ZIP archive' },
  { bytes: 'MSCF', what: 'container', found: 'a Windows cabinet file' },
  { bytes: '\x28\xb5\x2f\xfd', what: 'container', found: 'a Zstandard file' },
  { bytes: '\xfd7zXZ\x00', what: 'container', found: 'an xz file' },
  { bytes: 'BZh', what: 'container', found: 'a bzip2 file' },
];

/** Says what a file is that begins with these bytes and that is neither PAGEDU64 nor MDMP. */
export function explainUnreadable(head: DataView, size: number): UnreadableDump {
  const known = signatures.find(({ bytes }) => startsWith(head, bytes));
  if (known) return new UnreadableDump(known.what, known.found);
  if (size === 0) return new UnreadableDump('no-dump', 'an empty file');
  const shown: string[] = [];
  for (let at = 0; at < Math.min(8, head.byteLength); at += 1) {
    shown.push(head.getUint8(at).toString(16).padStart(2, '0'));
  }
  const cutShort = ['PAGEDU64', 'MDMP'].some(
    (whole) => head.byteLength < whole.length && startsWith(head, whole.slice(0, head.byteLength)),
  );
  const found = `${size} bytes that begin with ${shown.join(' ')} ("${ascii(head, 0, 8)}")`;
  return new UnreadableDump(cutShort ? 'damaged' : 'no-dump', found);
}

/** Whether a view begins with these characters of one byte each. */
export function startsWith(view: DataView, bytes: string): boolean {
  if (view.byteLength < bytes.length) return false;
  for (let at = 0; at < bytes.length; at += 1) if (view.getUint8(at) !== bytes.charCodeAt(at)) return false;
  return true;
}
