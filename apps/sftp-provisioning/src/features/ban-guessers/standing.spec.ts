import { describe, expect, it } from '@jest/globals';
import { afterFailure, type Standing } from './standing.js';

const policy = { points: 5, firstSeconds: 60 };
const noon = new Date('2026-03-02T12:00:00Z');
const later = (seconds: number) => new Date(noon.getTime() + seconds * 1000);

function fail(times: number, at: Date, before: Standing | null = null): Standing {
  let standing = before;
  for (let time = 0; time < times; time += 1) standing = afterFailure(standing, 1, policy, at);
  return standing as Standing;
}

describe('who fails to log in', () => {
  it('is not banned for a few errors', () => {
    expect(fail(4, noon)).toMatchObject({ points: 4, level: 0, bannedUntil: null });
  });

  it('is banned for a minute at the fifth, then four times as long each time, at the most for a day', () => {
    let standing: Standing | null = null;
    let at = noon;
    const seconds: number[] = [];
    for (let ban = 0; ban < 7; ban += 1) {
      standing = fail(5, at, standing);
      const until = standing.bannedUntil as Date;
      seconds.push((until.getTime() - at.getTime()) / 1000);
      at = until;
    }
    expect(seconds).toEqual([60, 240, 960, 3840, 15_360, 61_440, 86_400]);
  });

  it('begins anew after a quarter of an hour without an error', () => {
    const errors = fail(4, noon);
    expect(fail(1, later(14 * 60), errors).bannedUntil).not.toBeNull();
    expect(fail(1, later(16 * 60), errors)).toMatchObject({ points: 1, bannedUntil: null });
  });

  it('is forgiven a ban a week after it ended', () => {
    const banned = fail(5, noon);
    expect(fail(5, later(6 * 86_400), banned).level).toBe(2);
    expect(fail(5, later(8 * 86_400), banned).level).toBe(1);
  });
});
