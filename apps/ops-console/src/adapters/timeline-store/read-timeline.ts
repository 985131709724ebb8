import type { EventType } from '@caserelay/contracts';
import type { DataSource } from 'typeorm';
import type { CaseSummary, TimelineEntry } from '../../case-story.js';
import { entryFrom, summaryFrom, type EntryRow, type SummaryRow } from './timeline-rows.js';

/** Reads what the console knows of cases. */
export function readTimeline(database: DataSource) {
  return {
    /** Cases below a place in the list, newest activity first. */
    async findCases(ask: {
      limit: number;
      below: { lastEventAt: string; caseId: string } | null;
      search: string | null;
    }): Promise<CaseSummary[]> {
      const rows: SummaryRow[] = await database.query(
        `select * from case_summary
         where ($2::timestamptz is null or (last_event_at, case_id) < ($2::timestamptz, $3::uuid))
           and ($4::text is null or position(lower($4) in lower(concat_ws(' ', case_number, tracking_token, topic,
             end_customer, partner, problem, owner))) > 0)
         order by last_event_at desc, case_id desc
         limit $1`,
        [ask.limit, ask.below?.lastEventAt ?? null, ask.below?.caseId ?? null, ask.search],
      );
      return rows.map(summaryFrom);
    },

    async findSummaries(caseIds: string[]): Promise<CaseSummary[]> {
      const rows: SummaryRow[] = await database.query(`select * from case_summary where case_id = any($1::uuid[])`, [
        caseIds,
      ]);
      return rows.map(summaryFrom);
    },

    /** Entries of one case in the order in which they happened. */
    async findEntries(caseId: string, limit: number): Promise<TimelineEntry[]> {
      const rows: EntryRow[] = await database.query(
        `select * from (
           select * from timeline_entry where case_id = $1 order by at desc, event_id desc limit $2
         ) as newest order by at, event_id`,
        [caseId, limit],
      );
      return rows.map(entryFrom);
    },

    /** The latest entries of some types of one case, in the order in which they happened. */
    async findEntriesOf(caseId: string, types: readonly EventType[], limit: number): Promise<TimelineEntry[]> {
      const rows: EntryRow[] = await database.query(
        `select * from (
           select * from timeline_entry where case_id = $1 and type = any($2) order by at desc, event_id desc limit $3
         ) as newest order by at, event_id`,
        [caseId, types, limit],
      );
      return rows.map(entryFrom);
    },

    /** Entries of all cases in the order in which they were heard. */
    async findHeardAfter(position: string, limit: number): Promise<TimelineEntry[]> {
      const rows: EntryRow[] = await database.query(
        `select * from timeline_entry where id > $1::bigint order by id limit $2`,
        [position, limit],
      );
      return rows.map(entryFrom);
    },

    /** The id of the newest entry; "0" when there is none. */
    async lastPosition(): Promise<string> {
      const rows: { last: string }[] = await database.query(
        `select coalesce(max(id), 0)::text as last from timeline_entry`,
      );
      return rows[0]?.last ?? '0';
    },
  };
}
export type TimelineReader = ReturnType<typeof readTimeline>;
