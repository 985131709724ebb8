import {
  pageOf,
  type KeptReason,
  type PurgedFile,
  type PurgedFilesPage,
  type PurgedFilesWish,
} from '@caserelay/contracts';
import type { Cause } from '@caserelay/messaging';
import type { EntityManager } from 'typeorm';
import type { Purge, Removed, StoredFile } from '../../features/purge-evidence/purge-evidence.js';

/** Requests to remove what spaces hold, and the rows that stay of removed files as their proof, in Postgres. */
export class PurgeStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async keep({ spaceId, requestedAt, sequence, cause }: Omit<Purge, 'account' | 'caseId'>): Promise<void> {
    await this.database.query(
      `insert into evidence_purge (space_id, requested_at, sequence, cause) values ($1, $2, $3, $4)
       on conflict do nothing`,
      [spaceId, requestedAt, sequence ?? null, JSON.stringify(cause)],
    );
  }

  async listUnended(): Promise<Purge[]> {
    const rows = await this.rows<{
      space_id: string;
      case_id: string;
      account: string;
      requested_at: Date;
      sequence: number | null;
      cause: Cause;
    }>(
      `select purge.*, space.case_id, space.account from evidence_purge purge join upload_space space using (space_id)
       where purge.ended_at is null order by purge.requested_at limit 100`,
      [],
    );
    return rows.map((row) => ({
      spaceId: row.space_id,
      caseId: row.case_id,
      account: row.account,
      requestedAt: row.requested_at.toISOString(),
      sequence: row.sequence ?? undefined,
      cause: row.cause,
    }));
  }

  async take({ spaceId, requestedAt, sequence }: Purge): Promise<{ keptBecause: KeptReason | null } | null> {
    const [taken] = await this.rows(
      `select 1 from evidence_purge where space_id = $1 and requested_at = $2 and ended_at is null
       for update skip locked`,
      [spaceId, requestedAt],
    );
    if (!taken) return null;
    const [space] = await this.rows<{ is_reopened: boolean; is_held: boolean }>(
      `select state = 'open' or heard_sequence > coalesce($2, heard_sequence) as is_reopened,
              legal_hold_sequence > coalesce($2, 0) as is_held
       from upload_space where space_id = $1 for no key update`,
      [spaceId, sequence ?? null],
    );
    if (space?.is_held) return { keptBecause: 'legal-hold' };
    return { keptBecause: space?.is_reopened === false ? null : 'reopened' };
  }

  async nextFile(spaceId: string): Promise<StoredFile | null> {
    const [row] = await this.rows<{ upload_id: string; location: string; path: string; bytes: string }>(
      `select upload_id, location, ${path}, bytes from upload where space_id = $1 and state <> 'purged'
       order by upload_id limit 1`,
      [spaceId],
    );
    return row ? { uploadId: row.upload_id, location: row.location, path: row.path, bytes: Number(row.bytes) } : null;
  }

  async countKept(spaceId: string): Promise<number> {
    const [row] = await this.rows<{ count: number }>(
      `select count(*)::int as count from upload where space_id = $1 and state <> 'purged'`,
      [spaceId],
    );
    return row?.count ?? 0;
  }

  async markPurged(uploadId: string, { requestedAt }: Purge, at: Date): Promise<void> {
    await this.database.query(
      `update upload set state = 'purged', is_visible = false, purged_at = $2, purged_for = $3 where upload_id = $1`,
      [uploadId, at, requestedAt],
    );
  }

  async removedFor({ spaceId, requestedAt }: Purge, most: number): Promise<Removed> {
    const [sum] = await this.rows<{ files: number; bytes: number }>(
      `select count(*)::int as files, coalesce(sum(bytes), 0)::float8 as bytes from upload
       where space_id = $1 and purged_for = $2`,
      [spaceId, requestedAt],
    );
    const rows = await this.rows<PurgedRow>(
      `select ${path}, bytes, sha256, changed_at, purged_at from upload where space_id = $1 and purged_for = $2
       order by changed_at, upload_id limit $3`,
      [spaceId, requestedAt, most],
    );
    return {
      filesInAll: sum?.files ?? 0,
      bytesInAll: sum?.bytes ?? 0,
      files: rows.map(purgedFile),
    };
  }

  async listPurged({ caseId, requestedAt, after, limit }: PurgedFilesWish): Promise<PurgedFilesPage> {
    const rows = await this.rows<PurgedRow & { upload_id: string }>(
      `select upload_id, ${path}, bytes, sha256, changed_at, purged_at from upload join upload_space using (space_id)
       where case_id = $1 and purged_for = $2 and ($3::text is null or upload_id::text > $3)
       order by upload_id::text limit $4`,
      [caseId, requestedAt, after, limit + 1],
    );
    return pageOf(
      rows.map((row) => ({ key: row.upload_id, file: purgedFile(row) })),
      limit,
    );
  }

  /** Also forgets what only served to upload: folders, uploads of browsers, and what was taken in from another program. */
  async end({ spaceId, requestedAt }: Purge, at: Date, isKept: boolean): Promise<void> {
    await this.database.query('update evidence_purge set ended_at = $3 where space_id = $1 and requested_at = $2', [
      spaceId,
      requestedAt,
      at,
    ]);
    if (isKept) return;
    for (const table of ['browser_upload', 'upload_folder', 'engine_file'])
      await this.database.query(`delete from ${table} where space_id = $1`, [spaceId]);
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}

const path = `case when folder = '' then name else folder || '/' || name end as path`;

interface PurgedRow {
  path: string;
  bytes: string;
  sha256: string | null;
  changed_at: Date;
  purged_at: Date;
}

function purgedFile(row: PurgedRow): PurgedFile {
  return {
    kind: 'upload',
    name: row.path,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    receivedAt: row.changed_at.toISOString(),
    purgedAt: row.purged_at.toISOString(),
  };
}
