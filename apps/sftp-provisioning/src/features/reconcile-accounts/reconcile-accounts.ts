/** An account as another program should have it. */
export interface WantedAccount {
  readonly account: string;
  readonly isLetIn: boolean;
  /** Its case is archived: files can be listed and read, nothing else. */
  readonly isReadOnly: boolean;
  readonly passwordHash: string;
  /** As they stand in `authorized_keys`. */
  readonly publicKeys: readonly string[];
  readonly expiresAt: Date | null;
  /** Empty when all may log in. */
  readonly allowedAddresses: readonly string[];
  readonly mostSessions: number;
  readonly mostBytes: number;
  readonly mostFiles: number;
}

/** What bringing accounts to another program needs from around it. */
export interface Needs {
  wanted(): Promise<WantedAccount[]>;
  engine: {
    /** Every account there that we made. */
    accounts(): AsyncIterable<string>;
    /** Makes the account as it is wanted, unless it is so; `stranger` when somebody else made one of this name. */
    bring(wanted: WantedAccount): Promise<'done' | 'stranger'>;
    /** Sends away who is logged in and takes the account away, if it is there and we made it. */
    remove(account: string): Promise<void>;
  };
  makeHome(account: string): Promise<void>;
  /** Between two looks at what stands there; until then what we brought is believed to stand. */
  lookMilliseconds: number;
  /** After an account was refused; doubled each time up to the longest. */
  pauseMilliseconds: number;
  longestPauseMilliseconds: number;
  warn(message: string, details: Record<string, unknown>): void;
}

/**
 * Brings accounts to a program that keeps its own: not each change as it happens, of which one may be lost, but what our
 * tables say, compared with what stands there, until they agree. Its rounds must not overlap.
 */
export class AccountReconciler {
  /** What stands there as far as we know, by account. */
  private readonly sure = new Map<string, string>();
  private readonly resting = new Map<string, { until: number; pause: number }>();
  private lookedAt = -Infinity;

  constructor(private readonly needs: Needs) {}

  /** Rejects when the program does not answer; the next round goes on. */
  async round(): Promise<void> {
    const now = performance.now();
    const wanted = await this.needs.wanted();
    const names = new Set(wanted.map(({ account }) => account));
    const lookAtAll = now - this.lookedAt >= this.needs.lookMilliseconds;
    const gone = new Set([...this.sure.keys()].filter((name) => !names.has(name)));
    if (lookAtAll) for await (const name of this.needs.engine.accounts()) if (!names.has(name)) gone.add(name);
    for (const name of this.resting.keys()) if (!names.has(name) && !gone.has(name)) this.resting.delete(name);
    for (const name of gone) await this.attempt(name, () => this.remove(name));
    for (const account of wanted) {
      const state = JSON.stringify(account);
      if (!lookAtAll && this.sure.get(account.account) === state) continue;
      await this.attempt(account.account, () => this.bring(account, state));
    }
    if (lookAtAll) this.lookedAt = now;
  }

  /** Whether a change of the account was refused and has yet to be made good. */
  isResting(account: string): boolean {
    return this.resting.has(account);
  }

  private async remove(name: string): Promise<void> {
    await this.needs.engine.remove(name);
    this.sure.delete(name);
  }

  private async bring(wanted: WantedAccount, state: string): Promise<void> {
    // A request whose answer is lost may have been done: until it is known, nothing is.
    this.sure.set(wanted.account, '');
    await this.needs.makeHome(wanted.account);
    const outcome = await this.needs.engine.bring(wanted);
    if (outcome === 'stranger')
      this.needs.warn('the engine has an account of this name that we did not make; it is left alone', {
        account: wanted.account,
      });
    this.sure.set(wanted.account, state);
  }

  /** One account that is refused keeps no other waiting; a program that does not answer ends the round. */
  private async attempt(name: string, work: () => Promise<void>): Promise<void> {
    const rest = this.resting.get(name);
    if (rest && performance.now() < rest.until) return;
    try {
      await work();
      this.resting.delete(name);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'EngineRefusal') throw error;
      const { pauseMilliseconds, longestPauseMilliseconds } = this.needs;
      const pause = Math.min(rest ? rest.pause * 2 : pauseMilliseconds, longestPauseMilliseconds);
      this.resting.set(name, { until: performance.now() + pause, pause });
      this.needs.warn('the engine refused a change of an account, which is tried again', {
        account: name,
        why: error.message,
      });
    }
  }
}
