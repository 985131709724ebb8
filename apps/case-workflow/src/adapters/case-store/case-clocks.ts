import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Cases that were kept when a case could be open without an owner and without a clock are looked at once; what they
 * say of it is worked out where they are read.
 */
export class CaseClocks1764300000000 implements MigrationInterface {
  readonly name = 'CaseClocks1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`update cases set wake_at = changed_at where wake_at is null and phase <> 'archived'`);
  }

  /** A case that is looked at for nothing stays as it is. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
