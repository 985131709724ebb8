import { describe, expect, it } from '@jest/globals';
import { answersAsCsv, monthOf, placeIn, spanOfMonths } from './report-survey.js';

describe('a span of months', () => {
  it.each([
    ['Asia/Shanghai', '2026-05', '2026-05', '2026-04-30T16:00:00.000Z', '2026-05-31T16:00:00.000Z'],
    ['Europe/Berlin', '2026-03', '2026-04', '2026-02-28T23:00:00.000Z', '2026-04-30T22:00:00.000Z'],
    ['UTC', '2025-12', '2025-12', '2025-12-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    ['America/Havana', '2026-11', '2026-11', '2026-11-01T04:00:00.000Z', '2026-12-01T05:00:00.000Z'],
  ])('in %s from %s to %s', (zone, from, to, begins, ends) => {
    const span = spanOfMonths(from, to, zone);
    expect([span.from.toISOString(), span.to.toISOString()]).toEqual([begins, ends]);
    expect(monthOf(span.from, zone)).toBe(from);
    expect(monthOf(new Date(span.to.getTime() - 1), zone)).toBe(to);
  });
});

describe('answers for a spreadsheet', () => {
  const answer = {
    ...{
      answeredAt: '2026-05-02T01:00:00.000Z',
      caseId: 'x',
      caseNumber: 'CAS-1',
      policy: 'standard',
      month: '2026-05',
    },
    ...{ cycle: 1, grade: 2, solved: null, via: 'mail' as const, words: null as string | null },
  };

  it('have a line each', () => {
    expect(answersAsCsv([answer])).toBe(
      '\ufeffansweredAt,caseNumber,policy,month,cycle,grade,solved,words,via,caseId\r\n' +
        '2026-05-02T01:00:00.000Z,CAS-1,standard,2026-05,1,2,,,mail,x\r\n',
    );
  });

  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['  +1', `"'  +1"`],
    ['@SUM', `"'@SUM"`],
    ['-2', `"'-2"`],
    ['two\nlines', '"two\nlines"'],
    ['好，谢谢', '好，谢谢'],
  ])('become no formula and break no line by %j', (words, cell) => {
    expect(answersAsCsv([{ ...answer, words }])).toContain(`,${cell},mail,`);
  });
});

describe('a place among answers', () => {
  it.each([
    '',
    'x',
    '2026-05-02T01:00:00.000Z_nobody_1',
    '9999-99-99T99:99:99.999Z_00000000-0000-4000-8000-000000000001_1',
  ])('is none as %j', (text) => expect(placeIn(text)).toBeNull());
  it('is an instant, a case and a position', () =>
    expect(placeIn('2026-05-02T01:00:00.000Z_00000000-0000-4000-8000-000000000001_12')).toMatchObject({
      position: 12,
    }));
});
