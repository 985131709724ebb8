import type { Cause } from '@caserelay/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import type { WaitingLetter } from '../../features/send-letters/send-letters.js';

type KeptLetter = Omit<WaitingLetter, 'attempt' | 'cause'>;

interface Pauses {
  leaseSeconds: number;
  retrySeconds: number;
  giveUpHours: number;
}

interface Row {
  letter_id: string;
  case_id: string;
  audience: KeptLetter['audience'];
  message_id: string;
  content: Pick<
    KeptLetter,
    'to' | 'topics' | 'subject' | 'text' | 'html' | 'attachments' | 'language' | 'inReplyTo' | 'references'
  >;
  cause: Cause;
  written_at: Date;
  attempts: number;
}

const columns = 'letter_id, case_id, audience, message_id, content, cause, written_at, attempts';
const unsettled = `state in ('pending', 'sending')`;

/** Message-IDs of the last letters of a case to the same audience, oldest first. */
export async function lastLettersOf(
  tx: EntityManager,
  { caseId, audience }: Pick<KeptLetter, 'caseId' | 'audience'>,
): Promise<string[]> {
  const rows = await tx.query<{ message_id: string }[]>(
    `select message_id from letter where case_id = $1 and audience = $2 order by position desc limit 9`,
    [caseId, audience],
  );
  return rows.map((row) => row.message_id).reverse();
}

/** Keeps a letter until it is sent; one that is kept already stays as it is. */
export async function keepLetter(tx: EntityManager, letter: KeptLetter, cause: Cause): Promise<void> {
  const { letterId, caseId, audience, messageId, writtenAt, ...content } = letter;
  await tx.query(
    `insert into letter (letter_id, case_id, audience, message_id, content, cause, written_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (letter_id) do nothing`,
    [letterId, caseId, audience, messageId, JSON.stringify(content), JSON.stringify(cause), writtenAt],
  );
}

/** Hands letters to senders, each to one at a time. Leases and pauses are of the database's clock, the same for all. */
export class LetterStore {
  constructor(
    private readonly database: DataSource,
    private readonly pauses: Pauses,
  ) {}

  /** Letters whose turn it is: no earlier letter of their case is unsettled. */
  async claim(limit: number): Promise<WaitingLetter[]> {
    return await this.take(
      `state = 'pending' and not_before <= now() and not exists (
         select 1 from letter earlier
         where earlier.case_id = letter.case_id and earlier.position < letter.position and earlier.${unsettled})`,
      limit,
    );
  }

  /** Letters whose sender did not note an end within the lease. */
  async claimUnknown(limit: number): Promise<WaitingLetter[]> {
    return await this.take(`state = 'sending' and lease_until <= now()`, limit);
  }

  /** Notes the end of a letter that is being sent; false when it is settled already. */
  async settle(tx: EntityManager, letterId: string, as: 'sent' | 'failed', reason: string | null): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      `update letter set state = $2, reason = $3, settled_at = now(), lease_until = null
       where letter_id = $1 and ${unsettled} returning letter_id`,
      [letterId, as, reason],
    );
    return rows.length > 0;
  }

  /**
   * Puts a letter back; each time it waits twice as long, up to 64 times after a refusal, up to 8 times
   * while the server is away. True when it was refused for too long.
   */
  async wait(
    { letterId, attempt }: Pick<WaitingLetter, 'letterId' | 'attempt'>,
    { refused, reason }: { refused: boolean; reason: string },
  ): Promise<boolean> {
    const [rows] = await this.database.query<[{ given_up: boolean }[], number]>(
      `update letter set state = 'pending', lease_until = null, reason = $3,
         refusals = refusals + $2::int,
         refused_since = case when $2 = 1 then coalesce(refused_since, now()) else refused_since end,
         not_before = now() + $4::float8 * power(2, least(attempts - 1, case when $2 = 1 then 6 else 3 end)) * interval '1 second'
       where letter_id = $1 and state = 'sending' and attempts = $6
       returning $2 = 1 and refused_since <= now() - $5::float8 * interval '1 hour' as given_up`,
      [letterId, refused ? 1 : 0, reason, this.pauses.retrySeconds, this.pauses.giveUpHours, attempt],
    );
    return rows[0]?.given_up ?? false;
  }

  private async take(condition: string, limit: number): Promise<WaitingLetter[]> {
    if (limit <= 0) return [];
    const [rows] = await this.database.query<[Row[], number]>(
      `update letter set state = 'sending', attempts = attempts + 1, attempt_at = now(),
         lease_until = now() + $2::float8 * interval '1 second'
       where letter_id in (select letter_id from letter where ${condition} order by position limit $1 for update skip locked)
       returning ${columns}`,
      [limit, this.pauses.leaseSeconds],
    );
    return rows.map(({ letter_id, case_id, audience, message_id, content, cause, written_at, attempts }) => ({
      letterId: letter_id,
      caseId: case_id,
      audience,
      messageId: message_id,
      ...content,
      cause,
      writtenAt: written_at,
      attempt: attempts,
    }));
  }
}
