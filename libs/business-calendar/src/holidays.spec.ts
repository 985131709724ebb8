import { describe, expect, it } from '@jest/globals';
import {
  defineCalendar,
  defineHolidays,
  elapsed,
  holidayChanges,
  holidaysOfMainlandChina,
  isOpen,
  mergeHolidays,
  type HolidayYear,
  type Period,
} from './index.js';

const hours: Period[] = [{ from: '09:00', to: '17:00' }];
const china = defineCalendar({
  zone: 'Asia/Shanghai',
  week: { monday: hours, tuesday: hours, wednesday: hours, thursday: hours, friday: hours },
  holidays: holidaysOfMainlandChina,
  makeUpDays: 'monday',
});
const works = (date: string): boolean => isOpen(china, new Date(`${date}T10:00:00+08:00`));

/** All dates from the first to the last. */
function dates(first: string, last: string): string[] {
  const found: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
    found.push(new Date(at).toISOString().slice(0, 10));
  }
  return found;
}

/** Taken by hand from the notices: 国办发明电〔2019〕16号 and 〔2020〕1号; 〔2025〕7号. */
const byHand: Record<number, { off: [string, string][]; work: string[] }> = {
  2020: {
    off: [
      ['2020-01-01', '2020-01-01'],
      ['2020-01-24', '2020-02-02'],
      ['2020-04-04', '2020-04-06'],
      ['2020-05-01', '2020-05-05'],
      ['2020-06-25', '2020-06-27'],
      ['2020-10-01', '2020-10-08'],
    ],
    work: ['2020-01-19', '2020-04-26', '2020-05-09', '2020-06-28', '2020-09-27', '2020-10-10'],
  },
  2026: {
    off: [
      ['2026-01-01', '2026-01-03'],
      ['2026-02-15', '2026-02-23'],
      ['2026-04-04', '2026-04-06'],
      ['2026-05-01', '2026-05-05'],
      ['2026-06-19', '2026-06-21'],
      ['2026-09-25', '2026-09-27'],
      ['2026-10-01', '2026-10-07'],
    ],
    work: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
  },
};

