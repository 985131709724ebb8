import { describe, expect, it } from '@jest/globals';
import { defineCalendar, holidaysOfMainlandChina, type CalendarDefinition } from './index.js';

const office: CalendarDefinition = {
  zone: 'Asia/Shanghai',
  week: { monday: [{ from: '09:00', to: '17:00' }] },
};
const defining = (more: Partial<CalendarDefinition>) => () => defineCalendar({ ...office, ...more });

describe('a calendar', () => {
  it('is refused with everything that is wrong with it', () => {
    const wrong = defining({
      zone: 'Asia/Nowhere',
      week: {
        monday: [{ from: '9:00', to: '17:00' }],
        tuesday: [{ from: '09:00', to: '24:01' }],
        wednesday: [{ from: '08:00', to: '08:00' }],
      },
      breaks: [
        { from: '12:00', to: '13:00' },
        { from: '12:30', to: '14:00' },
      ],
      exceptions: { '2021-02-29': { hours: 'closed' }, '2021-03-01': { hours: [{ from: '24:00', to: '02:00' }] } },
    });
    expect(wrong).toThrow('zone is "Asia/Nowhere"; expected an IANA zone such as "Asia/Shanghai"');
    expect(wrong).toThrow('monday has a period from "9:00"; expected a time from "00:00" to "23:59"');
    expect(wrong).toThrow('tuesday has a period to "24:01"; expected a time from "00:00" to "24:00"');
    expect(wrong).toThrow('wednesday has a period from 08:00 to 08:00, which has no length');
    expect(wrong).toThrow('breaks has the periods 12:00–13:00 and 12:30–14:00, which overlap; expected them apart');
    expect(wrong).toThrow('exceptions name "2021-02-29"; expected a date such as "2020-05-09"');
    expect(wrong).toThrow('2021-03-01 has a period from "24:00"');
  });

  it('is refused when a weekday is misspelt, also where a day borrows its hours', () => {
    const misspelt = { montag: [] } as unknown as CalendarDefinition['week'];
    expect(defining({ week: misspelt })).toThrow('week has the day "montag"; expected monday, tuesday');
    const hours = 'montag' as 'monday';
    expect(defining({ exceptions: { '2021-03-06': { hours } } })).toThrow('2021-03-06 has the hours of "montag"');
  });

  it('is refused when it is never open', () => {
    expect(defining({ week: {} })).toThrow('calendar: is never open');
    expect(defining({ breaks: [{ from: '08:00', to: '18:00' }] })).toThrow('is never open');
    expect(defining({ week: {}, exceptions: { '2021-03-06': { hours: 'monday' } } })).toThrow('is never open');
    expect(
      defining({ week: {}, exceptions: { '2021-03-06': { hours: [{ from: '09:00', to: '10:00' }] } } }),
    ).not.toThrow();
  });

  it('is refused when the holidays have make-up days and nobody said what their hours are', () => {
    expect(defining({ holidays: holidaysOfMainlandChina })).toThrow('makeUpDays is not given');
    expect(defining({ holidays: holidaysOfMainlandChina, makeUpDays: 'monday' })).not.toThrow();
  });

  it('is refused when a list from outside is none', () => {
    const breaks = '12:00' as unknown as CalendarDefinition['breaks'];
    expect(defining({ breaks })).toThrow('breaks is no list; expected periods such as');
    const monday = [null] as unknown as [];
    expect(defining({ week: { monday } })).toThrow('monday has a period from undefined; expected a time');
  });

  it('is refused when it has more than anybody needs', () => {
    const periods = Array.from({ length: 49 }, () => ({ from: '09:00', to: '10:00' }));
    expect(defining({ breaks: periods })).toThrow('breaks has 49 periods; expected at most 48');
    const dates = Array.from({ length: 20_001 }, (_, n) => new Date(n * 86_400_000).toISOString().slice(0, 10));
    const exceptions = Object.fromEntries(dates.map((date) => [date, { hours: 'closed' as const }]));
    expect(defining({ exceptions })).toThrow('exceptions are 20001; expected at most 20000');
  });
});
