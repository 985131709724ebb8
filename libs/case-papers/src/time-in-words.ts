/** An instant on the wall of a zone, with the zone: `2020-05-28 17:49 (Asia/Shanghai, UTC+08:00)`. */
export function timeIn(zone: string, instant: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  }).formatToParts(new Date(instant));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', 'UTC');
  const named = zone === 'UTC' ? 'UTC' : `${zone}, ${offset}`;
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} (${named})`;
}

/** Days, hours and minutes of a span, whole minutes only. */
export function spanOf(seconds: number): { days: number; hours: number; minutes: number } {
  const minutes = Math.floor(seconds / 60);
  return { days: Math.floor(minutes / 1440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60 };
}

/** Bytes for people, in powers of 1024: `8.00 GiB`. */
export function bytesInWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return power === 0 ? `${bytes} B` : `${amount.toFixed(2)} ${units[power]} (${bytes.toLocaleString('en-US')} B)`;
}
