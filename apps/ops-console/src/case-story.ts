import type { EventType, Phase } from '@caserelay/contracts';
import type { Sentence } from '@caserelay/event-headlines';

/** One event of a case as people read it. `id` grows in the order in which the console heard of events. */
export interface TimelineEntry {
  id: string;
  eventId: string;
  caseId: string;
  /** When it happened, by the clock that cases live in. */
  at: string;
  /** When the console heard of it, by the clock on the wall. */
  heardAt: string;
  type: EventType;
  source: string;
  sequence: number | null;
  causationId: string | null;
  headline: Sentence;
  data: unknown;
}

/** What the list shows of a case; null where nothing told it yet. */
export interface CaseSummary {
  caseId: string;
  caseNumber: string | null;
  trackingToken: string | null;
  topic: string | null;
  endCustomer: string | null;
  partner: string | null;
  problem: string | null;
  owner: string | null;
  phase: Phase | null;
  openedAt: string | null;
  lastEventAt: string;
  uploads: number;
  letters: number;
  failedLetters: number;
  reminders: number;
  lastFinding: string | null;
}
