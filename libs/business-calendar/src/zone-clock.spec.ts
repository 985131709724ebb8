import { describe, expect, it } from '@jest/globals';
import { day, wallTime, zoneClock } from './zone-clock.js';

const first = (zone: string, wall: string): string =>
  new Date(zoneClock(zone).firstShows(Date.parse(`${wall}Z`))).toISOString();

describe('the clock of a zone', () => {
  it('shows a time that comes twice the first time', () => {
    expect(first('America/New_York', '2021-11-07T01:30:00')).toBe('2021-11-07T05:30:00.000Z');
    expect(first('America/New_York', '2021-11-07T02:00:00')).toBe('2021-11-07T07:00:00.000Z');
    expect(first('Australia/Lord_Howe', '2024-04-07T01:45:00')).toBe('2024-04-06T14:45:00.000Z');
  });

  it('comes to a time that is left out when the gap ends', () => {
    expect(first('Europe/Berlin', '2021-03-28T02:00:00')).toBe('2021-03-28T01:00:00.000Z');
    expect(first('Europe/Berlin', '2021-03-28T02:59:59.999')).toBe('2021-03-28T01:00:00.000Z');
    expect(first('Europe/Berlin', '2021-03-28T03:00:00.001')).toBe('2021-03-28T01:00:00.001Z');
    expect(first('Pacific/Apia', '2011-12-30T12:00:00')).toBe('2011-12-30T10:00:00.000Z');
  });

  it('knows a clock that was put back over midnight', () => {
    expect(first('America/St_Johns', '2010-11-07T00:00:30')).toBe('2010-11-07T02:30:30.000Z');
    expect(first('America/St_Johns', '2010-11-07T00:01:00')).toBe('2010-11-07T03:31:00.000Z');
  });

  it('agrees with Intl at every hour, also where zones changed often or twice in a month', () => {
    for (const zone of ['Africa/Casablanca', 'Africa/Cairo', 'America/St_Johns', 'Asia/Pyongyang', 'Pacific/Apia']) {
      const clock = zoneClock(zone);
      for (let instant = Date.UTC(2010, 0, 1); instant < Date.UTC(2019, 0, 1); instant += 7 * 3_600_000 + 61_001) {
        if (clock.shows(instant) !== wallTime(instant, zone)) throw new Error(`${zone} ${new Date(instant).toJSON()}`);
      }
    }
  });

  it('is exact to the millisecond around a change', () => {
    const clock = zoneClock('Europe/Berlin');
    const change = Date.UTC(2021, 2, 28, 1);
    expect(clock.shows(change - 1) - (change - 1)).toBe(3_600_000);
    expect(clock.shows(change) - change).toBe(7_200_000);
  });

  it('works before 1970, where offsets had seconds', () => {
    expect(first('Asia/Shanghai', '1900-06-01T00:00:00')).toBe('1900-05-31T15:54:17.000Z');
    expect(zoneClock('UTC').shows(-1)).toBe(-1);
  });

  it('refuses a zone that nobody knows and an instant that is none', () => {
    expect(() => zoneClock('Europe/Atlantis')).toThrow(RangeError);
    expect(() => zoneClock('UTC').shows(Number.NaN)).toThrow(RangeError);
    expect(day).toBe(86_400_000);
  });
});
