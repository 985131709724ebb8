const day = 86_400_000;

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

/** What the clock of the zone shows at an instant, written as if it were UTC. */
function wallTime(instant: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const read = (part: Intl.DateTimeFormatPartTypes): number => parts.get(part) ?? 0;
  return (
    Date.UTC(read('year'), read('month') - 1, read('day'), read('hour'), read('minute'), read('second')) +
    modulo(instant, 1000)
  );
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}
