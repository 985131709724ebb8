import type { DataSource, EntityManager } from 'typeorm';
import type { TakenMail } from '../../features/take-mail/take-mail.js';

/** The mails that were taken, inside one transaction. */
export class MailRecords {
  constructor(private readonly tx: EntityManager) {}

  /** Notes a mail; false when the same one (Message-ID and content) was taken before. */
  async note(mail: TakenMail): Promise<boolean> {
    const rows: unknown[] = await this.tx.query(
      `insert into mail (mail_id, message_id, content_sha256, sender, subject, location, taken_at)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning mail_id`,
      [mail.mailId, mail.messageId, mail.contentSha256, mail.sender, mail.subject, mail.location, mail.takenAt],
    );
    return rows.length > 0;
  }

  /** Whether a mail with this Message-ID was taken, whatever it held. */
  async knows(messageId: string): Promise<boolean> {
    const rows: unknown[] = await this.tx.query('select 1 from mail where message_id = $1 limit 1', [messageId]);
    return rows.length > 0;
  }

  /** Notes what the mail is for, and its case when it has one. */
  async judge(mailId: string, judged: { caseId: string | null; kind: string; kindReason: string }): Promise<void> {
    await this.tx.query('update mail set case_id = $2, kind = $3, kind_reason = $4 where mail_id = $1', [
      mailId,
      judged.caseId,
      judged.kind,
      judged.kindReason,
    ]);
  }
}

/** Notes a mail that nobody can read, so that a person can look at it. */
export async function noteRejectedMail(
  database: DataSource,
  mail: { sha256: string; reason: string; sender: string; recipients: string[]; location: string; rejectedAt: Date },
): Promise<void> {
  await database.query(
    `insert into rejected_mail (sha256, reason, sender, recipients, location, rejected_at)
     values ($1, $2, $3, $4, $5, $6) on conflict (sha256) do nothing`,
    [mail.sha256, mail.reason, mail.sender, mail.recipients.join(', '), mail.location, mail.rejectedAt],
  );
}
