import type { EntityManager } from 'typeorm';

/** An entry of the audit log as it is read; null where it does not apply. */
export interface AuditLine {
  readonly entryId: number;
  readonly at: Date;
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly caseId: string | null;
  readonly spaceId: string | null;
  readonly account: string | null;
  readonly address: string | null;
  readonly client: string | null;
  readonly sessionId: string | null;
  readonly path: string | null;
  readonly toPath: string | null;
  readonly bytes: number | null;
}

export interface AuditWish {
  readonly caseId: string | null;
  readonly account: string | null;
  readonly address: string | null;
  readonly action: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly before: number | null;
  readonly limit: number;
}

const tidyAtOnce = 10_000;

/** Reads the audit log, and forgets what is older than it has to be kept. */
export class AuditReader {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  /** The newest first; `before` is the last entry of the page before. */
  async list(wish: AuditWish): Promise<AuditLine[]> {
    return await this.database.query<AuditLine[]>(
      `select entry_id::float8 as "entryId", at, action, outcome, reason, actor, case_id as "caseId", space_id as "spaceId",
              account, address, client, session_id as "sessionId", path, to_path as "toPath", bytes::float8 as bytes
       from audit_entry
       where ($1::uuid is null or case_id = $1) and ($2::text is null or account = $2) and ($3::text is null or address = $3)
         and ($4::text is null or action = $4) and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)
         and ($7::bigint is null or entry_id < $7)
       order by entry_id desc limit $8`,
      [wish.caseId, wish.account, wish.address, wish.action, wish.from, wish.to, wish.before, wish.limit],
    );
  }

  /** Removes entries from before this time, and of too many the oldest, a few thousand at once. */
  async tidy(before: Date, mostKept: number): Promise<void> {
    await this.database.query(
      `delete from audit_entry where entry_id in (select entry_id from audit_entry where at < $1 order by at limit $2)`,
      [before, tidyAtOnce],
    );
    await this.database.query(
      `delete from audit_entry where entry_id in
         (select entry_id from audit_entry
          where entry_id <= (select entry_id from audit_entry order by entry_id desc offset $1 limit 1)
          order by entry_id limit $2)`,
      [mostKept, tidyAtOnce],
    );
  }
}
