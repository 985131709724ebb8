import type { EntityManager } from 'typeorm';

export interface StoredSpace {
  readonly spaceId: string;
  readonly caseId: string;
  readonly account: string;
  readonly sealedPassword: string;
  readonly state: 'open' | 'closed';
}

interface SpaceRow {
  space_id: string;
  case_id: string;
  account: string;
  sealed_password: string;
  state: 'open' | 'closed';
}

/** Upload spaces and the links to their credentials, in Postgres. */
export class UploadSpaceStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async findOfCase(caseId: string): Promise<StoredSpace | null> {
    return this.findOne('case_id = $1', caseId);
  }

  async findByAccount(account: string): Promise<StoredSpace | null> {
    return this.findOne('account = $1', account);
  }

  async add(space: {
    spaceId: string;
    caseId: string;
    account: string;
    sealedPassword: string;
    openedAt: Date;
  }): Promise<boolean> {
    const added = await this.rows<{ space_id: string }>(
      `with added as (
         insert into upload_space (space_id, case_id, account, sealed_password, state, opened_at)
         values ($1, $2, $3, $4, 'open', $5) on conflict do nothing returning space_id)
       select space_id from added`,
      [space.spaceId, space.caseId, space.account, space.sealedPassword, space.openedAt],
    );
    return added.length === 1;
  }

  async open(spaceId: string, at: Date): Promise<void> {
    await this.database.query(
      `update upload_space set state = 'open', opened_at = $2, closed_at = null where space_id = $1`,
      [spaceId, at],
    );
  }

  async closeOfCase(caseId: string, at: Date): Promise<{ spaceId: string; account: string } | null> {
    const [closed] = await this.rows<{ space_id: string; account: string }>(
      `with closed as (
         update upload_space set state = 'closed', closed_at = $2 where case_id = $1 and state = 'open' returning space_id, account)
       select space_id, account from closed`,
      [caseId, at],
    );
    return closed ? { spaceId: closed.space_id, account: closed.account } : null;
  }

  async addLink(link: { tokenHash: Buffer; spaceId: string; expiresAt: Date; maxOpenings: number }): Promise<void> {
    await this.database.query(
      'insert into credential_link (token_hash, space_id, expires_at, max_openings) values ($1, $2, $3, $4)',
      [link.tokenHash, link.spaceId, link.expiresAt, link.maxOpenings],
    );
  }

  async findLink(tokenHash: Buffer): Promise<{ space: StoredSpace; expiresAt: Date; openingsLeft: number } | null> {
    const [row] = await this.rows<SpaceRow & { expires_at: Date; left: number }>(
      `select space.*, link.expires_at, link.max_openings - link.openings as left
       from credential_link link join upload_space space using (space_id) where link.token_hash = $1`,
      [tokenHash],
    );
    return row ? { space: spaceOf(row), expiresAt: row.expires_at, openingsLeft: row.left } : null;
  }

  /** Counts one opening; false when none is left. */
  async countOpening(tokenHash: Buffer): Promise<boolean> {
    const counted = await this.rows(
      `with counted as (
         update credential_link set openings = openings + 1 where token_hash = $1 and openings < max_openings returning 1)
       select 1 from counted`,
      [tokenHash],
    );
    return counted.length === 1;
  }

  private async findOne(condition: string, value: string): Promise<StoredSpace | null> {
    const [row] = await this.rows<SpaceRow>(`select * from upload_space where ${condition}`, [value]);
    return row ? spaceOf(row) : null;
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}

function spaceOf(row: SpaceRow): StoredSpace {
  return {
    spaceId: row.space_id,
    caseId: row.case_id,
    account: row.account,
    sealedPassword: row.sealed_password,
    state: row.state,
  };
}
