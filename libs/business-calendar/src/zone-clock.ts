export const day = 86_400_000;

/** What the wall clock of a zone shows. Wall times are milliseconds of what it shows, written as if it were UTC. */
export type ZoneClock = {
  readonly zone: string;
  /** What the clock shows at an instant. */
  shows(instant: number): number;
  /** The first instant at which the clock shows this wall time or a later one. */
  firstShows(wall: number): number;
};

type Stretch = { readonly until: number; readonly offset: number };

// Offsets are looked up per piece of time, once; a piece is a little longer than a year.
const piece = 400 * day;
const furthestOffset = 26 * 3_600_000;
const clocks = new Map<string, ZoneClock>();

/** The clock of an IANA zone; a RangeError when nobody knows the zone. */
export function zoneClock(zone: string): ZoneClock {
  const known = clocks.get(zone);
  if (known) return known;
  formatOf(zone);
  const pieces = new Map<number, readonly Stretch[]>();
  const stretchAt = (instant: number): Stretch => {
    const index = Math.floor(instant / piece);
    let stretches = pieces.get(index);
    if (!stretches) pieces.set(index, (stretches = stretchesOf(zone, index)));
    const found = stretches.find(({ until }) => instant < until);
    if (!found) throw new RangeError(`${instant} is no instant`);
    return found;
  };
  const clock: ZoneClock = {
    zone,
    shows: (instant) => instant + stretchAt(instant).offset,
    firstShows: (wall) => {
      let from = wall - furthestOffset;
      for (;;) {
        const { until, offset } = stretchAt(from);
        const instant = Math.max(from, wall - offset);
        if (instant < until) return instant;
        from = until;
      }
    },
  };
  clocks.set(zone, clock);
  return clock;
}

/** What the clock of the zone shows at an instant, asked of Intl. */
export function wallTime(instant: number, zone: string): number {
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

export const modulo = (value: number, by: number): number => ((value % by) + by) % by;

/** The stretches of equal offset in one piece of time: looked at once a day, the change between is found by halving. */
function stretchesOf(zone: string, index: number): Stretch[] {
  const offset = (instant: number): number => wallTime(instant, zone) - instant;
  const stretches: Stretch[] = [];
  const end = (index + 1) * piece;
  let from = index * piece;
  let current = offset(from);
  while (from < end) {
    const changed = changeBetween(from, from + day, offset);
    if (changed === null) from += day;
    else {
      from = changed;
      if (changed >= end) break;
      stretches.push({ until: changed, offset: current });
      current = offset(changed);
    }
  }
  return [...stretches, { until: end, offset: current }];
}

/** The first instant with the later offset; null when both ends have the same. */
function changeBetween(from: number, to: number, offset: (instant: number) => number): number | null {
  const old = offset(from);
  if (offset(to) === old) return null;
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offset(middle) === old) before = middle;
    else after = middle;
  }
  return after;
}

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
