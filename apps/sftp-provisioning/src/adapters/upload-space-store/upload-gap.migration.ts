import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the first gap of an upload begins while it arrives out of order. */
export class UploadGap1700000200000 implements MigrationInterface {
  name = 'UploadGap1700000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table upload add column gap_at bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table upload drop column gap_at');
  }
}
