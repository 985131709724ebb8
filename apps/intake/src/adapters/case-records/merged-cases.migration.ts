import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which case a merged one goes on in; that one is merged into none. */
export class MergedCases1764500000000 implements MigrationInterface {
  readonly name = 'MergedCases1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table known_case add column merged_into uuid references known_case;
      create index known_case_merged on known_case (merged_into) where merged_into is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table known_case drop column merged_into`);
  }
}
