import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which files lie in the evidence store for which mail, so that they can be removed with their case, and which event of
 * its case a case has followed last. Attachments of mails from before are noted by the service, which has to read them.
 */
export class KeptFiles1720000100000 implements MigrationInterface {
  readonly name = 'KeptFiles1720000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table known_case add column heard_sequence integer not null default 0;
      alter table mail add column has_files_noted boolean not null default true;
      update mail set has_files_noted = false;
      create index mail_without_files on mail (mail_id) where not has_files_noted;
      create table kept_file (
        mail_id uuid not null references mail,
        location text not null,
        kind text not null check (kind in ('mail', 'attachment')),
        name text not null,
        bytes bigint not null,
        sha256 char(64) not null,
        kept_at timestamptz not null,
        released_at timestamptz,
        purged_at timestamptz,
        purged_for timestamptz,
        primary key (mail_id, location)
      );
      create index kept_file_of_location on kept_file (location) where purged_at is null and released_at is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table kept_file;
      alter table mail drop column has_files_noted;
      alter table known_case drop column heard_sequence;
    `);
  }
}
