import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Letters to people: kept with the event that asks for them, sent afterwards. */
export class LetterTables1710000000000 implements MigrationInterface {
  readonly name = 'LetterTables1710000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table letter (
        letter_id uuid primary key,
        position bigserial not null,
        case_id uuid not null,
        audience text not null,
        message_id text not null unique,
        content jsonb not null,
        cause jsonb not null,
        written_at timestamptz not null,
        state text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'failed')),
        attempts integer not null default 0,
        attempt_at timestamptz,
        lease_until timestamptz,
        not_before timestamptz not null default now(),
        refusals integer not null default 0,
        refused_since timestamptz,
        reason text,
        settled_at timestamptz
      )`);
    await runner.query(`create index letter_of_case on letter (case_id, position)`);
    await runner.query(`create index letter_unsettled on letter (position) where state in ('pending', 'sending')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table letter`);
  }
}
