import { pageOf, type PurgedFilesPage, type PurgedFilesWish } from '@caserelay/contracts';
import type { EntityManager } from 'typeorm';
import type { KeptFile, OldMail } from '../../features/purge-mails/note-old-files.js';
import type { Removable, RemovedFile } from '../../features/purge-mails/purge-mails.js';

interface Row {
  location: string;
  kind: KeptFile['kind'];
  name: string;
  bytes: string;
  sha256: string;
  kept_at: Date;
  purged_at: Date;
}

/** The files of mails in the evidence store, inside one transaction. */
export class KeptFileRecords {
  constructor(private readonly tx: Pick<EntityManager, 'query'>) {}

  /** Notes files of a mail. Until the transaction ends nobody removes them. */
  async note(mailId: string, files: readonly KeptFile[], keptAt: Date): Promise<void> {
    await this.lock(files.map(({ location }) => location));
    for (const { kind, name, location, bytes, sha256 } of files)
      await this.tx.query(
        `insert into kept_file (mail_id, location, kind, name, bytes, sha256, kept_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        [mailId, location, kind, name, bytes, sha256, keptAt],
      );
  }

  /** Notes another copy of a mail that was taken before; it came with other trace headers. */
  async noteCopy(mail: { messageId: string; contentSha256: string }, file: KeptFile, keptAt: Date): Promise<void> {
    await this.lock([file.location]);
    await this.tx.query(
      `insert into kept_file (mail_id, location, kind, name, bytes, sha256, kept_at)
       select mail_id, $3, $4, $5, $6, $7, $8 from mail where message_id = $1 and content_sha256 = $2
       on conflict do nothing`,
      [mail.messageId, mail.contentSha256, file.location, file.kind, file.name, file.bytes, file.sha256, keptAt],
    );
  }

  /** False when the case has followed a later event, which came first, or is not known here. */
  async follow(caseId: string, sequence: number | undefined): Promise<boolean> {
    const rows: unknown[] = await this.tx.query(
      `with followed as (
         update known_case set heard_sequence = coalesce($2, heard_sequence)
         where case_id = $1 and ($2::int is null or heard_sequence < $2) returning 1)
       select 1 from followed`,
      [caseId, sequence ?? null],
    );
    return rows.length === 1;
  }

  async noteLegalHold(caseId: string, sequence: number | undefined): Promise<void> {
    await this.tx.query(
      `update known_case set legal_hold_sequence = greatest(legal_hold_sequence, coalesce($2, heard_sequence + 1))
       where case_id = $1`,
      [caseId, sequence ?? null],
    );
  }

  /** Whether a legal hold was heard of that came after what has this sequence. */
  async isHeld(caseId: string, sequence: number | undefined): Promise<boolean> {
    const rows: unknown[] = await this.tx.query(
      'select 1 from known_case where case_id = $1 and legal_hold_sequence > coalesce($2, 0)',
      [caseId, sequence ?? null],
    );
    return rows.length > 0;
  }

  async hasOldMails(): Promise<boolean> {
    const rows: unknown[] = await this.tx.query('select 1 from mail where not has_files_noted limit 1');
    return rows.length > 0;
  }

  async oldMails(limit: number): Promise<OldMail[]> {
    const rows: { mail_id: string; subject: string; location: string; taken_at: Date }[] = await this.tx.query(
      `select mail_id, subject, location, taken_at from mail where not has_files_noted order by mail_id
       limit $1 for update skip locked`,
      [limit],
    );
    return rows.map((row) => ({
      mailId: row.mail_id,
      subject: row.subject,
      location: row.location,
      takenAt: row.taken_at,
    }));
  }

  async markNoted(mailId: string): Promise<void> {
    await this.tx.query('update mail set has_files_noted = true where mail_id = $1', [mailId]);
  }

  /** What lies in the store for the mails of a case, each place once, oldest first; locked until the transaction ends. */
  async listOfCase(caseId: string): Promise<Removable[]> {
    const rows: (Row & { is_shared: boolean })[] = await this.tx.query(
      `select kept_file.location, min(kept_at) as kept_at from kept_file join mail using (mail_id)
       where case_id = $1 and purged_at is null and released_at is null group by kept_file.location order by kept_at, kept_file.location`,
      [caseId],
    );
    const locations = rows.map(({ location }) => location);
    await this.lock(locations);
    const shared: { location: string }[] = await this.tx.query(
      `select distinct kept_file.location from kept_file join mail using (mail_id)
       where kept_file.location = any($2) and purged_at is null and released_at is null
         and case_id is distinct from $1`,
      [caseId, locations],
    );
    const isShared = new Set(shared.map(({ location }) => location));
    return locations.map((location) => ({ location, isShared: isShared.has(location) }));
  }

  /** The file stays for the cases that share it; the last of them removes it. */
  async release(caseId: string, location: string, at: Date): Promise<void> {
    await this.tx.query(
      `update kept_file set released_at = $3 from mail
       where mail.mail_id = kept_file.mail_id and case_id = $1 and kept_file.location = $2 and purged_at is null`,
      [caseId, location, at],
    );
  }

  async markPurged(caseId: string, location: string, requestedAt: string, at: Date): Promise<void> {
    await this.tx.query(
      `update kept_file set purged_at = $4, purged_for = $3 from mail
       where mail.mail_id = kept_file.mail_id and case_id = $1 and kept_file.location = $2 and purged_at is null`,
      [caseId, location, requestedAt, at],
    );
  }

  /** Each place once, oldest first. */
  async removedFor(caseId: string, requestedAt: string): Promise<RemovedFile[]> {
    const rows: Row[] = await this.tx.query(
      `select * from (
         select distinct on (kept_file.location) kept_file.* from kept_file join mail using (mail_id)
         where case_id = $1 and purged_for = $2 order by kept_file.location, kept_at
       ) removed order by kept_at, location`,
      [caseId, requestedAt],
    );
    return rows.map(removedFile);
  }

  async listPurged({ caseId, requestedAt, after, limit }: PurgedFilesWish): Promise<PurgedFilesPage> {
    const rows: Row[] = await this.tx.query(
      `select distinct on (kept_file.location) kept_file.* from kept_file join mail using (mail_id)
       where case_id = $1 and purged_for = $2 and ($3::text is null or kept_file.location > $3)
       order by kept_file.location, kept_at limit $4`,
      [caseId, requestedAt, after, limit + 1],
    );
    return pageOf(
      rows.map((row) => ({ key: row.location, file: removedFile(row) })),
      limit,
    );
  }

  /** Always in the same order: two that name the same places never wait for each other. */
  private async lock(locations: readonly string[]): Promise<void> {
    for (const location of [...new Set(locations)].sort())
      await this.tx.query(`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || $1, 1))`, [
        location,
      ]);
  }
}

function removedFile(row: Row): RemovedFile {
  return {
    kind: row.kind,
    name: row.name,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    receivedAt: row.kept_at.toISOString(),
    purgedAt: row.purged_at.toISOString(),
  };
}
