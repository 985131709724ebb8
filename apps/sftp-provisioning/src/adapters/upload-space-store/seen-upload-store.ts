import type { EntityManager } from 'typeorm';
import type { SeenUpload } from '../../features/upload-by-browser/list-arrivals.js';

interface Row {
  folder: string;
  name: string;
  state: SeenUpload['state'];
  location: string;
  ending: string | null;
  scan: SeenUpload['scan'];
  is_in_quarantine: boolean;
  bytes: string;
  gap_at: string | null;
  changed_at: Date;
  browser_id: string | null;
  browser_bytes: string;
  last_modified: string;
}

/** The uploads of a space as the page of its link shows them, from Postgres. */
export class SeenUploadStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async list(spaceId: string, most: number): Promise<SeenUpload[]> {
    const rows = await this.database.query<Row[]>(
      `select upload.folder, upload.name, upload.state, upload.ending, upload.scan,
              upload.scan = 'infected' and upload.released_at is null as is_in_quarantine, upload.location, upload.bytes, upload.gap_at, upload.changed_at,
              browser.id as browser_id, browser.bytes as browser_bytes, browser.last_modified
       from upload left join browser_upload browser on browser.upload_id = upload.upload_id
       where upload.space_id = $1 and upload.is_visible
       order by upload.changed_at desc, upload.upload_id desc limit $2`,
      [spaceId, most],
    );
    return rows.map((row) => ({
      path: row.folder === '' ? row.name : `${row.folder}/${row.name}`,
      state: row.state,
      isComplete: row.ending === 'completed',
      isCutShort: row.ending === 'cut-short',
      scan: row.scan,
      isInQuarantine: row.is_in_quarantine,
      location: row.location,
      bytes: Number(row.bytes),
      gapAt: row.gap_at === null ? null : Number(row.gap_at),
      changedAt: row.changed_at,
      browser:
        row.browser_id === null
          ? null
          : { id: row.browser_id, bytes: Number(row.browser_bytes), lastModified: Number(row.last_modified) },
    }));
  }
}
