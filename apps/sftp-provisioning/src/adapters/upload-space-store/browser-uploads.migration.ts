import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Uploads that a browser began, and the passes that opening a credential page gives. */
export class BrowserUploads1700000600000 implements MigrationInterface {
  name = 'BrowserUploads1700000600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table browser_upload (
        id uuid primary key,
        space_id uuid not null references upload_space on delete cascade,
        upload_id uuid not null,
        name text not null,
        bytes bigint not null,
        last_modified bigint not null,
        begun_at timestamptz not null,
        is_finished boolean not null default false
      );
      create index on browser_upload (space_id);
      create index on browser_upload (upload_id);
      create index on browser_upload (begun_at);
      create table upload_pass (
        pass_hash bytea primary key,
        token_hash bytea not null references credential_link on delete cascade,
        expires_at timestamptz not null
      );
      create index on upload_pass (token_hash);
      create index on upload_pass (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table upload_pass, browser_upload');
  }
}
