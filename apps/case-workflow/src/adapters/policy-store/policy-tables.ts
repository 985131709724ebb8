import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every version of every policy, the holidays that they rest on, and what was changed in the cases that live by them. */
export class PolicyTables1764450000000 implements MigrationInterface {
  readonly name = 'PolicyTables1764450000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table holiday_sets (
        version text primary key,
        country text not null,
        years jsonb not null,
        position bigint generated always as identity,
        kept_at timestamptz not null default now()
      )`);
    await runner.query(`create index holiday_sets_latest on holiday_sets (country, position desc)`);
    await runner.query(`
      create table policy_versions (
        name text not null,
        number integer not null,
        document text not null,
        holidays jsonb not null,
        by jsonb,
        note text,
        kept_at timestamptz not null default now(),
        primary key (name, number)
      )`);
    await runner.query(`
      create table policy_changes (
        id bigint generated always as identity primary key,
        policy text not null,
        number integer not null,
        because text not null,
        by jsonb not null,
        note text,
        begun_at timestamptz not null default now(),
        finished_at timestamptz,
        cases integer not null default 0,
        moved integer not null default 0,
        failed integer not null default 0,
        foreign key (policy, number) references policy_versions (name, number)
      )`);
    await runner.query(`create index policy_changes_unfinished on policy_changes (id) where finished_at is null`);
    await runner.query(`create index cases_of_policy on cases (policy_version, id) where phase <> 'archived'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index cases_of_policy`);
    await runner.query(`drop table policy_changes`);
    await runner.query(`drop table policy_versions`);
    await runner.query(`drop table holiday_sets`);
  }
}
