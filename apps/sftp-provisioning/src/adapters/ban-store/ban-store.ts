import type { EntityManager } from 'typeorm';
import type { Standing } from '../../features/ban-guessers/standing.js';

export interface KeptBan {
  readonly banId: string;
  readonly network: string;
  /** Null when it holds for all accounts. */
  readonly account: string | null;
  readonly until: Date;
  /** How many bans led here. */
  readonly level: number;
  readonly failedAt: Date;
}

interface StandingRow {
  ban_id: string;
  network: string;
  account: string;
  points: number;
  level: number;
  failed_at: Date;
  banned_until: Date | null;
}

const mostKept = 100_000;

/** Failed logins and the bans that they led to, in Postgres, so that a restart forgets nothing. */
export class BanStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async lock(network: string, account: string): Promise<Standing | null> {
    await this.database.query(
      `insert into login_standing (network, account, points, level, failed_at) values ($1, $2, 0, 0, '-infinity')
       on conflict do nothing`,
      [network, account],
    );
    const [row] = await this.rows<Omit<StandingRow, 'failed_at'> & { failed_at: Date | number }>(
      'select * from login_standing where network = $1 and account = $2 for update',
      [network, account],
    );
    if (!row || !(row.failed_at instanceof Date)) return null;
    return { points: row.points, level: row.level, failedAt: row.failed_at, bannedUntil: row.banned_until };
  }

  async keep(network: string, account: string, standing: Standing): Promise<void> {
    await this.database.query(
      `update login_standing set points = $3, level = $4, failed_at = $5, banned_until = $6
       where network = $1 and account = $2`,
      [network, account, standing.points, standing.level, standing.failedAt, standing.bannedUntil],
    );
  }

  async forget(network: string, account: string): Promise<number> {
    const [row] = await this.rows<{ points: number }>(
      `with gone as (delete from login_standing where network = $1 and account = $2 returning points) select * from gone`,
      [network, account],
    );
    return row?.points ?? 0;
  }

  async lower(network: string, account: string, points: number): Promise<void> {
    await this.database.query(
      'update login_standing set points = greatest(0, points - $3) where network = $1 and account = $2',
      [network, account, points],
    );
  }

  async isBanned(network: string, accounts: readonly string[], now: Date): Promise<boolean> {
    return (
      (
        await this.rows(
          'select 1 from login_standing where network = $1 and account = any($2) and banned_until > $3 limit 1',
          [network, accounts, now],
        )
      ).length > 0
    );
  }

  async list(now: Date, most: number): Promise<KeptBan[]> {
    const rows = await this.rows<StandingRow>(
      'select * from login_standing where banned_until > $1 order by banned_until desc, ban_id limit $2',
      [now, most],
    );
    return rows.map((row) => ({
      banId: row.ban_id,
      network: row.network,
      account: row.account === '' ? null : row.account,
      until: row.banned_until as Date,
      level: row.level,
      failedAt: row.failed_at,
    }));
  }

  /** Networks that are banned for all accounts. */
  async bannedNetworks(now: Date, most: number): Promise<string[]> {
    const rows = await this.rows<{ network: string }>(
      `select network from login_standing where account = '' and banned_until > $1 order by banned_until desc limit $2`,
      [now, most],
    );
    return rows.map(({ network }) => network);
  }

  /** Lifts a ban and forgets what led to it. */
  async lift(banId: string): Promise<{ network: string; account: string | null } | null> {
    const [row] = await this.rows<{ network: string; account: string }>(
      `with gone as (delete from login_standing where ban_id = $1 and banned_until is not null returning network, account)
       select * from gone`,
      [banId],
    );
    return row ? { network: row.network, account: row.account === '' ? null : row.account } : null;
  }

  /** Forgets what means nothing any more; and, of too much, what is oldest and bans nobody. */
  async tidy(now: Date): Promise<void> {
    await this.database.query(
      `delete from login_standing where failed_at < $1::timestamptz - interval '8 days' and (banned_until is null or banned_until < $1)`,
      [now],
    );
    await this.database.query(
      `delete from login_standing where (network, account) in
         (select network, account from login_standing order by banned_until > $1 desc nulls last, failed_at desc offset $2)`,
      [now, mostKept],
    );
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}
