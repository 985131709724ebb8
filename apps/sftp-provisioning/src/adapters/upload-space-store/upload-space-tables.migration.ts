import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of upload spaces, links to their credentials, and uploads. */
export class UploadSpaceTables1700000100000 implements MigrationInterface {
  name = 'UploadSpaceTables1700000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table upload_space (
        space_id uuid primary key,
        case_id uuid not null unique,
        account text not null unique,
        sealed_password text not null,
        state text not null check (state in ('open', 'closed')),
        opened_at timestamptz not null,
        closed_at timestamptz
      );
      create table credential_link (
        token_hash bytea primary key,
        space_id uuid not null references upload_space,
        expires_at timestamptz not null,
        max_openings integer not null,
        openings integer not null default 0
      );
      create index on credential_link (space_id);
      create table upload (
        upload_id uuid primary key,
        space_id uuid not null references upload_space,
        folder text not null,
        name text not null,
        location text not null unique,
        state text not null check (state in ('receiving', 'interrupted', 'named-later', 'received')),
        is_visible boolean not null default true,
        is_started boolean not null default false,
        bytes bigint not null default 0,
        sha256 text,
        told_path text,
        changed_at timestamptz not null
      );
      create unique index upload_seen_name on upload (space_id, folder, name) where is_visible;
      create index upload_told on upload (space_id, sha256) where state = 'received';
      create index upload_receiving on upload (upload_id) where state = 'receiving';
      create table upload_folder (
        space_id uuid not null references upload_space,
        path text not null,
        parent text not null,
        name text not null,
        changed_at timestamptz not null,
        primary key (space_id, path)
      );
      create index on upload_folder (space_id, parent);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table upload_folder, upload, credential_link, upload_space');
  }
}
