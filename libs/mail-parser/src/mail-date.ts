const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Hours of the zones by name that RFC 5322, section 4.3 knows, and of China's. */
const zones: Readonly<Record<string, number>> = {
  ...{ ut: 0, utc: 0, gmt: 0, z: 0, est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 },
  ...{ cet: 1, cest: 2, hkt: 8, jst: 9, kst: 9, bst: 1, wet: 0, eet: 2, eest: 3, msk: 3 },
};

/**
 * Reads a Date header: RFC 5322 with its obsolete forms, and `2020-05-07 09:47:29 +0800` as some programs write it. A time
 * without a zone is taken for UTC. Null when it names no time between 1970 and 2200.
 */
export function readDate(raw: string): Date | null {
  const text = raw
    .slice(0, 200)
    .replace(/\([^()]*\)/g, ' ')
    .trim();
  const usual =
    /(?:^|[\s,])(\d{1,2})[\s-]+([A-Za-z]{3})[A-Za-z]*\.?[\s-]+(\d{2,4})[\s,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([+-]\s?\d{1,2}:?\d{2}|[A-Za-z]{1,5})?/.exec(
      text,
    );
  if (usual !== null) {
    const [, day, month, year, hour, minute, second, zone] = usual;
    const index = months.indexOf((month ?? '').toLowerCase());
    if (index < 0) return null;
    return instant(fullYear(Number(year), (year ?? '').length), index, day, hour, minute, second, zone);
  }
  const iso =
    /^(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([+-]\d{2}:?\d{2}|[A-Za-z]{1,5})?/.exec(
      text,
    );
  if (iso !== null) return instant(Number(iso[1]), Number(iso[2]) - 1, iso[3], iso[4], iso[5], iso[6], iso[7]);
  const asctime =
    /^[A-Za-z]{3}\s+([A-Za-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s+(?:([A-Za-z]{1,5}|[+-]\d{4})\s+)?(\d{4})/.exec(
      text,
    );
  if (asctime === null) return null;
  const index = months.indexOf((asctime[1] ?? '').toLowerCase());
  return index < 0
    ? null
    : instant(Number(asctime[7]), index, asctime[2], asctime[3], asctime[4], asctime[5], asctime[6]);
}

type Digits = string | undefined;

function instant(
  year: number,
  month: number,
  day: Digits,
  hour: Digits,
  minute: Digits,
  second: Digits,
  zone: Digits,
): Date | null {
  const parts = [Number(day), Number(hour), Number(minute), Number(second ?? 0)] as const;
  const isTime =
    month >= 0 && month < 12 && parts[0] >= 1 && parts[0] <= 31 && parts[1] < 24 && parts[2] < 60 && parts[3] <= 60;
  if (!isTime || year < 1970 || year > 2200) return null;
  return new Date(Date.UTC(year, month, ...parts) - minutesOf(zone) * 60_000);
}

function minutesOf(zone: Digits): number {
  const numeric = /^([+-])\s?(\d{1,2}):?(\d{2})$/.exec(zone ?? '');
  if (numeric === null) return (zones[(zone ?? '').toLowerCase()] ?? 0) * 60;
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
  return numeric[1] === '-' ? -minutes : minutes;
}

function fullYear(year: number, digits: number): number {
  if (digits >= 4) return year;
  return year < 50 ? 2000 + year : 1900 + year;
}
