import { day, modulo, wallTime } from './zone-clock.js';

/**
 * The instant at which the clock of `zone` shows `hour`:00 on the local date of `start` plus `days`. An hour that a
 * clock change leaves out is taken by the old offset, one that comes twice is taken the first time.
 */
export function morningAfter(start: Date, days: number, { zone, hour }: { zone: string; hour: number }): Date {
  if (!Number.isInteger(hour) || hour < 0 || hour > 23) {
    throw new RangeError(`hour is ${hour}; expected a whole number from 0 to 23`);
  }
  if (!Number.isInteger(days)) throw new RangeError(`days is ${days}; expected a whole number`);
  const today = wallTime(start.getTime(), zone);
  const wanted = today - modulo(today, day) + days * day + hour * 3_600_000;
  const byOldOffset = wanted - offset(wanted - day, zone);
  if (wallTime(byOldOffset, zone) === wanted) return new Date(byOldOffset);
  const byNewOffset = wanted - offset(wanted + day, zone);
  return new Date(wallTime(byNewOffset, zone) === wanted ? byNewOffset : byOldOffset);
}

/** Milliseconds by which the clock of the zone is ahead of UTC at an instant. */
function offset(instant: number, zone: string): number {
  return wallTime(instant, zone) - instant;
}
