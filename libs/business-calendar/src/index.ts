export { defineCalendar, type Calendar, type CalendarDefinition, type DayException, type DayKind } from './calendar.js';
export type { Period } from './day-hours.js';
export { explain, type ExplainedDay, type Explanation, type Interval } from './explain.js';
export { holidaysOfMainlandChina } from './holidays-of-mainland-china.js';
export {
  defineHolidays,
  holidayChanges,
  mergeHolidays,
  type Announcement,
  type HolidayChange,
  type Holidays,
  type HolidayYear,
} from './holidays.js';
export type { Weekday } from './local-date.js';
export { morningAfter } from './morning-after.js';
export { dueAt, elapsed, isOpen, isWorkingDate, nextOpening, type WhenDueAtClosing } from './working-time.js';
