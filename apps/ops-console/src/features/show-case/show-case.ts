import type { CaseSummary, TimelineEntry } from '../../case-story.js';

/** More than a case of years has; what a case has beyond that is counted as left out. */
export const longestTimeline = 5_000;

export interface Needs {
  lastPosition(): Promise<string>;
  findSummaries(caseIds: string[]): Promise<CaseSummary[]>;
  findEntries(caseId: string, limit: number): Promise<TimelineEntry[]>;
}

export interface CaseStory {
  summary: CaseSummary;
  timeline: TimelineEntry[];
  /** True when the oldest entries were left out. */
  cut: boolean;
  streamFrom: string;
}

/** A case with its whole timeline in the order in which things happened; null when nobody told of the case. */
export async function showCase(caseId: string, needs: Needs): Promise<CaseStory | null> {
  const streamFrom = await needs.lastPosition();
  const timeline = await needs.findEntries(caseId, longestTimeline + 1);
  // Read last, so that it never counts less than the timeline shows.
  const [summary] = await needs.findSummaries([caseId]);
  if (!summary) return null;
  return { summary, timeline: timeline.slice(-longestTimeline), cut: timeline.length > longestTimeline, streamFrom };
}
