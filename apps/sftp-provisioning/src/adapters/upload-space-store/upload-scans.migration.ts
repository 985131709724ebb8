import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a malware scanner said of uploads. `upload.scan` is what others ask for; `upload_scan` is how it came about, from
 * the first time that somebody took the upload in hand.
 */
export class UploadScans1700000820000 implements MigrationInterface {
  name = 'UploadScans1700000820000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table upload
        add column scan text check (scan in ('clean', 'infected', 'not-scanned')),
        add column released_at timestamptz;
      create index upload_unscanned on upload (closed_at desc nulls last, upload_id)
        where state = 'received' and ending is not null and scan is null;
      create index upload_in_quarantine on upload (upload_id) where scan = 'infected' and released_at is null;
      create table upload_scan (
        upload_id uuid primary key references upload on delete cascade,
        failures integer not null default 0,
        last_failure text,
        next_at timestamptz,
        taken_until timestamptz,
        signature text,
        reason text,
        scanner text,
        scanned_at timestamptz,
        released_because text
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table upload_scan;
      drop index upload_unscanned, upload_in_quarantine;
      alter table upload drop column scan, drop column released_at`);
  }
}
