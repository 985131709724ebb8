import type { Connection, SftpGoApi } from './sftpgo-api.js';

export interface BegunUpload {
  readonly account: string;
  readonly path: string;
}

const staleMilliseconds = 10_000;
const mostUploads = 1_000;

/** Who is connected to SFTPGo, and what is uploaded there at this moment. */
export class SftpGo {
  private connections: readonly Connection[] = [];
  private askedAt = -Infinity;
  private known = new Set<string>();

  constructor(private readonly api: Pick<SftpGoApi, 'connections' | 'endConnection'>) {}

  /** Looks who is there; tells which uploads have begun since the last look. */
  async look(): Promise<BegunUpload[]> {
    this.connections = await this.api.connections();
    this.askedAt = performance.now();
    const uploads = this.connections
      .flatMap(({ username, connection_id: id, active_transfers: transfers }) =>
        (transfers ?? [])
          .filter(({ operation_type: kind }) => kind === 'upload')
          .map(({ path, start_time: at }) => ({ key: `${id} ${at ?? 0} ${path}`, account: username, path })),
      )
      .slice(0, mostUploads);
    const begun = uploads.filter(({ key }) => !this.known.has(key));
    this.known = new Set(uploads.map(({ key }) => key));
    return begun.map(({ account, path }) => ({ account, path }));
  }

  get sessions(): number {
    return this.connections.length;
  }

  /** While SFTPGo does not say who is there, anybody may be. */
  loggedIn(): ReadonlySet<string> {
    if (performance.now() - this.askedAt > staleMilliseconds) return new Everybody();
    return new Set(this.connections.map(({ username }) => username));
  }

  async endSessions(account: string): Promise<void> {
    for (const { username, connection_id: id } of await this.api.connections())
      if (username === account) await this.api.endConnection(id);
  }
}

class Everybody extends Set<string> {
  override has(): boolean {
    return true;
  }
}
