import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Requests to remove the reports of a case, the rows that stay of removed ones as their proof, and reopened cases. */
export class PurgeTables1722000000000 implements MigrationInterface {
  readonly name = 'PurgeTables1722000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table followed_case (case_id uuid primary key, heard_sequence integer not null);
      create table report_purge (
        case_id uuid not null,
        requested_at timestamptz not null,
        sequence integer,
        cause jsonb not null,
        ended_at timestamptz,
        primary key (case_id, requested_at)
      );
      create index on report_purge (requested_at) where ended_at is null;
      create table purged_report (
        case_id uuid not null,
        requested_at timestamptz not null,
        location text not null,
        name text not null,
        bytes bigint not null,
        sha256 char(64) not null,
        told_at timestamptz not null,
        purged_at timestamptz,
        primary key (case_id, requested_at, location)
      );
      create index analysis_of_case on analysis (case_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index analysis_of_case;
      drop table purged_report, report_purge, followed_case;
    `);
  }
}
