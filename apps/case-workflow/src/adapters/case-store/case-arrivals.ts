import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Cases that were kept before uploads were followed while they arrive know of none. */
export class CaseArrivals1763900000000 implements MigrationInterface {
  readonly name = 'CaseArrivals1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      update cases set state = jsonb_set(jsonb_set(state, '{known,arriving}', '[]'), '{known,notices}', '[]')
      where state ? 'known'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`update cases set state = state #- '{known,arriving}' #- '{known,notices}'`);
  }
}
