import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Mails whose case a person has to find, with what may be their case, and what was decided by whom. What has to be told
 * of a mail is kept while it waits and no longer.
 */
export class WaitingMails1720000300000 implements MigrationInterface {
  readonly name = 'WaitingMails1720000300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table waiting_mail (
        mail_id uuid primary key references mail,
        reason text not null,
        proposals jsonb not null,
        mail jsonb,
        waiting_since timestamptz not null,
        decision text check (decision in ('case', 'new', 'nothing')),
        case_id uuid references known_case,
        decided_by jsonb,
        note text,
        decided_at timestamptz,
        check ((decision is null) = (mail is not null)),
        check ((decision is null) = (decided_at is null))
      );
      create index mail_that_waits on waiting_mail (waiting_since, mail_id) where decision is null;
      create index mail_of_sender on mail (lower(sender), taken_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index mail_of_sender; drop table waiting_mail`);
  }
}
