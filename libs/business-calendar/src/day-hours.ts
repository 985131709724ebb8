import { day } from './zone-clock.js';

/**
 * From a time of the day to a later one, such as `09:00` to `12:00`. One that ends before its start ends on the next
 * day: `22:00` to `06:00` are the night hours of the day they begin on. `24:00` is the end of the day.
 */
export type Period = { readonly from: string; readonly to: string };

/** Milliseconds since local midnight, end not included. */
export type Segment = { readonly from: number; readonly to: number };

export const wholeDay: readonly Period[] = [{ from: '00:00', to: '24:00' }];

const mostPeriods = 48;

/** The periods as sorted segments; what is wrong with them is told to `wrong`. */
export function segmentsOf(periods: readonly Period[], wrong: (what: string) => void): Segment[] {
  if (!isList(periods)) {
    wrong('is no list; expected periods such as [{ from: "09:00", to: "17:00" }]');
    return [];
  }
  if (periods.length > mostPeriods) {
    wrong(`has ${periods.length} periods; expected at most ${mostPeriods}`);
    return [];
  }
  const segments = periods
    .flatMap((period) => segmentOf(period, wrong) ?? [])
    .sort((a, b) => a.from - b.from || a.to - b.to);
  segments.forEach((segment, index) => {
    const before = segments[index - 1];
    if (before && segment.from < before.to) {
      wrong(`has the periods ${textOf(before)} and ${textOf(segment)}, which overlap; expected them apart`);
    }
  });
  return segments;
}

/** The parts of the segments on their own day. */
export const onTheDay = (segments: readonly Segment[]): Segment[] =>
  segments.filter(({ from }) => from < day).map(({ from, to }) => ({ from, to: Math.min(to, day) }));

/** The parts of the segments on the day after, counted from its midnight. */
export const onTheDayAfter = (segments: readonly Segment[]): Segment[] =>
  segments.filter(({ to }) => to > day).map(({ from, to }) => ({ from: Math.max(from - day, 0), to: to - day }));

/** What lies in any of the segments: sorted, apart. */
export function joined(segments: readonly Segment[]): Segment[] {
  const sorted = [...segments].sort((a, b) => a.from - b.from);
  return sorted.reduce<Segment[]>((apart, segment) => {
    const last = apart.at(-1);
    if (!last || segment.from > last.to) return [...apart, segment];
    return [...apart.slice(0, -1), { from: last.from, to: Math.max(last.to, segment.to) }];
  }, []);
}

/** What lies in the segments and in none of the breaks. */
export function without(segments: readonly Segment[], breaks: readonly Segment[]): Segment[] {
  return breaks.reduce<Segment[]>(
    (left, pause) =>
      left
        .flatMap(({ from, to }) => [
          { from, to: Math.min(to, pause.from) },
          { from: Math.max(from, pause.to), to },
        ])
        .filter(({ from, to }) => from < to),
    [...segments],
  );
}

const isList = (value: unknown): boolean => Array.isArray(value);

function segmentOf(period: Period, wrong: (what: string) => void): Segment | null {
  const [from, to] = [millisecondsOf(period?.from), millisecondsOf(period?.to)];
  if (from === null || from === day) {
    wrong(`has a period from ${JSON.stringify(period?.from)}; expected a time from "00:00" to "23:59"`);
    return null;
  }
  if (to === null) {
    wrong(`has a period to ${JSON.stringify(period?.to)}; expected a time from "00:00" to "24:00"`);
    return null;
  }
  if (from === to) {
    wrong(`has a period from ${period.from} to ${period.to}, which has no length; a whole day is "00:00" to "24:00"`);
    return null;
  }
  return { from, to: to < from ? to + day : to };
}

function millisecondsOf(time: unknown): number | null {
  const [, hour, minute, second = '0'] = /^(\d\d):([0-5]\d)(?::([0-5]\d))?$/.exec(String(time)) ?? [];
  if (hour === undefined) return null;
  const value = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000;
  return value > day ? null : value;
}

const textOf = ({ from, to }: Segment): string =>
  `${new Date(from).toISOString().slice(11, 16)}–${new Date(to).toISOString().slice(11, 16)}`;
