import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The console's own picture of every case. */
export class TimelineTables1710000000000 implements MigrationInterface {
  readonly name = 'TimelineTables1710000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table timeline_entry (
        id bigint generated always as identity primary key,
        event_id uuid not null unique,
        case_id uuid not null,
        at timestamptz not null,
        heard_at timestamptz not null default clock_timestamp(),
        type text not null,
        source text not null,
        sequence integer,
        causation_id uuid,
        headline_zh text not null,
        headline_en text not null,
        data jsonb not null
      )`);
    await runner.query(`create index timeline_entry_of_case on timeline_entry (case_id, at, event_id)`);
    await runner.query(`
      create table case_summary (
        case_id uuid primary key,
        case_number text,
        tracking_token text,
        topic text,
        end_customer text,
        partner text,
        problem text,
        owner text,
        phase text,
        rest text,
        reading jsonb not null default '[]',
        opened_at timestamptz,
        last_event_at timestamptz not null,
        uploads integer not null default 0,
        letters integer not null default 0,
        failed_letters integer not null default 0,
        reminders integer not null default 0,
        last_finding text,
        phase_sequence integer not null default 0,
        file_sequence integer not null default 0
      )`);
    await runner.query(`create index case_summary_newest on case_summary (last_event_at desc, case_id desc)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table case_summary`);
    await runner.query(`drop table timeline_entry`);
  }
}
