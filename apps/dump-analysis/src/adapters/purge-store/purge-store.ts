import {
  pageOf,
  type KeptReason,
  type PurgedFile,
  type PurgedFilesPage,
  type PurgedFilesWish,
} from '@caserelay/contracts';
import type { Cause } from '@caserelay/messaging';
import type { EntityManager } from 'typeorm';
import type { LyingReport, Purge, ReadUpload } from '../../features/purge-reports/purge-reports.js';

/** Requests to remove the reports of cases, in Postgres. `clock` gives the instants of the case clock. */
export class PurgeStore {
  constructor(
    private readonly database: Pick<EntityManager, 'query'>,
    private readonly clock: { now(): Date; at(realMilliseconds: number): Date },
  ) {}

  /** Notes the last event of a case that was heard; false when a later one was. */
  async follow(caseId: string, sequence: number | undefined): Promise<boolean> {
    if (sequence === undefined) return true;
    const followed = await this.rows(
      `insert into followed_case (case_id, heard_sequence) values ($1, $2)
       on conflict (case_id) do update set heard_sequence = excluded.heard_sequence
         where followed_case.heard_sequence < excluded.heard_sequence
       returning 1`,
      [caseId, sequence],
    );
    return followed.length === 1;
  }

  async noteLegalHold(caseId: string, sequence: number | undefined): Promise<void> {
    await this.database.query(
      `insert into followed_case (case_id, heard_sequence, legal_hold_sequence) values ($1, 0, coalesce($2, 1))
       on conflict (case_id) do update set legal_hold_sequence =
         greatest(followed_case.legal_hold_sequence, coalesce($2, followed_case.heard_sequence + 1))`,
      [caseId, sequence ?? null],
    );
  }

  /** Whether a legal hold was heard of that came after what has this sequence. Locks the case. */
  async isHeld(caseId: string, sequence: number | undefined): Promise<boolean> {
    const [followed] = await this.rows<{ is_held: boolean }>(
      'select legal_hold_sequence > coalesce($2, 0) as is_held from followed_case where case_id = $1 for update',
      [caseId, sequence ?? null],
    );
    return followed?.is_held === true;
  }

  async keep({ caseId, requestedAt, sequence, cause }: Purge): Promise<void> {
    await this.database.query(
      `insert into report_purge (case_id, requested_at, sequence, cause) values ($1, $2, $3, $4)
       on conflict do nothing`,
      [caseId, requestedAt, sequence ?? null, JSON.stringify(cause)],
    );
  }

  async stopReading(caseId: string): Promise<void> {
    await this.database.query(
      `update analysis set state = 'told', told_at = now(), progress = null where case_id = $1 and state = 'requested'`,
      [caseId],
    );
    await this.database.query(
      `update recognition set state = 'given-up', ended_at = now(), outcome = '"its evidence is removed"'
       where case_id = $1 and state = 'requested'`,
      [caseId],
    );
  }

  async listUnended(): Promise<Purge[]> {
    const rows = await this.rows<{ case_id: string; requested_at: Date; sequence: number | null; cause: Cause }>(
      'select * from report_purge where ended_at is null order by requested_at limit 100',
      [],
    );
    return rows.map((row) => ({
      caseId: row.case_id,
      requestedAt: row.requested_at.toISOString(),
      sequence: row.sequence ?? undefined,
      cause: row.cause,
    }));
  }

  async take({ caseId, requestedAt, sequence }: Purge): Promise<{ keptBecause: KeptReason | null } | null> {
    const [taken] = await this.rows(
      `select 1 from report_purge where case_id = $1 and requested_at = $2 and ended_at is null
       for update skip locked`,
      [caseId, requestedAt],
    );
    if (!taken) return null;
    const [followed] = await this.rows<{ heard_sequence: number }>(
      'select heard_sequence from followed_case where case_id = $1 for update',
      [caseId],
    );
    if (await this.isHeld(caseId, sequence)) return { keptBecause: 'legal-hold' };
    const isReopened = sequence !== undefined && (followed?.heard_sequence ?? 0) > sequence;
    return { keptBecause: isReopened ? 'reopened' : null };
  }

  async uploadsOf(caseId: string): Promise<ReadUpload[]> {
    const rows = await this.rows<{ upload_id: string; name: string; told_at: Date }>(
      `select upload_id, name, coalesce(told_at, now()) as told_at from analysis where case_id = $1 order by requested_at`,
      [caseId],
    );
    return rows.map((row) => ({ uploadId: row.upload_id, name: row.name, toldAt: row.told_at }));
  }

