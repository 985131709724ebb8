import type { Person } from '@caserelay/contracts';
import type { Proposal } from '@caserelay/mail-thread';
import type { DataSource, EntityManager } from 'typeorm';
import type { AssignedMail, Decision, ListedMail } from '../../features/assign-mail/assign-mail.js';
import type { WaitingMail } from '../../features/take-mail/take-mail.js';
import type { MailToTell } from '../../mail-news.js';

interface WaitingRow {
  mail_id: string;
  reason: string;
  proposals: Proposal[];
  mail: MailToTell | null;
  waiting_since: Date;
  decision: Decision['as'] | null;
  case_id: string | null;
}

/** Mails that wait for a person, inside one transaction. */
export class WaitingMails {
  constructor(private readonly tx: EntityManager) {}

  async note({ mailId, reason, proposals, mail, waitingSince }: WaitingMail): Promise<void> {
    await this.tx.query(
      `insert into waiting_mail (mail_id, reason, proposals, mail, waiting_since) values ($1, $2, $3, $4, $5)`,
      [mailId, reason, JSON.stringify(proposals), JSON.stringify(mail), waitingSince],
    );
  }

  /** Locks the row of a mail until the end of the transaction: of two who decide at once the second sees the first. */
  async lock(mailId: string): Promise<AssignedMail | null> {
    const rows: WaitingRow[] = await this.tx.query('select * from waiting_mail where mail_id = $1 for update', [
      mailId,
    ]);
    const [row] = rows;
    return row === undefined ? null : { mail: row.mail, decision: row.decision, caseId: row.case_id };
  }

  async decide(mailId: string, decision: Decision, caseId: string | null, decidedAt: Date): Promise<void> {
    await this.tx.query(
      `update waiting_mail set decision = $2, case_id = $3, decided_by = $4, note = $5, decided_at = $6, mail = null
       where mail_id = $1`,
      [mailId, decision.as, caseId, JSON.stringify(decision.by satisfies Person), decision.note, decidedAt],
    );
  }
}

/** How many mails wait, and the ones that have waited longest, with the numbers of the cases that are proposed. */
export async function listWaitingMails(
  database: DataSource,
  limit: number,
): Promise<{ waiting: number; mails: ListedMail[] }> {
  const counted: { count: string }[] = await database.query('select count(*) from waiting_mail where decision is null');
  const rows: (WaitingRow & { numbers: Record<string, string> | null })[] = await database.query(
    `select waiting.*, (
       select jsonb_object_agg(known.case_id, known.case_number) from known_case known
       where known.case_id in (select (one ->> 'caseId')::uuid from jsonb_array_elements(waiting.proposals) one)
     ) as numbers
     from waiting_mail waiting where decision is null order by waiting_since, mail_id limit $1`,
    [limit],
  );
  return { waiting: Number(counted[0]?.count ?? 0), mails: rows.flatMap(listed) };
}

function listed(row: WaitingRow & { numbers: Record<string, string> | null }): ListedMail[] {
  if (row.mail === null) return [];
  const { from, author, subject, text } = row.mail.data;
  return [
    {
      mailId: row.mail_id,
      waitingSince: row.waiting_since.toISOString(),
      ...{ from, author, subject, text: text.slice(0, 2_000), reason: row.reason },
      proposals: row.proposals.map((proposal) => ({ ...proposal, caseNumber: row.numbers?.[proposal.caseId] ?? null })),
    },
  ];
}
