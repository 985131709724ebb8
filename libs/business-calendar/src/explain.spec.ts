import { describe, expect, it } from '@jest/globals';
import { defineCalendar, dueAt, explain, holidaysOfMainlandChina, type Period } from './index.js';

const hour = 3_600_000;
const hours: Period[] = [{ from: '09:00', to: '17:00' }];
const china = defineCalendar({
  zone: 'Asia/Shanghai',
  week: { monday: hours, tuesday: hours, wednesday: hours, thursday: hours, friday: hours },
  breaks: [{ from: '12:00', to: '13:00' }],
  holidays: holidaysOfMainlandChina,
  makeUpDays: 'monday',
  exceptions: {
    '2020-05-08': { hours: [{ from: '09:00', to: '11:00' }], name: '停电' },
    '2020-10-01': { hours: 'monday' },
  },
});

describe('an explanation', () => {
  it('lists what counted, day by day, and why nothing counted on the others', () => {
    const start = new Date('2020-05-07T15:30:00+08:00');
    const explanation = explain(china, start, dueAt(china, start, 6 * hour));
    expect(JSON.parse(JSON.stringify(explanation))).toEqual({
      zone: 'Asia/Shanghai',
      holidays: holidaysOfMainlandChina.version,
      unannouncedYears: [],
      from: '2020-05-07T07:30:00.000Z',
      to: '2020-05-09T03:30:00.000Z',
      total: 6 * hour,
      intervals: [
        { from: '2020-05-07T07:30:00.000Z', to: '2020-05-07T09:00:00.000Z' },
        { from: '2020-05-08T01:00:00.000Z', to: '2020-05-08T03:00:00.000Z' },
        { from: '2020-05-09T01:00:00.000Z', to: '2020-05-09T03:30:00.000Z' },
      ],
      days: [
        {
          date: '2020-05-07',
          kind: 'weekday',
          name: null,
          total: 1.5 * hour,
          intervals: [{ from: '2020-05-07T07:30:00.000Z', to: '2020-05-07T09:00:00.000Z' }],
        },
        {
          date: '2020-05-08',
          kind: 'exception',
          name: '停电',
          total: 2 * hour,
          intervals: [{ from: '2020-05-08T01:00:00.000Z', to: '2020-05-08T03:00:00.000Z' }],
        },
        {
          date: '2020-05-09',
          kind: 'make-up day',
          name: '劳动节',
          total: 2.5 * hour,
          intervals: [{ from: '2020-05-09T01:00:00.000Z', to: '2020-05-09T03:30:00.000Z' }],
        },
      ],
    });
  });

  it('names the holiday for which a day did not count', () => {
    const { days } = explain(china, new Date('2020-04-30T18:00:00+08:00'), new Date('2020-05-03T00:00:00+08:00'));
    expect(days.map(({ date, kind, name, total }) => [date, kind, name, total])).toEqual([
      ['2020-04-30', 'weekday', null, 0],
      ['2020-05-01', 'holiday', '劳动节', 0],
      ['2020-05-02', 'holiday', '劳动节', 0],
    ]);
  });

  it('keeps the name of the holiday on which an exception is open', () => {
    const { days } = explain(china, new Date('2020-10-01T00:00:00+08:00'), new Date('2020-10-02T00:00:00+08:00'));
    expect(days).toMatchObject([{ kind: 'exception', name: '国庆节', total: 7 * hour }]);
  });

  it('joins hours over midnight in the list and parts them by date', () => {
    const always = defineCalendar({ zone: 'Europe/Berlin', week: 'always' });
    const explanation = explain(always, new Date('2021-03-27T12:00:00Z'), new Date('2021-03-29T12:00:00Z'));
    expect(explanation.intervals).toHaveLength(1);
    expect(explanation.days.map(({ date, total }) => [date, total / hour])).toEqual([
      ['2021-03-27', 11],
      ['2021-03-28', 23],
      ['2021-03-29', 14],
    ]);
    expect([explanation.holidays, explanation.total / hour]).toEqual([null, 48]);
  });

  it('leaves out a date that the zone left out', () => {
    const apia = defineCalendar({ zone: 'Pacific/Apia', week: 'always' });
    const { days } = explain(apia, new Date('2011-12-29T12:00:00-10:00'), new Date('2012-01-01T12:00:00+14:00'));
    expect(days.map(({ date }) => date)).toEqual(['2011-12-29', '2011-12-31', '2012-01-01']);
  });

  it('tells of which years nothing was announced yet', () => {
    const { unannouncedYears } = explain(china, new Date('2026-12-30T00:00:00Z'), new Date('2028-01-02T00:00:00Z'));
    expect(unannouncedYears).toEqual([2027, 2028]);
  });

  it('of no time has one day and nothing that counted; backwards it is refused', () => {
    const at = new Date('2020-05-07T15:30:00+08:00');
    const { total, intervals, days } = explain(china, at, at);
    expect([total, intervals, days.map(({ date }) => date)]).toEqual([0, [], ['2020-05-07']]);
    const midnight = new Date('2020-05-07T00:00:00+08:00');
    expect(explain(china, midnight, midnight).days.map(({ date }) => date)).toEqual(['2020-05-07']);
    expect(() => explain(china, at, new Date(0))).toThrow('is before 2020-05-07T07:30:00.000Z; expected them in order');
  });
});
