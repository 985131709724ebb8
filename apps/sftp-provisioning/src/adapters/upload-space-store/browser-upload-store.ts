import type { EntityManager } from 'typeorm';
import type { BrowserUpload } from '../../features/upload-by-browser/browser-uploads.js';

interface Row {
  id: string;
  space_id: string;
  case_id: string;
  upload_id: string;
  name: string;
  bytes: string;
  last_modified: string;
  begun_at: Date;
  is_finished: boolean;
}

/** Uploads that browsers began, in Postgres. */
export class BrowserUploadStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async add(upload: BrowserUpload): Promise<void> {
    await this.database.query(
      `insert into browser_upload (id, space_id, upload_id, name, bytes, last_modified, begun_at, is_finished)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        upload.id,
        upload.spaceId,
        upload.uploadId,
        upload.name,
        upload.bytes,
        upload.lastModified,
        upload.begunAt,
        upload.isFinished,
      ],
    );
  }

  async get(id: string): Promise<BrowserUpload | null> {
    return (await this.select('browser.id = $1', [id]))[0] ?? null;
  }

  async countUnfinished(spaceId: string): Promise<number> {
    const [row] = await this.rows<{ count: string }>(
      'select count(*) from browser_upload where space_id = $1 and not is_finished',
      [spaceId],
    );
    return Number(row?.count ?? 0);
  }

  async finish(id: string): Promise<void> {
    await this.database.query('update browser_upload set is_finished = true where id = $1', [id]);
  }

  async forget(id: string): Promise<void> {
    await this.database.query('delete from browser_upload where id = $1', [id]);
  }

  async listBegunBefore(at: Date): Promise<(BrowserUpload & { caseId: string })[]> {
    return this.select('browser.begun_at < $1 order by browser.begun_at limit 500', [at]);
  }

  async findUploadId(spaceId: string, name: string): Promise<string | null> {
    const [row] = await this.rows<{ upload_id: string }>(
      `select upload_id from upload where space_id = $1 and folder = '' and name_bytes = $2 and is_visible`,
      [spaceId, Buffer.from(name)],
    );
    return row?.upload_id ?? null;
  }

  async listReceived(spaceId: string): Promise<{ uploadId: string; path: string }[]> {
    return this.rows(
      `select upload_id as "uploadId", case folder when '' then name else folder || '/' || name end as path
       from upload where space_id = $1 and is_visible and state = 'received' order by upload_id`,
      [spaceId],
    );
  }

  async findPlace(uploadId: string): Promise<{ path: Buffer; state: string; bytes: number } | null> {
    const [row] = await this.rows<{ names: Buffer[]; state: string; bytes: string }>(
      `select state, bytes,
              array(select coalesce(above.name_bytes, convert_to(above.name, 'UTF8')) from upload_folder above
                    where above.space_id = upload.space_id
                      and (above.path = upload.folder or starts_with(upload.folder, above.path || '/'))
                    order by length(above.path))
                || coalesce(name_bytes, convert_to(name, 'UTF8')) as names
       from upload where upload_id = $1 and is_visible`,
      [uploadId],
    );
    if (!row) return null;
    const path = Buffer.concat(row.names.flatMap((name) => [Buffer.from('/'), name]));
    return { path: Buffer.concat([Buffer.from('/upload'), path]), state: row.state, bytes: Number(row.bytes) };
  }

  private async select(condition: string, values: unknown[]): Promise<(BrowserUpload & { caseId: string })[]> {
    const rows = await this.rows<Row>(
      `select browser.*, space.case_id from browser_upload browser join upload_space space using (space_id)
       where ${condition}`,
      values,
    );
    return rows.map((row) => ({
      id: row.id,
      spaceId: row.space_id,
      caseId: row.case_id,
      uploadId: row.upload_id,
      name: row.name,
      bytes: Number(row.bytes),
      lastModified: Number(row.last_modified),
      begunAt: row.begun_at,
      isFinished: row.is_finished,
    }));
  }

  private async rows<Result>(sql: string, values: unknown[]): Promise<Result[]> {
    return await this.database.query<Result[]>(sql, values);
  }
}
