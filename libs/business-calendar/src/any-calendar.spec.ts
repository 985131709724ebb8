import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  defineCalendar,
  dueAt,
  elapsed,
  explain,
  holidaysOfMainlandChina,
  isOpen,
  nextOpening,
  type CalendarDefinition,
  type DayException,
  type Period,
} from './index.js';

const minute = 60_000;
const day = 1440 * minute;
const names = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** Twelve days around a change of the clock each, or around make-up days. */
const windows = [
  ['America/New_York', '2021-03-10'],
  ['America/New_York', '2021-11-03'],
  ['Europe/Berlin', '2021-03-24'],
  ['Europe/Berlin', '2021-10-27'],
  ['Australia/Lord_Howe', '2024-04-03'],
  ['Australia/Lord_Howe', '2024-10-02'],
  ['America/Sao_Paulo', '2018-02-14'],
  ['America/Sao_Paulo', '2018-10-31'],
  ['America/St_Johns', '2010-11-03'],
  ['Africa/Casablanca', '2018-06-12'],
  ['Pacific/Apia', '2011-12-26'],
  ['Asia/Kolkata', '2024-06-01'],
  ['Asia/Shanghai', '2020-04-24'],
  ['Asia/Shanghai', '2020-05-02'],
] as const;

const clockText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Up to three periods that do not overlap; the last may go on over midnight. Often around the hours that change. */
const anyPeriods: fc.Arbitrary<Period[]> = fc
  .tuple(
    fc.uniqueArray(fc.oneof(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 200 })), { maxLength: 6 }),
    fc.boolean(),
  )
  .map(([minutes, overMidnight]) => {
    const sorted = [...minutes].sort((a, b) => a - b);
    const edges = overMidnight && sorted.length > 2 ? [...sorted.slice(1), sorted[0]!] : sorted;
    const pairs = Array.from({ length: Math.floor(edges.length / 2) }, (_, index) => edges.slice(2 * index));
    return pairs.map(([from, to]) => ({ from: clockText(from!), to: clockText(to!) }));
  });

const anyHours: fc.Arbitrary<Period[]> = fc.oneof(
  anyPeriods,
  fc.constantFrom<Period[]>([], [{ from: '09:00', to: '17:00' }], [{ from: '00:00', to: '24:00' }]),
);

const anyDefinition = (zone: string, first: string): fc.Arbitrary<CalendarDefinition> => {
  const dates = Array.from({ length: 12 }, (_, index) =>
    new Date(Date.parse(first) + index * day).toISOString().slice(0, 10),
  );
  const anyException: fc.Arbitrary<DayException> = fc.record(
    { hours: fc.oneof(fc.constant('closed' as const), fc.constantFrom(...names), anyHours), breaks: anyPeriods },
    { requiredKeys: [] },
  );
  const china = { holidays: holidaysOfMainlandChina, makeUpDays: 'monday' as const };
  return fc
    .record({
      week: fc.oneof(
        { weight: 8, arbitrary: fc.tuple(...names.map(() => anyHours)).map((hours) => weekOf(hours)) },
        { weight: 1, arbitrary: fc.constant('always' as const) },
      ),
      breaks: fc.oneof(fc.constant([]), anyPeriods),
      exceptions: fc.dictionary(fc.constantFrom(...dates), anyException, { maxKeys: 4 }),
    })
    .map((parts) => ({ zone, ...parts, ...(zone === 'Asia/Shanghai' ? china : {}) }))
    .filter(opensSometimes);
};

const weekOf = (hours: Period[][]): CalendarDefinition['week'] =>
  Object.fromEntries(names.map((name, index) => [name, hours[index] ?? []]));

function opensSometimes(definition: CalendarDefinition): boolean {
  try {
    defineCalendar(definition);
    return true;
  } catch {
    return false;
  }
}

/** What the clock shows at every minute of a window, never letting it go back. */
function walk(zone: string, first: string): { start: number; shown: number[] } {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const start = Date.parse(first) - day;
  let latest = Number.NEGATIVE_INFINITY;
  const shown = Array.from({ length: 13 * 1440 }, (_, index) => {
    const at = format.format(start + index * minute);
    latest = Math.max(latest, Date.parse(`${at.replace(' ', 'T')}Z`));
    return latest;
  });
  return { start, shown };
}

const walks = windows.map(([zone, first]) => ({ zone, first, ...walk(zone, first) }));

