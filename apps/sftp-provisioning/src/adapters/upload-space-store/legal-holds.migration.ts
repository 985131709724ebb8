import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which legal hold of its case a space has heard of last: a request to remove evidence from before it leaves the rest. */
export class LegalHolds1700000830000 implements MigrationInterface {
  name = 'LegalHolds1700000830000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table upload_space add column legal_hold_sequence integer not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table upload_space drop column legal_hold_sequence');
  }
}