  /** Each report lies there as JSON and as a page in two languages. */
  async countReports(caseId: string): Promise<number> {
    const [row] = await this.rows<{ count: number }>(
      `select 3 * count(*)::int as count from analysis where case_id = $1 and outcome #> '{data,report}' is not null`,
      [caseId],
    );
    return row?.count ?? 0;
  }

  async countKept({ caseId, requestedAt }: Purge): Promise<number> {
    const [row] = await this.rows<{ noted: number; kept: number }>(
      `select count(*)::int as noted, (count(*) filter (where purged_at is null))::int as kept from purged_report
       where case_id = $1 and requested_at = $2`,
      [caseId, requestedAt],
    );
    return row && row.noted > 0 ? row.kept : await this.countReports(caseId);
  }

  async note({ caseId, requestedAt }: Purge, upload: ReadUpload, reports: readonly LyingReport[]): Promise<void> {
    for (const { location, ending, bytes, sha256 } of reports)
      await this.database.query(
        `insert into purged_report (case_id, requested_at, location, name, bytes, sha256, told_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        [
          caseId,
          requestedAt,
          location,
          `${upload.name}${ending}`,
          bytes,
          sha256,
          this.clock.at(upload.toldAt.getTime()),
        ],
      );
  }

  async notGone({ caseId, requestedAt }: Purge): Promise<string[]> {
    const rows = await this.rows<{ location: string }>(
      `select location from purged_report where case_id = $1 and requested_at = $2 and purged_at is null
       order by location limit 1`,
      [caseId, requestedAt],
    );
    return rows.map(({ location }) => location);
  }

  async markGone({ caseId, requestedAt }: Purge, location: string): Promise<void> {
    await this.database.query(
      'update purged_report set purged_at = $4 where case_id = $1 and requested_at = $2 and location = $3',
      [caseId, requestedAt, location, this.clock.now()],
    );
  }

  async removedFor({ caseId, requestedAt }: Purge): Promise<PurgedFile[]> {
    const rows = await this.rows<PurgedRow>(
      `select * from purged_report where case_id = $1 and requested_at = $2 and purged_at is not null
       order by told_at, location`,
      [caseId, requestedAt],
    );
    return rows.map(purgedReport);
  }

  async listPurged({ caseId, requestedAt, after, limit }: PurgedFilesWish): Promise<PurgedFilesPage> {
    const rows = await this.rows<PurgedRow & { location: string }>(
      `select * from purged_report where case_id = $1 and requested_at = $2 and purged_at is not null
         and ($3::text is null or location > $3) order by location limit $4`,
      [caseId, requestedAt, after, limit + 1],
    );
    return pageOf(
      rows.map((row) => ({ key: row.location, file: purgedReport(row) })),
      limit,
    );
  }

  /** Versions of images that dumps of all cases taught stay: they are of Windows and its drivers, not of a customer. */
  async end({ caseId, requestedAt }: Purge, isKept: boolean): Promise<void> {
    await this.database.query('update report_purge set ended_at = $3 where case_id = $1 and requested_at = $2', [
      caseId,
      requestedAt,
      this.clock.now(),
    ]);
    if (isKept) {
      await this.database.query(
        'delete from purged_report where case_id = $1 and requested_at = $2 and purged_at is null',
        [caseId, requestedAt],
      );
      return;
    }
    await this.database.query('delete from case_dump where case_id = $1', [caseId]);
    await this.database.query('delete from recognition where case_id = $1', [caseId]);
    await this.database.query('update analysis set outcome = null, last_fault = null where case_id = $1', [caseId]);
  }

  /** Whether the reports of a case were asked to be removed after an upload of it came. */
  async isPurged(caseId: string): Promise<boolean> {
    const rows = await this.rows(
      `select 1 from report_purge purge left join followed_case using (case_id)
       where case_id = $1 and heard_sequence is not distinct from coalesce(purge.sequence, heard_sequence)
         and coalesce(legal_hold_sequence, 0) <= coalesce(purge.sequence, 0) limit 1`,
      [caseId],
    );
    return rows.length > 0;
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}

interface PurgedRow {
  name: string;
  bytes: string;
  sha256: string;
  told_at: Date;
  purged_at: Date;
}

function purgedReport(row: PurgedRow): PurgedFile {
  return {
    kind: 'report',
    name: row.name,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    receivedAt: row.told_at.toISOString(),
    purgedAt: row.purged_at.toISOString(),
  };
}
