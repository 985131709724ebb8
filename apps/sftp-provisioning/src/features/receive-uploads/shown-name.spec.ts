import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { othersToShow, percentEncoded, sentName } from './shown-name.js';

const shown = (...pieces: (string | number[])[]) =>
  sentName(Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)))).shown;

describe('a name', () => {
  it('is read as UTF-8, else as GB18030', () => {
    expect(shown('蓝屏.dmp')).toBe('蓝屏.dmp');
    expect(shown([0xc0, 0xb6, 0xc6, 0xc1], '.dmp')).toBe('蓝屏.dmp');
    // 龦 has four bytes in GB18030.
    expect(shown([0x81, 0x39, 0xee, 0x39], '.dmp')).toMatch(/^.\.dmp$/u);
    expect(sentName(Buffer.from('蓝屏')).isText).toBe(true);
    expect(sentName(Buffer.from([0xc0, 0xb6])).isText).toBe(false);
  });

  it.each([
    ['cut in the middle of a sign', ['蓝屏', [0xe8, 0xbd]], '蓝屏%E8%BD'],
    ['cut so that the rest would be Chinese of another meaning', ['转', [0xe5]], '转%E5'],
    ['cut before its suffix', ['错误', [0xe6], '.zip'], '错误%E6.zip'],
    ['with a byte that nothing has', ['a', [0xff], 'b'], 'a%FFb'],
    ['with two of them', ['a', [0xfe], 'b', [0xff]], 'a%FEb%FF'],
    ['in GBK, cut in the middle of a sign', [[0xc0, 0xb6, 0xc6]], '蓝%C6'],
    ['in GBK with a byte that nothing has', [[0xc0, 0xb6, 0xff, 0xc6, 0xc1]], '蓝%FF屏'],
  ])('in broken UTF-8 keeps what can be read: %s', (_, pieces, expected) => {
    expect(shown(...pieces)).toBe(expected);
  });

  it.each([
    ['a new line', 'a\nb', 'a%0Ab'],
    ['an escape sequence', '\x1b[2Ja', '%1B[2Ja'],
    ['a control sign beyond ASCII', 'a\u0085b', 'a%C2%85b'],
    ['a turn of the direction', 'a\u202Efdp.exe', 'a%E2%80%AEfdp.exe'],
    ['a sign without width', 'a\u200Bb', 'a%E2%80%8Bb'],
    ['a joiner', 'a\u200Db', 'a%E2%80%8Db'],
    ['a filler that looks like nothing', 'a\u3164b', 'a%E3%85%A4b'],
    ['a line separator', 'a\u2028b', 'a%E2%80%A8b'],
    ['a sign of private use', 'a\uE000b', 'a%EE%80%80b'],
    ['a tag', 'a\u{E0041}b', 'a%F3%A0%81%81b'],
  ])('shows %s', (_, name, expected) => {
    expect(shown(name)).toBe(expected);
  });

  it('looks the same with its accents composed or apart, so both are shown alike', () => {
    expect(shown('re\u0301sume\u0301.dmp')).toBe('r\u00e9sum\u00e9.dmp');
  });

  it('is shown as text without any sign that disguises, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 255 }), (bytes) => {
        const name = sentName(Buffer.from(bytes).map((byte) => (byte === 0 || byte === 0x2f ? 1 : byte)) as Buffer);
        expect(name.shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029/]/u);
        expect(name.shown.length).toBeGreaterThan(0);
        expect(name.shown.length).toBeLessThanOrEqual(3 * 255);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what is shown instead of a name that another one reads like', () => {
  it('keeps the suffix', () => {
    expect(othersToShow(sentName(Buffer.from('蓝屏.dmp')))[0]).toBe('蓝屏 (2).dmp');
    expect(othersToShow(sentName(Buffer.from('.bashrc')))[0]).toBe('.bashrc (2)');
  });

  it('ends with one that belongs to its bytes alone', () => {
    const [text, byte] = [Buffer.from('a%FF'), Buffer.from([0x61, 0xff])].map((bytes) => othersToShow(sentName(bytes)));
    expect(text?.slice(0, -1)).toEqual(byte?.slice(0, -1));
    expect(text?.at(-1)).not.toBe(byte?.at(-1));
  });
});

it('bytes that are percent-encoded never give the same for two names', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(Buffer.from(unescape(percentEncoded(Buffer.from(bytes))), 'latin1')).toEqual(Buffer.from(bytes));
    }),
  );
});

function unescape(text: string): string {
  return text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
