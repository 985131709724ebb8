import type { EntityManager } from 'typeorm';
import type { AccessKey } from '../../features/oversee-spaces/oversee-spaces.js';

interface KeyRow {
  key_id: string;
  algorithm: string;
  fingerprint: string;
  comment: string;
  added_by: 'operator' | 'customer';
  added_at: Date;
  used_at: Date | null;
}

/** Public keys that open accounts, in Postgres. */
export class AccessKeyStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async list(spaceId: string): Promise<AccessKey[]> {
    const rows = await this.rows<KeyRow>('select * from access_key where space_id = $1 order by added_at, key_id', [
      spaceId,
    ]);
    return rows.map((row) => ({
      keyId: row.key_id,
      algorithm: row.algorithm,
      fingerprint: row.fingerprint,
      comment: row.comment,
      addedBy: row.added_by,
      addedAt: row.added_at,
      usedAt: row.used_at,
    }));
  }

  async has(spaceId: string, blob: Buffer): Promise<boolean> {
    return (await this.rows('select 1 from access_key where space_id = $1 and blob = $2', [spaceId, blob])).length > 0;
  }

  /** Under a lock of the space, so that nobody gets more keys than he may. Within a transaction only. */
  async add(
    spaceId: string,
    key: Omit<AccessKey, 'usedAt'> & { blob: Buffer },
    most: number,
  ): Promise<'added' | 'known' | 'too-many'> {
    await this.database.query('select 1 from upload_space where space_id = $1 for no key update', [spaceId]);
    const [counted] = await this.rows<{ count: number; known: boolean }>(
      `select count(*)::int as count, coalesce(bool_or(fingerprint = $2), false) as known from access_key where space_id = $1`,
      [spaceId, key.fingerprint],
    );
    if (counted?.known === true) return 'known';
    if ((counted?.count ?? 0) >= most) return 'too-many';
    await this.database.query(
      `insert into access_key (key_id, space_id, algorithm, blob, fingerprint, comment, added_by, added_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [key.keyId, spaceId, key.algorithm, key.blob, key.fingerprint, key.comment, key.addedBy, key.addedAt],
    );
    return 'added';
  }

  async remove(spaceId: string, keyId: string): Promise<string | null> {
    const [removed] = await this.rows<{ fingerprint: string }>(
      `with removed as (delete from access_key where space_id = $1 and key_id = $2 returning fingerprint) select * from removed`,
      [spaceId, keyId],
    );
    return removed?.fingerprint ?? null;
  }

  async noteUse(spaceId: string, blob: Buffer, at: Date): Promise<void> {
    await this.database.query('update access_key set used_at = $3 where space_id = $1 and blob = $2', [
      spaceId,
      blob,
      at,
    ]);
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}
