import type { AnyEvent } from '@caserelay/contracts';
import { headline, type Sentence } from '@caserelay/event-headlines';
import { nothingTold, summaryAfter, type ToldSummary } from './summary-after.js';

export interface Needs {
  /** Adds entries that are not there yet; answers with the ids of the events that were new. */
  addEntries(entries: { event: AnyEvent; headline: Sentence }[]): Promise<Set<string>>;
  /** Reads summaries and holds them until the end of the transaction; unknown cases begin with the one given. */
  holdSummaries(beginnings: ToldSummary[]): Promise<ToldSummary[]>;
  keepSummaries(summaries: ToldSummary[]): Promise<void>;
}

/** Puts events on the timelines of their cases and moves the summaries; an event heard again changes nothing. */
export async function tellTimeline(events: AnyEvent[], needs: Needs): Promise<void> {
  const fresh = await needs.addEntries(events.map((event) => ({ event, headline: headline(event) })));
  const told = events.filter((event) => fresh.has(event.id));
  if (told.length === 0) return;
  const beginnings = new Map(told.map((event) => [event.subject, nothingTold(event.subject, event.time)]));
  const held = await needs.holdSummaries([...beginnings.values()]);
  await needs.keepSummaries(
    held.map((summary) => told.filter((event) => event.subject === summary.caseId).reduce(summaryAfter, summary)),
  );
}
