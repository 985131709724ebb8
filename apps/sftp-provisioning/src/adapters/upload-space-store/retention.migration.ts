import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Spaces that can only be read from, which event of its case a space has followed last, and files that were purged: their
 * rows stay as the proof. Spaces that are closed already stay so.
 */
export class Retention1700000810000 implements MigrationInterface {
  name = 'Retention1700000810000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table upload_space
        add column read_only_at timestamptz,
        add column heard_sequence integer not null default 0;
      alter table upload
        add column purged_at timestamptz,
        add column purged_for timestamptz,
        drop constraint upload_state_check,
        add constraint upload_state_check
          check (state in ('receiving', 'interrupted', 'named-later', 'received', 'purged'));
      create table evidence_purge (
        space_id uuid not null references upload_space,
        requested_at timestamptz not null,
        sequence integer,
        cause jsonb not null,
        ended_at timestamptz,
        primary key (space_id, requested_at)
      );
      create index on evidence_purge (requested_at) where ended_at is null;
      create or replace view engine_login as
        select space.account, engine.crypt_hash, space.allowed_addresses
        from upload_space space join engine_account engine using (space_id)
        where space.state = 'open' and space.disabled_at is null and space.read_only_at is null
          and (space.expires_at is null or space.expires_at > now());
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create or replace view engine_login as
        select space.account, engine.crypt_hash, space.allowed_addresses
        from upload_space space join engine_account engine using (space_id)
        where space.state = 'open' and space.disabled_at is null
          and (space.expires_at is null or space.expires_at > now());
      drop table evidence_purge;
      delete from upload where state = 'purged';
      alter table upload drop column purged_at, drop column purged_for, drop constraint upload_state_check,
        add constraint upload_state_check check (state in ('receiving', 'interrupted', 'named-later', 'received'));
      update upload_space set state = 'closed' where read_only_at is not null;
      alter table upload_space drop column read_only_at, drop column heard_sequence;
    `);
  }
}
