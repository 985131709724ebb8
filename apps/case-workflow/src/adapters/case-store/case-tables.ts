import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every case as it stands, and all that ever happened to it. */
export class CaseTables1710000000000 implements MigrationInterface {
  readonly name = 'CaseTables1710000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table cases (
        id uuid primary key,
        case_number text not null,
        tracking_token text not null,
        phase text not null,
        state jsonb not null,
        wake_at timestamptz,
        policy_version text not null,
        opened_at timestamptz not null,
        changed_at timestamptz not null,
        positions integer not null,
        told integer not null
      )`);
    await runner.query(`create index cases_to_wake on cases (wake_at) where wake_at is not null`);
    await runner.query(`create index cases_newest on cases (opened_at desc, id desc)`);
    await runner.query(`
      create table case_history (
        case_id uuid not null references cases (id),
        position integer not null,
        sequence integer,
        type text not null,
        data jsonb not null,
        at timestamptz not null,
        causation_id uuid,
        primary key (case_id, position)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table case_history`);
    await runner.query(`drop table cases`);
  }
}
