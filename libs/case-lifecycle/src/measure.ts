import {
  dueAt,
  elapsed,
  explain,
  isWorkingDate,
  morningAfter,
  nextOpening,
  type Calendar,
  type Explanation,
} from '@caserelay/business-calendar';
import type { Goal, Pause } from './clock.js';
import type { Policy } from './policy.js';

/** A start and the closed pauses after it: what a due time is reckoned from. */
export interface Stretch {
  readonly startedAt: string;
  readonly pauses: readonly Pause[];
}

type Calendars = Policy['calendars'];

/** The longest that a count of mornings looks ahead, a hundred years. */
const mostMornings = 36_525;

/** The instant at which a part of the goal has passed. Pauses do not count; one that is open counts as closed where it began. */
export function instantOf(goal: Goal, percent: number, stretch: Stretch, calendars: Calendars): string {
  if (percent === 100) return inHours(goal, passedAt(goal, stretch, calendars), calendars).toISOString();
  if ('milliseconds' in goal) {
    const amount = Math.round((goal.milliseconds * percent) / 100);
    return instantAfter(amount, stretch, calendarOf(goal, calendars)).toISOString();
  }
  const start = Date.parse(stretch.startedAt);
  const whole = passedAt(goal, stretch, calendars).getTime() - start;
  return new Date(start + Math.round((whole * percent) / 100)).toISOString();
}

/** The instant at which all of the goal has passed, whatever the hour. */
export function passedAt(goal: Goal, stretch: Stretch, calendars: Calendars): Date {
  if ('days' in goal) return morningOf(goal, stretch, calendars);
  return instantAfter(goal.milliseconds, stretch, calendarOf(goal, calendars));
}

function inHours({ within }: Goal, instant: Date, calendars: Calendars): Date {
  const hours = calendarOf({ calendar: within ?? null }, calendars);
  return hours ? nextOpening(hours, instant) : instant;
}

/** What counted from the start until an instant, in milliseconds; for days the plain time between without the pauses. */
export function counted(goal: Goal, stretch: Stretch, until: string, calendars: Calendars): number {
  const calendar = 'milliseconds' in goal ? calendarOf(goal, calendars) : null;
  return runs(stretch, until).reduce((sum, { from, to }) => sum + lengthOf(from, to, calendar), 0);
}

/** The same as data for drawing: one explanation for each stretch between pauses; null where plain time counts. */
export function explainedRuns(goal: Goal, stretch: Stretch, until: string, calendars: Calendars): Explanation[] | null {
  if (goal.calendar === null) return null;
  const calendar = calendarOf(goal, calendars);
  return calendar && runs(stretch, until).map(({ from, to }) => explain(calendar, from, to));
}

/** The stretches from the start until an instant in which the clock ran. */
export function runs({ startedAt, pauses }: Stretch, until: string): { from: Date; to: Date }[] {
  const end = Date.parse(until);
  const found: { from: Date; to: Date }[] = [];
  let from = Date.parse(startedAt);
  for (const pause of pauses) {
    const to = Math.min(Date.parse(pause.from), end);
    if (to > from) found.push({ from: new Date(from), to: new Date(to) });
    from = Math.max(from, pause.to === null ? end : Date.parse(pause.to));
  }
  if (end > from) found.push({ from: new Date(from), to: new Date(end) });
  return found;
}

function instantAfter(amount: number, { startedAt, pauses }: Stretch, calendar: Calendar | null): Date {
  let from = new Date(startedAt);
  let left = amount;
  for (const pause of pauses) {
    const to = new Date(pause.from);
    const passed = lengthOf(from, to, calendar);
    if (left <= passed) break;
    left -= passed;
    from = new Date(pause.to ?? pause.from);
  }
  return calendar ? dueAt(calendar, from, left) : new Date(from.getTime() + left);
}

const lengthOf = (from: Date, to: Date, calendar: Calendar | null): number =>
  calendar ? elapsed(calendar, from, to) : to.getTime() - from.getTime();

/** Mornings that come in a pause, or on a date that does not count, are passed over. */
function morningOf(
  { days, zone, hour, calendar: name }: Extract<Goal, { days: number }>,
  { startedAt, pauses }: Stretch,
  calendars: Calendars,
): Date {
  const start = new Date(startedAt);
  const calendar = calendarOf({ calendar: name }, calendars);
  if (!calendar && pauses.length === 0) return morningAfter(start, days, { zone, hour });
  let left = days;
  for (let date = 1; date <= mostMornings; date += 1) {
    const morning = morningAfter(start, date, { zone, hour });
    const isPaused = pauses.some(
      ({ from, to }) => to !== null && Date.parse(from) < +morning && +morning <= Date.parse(to),
    );
    if (isPaused || (calendar && !isWorkingDate(calendar, morning))) continue;
    left -= 1;
    if (left === 0) return morning;
  }
  throw new RangeError(`${days} days do not come within a hundred years after ${startedAt}; expected fewer`);
}

function calendarOf({ calendar: name }: { readonly calendar: string | null }, calendars: Calendars): Calendar | null {
  if (name === null) return null;
  const calendar = calendars[name];
  if (!calendar)
    throw new RangeError(`no calendar is named "${name}"; expected one of ${Object.keys(calendars).join(', ')}`);
  return calendar;
}
