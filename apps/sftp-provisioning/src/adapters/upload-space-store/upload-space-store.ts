import type { EntityManager } from 'typeorm';
import type { NewCredentials } from '../../issue-link.js';

export interface StoredSpace {
  readonly spaceId: string;
  readonly caseId: string;
  readonly account: string;
  /** Argon2id; null when nobody can log in by password. */
  readonly passwordHash: string | null;
  readonly state: 'open' | 'closed';
  /** Since when an open space can only be read from, because its case is archived. */
  readonly readOnlyAt: Date | null;
  readonly disabledAt: Date | null;
  readonly disabledBecause: string | null;
  /** On the case clock; null when only the end of the case ends it. */
  readonly expiresAt: Date | null;
  /** Networks that may log in; empty when all may. */
  readonly allowedAddresses: readonly string[];
}

export interface FoundLink {
  readonly space: StoredSpace;
  readonly expiresAt: Date;
  readonly openingsLeft: number;
  readonly isRevoked: boolean;
  /** Null once the link can show it no more. */
  readonly sealedPassword: string | null;
}

interface SpaceRow {
  space_id: string;
  case_id: string;
  account: string;
  password_hash: string | null;
  state: 'open' | 'closed';
  read_only_at: Date | null;
  disabled_at: Date | null;
  disabled_because: string | null;
  expires_at: Date | null;
  allowed_addresses: string[];
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
    openedAt: Date;
    expiresAt: Date | null;
  }): Promise<boolean> {
    const added = await this.rows<{ space_id: string }>(
      `with added as (
         insert into upload_space (space_id, case_id, account, state, opened_at, expires_at)
         values ($1, $2, $3, 'open', $4, $5) on conflict do nothing returning space_id)
       select space_id from added`,
      [space.spaceId, space.caseId, space.account, space.openedAt, space.expiresAt],
    );
    return added.length === 1;
  }

  /**
   * Notes that the space of a case follows an event of it; false when it has followed a later one, which came first. Locks
   * the space until the transaction ends.
   */
  async follow(caseId: string, sequence: number | undefined): Promise<boolean> {
    const followed = await this.rows(
      `with followed as (
         update upload_space set heard_sequence = coalesce($2, heard_sequence)
         where case_id = $1 and ($2::int is null or heard_sequence < $2) returning 1)
       select 1 from followed`,
      [caseId, sequence ?? null],
    );
    return followed.length === 1;
  }

  async noteLegalHold(caseId: string, sequence: number | undefined): Promise<void> {
    await this.database.query(
      `update upload_space set legal_hold_sequence = greatest(legal_hold_sequence, coalesce($2, heard_sequence + 1))
       where case_id = $1`,
      [caseId, sequence ?? null],
    );
  }

  async open(spaceId: string, at: Date, expiresAt: Date | null): Promise<void> {
    await this.database.query(
      `update upload_space set state = 'open', opened_at = $2, closed_at = null, read_only_at = null, expires_at = $3
       where space_id = $1`,
      [spaceId, at, expiresAt],
    );
  }

  async makeReadOnlyOfCase(caseId: string, at: Date): Promise<{ spaceId: string; account: string } | null> {
    const [made] = await this.rows<{ space_id: string; account: string }>(
      `with made as (
         update upload_space set read_only_at = $2
         where case_id = $1 and state = 'open' and read_only_at is null returning space_id, account)
       select space_id, account from made`,
      [caseId, at],
    );
    return made ? { spaceId: made.space_id, account: made.account } : null;
  }

  async closeOfCase(caseId: string, at: Date): Promise<{ spaceId: string; account: string } | null> {
    const [closed] = await this.rows<{ space_id: string; account: string }>(
      `with closed as (
         update upload_space set state = 'closed', closed_at = $2, password_hash = null
         where case_id = $1 and state = 'open' returning space_id, account)
       select space_id, account from closed`,
      [caseId, at],
    );
    if (!closed) return null;
    await this.revokeLinks(closed.space_id, at);
    await this.database.query('delete from access_key where space_id = $1', [closed.space_id]);
    return { spaceId: closed.space_id, account: closed.account };
  }

  async replaceCredentials(link: NewCredentials): Promise<void> {
    await this.database.query('update upload_space set password_hash = $2 where space_id = $1', [
      link.spaceId,
      link.passwordHash,
    ]);
    await this.revokeLinks(link.spaceId, link.madeAt);
    await this.database.query(
      `insert into credential_link (token_hash, space_id, sealed_password, expires_at, max_openings, made_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [link.tokenHash, link.spaceId, link.sealedPassword, link.expiresAt, link.maxOpenings, link.madeAt],
    );
  }

  async findLink(tokenHash: Buffer): Promise<FoundLink | null> {
    const [row] = await this.rows<
      SpaceRow & { link_expires_at: Date; left: number; sealed_password: string | null; revoked_at: Date | null }
    >(
      `select space.*, link.expires_at as link_expires_at, link.max_openings - link.openings as left, link.sealed_password, link.revoked_at
       from credential_link link join upload_space space using (space_id) where link.token_hash = $1`,
      [tokenHash],
    );
    if (!row) return null;
    return {
      space: spaceOf(row),
      expiresAt: row.link_expires_at,
      openingsLeft: row.left,
      isRevoked: row.revoked_at !== null,
      sealedPassword: row.sealed_password,
    };
  }

  /** Counts one opening; false when none is left. With the last one goes what the link showed. */
  async countOpening(tokenHash: Buffer): Promise<boolean> {
    const counted = await this.rows(
      `with counted as (
         update credential_link set openings = openings + 1,
           sealed_password = case when openings + 1 < max_openings then sealed_password end
         where token_hash = $1 and openings < max_openings and revoked_at is null returning 1)
       select 1 from counted`,
      [tokenHash],
    );
    return counted.length === 1;
  }

  private async revokeLinks(spaceId: string, at: Date): Promise<void> {
    await this.database.query(
      'update credential_link set revoked_at = $2, sealed_password = null where space_id = $1 and revoked_at is null',
      [spaceId, at],
    );
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
    passwordHash: row.password_hash,
    state: row.state,
    readOnlyAt: row.read_only_at,
    disabledAt: row.disabled_at,
    disabledBecause: row.disabled_because,
    expiresAt: row.expires_at,
    allowedAddresses: row.allowed_addresses,
  };
}
