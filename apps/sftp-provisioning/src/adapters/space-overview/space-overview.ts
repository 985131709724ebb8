import type { EntityManager } from 'typeorm';
import type { LinkView, SpaceChange, SpaceView } from '../../features/oversee-spaces/oversee-spaces.js';

const columnOf = {
  expiresAt: 'expires_at',
  disabledAt: 'disabled_at',
  disabledBecause: 'disabled_because',
  allowedAddresses: 'allowed_addresses',
  mostSessions: 'most_sessions',
  mostBytes: 'most_bytes',
  mostFiles: 'most_files',
} as const satisfies Record<keyof SpaceChange, string>;

const selection = `
  select space_id as "spaceId", case_id as "caseId", account, state, opened_at as "openedAt", closed_at as "closedAt",
         read_only_at as "readOnlyAt",
         (select max(ended_at) from evidence_purge purge where purge.space_id = space.space_id) as "purgedAt",
         expires_at as "expiresAt", disabled_at as "disabledAt", disabled_because as "disabledBecause",
         allowed_addresses as "allowedAddresses", most_sessions as "mostSessions", most_bytes::float8 as "mostBytes",
         most_files as "mostFiles", password_hash is not null as "hasPassword",
         (select json_build_object('bytes', coalesce(sum(bytes), 0), 'files', count(*),
            'sessions', (select count(*) from upload_session session
                         where session.space_id = space.space_id and seen_at > now() - interval '30 s'))
          from upload where upload.space_id = space.space_id and upload.state <> 'purged') as usage
  from upload_space space`;

/** Looks at upload spaces and changes their rules, in Postgres. */
export class SpaceOverview {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  /** The newest first; `after` is the id of the last one of the page before. */
  async list(wanted: {
    state: 'open' | 'closed' | null;
    account: string | null;
    after: string | null;
    limit: number;
  }): Promise<SpaceView[]> {
    return this.rows(
      `${selection} where ($1::text is null or state = $1) and ($2::text is null or starts_with(account, $2))
         and ($3::uuid is null or space_id < $3) order by space_id desc limit $4`,
      [wanted.state, wanted.account, wanted.after, wanted.limit],
    );
  }

  async find(spaceId: string): Promise<SpaceView | null> {
    return (await this.rows<SpaceView>(`${selection} where space_id = $1`, [spaceId]))[0] ?? null;
  }

  async linksOf(spaceId: string): Promise<LinkView[]> {
    return this.rows(
      `select link_id as "linkId", made_at as "madeAt", expires_at as "expiresAt", openings, max_openings as "maxOpenings",
              revoked_at as "revokedAt" from credential_link where space_id = $1 order by made_at desc limit 100`,
      [spaceId],
    );
  }

  async change(spaceId: string, change: SpaceChange): Promise<void> {
    const values: unknown[] = [spaceId];
    const settings = (Object.keys(columnOf) as (keyof SpaceChange)[])
      .filter((field) => change[field] !== undefined)
      .map((field) => `${columnOf[field]} = $${values.push(change[field])}`);
    if (settings.length === 0) return;
    await this.database.query(`update upload_space set ${settings.join(', ')} where space_id = $1`, values);
  }

  /** False when there is no such link or it was revoked before. */
  async revokeLink(spaceId: string, linkId: string, at: Date): Promise<boolean> {
    const revoked = await this.rows(
      `with revoked as (update credential_link set revoked_at = $3, sealed_password = null
         where space_id = $1 and link_id = $2 and revoked_at is null returning 1) select 1 from revoked`,
      [spaceId, linkId, at],
    );
    return revoked.length === 1;
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}
