import type { Calendar, DayKind } from './calendar.js';
import { unannouncedYears } from './holidays.js';
import { dateOf } from './local-date.js';
import { elapsed, instantOf, openTimes, type OpenTime } from './working-time.js';
import { day } from './zone-clock.js';

export type Interval = { readonly from: Date; readonly to: Date };

export type ExplainedDay = {
  /** The local date. */
  readonly date: string;
  readonly kind: DayKind;
  /** Of the holiday, the holiday that is made up for, or the exception. */
  readonly name: string | null;
  /** What counted on this date, in milliseconds. */
  readonly total: number;
  readonly intervals: readonly Interval[];
};

export type Explanation = {
  readonly zone: string;
  /** The version of the holidays that were used. */
  readonly holidays: string | null;
  /** Years of the span of which no holidays are known; their days were taken as ordinary. */
  readonly unannouncedYears: readonly number[];
  readonly from: Date;
  readonly to: Date;
  /** What counted, in milliseconds. */
  readonly total: number;
  /** The stretches that counted; hours over midnight are one. */
  readonly intervals: readonly Interval[];
  /** Every local date of the span, also those on which nothing counted, with the reason. */
  readonly days: readonly ExplainedDay[];
};

/** Why so much working time lies between two instants, `b` not before `a`: what counted, as data for drawing. */
export function explain(calendar: Calendar, a: Date, b: Date): Explanation {
  const [from, to] = [instantOf(a), instantOf(b)];
  if (to < from) throw new RangeError(`${b.toISOString()} is before ${a.toISOString()}; expected them in order`);
  const total = elapsed(calendar, a, b);
  const { zone, holidays } = calendar.definition;
  const open = [...openTimes(calendar, from, to)];
  const numbers = daysOf(calendar, from, to);
  return {
    zone,
    holidays: holidays?.version ?? null,
    unannouncedYears: holidays ? unannouncedYears(holidays, numbers) : [],
    from: new Date(from),
    to: new Date(to),
    total,
    intervals: withoutSeams(open).map(intervalOf),
    days: explainedDays(calendar, numbers, open),
  };
}

function explainedDays(calendar: Calendar, numbers: readonly number[], open: readonly OpenTime[]): ExplainedDay[] {
  const byDay = new Map<number, OpenTime[]>(numbers.map((number) => [number, []]));
  for (const one of open) byDay.get(one.dayNumber)?.push(one);
  return [...byDay].map(([number, counted]) => ({
    date: dateOf(number),
    ...calendar.dayOn(number),
    total: counted.reduce((sum, one) => sum + one.to - one.from, 0),
    intervals: counted.map(intervalOf),
  }));
}

/** The dates that the clock shows in the span; some zones once left one out. */
function daysOf({ clock }: Calendar, from: number, to: number): number[] {
  const first = Math.floor(clock.shows(from) / day);
  const count = Math.floor(clock.shows(to) / day) + 2 - first;
  return Array.from({ length: count }, (_, index) => first + index).filter((number) => {
    const [begins, ends] = [clock.firstShows(number * day), clock.firstShows((number + 1) * day)];
    return begins < ends && (number === first || begins < to);
  });
}

/** One interval where one ends as the next begins. */
function withoutSeams(open: readonly OpenTime[]): OpenTime[] {
  const apart: OpenTime[] = [];
  for (const one of open) {
    const last = apart.at(-1);
    if (last?.to === one.from) apart[apart.length - 1] = { ...last, to: one.to };
    else apart.push(one);
  }
  return apart;
}

const intervalOf = ({ from, to }: OpenTime): Interval => ({ from: new Date(from), to: new Date(to) });
