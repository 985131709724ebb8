import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far a reading has come, noted now and then. */
export class ProgressColumns1720000300000 implements MigrationInterface {
  readonly name = 'ProgressColumns1720000300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table analysis add column progress jsonb, add column progress_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table analysis drop column progress, drop column progress_at`);
  }
}
