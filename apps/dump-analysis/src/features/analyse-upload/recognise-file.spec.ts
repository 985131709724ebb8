import { expect, it } from '@jest/globals';
import { recogniseFile } from './recognise-file.js';

it.each([
  ['\xff\xd8\xff\xe0', 'image', 'JPEG picture'],
  ['\x89PNG\r\n\x1a\n', 'image', 'PNG picture'],
  ['%PDF-1.7', 'document', 'PDF document'],
  ['ElfFile\0', 'other', 'Windows event log'],
  ['Get-Hotfix\r\nKB123', 'text', 'text'],
  ['\xff\xfeK\0B\0', 'text', 'text'],
  ['\xd2\xd1\xb0\xb2\xd7\xb0\xb5\xc4\xb3\xcc\xd0\xf2', 'text', 'text'],
  ['\x01\x02\x03\x00', 'other', 'file of 4 bytes of an unknown kind'],
  ['', 'other', 'empty file'],
] as const)('%j is %s: %s', (content, kind, description) => {
  const bytes = Buffer.from(content, 'latin1');
  expect(recogniseFile(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes.length)).toEqual({
    kind,
    description,
  });
});
