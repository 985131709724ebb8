import type { EntityManager } from 'typeorm';

export type AuditAction =
  | 'log-in'
  | 'log-out'
  | 'connect'
  | 'ban'
  | 'open-link'
  | 'list'
  | 'open-file'
  | 'close-file'
  | 'rename'
  | 'remove'
  | 'make-folder'
  | 'remove-folder'
  | 'open-space'
  | 'make-read-only'
  | 'close-space'
  | 'purge-file'
  | 'purge-space'
  | 'change-space'
  | 'make-link'
  | 'revoke-link'
  | 'add-key'
  | 'remove-key'
  | 'end-sessions'
  | 'lift-ban'
  | 'release-upload'
  | 'scan-upload'
  | 'drop-entries';

/** One thing that was done or refused, by whom and from where. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly actor: 'customer' | 'operator' | 'caserelay';
  readonly at: Date;
  readonly reason?: string | null;
  readonly caseId?: string | null;
  readonly spaceId?: string | null;
  readonly account?: string | null;
  readonly address?: string | null;
  readonly client?: string | null;
  readonly sessionId?: string | null;
  readonly path?: string | null;
  readonly toPath?: string | null;
  readonly bytes?: number | null;
}

interface Options {
  readonly database: Pick<EntityManager, 'query'>;
  readonly now: () => Date;
  readonly warn: (details: object, message: string) => void;
  readonly mostWaiting?: number;
}

const columns = {
  at: 'timestamptz',
  action: 'text',
  outcome: 'text',
  reason: 'text',
  actor: 'text',
  case_id: 'uuid',
  space_id: 'uuid',
  account: 'text',
  address: 'text',
  client: 'text',
  session_id: 'uuid',
  path: 'text',
  to_path: 'text',
  bytes: 'bigint',
} as const;
const insertion = `insert into audit_entry (${Object.keys(columns).join(', ')})
  select * from unnest(${Object.values(columns)
    .map((type, index) => `$${index + 1}::${type}[]`)
    .join(', ')})`;

const entriesPerInsert = 500;
const flushMilliseconds = 200;
const retryMilliseconds = 1_000;
const longestText = 1_000;

/**
 * Writes down what was done, behind the backs of those who do it: entries wait in memory and leave in batches. When
 * Postgres is away so long that too many wait, further ones are dropped, and their number is written down.
 */
export class AuditLog {
  private waiting: AuditEntry[] = [];
  private dropped = 0;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;

  constructor(private readonly options: Options) {}

  note(entry: Omit<AuditEntry, 'at'>): void {
    if (this.waiting.length >= (this.options.mostWaiting ?? 20_000)) {
      this.dropped += 1;
      return;
    }
    this.waiting.push({ ...entry, at: this.options.now() });
    if (this.waiting.length >= entriesPerInsert) this.begin();
    else this.later(flushMilliseconds);
  }

  /** Resolves when everything noted so far is written, or could not be. */
  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    await this.writing;
    this.begin();
    await this.writing;
  }

  private begin(): void {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
  }

  private later(milliseconds: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.begin();
    }, milliseconds);
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.waiting.length > 0 || this.dropped > 0) {
        const batch = this.waiting.slice(0, entriesPerInsert);
        const { dropped } = this;
        await this.write(dropped > 0 ? [...batch, this.entryOfDropped(dropped)] : batch);
        this.waiting.splice(0, batch.length);
        this.dropped -= dropped;
      }
    } catch (error) {
      this.options.warn({ err: error, waiting: this.waiting.length, dropped: this.dropped }, 'the audit log waits');
      this.later(retryMilliseconds);
    }
  }

  private entryOfDropped(count: number): AuditEntry {
    const reason = `${count} entries before this one were dropped, since the database was away`;
    return { action: 'drop-entries', outcome: 'failed', actor: 'caserelay', at: this.options.now(), reason };
  }

  private async write(entries: readonly AuditEntry[]): Promise<void> {
    const column = (value: (entry: AuditEntry) => unknown): unknown[] => entries.map((entry) => value(entry) ?? null);
    await this.options.database.query(insertion, [
      column(({ at }) => at),
      column(({ action }) => action),
      column(({ outcome }) => outcome),
      column(({ reason }) => plain(reason)),
      column(({ actor }) => actor),
      column(({ caseId }) => caseId),
      column(({ spaceId }) => spaceId),
      column(({ account }) => plain(account)),
      column(({ address }) => plain(address)),
      column(({ client }) => plain(client)),
      column(({ sessionId }) => sessionId),
      column(({ path }) => plain(path)),
      column(({ toPath }) => plain(toPath)),
      column(({ bytes }) => bytes),
    ]);
  }
}

/** Words of strangers: bounded, without signs that steer a terminal or that Postgres does not take. */
function plain(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  return text.slice(0, longestText).replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD');
}
