import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isTemporaryName, nameMarkedComplete, parsePath, safeName } from './customer-path.js';

const parts = (path: string) => parsePath(Buffer.from(path));

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
        let result: string[];
        try {
          result = parsePath(Buffer.from(bytes));
        } catch (error) {
          expect((error as Error).name).toBe('FileRefusal');
          return;
        }
        for (const name of result) {
          expect(name).not.toMatch(/^\.{0,2}$|\/|\p{Cc}/u);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
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

  it('is read as UTF-8, else as GB18030, else byte by byte, and two names never become one', () => {
    expect(parts('/upload/蓝屏.dmp')).toEqual(['upload', '蓝屏.dmp']);
    expect(parsePath(Buffer.from([0xc0, 0xb6, 0xc6, 0xc1, 0x2e, 0x64, 0x6d, 0x70]))).toEqual(['蓝屏.dmp']);
    expect(parsePath(Buffer.from([0x61, 0xff, 0x62]))).toEqual(['a%FFb']);
    expect(parsePath(Buffer.from([0x61, 0xfe, 0x62, 0xff]))).toEqual(['a%FEb%FF']);
  });

  it('shows signs that disguise a name', () => {
    expect(parts('a\u202Efdp.exe\n')).toEqual(['a%E2%80%AEfdp.exe%0A']);
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
    expect(isTemporaryName(name)).toBe(true);
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
    expect(isTemporaryName(name)).toBe(false);
  });
});

it.each([
  ['MEMORY.zip.0a1b2c3d.partial', 'MEMORY.zip'],
  ['.in.MEMORY.zip', 'MEMORY.zip'],
  ['MEMORY.DMP-aB3dE6gH', 'MEMORY.DMP'],
])('%s of rclone, lftp or Cyberduck is temporary and lies as %s', (name, stored) => {
  expect(isTemporaryName(name)).toBe(true);
  expect(safeName(name)).toBe(stored);
});

it('a mark names the file that it speaks of', () => {
  expect(nameMarkedComplete('MEMORY.DMP.done')).toBe('MEMORY.DMP');
  expect(nameMarkedComplete('MEMORY.DMP')).toBeNull();
  expect(nameMarkedComplete('.done')).toBeNull();
});
