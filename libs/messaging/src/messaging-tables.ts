import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables that every service keeps its heard and untold events in. Part of each service's migrations. */
export class MessagingTables1700000000000 implements MigrationInterface {
  readonly name = 'MessagingTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table inbox (
        event_id uuid primary key,
        heard_at timestamptz not null default now()
      )`);
    await runner.query(`create index inbox_heard_at on inbox (heard_at)`);
    // Rows live for milliseconds: vacuum by count, not by share, or the table bloats under load.
    await runner.query(`
      create table outbox (
        position bigserial primary key,
        event_id uuid not null,
        type text not null,
        case_id uuid,
        payload text not null,
        queue text,
        told_at timestamptz not null default now()
      ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table outbox`);
    await runner.query(`drop table inbox`);
  }
}

/** Where dead letters of all services are kept for people. Part of the migrations of the one service that collects them. */
export class DeadLetterTable1700000000001 implements MigrationInterface {
  readonly name = 'DeadLetterTable1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table dead_letter (
        id uuid primary key,
        service text not null,
        event_id uuid,
        case_id uuid,
        type text,
        reason text not null,
        error text,
        attempts integer not null,
        headers jsonb not null,
        payload text not null,
        first_failed_at timestamptz,
        dead_at timestamptz not null,
        state text not null default 'waiting' check (state in ('waiting', 'replayed', 'discarded')),
        replays integer not null default 0,
        settled_by text,
        settled_because text,
        settled_at timestamptz
      )`);
    await runner.query(`create index dead_letter_waiting on dead_letter (dead_at) where state = 'waiting'`);
    await runner.query(`create index dead_letter_case on dead_letter (case_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table dead_letter`);
  }
}
