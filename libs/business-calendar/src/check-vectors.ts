import { defineCalendar, type Calendar, type DayException } from './calendar.js';
import type { Period } from './day-hours.js';
import { weekdays } from './local-date.js';
import { dueAt, elapsed, isOpen } from './working-time.js';

type HoursOfOracle = Readonly<Record<string, string>>;

/** A schedule of another library: opening hours as `{ mon: { "09:00": "17:00" } }`, shifts stronger than holidays. */
export type OracleSchedule = {
  readonly hours: Readonly<Record<string, HoursOfOracle>>;
  readonly tz: string;
  readonly holidays: readonly string[];
  readonly shifts: Readonly<Record<string, HoursOfOracle>>;
  readonly breaks: Readonly<Record<string, HoursOfOracle>>;
};

export type OracleVector = {
  readonly schedule: string;
  readonly start: string;
  readonly minutes: number;
  readonly due: string;
  readonly to: string;
  readonly within_seconds: number;
  readonly open_at_start: boolean;
};

export type OracleFile = {
  readonly generated_by: string;
  readonly schedules: Readonly<Record<string, OracleSchedule>>;
  readonly vectors: readonly OracleVector[];
};

/** How many vectors of an oracle that is due at the next opening are met, and every one that is not. */
export function checkVectors(file: OracleFile): { matched: number; of: number; mismatches: string[] } {
  const calendars = new Map(Object.entries(file.schedules).map(([name, schedule]) => [name, calendarOf(schedule)]));
  const mismatches = file.vectors.flatMap((vector, index) => {
    const differences = differencesOf(vector, calendars.get(vector.schedule));
    return differences.length === 0
      ? []
      : [`${index}: ${vector.schedule} from ${vector.start}: ${differences.join('; ')}`];
  });
  return { matched: file.vectors.length - mismatches.length, of: file.vectors.length, mismatches };
}

function differencesOf(vector: OracleVector, calendar: Calendar | undefined): string[] {
  if (!calendar) return [`no schedule is named "${vector.schedule}"`];
  const [start, to] = [new Date(vector.start), new Date(vector.to)];
  const due = dueAt(calendar, start, vector.minutes * 60_000, { whenDueAtClosing: 'next-opening' });
  const within = elapsed(calendar, start, to) / 1000;
  const open = isOpen(calendar, start);
  return [
    ...(due.getTime() === Date.parse(vector.due)
      ? []
      : [`${vector.minutes} minutes are due at ${due.toISOString()}, expected ${vector.due}`]),
    ...(within === vector.within_seconds
      ? []
      : [`${within} seconds until ${vector.to}, expected ${vector.within_seconds}`]),
    ...(open === vector.open_at_start ? [] : [`open is ${open}, expected ${vector.open_at_start}`]),
  ];
}

function calendarOf({ hours, tz, holidays, shifts, breaks }: OracleSchedule): Calendar {
  const exceptions: Record<string, DayException> = {};
  const add = (date: string, exception: DayException): void => {
    exceptions[date] = { ...exceptions[date], ...exception };
  };
  for (const date of holidays) add(date, { hours: 'closed' });
  for (const [date, periods] of Object.entries(shifts)) add(date, { hours: periodsOf(periods) });
  for (const [date, periods] of Object.entries(breaks)) add(date, { breaks: periodsOf(periods) });
  const week = Object.fromEntries(weekdays.map((name) => [name, periodsOf(hours[name.slice(0, 3)] ?? {})]));
  return defineCalendar({ zone: tz, week, exceptions });
}

const periodsOf = (hours: HoursOfOracle): Period[] => Object.entries(hours).map(([from, to]) => ({ from, to }));
