import type { Cause } from '@caserelay/messaging';
import type { DataSource, EntityManager } from 'typeorm';

/** An upload that is to be read. */
export interface AnalysisRow {
  uploadId: string;
  caseId: string;
  name: string;
  location: string;
  /** How often reading was begun, this time included. */
  attempts: number;
  cause: Cause;
}

interface Row {
  upload_id: string;
  case_id: string;
  name: string;
  location: string;
  attempts: number;
  cause: Cause;
}

/** Keeps an upload to be read; false when it was kept before. */
export async function keepRequest(tx: EntityManager, request: Omit<AnalysisRow, 'attempts'>): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `insert into analysis (upload_id, case_id, name, location, cause) values ($1, $2, $3, $4, $5)
     on conflict (upload_id) do nothing returning upload_id`,
    [request.uploadId, request.caseId, request.name, request.location, JSON.stringify(request.cause)],
  );
  return rows.length > 0;
}

/** Marks an upload as told about; false when somebody else was faster. To be called in the transaction that tells. */
export async function markTold(tx: EntityManager, uploadId: string, outcome: unknown): Promise<boolean> {
  const [rows] = await tx.query<[unknown[], number]>(
    `update analysis set state = 'told', told_at = now(), outcome = $2, last_fault = null, progress = null
     where upload_id = $1 and state = 'requested' returning upload_id`,
    [uploadId, JSON.stringify(outcome)],
  );
  return rows.length > 0;
}

/** Notes what was told after all, in the same transaction. */
export async function noteOutcome(tx: EntityManager, uploadId: string, outcome: unknown): Promise<void> {
  await tx.query(`update analysis set outcome = $2 where upload_id = $1`, [uploadId, JSON.stringify(outcome)]);
}

/** What is known of the uploads to be read; Postgres is the truth, queues are only hints. */
export class AnalysisStore {
  constructor(private readonly database: DataSource) {}

  /** Counts one more attempt; null when the upload is unknown or already told about. */
  async begin(uploadId: string): Promise<AnalysisRow | null> {
    const [rows] = await this.database.query<[Row[], number]>(
      `update analysis set attempts = attempts + 1, progress = null, progress_at = null
       where upload_id = $1 and state = 'requested' returning upload_id, case_id, name, location, attempts, cause`,
      [uploadId],
    );
    const [row] = rows;
    if (!row) return null;
    return {
      uploadId: row.upload_id,
      caseId: row.case_id,
      name: row.name,
      location: row.location,
      attempts: row.attempts,
      cause: row.cause,
    };
  }

  /** Where an upload lies that waits to be read; null when none of this id does. */
  async locationOf(uploadId: string): Promise<string | null> {
    const rows: { location: string }[] = await this.database.query(
      `select location from analysis where upload_id = $1 and state = 'requested'`,
      [uploadId],
    );
    return rows[0]?.location ?? null;
  }

  /** Notes how far reading has come. */
  async noteProgress(uploadId: string, progress: unknown): Promise<void> {
    await this.database.query(
      `update analysis set progress = $2, progress_at = now() where upload_id = $1 and state = 'requested'`,
      [uploadId, JSON.stringify(progress)],
    );
  }

  /** Notes a fault and when to try again. */
  async postpone(uploadId: string, fault: string, pauseSeconds: number): Promise<void> {
    await this.database.query(
      `update analysis set last_fault = $2, try_at = now() + make_interval(secs => $3)
       where upload_id = $1 and state = 'requested'`,
      [uploadId, fault, pauseSeconds],
    );
  }

  /** Takes an attempt back that was broken off by the service's own stop. */
  async giveBack(uploadId: string): Promise<void> {
    await this.database.query(
      `update analysis set attempts = attempts - 1, try_at = now() where upload_id = $1 and state = 'requested'`,
      [uploadId],
    );
  }

  /** Uploads whose turn it is, oldest first. */
  async due(limit: number): Promise<string[]> {
    const rows: { upload_id: string }[] = await this.database.query(
      `select upload_id from analysis where state = 'requested' and try_at <= now() order by try_at limit $1`,
      [limit],
    );
    return rows.map(({ upload_id }) => upload_id);
  }
}
