import { describe, expect, it } from '@jest/globals';
import {
  defineCalendar,
  dueAt,
  elapsed,
  holidaysOfMainlandChina,
  isOpen,
  nextOpening,
  type Calendar,
  type CalendarDefinition,
  type Period,
  type WhenDueAtClosing,
} from './index.js';

const hour = 3_600_000;
const nineToFive: Period[] = [{ from: '09:00', to: '17:00' }];
const everyDay = (hours: Period[]): CalendarDefinition['week'] => ({
  monday: hours,
  tuesday: hours,
  wednesday: hours,
  thursday: hours,
  friday: hours,
  saturday: hours,
  sunday: hours,
});
const { saturday, sunday, ...mondayToFriday } = everyDay(nineToFive) as Record<string, Period[]>;
const calendar = (more: Partial<CalendarDefinition> = {}): Calendar =>
  defineCalendar({ zone: 'Asia/Shanghai', week: mondayToFriday, ...more });
const china = calendar({ holidays: holidaysOfMainlandChina, makeUpDays: 'friday' });

const due = (where: Calendar, start: string, amount: number, whenDueAtClosing?: WhenDueAtClosing): string =>
  dueAt(where, new Date(start), amount, whenDueAtClosing && { whenDueAtClosing }).toISOString();
const hours = (where: Calendar, a: string, b: string): number => elapsed(where, new Date(a), new Date(b)) / hour;
const opening = (where: Calendar, start: string): string => nextOpening(where, new Date(start)).toISOString();
const open = (where: Calendar, instant: string): boolean => isOpen(where, new Date(instant));

describe('working time', () => {
  it('passes only while the calendar is open, over night and weekend', () => {
    expect(due(calendar(), '2020-05-14T16:00:00+08:00', 2 * hour)).toBe('2020-05-15T02:00:00.000Z');
    expect(due(calendar(), '2020-05-15T16:00:00+08:00', 2 * hour)).toBe('2020-05-18T02:00:00.000Z');
    expect(hours(calendar(), '2020-05-15T16:00:00+08:00', '2020-05-18T10:00:00+08:00')).toBe(2);
  });

  it('is exact to the millisecond', () => {
    expect(due(calendar(), '2020-05-14T16:59:59.999+08:00', 2)).toBe('2020-05-15T01:00:00.001Z');
    const [a, b] = [new Date('2020-05-14T16:59:59.999+08:00'), new Date('2020-05-15T09:00:00.001+08:00')];
    expect(elapsed(calendar(), a, b)).toBe(2);
  });

  it('is negative backwards and none from an instant to itself', () => {
    expect(hours(calendar(), '2020-05-18T10:00:00+08:00', '2020-05-15T16:00:00+08:00')).toBe(-2);
    expect(hours(calendar(), '2020-05-18T10:00:00+08:00', '2020-05-18T10:00:00+08:00')).toBe(0);
  });

  it('begins at the opening time and has ended at the closing time', () => {
    expect(open(calendar(), '2020-05-14T08:59:59.999+08:00')).toBe(false);
    expect(open(calendar(), '2020-05-14T09:00:00+08:00')).toBe(true);
    expect(open(calendar(), '2020-05-14T16:59:59.999+08:00')).toBe(true);
    expect(open(calendar(), '2020-05-14T17:00:00+08:00')).toBe(false);
    expect(opening(calendar(), '2020-05-14T12:00:00.001+08:00')).toBe('2020-05-14T04:00:00.001Z');
    expect(opening(calendar(), '2020-05-15T17:00:00+08:00')).toBe('2020-05-18T01:00:00.000Z');
  });

  it('has several periods a day, and breaks that are taken out of them', () => {
    const split = calendar({ week: { monday: [...nineToFive, { from: '19:00', to: '20:00' }] } });
    expect(due(split, '2020-05-11T16:30:00+08:00', hour)).toBe('2020-05-11T11:30:00.000Z');
    const lunch = calendar({ breaks: [{ from: '12:00', to: '13:30' }] });
    expect(due(lunch, '2020-05-14T11:00:00+08:00', 2 * hour)).toBe('2020-05-14T06:30:00.000Z');
    expect(open(lunch, '2020-05-14T12:00:00+08:00')).toBe(false);
    expect(open(lunch, '2020-05-14T13:30:00+08:00')).toBe(true);
  });

  it('runs around the clock when the calendar is always open, also as a clock changes', () => {
    const always = calendar({ zone: 'Europe/Berlin', week: 'always' });
    expect(due(always, '2021-03-27T12:00:00.123Z', 1000 * hour)).toBe('2021-05-08T04:00:00.123Z');
    expect(hours(always, '2021-03-27T23:00:00Z', '2021-03-28T22:00:00Z')).toBe(23);
    expect(hours(always, '2021-10-30T22:00:00Z', '2021-10-31T23:00:00Z')).toBe(25);
  });

  it('gives night hours to the day they begin on', () => {
    const night = calendar({
      week: { friday: [{ from: '22:00', to: '06:00' }] },
      breaks: [{ from: '23:30', to: '00:30' }],
      exceptions: { '2020-05-22': { hours: 'closed' }, '2020-05-30': { breaks: [{ from: '05:00', to: '06:00' }] } },
    });
    expect(hours(night, '2020-05-15T00:00:00+08:00', '2020-05-17T00:00:00+08:00')).toBe(7);
    expect(due(night, '2020-05-15T23:00:00+08:00', hour)).toBe('2020-05-15T17:00:00.000Z');
    expect(hours(night, '2020-05-22T00:00:00+08:00', '2020-05-24T00:00:00+08:00')).toBe(0);
    expect(hours(night, '2020-05-29T00:00:00+08:00', '2020-05-31T00:00:00+08:00')).toBe(6);
  });

  it('counts hours that two days claim once', () => {
    const both = calendar({
      week: { monday: [{ from: '20:00', to: '04:00' }], tuesday: [{ from: '02:00', to: '05:00' }] },
    });
    expect(hours(both, '2020-05-11T00:00:00+08:00', '2020-05-13T00:00:00+08:00')).toBe(9);
  });
});

