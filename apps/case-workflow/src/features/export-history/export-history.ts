import { csvLine } from '@caserelay/case-papers';
import type { HistoryEvent, Phase } from '@caserelay/contracts';

/** Which cases are exported; null leaves a filter out. */
export interface Wanted {
  caseId: string | null;
  phase: Phase | null;
  /** The name of a policy, or one of its versions. */
  policy: string | null;
  openedFrom: Date | null;
  openedBefore: Date | null;
}

/** The last event that somebody has. */
export interface Place {
  caseId: string;
  position: number;
}

/** What exporting needs from around it. */
export interface Needs {
  /** The next cases in the order of their ids, from the one of `from` on. */
  cases(wanted: Wanted, from: string | null, limit: number): Promise<{ caseId: string; caseNumber: string }[]>;
  /** The next events of these cases, ordered by case and position. */
  events(
    cases: readonly { caseId: string; caseNumber: string }[],
    after: Place | null,
    limit: number,
  ): Promise<HistoryEvent[]>;
}

/** So much is in memory at once, whatever is exported. */
const casesAtOnce = 200;
const eventsAtOnce = 200;

/**
 * Every event of the wanted cases, ordered by case and position, in pages that are read one after the other: what happens
 * meanwhile to a case that has passed is not in it. Whoever breaks off goes on `after` the last event they have.
 */
export async function* exportHistory(
  wanted: Wanted,
  { after, limit }: { after: Place | null; limit: number },
  needs: Needs,
): AsyncGenerator<HistoryEvent[]> {
  let left = limit;
  let from = after?.caseId ?? null;
  let last = after;
  while (left > 0) {
    const cases = await needs.cases(wanted, from, casesAtOnce);
    if (cases.length === 0) return;
    for (;;) {
      const events = await needs.events(cases, last, Math.min(eventsAtOnce, left));
      if (events.length === 0) break;
      yield events;
      const end = events.at(-1);
      last = end ? { caseId: end.caseId, position: end.position } : last;
      left -= events.length;
      if (left <= 0) return;
    }
    if (cases.length < casesAtOnce) return;
    // Ids are compared as they are ordered; none lies between an id and the same with the highest position.
    const end = cases.at(-1);
    last = end ? { caseId: end.caseId, position: highestPosition } : last;
    from = end?.caseId ?? null;
  }
}

const highestPosition = 2_147_483_647;

/** One event in a line, as NDJSON wants it. */
export const asNdjson = (event: HistoryEvent): string => `${JSON.stringify(event)}\n`;

export const csvHeader = csvLine(['caseId', 'caseNumber', 'position', 'sequence', 'type', 'at', 'causationId', 'data']);

/** One event in a line; `data` is JSON. */
export function asCsv({ caseId, caseNumber, position, sequence, type, at, causationId, data }: HistoryEvent): string {
  return csvLine([caseId, caseNumber, position, sequence, type, at, causationId, JSON.stringify(data)]);
}
