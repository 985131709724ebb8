import { dateOf, dayNumber } from './local-date.js';

/** Where the days of a year were made public, and when. */
export type Announcement = { readonly source: string; readonly announced: string };

/** What was announced for one year. A day of the December before may belong to its New Year. Names by date. */
export type HolidayYear = {
  readonly year: number;
  readonly announcements: readonly Announcement[];
  readonly holidays: Readonly<Record<string, string>>;
  readonly makeUpDays: Readonly<Record<string, string>>;
};

/** The holidays and make-up days of a country. Equal days have an equal version, other days another one. */
export type Holidays = {
  readonly country: string;
  readonly version: string;
  readonly years: readonly HolidayYear[];
};

export type HolidayChange = { readonly date: string; readonly before: string; readonly after: string };

const mostYears = 500;

/** Holidays whose dates were checked; an error that lists everything that is wrong otherwise. */
export function defineHolidays(country: string, years: readonly HolidayYear[]): Holidays {
  const problems = years.flatMap(problemsOf);
  const double = years.filter(({ year }, index) => years.findIndex((other) => other.year === year) !== index);
  problems.push(...double.map(({ year }) => `${year} is given twice; expected each year once`));
  if (!/^[a-z]{2}(-[a-z0-9]+)*$/.test(country)) problems.push(`country is "${country}"; expected one such as "cn"`);
  if (years.length > mostYears) problems.push(`has ${years.length} years; expected at most ${mostYears}`);
  const sorted = years.map(tidy).sort((a, b) => a.year - b.year);
  problems.push(...contradictionsOf(sorted));
  if (problems.length > 0) throw new RangeError(`holidays of ${country}: ${problems.join('; ')}`);
  return Object.freeze({ country, version: versionOf(country, sorted), years: Object.freeze(sorted) });
}

/** The same holidays with these years added, or put in the place of what was known of them. */
export function mergeHolidays(known: Holidays, ...announced: readonly HolidayYear[]): Holidays {
  const replaced = new Set(announced.map(({ year }) => year));
  return defineHolidays(known.country, [...known.years.filter(({ year }) => !replaced.has(year)), ...announced]);
}

/** The dates that became something else between two versions, in order: what an audit of an import has to name. */
export function holidayChanges(before: Holidays, after: Holidays): HolidayChange[] {
  const [old, now] = [kindsOf(before), kindsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .map((date) => ({ date, before: old.get(date) ?? 'ordinary day', after: now.get(date) ?? 'ordinary day' }))
    .filter((change) => change.before !== change.after);
}

function problemsOf({ year, announcements, holidays, makeUpDays }: HolidayYear): string[] {
  const problems: string[] = [];
  if (!Number.isInteger(year) || year < 1900 || year > 2499) {
    problems.push(`year is ${year}; expected a whole number from 1900 to 2499`);
  }
  if (announcements.length === 0) problems.push(`${year} names no announcement; expected its source and date`);
  for (const { source, announced } of announcements) {
    if (source === '') problems.push(`${year} has an announcement without source; expected where it can be read`);
    if (dayNumber(announced) === null) {
      problems.push(`${year} was announced on "${announced}"; expected a date such as "2025-11-04"`);
    }
  }
  for (const date of [...Object.keys(holidays), ...Object.keys(makeUpDays)]) {
    if (dayNumber(date) === null || !(date.startsWith(`${year}-`) || date.startsWith(`${year - 1}-12-`))) {
      problems.push(`${year} names "${date}"; expected a date of that year or of the December before`);
    }
  }
  return [...new Set(problems)];
}

/** A date is one thing, even when two years name it. */
function contradictionsOf(years: readonly HolidayYear[]): string[] {
  const seen = new Map<string, string>();
  return years.flatMap(entriesOf).flatMap(([date, kind]) => {
    const before = seen.get(date) ?? kind;
    seen.set(date, kind);
    return before === kind ? [] : [`${date} is a ${before} and a ${kind}; expected one of them`];
  });
}

const entriesOf = ({ holidays, makeUpDays }: Pick<HolidayYear, 'holidays' | 'makeUpDays'>): [string, string][] => [
  ...Object.keys(holidays).map((date): [string, string] => [date, 'holiday']),
  ...Object.keys(makeUpDays).map((date): [string, string] => [date, 'make-up day']),
];

const kindsOf = ({ years }: Holidays): Map<string, string> => new Map(years.flatMap(entriesOf));

const tidy = ({ year, announcements, holidays, makeUpDays }: HolidayYear): HolidayYear =>
  Object.freeze({
    year,
    announcements: announcements.map(({ source, announced }) => Object.freeze({ source, announced })),
    holidays: sortedByDate(holidays),
    makeUpDays: sortedByDate(makeUpDays),
  });

const sortedByDate = (names: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.freeze(Object.fromEntries(Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1))));

/** Such as `cn-2026-20251104-0123456789abcdef`: last year, last announcement, and a mark of everything inside. */
function versionOf(country: string, years: readonly HolidayYear[]): string {
  const announced = years.flatMap(({ announcements }) => announcements.map((one) => one.announced)).sort();
  const last = announced.at(-1)?.replaceAll('-', '') ?? 'none';
  return `${country}-${years.at(-1)?.year ?? 'none'}-${last}-${markOf(JSON.stringify(years))}`;
}

/** FNV-1a of 64 bits; a mark against mix-ups, not against forgery. */
function markOf(text: string): string {
  let mark = 0xcbf29ce484222325n;
  for (const character of text) {
    mark = BigInt.asUintN(64, (mark ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n);
  }
  return mark.toString(16).padStart(16, '0');
}

/** The years of these days of which nothing is known. */
export function unannouncedYears({ years }: Holidays, dayNumbers: readonly number[]): number[] {
  const known = new Set(years.map(({ year }) => year));
  return [...new Set(dayNumbers.map((number) => Number(dateOf(number).slice(0, 4))))].filter((y) => !known.has(y));
}