describe('a span that ends exactly at closing time', () => {
  it('is due at closing time unless told otherwise', () => {
    expect(due(calendar(), '2020-05-15T15:00:00+08:00', 2 * hour)).toBe('2020-05-15T09:00:00.000Z');
    expect(due(calendar(), '2020-05-15T15:00:00+08:00', 2 * hour, 'closing')).toBe('2020-05-15T09:00:00.000Z');
  });

  it('is due at the next opening by the other rule', () => {
    expect(due(calendar(), '2020-05-15T15:00:00+08:00', 2 * hour, 'next-opening')).toBe('2020-05-18T01:00:00.000Z');
  });

  it('is due at midnight when the next day goes on without a pause, by either rule', () => {
    const always = calendar({ week: 'always' });
    expect(due(always, '2020-05-15T22:00:00+08:00', 2 * hour, 'closing')).toBe('2020-05-15T16:00:00.000Z');
    expect(due(always, '2020-05-15T22:00:00+08:00', 2 * hour, 'next-opening')).toBe('2020-05-15T16:00:00.000Z');
  });

  it('of no length is due at once, or at the next opening', () => {
    expect(due(calendar(), '2020-05-16T12:00:00+08:00', 0)).toBe('2020-05-16T04:00:00.000Z');
    expect(due(calendar(), '2020-05-16T12:00:00+08:00', 0, 'next-opening')).toBe('2020-05-18T01:00:00.000Z');
    expect(due(calendar(), '2020-05-14T12:00:00+08:00', 0, 'next-opening')).toBe('2020-05-14T04:00:00.000Z');
  });
});

describe('holidays, make-up days and exceptions', () => {
  it('rests on the holiday and works on its make-up day, by the hours of the weekday that was named', () => {
    expect(due(china, '2020-04-30T16:00:00+08:00', 2 * hour)).toBe('2020-05-06T02:00:00.000Z');
    expect(due(china, '2020-05-08T16:00:00+08:00', 2 * hour)).toBe('2020-05-09T02:00:00.000Z');
    expect(hours(china, '2020-04-26T00:00:00+08:00', '2020-04-27T00:00:00+08:00')).toBe(8);
  });

  it('gives make-up days hours of their own', () => {
    const own = calendar({ holidays: holidaysOfMainlandChina, makeUpDays: [{ from: '10:00', to: '12:00' }] });
    expect(hours(own, '2020-05-09T00:00:00+08:00', '2020-05-11T00:00:00+08:00')).toBe(2);
  });

  it('lets an exception be stronger than both', () => {
    const own = calendar({
      holidays: holidaysOfMainlandChina,
      makeUpDays: 'monday',
      exceptions: {
        '2020-05-01': { hours: [{ from: '09:00', to: '10:00' }] },
        '2020-05-09': { hours: 'closed' },
        '2020-05-10': { hours: 'tuesday', breaks: [{ from: '12:00', to: '14:00' }] },
        '2020-05-11': { breaks: [{ from: '16:00', to: '17:00' }] },
      },
    });
    expect(hours(own, '2020-05-01T00:00:00+08:00', '2020-05-06T00:00:00+08:00')).toBe(1);
    expect(hours(own, '2020-05-09T00:00:00+08:00', '2020-05-10T00:00:00+08:00')).toBe(0);
    expect(hours(own, '2020-05-10T00:00:00+08:00', '2020-05-11T00:00:00+08:00')).toBe(6);
    expect(hours(own, '2020-05-11T00:00:00+08:00', '2020-05-12T00:00:00+08:00')).toBe(7);
  });
});

