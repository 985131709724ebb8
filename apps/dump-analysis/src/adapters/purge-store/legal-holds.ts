import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which legal hold of a case was heard of last: a request to remove its reports from before it leaves the rest. */
export class LegalHolds1722000100000 implements MigrationInterface {
  readonly name = 'LegalHolds1722000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table followed_case add column legal_hold_sequence integer not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table followed_case drop column legal_hold_sequence');
  }
}
