import type { EventOf } from '@caserelay/contracts';

type Recognised = Pick<EventOf<'evidence.recognised'>['data'], 'kind' | 'description'>;

const signatures: readonly { bytes: string; is: Recognised }[] = [
  { bytes: '\xff\xd8\xff', is: { kind: 'image', description: 'JPEG picture' } },
  { bytes: '\x89PNG\r\n\x1a\n', is: { kind: 'image', description: 'PNG picture' } },
  { bytes: 'GIF8', is: { kind: 'image', description: 'GIF picture' } },
  { bytes: 'BM', is: { kind: 'image', description: 'BMP picture' } },
  { bytes: '%PDF-', is: { kind: 'document', description: 'PDF document' } },
  { bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', is: { kind: 'document', description: 'older Office document' } },
  { bytes: 'ElfFile\0', is: { kind: 'other', description: 'Windows event log' } },
];

/** Says what a file is that is no dump and no archive, by its first bytes. */
export function recogniseFile(head: DataView, size: number): Recognised {
  if (size === 0) return { kind: 'other', description: 'empty file' };
  const known = signatures.find(({ bytes }) => holds(head, bytes));
  if (known) return known.is;
  if (isText(head)) return { kind: 'text', description: 'text' };
  return { kind: 'other', description: `file of ${size} bytes of an unknown kind` };
}

function holds(view: DataView, bytes: string): boolean {
  if (view.byteLength < bytes.length) return false;
  return [...bytes].every((character, index) => view.getUint8(index) === character.charCodeAt(0));
}

/** UTF-16 by its mark; else no control characters but those that text has. Chinese code pages use no others either. */
function isText(head: DataView): boolean {
  if (holds(head, '\xff\xfe') || holds(head, '\xfe\xff')) return true;
  for (let at = 0; at < head.byteLength; at += 1) {
    const byte = head.getUint8(at);
    if (byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1a, 0x1b].includes(byte)) return false;
  }
  return head.byteLength > 0;
}
