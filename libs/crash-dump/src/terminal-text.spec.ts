import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { everyRealDump, everySyntheticDump } from '../../../tests/support/every-dump.js';
import { analyseDump } from './analyse-dump.js';
import { fromBytes } from './byte-source.js';
import { describeDump } from './describe-dump.js';
import { columnsOf, padded, printed, wrapped } from './terminal-text.js';

describe('text for a terminal', () => {
  it('counts Chinese characters as two columns', () => {
    expect(columnsOf('abc')).toBe(3);
    expect(columnsOf('核心内存转储（triage）')).toBe(22);
    expect(columnsOf(padded('类型', 15))).toBe(15);
    expect(columnsOf('e\u0301')).toBe(1);
  });

  it('shows what a terminal would obey, and what turns text round', () => {
    expect(printed('a\u001b[2Jb\u009b31mc\u202egpj.exe\u0007')).toBe('a�[2Jb�31mc�gpj.exe�');
  });

  it('is broken at spaces, between Chinese characters, and inside a word that is too long', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('一二三四五', 4)).toEqual(['一二', '三四', '五']);
    expect(wrapped('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
    expect(wrapped('', 5)).toEqual(['']);
  });

  it('never is wider than the columns, and loses nothing but spaces', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '  ', '字', '，', '）', '0x1234'), maxLength: 60 }),
        fc.integer({ min: 4, max: 30 }),
        (text, columns) => {
          const lines = wrapped(text, columns);
          for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
          expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
        },
      ),
    );
  });
});

describe('a report fits the terminal', () => {
  it.each([...everySyntheticDump(), ...everyRealDump()])('of the dump "%s"', async (_, bytes) => {
    const report = await analyseDump(fromBytes(bytes));
    for (const columns of [60, 80]) {
      for (const language of ['en', 'zh-CN'] as const) {
        const lines = describeDump(report, { columns, language, verbose: true }).split('\n');
        expect(lines.filter((line) => columnsOf(line) > columns)).toEqual([]);
      }
    }
  });

  it('marks what is bad and who is of another company, and says the same without marks', async () => {
    const [, bytes] = everySyntheticDump().find(([name]) => name === 'full, with a filter driver') ?? [];
    const report = await analyseDump(fromBytes(bytes ?? Buffer.alloc(0)));
    const painted = describeDump(report, { paint: (role, text) => `<${role}>${text}</${role}>` });
    expect(painted).toContain('<bad>0x139 KERNEL_SECURITY_CHECK_FAILURE</bad>');
    expect(painted).toMatch(/<foreign>unwind .*acmeflt\.sys\+0x102b/);
    expect(painted).toMatch(/<good>complete: all/);
    expect(painted.replace(/<\/?[a-z]+>/g, '')).toBe(describeDump(report));
  });
});
