import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What became of waking a case: a failure puts the next attempt off (`wake_retry_at`), for ever when it is 'infinity'.
 * The index holds when each case is due, so that what is due and what will be is found whatever else sleeps.
 */
export class TimerTables1764400000000 implements MigrationInterface {
  readonly name = 'TimerTables1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table cases
        add column wake_failures integer not null default 0,
        add column wake_error text,
        add column wake_failed_at timestamptz,
        add column wake_retry_at timestamptz`);
    await runner.query(`drop index cases_to_wake`);
    await runner.query(
      `create index cases_due on cases ((coalesce(wake_retry_at, wake_at)), id) where wake_at is not null`,
    );
    await runner.query(`create index cases_failing on cases (wake_failed_at, id) where wake_failures > 0`);
    await runner.query(`
      create table reconciliation (
        only_row boolean primary key default true check (only_row),
        number bigint not null,
        at timestamptz not null,
        milliseconds double precision not null,
        bells integer not null,
        because text not null
      )`);
    await runner.query(`insert into reconciliation values (true, 0, to_timestamp(0), 0, 0, 'never')`);
    await runner.query(`
      create table ring_minute (
        minute timestamptz not null,
        instance uuid not null,
        rung integer not null,
        longest double precision not null,
        counts integer[] not null,
        primary key (minute, instance)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table ring_minute`);
    await runner.query(`drop table reconciliation`);
    await runner.query(`drop index cases_failing`);
    await runner.query(`drop index cases_due`);
    await runner.query(`create index cases_to_wake on cases (wake_at) where wake_at is not null`);
    await runner.query(`
      alter table cases
        drop column wake_failures, drop column wake_error, drop column wake_failed_at, drop column wake_retry_at`);
  }
}