describe('a clock that is changed', () => {
  const newYork = (week: Period[]): Calendar => calendar({ zone: 'America/New_York', week: everyDay(week) });

  it('opens at the end of the gap when a period starts inside it', () => {
    const early = newYork([{ from: '02:30', to: '06:00' }]);
    expect(opening(early, '2021-03-14T00:00:00-05:00')).toBe('2021-03-14T07:00:00.000Z');
    expect(hours(early, '2021-03-14T00:00:00-05:00', '2021-03-14T12:00:00-04:00')).toBe(3);
  });

  it('closes at the start of the gap when a period ends inside it, and drops one that lies inside', () => {
    expect(hours(newYork([{ from: '00:00', to: '02:30' }]), '2021-03-14T05:00:00Z', '2021-03-14T16:00:00Z')).toBe(2);
    const inside = newYork([{ from: '02:15', to: '02:45' }]);
    expect(hours(inside, '2021-03-14T05:00:00Z', '2021-03-14T16:00:00Z')).toBe(0);
    expect(opening(inside, '2021-03-14T05:00:00Z')).toBe('2021-03-15T06:15:00.000Z');
  });

  it('keeps a period one stretch when an hour comes twice', () => {
    const over = newYork([{ from: '00:00', to: '06:00' }]);
    expect(hours(over, '2021-11-07T04:00:00Z', '2021-11-07T16:00:00Z')).toBe(7);
    const until = newYork([{ from: '00:00', to: '01:30' }]);
    expect(hours(until, '2021-11-07T04:00:00Z', '2021-11-07T16:00:00Z')).toBe(1.5);
    expect(open(until, '2021-11-07T06:10:00Z')).toBe(false);
    const from = newYork([{ from: '01:30', to: '03:00' }]);
    expect(opening(from, '2021-11-07T04:00:00Z')).toBe('2021-11-07T05:30:00.000Z');
    expect(hours(from, '2021-11-07T04:00:00Z', '2021-11-07T16:00:00Z')).toBe(2.5);
  });

  it('loses nothing where the clock is put back over midnight or a date is left out', () => {
    const always = (zone: string): Calendar => calendar({ zone, week: 'always' });
    expect(hours(always('America/St_Johns'), '2010-11-06T00:00:00Z', '2010-11-08T00:00:00Z')).toBe(48);
    expect(hours(always('America/St_Johns'), '2010-11-06T00:00:00Z', '2010-11-07T03:00:00Z')).toBe(27);
    expect(open(always('America/St_Johns'), '2010-11-07T03:00:00Z')).toBe(true);
    expect(due(always('America/St_Johns'), '2010-11-07T02:31:30Z', hour)).toBe('2010-11-07T03:31:30.000Z');
    expect(hours(always('Pacific/Apia'), '2011-12-28T00:00:00Z', '2012-01-01T00:00:00Z')).toBe(96);
    const apia = calendar({ zone: 'Pacific/Apia' });
    // Friday, 30 December 2011 was no day in Samoa.
    expect(hours(apia, '2011-12-29T12:00:00-10:00', '2012-01-02T12:00:00+14:00')).toBe(8);
  });
});

describe('the bounds', () => {
  const once = calendar({ week: {}, exceptions: { '2020-05-09': { hours: nineToFive } } });

  it('tell when a calendar does not open any more, instead of looking for ever', () => {
    expect(due(once, '2020-01-01T00:00:00Z', 8 * hour)).toBe('2020-05-09T09:00:00.000Z');
    expect(() => due(once, '2020-01-01T00:00:00Z', 9 * hour)).toThrow(
      'only 28800000 of 32400000 milliseconds are open within a hundred years after 2020-01-01T00:00:00.000Z',
    );
    expect(() => opening(once, '2021-01-01T00:00:00Z')).toThrow('only 0 of 0 milliseconds are open');
    expect(open(once, '2021-01-01T00:00:00Z')).toBe(false);
  });

  it('refuse amounts and instants that are none', () => {
    for (const amount of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => due(calendar(), '2020-05-14T00:00:00Z', amount)).toThrow(`amount is ${amount}; expected whole`);
    }
    expect(() => due(calendar(), 'yesterday', 1)).toThrow('instant is no date; expected a date from 1900 to 2499');
    expect(() => open(calendar(), '2500-01-01T00:00:00Z')).toThrow('instant is 2500-01-01T00:00:00.000Z');
    expect(() => hours(calendar(), '1899-12-31T00:00:00Z', '2020-01-01T00:00:00Z')).toThrow('instant is 1899-12-31');
  });

  it('reckon a hundred years in a moment and refuse more', () => {
    const startedAt = performance.now();
    expect(hours(calendar({ week: 'always' }), '1970-01-01T00:00:00Z', '2069-12-31T00:00:00Z')).toBe(36_524 * 24);
    expect(due(calendar(), '2000-01-01T00:00:00Z', 26_000 * 8 * hour, 'next-opening').slice(0, 4)).toBe('2099');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(() => due(calendar(), '2000-01-01T00:00:00Z', 27_000 * 8 * hour)).toThrow('within a hundred years');
    expect(() => hours(calendar(), '2000-01-01T00:00:00Z', '2100-01-03T00:00:00Z')).toThrow('is longer than a hundred');
  });
});
