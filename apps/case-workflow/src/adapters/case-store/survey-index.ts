import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds what was asked and answered of customers among all that ever happened to cases. */
export class SurveyIndex1764500000000 implements MigrationInterface {
  readonly name = 'SurveyIndex1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index case_history_of_surveys on case_history (at, case_id, position)
       where type in ('case.survey-asked', 'case.survey-answered')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index case_history_of_surveys`);
  }
}