/** The slow model: is this minute open, asked minute by minute of what the clock shows. */
function modelOf({ week, breaks = [], exceptions = {}, holidays, makeUpDays }: CalendarDefinition) {
  const of = (weekday: (typeof names)[number]): readonly Period[] =>
    week === 'always' ? [{ from: '00:00', to: '24:00' }] : (week[weekday] ?? []);
  const hoursOn = (date: string): readonly Period[] => {
    const own = exceptions[date]?.hours;
    if (own === 'closed') return [];
    if (own !== undefined) return typeof own === 'string' ? of(own) : own;
    if (holidays?.years.some((year) => date in year.makeUpDays)) return of(makeUpDays as 'monday');
    if (holidays?.years.some((year) => date in year.holidays)) return [];
    return of(names[(new Date(date).getUTCDay() + 6) % 7]!);
  };
  const minutesOf = (periods: readonly Period[]): [number, number][] =>
    periods.map(({ from, to }) => {
      const [a, b] = [from, to].map((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5)));
      return [a!, b! < a! ? b! + 1440 : b!];
    });
  const read = (midnight: number) => {
    const date = new Date(midnight).toISOString().slice(0, 10);
    return {
      hours: minutesOf(hoursOn(date)),
      breaks: minutesOf([...breaks, ...(exceptions[date]?.breaks ?? [])]),
    };
  };
  const known = new Map<number, ReturnType<typeof read>>();
  const on = (midnight: number) => {
    const found = known.get(midnight) ?? read(midnight);
    known.set(midnight, found);
    return found;
  };
  const covers = (periods: [number, number][], at: number): boolean =>
    periods.some(([from, to]) => from <= at && at < to);
  return (shown: number): boolean => {
    const midnight = Math.floor(shown / day) * day;
    const at = Math.floor((shown - midnight) / minute);
    const [today, yesterday] = [on(midnight), on(midnight - day)];
    if (covers(today.breaks, at) || covers(yesterday.breaks, at + 1440)) return false;
    return covers(today.hours, at) || covers(yesterday.hours, at + 1440);
  };
}

const anyWindow = fc
  .constantFrom(...walks)
  .chain((window) => fc.record({ window: fc.constant(window), definition: anyDefinition(window.zone, window.first) }));

