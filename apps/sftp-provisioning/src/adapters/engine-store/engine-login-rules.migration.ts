import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An engine lets nobody in whom we would not let in: accounts that are disabled or have expired. */
export class EngineLoginRules1700000710000 implements MigrationInterface {
  name = 'EngineLoginRules1700000710000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create or replace view engine_login as
        select space.account, engine.crypt_hash, space.allowed_addresses
        from upload_space space join engine_account engine using (space_id)
        where space.state = 'open' and space.disabled_at is null
          and (space.expires_at is null or space.expires_at > now())`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop view engine_login;
      create view engine_login as
        select space.account, engine.crypt_hash
        from upload_space space join engine_account engine using (space_id)
        where space.state = 'open'`);
  }
}
