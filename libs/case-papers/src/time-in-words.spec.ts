import { describe, expect, test } from '@jest/globals';
import { bytesInWords, spanOf, timeIn } from './time-in-words.js';

describe('facts in words', () => {
  test('a time names its zone and offset', () => {
    expect(timeIn('Asia/Shanghai', '2020-05-28T16:30:00Z')).toBe('2020-05-29 00:30 (Asia/Shanghai, UTC+08:00)');
    expect(timeIn('Europe/Berlin', '2020-05-28T16:30:00Z')).toBe('2020-05-28 18:30 (Europe/Berlin, UTC+02:00)');
    expect(timeIn('UTC', '2020-05-28T18:30:00+02:00')).toBe('2020-05-28 16:30 (UTC)');
  });

  test.each([
    [0, { days: 0, hours: 0, minutes: 0 }],
    [59.9, { days: 0, hours: 0, minutes: 0 }],
    [93_784, { days: 1, hours: 2, minutes: 3 }],
  ])('%d seconds', (seconds, span) => {
    expect(spanOf(seconds)).toEqual(span);
  });

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB (1,024 B)'],
    [8_589_942_784, '8.00 GiB (8,589,942,784 B)'],
    [2 ** 52, '4096.00 TiB (4,503,599,627,370,496 B)'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(bytesInWords(bytes)).toBe(words);
  });
});
