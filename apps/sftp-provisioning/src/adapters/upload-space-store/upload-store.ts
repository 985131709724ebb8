import type { EntityManager } from 'typeorm';
import type {
  Alike,
  Folder,
  NamedPlace,
  NameRoom,
  Place,
  Upload,
} from '../../features/receive-uploads/receive-uploads.js';
import type { SentName } from '../../features/receive-uploads/shown-name.js';
import type { Usage } from '../../features/receive-uploads/space-quota.js';

interface UploadRow {
  upload_id: string;
  space_id: string;
  case_id: string;
  folder: string;
  name: string;
  name_bytes: Buffer | null;
  location: string;
  state: Upload['state'];
  bytes: string;
  gap_at: string | null;
  sha256: string | null;
  changed_at: Date;
  modified_at: Date | null;
  is_visible: boolean;
  scan: string | null;
  released_at: Date | null;
  ending: Upload['ending'];
  expected_bytes: string | null;
  told_bytes: string;
}

interface FolderRow {
  parent: string;
  name: string;
  name_bytes: Buffer | null;
  changed_at: Date;
  modified_at: Date | null;
}

/** Of one upload, however long it takes and however often it is resumed. */
const mostTimesTold = 40;

const selectUpload = 'select upload.*, space.case_id from upload join upload_space space using (space_id)';

