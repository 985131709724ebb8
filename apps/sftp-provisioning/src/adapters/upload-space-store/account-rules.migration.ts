import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What bounds an account, its public keys, its sessions, who guesses passwords, and what was done. */
export class AccountRules1700000310000 implements MigrationInterface {
  name = 'AccountRules1700000310000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table upload_space
        add column expires_at timestamptz,
        add column disabled_at timestamptz,
        add column disabled_because text,
        add column allowed_addresses text[] not null default '{}',
        add column most_sessions integer,
        add column most_bytes bigint,
        add column most_files integer;
      create table access_key (
        key_id uuid primary key,
        space_id uuid not null references upload_space,
        algorithm text not null,
        blob bytea not null,
        fingerprint text not null,
        comment text not null,
        added_by text not null check (added_by in ('operator', 'customer')),
        added_at timestamptz not null,
        used_at timestamptz,
        unique (space_id, fingerprint)
      );
      create table upload_session (
        session_id uuid primary key,
        space_id uuid not null references upload_space,
        front_id uuid not null,
        address text not null,
        client text not null,
        method text not null,
        began_at timestamptz not null,
        seen_at timestamptz not null,
        is_unwanted boolean not null default false
      );
      create index on upload_session (space_id);
      create index on upload_session (front_id);
      create table login_standing (
        network text not null,
        account text not null,
        ban_id uuid not null unique default gen_random_uuid(),
        points integer not null,
        level integer not null,
        failed_at timestamptz not null,
        banned_until timestamptz,
        primary key (network, account)
      );
      create index on login_standing (banned_until) where banned_until is not null;
      create index on login_standing (failed_at);
      create table audit_entry (
        entry_id bigint generated always as identity primary key,
        at timestamptz not null,
        action text not null,
        outcome text not null,
        reason text,
        actor text not null,
        case_id uuid,
        space_id uuid,
        account text,
        address text,
        client text,
        session_id uuid,
        path text,
        to_path text,
        bytes bigint
      );
      create index on audit_entry (at);
      create index on audit_entry (case_id, entry_id);
      create index on audit_entry (account, entry_id);
      create index on audit_entry (address, entry_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table audit_entry, login_standing, upload_session, access_key;
      alter table upload_space drop column expires_at, drop column disabled_at, drop column disabled_because,
        drop column allowed_addresses, drop column most_sessions, drop column most_bytes, drop column most_files;
    `);
  }
}
