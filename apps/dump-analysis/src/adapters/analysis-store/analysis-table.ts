import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row for each upload that somebody asked to be read. */
export class AnalysisTable1720000000000 implements MigrationInterface {
  readonly name = 'AnalysisTable1720000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table analysis (
        upload_id uuid primary key,
        case_id uuid not null,
        name text not null,
        location text not null,
        cause jsonb not null,
        state text not null default 'requested' check (state in ('requested', 'told')),
        attempts integer not null default 0,
        try_at timestamptz not null default now(),
        last_fault text,
        outcome jsonb,
        requested_at timestamptz not null default now(),
        told_at timestamptz
      )`);
    await runner.query(`create index analysis_requested on analysis (try_at) where state = 'requested'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table analysis`);
  }
}