/** Uploads and the customer's folders, in Postgres. */
export class UploadStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async lockOpenSpace(spaceId: string): Promise<boolean> {
    const [row] = await this.rows<{ is_open: boolean }>(
      `select state = 'open' and read_only_at is null as is_open from upload_space where space_id = $1
       for no key update`,
      [spaceId],
    );
    return row?.is_open === true;
  }

  async lockKeptSpace(spaceId: string): Promise<boolean> {
    const [row] = await this.rows<{ is_kept: boolean }>(
      `select state = 'open' or not exists (select 1 from evidence_purge purge where purge.space_id = $1) as is_kept
       from upload_space where space_id = $1 for no key update`,
      [spaceId],
    );
    return row?.is_kept === true;
  }

  async get(uploadId: string): Promise<Upload | null> {
    return (await this.select('upload_id = $1', [uploadId]))[0] ?? null;
  }

  async find(spaceId: string, folder: string, { bytes, shown }: SentName): Promise<Alike<Upload>> {
    const found = await this.select('space_id = $1 and folder = $2 and is_visible and (name_bytes = $3 or name = $4)', [
      spaceId,
      folder,
      bytes,
      shown,
    ]);
    return sortedOut(found, bytes);
  }

  async list(spaceId: string, folder: string): Promise<Upload[]> {
    return this.select('space_id = $1 and folder = $2 and is_visible order by name', [spaceId, folder]);
  }

  async listReceiving(): Promise<Upload[]> {
    return this.select(`upload.state = 'receiving' order by upload_id`, []);
  }

  async listUnended(closedMilliseconds: number, limit: number): Promise<Upload[]> {
    return this.select(
      `upload.state = 'received' and upload.ending is null
       and upload.closed_at <= clock_timestamp() - $1 * interval '1 ms' order by upload.closed_at limit $2`,
      [closedMilliseconds, limit],
    );
  }

  async listNamedLater(closedMilliseconds: number, limit: number): Promise<Upload[]> {
    return this.select(
      `upload.state = 'named-later' and upload.closed_at <= clock_timestamp() - $1 * interval '1 ms'
       order by upload.closed_at limit $2`,
      [closedMilliseconds, limit],
    );
  }

  /** Which of these no upload has, be it kept or purged. */
  async unknownAmong(uploadIds: readonly string[]): Promise<string[]> {
    const rows = await this.rows<{ id: string }>(
      `select id from unnest($1::uuid[]) as asked (id)
       where not exists (select 1 from upload where upload.upload_id = asked.id)`,
      [uploadIds],
    );
    return rows.map(({ id }) => id);
  }

  async count(spaceId: string): Promise<number> {
    return this.number(`select count(*) from upload where space_id = $1 and state <> 'purged'`, spaceId);
  }

  /** Files that arrive now hold more than their rows say. */
  async usageOf(spaceId: string): Promise<Usage> {
    const [row] = await this.rows<Usage>(
      `select coalesce(sum(upload.bytes) filter (where upload.state <> 'receiving'), 0)::float8 as bytes,
              count(upload.upload_id)::int as files,
              space.most_bytes::float8 as "mostBytes", space.most_files as "mostFiles"
       from upload_space space left join upload on upload.space_id = space.space_id and upload.state <> 'purged'
       where space.space_id = $1
       group by space.space_id`,
      [spaceId],
    );
    return row ?? { bytes: 0, files: 0, mostBytes: null, mostFiles: null };
  }

  async add(upload: Upload): Promise<void> {
    await this.database.query(
      `insert into upload (upload_id, space_id, folder, name, name_bytes, location, state, changed_at, modified_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        upload.uploadId,
        upload.spaceId,
        upload.folder,
        upload.name,
        upload.nameBytes,
        upload.location,
        upload.state,
        upload.changedAt,
        upload.modifiedAt,
      ],
    );
  }

  async lookForRoom(spaceId: string, folders: readonly NamedPlace[], { bytes, shown }: SentName): Promise<NameRoom> {
    const last = folders.at(-1);
    const [row] = await this.rows<NameRoom>(
      `select space.state = 'open' and space.read_only_at is null as "isOpen",
         (select count(*) from unnest($2::text[], $3::bytea[]) as way (path, name_bytes)
          join upload_folder folder on folder.space_id = $1 and folder.path = way.path and folder.name_bytes = way.name_bytes
         ) = cardinality($2)
         and not exists (select 1 from upload where space_id = $1 and folder = $4 and is_visible and (name_bytes = $5 or name = $6))
         and not exists (select 1 from upload_folder where space_id = $1 and parent = $4 and (name_bytes = $5 or name = $6))
         as "isFree"
       from upload_space space where space.space_id = $1`,
      [
        spaceId,
        folders.map(pathOf),
        folders.map(({ nameBytes }) => nameBytes),
        last === undefined ? '' : pathOf(last),
        bytes,
        shown,
      ],
    );
    return row ?? { isOpen: false, isFree: false };
  }

  async hide(uploadId: string): Promise<void> {
    await this.database.query('update upload set is_visible = false where upload_id = $1', [uploadId]);
  }

  async show(uploadId: string, { folder, name, nameBytes }: NamedPlace, modifiedAt: Date | null): Promise<void> {
    await this.database.query(
      `update upload set is_visible = true, folder = $2, name = $3, name_bytes = $4, modified_at = $5,
         closed_at = clock_timestamp(), ending = nullif(ending, 'untold') where upload_id = $1`,
      [uploadId, folder, name, nameBytes, modifiedAt],
    );
  }

  async forget(uploadId: string): Promise<void> {
    await this.database.query('delete from upload where upload_id = $1', [uploadId]);
  }

  async markStarted(uploadId: string): Promise<boolean> {
    const started = await this.rows(
      `with started as (update upload set is_started = true where upload_id = $1 and not is_started returning 1) select 1 from started`,
      [uploadId],
    );
    return started.length === 1;
  }

  async noteGap(uploadId: string, gapAt: number | null): Promise<void> {
    await this.database.query('update upload set gap_at = $2 where upload_id = $1', [uploadId, gapAt]);
  }

  async resume(uploadId: string, at: Date): Promise<void> {
    await this.database.query(
      `update upload set state = 'receiving', gap_at = null, sha256 = null, changed_at = $2 where upload_id = $1`,
      [uploadId, at],
    );
  }

  async markInterrupted(uploadId: string, bytes: number, at: Date): Promise<{ started: boolean } | null> {
    const [row] = await this.rows<{ is_started: boolean }>(
      `with interrupted as (
         update upload set state = 'interrupted', bytes = $2, gap_at = null, changed_at = $3
         where upload_id = $1 and state = 'receiving' returning is_started)
       select is_started from interrupted`,
      [uploadId, bytes, at],
    );
    return row ? { started: row.is_started } : null;
  }

  async markEnded(uploadId: string, ending: NonNullable<Upload['ending']>): Promise<boolean> {
    const ended = await this.rows(
      `with ended as (
         update upload set ending = $2 where upload_id = $1 and state = 'received' and ending is null returning 1)
       select 1 from ended`,
      [uploadId, ending],
    );
    return ended.length === 1;
  }

  async markAllEnded(
    endings: readonly { uploadId: string; ending: NonNullable<Upload['ending']> }[],
  ): Promise<ReadonlySet<string>> {
    const ended = await this.rows<{ upload_id: string }>(
      `with ended as (
         update upload set ending = end_of.ending from unnest($1::uuid[], $2::text[]) as end_of (upload_id, ending)
         where upload.upload_id = end_of.upload_id and upload.state = 'received' and upload.ending is null
         returning upload.upload_id)
       select upload_id from ended`,
      [endings.map(({ uploadId }) => uploadId), endings.map(({ ending }) => ending)],
    );
    return new Set(ended.map(({ upload_id: id }) => id));
  }

  async markProgressed(uploadId: string, bytes: number, expectedBytes: number | null): Promise<boolean> {
    const progressed = await this.rows(
      `with progressed as (
         update upload set told_bytes = $2, times_told = times_told + 1, expected_bytes = $3
         where upload_id = $1 and state = 'receiving' and times_told < ${mostTimesTold} returning 1)
       select 1 from progressed`,
      [uploadId, bytes, expectedBytes],
    );
    return progressed.length === 1;
  }

  async markNamedLater(uploadId: string, content: { bytes: number; sha256: string }, at: Date): Promise<void> {
    await this.keep(uploadId, 'named-later', content, at, null);
  }

  async markReceived(uploadId: string, content: { bytes: number; sha256: string }, at: Date): Promise<void> {
    const [row] = await this.rows<Place>('select folder, name from upload where upload_id = $1', [uploadId]);
    if (!row) throw new Error(`the upload ${uploadId} is not there any more`);
    await this.keep(uploadId, 'received', content, at, pathOf(row));
  }

  async findTold(spaceId: string, place: Place, sha256: string): Promise<Upload | null> {
    const [told] = await this.select(
      `space_id = $1 and told_path = $2 and sha256 = $3 and upload.state = 'received' order by is_visible limit 1`,
      [spaceId, pathOf(place), sha256],
    );
    return told ?? null;
  }

  async rename(uploadId: string, { folder, name, nameBytes }: NamedPlace, at: Date): Promise<void> {
    await this.database.query(
      'update upload set folder = $2, name = $3, name_bytes = $4, changed_at = $5 where upload_id = $1',
      [uploadId, folder, name, nameBytes, at],
    );
  }

  async setModifiedAt(uploadId: string, modifiedAt: Date | null): Promise<void> {
    await this.database.query('update upload set modified_at = $2 where upload_id = $1', [uploadId, modifiedAt]);
  }

  async namesShown(spaceId: string, folder: string, among: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.rows<{ name: string }>(
      `select name from upload where space_id = $1 and folder = $2 and is_visible and name = any($3)
       union all select name from upload_folder where space_id = $1 and parent = $2 and name = any($3)`,
      [spaceId, folder, among],
    );
    return new Set(rows.map(({ name }) => name));
  }

  async findFolder(spaceId: string, parent: string, { bytes, shown }: SentName): Promise<Alike<Folder>> {
    const found = await this.folders('space_id = $1 and parent = $2 and (name_bytes = $3 or name = $4)', [
      spaceId,
      parent,
      bytes,
      shown,
    ]);
    return sortedOut(found, bytes);
  }

  async listFolders(spaceId: string, parent: string): Promise<Folder[]> {
    return this.folders('space_id = $1 and parent = $2 order by name', [spaceId, parent]);
  }

  async countFolders(spaceId: string): Promise<number> {
    return this.number('select count(*) from upload_folder where space_id = $1', spaceId);
  }

  async addFolder(spaceId: string, place: NamedPlace, at: Date): Promise<void> {
    await this.database.query(
      `insert into upload_folder (space_id, path, parent, name, name_bytes, changed_at) values ($1, $2, $3, $4, $5, $6)`,
      [spaceId, pathOf(place), place.folder, place.name, place.nameBytes, at],
    );
  }

  async removeFolder(spaceId: string, path: string): Promise<void> {
    await this.database.query('delete from upload_folder where space_id = $1 and path = $2', [spaceId, path]);
  }

  /** Renames a folder with all that is below it. */
  async renameFolder(spaceId: string, from: string, to: NamedPlace): Promise<void> {
    const values = [spaceId, from, pathOf(to)];
    await this.database.query(
      `update upload set folder = $3 || substr(folder, length($2) + 1)
       where space_id = $1 and (folder = $2 or starts_with(folder, $2 || '/'))`,
      values,
    );
    await this.database.query(
      `update upload_folder set path = $3 || substr(path, length($2) + 1), parent = $3 || substr(parent, length($2) + 1)
       where space_id = $1 and starts_with(path, $2 || '/')`,
      values,
    );
    await this.database.query(
      'update upload_folder set path = $3, parent = $4, name = $5, name_bytes = $6 where space_id = $1 and path = $2',
      [...values, to.folder, to.name, to.nameBytes],
    );
  }

  async setFolderModifiedAt(spaceId: string, path: string, modifiedAt: Date): Promise<void> {
    await this.database.query('update upload_folder set modified_at = $3 where space_id = $1 and path = $2', [
      spaceId,
      path,
      modifiedAt,
    ]);
  }

  private async keep(
    uploadId: string,
    state: Upload['state'],
    { bytes, sha256 }: { bytes: number; sha256: string },
    at: Date,
    toldPath: string | null,
  ): Promise<void> {
    await this.database.query(
      `update upload set state = $2, bytes = $3, gap_at = null, sha256 = $4, changed_at = $5, told_path = $6,
         closed_at = clock_timestamp() where upload_id = $1`,
      [uploadId, state, bytes, sha256, at, toldPath],
    );
  }

  private async select(condition: string, values: unknown[]): Promise<Upload[]> {
    return (await this.rows<UploadRow>(`${selectUpload} where ${condition}`, values)).map(uploadOf);
  }

  private async folders(condition: string, values: unknown[]): Promise<Folder[]> {
    const rows = await this.rows<FolderRow>(
      `select parent, name, name_bytes, changed_at, modified_at from upload_folder where ${condition}`,
      values,
    );
    return rows.map((row) => ({
      folder: row.parent,
      name: row.name,
      nameBytes: row.name_bytes,
      changedAt: row.changed_at,
      modifiedAt: row.modified_at,
    }));
  }

  private async number(sql: string, value: string): Promise<number> {
    const [row] = await this.rows<{ count: string }>(sql, [value]);
    return Number(row?.count ?? 0);
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}

/**
 * Adds an upload that was closed before it had a row: the change of one statement (see `Outbox.statement`). It answers
 * with one row; nothing is added to a space that is closed, nor what was told before.
 */
export function addingOfClosed(upload: Upload): { steps: string; answer: string; values: unknown[] } {
  return {
    steps: `
      space as (
        select space_id from upload_space where space_id = $2 and state = 'open' and read_only_at is null for share),
      told as (
        select 1 from upload where space_id = $2 and told_path = $3 and sha256 = $4 and state = 'received' limit 1),
      change as (
        insert into upload (upload_id, space_id, told_path, sha256, folder, name, name_bytes, location, state, bytes,
          changed_at, modified_at, ending, is_started, closed_at)
        select $1, space_id, $3, $4, $5, $6, $7, $8, $9, $10::bigint, $11, $12, $13, $10::bigint > 0, clock_timestamp()
        from space where not exists (select 1 from told) returning 1)`,
    answer: `select exists (select 1 from change) as "isAdded", exists (select 1 from space) as "isOpen"`,
    values: [
      upload.uploadId,
      upload.spaceId,
      upload.state === 'received' ? pathOf(upload) : null,
      upload.sha256,
      upload.folder,
      upload.name,
      upload.nameBytes,
      upload.location,
      upload.state,
      upload.bytes,
      upload.changedAt,
      upload.modifiedAt,
      upload.ending,
    ],
  };
}

function uploadOf(row: UploadRow): Upload {
  return {
    uploadId: row.upload_id,
    spaceId: row.space_id,
    caseId: row.case_id,
    folder: row.folder,
    name: row.name,
    nameBytes: row.name_bytes,
    location: row.location,
    state: row.state,
    bytes: Number(row.bytes),
    gapAt: row.gap_at === null ? null : Number(row.gap_at),
    sha256: row.sha256,
    changedAt: row.changed_at,
    modifiedAt: row.modified_at,
    isVisible: row.is_visible,
    isInQuarantine: row.scan === 'infected' && row.released_at === null,
    ending: row.ending,
    expectedBytes: row.expected_bytes === null ? null : Number(row.expected_bytes),
    toldBytes: Number(row.told_bytes),
  };
}

/** Of what is kept without its bytes it is only known how it is shown: whatever reads so has its name. */
function sortedOut<Thing extends NamedPlace>(found: readonly Thing[], bytes: Buffer): Alike<Thing> {
  const exact =
    found.find(({ nameBytes }) => nameBytes?.equals(bytes)) ?? found.find(({ nameBytes }) => nameBytes === null);
  return { exact: exact ?? null, alike: found.find((each) => each !== exact) ?? null };
}

function pathOf({ folder, name }: Place): string {
  return folder === '' ? name : `${folder}/${name}`;
}
