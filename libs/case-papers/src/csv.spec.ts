import { expect, it } from '@jest/globals';
import { csvLine } from './csv.js';

it('quotes by RFC 4180: commas, quotes and line ends, and nothing else', () => {
  expect(csvLine(['a', 'b,c', 'd"e', 'f\r\ng', null, 1, true, ''])).toBe('a,"b,c","d""e","f\r\ng",,1,true,\r\n');
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '  =1', '＝1', '＠x', '\r=1', '\nx'])(
  'keeps %j from becoming a formula',
  (text) => {
    expect(csvLine([text])).toBe(`"'${text}"\r\n`);
  },
);

it('leaves numbers as numbers: a negative one is no formula', () => {
  expect(csvLine([-1])).toBe('-1\r\n');
});
