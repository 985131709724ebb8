import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const limits = { timeout: 10_000, maxBuffer: 16 * 2 ** 20 };

export interface ProFtpdPlace {
  readonly scoreboard: string;
  readonly controlSocket: string;
}

/** ProFTPD through its own tools: `ftpwho` and `ftpdctl`. */
export class ProFtpd {
  constructor(private readonly place: ProFtpdPlace) {}

  /** Accounts with their number of sessions. */
  async sessions(): Promise<Map<string, number>> {
    const { stdout } = await run('ftpwho', ['-f', this.place.scoreboard, '-o', 'json'], limits);
    const sessions = new Map<string, number>();
    for (const user of usersIn(stdout)) sessions.set(user, (sessions.get(user) ?? 0) + 1);
    return sessions;
  }

  async endSessions(account: string): Promise<void> {
    if (!(await this.sessions()).has(account)) return;
    await run('ftpdctl', ['-s', this.place.controlSocket, 'kick', 'user', account], limits);
  }
}

/** Empty before anybody was ever connected. */
function usersIn(output: string): string[] {
  if (output.trim() === '') return [];
  const { connections } = JSON.parse(output) as { connections?: { user?: string }[] };
  return (connections ?? []).flatMap(({ user }) => (user === undefined ? [] : [user]));
}
