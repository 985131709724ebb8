import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What dumps of a case are compared by, one row for each upload that held one. */
export class CaseDumpsTable1720000300001 implements MigrationInterface {
  readonly name = 'CaseDumpsTable1720000300001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table case_dump (
        upload_id uuid primary key,
        case_id uuid not null,
        name text not null,
        signature text,
        crash_signature text,
        os_build integer,
        modules jsonb not null,
        happened_at timestamptz not null
      )`);
    await runner.query(`create index case_dump_of_case on case_dump (case_id, happened_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table case_dump`);
  }
}
