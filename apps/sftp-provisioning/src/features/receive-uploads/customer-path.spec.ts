import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isTemporaryName, nameMarkedComplete, parsePath, resolvedPath, safeName, shownPath } from './customer-path.js';
import type { SentName } from './shown-name.js';

const parts = (path: string) => parsePath(Buffer.from(path)).map(({ shown }) => shown);

describe("a customer's path", () => {
  it('never leaves its root', () => {
    expect(parts('/upload/../../../etc/passwd')).toEqual(['etc', 'passwd']);
    expect(parts('../../..')).toEqual([]);
    expect(parts('//upload/./a//b/../c')).toEqual(['upload', 'a', 'c']);
    expect(parts('upload/..\\..\\boot.ini')).toEqual(['upload', '..\\..\\boot.ini']);
  });

  it('holds no dots, slashes or control signs, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        let result: SentName[];
        try {
          result = parsePath(Buffer.from(bytes));
        } catch (error) {
          expect((error as Error).name).toBe('FileRefusal');
          return;
        }
        for (const { bytes: sent, shown } of result) {
          expect(shown).not.toMatch(/^\.{0,2}$|\/|\p{Cc}/u);
          expect(sent.toString('latin1')).not.toMatch(/^\.{0,2}$|\//);
          expect(sent.length).toBeLessThanOrEqual(255);
        }
      }),
    );
  });

  it('is refused with a NUL, too long, or too deep', () => {
    expect(() => parts('/upload/a\0.dmp')).toThrow('NUL');
    expect(() => parts(`/upload/${'长'.repeat(86)}`)).toThrow('a name has 258 bytes; at most 255');
    expect(() => parts('/a'.repeat(2050))).toThrow('the path has 4100 bytes');
    expect(() => parts('/a'.repeat(17))).toThrow('17 folders deep');
  });

  it('is answered resolved, in the bytes that came', () => {
    expect(resolvedPath(Buffer.from('a/./..//upload/x/'))).toEqual(Buffer.from('/upload/x'));
    expect(resolvedPath(Buffer.from('..'))).toEqual(Buffer.from('/'));
    expect(resolvedPath(Buffer.from([0x2f, 0xc0, 0xb6, 0x2f]))).toEqual(Buffer.from([0x2f, 0xc0, 0xb6]));
  });

  it('is shown with its bytes where it could be taken for another', () => {
    expect(shownPath(Buffer.from('upload/蓝屏.dmp'))).toBe('/upload/蓝屏.dmp');
    const gbk = Buffer.concat([Buffer.from('upload/'), Buffer.from([0xc0, 0xb6, 0xc6, 0xc1]), Buffer.from('.dmp')]);
    expect(shownPath(gbk)).toBe('/upload/蓝屏.dmp (sent as /upload/%C0%B6%C6%C1.dmp)');
    expect(shownPath(Buffer.from('a\nb'))).toBe('/a%0Ab (sent as /a%0Ab)');
    expect(shownPath(Buffer.from('a%0Ab'))).toBe('/a%0Ab');
  });
});

describe('a name on the disk', () => {
  it.each([
    ['MEMORY.DMP', 'MEMORY.DMP'],
    ['蓝屏 2021-01-13.zip', '蓝屏_2021-01-13.zip'],
    ['$(rm -rf ~).dmp', '__rm_-rf___.dmp'],
    ['.bashrc', '_bashrc'],
    ['-rf', '_rf'],
    ['..\\..\\boot.ini', '__.._boot.ini'],
    ['MEMORY.DMP.filepart', 'MEMORY.DMP'],
  ])('for %s is %s', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('is bounded and keeps its extension', () => {
    const safe = safeName(`${'屏'.repeat(80)}.dmp`);
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(131);
    expect(safe).toMatch(/\.dmp$/);
  });
});

describe('a temporary name', () => {
  it.each(['MEMORY.DMP.filepart', 'a.part', 'a.dmp.PARTIAL'])('is %s', (name) => {
    expect(isTemporaryName(Buffer.from(name))).toBe(true);
  });
  it.each([
    ...[
      'MEMORY.DMP',
      'dumps.part1.rar',
      '.part',
      'part',
      'app.log-20200507',
      'a.log-previous',
      'a.log-PREVIOUS',
      '.in.',
    ],
  ])('is not %s', (name) => {
    expect(isTemporaryName(Buffer.from(name))).toBe(false);
  });
});

it.each([
  ['MEMORY.zip.0a1b2c3d.partial', 'MEMORY.zip'],
  ['.in.MEMORY.zip', 'MEMORY.zip'],
  ['MEMORY.DMP-aB3dE6gH', 'MEMORY.DMP'],
])('%s of rclone, lftp or Cyberduck is temporary and lies as %s', (name, stored) => {
  expect(isTemporaryName(Buffer.from(name))).toBe(true);
  expect(safeName(name)).toBe(stored);
});

it('a mark names the file that it speaks of', () => {
  const marked = (name: Buffer) => nameMarkedComplete(name)?.bytes ?? null;
  expect(marked(Buffer.from('MEMORY.DMP.done'))).toEqual(Buffer.from('MEMORY.DMP'));
  expect(marked(Buffer.concat([Buffer.from([0xc0, 0xb6]), Buffer.from('.Done')]))).toEqual(Buffer.from([0xc0, 0xb6]));
  expect(marked(Buffer.from('MEMORY.DMP'))).toBeNull();
  expect(marked(Buffer.from('.done'))).toBeNull();
});
