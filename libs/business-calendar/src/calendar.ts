import {
  joined,
  onTheDay,
  onTheDayAfter,
  segmentsOf,
  wholeDay,
  without,
  type Period,
  type Segment,
} from './day-hours.js';
import type { Holidays } from './holidays.js';
import { dayNumber, weekdayIndex, weekdays, type Weekday } from './local-date.js';
import { zoneClock, type ZoneClock } from './zone-clock.js';

/** One date that is not like the others of its weekday. */
export type DayException = {
  /** The hours of that date: none, those of a weekday, or its own. Left out, the date keeps the hours it had. */
  readonly hours?: 'closed' | Weekday | readonly Period[];
  /** Taken out of the hours, beside the breaks of every day. */
  readonly breaks?: readonly Period[];
  readonly name?: string;
};

export type CalendarDefinition = {
  /** IANA zone whose wall clock all hours are read from, such as `Asia/Shanghai`. */
  readonly zone: string;
  /** `always` is around the clock on every day; a weekday left out is closed. */
  readonly week: 'always' | Readonly<Partial<Record<Weekday, readonly Period[]>>>;
  /** Taken out of the hours of every day, exceptions included. */
  readonly breaks?: readonly Period[];
  readonly holidays?: Holidays;
  /** The hours of a make-up day: those of a weekday, or their own. Must be said when the holidays have make-up days. */
  readonly makeUpDays?: Weekday | readonly Period[];
  /** By date. An exception is stronger than a make-up day, which is stronger than a holiday. */
  readonly exceptions?: Readonly<Record<string, DayException>>;
};

export type DayKind = 'weekday' | 'holiday' | 'make-up day' | 'exception';

/** A checked calendar. Made by `defineCalendar` only. */
export type Calendar = {
  readonly definition: CalendarDefinition;
  readonly clock: ZoneClock;
  /** The open segments of the date with this number, on its own wall clock. */
  segmentsOn(number: number): readonly Segment[];
  /** What the date is, and its name when it has one. */
  dayOn(number: number): { readonly kind: DayKind; readonly name: string | null };
};

type Plan = { kind: DayKind; name: string | null; hours: readonly Segment[]; breaks: readonly Segment[] };

const mostExceptions = 20_000;

/** A calendar whose every part was checked; an error that lists everything that is wrong otherwise. */
export function defineCalendar(definition: CalendarDefinition): Calendar {
  const problems: string[] = [];
  const wrong = (where: string) => (what: string) => void problems.push(`${where} ${what}`);
  const clock = clockOf(definition.zone, wrong('zone'));
  const week = weekOf(definition, wrong);
  const everyDay = segmentsOf(definition.breaks ?? [], wrong('breaks'));
  const plans = plansOf(definition, week, wrong);
  if (problems.length > 0 || !clock) throw new RangeError(`calendar: ${problems.join('; ')}`);

  const planOn = (number: number): Plan => plans.get(number) ?? ordinary(week, number);
  const openOn = (number: number) => openBy(planOn(number), planOn(number - 1), everyDay);
  // What differs from the week is worked out once; a date reaches into the one after it.
  const special = new Map([...plans.keys()].flatMap((n) => [n, n + 1]).map((n) => [n, openOn(n)]));
  const usual = weekdays.map((_, index) => openBy(ordinary(week, index - 3), ordinary(week, index - 4), everyDay));
  if ([...usual, ...special.values()].every((segments) => segments.length === 0)) {
    throw new RangeError('calendar: is never open; expected hours on a weekday, a make-up day or an exception');
  }
  return Object.freeze({
    definition: Object.freeze({ ...definition }),
    clock,
    segmentsOn: (number: number) => special.get(number) ?? usual[weekdayIndex(number)] ?? [],
    dayOn: (number: number) => {
      const { kind, name } = planOn(number);
      return { kind, name };
    },
  });
}

