import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people asked of cases, so that the same is not done twice. */
export class CommandTables1764350000000 implements MigrationInterface {
  readonly name = 'CommandTables1764350000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table case_command (
        case_id uuid not null,
        key text not null,
        digest text not null,
        answer json,
        asked_at timestamptz not null default clock_timestamp(),
        primary key (case_id, key)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table case_command');
  }
}
