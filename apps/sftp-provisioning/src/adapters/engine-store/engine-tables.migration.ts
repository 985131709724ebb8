import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What another program that runs the accounts reads and writes here: `engine_login` whom it may let in, `engine_news`
 * what its customers did. `engine_file` is ours: which state of each of its files was taken in.
 */
export class EngineTables1700000700000 implements MigrationInterface {
  name = 'EngineTables1700000700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table engine_account (
        space_id uuid primary key references upload_space,
        crypt_hash text not null
      );
      create view engine_login as
        select space.account, engine.crypt_hash
        from upload_space space join engine_account engine using (space_id)
        where space.state = 'open';
      create table engine_news (
        news_id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        account text not null,
        command text not null,
        path text not null,
        from_path text not null,
        status text not null
      );
      create index on engine_news (account, news_id);
      create table engine_file (
        space_id uuid not null references upload_space,
        path bytea not null,
        bytes bigint not null,
        changed_at double precision not null,
        primary key (space_id, path)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop view engine_login; drop table engine_file, engine_news, engine_account');
  }
}
