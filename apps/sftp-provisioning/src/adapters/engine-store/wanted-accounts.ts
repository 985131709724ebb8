import type { EntityManager } from 'typeorm';
import type { WantedAccount } from '../../features/reconcile-accounts/reconcile-accounts.js';

interface Row {
  account: string;
  password_hash: string;
  is_let_in: boolean;
  is_read_only: boolean;
  expires_at: Date | null;
  allowed_addresses: string[];
  most_sessions: number | null;
  most_bytes: number | null;
  most_files: number | null;
  keys: string[];
}

/** Accounts of open spaces as another program should have them, in Postgres. */
export class WantedAccounts {
  constructor(
    private readonly database: Pick<EntityManager, 'query'>,
    private readonly usual: Pick<WantedAccount, 'mostSessions' | 'mostBytes' | 'mostFiles'>,
  ) {}

  async list(): Promise<WantedAccount[]> {
    const rows = await this.database.query<Row[]>(`
      select account, password_hash, expires_at, allowed_addresses, most_sessions,
        most_bytes::float8 as most_bytes, most_files,
        disabled_at is null and (expires_at is null or expires_at > now()) as is_let_in,
        read_only_at is not null as is_read_only,
        array(select algorithm || ' ' || replace(encode(blob, 'base64'), E'\\n', '') from access_key key
              where key.space_id = space.space_id order by added_at, key_id) as keys
      from upload_space space where state = 'open' and password_hash is not null order by opened_at, account`);
    return rows.map((row) => ({
      account: row.account,
      isLetIn: row.is_let_in,
      isReadOnly: row.is_read_only,
      passwordHash: row.password_hash,
      publicKeys: row.keys,
      expiresAt: row.expires_at,
      allowedAddresses: row.allowed_addresses,
      mostSessions: row.most_sessions ?? this.usual.mostSessions,
      mostBytes: row.most_bytes ?? this.usual.mostBytes,
      mostFiles: row.most_files ?? this.usual.mostFiles,
    }));
  }
}
