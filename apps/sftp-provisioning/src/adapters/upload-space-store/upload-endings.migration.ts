import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was told of received uploads at last, and how far those have come that arrive. What was received long before is
 * read already; of what came in within the last day it is told anew whether all of it is here, because some listener may
 * have heard nothing of it yet. Who has, takes it as heard.
 */
export class UploadEndings1700000400000 implements MigrationInterface {
  name = 'UploadEndings1700000400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table upload
        add column ending text check (ending in ('completed', 'cut-short', 'untold')),
        add column closed_at timestamptz not null default clock_timestamp(),
        add column expected_bytes bigint,
        add column told_bytes bigint not null default 0,
        add column times_told integer not null default 0;
      update upload set ending = 'completed'
        where state = 'received' and changed_at < now() - interval '1 day';
      create index upload_unended on upload (closed_at)
        where (state = 'received' and ending is null) or state = 'named-later';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index upload_unended;
      alter table upload drop column ending, drop column closed_at, drop column expected_bytes,
        drop column told_bytes, drop column times_told`);
  }
}
