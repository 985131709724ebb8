/** Whether all of a file is there, as far as its own structure tells, and how large it should be where that is said. */
export interface Wholeness {
  verdict: 'whole' | 'cut-short' | 'untold';
  expectedBytes: number | null;
  /** What was found and what was expected. */
  reason: string;
}
