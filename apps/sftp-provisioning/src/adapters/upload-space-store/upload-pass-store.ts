import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { hashOfSecret } from '../../link-standing.js';

/**
 * Passes for browsers: who opened a credential page by its button gets one. Only its hash is kept, and it ends with its
 * link. Times are of the real clock: a browser's upload does not run faster because cases do.
 */
export class UploadPassStore {
  constructor(
    private readonly database: Pick<EntityManager, 'query'>,
    private readonly hours: number,
  ) {}

  async give(tokenHash: Buffer): Promise<string> {
    const pass = randomBytes(32).toString('base64url');
    await this.database.query('delete from upload_pass where expires_at <= now()');
    await this.database.query(
      'insert into upload_pass (pass_hash, token_hash, expires_at) values ($1, $2, now() + make_interval(secs => $3))',
      [hashOfSecret(pass), tokenHash, this.hours * 3600],
    );
    return pass;
  }

  async isGood(tokenHash: Buffer, passHash: Buffer): Promise<boolean> {
    const found = await this.database.query<unknown[]>(
      'select 1 from upload_pass where pass_hash = $1 and token_hash = $2 and expires_at > now()',
      [passHash, tokenHash],
    );
    return found.length === 1;
  }
}