describe('the holidays of mainland China', () => {
  it.each([2020, 2026])('are those of the notices on every day of %i', (year) => {
    const { off, work } = byHand[year]!;
    const rests = new Set(off.flatMap(([first, last]) => dates(first, last)));
    const expected = dates(`${year}-01-01`, `${year}-12-31`).filter((date) => {
      const weekend = [0, 6].includes(new Date(date).getUTCDay());
      return work.includes(date) || (!weekend && !rests.has(date));
    });
    expect(dates(`${year}-01-01`, `${year}-12-31`).filter(works)).toEqual(expected);
  });

  it('know what was announced during the year', () => {
    // The Spring Festival of 2020 was made longer; 1 February had been a make-up day.
    expect(dates('2020-01-31', '2020-02-03').map(works)).toEqual([false, false, false, true]);
    // 3 September 2015 was given as a day of remembrance, Labour Day 2019 got four days.
    expect(dates('2015-09-03', '2015-09-06').map(works)).toEqual([false, false, false, true]);
    expect(dates('2019-05-01', '2019-05-05').map(works)).toEqual([false, false, false, false, true]);
  });

  it('know that a make-up day of New Year may lie in the year before', () => {
    expect(['2006-12-30', '2007-12-29', '2011-12-31', '2018-12-29'].map(works)).toEqual([true, true, true, true]);
    expect(['2007-12-31', '2018-12-31', '2022-12-31'].map(works)).toEqual([false, false, false]);
  });

  it('tell for each year from 2007 to 2026 where and when it was announced', () => {
    const { years } = holidaysOfMainlandChina;
    expect(years.map(({ year }) => year)).toEqual(Array.from({ length: 20 }, (_, index) => 2007 + index));
    for (const { year, announcements } of years) {
      expect(announcements[0]?.announced.startsWith(`${year - 1}-`)).toBe(true);
      for (const { source } of announcements) expect(source).toMatch(/^https?:\/\/www\.gov\.cn\//);
    }
    expect(years.find(({ year }) => year === 2020)?.announcements.map(({ announced }) => announced)).toEqual([
      '2019-11-21',
      '2020-01-27',
    ]);
  });

  it('have make-up days at weekends only, and at least eleven days off a year', () => {
    for (const { holidays, makeUpDays } of holidaysOfMainlandChina.years) {
      expect(Object.keys(makeUpDays).filter((date) => ![0, 6].includes(new Date(date).getUTCDay()))).toEqual([]);
      expect(Object.keys(holidays).length).toBeGreaterThan(10);
    }
  });
});

const year = (more: Partial<HolidayYear> = {}): HolidayYear => ({
  year: 2027,
  announcements: [{ source: 'https://www.gov.cn/notice-of-2027', announced: '2026-11-10' }],
  holidays: { '2027-01-01': '元旦', '2027-02-05': '春节' },
  makeUpDays: { '2027-02-14': '春节' },
  ...more,
});

describe('a year that is announced late', () => {
  it('is added with a new version and leaves what was known as it was', () => {
    const before = holidaysOfMainlandChina.version;
    const merged = mergeHolidays(holidaysOfMainlandChina, year());
    expect(merged.version).toMatch(/^cn-2027-20261110-[0-9a-f]{16}$/);
    expect(merged.years).toHaveLength(21);
    expect(holidaysOfMainlandChina.version).toBe(before);
    expect(before).toMatch(/^cn-2026-20251104-[0-9a-f]{16}$/);
  });

  it('changes nothing when it comes twice, in any order', () => {
    const later = year({ year: 2028, holidays: { '2028-01-01': '元旦' }, makeUpDays: {} });
    const once = mergeHolidays(holidaysOfMainlandChina, year(), later);
    expect(mergeHolidays(once, year()).version).toBe(once.version);
    expect(mergeHolidays(holidaysOfMainlandChina, later, year()).version).toBe(once.version);
    const shuffled = year({ holidays: { '2027-02-05': '春节', '2027-01-01': '元旦' } });
    expect(mergeHolidays(once, shuffled).version).toBe(once.version);
  });

  it('replaces what was known of it, with another version even on the same day of announcement', () => {
    const once = mergeHolidays(holidaysOfMainlandChina, year());
    const corrected = mergeHolidays(once, year({ makeUpDays: { '2027-02-20': '春节' } }));
    expect(corrected.version).not.toBe(once.version);
    expect(corrected.years).toHaveLength(21);
  });

  it('names the days that it changes', () => {
    const once = mergeHolidays(holidaysOfMainlandChina, year());
    expect(holidayChanges(holidaysOfMainlandChina, once)).toEqual([
      { date: '2027-01-01', before: 'ordinary day', after: 'holiday' },
      { date: '2027-02-05', before: 'ordinary day', after: 'holiday' },
      { date: '2027-02-14', before: 'ordinary day', after: 'make-up day' },
    ]);
    const renamed = mergeHolidays(once, year({ holidays: { '2027-01-01': '新年' } }));
    expect(holidayChanges(once, renamed)).toEqual([{ date: '2027-02-05', before: 'holiday', after: 'ordinary day' }]);
  });

  it('moves what is due over its days', () => {
    const { definition } = china;
    const merged = mergeHolidays(holidaysOfMainlandChina, year());
    const known = defineCalendar({ ...definition, holidays: merged });
    const [a, b] = [new Date('2027-02-05T00:00:00+08:00'), new Date('2027-02-06T00:00:00+08:00')];
    expect([elapsed(china, a, b), elapsed(known, a, b)]).toEqual([8 * 3_600_000, 0]);
  });

  it.each<[string, Partial<HolidayYear>]>([
    ['2027 names "2027-02-29"; expected a date of that year', { holidays: { '2027-02-29': '春节' } }],
    ['2027 names "2026-11-30"', { makeUpDays: { '2026-11-30': '元旦' } }],
    ['2027-02-05 is a holiday and a make-up day', { makeUpDays: { '2027-02-05': '春节' } }],
    ['2027 names no announcement; expected its source and date', { announcements: [] }],
    ['2027 was announced on "soon"', { announcements: [{ source: 'x', announced: 'soon' }] }],
    ['without source', { announcements: [{ source: '', announced: '2026-11-10' }] }],
    ['year is 27', { year: 27 }],
  ])('is refused when wrong: %s', (message, wrong) => {
    expect(() => mergeHolidays(holidaysOfMainlandChina, year(wrong))).toThrow(message);
  });

  it('is refused when it contradicts the December of the year before', () => {
    const december = year({ year: 2028, holidays: { '2027-12-31': '元旦' }, makeUpDays: {} });
    const before = year({ holidays: {}, makeUpDays: { '2027-12-31': '元旦' } });
    expect(() => defineHolidays('cn', [before, december])).toThrow('2027-12-31 is a make-up day and a holiday');
    expect(() => defineHolidays('cn', [year(), year()])).toThrow('2027 is given twice');
    expect(() => defineHolidays('China', [])).toThrow('country is "China"; expected one such as "cn"');
  });
});