/** What is open on a date, of its own hours and of the night hours of the date before. */
function openBy(today: Plan, yesterday: Plan, everyDay: readonly Segment[]): readonly Segment[] {
  const hours = joined([...onTheDay(today.hours), ...onTheDayAfter(yesterday.hours)]);
  const breaksToday = onTheDay([...everyDay, ...today.breaks]);
  return Object.freeze(without(hours, [...breaksToday, ...onTheDayAfter([...everyDay, ...yesterday.breaks])]));
}

function clockOf(zone: string, wrong: (what: string) => void): ZoneClock | null {
  try {
    return zoneClock(zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    wrong(`is ${JSON.stringify(zone)}; expected an IANA zone such as "Asia/Shanghai"`);
    return null;
  }
}

type Wrong = (where: string) => (what: string) => void;

function weekOf({ week }: CalendarDefinition, wrong: Wrong): Segment[][] {
  if (week === 'always') return weekdays.map(() => segmentsOf(wholeDay, wrong('week')));
  const unknown = Object.keys(week).filter((name) => !isWeekday(name));
  for (const name of unknown) wrong('week')(`has the day "${name}"; expected ${weekdays.join(', ')}`);
  return weekdays.map((name) => segmentsOf(week[name] ?? [], wrong(name)));
}

function plansOf(definition: CalendarDefinition, week: Segment[][], wrong: Wrong): Map<number, Plan> {
  const { holidays, makeUpDays, exceptions = {} } = definition;
  const plans = new Map<number, Plan>();
  const dated = (names: Readonly<Record<string, string>>, kind: DayKind, hours: readonly Segment[]): void => {
    for (const [date, name] of Object.entries(names)) {
      const number = numberOf(date, wrong('holidays'));
      if (number !== null) plans.set(number, { kind, name, hours, breaks: [] });
    }
  };
  const makeUpHours = makeUpDays === undefined ? [] : hoursLike(makeUpDays, week, wrong('makeUpDays'));
  for (const year of holidays?.years ?? []) {
    dated(year.holidays, 'holiday', []);
    dated(year.makeUpDays, 'make-up day', makeUpHours);
  }
  if (makeUpDays === undefined && holidays?.years.some((year) => Object.keys(year.makeUpDays).length > 0)) {
    wrong('makeUpDays')('is not given, but the holidays have make-up days; expected a weekday or periods');
  }
  const count = Object.keys(exceptions).length;
  if (count > mostExceptions) wrong('exceptions')(`are ${count}; expected at most ${mostExceptions}`);
  else {
    for (const [date, { hours, breaks = [], name = null }] of Object.entries(exceptions)) {
      const number = numberOf(date, wrong('exceptions'));
      if (number === null) continue;
      const before = plans.get(number) ?? ordinary(week, number);
      plans.set(number, {
        kind: 'exception',
        name: name ?? before.name,
        hours: hours === undefined ? before.hours : hoursLike(hours, week, wrong(date)),
        breaks: segmentsOf(breaks, wrong(`breaks of ${date}`)),
      });
    }
  }
  return plans;
}

function hoursLike(
  hours: 'closed' | Weekday | readonly Period[],
  week: Segment[][],
  wrong: (what: string) => void,
): readonly Segment[] {
  if (hours === 'closed') return [];
  if (typeof hours !== 'string') return segmentsOf(hours, wrong);
  if (isWeekday(hours)) return week[weekdays.indexOf(hours)] ?? [];
  wrong(`has the hours of "${String(hours)}"; expected a weekday such as "friday", "closed" or periods`);
  return [];
}

function numberOf(date: string, wrong: (what: string) => void): number | null {
  const number = dayNumber(date);
  if (number === null) wrong(`name "${date}"; expected a date such as "2020-05-09"`);
  return number;
}

const ordinary = (week: Segment[][], number: number): Plan => ({
  kind: 'weekday',
  name: null,
  hours: week[weekdayIndex(number)] ?? [],
  breaks: [],
});

const isWeekday = (name: string): name is Weekday => (weekdays as readonly string[]).includes(name);
