import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which legal hold of a case was heard of last: a request to remove its mails from before it removes nothing. */
export class LegalHolds1720000200000 implements MigrationInterface {
  readonly name = 'LegalHolds1720000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table known_case add column legal_hold_sequence integer not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table known_case drop column legal_hold_sequence');
  }
}
