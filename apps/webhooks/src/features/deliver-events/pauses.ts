/** How long waits what failed, in seconds. */
export interface Pauses {
  /** After that attempt at an event, counted from 1; null when it was the last. */
  afterAttempt(attempt: number): number | null;
  /** Of a receiver that failed so often in a row. */
  ofReceiver(failures: number): number;
}

const longestRest = 3_600;
const jitter = 0.2;

/**
 * How long waits what failed. `random` answers numbers from 0 to 1: a pause is up to a fifth longer or shorter, so that
 * what failed together does not come again together.
 */
export function pausesOf(pauses: readonly number[], random: () => number): Pauses {
  const varied = (seconds: number): number => seconds * (1 - jitter + 2 * jitter * random());
  return {
    afterAttempt: (attempt) => {
      const pause = pauses[attempt - 1];
      return pause === undefined ? null : varied(pause);
    },
    ofReceiver: (failures) =>
      varied(Math.min(longestRest, pauses[Math.min(failures, pauses.length) - 1] ?? longestRest)),
  };
}

/** A day; who asks for more is asked again then. */
const longestRetryAfter = 86_400;

/**
 * Seconds that a receiver asks to be left alone for: a number, or a date (RFC 9110, 10.2.3). Null when it asks for
 * nothing or nonsense; never more than a day.
 */
export function retryAfterSeconds(header: string | null, now: Date): number | null {
  if (header === null) return null;
  const text = header.trim();
  const isDate = /^[A-Z][a-z]{2},? /.test(text);
  const seconds = isDate ? (Date.parse(text) - now.getTime()) / 1000 : /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), longestRetryAfter) : null;
}
