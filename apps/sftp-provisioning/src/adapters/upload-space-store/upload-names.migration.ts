import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Names as the bytes that clients sent, and the times that clients set. Of what came before, the bytes are known where
 * the name is plain ASCII; else they stay null, and whatever reads the same has that name, as before.
 */
export class UploadNames1700000800000 implements MigrationInterface {
  name = 'UploadNames1700000800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table upload add column name_bytes bytea, add column modified_at timestamptz;
      alter table upload_folder add column name_bytes bytea, add column modified_at timestamptz;
      update upload set name_bytes = convert_to(name, 'UTF8') where name ~ '^[ -~]+$' and position('%' in name) = 0;
      update upload_folder set name_bytes = convert_to(name, 'UTF8')
        where name ~ '^[ -~]+$' and position('%' in name) = 0;
      create unique index upload_seen_bytes on upload (space_id, folder, name_bytes) where is_visible;
      create unique index upload_folder_bytes on upload_folder (space_id, parent, name_bytes);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table upload drop column name_bytes, drop column modified_at;
      alter table upload_folder drop column name_bytes, drop column modified_at;
    `);
  }
}
