import { describe, expect, it } from '@jest/globals';
import { Clock } from './clock.js';

describe('a clock that runs 1,000 times as fast', () => {
  const startedAt = new Date('2026-01-01T00:00:00Z');
  const at = (real: string) =>
    new Clock({ speed: 1000, startsAt: new Date('2020-04-28T10:00:00Z'), startedAt }, () => Date.parse(real));

  it('reads its start when it started', () => {
    expect(at('2026-01-01T00:00:00Z').now().toISOString()).toBe('2020-04-28T10:00:00.000Z');
  });
  it('lives 1,000 seconds in one', () => {
    expect(at('2026-01-01T00:00:01Z').now().toISOString()).toBe('2020-04-28T10:16:40.000Z');
  });
  it('tells real milliseconds until an instant, and none for one that has passed', () => {
    expect(at('2026-01-01T00:00:00Z').realMillisecondsUntil(new Date('2020-04-28T10:16:40Z'))).toBe(1000);
    expect(at('2026-01-01T00:00:02Z').realMillisecondsUntil(new Date('2020-04-28T10:16:40Z'))).toBe(0);
  });
  it('tells the real time at which it reads an instant, also one that has passed, and back', () => {
    const clock = at('2026-01-01T00:00:02Z');
    const instant = new Date('2020-04-28T10:16:40Z');
    expect(clock.realTimeOf(instant)).toBe(Date.parse('2026-01-01T00:00:01Z'));
    expect(clock.at(clock.realTimeOf(instant))).toEqual(instant);
  });
});

it('the real clock is the wall clock', () => {
  const before = Date.now();
  const now = Clock.real().now().getTime();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});
