import type { EventType, Phase } from '@caserelay/contracts';
import type { CaseSummary, TimelineEntry } from '../../case-story.js';

export interface SummaryRow {
  case_id: string;
  case_number: string | null;
  tracking_token: string | null;
  topic: string | null;
  end_customer: string | null;
  partner: string | null;
  problem: string | null;
  owner: string | null;
  phase: Phase | null;
  opened_at: Date | null;
  last_event_at: Date;
  uploads: number;
  letters: number;
  failed_letters: number;
  reminders: number;
  last_finding: string | null;
}

export interface EntryRow {
  id: string;
  event_id: string;
  case_id: string;
  at: Date;
  heard_at: Date;
  type: EventType;
  source: string;
  sequence: number | null;
  causation_id: string | null;
  headline_zh: string;
  headline_en: string;
  data: unknown;
}

export function summaryFrom(row: SummaryRow): CaseSummary {
  return {
    caseId: row.case_id,
    caseNumber: row.case_number,
    trackingToken: row.tracking_token,
    topic: row.topic,
    endCustomer: row.end_customer,
    partner: row.partner,
    problem: row.problem,
    owner: row.owner,
    phase: row.phase,
    openedAt: row.opened_at?.toISOString() ?? null,
    lastEventAt: row.last_event_at.toISOString(),
    uploads: row.uploads,
    letters: row.letters,
    failedLetters: row.failed_letters,
    reminders: row.reminders,
    lastFinding: row.last_finding,
  };
}

export function entryFrom(row: EntryRow): TimelineEntry {
  return {
    id: row.id,
    eventId: row.event_id,
    caseId: row.case_id,
    at: row.at.toISOString(),
    heardAt: row.heard_at.toISOString(),
    type: row.type,
    source: row.source,
    sequence: row.sequence,
    causationId: row.causation_id,
    headline: { zh: row.headline_zh, en: row.headline_en },
    data: row.data,
  };
}
