import type { AnyEvent, Phase } from '@caserelay/contracts';
import type { EntityManager } from 'typeorm';
import type { Sentence } from '@caserelay/event-headlines';
import type { CaseSummary } from '../../case-story.js';
import { summaryFrom, type SummaryRow } from './timeline-rows.js';

/** A summary as it is kept, with what the next event needs to know. */
export type KeptSummary = CaseSummary & {
  rest: Phase | null;
  reading: string[];
  phaseSequence: number;
  fileSequence: number;
};

type KeptRow = SummaryRow & { rest: Phase | null; reading: string[]; phase_sequence: number; file_sequence: number };

/** Writes events and summaries inside an open transaction, each kind in one statement. */
export function writeTimeline(tx: EntityManager) {
  return {
    async addEntries(entries: { event: AnyEvent; headline: Sentence }[]): Promise<Set<string>> {
      // Readers follow the ids, so ids have to become visible in their order: one writer at a time.
      await tx.query(`select pg_advisory_xact_lock(hashtext(current_schema() || '.timeline_entry'))`);
      const rows: { event_id: string }[] = await tx.query(
        `insert into timeline_entry (event_id, case_id, at, type, source, sequence, causation_id, headline_zh, headline_en, data)
         select event_id, case_id, at, type, source, sequence, causation_id, headline_zh, headline_en, data
         from rows from (jsonb_to_recordset($1::jsonb) as (
           event_id uuid, case_id uuid, at timestamptz, type text, source text, sequence integer, causation_id uuid,
           headline_zh text, headline_en text, data jsonb)) with ordinality as heard (
           event_id, case_id, at, type, source, sequence, causation_id, headline_zh, headline_en, data, position)
         order by position
         on conflict (event_id) do nothing
         returning event_id`,
        [
          withoutNul(
            JSON.stringify(
              entries.map(({ event, headline }) => ({
                event_id: event.id,
                case_id: event.subject,
                // What was sent before it came in here stands where it was sent.
                at: new Date(event.type === 'mail.imported' ? event.data.sentAt : event.time),
                type: event.type,
                source: event.source.replace(/^\/caserelay\//, ''),
                sequence: event.sequence,
                causation_id: event.causationid,
                headline_zh: headline.zh,
                headline_en: headline.en,
                data: event.data,
              })),
            ),
          ),
        ],
      );
      return new Set(rows.map((row) => row.event_id));
    },

    async holdSummaries(beginnings: KeptSummary[]): Promise<KeptSummary[]> {
      const rows: KeptRow[] = await tx.query(
        `insert into case_summary (case_id, last_event_at)
         select * from unnest($1::uuid[], $2::timestamptz[]) as beginning (case_id, last_event_at) order by case_id
         on conflict (case_id) do update set case_id = excluded.case_id
         returning *`,
        [beginnings.map((each) => each.caseId), beginnings.map((each) => each.lastEventAt)],
      );
      return rows.map((row) => ({
        ...summaryFrom(row),
        rest: row.rest,
        reading: row.reading,
        phaseSequence: row.phase_sequence,
        fileSequence: row.file_sequence,
      }));
    },

    async keepSummaries(summaries: KeptSummary[]): Promise<void> {
      await tx.query(
        `update case_summary set
           case_number = told."caseNumber", tracking_token = told."trackingToken", topic = told.topic,
           end_customer = told."endCustomer", partner = told.partner, problem = told.problem, owner = told.owner,
           phase = told.phase, rest = told.rest, reading = told.reading,
           opened_at = told."openedAt", last_event_at = told."lastEventAt", uploads = told.uploads,
           letters = told.letters, failed_letters = told."failedLetters", reminders = told.reminders,
           last_finding = told."lastFinding", phase_sequence = told."phaseSequence", file_sequence = told."fileSequence"
         from jsonb_to_recordset($1::jsonb) as told (
           "caseId" uuid, "caseNumber" text, "trackingToken" text, topic text, "endCustomer" text, partner text,
           problem text, owner text, phase text, rest text, reading jsonb, "openedAt" timestamptz, "lastEventAt" timestamptz, uploads integer,
           letters integer, "failedLetters" integer, reminders integer, "lastFinding" text, "phaseSequence" integer,
           "fileSequence" integer)
         where case_summary.case_id = told."caseId"`,
        [withoutNul(JSON.stringify(summaries))],
      );
    },
  };
}

/** Postgres cannot keep U+0000 in text; a mail may well hold one. */
function withoutNul(json: string): string {
  return json.replace(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd');
}
