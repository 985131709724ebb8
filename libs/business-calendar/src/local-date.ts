import { day, modulo } from './zone-clock.js';

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/** The number of a date such as `2020-05-09`, counted from 1970-01-01; null when there is no such date. */
export function dayNumber(date: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null;
  const instant = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(instant) || dateOf(instant / day) !== date ? null : instant / day;
}

export const dateOf = (number: number): string => new Date(number * day).toISOString().slice(0, 10);

/** Monday is 0. */
export const weekdayIndex = (number: number): number => modulo(number + 3, 7);
