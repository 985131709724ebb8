import type { DumpKind } from '../dump-facts.js';

/** Types of dumps. 8, 9 and 10 are written by WinDbg: kernel memory, kernel and user memory, everything. */
export const dumpKinds: Readonly<Record<number, DumpKind>> = {
  1: 'full',
  2: 'kernel',
  3: 'header-only',
  4: 'triage',
  6: 'kernel',
  7: 'kernel',
  8: 'kernel',
  9: 'active',
  10: 'full',
};

/** A number in a range; null outside of it. */
export function within(value: number | null, least: number, most: number): number | null {
  return value !== null && value >= least && value <= most ? value : null;
}

/** FILETIME: units of 100 ns since 1601, in UTC. Times outside 1990 to 2199 are no times. */
export function fromFileTime(value: bigint | null): string | null {
  if (value === null) return null;
  const milliseconds = value / 10_000n - 11_644_473_600_000n;
  if (milliseconds < 631_152_000_000n || milliseconds > 7_258_118_400_000n) return null;
  return new Date(Number(milliseconds)).toISOString();
}

/** Units of 100 ns; more than a hundred years is no uptime. */
export function uptime(value: bigint | null): number | null {
  return value === null || value > 31_557_600_000_000_000n ? null : Number(value) / 1e7;
}
