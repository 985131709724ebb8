import { v7 as newId } from 'uuid';
import type { DataSource, EntityManager } from 'typeorm';
import type { Session } from '../../features/oversee-spaces/oversee-spaces.js';

interface SessionRow {
  session_id: string;
  space_id: string;
  address: string;
  client: string;
  method: string;
  began_at: Date;
}

/** Sessions of customers over all processes that serve them, in Postgres. Those of a process that died fade away. */
export class SessionStore {
  constructor(private readonly database: Pick<EntityManager, 'query'>) {}

  async list(spaceId: string): Promise<Session[]> {
    const rows = await this.rows<SessionRow>(
      `select * from upload_session where space_id = $1 and seen_at > now() - interval '${fadeSeconds} s' order by began_at`,
      [spaceId],
    );
    return rows.map((row) => ({
      sessionId: row.session_id,
      spaceId: row.space_id,
      address: row.address,
      client: row.client,
      method: row.method,
      beganAt: row.began_at,
    }));
  }

  /** Asks whoever serves them to end sessions: one, or all of a space. Tells how many were asked. */
  async askToEnd(spaceId: string, sessionId: string | null): Promise<number> {
    return (
      await this.rows(
        `with asked as (update upload_session set is_unwanted = true
           where space_id = $1 and ($2::uuid is null or session_id = $2) and seen_at > now() - interval '${fadeSeconds} s' returning 1)
         select 1 from asked`,
        [spaceId, sessionId],
      )
    ).length;
  }

  private async rows<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return await this.database.query<Row[]>(sql, values);
  }
}

const fadeSeconds = 30;

/** What decides whether a running session may go on. */
export interface SessionStanding {
  readonly sessionId: string;
  readonly address: string;
  readonly isUnwanted: boolean;
  readonly state: 'open' | 'closed';
  readonly disabledAt: Date | null;
  readonly expiresAt: Date | null;
  readonly allowedAddresses: readonly string[];
}

/** The sessions that this process serves. */
export class ServedSessions {
  private readonly frontId = newId();

  constructor(private readonly database: Pick<DataSource, 'query' | 'transaction'>) {}

  /** Null when the account has as many sessions as it may; counted under a lock of the space, over all processes. */
  async begin(
    spaceId: string,
    session: { address: string; client: string; method: string; at: Date },
    mostByDefault: number,
  ): Promise<string | null> {
    return this.database.transaction(async (tx) => {
      const [space] = await tx.query<{ most_sessions: number | null }[]>(
        'select most_sessions from upload_space where space_id = $1 for no key update',
        [spaceId],
      );
      const [counted] = await tx.query<{ count: number }[]>(
        `select count(*)::int as count from upload_session where space_id = $1 and seen_at > now() - interval '${fadeSeconds} s'`,
        [spaceId],
      );
      if ((counted?.count ?? 0) >= (space?.most_sessions ?? mostByDefault)) return null;
      const sessionId = newId();
      await tx.query(
        `insert into upload_session (session_id, space_id, front_id, address, client, method, began_at, seen_at)
         values ($1, $2, $3, $4, $5, $6, $7, now())`,
        [sessionId, spaceId, this.frontId, session.address, session.client, session.method, session.at],
      );
      return sessionId;
    });
  }

  async end(sessionId: string): Promise<void> {
    await this.database.query('delete from upload_session where session_id = $1', [sessionId]);
  }

  /** Says that these sessions are alive and asks what decides about each of them; what is gone for long is removed. */
  async look(): Promise<SessionStanding[]> {
    const rows = await this.database.query<
      {
        session_id: string;
        address: string;
        is_unwanted: boolean;
        state: 'open' | 'closed';
        disabled_at: Date | null;
        expires_at: Date | null;
        allowed_addresses: string[];
      }[]
    >(
      `with faded as (delete from upload_session where seen_at < now() - interval '10 minutes'),
            seen as (update upload_session set seen_at = now()
                     where front_id = $1 and seen_at < now() - interval '5 s' returning 1)
       select session.session_id, session.address,
              session.is_unwanted or coalesce(session.began_at <= space.read_only_at, false) as is_unwanted,
              space.state, space.disabled_at, space.expires_at, space.allowed_addresses
       from upload_session session join upload_space space using (space_id) where session.front_id = $1`,
      [this.frontId],
    );
    return rows.map((row) => ({
      sessionId: row.session_id,
      address: row.address,
      isUnwanted: row.is_unwanted,
      state: row.state,
      disabledAt: row.disabled_at,
      expiresAt: row.expires_at,
      allowedAddresses: row.allowed_addresses,
    }));
  }

  /** Nothing is served any more. */
  async endAll(): Promise<void> {
    await this.database.query('delete from upload_session where front_id = $1', [this.frontId]);
  }
}
