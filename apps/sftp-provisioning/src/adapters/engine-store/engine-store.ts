import type { EntityManager } from 'typeorm';

/** What an engine's file looked like. */
export interface Stamp {
  readonly bytes: number;
  readonly changedAt: number;
}

export interface News {
  readonly newsId: string;
  readonly command: string;
  readonly path: Buffer;
  readonly fromPath: Buffer;
  readonly status: string;
}

/** What is kept about accounts that another program runs, in Postgres. */
export class EngineStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async keepHash(spaceId: string, cryptHash: string): Promise<void> {
    await this.database.query(
      `insert into engine_account (space_id, crypt_hash) values ($1, $2)
       on conflict (space_id) do update set crypt_hash = excluded.crypt_hash`,
      [spaceId, cryptHash],
    );
  }

  /** Open spaces that ProFTPD lets in. */
  async listOpen(): Promise<{ spaceId: string; caseId: string; account: string }[]> {
    return await this.openSpaces('join engine_account using (space_id)');
  }

  async listAllOpen(): Promise<{ spaceId: string; caseId: string; account: string }[]> {
    return await this.openSpaces('');
  }

  async find(account: string): Promise<{ spaceId: string; caseId: string; account: string } | null> {
    const [row] = await this.rows<{ space_id: string; case_id: string }>(
      'select space_id, case_id from upload_space where account = $1',
      [account],
    );
    return row ? { spaceId: row.space_id, caseId: row.case_id, account } : null;
  }

  async accountOf(spaceId: string): Promise<string | null> {
    const [row] = await this.rows<{ account: string }>('select account from upload_space where space_id = $1', [
      spaceId,
    ]);
    return row?.account ?? null;
  }

  /** Keeps what an engine told until it is taken. */
  async tell(told: {
    account: string;
    command: string;
    path: string;
    fromPath: string;
    status: string;
  }): Promise<void> {
    await this.database.query(
      'insert into engine_news (account, command, path, from_path, status) values ($1, $2, $3, $4, $5)',
      [told.account, told.command, told.path, told.fromPath, told.status],
    );
  }

  /** Whose news wait. */
  async accountsWithNews(): Promise<string[]> {
    const rows = await this.rows<{ account: string }>('select distinct account from engine_news', []);
    return rows.map(({ account }) => account);
  }

  /** The oldest first. */
  async newsOf(account: string, limit: number): Promise<News[]> {
    const rows = await this.rows<{
      news_id: string;
      command: string;
      path: string;
      from_path: string;
      status: string;
    }>('select * from engine_news where account = $1 order by news_id limit $2', [account, limit]);
    return rows.map((row) => ({
      newsId: row.news_id,
      command: row.command,
      path: Buffer.from(row.path),
      fromPath: Buffer.from(row.from_path),
      status: row.status,
    }));
  }

  async forgetNews(newsId: string): Promise<void> {
    await this.database.query('delete from engine_news where news_id = $1', [newsId]);
  }

  async stampOf(spaceId: string, path: Buffer): Promise<Stamp | null> {
    const [row] = await this.rows<{ bytes: string; changed_at: number }>(
      'select bytes, changed_at from engine_file where space_id = $1 and path = $2',
      [spaceId, path],
    );
    return row ? { bytes: Number(row.bytes), changedAt: row.changed_at } : null;
  }

  async keepStamp(spaceId: string, path: Buffer, { bytes, changedAt }: Stamp): Promise<void> {
    await this.database.query(
      `insert into engine_file (space_id, path, bytes, changed_at) values ($1, $2, $3, $4)
       on conflict (space_id, path) do update set bytes = excluded.bytes, changed_at = excluded.changed_at`,
      [spaceId, path, bytes, changedAt],
    );
  }

  async forgetStamp(spaceId: string, path: Buffer): Promise<void> {
    await this.database.query('delete from engine_file where space_id = $1 and path = $2', [spaceId, path]);
  }

  /** Moves a file, or a folder with all that is known of it. */
  async moveStamps(spaceId: string, from: Buffer, to: Buffer): Promise<void> {
    const slash = Buffer.from('/');
    await this.database.query(
      `delete from engine_file where space_id = $1 and (path = $2 or substring(path from 1 for length($3::bytea)) = $3)`,
      [spaceId, to, Buffer.concat([to, slash])],
    );
    await this.database.query(
      `update engine_file set path = $4::bytea || substring(path from length($2::bytea) + 1)
       where space_id = $1 and (path = $2 or substring(path from 1 for length($3::bytea)) = $3)`,
      [spaceId, from, Buffer.concat([from, slash]), to],
    );
  }

  private async openSpaces(joined: string): Promise<{ spaceId: string; caseId: string; account: string }[]> {
    const rows = await this.rows<{ space_id: string; case_id: string; account: string }>(
      `select space_id, case_id, account from upload_space ${joined} where state = 'open' and read_only_at is null`,
      [],
    );
    return rows.map((row) => ({ spaceId: row.space_id, caseId: row.case_id, account: row.account }));
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}
