import { describe, expect, it } from '@jest/globals';
import { morningAfter } from './index.js';

const after = (start: string, days: number, zone: string, hour = 9): string =>
  morningAfter(new Date(start), days, { zone, hour }).toISOString();

describe('the morning some days later', () => {
  it('counts local dates, not hours', () => {
    expect(after('2020-05-07T16:00:00+08:00', 3, 'Asia/Shanghai')).toBe('2020-05-10T01:00:00.000Z');
    expect(after('2020-05-07T00:30:00+08:00', 3, 'Asia/Shanghai')).toBe('2020-05-10T01:00:00.000Z');
    expect(after('2020-05-07T23:59:59.999+08:00', 3, 'Asia/Shanghai')).toBe('2020-05-10T01:00:00.000Z');
  });

  it('crosses the end of a month and of a year', () => {
    expect(after('2020-02-27T12:00:00+08:00', 3, 'Asia/Shanghai')).toBe('2020-03-01T01:00:00.000Z');
    expect(after('2020-12-30T12:00:00+08:00', 3, 'Asia/Shanghai')).toBe('2021-01-02T01:00:00.000Z');
  });

  it('stays at the same hour of the clock when summer time begins or ends in between', () => {
    expect(after('2021-03-27T12:00:00+01:00', 2, 'Europe/Berlin')).toBe('2021-03-29T07:00:00.000Z');
    expect(after('2021-10-30T12:00:00+02:00', 2, 'Europe/Berlin')).toBe('2021-11-01T08:00:00.000Z');
    expect(after('2021-03-13T12:00:00-05:00', 1, 'America/New_York')).toBe('2021-03-14T13:00:00.000Z');
  });

  it('takes an hour that comes twice the first time and moves an hour that is left out forward', () => {
    expect(after('2021-11-06T12:00:00-04:00', 1, 'America/New_York', 1)).toBe('2021-11-07T05:00:00.000Z');
    expect(after('2021-03-13T12:00:00-05:00', 1, 'America/New_York', 2)).toBe('2021-03-14T07:00:00.000Z');
  });

  it('refuses an hour no clock shows', () => {
    expect(() => after('2020-05-07T16:00:00Z', 1, 'Asia/Shanghai', 24)).toThrow('hour is 24');
    expect(() => after('2020-05-07T16:00:00Z', 1.5, 'Asia/Shanghai')).toThrow('days is 1.5');
  });
});