describe('any calendar, beside a model that walks minute by minute', () => {
  it('is open, opens, is due and counts as the model does', () => {
    fc.assert(
      fc.property(
        anyWindow,
        fc.array(fc.tuple(fc.nat(), fc.nat(minute - 1), fc.nat()), { minLength: 5, maxLength: 5 }),
        ({ window: { start, shown }, definition }, places) => {
          const calendar = defineCalendar(definition);
          // The first day only warms up the clock of the model.
          const isOpenByModel = modelOf(definition);
          const open = shown.map((at, index) => index >= 1440 && isOpenByModel(at));
          const worked = [0];
          for (const minuteIsOpen of open) worked.push(worked.at(-1)! + (minuteIsOpen ? minute : 0));
          const workedUntil = (instant: number): number => {
            const index = Math.floor((instant - start) / minute);
            return worked[index]! + (open[index] ? (instant - start) % minute : 0);
          };
          for (const [random, milliseconds, other] of places) {
            const from = start + (1440 + (random % (12 * 1440 - 1))) * minute + milliseconds;
            const to = start + (1440 + (other % (12 * 1440 - 1))) * minute;
            const index = Math.floor((from - start) / minute);
            expect(isOpen(calendar, new Date(from))).toBe(open[index]);
            expect(elapsed(calendar, new Date(from), new Date(to))).toBe(workedUntil(to) - workedUntil(from));
            const opens = open.indexOf(true, index);
            if (opens !== -1) {
              const expected = open[index] ? from : start + opens * minute;
              expect(nextOpening(calendar, new Date(from)).getTime()).toBe(expected);
            }
            const closes = open.findIndex((now, at) => at > index && !now && open[at - 1]);
            const untilClosing = closes === -1 ? [] : [worked[closes]! - workedUntil(from)];
            for (const amount of [1 + (other % (3 * day)), ...untilClosing]) {
              const wanted = workedUntil(from) + amount;
              // The first minute by whose end the amount has passed, and the first that lets more pass.
              const closing = worked.findIndex((passed, at) => at > index && passed >= wanted) - 1;
              if (closing >= 0) {
                const expected = start + closing * minute + (wanted - worked[closing]!);
                expect(dueAt(calendar, new Date(from), amount).getTime()).toBe(expected);
              }
              const opening = worked.findIndex((passed, at) => at > index && passed > wanted) - 1;
              if (opening >= 0) {
                const expected = start + opening * minute + Math.max(wanted - worked[opening]!, 0);
                const rule = { whenDueAtClosing: 'next-opening' } as const;
                expect(dueAt(calendar, new Date(from), amount, rule).getTime()).toBe(expected);
              }
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

const anyCalendar = anyWindow.map(({ definition }) => defineCalendar(definition));
// A week that opens now and then, so that every amount is reached.
const busyCalendar = anyWindow
  .map(({ definition }) => definition)
  .filter(({ week }) => week === 'always' || Object.values(week).some((hours) => hours.length > 0))
  .map((definition) => defineCalendar({ ...definition, breaks: [] }));
const anyInstant = fc
  .oneof(
    fc.integer({ min: Date.UTC(2016, 0, 1), max: Date.UTC(2022, 0, 1) }),
    fc.constantFrom(...windows).chain(([, first]) => fc.nat(12 * day).map((more) => Date.parse(first) + more)),
  )
  .map((instant) => new Date(instant));
const anyAmount = fc.oneof(
  fc.nat(10),
  fc.nat(3 * day),
  fc.nat(60).map((count) => count * 60 * minute),
);
const anyRule = fc
  .constantFrom('closing' as const, 'next-opening' as const)
  .map((whenDueAtClosing) => ({ whenDueAtClosing }));

describe('any calendar', () => {
  it('adds up: a to b and b to c is a to c, in whatever order', () => {
    fc.assert(
      fc.property(anyCalendar, anyInstant, anyInstant, anyInstant, (calendar, a, b, c) => {
        expect(elapsed(calendar, a, b) + elapsed(calendar, b, c)).toBe(elapsed(calendar, a, c));
        const passed = elapsed(calendar, a, b);
        expect(Math.abs(passed)).toBeLessThanOrEqual(Math.abs(b.getTime() - a.getTime()));
      }),
      { numRuns: 200 },
    );
  });

  it('is due when just this much has passed, whatever the rule', () => {
    fc.assert(
      fc.property(busyCalendar, anyInstant, anyAmount, anyRule, (calendar, start, amount, rule) => {
        const due = dueAt(calendar, start, amount, rule);
        expect(elapsed(calendar, start, due)).toBe(amount);
        const after = new Date(due.getTime() + 1);
        if (rule.whenDueAtClosing === 'next-opening') expect(elapsed(calendar, start, after)).toBe(amount + 1);
        else if (amount > 0) expect(elapsed(calendar, start, new Date(due.getTime() - 1))).toBe(amount - 1);
      }),
      { numRuns: 400 },
    );
  });

  it('is due at the same instant when the amount is taken in two parts', () => {
    fc.assert(
      fc.property(busyCalendar, anyInstant, anyAmount, anyAmount, anyRule, (calendar, start, one, two, rule) => {
        const first = dueAt(calendar, start, one, rule);
        const inParts = two === 0 ? first : dueAt(calendar, first, two, rule);
        expect(inParts).toEqual(dueAt(calendar, start, one + two, rule));
      }),
      { numRuns: 200 },
    );
  });

  it('is never due earlier for a later start or a larger amount, and at closing never later than at opening', () => {
    fc.assert(
      fc.property(
        busyCalendar,
        anyInstant,
        fc.nat(3 * day),
        anyAmount,
        anyRule,
        (calendar, start, more, amount, rule) => {
          const due = dueAt(calendar, start, amount, rule).getTime();
          const later = new Date(start.getTime() + more);
          expect(dueAt(calendar, later, amount, rule).getTime()).toBeGreaterThanOrEqual(due);
          expect(dueAt(calendar, start, amount + more, rule).getTime()).toBeGreaterThanOrEqual(due);
          const [closing, opening] = (['closing', 'next-opening'] as const).map((whenDueAtClosing) =>
            dueAt(calendar, start, amount, { whenDueAtClosing }).getTime(),
          );
          expect(closing).toBeLessThanOrEqual(opening!);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('opens next at the start when it is open, else at an instant that is open after a time that is not', () => {
    fc.assert(
      fc.property(busyCalendar, anyInstant, (calendar, start) => {
        const opening = nextOpening(calendar, start);
        expect(isOpen(calendar, opening)).toBe(true);
        expect(opening.getTime() === start.getTime()).toBe(isOpen(calendar, start));
        expect(elapsed(calendar, start, opening)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('is explained by intervals in order, apart, inside the span, that add up to the total', () => {
    fc.assert(
      fc.property(anyCalendar, anyInstant, fc.nat(40 * day), (calendar, a, more) => {
        const b = new Date(a.getTime() + more);
        const { total, intervals, days } = explain(calendar, a, b);
        const length = ({ from, to }: { from: Date; to: Date }): number => to.getTime() - from.getTime();
        const sum = (numbers: number[]): number => numbers.reduce((one, two) => one + two, 0);
        expect(total).toBe(elapsed(calendar, a, b));
        expect(sum(intervals.map(length))).toBe(total);
        expect(sum(days.map((one) => one.total))).toBe(total);
        expect(sum(days.flatMap((one) => one.intervals.map(length)))).toBe(total);
        const edges = [...intervals.flatMap(({ from, to }) => [from.getTime(), to.getTime()])];
        expect(edges).toEqual([...new Set(edges)].sort((one, two) => one - two));
        expect(edges.every((edge) => edge >= a.getTime() && edge <= b.getTime())).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
