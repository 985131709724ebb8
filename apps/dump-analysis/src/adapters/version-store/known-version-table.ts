import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What dumps of all cases told of builds of images. */
export class KnownVersionTable1720000300002 implements MigrationInterface {
  readonly name = 'KnownVersionTable1720000300002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table known_version (
        name text not null,
        time_date_stamp bigint not null,
        size bigint not null,
        file_version text not null,
        product_version text,
        product text,
        company text,
        description text,
        disputed boolean not null default false,
        learnt_from uuid not null,
        learnt_at timestamptz not null default now(),
        primary key (name, time_date_stamp, size)
      )`);
    await runner.query(`create index known_version_age on known_version (learnt_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table known_version`);
  }
}
