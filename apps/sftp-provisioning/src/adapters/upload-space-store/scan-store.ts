import type { EntityManager } from 'typeorm';
import type { ScanView, Wanted } from '../../features/oversee-scans/oversee-scans.js';
import type { Outcome, UnscannedUpload } from '../../features/scan-uploads/scan-uploads.js';

const path = `case when upload.folder = '' then upload.name else upload.folder || '/' || upload.name end`;
const isWaiting = `upload.state = 'received' and upload.ending is not null and upload.scan is null`;
const isInQuarantine = `upload.scan = 'infected' and upload.released_at is null`;

/** Scans of uploads, in Postgres. Waiting is measured on the real clock. */
export class ScanStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async take(takenMilliseconds: number): Promise<UnscannedUpload | null> {
    const [row] = await this.rows<Omit<UnscannedUpload, 'bytes'> & { bytes: string }>(
      `with next as (
         select upload.upload_id from upload left join upload_scan scan using (upload_id)
         where ${isWaiting} and coalesce(scan.next_at <= clock_timestamp(), true)
           and coalesce(scan.taken_until < clock_timestamp(), true)
         order by upload.closed_at desc nulls last, upload.upload_id limit 1 for update of upload skip locked),
       taken as (
         insert into upload_scan as scan (upload_id, taken_until)
         select upload_id, clock_timestamp() + $1 * interval '1 ms' from next
         on conflict (upload_id) do update set taken_until = excluded.taken_until
         where coalesce(scan.taken_until < clock_timestamp(), true) returning upload_id, failures)
       select upload_id as "uploadId", space_id as "spaceId", case_id as "caseId", ${path} as name, location, bytes, sha256,
              taken.failures
       from taken join upload using (upload_id) join upload_space using (space_id)`,
      [takenMilliseconds],
    );
    return row ? { ...row, bytes: Number(row.bytes) } : null;
  }

  async keepTaken(uploadId: string, takenMilliseconds: number): Promise<void> {
    await this.database.query(
      `update upload_scan set taken_until = clock_timestamp() + $2 * interval '1 ms'
       where upload_id = $1 and scanned_at is null`,
      [uploadId, takenMilliseconds],
    );
  }

  async letGo(uploadId: string, because: string | null, pauseMilliseconds: number): Promise<void> {
    await this.wait(uploadId, 0, because, pauseMilliseconds);
  }

  async noteFailure(uploadId: string, failure: string, pauseMilliseconds: number): Promise<void> {
    await this.wait(uploadId, 1, failure, pauseMilliseconds);
  }

  async keepOutcome(
    uploadId: string,
    { outcome, signature, reason }: Outcome,
    scanner: string,
    at: Date,
  ): Promise<boolean> {
    const [kept] = await this.rows(
      `with kept as (
         update upload set scan = $2, released_at = null where upload_id = $1 and state = 'received' and scan is null
         returning upload_id)
       insert into upload_scan as scan (upload_id, signature, reason, scanner, scanned_at)
       select upload_id, $3, $4, $5, $6 from kept
       on conflict (upload_id) do update set signature = excluded.signature, reason = excluded.reason,
         scanner = excluded.scanner, scanned_at = excluded.scanned_at, taken_until = null, next_at = null
       returning 1`,
      [uploadId, outcome, signature, reason, scanner, at],
    );
    return kept !== undefined;
  }

  async countWaiting(): Promise<number> {
    const [row] = await this.rows<{ count: number }>(
      `select count(*)::int as count from (select 1 from upload where ${isWaiting} limit 100000) waiting`,
      [],
    );
    return row?.count ?? 0;
  }

  async list({ scan, caseId, spaceId, uploadId, after, limit }: Wanted): Promise<ScanView[]> {
    const stand = {
      waiting: isWaiting,
      quarantine: isInQuarantine,
      clean: `upload.scan = 'clean'`,
      infected: `upload.scan = 'infected'`,
      'not-scanned': `upload.scan = 'not-scanned'`,
    };
    return await this.rows<ScanView>(
      `select upload.upload_id as "uploadId", space_id as "spaceId", case_id as "caseId", account, ${path} as name,
              upload.bytes::float8 as bytes, sha256, changed_at as "receivedAt",
              case when upload.scan is not null then upload.scan when ${isWaiting} then 'waiting' else 'not-due' end as scan,
              ${isInQuarantine} is true as "isInQuarantine", scan.signature, scan.reason, scan.scanner,
              scan.scanned_at as "scannedAt", coalesce(scan.failures, 0) as failures, scan.last_failure as "lastFailure",
              scan.next_at as "nextAt", upload.released_at as "releasedAt", scan.released_because as "releasedBecause"
       from upload join upload_space space using (space_id) left join upload_scan scan using (upload_id)
       where upload.state in ('received', 'named-later') ${scan === null ? '' : `and ${stand[scan]}`}
         and ($1::uuid is null or case_id = $1) and ($2::uuid is null or space_id = $2)
         and ($3::uuid is null or upload.upload_id = $3) and ($4::uuid is null or upload.upload_id < $4)
       order by upload.upload_id desc limit $5`,
      [caseId, spaceId, uploadId, after, limit],
    );
  }

  async release(uploadId: string, because: string, at: Date): Promise<boolean> {
    const released = await this.rows(
      `with released as (
         update upload set released_at = $2 where upload_id = $1 and ${isInQuarantine} returning upload_id),
       reasoned as (
         update upload_scan scan set released_because = $3 from released where scan.upload_id = released.upload_id)
       select 1 from released`,
      [uploadId, at, because],
    );
    return released.length === 1;
  }

  async scanAgain(uploadId: string): Promise<boolean> {
    const again = await this.rows(
      `with again as (
         update upload set scan = null where upload_id = $1 and state = 'received' and scan = 'not-scanned'
         returning upload_id),
       fresh as (
         update upload_scan scan set failures = 0, last_failure = null, next_at = null, scanned_at = null,
           taken_until = null
         from again where scan.upload_id = again.upload_id)
       select 1 from again`,
      [uploadId],
    );
    return again.length === 1;
  }

  private async wait(uploadId: string, failures: number, because: string | null, pause: number): Promise<void> {
    await this.database.query(
      `update upload_scan set taken_until = null, failures = failures + $2, last_failure = coalesce($3, last_failure),
         next_at = clock_timestamp() + $4 * interval '1 ms' where upload_id = $1 and scanned_at is null`,
      [uploadId, failures, because, pause],
    );
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}
