import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row for each upload that somebody asked to be recognised while it arrives. */
export class RecognitionTable1721000000000 implements MigrationInterface {
  readonly name = 'RecognitionTable1721000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table recognition (
        upload_id uuid primary key,
        case_id uuid not null,
        name text not null,
        location text not null,
        cause jsonb not null,
        state text not null default 'requested' check (state in ('requested', 'told', 'given-up')),
        look_at timestamptz not null default now(),
        grown_at timestamptz not null default now(),
        faults integer not null default 0,
        last_fault text,
        outcome jsonb,
        requested_at timestamptz not null default now(),
        ended_at timestamptz
      )`);
    await runner.query(`create index recognition_requested on recognition (look_at) where state = 'requested'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table recognition`);
  }
}
