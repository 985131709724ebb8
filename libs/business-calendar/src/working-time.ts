import type { Calendar } from './calendar.js';
import { day } from './zone-clock.js';

/**
 * When a span that is used up exactly at closing time is due: at that closing time, or when the calendar opens again.
 * So it is the first or the last instant by which exactly this much working time has passed.
 */
export type WhenDueAtClosing = 'closing' | 'next-opening';

/** Open without a pause; `to` is not included. Milliseconds since 1970. */
export type OpenTime = { readonly from: number; readonly to: number; readonly dayNumber: number };

/** The longest span that is looked at, a hundred years. */
export const furthest = 36_525 * day;

const earliest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(2500, 0, 1);

/** The instant by which `amount` milliseconds of working time have passed since `start`. */
export function dueAt(
  calendar: Calendar,
  start: Date,
  amount: number,
  { whenDueAtClosing = 'closing' }: { readonly whenDueAtClosing?: WhenDueAtClosing } = {},
): Date {
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(`amount is ${amount}; expected whole milliseconds, none or more`);
  }
  const from = instantOf(start);
  if (amount === 0 && whenDueAtClosing === 'closing') return new Date(from);
  let left = amount;
  for (const open of openTimes(calendar, from, from + furthest)) {
    const length = open.to - open.from;
    if (left < length || (left === length && whenDueAtClosing === 'closing')) return new Date(open.from + left);
    left -= length;
  }
  throw new RangeError(
    `only ${amount - left} of ${amount} milliseconds are open within a hundred years after ${start.toISOString()}; ` +
      'expected a shorter span or a calendar with more hours',
  );
}

/** The working time from `a` to `b` in milliseconds; negative when `b` is before `a`. */
export function elapsed(calendar: Calendar, a: Date, b: Date): number {
  const [from, to] = [instantOf(a), instantOf(b)];
  if (to < from) return 0 - elapsed(calendar, b, a);
  if (to - from > furthest) {
    throw new RangeError(`${a.toISOString()} to ${b.toISOString()} is longer than a hundred years; expected less`);
  }
  let passed = 0;
  for (const open of openTimes(calendar, from, to)) passed += open.to - open.from;
  return passed;
}

/** `start` itself when the calendar is open then, else the instant at which it opens next. */
export function nextOpening(calendar: Calendar, start: Date): Date {
  return dueAt(calendar, start, 0, { whenDueAtClosing: 'next-opening' });
}

/** Whether working time passes at this instant. It does at an opening time and no longer at a closing time. */
export function isOpen(calendar: Calendar, instant: Date): boolean {
  const at = instantOf(instant);
  return !openTimes(calendar, at, at + 1).next().done;
}

/** Whether any working time belongs to the local date of an instant. */
export function isWorkingDate({ clock, segmentsOn }: Calendar, instant: Date): boolean {
  return segmentsOn(Math.floor(clock.shows(instantOf(instant)) / day)).length > 0;
}

/** What is open from `from` to `to`, cut to these, in order. Hours over midnight come as two, one for each date. */
export function* openTimes({ clock, segmentsOn }: Calendar, from: number, to: number): Generator<OpenTime, void> {
  // One day more, since a clock put back over midnight shows the date before once again.
  const last = Math.floor(clock.shows(to) / day) + 1;
  for (let number = Math.floor(clock.shows(from) / day); number <= last; number += 1) {
    for (const segment of segmentsOn(number)) {
      const opens = Math.max(clock.firstShows(number * day + segment.from), from);
      const closes = Math.min(clock.firstShows(number * day + segment.to), to);
      if (opens < closes) yield { from: opens, to: closes, dayNumber: number };
    }
  }
}

/** The milliseconds of a date that lies where calendars are reckoned, 1900 to 2499. */
export function instantOf(date: Date): number {
  const instant = date.getTime();
  if (instant >= earliest && instant < latest) return instant;
  const found = Number.isNaN(instant) ? 'no date' : date.toISOString();
  throw new RangeError(`instant is ${found}; expected a date from 1900 to 2499`);
}
