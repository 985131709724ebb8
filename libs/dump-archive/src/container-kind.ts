/** Containers that are looked into. */
export type Container = 'zip' | 'gzip' | 'tar' | '7z' | 'rar4' | 'rar5' | 'cab' | 'xz' | 'bzip2' | 'zstd';

const signatures: readonly { bytes: string; at?: number; kind: Container }[] = [
  { bytes: 'PK\x03\x04', kind: 'zip' },
  { bytes: 'PK\x05\x06', kind: 'zip' },
  { bytes: '\x1f\x8b\x08', kind: 'gzip' },
  { bytes: 'ustar', at: 257, kind: 'tar' },
  { bytes: '7z\xbc\xaf\x27\x1c', kind: '7z' },
  { bytes: 'Rar!\x1a\x07\x01\x00', kind: 'rar5' },
  { bytes: 'Rar!\x1a\x07\x00', kind: 'rar4' },
  { bytes: 'MSCF\x00\x00\x00\x00', kind: 'cab' },
  { bytes: '\xfd7zXZ\x00', kind: 'xz' },
  { bytes: 'BZh', kind: 'bzip2' },
  { bytes: '\x28\xb5\x2f\xfd', kind: 'zstd' },
];

/** What container a file is by its beginning; null when it is none that is looked into. */
export function containerKind(head: Uint8Array): Container | null {
  const holds = ({ bytes, at = 0 }: (typeof signatures)[number]): boolean =>
    head.length >= at + bytes.length && [...bytes].every((byte, index) => head[at + index] === byte.charCodeAt(0));
  return signatures.find(holds)?.kind ?? null;
}

const names: Readonly<Record<Container, string>> = {
  zip: 'ZIP archive',
  gzip: 'gzip file',
  tar: 'tar archive',
  '7z': '7z archive',
  rar4: 'RAR archive',
  rar5: 'RAR archive',
  cab: 'cabinet file',
  xz: 'xz file',
  bzip2: 'bzip2 file',
  zstd: 'Zstandard file',
};

/** What archive begins so, such as "7z archive"; null when it is none that is looked into. */
export function archiveName(head: Uint8Array): string | null {
  const kind = containerKind(head);
  return kind && names[kind];
}
