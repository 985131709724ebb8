import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything that intake has to remember. */
export class CaseTables1720000000000 implements MigrationInterface {
  readonly name = 'CaseTables1720000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table known_case (
        case_id uuid primary key,
        case_number text not null unique,
        tracking_token text not null unique,
        topic text not null,
        partner text,
        end_customer text,
        problem text,
        contact jsonb,
        owner jsonb,
        known_since timestamptz not null
      )`);
    await runner.query(`
      create table case_key (
        kind text not null check (kind in ('token', 'number')),
        value text not null,
        case_id uuid not null references known_case,
        primary key (kind, value)
      )`);
    await runner.query(`
      create table mail (
        mail_id uuid primary key,
        message_id text not null,
        content_sha256 char(64) not null,
        case_id uuid references known_case,
        kind text,
        kind_reason text,
        sender text not null,
        subject text not null,
        location text not null,
        taken_at timestamptz not null,
        unique (message_id, content_sha256)
      )`);
    await runner.query(`create index mail_of_case on mail (case_id, taken_at)`);
    await runner.query(`
      create table rejected_mail (
        sha256 char(64) primary key,
        reason text not null,
        sender text not null,
        recipients text not null,
        location text not null,
        rejected_at timestamptz not null
      )`);
    await runner.query(`
      create table posted_event (
        source text not null,
        event_id text not null,
        idempotency_key text,
        content_sha256 char(64) not null,
        case_id uuid references known_case,
        posted_at timestamptz not null,
        primary key (source, event_id),
        unique (source, idempotency_key)
      )`);
    await runner.query(`create sequence case_number_sequence minvalue 1 maxvalue 99999 cycle`);
    // Other systems count their tokens from below; ours start high, so that they rarely meet.
    await runner.query(`create sequence tracking_token_sequence minvalue 5000001 maxvalue 9999999 cycle`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table posted_event, rejected_mail, mail, case_key, known_case`);
    await runner.query(`drop sequence case_number_sequence, tracking_token_sequence`);
  }
}
