import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Passwords are kept as hashes, and sealed under the token of the link that shows them. What was kept before under a
 * key of the settings is dropped: those accounts are let in again by a new link.
 */
export class PasswordHashes1700000300000 implements MigrationInterface {
  name = 'PasswordHashes1700000300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table upload_space add column password_hash text;
      alter table upload_space drop column sealed_password;
      alter table credential_link
        add column link_id uuid not null unique default gen_random_uuid(),
        add column sealed_password text,
        add column made_at timestamptz not null default now(),
        add column revoked_at timestamptz;
      update credential_link set revoked_at = now();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table credential_link drop column link_id, drop column sealed_password, drop column made_at, drop column revoked_at;
      alter table upload_space drop column password_hash;
      alter table upload_space add column sealed_password text not null default '';
    `);
  }
}
