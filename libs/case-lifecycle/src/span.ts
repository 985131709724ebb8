/** A span as a policy says it: exact, or days that end in the morning. */
export type Span = { readonly milliseconds: number } | { readonly days: number };

/** Spans are at most so long, ten years. */
export const longestInDays = 3_660;
export const longestSpan = longestInDays * 86_400_000;

const units = { h: 3_600_000, min: 60_000, s: 1_000 };

/** Reads `30s`, `20min`, `8h`, `1h30min` or `3d`; null for anything else, nothing, and more than ten years. */
export function spanOf(text: string): Span | null {
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  if (days !== undefined) return Number(days) > 0 && Number(days) <= longestInDays ? { days: Number(days) } : null;
  const [found, h = 0, min = 0, s = 0] = /^(?:(\d{1,6})h)?(?:(\d{1,8})min)?(?:(\d{1,9})s)?$/.exec(text) ?? [];
  if (!found) return null;
  const milliseconds = Number(h) * units.h + Number(min) * units.min + Number(s) * units.s;
  return milliseconds > 0 && milliseconds <= longestSpan ? { milliseconds } : null;
}
