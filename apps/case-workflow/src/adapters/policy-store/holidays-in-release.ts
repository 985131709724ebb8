import { defineHolidays, holidaysOfMainlandChina, type Holidays, type HolidayYear } from '@caserelay/business-calendar';
import type { HolidaysTypes } from 'date-holidays';

const source = { source: 'https://www.npmjs.com/package/date-holidays/v/3.37.0', announced: '2026-09-21' };

/**
 * The holidays of a country, or of a part of one such as `de-by`, as far as this release knows them; null when it knows
 * none. Of mainland China all that was announced; of others whole public holidays by their rules, from two years before
 * `year` to five after. Days that begin in the midst of the day, and make-up days, only mainland China has.
 */
export async function holidaysInRelease(country: string, year: number): Promise<Holidays | null> {
  if (country === 'cn') return holidaysOfMainlandChina;
  // It is large: a support centre that needs it not does not pay for it.
  const { default: DateHolidays } = await import('date-holidays');
  const [land = '', state, region] = country.toUpperCase().split('-');
  if (!isKnown(new DateHolidays(), land, state, region)) return null;
  const rules = new DateHolidays(land, state ?? '', region ?? '');
  const wanted = Array.from({ length: 8 }, (_, index) => year - 2 + index);
  const found = wanted.flatMap((one) => rules.getHolidays(one)).filter(({ type }) => type === 'public');
  const dates = found.flatMap(datesOf);
  const years = wanted.map((one): HolidayYear => {
    const own = dates.filter(([date]) => date.startsWith(`${one}-`));
    return { year: one, announcements: [source], holidays: Object.fromEntries(own), makeUpDays: {} };
  });
  return defineHolidays(country, years);
}

interface Countries {
  getCountries(): Record<string, string>;
  getStates(country: string): Record<string, string>;
  getRegions(country: string, state: string): Record<string, string>;
}

function isKnown(all: Countries, land: string, state: string | undefined, region: string | undefined): boolean {
  if (!(land in all.getCountries())) return false;
  if (state === undefined) return true;
  if (!(state in (all.getStates(land) ?? {}))) return false;
  return region === undefined || region in (all.getRegions(land, state) ?? {});
}

const day = 86_400_000;

/** Every date of a holiday that begins at midnight. */
function datesOf({ date, start, end, name }: HolidaysTypes.Holiday): [string, string][] {
  if (!date.slice(10).startsWith(' 00:00:00')) return [];
  const first = Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
  const count = Math.max(1, Math.round((end.getTime() - start.getTime()) / day));
  return Array.from({ length: count }, (_, index) => [new Date(first + index * day).toISOString().slice(0, 10), name]);
}
